/* What Baton does by itself when a lead's next step is due: the test moves the date, and waits for
 * the job's next look. */
#include "stage.h"
#include "suite.h"

#include "store/pg/pg.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNED      "--starter mql --sign"
#define ROUTE       "{\"routes\":[{\"from\":\"marketing\",\"to\":\"sales\",\"gates\":[\"mql\"]}]}"
#define WAIT_MS     30000 /* of the minute that is promised */
#define POLL_MS     50
#define SQL_WAIT_MS 20000
#define TEXT_MAX    300

static const char KIM[] = "{\"email\":\"kim@corp.example\",\"attributes\":{\"seniority\":\"vp\","
                          "\"company.employees\":120},\"touch\":{\"kind\":\"form_submitted\","
                          "\"source\":\"google\"}}";

static struct stage stage;
static char lead[TEXT_MAX];

/* The text at this place; "" when there is none. */
static const char *text_of(const char *as, const char *method, const char *target, const char *body,
                           int status, const char *pointer)
{
    static char text[TEXT_MAX];
    struct answer answer = stage_call(&stage, as, method, target, body, status);
    const char *found = json_string_value(story_at(answer.json, pointer));

    snprintf(text, sizeof text, "%s", found == NULL ? "" : found);
    answer_release(&answer);
    return text;
}

static void wait_for(const char *target, const char *pointer, const char *wanted)
{
    int64_t give_up = pg_now_ms() + WAIT_MS;
    const char *got = text_of("ana", "GET", target, NULL, 200, pointer);

    while (strcmp(got, wanted) != 0 && pg_now_ms() < give_up) {
        poll(NULL, 0, POLL_MS);
        got = text_of("ana", "GET", target, NULL, 200, pointer);
    }
    ck_assert_msg(strcmp(got, wanted) == 0, "%s %s: wanted %s, got %s", target, pointer, wanted,
                  got);
}

/* What stands before the id, which ends the statement. */
static void run_sql(const char *words, const char *id)
{
    char sql[2 * TEXT_MAX];
    struct pg *pg = pg_new(&(struct pg_settings){.conninfo = stage_database()});

    snprintf(sql, sizeof sql, "%s'%s'", words, id);
    ck_assert_ptr_nonnull(pg);
    enum pg_status status = pg_run_script(pg, sql, pg_deadline_in(SQL_WAIT_MS));
    ck_assert_msg(status == PG_OK, "%s: %s", sql, pg_error(pg)->text);
    pg_free(pg);
}

/* Kim is captured by marketing; lead is the path of her. */
static void capture_kim(void)
{
    snprintf(lead, sizeof lead, "/v1/leads/%s",
             text_of("marketing", "POST", "/v1/leads", KIM, 201, "/lead/id"));
}

static void offer_of_kim(char path[TEXT_MAX])
{
    snprintf(path, TEXT_MAX, "/v1/handoffs/%s",
             text_of("ana", "GET", lead, NULL, 200, "/open_handoff"));
}

START_TEST(who_could_not_be_offered_is_when_there_is_a_route)
{
    stage = stage_open(SIGNED);
    stage_agree(&stage, "routes", "{\"routes\":[]}");
    capture_kim();
    wait_for(lead, "/next/step", "offer");
    wait_for(lead, "/next/why", "no_route");
    stage_agree(&stage, "routes", ROUTE);
    wait_for(lead, "/next/step", "answer");
    stage_close(&stage);
}
END_TEST

START_TEST(what_is_overdue_is_first_in_the_queue_and_accepted_late)
{
    char offer[TEXT_MAX], accept[TEXT_MAX + 10];

    stage = stage_open(SIGNED);
    capture_kim();
    offer_of_kim(offer);
    run_sql("UPDATE handoff SET offered_at = now() - interval '9 hours', respond_by = now() - "
            "interval '1 hour' WHERE handoff_id = ",
            strrchr(offer, '/') + 1);
    run_sql("UPDATE lead SET next_at = now() - interval '1 hour' WHERE lead_id = ",
            strrchr(lead, '/') + 1);
    wait_for(lead, "/next/why", "overdue");
    wait_for(lead, "/next/step", "answer");
    wait_for("/v1/handoffs?overdue=true", "/data/0/id", strrchr(offer, '/') + 1);
    ck_assert_str_eq(text_of("sam", "POST", "/v1/handoffs/claim", "{\"team\":\"sales\"}", 200,
                             "/data/0/handoff/id"),
                     strrchr(offer, '/') + 1);
    snprintf(accept, sizeof accept, "%s/accept", offer);
    ck_assert_str_eq(text_of("sam", "POST", accept, NULL, 200, "/handoff/state"), "accepted");
    struct answer late = stage_call(&stage, "sam", "GET", offer, NULL, 200);
    ck_assert(json_is_true(story_at(late.json, "/overdue")));
    answer_release(&late);
    wait_for(lead, "/next/step", "decide");
    stage_close(&stage);
}
END_TEST

START_TEST(who_was_rejected_is_offered_again_when_the_wait_is_over)
{
    char first[TEXT_MAX], again[TEXT_MAX], reject[TEXT_MAX + 10];

    stage = stage_open(SIGNED);
    capture_kim();
    offer_of_kim(first);
    snprintf(reject, sizeof reject, "%s/reject", first);
    ck_assert_str_eq(
        text_of("sam", "POST", reject, "{\"reason\":\"bad_timing\"}", 200, "/lead/next/why"),
        "rejected: bad_timing");
    run_sql("UPDATE lead SET next_at = now() WHERE lead_id = ", strrchr(lead, '/') + 1);
    wait_for(lead, "/next/step", "answer");
    offer_of_kim(again);
    wait_for(again, "/previous", strrchr(first, '/') + 1);
    stage_close(&stage);
}
END_TEST

START_TEST(a_review_that_nobody_does_is_reminded_of)
{
    char offer[TEXT_MAX], withdraw[TEXT_MAX + 10], timeline[TEXT_MAX + 10];

    stage = stage_open(SIGNED);
    capture_kim();
    offer_of_kim(offer);
    snprintf(withdraw, sizeof withdraw, "%s/withdraw", offer);
    ck_assert_str_eq(text_of("ana", "POST", withdraw, NULL, 200, "/lead/next/step"), "review");
    run_sql("UPDATE lead SET next_at = now() - interval '25 hours' WHERE lead_id = ",
            strrchr(lead, '/') + 1);
    snprintf(timeline, sizeof timeline, "%s/timeline", lead);
    wait_for(timeline, "/data/4/type", "lead.reminded");
    wait_for(timeline, "/data/4/actor/type", "system");
    stage_close(&stage);
}
END_TEST

/* One lead that the database will not let be changed keeps none of the others from their turn. */
START_TEST(one_that_cannot_be_acted_on_keeps_nobody_waiting)
{
    static const char lee[] = "{\"email\":\"lee@corp.example\",\"touch\":{\"kind\":\"page_view\"}}";
    char poison[TEXT_MAX], timeline[2 * TEXT_MAX];

    stage = stage_open(SIGNED);
    snprintf(poison, sizeof poison, "%s",
             text_of("marketing", "POST", "/v1/leads", "{\"email\":\"max@corp.example\"}", 201,
                     "/lead/id"));
    snprintf(lead, sizeof lead, "/v1/leads/%s",
             text_of("marketing", "POST", "/v1/leads", lee, 201, "/lead/id"));
    stage_sql("CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
              "EXCEPTION 'poison' USING ERRCODE = '23514'; END $$");
    run_sql("UPDATE lead SET next_at = now() - interval '1 hour' WHERE lead_id = ", poison);
    run_sql("UPDATE lead SET next_at = now() - interval '1 minute' WHERE lead_id = ",
            strrchr(lead, '/') + 1);
    snprintf(timeline, sizeof timeline,
             "CREATE TRIGGER poison BEFORE UPDATE ON lead FOR EACH ROW WHEN (NEW.lead_id = '%s') "
             "EXECUTE FUNCTION poison()",
             poison);
    stage_sql(timeline);
    snprintf(timeline, sizeof timeline, "%s/timeline", lead);
    wait_for(timeline, "/data/2/type", "lead.judged");
    wait_for(timeline, "/data/2/actor/type", "system");
    stage_sql("DROP TRIGGER poison ON lead; DROP FUNCTION poison()");
    stage_close(&stage);
}
END_TEST

/* Nor does one whose reminder cannot be acted on. What becomes of a reminder that the routes do not
 * ask for is no event: that it is seen to stands in an entry that says nothing else. */
START_TEST(a_reminder_that_fails_keeps_nobody_waiting)
{
    static const char fits[] =
        "{\"email\":\"%s@corp.example\",\"attributes\":{\"seniority\":\"vp\"},"
        "\"touch\":{\"kind\":\"form_submitted\"}}";
    char body[TEXT_MAX], poison[TEXT_MAX], other[TEXT_MAX], timeline[2 * TEXT_MAX];

    stage = stage_open(SIGNED);
    snprintf(body, sizeof body, fits, "max");
    snprintf(poison, sizeof poison, "%s",
             text_of("marketing", "POST", "/v1/leads", body, 201, "/lead/id"));
    snprintf(body, sizeof body, fits, "lee");
    snprintf(other, sizeof other, "%s",
             text_of("marketing", "POST", "/v1/leads", body, 201, "/lead/id"));
    stage_sql("CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
              "EXCEPTION 'poison' USING ERRCODE = '23514'; END $$");
    snprintf(timeline, sizeof timeline,
             "CREATE TRIGGER poison BEFORE UPDATE ON lead FOR EACH ROW WHEN (NEW.lead_id = '%s') "
             "EXECUTE FUNCTION poison()",
             poison);
    stage_sql(timeline);
    run_sql("UPDATE handoff SET remind_at = now() - interval '1 hour' WHERE lead_id = ", poison);
    run_sql("UPDATE handoff SET remind_at = now() - interval '1 minute' WHERE lead_id = ", other);
    snprintf(timeline, sizeof timeline, "/v1/leads/%s/timeline", other);
    wait_for(timeline, "/data/3/type", "lead.updated");
    stage_sql("DROP TRIGGER poison ON lead; DROP FUNCTION poison()");
    snprintf(timeline, sizeof timeline, "/v1/leads/%s/timeline", poison);
    wait_for(timeline, "/data/3/type", "lead.updated");
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "due");

    TESTS(t, who_could_not_be_offered_is_when_there_is_a_route,
          what_is_overdue_is_first_in_the_queue_and_accepted_late,
          who_was_rejected_is_offered_again_when_the_wait_is_over,
          a_review_that_nobody_does_is_reminded_of,
          one_that_cannot_be_acted_on_keeps_nobody_waiting,
          a_reminder_that_fails_keeps_nobody_waiting);
}
