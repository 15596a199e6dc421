#include "http/own_origin.h"

#include <string.h>
#include <strings.h>

static bool is_of_host(const char *origin, const char *host)
{
    if (strncmp(origin, "https://", 8) == 0)
        origin += 8;
    else if (strncmp(origin, "http://", 7) == 0)
        origin += 7;
    else
        return false;
    return strcasecmp(origin, host) == 0;
}

bool own_origin(const struct origin_headers *headers, bool is_write)
{
    const char *site = headers->sec_fetch_site;

    if (site != NULL && strcmp(site, "same-origin") != 0 && (is_write || strcmp(site, "none") != 0))
        return false;
    if (headers->origin == NULL)
        return !is_write;
    return headers->host != NULL && is_of_host(headers->origin, headers->host);
}
