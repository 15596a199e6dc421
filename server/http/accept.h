/* Which representation a client wants: the Accept header (RFC 9110 section 12.5.1). */
#ifndef BATON_SERVER_ACCEPT_H
#define BATON_SERVER_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Index of the offered media type that the header prefers, the first of equals; -1 when it accepts
 * none. NULL and "" accept the first. Parameters other than q are ignored.
 */
int accept_choose(const char *accept, const char *const *offered, size_t count);

/**
 * Whether an Accept-Encoding header takes gzip at least as gladly as the plain answer (section
 * 12.5.3). NULL counts as no: a client that says nothing gets the plain answer.
 */
bool accept_gzip(const char *accept_encoding);

#endif
