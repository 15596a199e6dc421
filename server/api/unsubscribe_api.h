/* The end of a member's mail by one click in a mail program (RFC 8058): POST to the address that
 * the mail has in List-Unsubscribe. Who has that is taken for the member, for this alone. */
#ifndef BATON_SERVER_UNSUBSCRIBE_API_H
#define BATON_SERVER_UNSUBSCRIBE_API_H

#include "http/backend.h"
#include "http/request.h"

#include "core/config.h"

/** Fills a struct member_update_input. */
extern const struct input_spec unsubscribe_spec;

/** The workspace that the token names. */
bool unsubscribe_workspace(struct request *r, struct uuid *workspace);
/** Fills r->caller. */
enum auth_answer unsubscribe_authenticate(struct request *r, const struct config *config);

#endif
