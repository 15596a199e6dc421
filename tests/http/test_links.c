/*
 * Whoever follows Link: rel="next" comes to the end of every list and feed, having seen each item
 * once; and the next of a feed's last answer is where to come back to.
 */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES_MAX        200
#define TARGET_MAX_BYTES 4096
#define CAPTURE(who)                                                                               \
    POST("marketing captures " who, "marketing", "/v1/leads",                                      \
         "{'email':'" who "@kite.example','attributes':{'company.employees':120,"                  \
         "'seniority':'vp'},'touch':{'kind':'form_submitted','source':'" who "'}}",                \
         201, .keep = {{"lead", "/lead/id"}, {"offer", "/handoff/id"}})
#define REJECT                                                                                     \
    POST("sales sends it back", "sam", "/v1/handoffs/${offer}/reject", "{'reason':'duplicate'}",   \
         200)

static const struct step played[] = {CAPTURE("kim"), REJECT, CAPTURE("lee"), REJECT, CAPTURE("tom"),
                                     REJECT,         {0}};
static const struct step one_more[] = {CAPTURE("zoe"), REJECT, {0}};

/* Lists and feeds that have at least so many items by then; "&" or "?" and a limit is added. */
static const struct {
    const char *path;
    size_t least;
    bool is_feed;
} followed[] = {
    {"/v1/events?", 10, true},
    {"/v1/feedback?", 3, true},
    {"/v1/leads?reached=mql&", 3, true},
    {"/v1/leads?", 3, false},
    {"/v1/handoffs?", 3, false},
    {"/v1/leads/${lead}/timeline?", 3, false},
    {"/v1/leads/${lead}/verdicts?", 1, false},
    {"/v1/campaigns?dimension=source&", 3, false},
    {"/v1/members?", 4, false},
    {"/v1/keys?", 6, false},
};

static struct stage stage;

static void set_up(void)
{
    stage = stage_open("--starter " MQL_FILE " --sign");
    story_run(stage.story, played);
}

static void tear_down(void)
{
    stage_close(&stage);
}

static void get(const char *target, struct answer *answer)
{
    client_call(
        stage.client,
        &(struct call){.method = "GET", .target = target, .token = story_get(stage.story, "ana")},
        answer);
    ck_assert_msg(answer->status == 200, "GET %s: %d %s", target, answer->status, answer->body);
}

static size_t items_of(const struct answer *answer)
{
    return json_array_size(json_object_get(answer->json, "data"));
}

/* The target within "<…>; rel="next""; "" without a link. */
static void next_target(const struct answer *answer, char out[TARGET_MAX_BYTES])
{
    const char *link = answer_header(answer, "Link");

    out[0] = '\0';
    if (link == NULL)
        return;
    ck_assert_msg(link[0] == '<' && strstr(link, ">; rel=\"next\"") != NULL, "Link: %s", link);
    snprintf(out, TARGET_MAX_BYTES, "%.*s", (int)strcspn(link + 1, ">"), link + 1);
}

/* How many items the links from here on lead to; the last answer's next goes to last. */
static size_t follow(const char *from, char last[TARGET_MAX_BYTES])
{
    char target[TARGET_MAX_BYTES];
    size_t items = 0;
    int pages = 0;

    for (snprintf(target, sizeof target, "%s", from); target[0] != '\0'; pages++) {
        struct answer answer;
        ck_assert_msg(pages < PAGES_MAX, "%s: the links do not end", from);
        get(target, &answer);
        ck_assert_msg(items_of(&answer) > 0 || pages > 0 || answer_header(&answer, "Link") == NULL,
                      "%s is empty and leads on", target);
        items += items_of(&answer);
        next_target(&answer, target);
        const char *next = json_string_value(json_object_get(answer.json, "next"));
        ck_assert_msg(target[0] == '\0' || next != NULL, "%s: a link and no next", from);
        snprintf(last, TARGET_MAX_BYTES, "%s", next == NULL ? "" : next);
        answer_release(&answer);
    }
    return items;
}

START_TEST(links_lead_to_every_item_and_end)
{
    char target[TARGET_MAX_BYTES];
    char last[TARGET_MAX_BYTES];
    const char *missing;
    char *path = story_fill(stage.story, followed[_i].path, false, &missing);
    struct answer answer;

    snprintf(target, sizeof target, "%slimit=500", path);
    get(target, &answer);
    size_t all = items_of(&answer);
    ck_assert_msg(all >= followed[_i].least, "%s has %zu items", target, all);
    ck_assert_msg(answer_header(&answer, "Link") == NULL, "%s: nothing waits and there is a link",
                  target);
    answer_release(&answer);
    snprintf(target, sizeof target, "%slimit=1", path);
    size_t seen = follow(target, last);
    ck_assert_msg(seen == all, "%s: %zu items by links, %zu at once", path, seen, all);
    ck_assert_msg((last[0] != '\0') == followed[_i].is_feed, "%s: the last next is \"%s\"", path,
                  last);
    free(path);
}
END_TEST

START_TEST(the_last_next_of_a_feed_is_where_to_come_back)
{
    char target[2 * TARGET_MAX_BYTES];
    char last[TARGET_MAX_BYTES];
    char again[TARGET_MAX_BYTES];

    snprintf(target, sizeof target, "%slimit=2", followed[_i].path);
    follow(target, last);
    snprintf(target, sizeof target, "%slimit=2&after=%s", followed[_i].path, last);
    ck_assert_uint_eq(follow(target, again), 0);
    ck_assert_str_eq(again, last);
    story_run(stage.story, one_more);
    ck_assert_uint_ge(follow(target, again), 1);
    ck_assert_str_ne(again, last);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "links");

    tcase_add_checked_fixture(t, set_up, tear_down);
    EACH(t, links_lead_to_every_item_and_end, followed);
    tcase_add_loop_test(t, the_last_next_of_a_feed_is_where_to_come_back, 0, 3);
}
