/* Sessions (core/setup/session.h). Outside the lane: nothing that is decided there depends on them,
 * and what is done within one is recorded as the member's. A reader's thread. */
#ifndef BATON_STORE_SESSIONS_H
#define BATON_STORE_SESSIONS_H

#include "core/setup/session.h"
#include "store/read/read.h"

#define SESSIONS_SHOWN_MAX 100
#define SESSION_KEPT_DAYS  7 /* after it has ended, or was last used */

/** The session of a token that holds now; notes its use. ERR_NOT_FOUND when there is none. */
enum err sessions_use(const struct read *read, const struct session_text *text, instant now,
                      struct session *out) MUST_USE;

/** Adds one, and forgets what ended long ago of the same member's. */
enum err sessions_add(const struct read *read, const struct session *session) MUST_USE;

/** Opens the session of a link, for whoever comes first: ERR_NOT_FOUND for all others. */
enum err sessions_use_link(const struct read *read, struct uuid id, const uint8_t *secret_hash,
                           instant now) MUST_USE;

/** Those of a member that are open, the newest first, at most SESSIONS_SHOWN_MAX; *out grows in
 *  read->arena. */
enum err sessions_of_member(const struct read *read, struct uuid member, instant now,
                            struct session **out, size_t *count) MUST_USE;

/** Ends one of this member's, a link too. ERR_NOT_FOUND when the member has none with this id. */
enum err sessions_close(const struct read *read, struct uuid member, struct uuid id,
                        instant now) MUST_USE;

#endif
