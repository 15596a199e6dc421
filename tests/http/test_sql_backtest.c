/* A back-test against one hand-written SQL statement over the tables, which asks the same question
 * and shares nothing with it: leads that were captured and judged, answered in every way, and of
 * which more was learnt later; history that was imported; and leads that nobody handed off. */
#include "stage.h"
#include "suite.h"

#include "test_cluster.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CAPTURED        120
#define IMPORTED        180
#define PATH_MAX_LEN    512 /* bytes */
#define TEXT_MAX        1024
#define SECONDS_PER_DAY 86400

/* ---- what both sides agreed, and what is asked ---- */

#define IN_FORCE                                                                                   \
    "{'term':'mql','title':'Neither small nor huge','criteria':["                                  \
    "{'id':'size','title':'Ten or more','kind':'fit','required':true,"                             \
    "'test':{'attribute':'company.employees','op':'gte','value':10}},"                             \
    "{'id':'bound','title':'At most 110','kind':'fit','required':true,"                            \
    "'test':{'attribute':'company.employees','op':'lte','value':110}}],"                           \
    "'reasons':[{'code':'spam','title':'Spam','about':'process','then':'disqualify'},"             \
    "{'code':'no_project','title':'No project','about':'gap','then':'nurture'}]}"
#define ASKED                                                                                      \
    "{'term':'mql','title':'Large, near and engaged','criteria':["                                 \
    "{'id':'size','title':'Fifty or more','kind':'fit','required':true,"                           \
    "'test':{'attribute':'company.employees','op':'gte','value':50}},"                             \
    "{'id':'near','title':'Near','kind':'fit','required':true,"                                    \
    "'test':{'attribute':'country','op':'in','value':['DE','AT']}},"                               \
    "{'id':'engaged','title':'Engaged of late','kind':'engagement','required':true,"               \
    "'test':{'touches':{'kind':'form_submitted','within_days':30},'op':'gte','value':1}},"         \
    "{'id':'often','title':'More than once','kind':'readiness','points':10,"                       \
    "'test':{'touches':{'kind':'form_submitted'},'op':'gte','value':2}}]}"

static const struct step agreed[] = {
    POST("a draft", "ana", "/v1/definitions/mql/versions", IN_FORCE, 201),
    POST("is proposed", "ana", "/v1/definitions/mql/versions/1/propose", NULL, 200,
         .keep = {{"hash", "/content_hash"}}),
    POST("signed by marketing", "ana", "/v1/definitions/mql/versions/1/sign",
         "{'content_hash':'${hash}'}", 200),
    POST("and by sales", "sam", "/v1/definitions/mql/versions/1/sign", "{'content_hash':'${hash}'}",
         200),
    {0}};

/* ---- captured, judged and answered ---- */

static void run(struct stage *stage, struct step step)
{
    const struct step steps[] = {step, {0}};

    story_run(stage->story, steps);
}

/* Every seventh size is missing and every eleventh is no number; every fifth country is missing. */
static void write_attributes(int i, char out[TEXT_MAX])
{
    static const char *const countries[] = {"DE", "FR", "AT", "US"};
    char size[64] = "", country[64] = "";

    if (i % 11 == 0)
        snprintf(size, sizeof size, "'company.employees':'many'");
    else if (i % 7 != 0)
        snprintf(size, sizeof size, "'company.employees':%d", i * 37 % 120);
    if (i % 5 != 0)
        snprintf(country, sizeof country, "%s'country':'%s'", size[0] == '\0' ? "" : ",",
                 countries[i / 6 % 4]);
    snprintf(out, TEXT_MAX, "{%s%s}", size, country);
}

static bool is_qualified(int i)
{
    return i % 11 != 0 && i % 7 != 0 && i * 37 % 120 >= 10 && i * 37 % 120 <= 110;
}

static void capture(struct stage *stage, int i)
{
    char attributes[TEXT_MAX], body[2 * TEXT_MAX], when[32];
    time_t at = time(NULL) - (time_t)(i * 13 % 60 * SECONDS_PER_DAY);
    struct tm parts;

    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &parts));
    write_attributes(i, attributes);
    snprintf(body, sizeof body,
             "{'email':'p%d@acme%d.example','attributes':%s,'touch':{'kind':'%s','occurred_at':"
             "'%s'}}",
             i, i, attributes, i % 9 == 0 ? "page_viewed" : "form_submitted", when);
    run(stage, (struct step)POST("captured", "marketing", "/v1/leads", body, 201,
                                 .keep = {{"lead", "/lead/id"}}));
}

static void say(struct stage *stage, const char *verb, const char *body)
{
    char path[TEXT_MAX];

    snprintf(path, sizeof path, "/v1/handoffs/${handoff}/%s", verb);
    run(stage, (struct step)POST(verb, "sam", path, body, 200));
}

static void answer_handoff(struct stage *stage, int i)
{
    run(stage, (struct step)GET("the offer", "sam", "/v1/leads/${lead}", 200,
                                .keep = {{"handoff", "/open_handoff"}}));
    if (i % 6 <= 2)
        say(stage, "accept", NULL);
    if (i % 6 == 1 || i % 6 == 2)
        say(stage, "qualify", "{}");
    if (i % 6 == 2) {
        say(stage, "outcome", "{'outcome':'opportunity'}");
        say(stage, "outcome", "{'outcome':'won'}");
    }
    if (i % 6 == 3)
        say(stage, "reject", "{'reason':'no_project'}");
    if (i % 6 == 4)
        say(stage, "reject", "{'reason':'spam'}");
}

/* What was learned after the first verdict must not count. */
static void learn_later(struct stage *stage)
{
    run(stage,
        (struct step)PATCH("they turn out to be large, and Austrian", "ana", "/v1/leads/${lead}",
                           "{'attributes':{'company.employees':5000,'country':'AT'}}", 200));
    run(stage, (struct step)POST("and fill in another form", "marketing",
                                 "/v1/leads/${lead}/touches", "{'kind':'form_submitted'}", 201));
}

static void capture_all(struct stage *stage)
{
    for (int i = 0; i < CAPTURED; i++) {
        capture(stage, i);
        if (is_qualified(i))
            answer_handoff(stage, i);
        if (i % 3 == 0)
            learn_later(stage);
    }
}

/* ---- imported ---- */

static FILE *open_file(const char *folder, const char *name)
{
    char path[PATH_MAX_LEN];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    return file;
}

static void write_file(const char *folder, const char *name, const char *text)
{
    FILE *file = open_file(folder, name);

    fputs(text, file);
    fclose(file);
}

static void write_rows(const char *folder)
{
    static const char *const countries[] = {"DE", "FR", "AT", ""};
    FILE *leads = open_file(folder, "leads.csv");
    FILE *deals = open_file(folder, "deals.csv");

    fputs("id,size,country,event,seen\n", leads);
    fputs("id,closed,outcome\n", deals);
    for (int i = 0; i < IMPORTED; i++) {
        fprintf(leads, "L%d,%d,%s,first-%d,2025-%02d-%02d\n", i, i * 31 % 130, countries[i % 4], i,
                1 + i % 5, 1 + i % 28);
        if (i % 2 == 0) /* seen again, and by then of another size */
            fprintf(leads, "L%d,%d,%s,again-%d,2025-%02d-%02d\n", i, i * 17 % 130, countries[i % 3],
                    i, 4 + i % 5, 1 + i % 28);
        if (i % 3 != 0)
            fprintf(deals, "L%d,2025-%02d-%02d,%s\n", i, 3 + i % 6, 1 + i * 5 % 28,
                    i % 4 == 1 ? "won" : "lost");
    }
    fclose(leads);
    fclose(deals);
}

static void import(const char *folder)
{
    static const char *const kinds[] = {"leads", "deals"};
    char words[3 * PATH_MAX_LEN];

    write_rows(folder);
    write_file(
        folder, "leads.json",
        "{\"as\":\"lead\",\"team\":\"marketing\",\"external_id\":{\"source\":\"list\",\"at\":"
        "\"/id\"},\"event_id\":\"/event\",\"occurred_at\":\"/seen\",\"attributes\":{"
        "\"company.employees\":\"/size\",\"country\":\"/country\"},\"touch\":{\"kind\":{"
        "\"value\":\"form_submitted\"}}}");
    write_file(
        folder, "deals.json",
        "{\"as\":\"deal\",\"team\":\"marketing\",\"external_id\":{\"source\":\"list\",\"at\":"
        "\"/id\"},\"steps\":[{\"team\":\"sales\",\"at\":\"/closed\"}],\"outcome\":{\"kind\":"
        "\"/outcome\",\"reason\":{\"value\":\"no_project\"}}}");
    for (int i = 0; i < 2; i++) {
        snprintf(words, sizeof words, "import %s --mapping %s/%s.json %s/%s.csv", stage_workspace(),
                 folder, kinds[i], folder, kinds[i]);
        free(stage_baton(words, 0));
    }
}

/* ---- the same question in SQL ---- */

/* clang-format off */

/* The observations of a name stand newest first as [value, occurred µs, known µs, source]. */
#define VALUE(name)                                                                                \
    "(SELECT o.item->0"                                                                            \
    " FROM json_each(m.attributes) a, json_array_elements(a.value) WITH ORDINALITY o(item, place)" \
    " WHERE a.key = '" name "' AND CASE m.basis"                                                   \
    "  WHEN 'first_verdict' THEN (o.item->>2)::bigint <= m.us"                                     \
    "  WHEN 'last_told' THEN true"                                                                 \
    "  ELSE CASE o.item->>3 WHEN 'import'"                                                         \
    "   THEN (o.item->>1)::bigint < m.us OR o.item->>1 = o.item->>2"                               \
    "   ELSE (o.item->>2)::bigint < m.us END END"                                                  \
    " ORDER BY o.place LIMIT 1)"

#define TOUCHES(more)                                                                              \
    "(SELECT count(*) FROM touch t"                                                                \
    " WHERE t.workspace_id = m.workspace_id AND t.lead_id = m.lead_id"                             \
    " AND t.kind = 'form_submitted' AND t.occurred_at <= m.at AND CASE m.basis"                    \
    "  WHEN 'first_verdict' THEN t.recorded_at <= m.at"                                            \
    "  WHEN 'last_told' THEN true"                                                                 \
    "  ELSE t.occurred_at < m.at END " more ")"

#define DAYS(until) "floor(greatest(0, extract(epoch FROM " until " - at)) / 86400)"

#define NUMBER(test)                                                                               \
    "CASE json_typeof(size) WHEN 'number' THEN (size#>>'{}')::numeric " test " END"

static const char judged[] =
    "WITH mine AS (SELECT * FROM lead WHERE status = 'active' AND workspace_id ="
    "  (SELECT workspace_id FROM workspace)),"
    " verdicts AS (SELECT lead_id, min(judged_at) AS at FROM verdict WHERE term = 'mql' GROUP BY 1),"
    " handoffs AS (SELECT h.lead_id, min(h.offered_at) AS at,"
    "  bool_or(t.function = 'sales' AND h.kind <> 'self_sourced'"
    "   AND h.accepted_at IS NOT NULL) AS accepted,"
    "  bool_or(t.function = 'sales' AND h.kind <> 'self_sourced'"
    "   AND (h.accepted_at IS NOT NULL OR (h.state = 'rejected' AND coalesce(h.class, '')"
    "   NOT IN ('process', 'bad_source')))) AS answered,"
    "  bool_or(h.state = 'accepted') AS sql_open, bool_or(h.state = 'accepted' OR h.state ="
    "   'qualified' AND (h.outcome IS NULL OR h.outcome = 'opportunity')) AS won_open"
    "  FROM handoff h JOIN team t ON t.team_id = h.to_team GROUP BY 1),"
    " touched AS (SELECT lead_id, max(occurred_at) AS at FROM touch GROUP BY 1),"
    " outcomes AS (SELECT lead_id, max((o->>1)::bigint) AS us"
    "  FROM mine, json_each(attributes) a, json_array_elements(a.value) o GROUP BY 1),"
    " moment AS (SELECT l.*, sql_at IS NOT NULL AS sql, customer_at IS NOT NULL AS won,"
    "  coalesce(h.accepted, false) AS accepted, coalesce(h.answered, false) AS answered,"
    "  false AS accepted_open, coalesce(h.sql_open, false) AS sql_open,"
    "  coalesce(h.won_open, false) AS won_open,"
    "  CASE WHEN v.at <= coalesce(h.at, 'infinity') THEN 'first_verdict'"
    "   WHEN h.at IS NOT NULL THEN 'first_handoff' ELSE 'last_told' END AS basis,"
    "  coalesce(least(v.at, h.at), greatest(t.at, timestamptz 'epoch' + a.us * interval '1 microsecond'),"
    "   l.created_at) AS at"
    "  FROM mine l LEFT JOIN verdicts v USING (lead_id) LEFT JOIN handoffs h USING (lead_id)"
    "  LEFT JOIN touched t USING (lead_id) LEFT JOIN outcomes a USING (lead_id)),"
    " timed AS (SELECT *, (extract(epoch FROM at) * 1000000)::bigint AS us,"
    "  0 AS accepted_days, " DAYS("sql_at") " AS sql_days, " DAYS("customer_at") " AS won_days, "
    DAYS("now()") " AS age FROM moment),"
    " seen AS (SELECT m.*, " VALUE("company.employees") " AS size, " VALUE("country") " AS country, "
    TOUCHES("AND t.occurred_at >= m.at - interval '720 hours'") " > 0 AS engaged, "
    TOUCHES("") " > 1 AS often FROM timed m),"
    " tested AS (SELECT *, " NUMBER(">= 50") " AS large, " NUMBER(">= 10") " AS ten, "
    NUMBER("<= 110") " AS bound, CASE json_typeof(country) WHEN 'string'"
    "  THEN country#>>'{}' IN ('DE', 'AT') END AS near FROM seen),"
    " judged AS (SELECT *, CASE WHEN NOT large OR NOT near OR NOT engaged THEN 'not_qualified'"
    "  WHEN large IS NULL OR near IS NULL THEN 'unclear' ELSE 'qualified' END AS now,"
    "  CASE WHEN NOT ten OR NOT bound THEN 'not_qualified'"
    "  WHEN ten IS NULL THEN 'unclear' ELSE 'qualified' END AS before FROM tested) ";

#define RESULTS(result)                                                                            \
    "'qualified', count(*) FILTER (WHERE " result " = 'qualified'),"                               \
    " 'unclear', count(*) FILTER (WHERE " result " = 'unclear'),"                                  \
    " 'not_qualified', count(*) FILTER (WHERE " result " = 'not_qualified')"

#define GROUP(is)                                                                                  \
    "json_build_object('leads', count(*) FILTER (WHERE " is "), 'answered', count(*) FILTER "      \
    "(WHERE " is " AND answered), 'won', json_build_object('count', count(*) FILTER "              \
    "(WHERE " is " AND answered AND won)))"
#define CRITERION(id, is)                                                                          \
    "json_build_object('id', '" id "', 'met', " GROUP(is) ", 'unmet', " GROUP("NOT " is) ", "      \
    "'unknown', " GROUP(is " IS NULL") ")"

/* Of age: from the age on by which nine in ten of at least ten had reached it. */
#define MATURE(target)                                                                             \
    "age >= (SELECT CASE WHEN count(*) < 10 THEN 0 ELSE percentile_disc(0.9) WITHIN GROUP "        \
    "(ORDER BY " target "_days) END FROM judged WHERE answered AND " target ")"
#define COUNTS(target)                                                                             \
    "answered AND " MATURE(target) " AND (" target " OR NOT " target "_open) AND "

#define MATCH(result, target)                                                                      \
    "'" target "', json_build_object("                                                             \
    "'true_positive', count(*) FILTER (WHERE " COUNTS(target) result " = 'qualified' AND " target    \
    "), 'false_positive', count(*) FILTER (WHERE " COUNTS(target) result                             \
    " = 'qualified' AND NOT " target                                                               \
    "), 'false_negative', count(*) FILTER (WHERE " COUNTS(target) result " <> 'qualified' AND "      \
    target "), 'true_negative', count(*) FILTER (WHERE " COUNTS(target) result                       \
    " <> 'qualified' AND NOT " target "), 'open', count(*) FILTER (WHERE answered AND "            \
    MATURE(target) " AND NOT " target " AND " target "_open), 'immature', count(*) FILTER (WHERE " \
    "answered AND NOT " MATURE(target) "))"

#define MONTH "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-01')"

#define SIDE(result, criteria)                                                                     \
    "json_build_object(" RESULTS(result) ", 'criteria', json_build_array(" criteria "), "          \
    MATCH(result, "accepted") ", " MATCH(result, "sql") ", " MATCH(result, "won") ", "             \
    "'months', (SELECT json_agg(one ORDER BY month) FROM (SELECT " MONTH " AS month, "             \
    "json_build_object('month', " MONTH ", 'leads', count(*), " RESULTS(result) ") AS one "        \
    "FROM judged GROUP BY 1) by_month))"

#define CHANGE(which)                                                                              \
    "json_build_object('count', count(*) FILTER (WHERE " which "), 'sample', coalesce("            \
    "(SELECT json_agg(lead_id ORDER BY tail) FROM (SELECT lead_id, right(lead_id::text, 17) AS "   \
    "tail FROM judged WHERE " which " ORDER BY tail LIMIT 20) first), '[]'))"

static const char counted_so[] =
    "SELECT json_build_object('leads', count(*), 'judged_as_of', json_build_object("
    "'first_verdict', count(*) FILTER (WHERE basis = 'first_verdict'),"
    " 'first_handoff', count(*) FILTER (WHERE basis = 'first_handoff'),"
    " 'last_told', count(*) FILTER (WHERE basis = 'last_told')),"
    " 'coverage', json_build_object('answered', json_build_object("
    "  'count', count(*) FILTER (WHERE answered), 'of', count(*)),"
    "  'accepted', count(*) FILTER (WHERE answered AND accepted),"
    "  'sql', count(*) FILTER (WHERE answered AND sql),"
    "  'won', count(*) FILTER (WHERE answered AND won),"
    "  'without_outcome', count(*) FILTER (WHERE NOT answered)),"
    " 'result', " SIDE("now", CRITERION("size", "large") ", " CRITERION("near", "near") ", "
                              CRITERION("engaged", "engaged") ", " CRITERION("often", "often")) ","
    " 'against', " SIDE("before", CRITERION("size", "ten") ", " CRITERION("bound", "bound")) ","
    " 'changes', json_build_object("
    "'now_qualified', " CHANGE("now = 'qualified' AND before <> 'qualified'") ","
    " 'no_longer_qualified', " CHANGE("now <> 'qualified' AND before = 'qualified'") ")) "
    "FROM judged";

/* clang-format on */

static json_t *count_in_sql(void)
{
    PGconn *conn = PQconnectdb(stage_database());
    char question[sizeof judged + sizeof counted_so];

    snprintf(question, sizeof question, "%s%s", judged, counted_so);
    PGresult *result = PQexec(conn, question);

    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK, "%s", PQerrorMessage(conn));
    json_t *counted = json_loads(PQgetvalue(result, 0, 0), 0, NULL);
    ck_assert_ptr_nonnull(counted);
    PQclear(result);
    PQfinish(conn);
    return counted;
}

/* ---- both beside each other ---- */

static int compared;

/* All that SQL counted stands in the answer as well, which holds shares besides. */
static void compare(const char *path, const json_t *wanted, const json_t *got)
{
    char below[TEXT_MAX];
    const char *key;
    json_t *value;

    if (json_is_object(wanted)) {
        json_object_foreach((json_t *)(uintptr_t)wanted, key, value)
        {
            snprintf(below, sizeof below, "%s/%s", path, key);
            compare(below, value, json_object_get(got, key));
        }
        return;
    }
    for (size_t i = 0; json_is_array(wanted) && i < json_array_size(wanted); i++) {
        snprintf(below, sizeof below, "%s/%zu", path, i);
        compare(below, json_array_get(wanted, i), json_array_get(got, i));
    }
    char *left = json_dumps(wanted, JSON_ENCODE_ANY);
    char *right = json_dumps(got, JSON_ENCODE_ANY);
    bool equal = json_is_array(wanted) ? json_array_size(wanted) == json_array_size(got)
                                       : json_equal(wanted, got);
    ck_assert_msg(equal, "%s: SQL counts %s, the back-test %s", path, left,
                  right == NULL ? "nothing" : right);
    compared++;
    free(left);
    free(right);
}

/* No count may be trivial: all kinds of leads are there. */
static void check_spread(const json_t *counted)
{
    static const char *const places[][3] = {
        {"judged_as_of", "first_verdict"},
        {"judged_as_of", "first_handoff"},
        {"result", "won", "open"},
        {"judged_as_of", "last_told"},
        {"result", "qualified"},
        {"result", "unclear"},
        {"result", "not_qualified"},
        {"result", "accepted", "true_positive"},
        {"result", "accepted", "false_positive"},
        {"result", "accepted", "false_negative"},
        {"result", "accepted", "true_negative"},
        {"result", "won", "true_positive"},
        {"result", "won", "false_positive"},
        {"result", "won", "false_negative"},
        {"result", "won", "true_negative"},
        {"changes", "no_longer_qualified", "count"},
        {"changes", "now_qualified", "count"},
    };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const json_t *at = counted;
        for (size_t part = 0; part < 3 && places[i][part] != NULL; part++)
            at = json_object_get(at, places[i][part]);
        ck_assert_msg(json_integer_value(at) > 0, "no lead is at %s/%s/%s", places[i][0],
                      places[i][1], places[i][2] == NULL ? "" : places[i][2]);
    }
    ck_assert_uint_gt(
        json_array_size(json_object_get(json_object_get(counted, "result"), "months")), 5);
}

static const struct step ask[] = {POST("what the stricter one had done", "ana", "/v1/backtests",
                                       "{'document':" ASKED ",'against':1}", 202,
                                       .keep = {{"job", "/id"}}),
                                  {0}};

static const struct step read_result[] = {
    GET("its result", "ana", "/v1/jobs/${job}", 200, .keep = {{"job_body", "@body"}}), {0}};

START_TEST(test_as_sql_counts)
{
    char *folder = scratch_new();
    struct stage stage = stage_open("");

    story_run(stage.story, agreed);
    capture_all(&stage);
    import(folder);
    story_run(stage.story, ask);
    stage_wait_job(&stage, "done");
    story_run(stage.story, read_result);
    json_t *job = json_loads(story_get(stage.story, "job_body"), 0, NULL);
    json_t *counted = count_in_sql();
    compare("", counted, json_object_get(job, "result"));
    check_spread(counted);
    printf("%d counts are equal\n", compared);
    json_decref(counted);
    json_decref(job);
    stage_close(&stage);
    scratch_free(folder);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "against SQL");

    TESTS(tcase, test_as_sql_counts);
}
