/* Who calls: the bearer key, and the member that Baton-Actor names with a team's key. */
#ifndef BATON_SERVER_CALLER_H
#define BATON_SERVER_CALLER_H

#include "http/request.h"

#include "core/setup/session.h"

/** Whether a key is known in a configuration. */
enum caller_check {
    CALLER_KNOWN,
    CALLER_UNKNOWN, /* not in this configuration; a newer one may have it */
    CALLER_REFUSED, /* request_refuse() was called */
};

/** The key as it was sent. Refuses with 401 when there is none or it is malformed. */
bool caller_key(struct request *r, struct api_key_text *key);

/** Whether a key was sent, as a bearer's or, for senders that can send nothing else, as the
 * password of "Authorization: Basic". Refuses nothing. */
bool caller_sends_key(const struct request *r, struct api_key_text *key);

/** Finds the key and the member in a configuration and fills *caller. final: the configuration is
 *  the newest, so an unknown key is refused. */
enum caller_check caller_identify(struct request *r, const struct config *config,
                                  const struct api_key_text *key, bool final,
                                  struct caller *caller);

/** The same for a session, which stands for this key of a member; the configuration is the newest.
 */
enum caller_check caller_of_session(struct request *r, const struct config *config,
                                    const struct session *session, struct caller *caller);

#endif
