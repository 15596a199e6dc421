/*
 * Whether a request that comes with a cookie was sent by a page of this service. A browser adds the
 * cookie whoever wrote the page; what it says of that page, no page can change.
 */
#ifndef BATON_SERVER_OWN_ORIGIN_H
#define BATON_SERVER_OWN_ORIGIN_H

#include <stdbool.h>

struct origin_headers {
    const char *origin;         /* Origin; NULL: not sent */
    const char *host;           /* Host */
    const char *sec_fetch_site; /* Sec-Fetch-Site; NULL: not sent, by an old browser */
};

/**
 * A read may also come from the address bar or a bookmark. A write must name this origin: the host
 * and port that it was sent to, by http or https, since TLS may end before Baton.
 */
bool own_origin(const struct origin_headers *headers, bool is_write);

#endif
