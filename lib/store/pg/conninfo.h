/* A connection string for people. */
#ifndef BATON_STORE_CONNINFO_H
#define BATON_STORE_CONNINFO_H

#include <stddef.h>

/** Where a connection string (URL or keywords) leads, with the environment's defaults, without
 *  a password: "host=db port=5432 dbname=baton user=baton_service". Cut to the size. */
void conninfo_words(const char *conninfo, char *out, size_t size);

#endif
