/*
 * The bench of handoffs for what comes before them: people who are captured under one or several
 * identities, and the ledger entries that this leaves.
 */
#ifndef BATON_TESTS_BENCH_PERSON_H
#define BATON_TESTS_BENCH_PERSON_H

#include "bench_handoff.h"

#include "core/intake/lead_erase.h"
#include "core/intake/lead_merge.h"

/** Who is captured, and how; NULL and 0 are not known. */
struct person {
    const char *external; /* id in the crm */
    const char *email;
    const char *anonymous;
    const char *seniority;
    int64_t employees;
    const char *touch; /* kind */
    enum direction direction;
    const char *event; /* id of the touch */
    instant touched_at;
    enum stage claimed; /* 0, a prospect, is no claim */
    bool imported;
};

static inline size_t person_identities(const struct person *person, struct identity out[3])
{
    size_t count = 0;

    if (person->external != NULL)
        out[count++] = (struct identity){IDENTITY_EXTERNAL, "crm", person->external};
    if (person->email != NULL)
        out[count++] = (struct identity){IDENTITY_EMAIL, "", person->email};
    if (person->anonymous != NULL)
        out[count++] = (struct identity){IDENTITY_ANONYMOUS, "", person->anonymous};
    return count;
}

/* What was not asked for before is nobody's; so the store would load it. */
static inline void person_load(const struct identity *identities, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct uuid lead;
        if (work_find_identity(&bench.work, &identities[i], &lead) == FIND_NEEDED)
            ck_assert(work_put_identity(&bench.work, &identities[i], NULL));
    }
}

static inline void person_load_event(const struct person *person)
{
    if (person->event == NULL)
        return;
    struct uuid id = touch_id(bench.config.workspace, "api", "", person->event);
    struct uuid lead;
    if (work_find_touch(&bench.work, id, &lead) == FIND_NEEDED)
        ck_assert(work_put_touch(&bench.work, id, (struct uuid){{0}}));
}

static inline enum err person_capture(int team, struct person person)
{
    struct identity identities[3];
    struct attribute_input attributes[2];
    struct touch_input touch = {.kind = person.touch,
                                .occurred_at =
                                    person.touched_at == 0 ? INSTANT_NONE : person.touched_at,
                                .direction = person.direction,
                                .event_id = person.event,
                                .sender = "api"};
    struct capture_input input = {
        .identities = identities,
        .identity_count = person_identities(&person, identities),
        .attributes = attributes,
        .touch = person.touch == NULL ? NULL : &touch,
        .claimed_stage = person.claimed == STAGE_PROSPECT ? STAGE_COUNT : person.claimed,
        .origin = CAPTURE_ORIGIN_OF_TOUCH,
        .source = SOURCE_FORM,
        .occurred_at = INSTANT_NONE,
        .imported = person.imported,
    };

    if (person.employees != 0)
        attributes[input.attribute_count++] =
            (struct attribute_input){"employees", bench_int(person.employees)};
    if (person.seniority != NULL)
        attributes[input.attribute_count++] =
            (struct attribute_input){"seniority", bench_text(person.seniority)};
    person_load(identities, input.identity_count);
    person_load_event(&person);
    return bench_do(team, COMMAND_LEAD_CAPTURE, &input);
}

/** The lead that the last command answered with. */
static inline struct lead *person_lead(void)
{
    struct lead *lead;

    ck_assert_int_eq(work_find_lead(&bench.work, bench.outcome.lead, &lead), FIND_FOUND);
    bench_load_verdict(lead->open);
    return lead;
}

/** Captured by marketing; the test fails if it is refused. */
static inline struct lead *person_must(struct person person)
{
    if (person_capture(MARKETING, person) != ERR_NONE)
        ck_abort_msg("refused: %.*s", (int)bench.outcome.body_len, bench.outcome.body);
    return person_lead();
}

/** Entries that were written since the mark, as "lead.captured lead.judged"; then the mark moves.
 */
static inline const char *person_entries(size_t *mark)
{
    const char *text = "";

    for (; *mark < bench.work.saves[KIND_ENTRY].count; (*mark)++) {
        const struct ledger_entry *entry = bench.work.saves[KIND_ENTRY].items[*mark];
        text = arena_printf(bench.arena, "%s%s%s", text, text[0] == '\0' ? "" : " ",
                            ledger_kind_name(entry->kind));
    }
    return text;
}

/** A member of the body of the last entry of this kind, as text; "" when it is not there. */
static inline const char *person_told(enum ledger_kind kind, const char *member)
{
    json_t *body = json_loads(bench_entry(kind), 0, NULL);
    const json_t *value = json_object_get(body, member);
    const char *text = json_is_integer(value)
                           ? arena_printf(bench.arena, "%lld", (long long)json_integer_value(value))
                           : json_string_value(value);

    text = text == NULL ? "" : arena_strdup(bench.arena, text);
    json_decref(body);
    return text;
}

static inline const char *person_uuid(struct uuid id)
{
    char text[UUID_TEXT_LEN + 1];

    uuid_format(id, text);
    return arena_strdup(bench.arena, text);
}

/** Merges two leads as ana of marketing. */
/** By the operator, who may whoever owns the two. */
static inline enum err person_merge(struct uuid survivor, struct uuid absorbed)
{
    struct merge_input input = {survivor, absorbed};

    return bench_do_as(&(struct caller){.team = bench.keys[MARKETING].team,
                                        .member = bench.keys[MARKETING].member,
                                        .operator = true},
                       COMMAND_LEAD_MERGE, &input);
}

static inline enum err person_erase(struct uuid lead)
{
    struct erase_input input = {.lead = lead};

    return bench_do(MARKETING, COMMAND_LEAD_ERASE, &input);
}

/** Everything that a refusal must leave as it is. */
struct person_state {
    size_t entries, leads, handoffs, identities, touches, verdicts;
};

static inline struct person_state person_state(void)
{
    const struct work *work = &bench.work;

    return (struct person_state){
        work->saves[KIND_ENTRY].count,   work->saves[KIND_LEAD].count,
        work->saves[KIND_HANDOFF].count, work->saves[KIND_IDENTITY].count,
        work->saves[KIND_TOUCH].count,   work->saves[KIND_VERDICT].count,
    };
}

#define ASSERT_UNCHANGED(before)                                                                   \
    do {                                                                                           \
        struct person_state now = person_state();                                                  \
        ck_assert_uint_eq((before).entries, now.entries);                                          \
        ck_assert_uint_eq((before).leads, now.leads);                                              \
        ck_assert_uint_eq((before).handoffs, now.handoffs);                                        \
        ck_assert_uint_eq((before).identities, now.identities);                                    \
        ck_assert_uint_eq((before).touches, now.touches);                                          \
        ck_assert_uint_eq((before).verdicts, now.verdicts);                                        \
    } while (0)

#define ASSERT_SAME_LEAD(a, b) ck_assert_str_eq(person_uuid((a)->id), person_uuid((b)->id))

#endif
