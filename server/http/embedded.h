/* Files that are built into the program (cmake/embed.c). */
#ifndef BATON_SERVER_EMBEDDED_H
#define BATON_SERVER_EMBEDDED_H

#include <stddef.h>

struct embedded {
    const char *name; /* "openapi.yaml" */
    const char *content_type;
    const char *text; /* NUL-terminated */
    size_t len;
    const char *gzip; /* the same, compressed */
    size_t gzip_len;
    const char *etag; /* with its quotes */
};

extern const struct embedded embedded[];
extern const size_t embedded_count;

/** NULL when there is none with this name. */
const struct embedded *embedded_find(const char *name);

#endif
