#include "core/setup/session.h"

#include <string.h>

#define LINK_PREFIX_LEN (sizeof SESSION_LINK_PREFIX - 1)

bool session_parse(const char *text, size_t len, struct session_text *out)
{
    uint8_t bytes[API_KEY_SECRET_BYTES];

    out->is_link = len > LINK_PREFIX_LEN && memcmp(text, SESSION_LINK_PREFIX, LINK_PREFIX_LEN) == 0;
    if (out->is_link) {
        text += LINK_PREFIX_LEN;
        len -= LINK_PREFIX_LEN;
    }
    const char *secret = text + PUBLIC_ID_LEN + 1;
    if (len != SESSION_TEXT_LEN || secret[-1] != '_' ||
        !base32_decode(secret, API_KEY_SECRET_LEN, bytes, sizeof bytes) ||
        !public_id_parse(text, PUBLIC_ID_LEN, &out->workspace, &out->session))
        return false;
    memcpy(out->secret, secret, API_KEY_SECRET_LEN);
    out->secret[API_KEY_SECRET_LEN] = '\0';
    return true;
}

void session_format(const struct session_text *session, char out[SESSION_LINK_MAX_BYTES + 1])
{
    char *at = out;

    if (session->is_link) {
        memcpy(at, SESSION_LINK_PREFIX, LINK_PREFIX_LEN);
        at += LINK_PREFIX_LEN;
    }
    public_id_format(session->workspace, session->session, at);
    at[PUBLIC_ID_LEN] = '_';
    memcpy(at + PUBLIC_ID_LEN + 1, session->secret, API_KEY_SECRET_LEN + 1);
}

bool session_holds(const struct session *session, const struct session_text *text, instant now)
{
    uint8_t hash[DIGEST_BYTES];

    api_key_hash(text->secret, hash);
    if (!digest_equal(hash, session->secret_hash, DIGEST_BYTES) ||
        session->ended_at != INSTANT_NONE || text->is_link != (session->opened_at == INSTANT_NONE))
        return false;
    return text->is_link ? now < session->link_until
                         : now < session->used_at + SESSION_IDLE_HOURS * INSTANT_HOUR;
}
