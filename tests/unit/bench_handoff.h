/*
 * A workspace in memory with leads on their way: marketing offers to sdr by mql, sdr to ae by sql.
 * All commands are decided on one work set, as if nothing was ever saved.
 */
#ifndef BATON_TESTS_BENCH_HANDOFF_H
#define BATON_TESTS_BENCH_HANDOFF_H

#include "core/command_decide.h"
#include "core/handoff/feedback.h"
#include "core/handoff/handoff_answer.h"
#include "core/handoff/handoff_outcome.h"
#include "core/handoff/handoff_qualify.h"
#include "core/handoff/handoff_reject.h"
#include "core/handoff/judge.h"
#include "core/intake/lead_change.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define BENCH_NOW ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */

enum { MARKETING, SDR, AE, BENCH_TEAMS };

struct bench {
    struct arena *arena;
    struct config config;
    struct team teams[BENCH_TEAMS];
    struct member members[BENCH_TEAMS];
    struct api_key keys[BENCH_TEAMS];
    struct route_rule routes[2];
    struct agreement_version agreements[TERM_COUNT];
    struct definition *compiled[TERM_COUNT];
    struct work work;
    struct outcome outcome;
    json_t *answer;
};

static struct bench bench;

/** Leads that the store found due; the list starts anew. */
static inline struct list *bench_due(void)
{
    struct list *list = ARENA_NEW(bench.arena, struct list);

    ck_assert(work_put(&bench.work, KIND_DUE, &due_batch_first, list));
    return list;
}

static const char BENCH_MQL[] =
    "{\"term\": \"mql\", \"title\": \"MQL\", \"criteria\": ["
    "{\"id\": \"decider\", \"title\": \"Decides\", \"kind\": \"fit\", \"required\": true,"
    " \"points\": 20, \"test\": {\"attribute\": \"seniority\", \"op\": \"eq\", \"value\": \"vp\"}},"
    "{\"id\": \"size\", \"title\": \"Large\", \"kind\": \"fit\", \"points\": 20,"
    " \"test\": {\"attribute\": \"employees\", \"op\": \"gte\", \"value\": 50}},"
    "{\"id\": \"engaged\", \"title\": \"Engaged\", \"kind\": \"engagement\", \"points\": 40,"
    " \"test\": {\"touches\": {\"kind\": [\"form_submitted\"]}, \"op\": \"gte\", \"value\": 1}},"
    "{\"id\": \"rival\", \"title\": \"A rival\", \"kind\": \"disqualifier\","
    " \"test\": {\"attribute\": \"rival\", \"op\": \"eq\", \"value\": true}}],"
    "\"thresholds\": {\"total\": 60}, \"reasons\": ["
    "{\"code\": \"too_small\", \"title\": \"Too small\", \"about\": \"criterion\","
    " \"criterion\": \"size\", \"then\": \"nurture\"},"
    "{\"code\": \"not_engaged\", \"title\": \"Not engaged\", \"about\": \"criterion\","
    " \"criterion\": \"engaged\", \"then\": \"nurture\"},"
    "{\"code\": \"a_rival\", \"title\": \"A rival\", \"about\": \"criterion\","
    " \"criterion\": \"rival\", \"then\": \"disqualify\"},"
    "{\"code\": \"no_project\", \"title\": \"No project\", \"about\": \"gap\","
    " \"then\": \"nurture\"},"
    "{\"code\": \"duplicate\", \"title\": \"Known\", \"about\": \"process\","
    " \"then\": \"disqualify\"},"
    "{\"code\": \"junk\", \"title\": \"Nobody\", \"about\": \"source\","
    " \"then\": \"disqualify\"},"
    "{\"code\": \"known\", \"title\": \"Known\", \"about\": \"process\", \"then\": \"merge\"},"
    "{\"code\": \"elsewhere\", \"title\": \"Elsewhere\", \"about\": \"process\","
    " \"then\": \"reroute\"},"
    "{\"code\": \"large\", \"title\": \"For ae\", \"about\": \"process\","
    " \"then\": \"reroute\", \"team\": \"ae\"}],"
    "\"exceptions\": [{\"kind\": \"override\", \"limit_per_month\": 100}],"
    "\"decide_within_days\": 7, \"nurture_days\": 20}";

static const char BENCH_SRL[] =
    "{\"term\": \"srl\", \"title\": \"SRL\", \"criteria\": ["
    "{\"id\": \"demo\", \"title\": \"Asked\", \"kind\": \"readiness\", \"required\": true,"
    " \"test\": {\"touches\": {\"kind\": [\"demo_requested\"]}, \"op\": \"gte\", \"value\": 1}}],"
    "\"reasons\": [{\"code\": \"no_project\", \"title\": \"No project\", \"about\": \"gap\","
    " \"then\": \"nurture\"}]}";

static const char BENCH_SQL[] =
    "{\"term\": \"sql\", \"title\": \"SQL\", \"criteria\": ["
    "{\"id\": \"budget\", \"title\": \"Has a budget\", \"kind\": \"readiness\","
    " \"required\": true, \"test\": {\"fact\": \"budget\", \"op\": \"gte\", \"value\": 1000}},"
    "{\"id\": \"need\", \"title\": \"Has a need\", \"kind\": \"readiness\","
    " \"required\": true, \"test\": {\"fact\": \"need\", \"op\": \"eq\", \"value\": true}}],"
    "\"reasons\": [{\"code\": \"price\", \"title\": \"Price\", \"about\": \"gap\","
    " \"then\": \"nurture\"}]}";

/* The same in every run, and never the same twice: ids of one moment must differ. */
static inline void bench_random(void *bytes, size_t len)
{
    static uint64_t state;

    for (size_t i = 0; i < len; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((uint8_t *)bytes)[i] = (uint8_t)(state >> 33);
    }
}

/** Puts a definition in force. */
static inline void bench_enforce(enum term term, int number, const char *text)
{
    struct agreement_version *version = &bench.agreements[term];
    struct faults faults;
    json_t *document = json_loads(text, 0, NULL);

    ck_assert_ptr_nonnull(document);
    faults_init(&faults, bench.arena);
    enum err err = definition_compile(document, &faults, NULL, &bench.compiled[term]);
    json_decref(document);
    if (faults.count > 0)
        ck_abort_msg("%s: %s", faults.items[0].pointer, faults.items[0].detail);
    ck_assert_int_eq(err, ERR_NONE);
    *version = (struct agreement_version){
        .id = {{9, (uint8_t)term}},
        .kind = (enum agreement_kind)term,
        .version = number,
        .state = AGREEMENT_IN_FORCE,
        .compiled = bench.compiled[term],
    };
    bench.config.in_force[term] = version;
}

static inline void bench_team(int at, const char *name, const char *email,
                              enum team_function function)
{
    struct uuid team = {{1, (uint8_t)(at + 1)}};
    struct uuid member = {{2, (uint8_t)(at + 1)}};

    bench.teams[at] = (struct team){
        .id = team, .name = name, .title = name, .function = function, .active = true};
    bench.members[at] =
        (struct member){.id = member, .team = team, .name = email, .email = email, .active = true};
    bench.keys[at] = (struct api_key){.id = {{3, (uint8_t)(at + 1)}},
                                      .team = team,
                                      .member = member,
                                      .roles = ROLE_WORK | ROLE_CAPTURE | ROLE_ADMIN,
                                      .revoked_at = INSTANT_NONE};
}

/** An automatic route with this gate. */
static inline struct route_rule bench_route(int from, int to, enum term gate)
{
    return (struct route_rule){.from_team = bench.teams[from].id,
                               .to_team = bench.teams[to].id,
                               .gates = {gate},
                               .gate_count = 1,
                               .automatic = true};
}

#define BENCH_MONTHS 60

/* How many overrides of mql were used, in each month that a test may come to: none. */
static inline void bench_load_exceptions(void)
{
    struct exception_count *months = ARENA_ARRAY(bench.arena, struct exception_count, BENCH_MONTHS);

    ck_assert_ptr_nonnull(months);
    for (int i = 0; i < BENCH_MONTHS; i++) {
        months[i] = (struct exception_count){
            .term = TERM_MQL, .kind = EXCEPTION_OVERRIDE, .month = instant_month(BENCH_NOW) + i};
        ck_assert(work_put(&bench.work, KIND_EXCEPTION, &months[i], &months[i]));
    }
}

/** Teams, routes, and mql version 3 in force. */
static inline void bench_open(void)
{
    memset(&bench, 0, sizeof bench);
    bench.arena = arena_new(64u << 20);
    bench_team(MARKETING, "marketing", "ana@acme.example", FUNCTION_MARKETING);
    bench_team(SDR, "sdr", "sam@acme.example", FUNCTION_SALES);
    bench_team(AE, "ae", "eve@acme.example", FUNCTION_SALES);
    bench.routes[0] = bench_route(MARKETING, SDR, TERM_MQL);
    bench.routes[1] = bench_route(SDR, AE, TERM_SQL);
    bench.config = (struct config){
        .workspace = {{7}},
        .teams = bench.teams,
        .team_count = BENCH_TEAMS,
        .members = bench.members,
        .member_count = BENCH_TEAMS,
        .keys = bench.keys,
        .key_count = BENCH_TEAMS,
        .routes = bench.routes,
        .route_count = 2,
        .agreements = bench.agreements,
        .agreement_count = TERM_COUNT,
    };
    bench_enforce(TERM_MQL, 3, BENCH_MQL);
    work_init(&bench.work, bench.arena, &bench.config, BENCH_NOW, bench_random);
    bench_load_exceptions();
}

static inline void bench_close(void)
{
    json_decref(bench.answer);
    for (int term = 0; term < TERM_COUNT; term++)
        definition_free(bench.compiled[term]);
    arena_free(bench.arena);
}

/** One command; the outcome's error. */
static inline enum err bench_do_as(const struct caller *caller, enum command_kind kind,
                                   const void *input)
{
    struct command command = {.kind = kind, .caller = *caller, .input = input};

    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDED);
    json_decref(bench.answer);
    bench.answer = json_loadb(bench.outcome.body, bench.outcome.body_len, 0, NULL);
    ck_assert_ptr_nonnull(bench.answer);
    return bench.outcome.err;
}

/** One command by the member of a team. */
static inline enum err bench_do(int team, enum command_kind kind, const void *input)
{
    const struct api_key *key = &bench.keys[team];

    return bench_do_as(
        &(struct caller){
            .key = key->id, .team = key->team, .member = key->member, .roles = key->roles},
        kind, input);
}

static inline void bench_must(int team, enum command_kind kind, const void *input)
{
    if (bench_do(team, kind, input) != ERR_NONE)
        ck_abort_msg("refused: %.*s", (int)bench.outcome.body_len, bench.outcome.body);
}

static inline struct value bench_int(int64_t number)
{
    return (struct value){.type = VALUE_INT, .integer = number};
}

static inline struct value bench_text(const char *text)
{
    return (struct value){.type = VALUE_TEXT, .len = (uint32_t)strlen(text), .text = text};
}

/* The store loads the verdict beside the handoff. */
static inline void bench_load_verdict(struct handoff *handoff)
{
    for (size_t i = 0; handoff != NULL && i < bench.work.saves[KIND_VERDICT].count; i++) {
        const struct verdict_row *row = bench.work.saves[KIND_VERDICT].items[i];
        if (!uuid_equal(row->lead, handoff->verdict_lead) || row->seq != handoff->verdict_seq)
            continue;
        handoff->verdict_body = row->body;
        handoff->verdict_body_len = row->body_len;
    }
}

/** A touch of a lead of marketing, as recorded by this team. */
static inline void bench_touch(int team, struct lead *lead, const char *kind)
{
    struct add_touch_input input = {
        .lead = lead->id,
        .touch = {.kind = kind, .occurred_at = INSTANT_NONE, .direction = DIRECTION_INBOUND},
    };

    bench_must(team, COMMAND_LEAD_TOUCH, &input);
    bench_load_verdict(lead->open);
}

/** An mql of marketing with this many employees, who filled in a form; offered to sdr. */
static inline struct lead *bench_lead(const char *email, int64_t employees)
{
    struct identity identity = {IDENTITY_EMAIL, "", email};
    struct attribute_input attributes[] = {{"employees", bench_int(employees)},
                                           {"seniority", bench_text("vp")}};
    struct touch_input touch = {
        .kind = "form_submitted", .occurred_at = INSTANT_NONE, .direction = DIRECTION_INBOUND};
    struct capture_input input = {
        .identities = &identity,
        .identity_count = 1,
        .attributes = attributes,
        .attribute_count = 2,
        .touch = &touch,
        .claimed_stage = STAGE_COUNT,
        .origin = CAPTURE_ORIGIN_OF_TOUCH,
        .source = SOURCE_FORM,
        .occurred_at = INSTANT_NONE,
    };
    struct lead *lead;

    ck_assert(work_put_identity(&bench.work, &identity, NULL));
    bench_must(MARKETING, COMMAND_LEAD_CAPTURE, &input);
    ck_assert_int_eq(work_find_lead(&bench.work, bench.outcome.lead, &lead), FIND_FOUND);
    ck_assert_ptr_nonnull(lead->open);
    bench_load_verdict(lead->open);
    return lead;
}

static inline struct handoff *bench_accept(int team, struct lead *lead)
{
    struct handoff *handoff = lead->open;
    struct handoff_note_input input = {.handoff = handoff->id};

    bench_must(team, COMMAND_HANDOFF_ACCEPT, &input);
    return handoff;
}

static inline enum err bench_reject(int team, struct handoff *handoff, const char *reason)
{
    struct handoff_reject_input input = {.handoff = handoff->id, .reason = reason};

    return bench_do(
        team, handoff->state == HANDOFF_OFFERED ? COMMAND_HANDOFF_REJECT : COMMAND_HANDOFF_RETURN,
        &input);
}

/** A text of the last answer, such as ("handoff", "class"); "" when it is null. */
static inline const char *bench_answer(const char *object, const char *member)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(bench.answer, object), member));

    return text == NULL ? "" : text;
}

/** The body of the last ledger entry of this kind; "" when there is none. */
static inline const char *bench_entry(enum ledger_kind kind)
{
    for (size_t i = bench.work.saves[KIND_ENTRY].count; i > 0; i--) {
        const struct ledger_entry *entry = bench.work.saves[KIND_ENTRY].items[i - 1];
        if (entry->kind == kind)
            return arena_copy(bench.arena, entry->body, entry->body_len);
    }
    return "";
}

#define ASSERT_TEAM(id, at)                                                                        \
    ck_assert_str_eq(config_team_name(&bench.config, (id)), bench.teams[at].name)
#define ASSERT_STAGE(lead, wanted) ck_assert_str_eq(stage_name((lead)->stage), stage_name(wanted))

#endif
