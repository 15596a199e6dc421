#include "api/sessions_api.h"

#include "http/httpd.h"
#include "http/own_origin.h"
#include "http/random.h"
#include "http/reply.h"
#include "http/request_refuse.h"

#include "store/pg/entropy.h"
#include "store/read/sessions.h"

#include <string.h>
#include <strings.h>

#define COOKIE       "__Host-baton"
#define COOKIE_RULES "; Path=/; Secure; HttpOnly; SameSite=Strict"
#define SCHEME       "Bearer "
#define ANSWER_BYTES (64u << 10)

/* ---- the token of a request ---- */

/* "a=1; __Host-baton=…; b=2". A name that is there twice was not set by us alone. */
static bool find_cookie(const char *cookies, const char **value, size_t *len)
{
    size_t found = 0;

    while (cookies != NULL && *cookies != '\0') {
        cookies += strspn(cookies, " ;,");
        size_t item = strcspn(cookies, ";,");
        if (item > sizeof COOKIE && memcmp(cookies, COOKIE "=", sizeof COOKIE) == 0) {
            *value = cookies + sizeof COOKIE;
            *len = item - sizeof COOKIE;
            found++;
        }
        cookies += item;
    }
    return found == 1;
}

static bool is_read(const struct request *r)
{
    return strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0;
}

/* A link opens a session and does nothing else. */
static bool link_token(struct request *r, struct session_text *out)
{
    const char *text = r->authorization;

    if (r->route->read != sessions_open || strncasecmp(text, SCHEME, sizeof SCHEME - 1) != 0)
        return false;
    text += sizeof SCHEME - 1;
    return session_parse(text, strlen(text), out) && out->is_link;
}

bool sessions_token(struct request *r, struct session_text *out)
{
    const struct origin_headers from = {
        .origin = r->origin,
        .host = request_header(r, "Host"),
        .sec_fetch_site = request_header(r, "Sec-Fetch-Site"),
    };
    const char *value;
    size_t len;

    if (r->authorization != NULL)
        return link_token(r, out);
    return find_cookie(request_header(r, "Cookie"), &value, &len) &&
           session_parse(value, len, out) && !out->is_link && own_origin(&from, !is_read(r));
}

/* ---- answers ---- */

static void write_session(const struct request *r, const struct session *session,
                          struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", session->id);
    json_out_member_instant(out, "opened_at", session->opened_at);
    json_out_member_instant(out, "used_at", session->used_at);
    json_out_member_instant(out, "ends_at", session->used_at + SESSION_IDLE_HOURS * INSTANT_HOUR);
    json_out_member_bool(out, "current", uuid_equal(session->id, r->session));
    json_out_end_object(out);
}

/* Sessions are members', and only what one holds opens one: a session that was stolen makes no
 * others. */
static enum err check_key(struct request *r)
{
    if (!uuid_is_nil(r->session) && r->authorization == NULL)
        return request_refuse(r, ERR_FORBIDDEN, "A session makes no other: use the key");
    if (uuid_is_nil(r->caller.member) || r->baton_actor != NULL)
        return request_refuse(r, ERR_ACTOR_REQUIRED,
                              "A session is a member's: use the key of one, not a team's");
    return ERR_NONE;
}

static const char *make_token(struct request *r, const struct session *session, bool is_link,
                              uint8_t hash[DIGEST_BYTES])
{
    struct session_text text = {r->caller.workspace, session->id, "", is_link};
    char *token = arena_alloc(r->arena, SESSION_LINK_MAX_BYTES + 1);
    uint8_t random[API_KEY_SECRET_BYTES];

    entropy_fill(random, sizeof random);
    api_key_secret(random, text.secret);
    api_key_hash(text.secret, hash);
    if (token != NULL)
        session_format(&text, token);
    return token;
}

/* ---- sign in ---- */

enum err sessions_open(struct request *r, struct read *read)
{
    bool by_link = !uuid_is_nil(r->session);
    struct session session = {
        .id = by_link ? r->session : random_uuid(),
        .member = r->caller.member,
        .key = r->caller.key,
        .made_at = r->received_at,
        .link_until = INSTANT_NONE,
        .opened_at = r->received_at,
        .used_at = r->received_at,
        .ended_at = INSTANT_NONE,
    };
    struct json_out out;
    enum err err = check_key(r);

    if (err != ERR_NONE)
        return err;
    const char *token = make_token(r, &session, false, session.secret_hash);
    if (token == NULL)
        return ERR_OUT_OF_MEMORY;
    err = by_link ? sessions_use_link(read, session.id, session.secret_hash, r->received_at)
                  : sessions_add(read, &session);
    if (err == ERR_NOT_FOUND)
        return request_refuse(r, ERR_UNAUTHENTICATED, "This link was used already, or is too old");
    if (err != ERR_NONE)
        return err;
    r->session = session.id;
    r->reply.cookie = arena_printf(r->arena, COOKIE "=%s" COOKIE_RULES, token);
    json_out_init(&out, r->arena, ANSWER_BYTES);
    write_session(r, &session, &out);
    reply_json(r, 201, &out);
    return ERR_NONE;
}

enum err sessions_link(struct request *r, struct read *read)
{
    struct session session = {
        .id = random_uuid(),
        .member = r->caller.member,
        .key = r->caller.key,
        .made_at = r->received_at,
        .link_until = r->received_at + SESSION_LINK_MINUTES * INSTANT_MINUTE,
        .opened_at = INSTANT_NONE,
        .used_at = r->received_at,
        .ended_at = INSTANT_NONE,
    };
    struct json_out out;
    enum err err = check_key(r);

    if (err != ERR_NONE)
        return err;
    const char *token = make_token(r, &session, true, session.secret_hash);
    if (token == NULL)
        return ERR_OUT_OF_MEMORY;
    err = sessions_add(read, &session);
    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, ANSWER_BYTES);
    json_out_begin_object(&out);
    /* behind the #, where neither a server's log nor a Referer has it */
    json_out_member_text(&out, "link", arena_printf(r->arena, "/#link=%s", token));
    json_out_member_instant(&out, "expires_at", session.link_until);
    json_out_end_object(&out);
    reply_json(r, 201, &out);
    return ERR_NONE;
}

struct mail_input {
    const char *email;
};

static const struct input_field mail_fields[] = {
    {"email", &input_email, AT(struct mail_input, email), .required = true},
};
const struct input_spec sessions_mail_spec = INPUT_SPEC(mail_fields, struct mail_input);

/* Nothing is looked up before it is answered: neither the answer nor its time says whether anybody
 * has the address. */
enum err sessions_mail(struct request *r)
{
    static const char asked[] = "{\"status\":\"asked\"}";
    const struct mail_input *input = r->input;

    if (!httpd_mail_link(r, input->email))
        return request_refuse(r, ERR_UNPROCESSABLE,
                              "This server mails no links: the operator sets BATON_SMTP_URL and "
                              "BATON_PUBLIC_URL. Sign in with your key");
    reply_static(r, 202, "application/json", asked, sizeof asked - 1);
    return ERR_NONE;
}

/* ---- list and end ---- */

enum err sessions_list(struct request *r, struct read *read)
{
    struct session *sessions;
    struct json_out out;
    size_t count;
    enum err err = sessions_of_member(read, r->caller.member, r->received_at, &sessions, &count);

    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, ANSWER_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    for (size_t i = 0; i < count; i++)
        write_session(r, &sessions[i], &out);
    json_out_end_array(&out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

static enum err end(struct request *r, const struct read *read, struct uuid id)
{
    enum err err = sessions_close(read, r->caller.member, id, r->received_at);

    if (err != ERR_NONE)
        return err;
    if (uuid_equal(id, r->session))
        r->reply.cookie = COOKIE "=" COOKIE_RULES "; Max-Age=0";
    reply_empty(r, 204);
    return ERR_NONE;
}

struct end_input {
    struct uuid session;
};

static const struct input_field end_fields[] = {
    {"session_id", &input_uuid, AT(struct end_input, session), .place = INPUT_PATH},
};
const struct input_spec sessions_end_input = INPUT_SPEC(end_fields, struct end_input);

enum err sessions_end(struct request *r, struct read *read)
{
    const struct end_input *input = r->input;

    return end(r, read, input->session);
}

enum err sessions_end_current(struct request *r, struct read *read)
{
    return end(r, read, r->session);
}
