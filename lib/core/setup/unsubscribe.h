/*
 * What ends a member's mail by one click (RFC 8058): a token in the address that mail carries. It
 * is an HMAC by the workspace's secret, so nothing is stored for it, and it holds as long as the
 * member does. It says nothing but "no more mail", which its member takes back whenever they like.
 */
#ifndef BATON_CORE_UNSUBSCRIBE_H
#define BATON_CORE_UNSUBSCRIBE_H

#include "base/public_id.h"
#include "core/config.h"

#define UNSUBSCRIBE_MAC_BYTES 20
#define UNSUBSCRIBE_TOKEN_LEN (PUBLIC_ID_LEN + 1 + BASE32_LEN(UNSUBSCRIBE_MAC_BYTES))

void unsubscribe_token(const struct config *config, struct uuid member,
                       char out[UNSUBSCRIBE_TOKEN_LEN + 1]);

/** Of whom a token is, if it is one. Whether it holds, unsubscribe_holds() says. */
bool unsubscribe_parse(const char *token, struct uuid *workspace, struct uuid *member);
/** Whether it is this member's; the same time for all that are not. */
bool unsubscribe_holds(const struct config *config, struct uuid member, const char *token);

#endif
