/*
 * The bench of handoffs for what comes before an answer: leads that are not offered yet, a second
 * member at sdr, a definition with exceptions, and what must hold after every command.
 */
#ifndef BATON_TESTS_BENCH_OFFER_H
#define BATON_TESTS_BENCH_OFFER_H

#include "bench_handoff.h"

#include "core/command_decide.h"
#include "core/handoff/handoff_claim.h"
#include "core/handoff/handoff_offer.h"
#include "core/handoff/shape.h"

#define OFFER_LEADS_MAX 16
#define STRATEGIC_LIMIT 1

/* decider is required, so a lead of unknown seniority is unclear; engagement carries the score */
static const char OFFER_MQL[] =
    "{\"term\": \"mql\", \"title\": \"MQL\", \"criteria\": ["
    "{\"id\": \"decider\", \"title\": \"Decides\", \"kind\": \"fit\", \"required\": true,"
    " \"points\": 20, \"test\": {\"attribute\": \"seniority\", \"op\": \"eq\", \"value\": \"vp\"}},"
    "{\"id\": \"engaged\", \"title\": \"Engaged\", \"kind\": \"engagement\", \"points\": 40,"
    " \"test\": {\"touches\": {\"kind\": [\"form_submitted\"]}, \"op\": \"gte\", \"value\": 1}}],"
    "\"thresholds\": {\"total\": 60}, \"reasons\": ["
    "{\"code\": \"no_project\", \"title\": \"No project\", \"about\": \"gap\","
    " \"then\": \"nurture\"}],"
    "\"exceptions\": [{\"kind\": \"strategic\", \"limit_per_month\": 1},"
    " {\"kind\": \"unclear\", \"limit_per_month\": 5},"
    " {\"kind\": \"override\", \"limit_per_month\": 2}],"
    "\"respond_within\": {\"minutes\": 90}}";

static struct member offer_members[BENCH_TEAMS + 1];
static struct lead *offer_leads[OFFER_LEADS_MAX];
static size_t offer_lead_count;

/** Sue, the second of sdr; sam is bench.members[SDR]. */
#define SUE (&offer_members[BENCH_TEAMS])
#define SAM (&offer_members[SDR])

/** The bench with nothing offered by itself. */
static inline void offer_open(void)
{
    bench_open();
    definition_free(bench.compiled[TERM_MQL]);
    bench_enforce(TERM_MQL, 3, OFFER_MQL);
    bench.routes[0].automatic = bench.routes[1].automatic = false;
    memcpy(offer_members, bench.members, sizeof bench.members);
    *SUE = bench.members[SDR];
    SUE->id.b[1] = 0x50;
    SUE->name = SUE->email = "sue@acme.example";
    bench.config.members = offer_members;
    bench.config.member_count = BENCH_TEAMS + 1;
    offer_lead_count = 0;
}

/** One command by this member with their team's key; nil: by the key alone. */
static inline enum decision offer_decide(int team, struct uuid member, enum command_kind kind,
                                         const void *input)
{
    const struct api_key *key = &bench.keys[team];
    struct command command = {
        .kind = kind,
        .caller = {.key = key->id, .team = key->team, .member = member, .roles = key->roles},
        .input = input,
    };
    enum decision decision = command_decide(&bench.work, &command, &bench.outcome);

    json_decref(bench.answer);
    bench.answer = bench.outcome.body == NULL
                       ? NULL
                       : json_loadb(bench.outcome.body, bench.outcome.body_len, 0, NULL);
    return decision;
}

/** A lead of this team who filled in a form, with this seniority (NULL: not known). */
static inline struct lead *offer_lead(int team, const char *email, const char *seniority)
{
    struct identity identity = {IDENTITY_EMAIL, "", email};
    struct attribute_input attributes[] = {
        {"seniority", bench_text(seniority == NULL ? "" : seniority)}};
    struct touch_input touch = {
        .kind = "form_submitted", .occurred_at = INSTANT_NONE, .direction = DIRECTION_INBOUND};
    struct capture_input input = {
        .identities = &identity,
        .identity_count = 1,
        .attributes = attributes,
        .attribute_count = seniority != NULL,
        .touch = &touch,
        .claimed_stage = STAGE_COUNT,
        .origin = CAPTURE_ORIGIN_OF_TOUCH,
        .source = SOURCE_FORM,
        .occurred_at = INSTANT_NONE,
    };
    struct lead *lead;

    ck_assert(work_put_identity(&bench.work, &identity, NULL));
    bench_must(team, COMMAND_LEAD_CAPTURE, &input);
    ck_assert_int_eq(work_find_lead(&bench.work, bench.outcome.lead, &lead), FIND_FOUND);
    ck_assert_ptr_null(lead->open);
    ck_assert_uint_lt(offer_lead_count, OFFER_LEADS_MAX);
    offer_leads[offer_lead_count++] = lead;
    return lead;
}

static inline enum err offer_do(int team, const struct lead *lead, const char *to,
                                enum handoff_kind kind, const char *note)
{
    struct offer_input input = {lead->id, to, kind, note};

    return bench_do(team, COMMAND_HANDOFF_OFFER, &input);
}

/** An mql of marketing, offered to sdr by ana. */
static inline struct handoff *offer_made(const char *email)
{
    struct lead *lead = offer_lead(MARKETING, email, "vp");

    if (offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STANDARD, NULL) != ERR_NONE)
        ck_abort_msg("refused: %.*s", (int)bench.outcome.body_len, bench.outcome.body);
    bench_load_verdict(lead->open);
    return lead->open;
}

/* ---- what must hold after every command ---- */

static inline size_t offer_open_handoffs(const struct lead *lead)
{
    size_t open = 0;

    for (size_t i = 0; i < bench.work.saves[KIND_HANDOFF].count; i++) {
        const struct handoff *handoff = bench.work.saves[KIND_HANDOFF].items[i];
        if (uuid_equal(handoff->lead, lead->id) && handoff_is_open(handoff)) {
            ck_assert_ptr_eq(lead->open, handoff);
            open++;
        }
    }
    return open;
}

static inline void offer_check_lead(const struct lead *lead)
{
    size_t open = offer_open_handoffs(lead);

    ck_assert_ptr_nonnull(config_team(&bench.config, lead->owner_team));
    ck_assert_uint_le(open, 1);
    ck_assert_int_eq(lead->open != NULL, open == 1);
    if (lead->stage != STAGE_CUSTOMER && lead->stage != STAGE_DISQUALIFIED)
        ck_assert_int_ne(lead->next.at, INSTANT_NONE);
}

/* Every entry's hash follows from the one before it of the same lead. */
static inline void offer_check_chains(void)
{
    static const uint8_t zero[DIGEST_BYTES];
    const struct list *entries = &bench.work.saves[KIND_ENTRY];

    work_close_entries(&bench.work);
    for (size_t i = 0; i < entries->count; i++) {
        const struct ledger_entry *entry = entries->items[i];
        struct ledger_entry again = *entry;
        const uint8_t *prev = zero;
        int64_t seq = 0;
        for (size_t at = 0; at < i; at++) {
            const struct ledger_entry *before = entries->items[at];
            if (!uuid_equal(before->subject, entry->subject))
                continue;
            prev = before->hash;
            seq = before->seq;
        }
        ck_assert_int_eq(entry->seq, seq + 1);
        ledger_hash(&again, bench.config.workspace, prev);
        ck_assert_mem_eq(again.hash, entry->hash, DIGEST_BYTES);
    }
}

static inline void offer_check(void)
{
    for (size_t i = 0; i < offer_lead_count; i++)
        offer_check_lead(offer_leads[i]);
    offer_check_chains();
}

static inline void offer_close(void)
{
    offer_check();
    bench_close();
}

/** How many entries of this kind there are. */
static inline size_t offer_entries(enum ledger_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < bench.work.saves[KIND_ENTRY].count; i++)
        count += ((const struct ledger_entry *)bench.work.saves[KIND_ENTRY].items[i])->kind == kind;
    return count;
}

/** A member of the problem, "" when there is none. */
static inline const char *offer_problem(const char *name)
{
    const char *text = json_string_value(json_object_get(bench.answer, name));

    return text == NULL ? "" : text;
}

/** The code, pointer or detail of the problem's fault number at; "" when there is none. */
static inline const char *offer_fault(size_t at, const char *name)
{
    const json_t *faults = json_object_get(bench.answer, "errors");
    const char *text = json_string_value(json_object_get(json_array_get(faults, at), name));

    return text == NULL ? "" : text;
}

#endif
