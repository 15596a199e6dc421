/* Sessions: the text of a token, when it holds, and which page may have sent it. */
#include "core/setup/session.h"
#include "http/own_origin.h"
#include "suite.h"

#include <string.h>

#define HOST "baton.example:8080"
#define OURS "https://" HOST

static const struct {
    const char *origin, *site;
    bool read, write;
} senders[] = {
    {OURS, "same-origin", true, true},
    {"http://" HOST, "same-origin", true, true}, /* TLS ends before Baton */
    {"https://BATON.example:8080", "same-origin", true, true},
    {OURS, NULL, true, true}, /* an old browser */
    {NULL, "same-origin", true, false},
    {NULL, "none", true, false}, /* the address bar */
    {NULL, NULL, true, false},   /* no browser, or an old one */
    {OURS, "none", true, false},
    {OURS, "same-site", false, false},
    {OURS, "cross-site", false, false},
    {NULL, "cross-site", false, false},
    {"https://evil.example", "same-origin", false, false},
    {"https://baton.example", NULL, false, false}, /* another port */
    {OURS ".evil.example", NULL, false, false},
    {OURS "/", NULL, false, false}, /* an origin has no path */
    {"https://x@" HOST, NULL, false, false},
    {OURS " ", NULL, false, false},
    {"ftp://" HOST, NULL, false, false},
    {HOST, NULL, false, false},
    {"null", NULL, false, false},
    {"", NULL, false, false},
};

START_TEST(which_page_may_have_sent_it)
{
    const struct origin_headers headers = {senders[_i].origin, HOST, senders[_i].site};

    ck_assert_int_eq(own_origin(&headers, false), senders[_i].read);
    ck_assert_int_eq(own_origin(&headers, true), senders[_i].write);
}
END_TEST

START_TEST(without_a_host_it_is_nobodys)
{
    ck_assert(!own_origin(&(struct origin_headers){.origin = OURS}, false));
}
END_TEST

static struct session_text token(bool is_link)
{
    const uint8_t random[API_KEY_SECRET_BYTES] = {7};
    struct session_text text = {{{1}}, {{2}}, "", is_link};

    api_key_secret(random, text.secret);
    return text;
}

START_TEST(it_is_read_as_it_was_written)
{
    for (int is_link = 0; is_link < 2; is_link++) {
        struct session_text written = token(is_link), read;
        char text[SESSION_LINK_MAX_BYTES + 1];
        session_format(&written, text);
        ck_assert(session_parse(text, strlen(text), &read));
        ck_assert_mem_eq(&read.workspace, &written.workspace, sizeof read.workspace);
        ck_assert_mem_eq(&read.session, &written.session, sizeof read.session);
        ck_assert_str_eq(read.secret, written.secret);
        ck_assert_int_eq(read.is_link, is_link);
        for (size_t len = 0; len < strlen(text); len++)
            ck_assert_msg(!session_parse(text, len, &read), "%.*s", (int)len, text);
        text[strlen(text) - 1] = '!';
        ck_assert(!session_parse(text, strlen(text), &read));
    }
}
END_TEST

#define NOW ((instant)1000 * INSTANT_DAY)

static struct session open_session(void)
{
    struct session_text text = token(false);
    struct session session = {.link_until = INSTANT_NONE,
                              .opened_at = NOW - 30 * INSTANT_DAY,
                              .used_at = NOW,
                              .ended_at = INSTANT_NONE};

    api_key_hash(text.secret, session.secret_hash);
    return session;
}

START_TEST(it_holds_while_it_is_used)
{
    struct session session = open_session();
    struct session_text text = token(false), other = token(false), link = token(true);
    instant idle = NOW + SESSION_IDLE_HOURS * INSTANT_HOUR;

    other.secret[0] = other.secret[0] == 'a' ? 'b' : 'a';
    ck_assert(session_holds(&session, &text, NOW));
    ck_assert(session_holds(&session, &text, idle - 1));
    ck_assert(!session_holds(&session, &text, idle));
    ck_assert(!session_holds(&session, &other, NOW));
    ck_assert(!session_holds(&session, &link, NOW));
    session.ended_at = NOW;
    ck_assert(!session_holds(&session, &text, NOW));
}
END_TEST

START_TEST(a_link_holds_until_it_is_opened)
{
    struct session session = open_session();
    struct session_text link = token(true), text = token(false);

    session.opened_at = INSTANT_NONE;
    session.link_until = NOW + INSTANT_MINUTE;
    ck_assert(session_holds(&session, &link, NOW));
    ck_assert(!session_holds(&session, &text, NOW));
    ck_assert(!session_holds(&session, &link, session.link_until));
    session.opened_at = NOW;
    ck_assert(!session_holds(&session, &link, NOW));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "session");

    EACH(tcase, which_page_may_have_sent_it, senders);
    tcase_add_test(tcase, without_a_host_it_is_nobodys);
    tcase_add_test(tcase, it_is_read_as_it_was_written);
    tcase_add_test(tcase, it_holds_while_it_is_used);
    tcase_add_test(tcase, a_link_holds_until_it_is_opened);
}
