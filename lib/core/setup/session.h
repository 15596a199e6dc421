/*
 * A session: a browser in which a member has signed in with a key of the member's own, or with a
 * link that such a key made. It may do what the key may, and ends when the key does, when the
 * member ends it, or when it was not used for SESSION_IDLE_HOURS.
 *
 * Its token, "<id>_<secret>", is the value of a cookie; a link's is the same behind
 * SESSION_LINK_PREFIX. id is the public id of workspace and session, secret the base32 text of 20
 * random bytes, of which only the SHA-256 is stored.
 */
#ifndef BATON_CORE_SESSION_H
#define BATON_CORE_SESSION_H

#include "base/instant.h"
#include "core/setup/api_key.h"

#define SESSION_IDLE_HOURS     12
#define SESSION_LINK_MINUTES   15
#define SESSION_LINK_PREFIX    "batonlink_"
#define SESSION_TEXT_LEN       (PUBLIC_ID_LEN + 1 + API_KEY_SECRET_LEN)
#define SESSION_LINK_MAX_BYTES (sizeof SESSION_LINK_PREFIX - 1 + SESSION_TEXT_LEN)

struct session_text {
    struct uuid workspace;
    struct uuid session;
    char secret[API_KEY_SECRET_LEN + 1];
    bool is_link;
};

struct session {
    struct uuid id;
    struct uuid member;
    struct uuid key;
    uint8_t secret_hash[DIGEST_BYTES];
    instant made_at;
    instant link_until; /* INSTANT_NONE: it was opened with the key itself */
    instant opened_at;  /* INSTANT_NONE: a link that nobody has used */
    instant used_at;
    instant ended_at; /* INSTANT_NONE: by nobody */
};

/** Accepts exactly what session_format() writes. */
bool session_parse(const char *text, size_t len, struct session_text *out);

void session_format(const struct session_text *session, char out[SESSION_LINK_MAX_BYTES + 1]);

/** Whether the token is this session's, and holds at this moment: as a link that was not used, or
 *  as a session that is open. Constant time. */
bool session_holds(const struct session *session, const struct session_text *text, instant now);

#endif
