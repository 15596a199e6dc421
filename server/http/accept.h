/* Which representation a client wants: the Accept header (RFC 9110 section 12.5.1). */
#ifndef BATON_SERVER_ACCEPT_H
#define BATON_SERVER_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Index of the offered media type that the header likes best, of equals the first; -1 when it
 * takes none. NULL and "" take the first. Parameters other than q are not looked at.
 */
int accept_choose(const char *accept, const char *const *offered, size_t count);

/**
 * Whether an Accept-Encoding header takes gzip at least as gladly as the plain answer (section
 * 12.5.3). NULL, which says nothing, takes the plain one here.
 */
bool accept_gzip(const char *accept_encoding);

#endif
