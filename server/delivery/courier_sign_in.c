#include "delivery/courier_inside.h"
#include "delivery/mail_letter.h"
#include "http/log.h"
#include "http/random.h"

#include "core/setup/session.h"
#include "store/pg/entropy.h"
#include "store/read/sessions.h"
#include "store/table/member_mailbox.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINK_MEMORY_BYTES ((size_t)1 << 20)
/** Addresses that one round looks up: deliveries wait meanwhile. */
#define ROUND_MAX 8

/* A link that is being sent. */
struct sent_link {
    struct sent_link *next;
    struct arena *arena;
    struct attempt attempt;
    struct courier *courier;
};

static void forget_link(struct sent_link *link)
{
    arena_free(link->arena);
    free(link);
}

/* It is not tried again: whoever waits for it asks again. */
static void end_link(struct attempt *attempt)
{
    struct sent_link *link = attempt->owner;

    struct sent_link **at = &link->courier->links;

    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
    if (attempt->failure != NULL)
        log_event(LOG_LEVEL_WARN, "sign_in", "a link could not be mailed: %s", attempt->failure);
    forget_link(link);
}

/* The newest of a member's own that holds; NULL: they have none, and could do nothing. */
static const struct api_key *key_of(const struct config *config, struct uuid member)
{
    const struct api_key *newest = NULL;

    for (size_t i = 0; i < config->key_count; i++) {
        const struct api_key *key = &config->keys[i];
        if (uuid_equal(key->member, member) && config_key_stands(config, key) &&
            (newest == NULL || key->created_at > newest->created_at))
            newest = key;
    }
    return newest;
}

static instant wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (instant)now.tv_sec * INSTANT_SECOND + now.tv_nsec / 1000;
}

/* Stores it, and gives its token; NULL: it cannot be stored now. */
static const char *make_link(const struct read *read, const struct api_key *key, instant now)
{
    struct session session = {
        .id = random_uuid(),
        .member = key->member,
        .key = key->id,
        .made_at = now,
        .link_until = now + SESSION_LINK_MINUTES * INSTANT_MINUTE,
        .opened_at = INSTANT_NONE,
        .used_at = now,
        .ended_at = INSTANT_NONE,
    };
    struct session_text text = {read->workspace, session.id, "", true};
    char *token = arena_alloc(read->arena, SESSION_LINK_MAX_BYTES + 1);
    uint8_t random[API_KEY_SECRET_BYTES];

    entropy_fill(random, sizeof random);
    api_key_secret(random, text.secret);
    api_key_hash(text.secret, session.secret_hash);
    if (token == NULL || sessions_add(read, &session) != ERR_NONE)
        return NULL;
    session_format(&text, token);
    return token;
}

/* False: memory is short. */
static bool write_letter(struct courier *courier, struct sent_link *link, const char *workspace,
                         const char *token, instant now)
{
    const struct mail_settings *mail = &courier->settings.mail;
    struct arena *arena = link->arena;
    struct text_out text, html;
    char id[UUID_TEXT_LEN + 1];
    const struct mail_letter letter = {
        .id = id,
        .from = mail->from,
        .subject = "Your link to sign in to Baton",
        .text = &text,
        .html = &html,
        .now = now,
    };
    const char *url = arena_printf(arena, "%s/#link=%s", mail->public_url, token);

    const char *within = arena_printf(arena, ", once and within %d minutes:", SESSION_LINK_MINUTES);
    static const char unasked[] = "If you have not asked for it, leave it: nobody else can use it.";
    const char *const words[] = {
        "This link signs you in to ", workspace, within, "\n\n", url, "\n\n", unasked, "\n"};

    if (url == NULL || within == NULL)
        return false;
    uuid_format(random_uuid(), id);
    text_out_init(&text, arena, MAIL_PART_MAX_BYTES);
    text_out_init(&html, arena, MAIL_PART_MAX_BYTES);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        text_out_put(&text, words[i]);
    text_out_put(&html, "<!doctype html><meta charset=\"utf-8\"><title>Baton</title>\n<p>");
    for (size_t i = 0; i < 3; i++)
        mail_put_html(&html, words[i]);
    text_out_put(&html, "<p><a href=\"");
    mail_put_html(&html, url);
    text_out_put(&html, "\">Sign in</a><p>");
    text_out_put(&html, unasked);
    link->attempt.body = mail_letter_write(&letter, arena, &link->attempt.body_len);
    return link->attempt.body != NULL && !arena_failed(arena);
}

/* False: it cannot be sent now. */
static bool send_link(struct courier *courier, struct sent_link *link, const char *address)
{
    const struct mail_settings *mail = &courier->settings.mail;
    struct attempt_mail *to = ARENA_NEW(link->arena, struct attempt_mail);
    const char **readers = ARENA_ARRAY(link->arena, const char *, 1);

    if (to == NULL || readers == NULL)
        return false;
    readers[0] = arena_printf(link->arena, "<%s>", address);
    *to = (struct attempt_mail){
        .from = arena_printf(link->arena, "<%s>", mail->from),
        .to = readers,
        .to_count = 1,
        .plain = mail->plain == 1,
    };
    link->attempt.mail = to;
    link->attempt.url = mail->url;
    link->attempt.owner = link;
    link->attempt.done = end_link;
    link->attempt.answer_room = ATTEMPT_ANSWER_BYTES;
    link->attempt.answer = arena_alloc(link->arena, ATTEMPT_ANSWER_BYTES + 1);
    return !arena_failed(link->arena) && attempt_begin(&link->attempt, courier->multi);
}

static void link_for(struct courier *courier, const struct member_mailbox *whose,
                     const char *address)
{
    struct sent_link *link = calloc(1, sizeof *link);
    const struct config *config = NULL;
    instant now = wall_clock();

    if (link == NULL || (link->arena = arena_new(LINK_MEMORY_BYTES)) == NULL) {
        free(link);
        return;
    }
    link->courier = courier;
    const struct read read = {.pg = courier->app,
                              .arena = link->arena,
                              .workspace = whose->workspace,
                              .deadline = pg_deadline_in(DATABASE_MS)};
    const struct api_key *key = NULL;
    if (config_cache_refresh(courier->settings.cache, courier->app, whose->workspace, 0,
                             pg_deadline_in(DATABASE_MS), &config) == PG_OK &&
        config != NULL)
        key = key_of(config, whose->member);
    const char *token = key == NULL ? NULL : make_link(&read, key, now);
    if (token != NULL && write_letter(courier, link, config->name, token, now) &&
        send_link(courier, link, address)) {
        link->next = courier->links;
        courier->links = link;
    } else {
        forget_link(link);
    }
    config_release(config);
}

void courier_send_links(struct courier *courier)
{
    char address[SIGN_IN_ADDRESS_BYTES];

    for (int i = 0; i < ROUND_MAX && sign_in_next(courier->sign_in, address); i++) {
        struct member_mailbox mailboxes[MEMBER_MAILBOXES_MAX];
        struct arena *arena = arena_new(1 << 16);
        size_t count = 0;
        if (arena == NULL ||
            member_mailboxes(courier->job, arena, address, pg_deadline_in(DATABASE_MS), mailboxes,
                             &count) != PG_OK)
            log_event(LOG_LEVEL_WARN, "sign_in", "a link is not sent: it cannot be looked up");
        for (size_t k = 0; k < count; k++)
            link_for(courier, &mailboxes[k], address);
        if (arena != NULL)
            arena_free(arena);
    }
}

void courier_drop_links(struct courier *courier)
{
    for (struct sent_link *next, *link = courier->links; link != NULL; link = next) {
        next = link->next;
        attempt_drop(&link->attempt, courier->multi);
        forget_link(link);
    }
    courier->links = NULL;
}
