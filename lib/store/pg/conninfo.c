#include "store/pg/conninfo.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

static const char *option(const PQconninfoOption *options, const char *keyword)
{
    for (; options != NULL && options->keyword != NULL; options++)
        if (strcmp(options->keyword, keyword) == 0)
            return options->val != NULL && options->val[0] != '\0' ? options->val : NULL;
    return NULL;
}

void conninfo_words(const char *conninfo, char *out, size_t size)
{
    static const char *const keywords[] = {"service", "host", "hostaddr", "port", "dbname", "user"};
    PQconninfoOption *given = PQconninfoParse(conninfo, NULL);
    PQconninfoOption *otherwise = PQconndefaults();
    size_t len = 0;

    snprintf(out, size, "%s", given == NULL ? "a connection string that libpq cannot read" : "");
    for (size_t i = 0; given != NULL && i < sizeof keywords / sizeof *keywords; i++) {
        const char *value = option(given, keywords[i]);
        if (value == NULL)
            value = option(otherwise, keywords[i]);
        if (value != NULL && len < size)
            len += (size_t)snprintf(out + len, size - len, "%s%s=%s", len == 0 ? "" : " ",
                                    keywords[i], value);
    }
    PQconninfoFree(given);
    PQconninfoFree(otherwise);
}
