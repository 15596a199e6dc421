/* openapi.yaml as it was when the program was built (cmake/embed_openapi.cmake). */
#ifndef BATON_SERVER_OPENAPI_EMBEDDED_H
#define BATON_SERVER_OPENAPI_EMBEDDED_H

#include <stddef.h>

extern const char openapi_text[];
extern const size_t openapi_len;
extern const char openapi_etag[]; /* with its quotes */

#endif
