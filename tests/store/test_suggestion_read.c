/* What suggestions are made of beside the leads: why sales rejected, and which criteria were
 * overridden. */
#include "reading.h"
#include "store/read/suggestion_read.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (16u << 20)

static const char document[] =
    "{\"term\":\"mql\",\"title\":\"MQL\",\"criteria\":["
    "{\"id\":\"size\",\"title\":\"Large\",\"kind\":\"fit\",\"required\":true,\"test\":"
    "{\"attribute\":\"size\",\"op\":\"gte\",\"value\":50}},"
    "{\"id\":\"role\",\"title\":\"Decides\",\"kind\":\"fit\",\"required\":true,\"test\":"
    "{\"attribute\":\"role\",\"op\":\"eq\",\"value\":\"vp\"}},"
    "{\"id\":\"rival\",\"title\":\"A rival\",\"kind\":\"disqualifier\",\"test\":"
    "{\"attribute\":\"rival\",\"op\":\"eq\",\"value\":true}}],"
    "\"reasons\":[{\"code\":\"small\",\"title\":\"Small\",\"about\":\"criterion\","
    "\"criterion\":\"size\",\"then\":\"nurture\"}]}";

enum { SIZE, ROLE, RIVAL };

static struct reading r;
static struct arena *lasting;
static struct config config;
static struct agreement_version version;
static struct suggestion_answer answer;

static void set_up(void)
{
    struct definition *compiled = NULL;
    json_t *json = json_loads(document, 0, NULL);

    reading_begin(&r);
    lasting = arena_new(ARENA_BYTES);
    ck_assert_int_eq(definition_compile(json, NULL, NULL, &compiled), ERR_NONE);
    json_decref(json);
    version = (struct agreement_version){
        .kind = AGREEMENT_MQL, .version = 7, .document = document, .compiled = compiled};
    config = (struct config){.workspace = r.read.workspace};
    config.in_force[TERM_MQL] = &version;
}

static void tear_down(void)
{
    definition_free((struct definition *)version.compiled);
    arena_free(lasting);
    reading_end(&r);
}

static void ask(void)
{
    ck_assert_int_eq(
        suggestion_read(&r.read, &config,
                        &(struct suggestion_question){.term = TERM_MQL, .target = TARGET_ACCEPTED},
                        lasting, &answer),
        ERR_NONE);
}

#define LEAD(name, overrides)                                                                      \
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_why, "    \
    "next_at, identities, attributes, facts, salt, origin, found_by, created_at, updated_at, "     \
    "touch_count, seq, hash, chain_at, overrides) VALUES (:w, :" name                              \
    ", 'active', 'nurture', :marketing, 'nurture', 'captured', now(), '[]', '{}', '{}', "          \
    "decode(repeat('00', 16), 'hex'), 'inbound', 'marketing', now(), now(), 0, 9, "                \
    "decode(repeat('00', 32), 'hex'), now(), '" overrides "');"
#define WORD(term, result, number)                                                                 \
    "{\"" term "\":{\"result\":\"" result "\",\"version\":" number "}}"
#define VERDICT(name, seq, number, size, role, rival)                                              \
    "INSERT INTO verdict (workspace_id, lead_id, seq, term, version, result, score, body,"         \
    " judged_at) VALUES (:w, :" name ", " seq ", 'mql', " number ", 'qualified', 0,"               \
    " '{\"criteria\":[{\"id\":\"gone\",\"result\":\"met\"},"                                       \
    "{\"id\":\"size\",\"result\":\"" size "\"},{\"id\":\"role\",\"result\":\"" role "\"},"         \
    "{\"id\":\"rival\",\"result\":\"" rival "\"}]}', now());"

/* Against whom a word was spoken: for a lead in spite of what is unmet, or unknown, or of a
 * disqualifier that is met; against one in spite of what is met. Of the first verdict by this
 * version; a criterion that is none any more, and other versions and terms, count nowhere. */
static const char overrides_sql[] = LEAD("a", WORD("mql", "qualified", "7"))
    VERDICT("a", "1", "7", "unmet", "met", "met") VERDICT("a", "2", "7", "met", "unmet", "unmet")
        LEAD("b", WORD("mql", "not_qualified", "7")) VERDICT("b", "1", "6", "unmet", "unmet", "met")
            VERDICT("b", "2", "7", "met", "unknown", "unmet")
                LEAD("c", WORD("mql", "qualified", "7"))
                    VERDICT("c", "1", "7", "unknown", "unmet", "unknown")
                        LEAD("d", WORD("mql", "qualified", "6"))
                            VERDICT("d", "1", "7", "unmet", "unmet", "met")
                                LEAD("e", WORD("sql", "qualified", "7"))
                                    VERDICT("e", "1", "7", "unmet", "unmet", "met");

START_TEST(what_was_overridden_is_counted_by_criterion)
{
    reading_exec(&r, overrides_sql);
    ask();
    ck_assert_int_eq(answer.overrides[SIZE].to_qualified, 2);      /* a, c */
    ck_assert_int_eq(answer.overrides[SIZE].to_not_qualified, 1);  /* b */
    ck_assert_int_eq(answer.overrides[ROLE].to_qualified, 1);      /* c */
    ck_assert_int_eq(answer.overrides[ROLE].to_not_qualified, 0);  /* b's was unknown */
    ck_assert_int_eq(answer.overrides[RIVAL].to_qualified, 1);     /* a */
    ck_assert_int_eq(answer.overrides[RIVAL].to_not_qualified, 1); /* b */
}
END_TEST

#define REJECTED(name, term, klass, reason, criterion)                                             \
    "INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team,"     \
    " term, version, offered_at, respond_by, updated_at, closed_at, reason, class, criterion)"     \
    " VALUES (:w, :" name ", :a, 'standard', 'rejected', :marketing, :sdr, " term ", 7, now(),"    \
    " now(), now(), now(), '" reason "', '" klass "', " criterion ");"

START_TEST(rejections_are_counted_by_reason)
{
    static const struct {
        enum rejection_class klass;
        const char *reason, *criterion;
        int64_t count;
    } wanted[] = {{CLASS_BAD_DATA, "small", "size", 2},
                  {CLASS_BAD_DATA, "small", NULL, 1},
                  {CLASS_CONTRADICTS, "small", "size", 1}};

    reading_exec(
        &r, LEAD("a", "{}") REJECTED("h1", "'mql'", "bad_data", "small", "'{\"id\":\"size\"}'")
                REJECTED("h2", "'mql'", "bad_data", "small", "'{\"id\":\"size\"}'")
                    REJECTED("h3", "'mql'", "bad_data", "small", "NULL")
                        REJECTED("h4", "'mql'", "contradicts", "small", "'{\"id\":\"size\"}'")
                            REJECTED("h5", "'sql'", "bad_data", "small", "'{\"id\":\"size\"}'"));
    ask();
    ck_assert_uint_eq(answer.rejection_count, 3);
    ck_assert_int_eq(answer.rejections[0].count, 2); /* the most frequent first */
    for (size_t i = 0; i < 3; i++) {
        bool found = false;
        for (size_t k = 0; k < 3; k++) {
            const struct rejection_count *count = &answer.rejections[k];
            bool same = wanted[i].criterion == NULL
                            ? count->criterion == NULL
                            : count->criterion != NULL &&
                                  strcmp(count->criterion, wanted[i].criterion) == 0;
            found = found || (count->klass == wanted[i].klass && same &&
                              strcmp(count->reason, wanted[i].reason) == 0 &&
                              count->count == wanted[i].count);
        }
        ck_assert_msg(found, "the rejections of row %zu", i);
    }
}
END_TEST

START_TEST(without_a_version_in_force_there_is_nothing)
{
    ck_assert_int_eq(
        suggestion_read(&r.read, &config,
                        &(struct suggestion_question){.term = TERM_SQL, .target = TARGET_ACCEPTED},
                        lasting, &answer),
        ERR_NOT_FOUND);
    ask();
    ck_assert_uint_eq(answer.rejection_count, 0);
    ck_assert(!answer.capped);
    ck_assert_ptr_eq(answer.version, &version);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "suggestion_read");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, what_was_overridden_is_counted_by_criterion, rejections_are_counted_by_reason,
          without_a_version_in_force_there_is_nothing);
}
