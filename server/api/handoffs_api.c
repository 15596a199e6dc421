#include "api/handoffs_api.h"

#include "api/capture_input.h"
#include "api/leads_api.h"

#include "core/handoff/feedback.h"
#include "core/handoff/handoff_answer.h"
#include "core/handoff/handoff_claim.h"
#include "core/handoff/handoff_offer.h"
#include "core/handoff/handoff_outcome.h"
#include "core/handoff/handoff_qualify.h"
#include "core/handoff/handoff_reject.h"

#include <string.h>

#define TEAM_NAME_MAX_CHARS 63
#define LEASE_SECONDS_MIN   60
#define LEASE_SECONDS_MAX   86400
#define RATING_MAX          5
#define AMOUNT_MAX          9007199254740991 /* 2^53 - 1, exact in every JSON reader */

static enum err short_of_memory(struct request *r)
{
    return request_refuse(r, ERR_OUT_OF_MEMORY, "Try again in a moment");
}

/* Every action on a handoff begins with its id. */
static enum err with_handoff(struct request *r, struct command *command, enum command_kind kind,
                             const void *input, struct uuid *handoff)
{
    command->kind = kind;
    command->input = input;
    return request_param_uuid(r, "handoff_id", handoff);
}

/* ---- offer ---- */

static const char *const kind_names[] = {"standard", "unclear",      "strategic", "account_based",
                                         "override", "self_sourced", NULL};

struct offer_body {
    const char *to_team;
    struct uuid lead;
    int kind;
    const char *note;
};

#define NOTE_FIELD(type_of, member)                                                                \
    {                                                                                              \
        .name = "note", .type = INPUT_TEXT, .min = 1, .max = NOTE_MAX_BYTES,                       \
        .offset = offsetof(type_of, member)                                                        \
    }

static const struct input_field offer_fields[] = {
    {.name = "lead_id",
     .type = INPUT_UUID,
     .required = true,
     .offset = offsetof(struct offer_body, lead)},
    {.name = "to_team",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = TEAM_NAME_MAX_CHARS,
     .offset = offsetof(struct offer_body, to_team)},
    {.name = "kind",
     .type = INPUT_ENUM,
     .values = kind_names,
     .otherwise = HANDOFF_KIND_STANDARD,
     .offset = offsetof(struct offer_body, kind)},
    NOTE_FIELD(struct offer_body, note),
};

static const struct input_spec offer_spec = INPUT_SPEC(offer_fields, struct offer_body);

enum err handoffs_offer(struct request *r, struct command *command)
{
    struct offer_input *input = ARENA_NEW(r->arena, struct offer_input);
    struct offer_body body;

    if (input == NULL)
        return short_of_memory(r);
    enum err err = request_input(r, &offer_spec, &body);
    *input = (struct offer_input){body.lead, body.to_team, (enum handoff_kind)body.kind, body.note};
    command->kind = COMMAND_HANDOFF_OFFER;
    command->input = input;
    return err;
}

/* ---- claim, release, assign ---- */

static const struct input_field claim_fields[] = {
    {.name = "team",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = TEAM_NAME_MAX_CHARS,
     .offset = offsetof(struct claim_input, team)},
    {.name = "limit",
     .type = INPUT_INT,
     .min = 1,
     .max = CLAIM_LIMIT_MAX,
     .otherwise = 1,
     .offset = offsetof(struct claim_input, limit)},
    {.name = "lease_seconds",
     .type = INPUT_INT,
     .min = LEASE_SECONDS_MIN,
     .max = LEASE_SECONDS_MAX,
     .otherwise = LEASE_SECONDS_DEFAULT,
     .offset = offsetof(struct claim_input, lease_seconds)},
};

static const struct input_spec claim_spec = INPUT_SPEC(claim_fields, struct claim_input);

enum err handoffs_claim(struct request *r, struct command *command)
{
    struct claim_input *input = ARENA_NEW(r->arena, struct claim_input);

    if (input == NULL)
        return short_of_memory(r);
    command->kind = COMMAND_HANDOFF_CLAIM;
    command->input = input;
    return request_input(r, &claim_spec, input);
}

struct note_body {
    const char *note;
};

static const struct input_field note_fields[] = {NOTE_FIELD(struct note_body, note)};
static const struct input_spec note_spec = INPUT_SPEC(note_fields, struct note_body);

/* A body may be left out where a note is all that it can hold. */
static enum err read_note(struct request *r, const char **note)
{
    struct note_body body = {0};
    enum err err = r->json == NULL ? ERR_NONE : request_input(r, &note_spec, &body);

    *note = body.note;
    return err;
}

enum err handoffs_release(struct request *r, struct command *command)
{
    struct release_input *input = ARENA_NEW(r->arena, struct release_input);

    if (input == NULL)
        return short_of_memory(r);
    enum err err = read_note(r, &input->note);
    if (err != ERR_NONE)
        return err;
    return with_handoff(r, command, COMMAND_HANDOFF_RELEASE, input, &input->handoff);
}

static const struct input_field assign_fields[] = {
    {.name = "member",
     .type = INPUT_LINE,
     .required = true,
     .min = 3,
     .max = 254,
     .offset = offsetof(struct assign_input, member)},
    {.name = "lease_seconds",
     .type = INPUT_INT,
     .min = LEASE_SECONDS_MIN,
     .max = LEASE_SECONDS_MAX,
     .otherwise = LEASE_SECONDS_DEFAULT,
     .offset = offsetof(struct assign_input, lease_seconds)},
    NOTE_FIELD(struct assign_input, note),
};

static const struct input_spec assign_spec = INPUT_SPEC(assign_fields, struct assign_input);

enum err handoffs_assign(struct request *r, struct command *command)
{
    struct assign_input *input = ARENA_NEW(r->arena, struct assign_input);

    if (input == NULL)
        return short_of_memory(r);
    enum err err = request_input(r, &assign_spec, input);
    if (err != ERR_NONE)
        return err;
    return with_handoff(r, command, COMMAND_HANDOFF_ASSIGN, input, &input->handoff);
}

/* ---- accept, withdraw, uphold, concede: a note at most ---- */

static enum err answer_with_note(struct request *r, struct command *command, enum command_kind kind)
{
    struct handoff_note_input *input = ARENA_NEW(r->arena, struct handoff_note_input);

    if (input == NULL)
        return short_of_memory(r);
    enum err err = read_note(r, &input->note);
    return err != ERR_NONE ? err : with_handoff(r, command, kind, input, &input->handoff);
}

enum err handoffs_accept(struct request *r, struct command *command)
{
    return answer_with_note(r, command, COMMAND_HANDOFF_ACCEPT);
}

enum err handoffs_withdraw(struct request *r, struct command *command)
{
    return answer_with_note(r, command, COMMAND_HANDOFF_WITHDRAW);
}

static enum err say_with_note(struct request *r, struct command *command, enum command_kind kind)
{
    struct feedback_input *input = ARENA_NEW(r->arena, struct feedback_input);

    if (input == NULL)
        return short_of_memory(r);
    enum err err = read_note(r, &input->note);
    return err != ERR_NONE ? err : with_handoff(r, command, kind, input, &input->handoff);
}

enum err handoffs_uphold(struct request *r, struct command *command)
{
    return say_with_note(r, command, COMMAND_FEEDBACK_UPHOLD);
}

enum err handoffs_concede(struct request *r, struct command *command)
{
    return say_with_note(r, command, COMMAND_FEEDBACK_CONCEDE);
}

/* ---- reject, return ---- */

struct reject_body {
    const char *reason;
    const char *note;
    json_t *corrections;
};

static const struct input_field reject_fields[] = {
    {.name = "reason",
     .type = INPUT_CODE,
     .required = true,
     .min = 1,
     .max = REASON_MAX_BYTES,
     .offset = offsetof(struct reject_body, reason)},
    NOTE_FIELD(struct reject_body, note),
    {.name = "corrections",
     .type = INPUT_MAP,
     .max = ATTRIBUTES_PER_LEAD_MAX,
     .offset = offsetof(struct reject_body, corrections)},
};

static const struct input_spec reject_spec = INPUT_SPEC(reject_fields, struct reject_body);

static enum err refuse_with_reason(struct request *r, struct command *command,
                                   enum command_kind kind)
{
    struct handoff_reject_input *input = ARENA_NEW(r->arena, struct handoff_reject_input);
    struct faults *faults = request_faults(r);
    struct reject_body body;

    if (input == NULL || faults == NULL)
        return short_of_memory(r);
    enum err err = request_gather(r, &reject_spec, &body);
    if (err != ERR_NONE)
        return err;
    err = capture_attributes_read(body.corrections, "/corrections", r->arena, faults,
                                  &input->corrections, &input->correction_count);
    if (err != ERR_NONE)
        return short_of_memory(r);
    err = request_settle(r);
    if (err != ERR_NONE)
        return err;
    input->reason = body.reason;
    input->note = body.note;
    return with_handoff(r, command, kind, input, &input->handoff);
}

enum err handoffs_reject(struct request *r, struct command *command)
{
    return refuse_with_reason(r, command, COMMAND_HANDOFF_REJECT);
}

enum err handoffs_return(struct request *r, struct command *command)
{
    return refuse_with_reason(r, command, COMMAND_HANDOFF_RETURN);
}

/* ---- qualify ---- */

struct qualify_body {
    const char *note;
    json_t *facts;
};

static const struct input_field qualify_fields[] = {
    NOTE_FIELD(struct qualify_body, note),
    {.name = "facts",
     .type = INPUT_MAP,
     .min = 1,
     .max = 50,
     .offset = offsetof(struct qualify_body, facts)},
};

static const struct input_spec qualify_spec = INPUT_SPEC(qualify_fields, struct qualify_body);

enum err handoffs_qualify(struct request *r, struct command *command)
{
    struct handoff_qualify_input *input = ARENA_NEW(r->arena, struct handoff_qualify_input);
    struct qualify_body body = {0};

    if (input == NULL)
        return short_of_memory(r);
    enum err err = r->json == NULL ? ERR_NONE : request_gather(r, &qualify_spec, &body);
    if (err == ERR_NONE && body.facts != NULL)
        err = facts_read(r, body.facts, "/facts", &input->facts, &input->fact_count);
    if (err == ERR_NONE)
        err = request_settle(r);
    if (err != ERR_NONE)
        return err;
    input->note = body.note;
    return with_handoff(r, command, COMMAND_HANDOFF_QUALIFY, input, &input->handoff);
}

/* ---- feedback, dispute ---- */

struct feedback_body {
    const char *note;
    int64_t rating;
};

static const struct input_field feedback_fields[] = {
    NOTE_FIELD(struct feedback_body, note),
    {.name = "rating",
     .type = INPUT_INT,
     .required = true,
     .min = 1,
     .max = RATING_MAX,
     .offset = offsetof(struct feedback_body, rating)},
};

static const struct input_spec feedback_spec = INPUT_SPEC(feedback_fields, struct feedback_body);

enum err handoffs_feedback(struct request *r, struct command *command)
{
    struct feedback_input *input = ARENA_NEW(r->arena, struct feedback_input);
    struct feedback_body body;

    if (input == NULL)
        return short_of_memory(r);
    enum err err = request_input(r, &feedback_spec, &body);
    if (err != ERR_NONE)
        return err;
    input->rating = (int)body.rating;
    input->note = body.note;
    return with_handoff(r, command, COMMAND_FEEDBACK_GIVE, input, &input->handoff);
}

static const struct input_field dispute_fields[] = {
    {.name = "note",
     .type = INPUT_TEXT,
     .required = true,
     .min = 1,
     .max = NOTE_MAX_BYTES,
     .offset = offsetof(struct note_body, note)},
};

static const struct input_spec dispute_spec = INPUT_SPEC(dispute_fields, struct note_body);

enum err handoffs_dispute(struct request *r, struct command *command)
{
    struct feedback_input *input = ARENA_NEW(r->arena, struct feedback_input);
    struct note_body body;

    if (input == NULL)
        return short_of_memory(r);
    enum err err = request_input(r, &dispute_spec, &body);
    if (err != ERR_NONE)
        return err;
    input->note = body.note;
    return with_handoff(r, command, COMMAND_FEEDBACK_DISPUTE, input, &input->handoff);
}

/* ---- outcome ---- */

static const char *const outcome_names[] = {"opportunity", "won", "lost", NULL};

struct amount_body {
    const char *currency;
    int64_t minor;
};

static const struct input_field amount_fields[] = {
    {.name = "currency",
     .type = INPUT_LINE,
     .required = true,
     .min = 3,
     .max = 3,
     .offset = offsetof(struct amount_body, currency)},
    {.name = "minor",
     .type = INPUT_INT,
     .required = true,
     .min = 0,
     .max = AMOUNT_MAX,
     .offset = offsetof(struct amount_body, minor)},
};

static const struct input_spec amount_spec = INPUT_SPEC(amount_fields, struct amount_body);

struct outcome_body {
    const char *reason;
    const char *note;
    instant occurred_at;
    int outcome;
    struct amount_body amount;
    enum input_presence amount_given;
};

static const struct input_field outcome_fields[] = {
    {.name = "reason",
     .type = INPUT_CODE,
     .min = 1,
     .max = REASON_MAX_BYTES,
     .offset = offsetof(struct outcome_body, reason)},
    NOTE_FIELD(struct outcome_body, note),
    {.name = "occurred_at",
     .type = INPUT_INSTANT,
     .offset = offsetof(struct outcome_body, occurred_at)},
    {.name = "outcome",
     .type = INPUT_ENUM,
     .required = true,
     .values = outcome_names,
     .offset = offsetof(struct outcome_body, outcome)},
    {.name = "amount",
     .type = INPUT_OBJECT,
     .of = &amount_spec,
     .offset = offsetof(struct outcome_body, amount),
     .presence = offsetof(struct outcome_body, amount_given)},
};

static const struct input_spec outcome_spec = INPUT_SPEC(outcome_fields, struct outcome_body);

static enum err read_amount(struct request *r, const struct outcome_body *body,
                            struct amount *amount)
{
    struct faults *faults = request_faults(r);

    if (body->amount_given != INPUT_GIVEN)
        return ERR_NONE;
    if (faults == NULL)
        return short_of_memory(r);
    amount->given = true;
    amount->minor = body->amount.minor;
    if (body->amount.currency == NULL)
        return ERR_NONE;
    if (strspn(body->amount.currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3)
        memcpy(amount->currency, body->amount.currency, 3);
    else
        faults_add(faults, "/amount/currency", "currency",
                   "Three capital letters of ISO 4217 are wanted, such as EUR");
    return ERR_NONE;
}

enum err handoffs_outcome(struct request *r, struct command *command)
{
    struct handoff_outcome_input *input = ARENA_NEW(r->arena, struct handoff_outcome_input);
    struct outcome_body body;

    if (input == NULL)
        return short_of_memory(r);
    enum err err = request_gather(r, &outcome_spec, &body);
    if (err == ERR_NONE)
        err = read_amount(r, &body, &input->amount);
    if (err == ERR_NONE)
        err = request_settle(r);
    if (err != ERR_NONE)
        return err;
    input->outcome = (enum outcome_kind)(body.outcome + OUTCOME_OPPORTUNITY);
    input->reason = body.reason;
    input->note = body.note;
    input->occurred_at = body.occurred_at;
    return with_handoff(r, command, COMMAND_HANDOFF_OUTCOME, input, &input->handoff);
}
