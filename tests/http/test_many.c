/* Requests that concern many rows which they find out by and by: the replay of a large delivery,
 * and whatever goes to the first of many leads that were merged one after the other. */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include "store/pg/pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX_BYTES 400

/* ---- asking ---- */

static struct stage stage;

static void done(const char *as, const char *method, const char *target, const char *body,
                 int status)
{
    struct answer answer = stage_call(&stage, as, method, target, body, status);

    answer_release(&answer);
}

static const char *text_at(const struct answer *answer, const char *pointer)
{
    const char *text = json_string_value(story_at(answer->json, pointer));

    ck_assert_msg(text != NULL, "nothing at %s of %.500s", pointer, answer->body);
    return text;
}

/* ---- deliveries ---- */

/* A round of the lane finds the delivery's row, one its identities, one what the visitors that turn
 * out to be one person have in all; then it is decided. */
#define ROUNDS_WANTED 3

static const struct {
    const char *label;
    int items;
    bool two_ids;
    bool visited; /* each was here before, with two anonymous ids */
} sizes[] = {
    {"13, one id each", 13, false, false},
    {"13, two ids each", 13, true, false},
    {"40, one id each", 40, false, false},
    {"40, two ids each", 40, true, false},
    {"256, one id each", 256, false, false},
    {"256, two ids each", 256, true, false},
    {"256, whose visits are known", 256, false, true},
};

#define ITEM_MAX_BYTES 200

/* A body of leads, each as the form says with its number for every #. The caller frees it. */
static char *items_of(int loop, const char *form)
{
    size_t size = 100 + (size_t)sizes[loop].items * ITEM_MAX_BYTES;
    char *text = calloc(1, size);
    size_t len = (size_t)snprintf(text, size, "{\"leads\":[");

    for (int i = 0; i < sizes[loop].items; i++) {
        if (i > 0)
            text[len++] = ',';
        for (const char *c = form; *c != '\0'; c++)
            if (*c == '#')
                len += (size_t)snprintf(text + len, size - len, "%d", i);
            else
                text[len++] = *c;
    }
    snprintf(text + len, size - len, "]}");
    return text;
}

#define ONE_ID  "{\"mail\":\"p#@acme.example\"}"
#define TWO_IDS "{\"mail\":\"p#@acme.example\",\"id\":\"p#\"}"
#define VISITED "{\"mail\":\"p#@acme.example\",\"visit\":\"a#\"}"
#define KNOWN   "{\"email\":\"p#@acme.example\"}"
#define VISITS  "{\"anonymous_ids\":[\"a#\",\"b#\"]}"

/* The person and the visitor are two leads, until the delivery says that they are one. */
static void make_visits(int loop)
{
    char *known = items_of(loop, KNOWN);
    char *visits = items_of(loop, VISITS);

    done("marketing", "POST", "/v1/leads/batch", known, 200);
    done("marketing", "POST", "/v1/leads/batch", visits, 200);
    free(known);
    free(visits);
}

/* The mapping under test, which finds its items in this member. */
static void write_mapping(int loop, const char *each, char mapping[TEXT_MAX_BYTES])
{
    snprintf(mapping, TEXT_MAX_BYTES, "{\"each\":\"%s\",\"email\":\"/mail\"%s%s}", each,
             sizes[loop].two_ids ? ",\"external_id\":\"/id\"" : "",
             sizes[loop].visited ? ",\"anonymous_id\":\"/visit\"" : "");
}

static void make_source(int loop, char *path, char *etag)
{
    char mapping[TEXT_MAX_BYTES], body[2 * TEXT_MAX_BYTES];

    write_mapping(loop, "/nothing", mapping);
    snprintf(body, sizeof body, "{\"name\":\"s%d\",\"team\":\"marketing\",\"mapping\":%s}", loop,
             mapping);
    struct answer answer = stage_call(&stage, "ana", "POST", "/v1/sources", body, 201);
    snprintf(path, TEXT_MAX_BYTES, "%s", text_at(&answer, "/source/path"));
    snprintf(etag, TEXT_MAX_BYTES, "If-Match: %s", answer_header(&answer, "ETag"));
    answer_release(&answer);
}

static void mend_source(int loop, const char *path, const char *etag)
{
    char mapping[TEXT_MAX_BYTES], body[2 * TEXT_MAX_BYTES], target[TEXT_MAX_BYTES];
    struct answer answer;

    write_mapping(loop, "/leads", mapping);
    snprintf(body, sizeof body, "{\"mapping\":%s}", mapping);
    snprintf(target, sizeof target, "/v1/sources/%s", strrchr(path, '/') + 1);
    client_call(stage.client,
                &(struct call){.method = "PATCH",
                               .target = target,
                               .token = story_get(stage.story, "ana"),
                               .body = body,
                               .headers = {etag}},
                &answer);
    ck_assert_msg(answer.status == 200, "%s: %d: %s", target, answer.status, answer.body);
    answer_release(&answer);
}

/* Delivered and replayed; what came of it. */
static void deliver(const char *path, const char *items, const char *first, char *replay)
{
    struct answer answer = stage_call(&stage, "marketing", "POST", path, items, 202);

    ck_assert_str_eq(text_at(&answer, "/status"), first);
    snprintf(replay, TEXT_MAX_BYTES, "/v1/deliveries/%s/replay", text_at(&answer, "/delivery_id"));
    answer_release(&answer);
}

static void replay_applied(const char *replay)
{
    long long before = service_metric(stage_service(), "lane_reruns_total");
    struct answer answer = stage_call(&stage, "ana", "POST", replay, NULL, 200);

    ck_assert_str_eq(text_at(&answer, "/status"), "applied");
    answer_release(&answer);
    ck_assert_int_le(service_metric(stage_service(), "lane_reruns_total") - before, ROUNDS_WANTED);
}

static void last_lead_is_there(int loop)
{
    char target[TEXT_MAX_BYTES];

    snprintf(target, sizeof target, "/v1/leads?email=p%d@acme.example", sizes[loop].items - 1);
    struct answer answer = stage_call(&stage, "ana", "GET", target, NULL, 200);
    ck_assert_uint_eq(json_array_size(story_at(answer.json, "/data")), 1);
    answer_release(&answer);
}

/* Once as it was applied, and once what failed and is mapped anew. */
START_TEST(a_large_delivery_is_replayed)
{
    char path[TEXT_MAX_BYTES], etag[TEXT_MAX_BYTES], replay[TEXT_MAX_BYTES];

    stage = stage_open("");
    if (sizes[_i].visited)
        make_visits(_i);
    char *items = items_of(_i, sizes[_i].visited ? VISITED : sizes[_i].two_ids ? TWO_IDS : ONE_ID);
    make_source(_i, path, etag);
    deliver(path, items, "failed", replay);
    mend_source(_i, path, etag);
    replay_applied(replay);
    last_lead_is_there(_i);
    replay_applied(replay);
    deliver(path, items, "applied", replay);
    replay_applied(replay);
    free(items);
    stage_close(&stage);
}
END_TEST

/* ---- merges ---- */

#define MERGES 100

static char leads[MERGES + 1][40];

static void capture_leads(void)
{
    size_t size = 100 + (MERGES + 1) * ITEM_MAX_BYTES;
    char *text = calloc(1, size), pointer[TEXT_MAX_BYTES];
    size_t len = (size_t)snprintf(text, size, "{\"leads\":[");

    for (int i = 0; i <= MERGES; i++)
        len += (size_t)snprintf(text + len, size - len,
                                "%s{\"email\":\"m%d@acme.example\",\"touch\":{\"kind\":\"call\"}}",
                                i ? "," : "", i);
    snprintf(text + len, size - len, "]}");
    struct answer answer = stage_call(&stage, "marketing", "POST", "/v1/leads/batch", text, 200);
    for (int i = 0; i <= MERGES; i++) {
        snprintf(pointer, sizeof pointer, "/data/%d/result/lead/id", i);
        snprintf(leads[i], sizeof leads[i], "%s", text_at(&answer, pointer));
    }
    answer_release(&answer);
    free(text);
}

/* Of no lead l of this workspace, which was merged into s, is this so. */
static void none(const char *so)
{
    char sql[4 * TEXT_MAX_BYTES];

    snprintf(sql, sizeof sql,
             "DO $$ BEGIN IF EXISTS (SELECT FROM lead l LEFT JOIN lead s "
             "ON s.lead_id = l.merged_into WHERE (%s) AND l.workspace_id = (SELECT workspace_id "
             "FROM lead WHERE lead_id = '%s')) THEN RAISE 'a lead whose %s'; END IF; END $$",
             so, leads[0], so);
    stage_sql(sql);
}

/* Each into the next. */
static void merge_leads(void)
{
    char target[TEXT_MAX_BYTES], body[TEXT_MAX_BYTES];

    for (int i = 0; i < MERGES; i++) {
        snprintf(target, sizeof target, "/v1/leads/%s/merge", leads[i + 1]);
        snprintf(body, sizeof body, "{\"from\":\"%s\"}", leads[i]);
        done("ana", "POST", target, body, 200);
    }
}

/* Such as merges were kept before: each lead leads to the next one alone, as the ledger says. */
static void make_a_chain_of_them(void)
{
    stage_sql(
        "UPDATE lead l SET merged_into = (convert_from(e.body, 'UTF8')::json->>'survivor')::uuid "
        "FROM ledger e WHERE e.workspace_id = l.workspace_id AND e.subject_id = l.lead_id "
        "AND e.kind = 8 AND l.status = 'merged'");
}

/* To the first lead; the one that answers is the last, and is found when the group runs again. */
static void do_to(const char *as, const char *method, const char *action, const char *body,
                  int status, int reruns)
{
    char target[TEXT_MAX_BYTES];
    long long before = service_metric(stage_service(), "lane_reruns_total");

    snprintf(target, sizeof target, "/v1/leads/%s%s", leads[0], action);
    struct answer answer = stage_call(&stage, as, method, target, body, status);
    ck_assert_str_eq(text_at(&answer, "/lead/id"), leads[MERGES]);
    answer_release(&answer);
    ck_assert_msg(service_metric(stage_service(), "lane_reruns_total") - before <= reruns,
                  "%s%s: run again %lld times", method, action,
                  service_metric(stage_service(), "lane_reruns_total") - before);
}

static void whatever_goes_to_the_first_reaches_the_last(void)
{
    char target[TEXT_MAX_BYTES];

    do_to("ana", "POST", "/touches", "{\"kind\":\"call\"}", 201, 1);
    do_to("ana", "PATCH", "", "{\"attributes\":{\"seniority\":\"vp\"}}", 200, 1);
    do_to("sam", "POST", "/facts",
          "{\"facts\":{\"budget\":{\"value\":5,\"evidence\":\"said so\"}}}", 200, 1);
    /* once more for how many of this month there are */
    do_to("ana", "POST", "/override",
          "{\"term\":\"mql\",\"result\":\"qualified\",\"note\":\"met\"}", 200, 2);
    snprintf(target, sizeof target, "/v1/leads/%s", leads[0]);
    struct answer answer = stage_call(&stage, "ana", "GET", target, NULL, 200);
    ck_assert_str_eq(text_at(&answer, "/id"), leads[MERGES]);
    ck_assert_str_eq(text_at(&answer, "/attributes/seniority"), "vp");
    answer_release(&answer);
}

static void erased_by_the_first_all_are_gone(void)
{
    char target[TEXT_MAX_BYTES];

    snprintf(target, sizeof target, "/v1/leads/%s/erase", leads[0]);
    done("ana", "POST", target, NULL, 200);
    for (int i = 0; i <= MERGES; i += MERGES / 2) {
        snprintf(target, sizeof target, "/v1/leads/%s", leads[i]);
        done("ana", "GET", target, NULL, 410);
    }
    none("l.salt IS NOT NULL");
}

START_TEST(the_first_of_a_hundred_merges_is_one_step_away)
{
    stage = stage_open("--starter " MQL_FILE " --sign");
    capture_leads();
    merge_leads();
    none("s.merged_into IS NOT NULL");
    whatever_goes_to_the_first_reaches_the_last();
    free(stage_baton("verify --state", 0));
    erased_by_the_first_all_are_gone();
    stage_close(&stage);
}
END_TEST

START_TEST(a_chain_of_a_hundred_merges_is_followed)
{
    stage = stage_open("--starter " MQL_FILE " --sign");
    capture_leads();
    merge_leads();
    make_a_chain_of_them();
    whatever_goes_to_the_first_reaches_the_last();
    erased_by_the_first_all_are_gone();
    free(stage_baton("verify --state", 0));
    stage_close(&stage);
}
END_TEST

/* ---- what cannot be loaded ---- */

/* No merge makes such rows: somebody's hand did, or a fault. */
START_TEST(leads_in_a_circle_are_said_to_be_damaged)
{
    char sql[2 * TEXT_MAX_BYTES], target[TEXT_MAX_BYTES];

    stage = stage_open("");
    capture_leads();
    long long before = service_metric(stage_service(), "lane_not_loadable_total");
    stage_sql("CREATE TABLE before_circle AS SELECT * FROM lead");
    snprintf(sql, sizeof sql,
             "UPDATE lead SET status = 'merged', owner_team = NULL, next_step = NULL, next_at = "
             "NULL, identities = NULL, attributes "
             "= NULL, facts = NULL, merged_into = CASE lead_id WHEN '%s' THEN '%s' ELSE '%s' "
             "END::uuid WHERE lead_id IN ('%s', '%s')",
             leads[0], leads[1], leads[0], leads[0], leads[1]);
    stage_sql(sql);
    snprintf(target, sizeof target, "/v1/leads/%s/touches", leads[0]);
    struct answer answer = stage_call(&stage, "ana", "POST", target, "{\"kind\":\"call\"}", 500);
    ck_assert_str_eq(text_at(&answer, "/code"), "not_loadable");
    answer_release(&answer);
    ck_assert_int_eq(service_metric(stage_service(), "lane_not_loadable_total") - before, 1);
    snprintf(target, sizeof target, "/v1/leads/%s/touches", leads[2]);
    done("ana", "POST", target, "{\"kind\":\"call\"}", 201);
    snprintf(sql, sizeof sql,
             "UPDATE lead l SET status = b.status, owner_team = b.owner_team, identities = "
             "b.identities, attributes = b.attributes, facts = b.facts, merged_into = NULL, "
             "next_step = b.next_step, next_at = b.next_at "
             "FROM before_circle b WHERE b.lead_id = l.lead_id AND l.lead_id IN ('%s', '%s'); "
             "DROP TABLE before_circle",
             leads[0], leads[1]);
    stage_sql(sql);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "many");

    EACH(t, a_large_delivery_is_replayed, sizes);
    TESTS(t, the_first_of_a_hundred_merges_is_one_step_away,
          a_chain_of_a_hundred_merges_is_followed, leads_in_a_circle_are_said_to_be_damaged);
}
