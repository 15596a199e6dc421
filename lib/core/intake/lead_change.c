#include "core/intake/lead_change.h"

#include "base/email.h"
#include "base/etag.h"
#include "core/handoff/handoff_step.h"
#include "core/handoff/judge.h"
#include "core/handoff/shape.h"
#include "core/intake/lead_result.h"

#include <string.h>

#define COMMITMENTS_MAX_BYTES (256 * 1024)

static enum decision answer_lead(struct work *work, struct lead *lead,
                                 const struct judgement *judgement, struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    lead_result_write(work, lead, judgement, out);
    json_out_end_object(out);
    outcome->lead = lead->id;
    return outcome_answer(work, outcome, 200);
}

/* ---- PATCH ---- */

/* Identities of other leads are not taken away from them: merging is an act of its own. */
static enum decision check_identities(struct work *work, const struct lead *lead,
                                      const struct update_input *input, struct outcome *outcome)
{
    size_t added = 0;

    for (size_t i = 0; i < input->identity_count; i++) {
        struct uuid holder;
        enum find found = work_find_identity(work, &input->identities[i], &holder);
        if (found == FIND_NEEDED)
            return DECIDE_AGAIN;
        added += found == FIND_ABSENT;
        if (found == FIND_FOUND && !uuid_equal(holder, lead->id))
            return outcome_refuse(work, outcome, ERR_ALREADY_EXISTS,
                                  "Another lead is known by one of these identities: merge them");
    }
    /* merges may have brought more: then none is added, and all else goes on */
    if (added > 0 && lead->identity_count + added > IDENTITIES_PER_LEAD_MAX)
        return outcome_refuse(work, outcome, ERR_LIMIT_REACHED, "A lead has at most %d identities",
                              IDENTITIES_PER_LEAD_MAX);
    return DECIDED;
}

static enum decision drop_email(struct work *work, struct lead *lead, struct outcome *outcome)
{
    struct identity *kept = ARENA_ARRAY(work->arena, struct identity, lead->identity_count + 1);
    size_t count = 0;

    if (kept == NULL)
        return DECIDED;
    if (work_find_identities(work, lead) == FIND_NEEDED)
        return DECIDE_AGAIN;
    for (size_t i = 0; i < lead->identity_count; i++)
        if (lead->identities[i].kind != IDENTITY_EMAIL)
            kept[count++] = lead->identities[i];
    if (count == 0)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/email", "last_identity",
                                 "The email address is all that this lead is known by");
    work_drop_identities(work, lead);
    for (size_t i = 0; i < count; i++)
        work_give_identity(work, lead, &kept[i]);
    return DECIDED;
}

static void write_updated(struct work *work, struct lead *lead, const struct command *command,
                          const struct json_out *commitments, size_t changed)
{
    struct json_out *body = work_body(work);

    if (changed > 0) {
        json_out_key(body, "attributes");
        json_out_raw(body, commitments->text, commitments->len);
    }
    if (lead->due_at != INSTANT_NONE)
        json_out_member_int(body, "due_at", lead->due_at);
    work_append(work, lead, LEDGER_LEAD_UPDATED, caller_actor(&command->caller),
                command->caller.team);
}

static enum err tell_update(struct work *work, struct lead *lead, const struct command *command,
                            const struct update_input *input)
{
    const struct team *team = config_team(work->config, command->caller.team);
    bool sales = team != NULL && team->function == FUNCTION_SALES;
    struct observation how = {
        .occurred_at = input->occurred_at == INSTANT_NONE ? work->now : input->occurred_at,
        .known_from = work->now,
        .source = sales ? SOURCE_SALES : SOURCE_ENRICHMENT,
    };
    const struct capture_input said = {
        .identities = input->identities,
        .identity_count = input->identity_count,
        .attributes = input->attributes,
        .attribute_count = input->attribute_count,
    };
    struct json_out commitments;
    size_t changed = 0, count = 0;
    struct told *told = lead_told_with_derived(work, &said, &count);

    if (told == NULL)
        return ERR_OUT_OF_MEMORY;
    json_out_init(&commitments, COMMITMENTS_MAX_BYTES);
    json_out_begin_object(&commitments);
    enum err err = lead_tell(work, lead, told, count, &how, &commitments, &changed);
    json_out_end_object(&commitments);
    if (commitments.failed)
        arena_fail(work->arena);
    else if (err == ERR_NONE)
        write_updated(work, lead, command, &commitments, changed);
    json_out_release(&commitments);
    return err;
}

static bool tag_fits(const struct lead *lead, const char *if_match)
{
    char tag[ETAG_LEN + 1];

    etag_of_revision(lead->chain.seq, tag);
    return etag_matches(if_match, tag);
}

enum decision lead_update(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct update_input *input = command->input;
    struct lead *lead;
    enum decision decision;

    if (!lead_for_command(work, input->lead, &lead, outcome, &decision))
        return decision;
    if (!tag_fits(lead, input->if_match))
        return outcome_refuse(work, outcome, ERR_PRECONDITION_FAILED,
                              "The lead changed since: read it again");
    decision = check_identities(work, lead, input, outcome);
    if (decision == DECIDE_AGAIN || outcome->err != ERR_NONE)
        return decision;
    work_change_lead(work, lead);
    for (size_t i = 0; i < input->identity_count; i++)
        work_give_identity(work, lead, &input->identities[i]);
    if (input->drop_email) {
        decision = drop_email(work, lead, outcome);
        if (decision == DECIDE_AGAIN || outcome->err != ERR_NONE)
            return decision;
    }
    if (input->due_at != INSTANT_NONE && !stage_is_end(lead->stage))
        lead->due_at = input->due_at;
    enum err err = tell_update(work, lead, command, input);
    if (err != ERR_NONE)
        return outcome_refuse(work, outcome, err, "A lead has at most %d attributes",
                              ATTRIBUTES_PER_LEAD_MAX);
    struct judgement *judgement = judge_lead(work, lead, &command->caller);
    outcome->revision = lead->chain.seq;
    return answer_lead(work, lead, judgement, outcome);
}

/* ---- touches ---- */

/* The event, by which a repeat is known. */
bool lead_touch_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct add_touch_input *input = command->input;
    struct capture_input as_capture = {.touch = &input->touch};

    return lead_capture_note_keys(&as_capture, work, command->caller.workspace, keys);
}

static struct judgement *record_touch(struct work *work, struct lead *lead,
                                      const struct command *command, const struct touch *touch)
{
    struct actor actor = caller_actor(&command->caller);
    enum stage before = lead->stage;
    struct json_out *body = work_body(work);

    if (before == STAGE_PROSPECT && touch->direction == DIRECTION_INBOUND)
        lead->stage = STAGE_INQUIRY;
    if (before != lead->stage) {
        json_out_member_text(body, "stage_from", stage_name(before));
        json_out_member_text(body, "stage_to", stage_name(lead->stage));
    }
    json_out_key(body, "touch");
    touch_write_ledger(touch, body);
    work_append(work, lead, LEDGER_TOUCH_RECORDED, actor, command->caller.team);
    return judge_lead(work, lead, &command->caller);
}

enum decision lead_touch(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct add_touch_input *input = command->input;
    struct judgement *judgement = NULL;
    struct touch touch;
    struct lead *lead;
    bool known;
    enum decision decision;

    if (!lead_for_command(work, input->lead, &lead, outcome, &decision))
        return decision;
    work_change_lead(work, lead);
    if (lead_touch_apply(work, lead, &command->caller, &input->touch, &touch, &known) ==
        FIND_NEEDED)
        return DECIDE_AGAIN;
    if (!known)
        judgement = record_touch(work, lead, command, &touch);
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_key(out, "touch");
    shape_touch(&touch, out);
    json_out_member_bool(out, "created", !known);
    lead_result_write(work, lead, judgement, out);
    json_out_end_object(out);
    outcome->lead = lead->id;
    return outcome_answer(work, outcome, known ? 200 : 201);
}

/* ---- facts ---- */

/* Facts are the word of those who talk with the lead: a team that receives handoffs. */
static bool receives_handoffs(const struct config *config, struct uuid id)
{
    const struct team *team = config_team(config, id);

    if (team != NULL && team->function == FUNCTION_SALES)
        return true;
    for (size_t i = 0; i < config->route_count; i++)
        if (uuid_equal(config->routes[i].to_team, id))
            return true;
    return false;
}

enum decision lead_facts(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct facts_input *input = command->input;
    struct lead *lead;
    enum decision decision;

    if (uuid_is_nil(command->caller.member))
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Name the member with Baton-Actor, or use a member's key");
    if (!receives_handoffs(work->config, command->caller.team))
        return outcome_refuse(work, outcome, ERR_FORBIDDEN,
                              "Facts are written by members of teams that receive handoffs");
    if (!lead_for_command(work, input->lead, &lead, outcome, &decision))
        return decision;
    work_change_lead(work, lead);
    enum err err = lead_facts_apply(work, lead, &command->caller, input->facts, input->fact_count,
                                    input->occurred_at);
    if (err != ERR_NONE)
        return outcome_refuse(work, outcome, err, "A lead has at most %d facts",
                              ATTRIBUTES_PER_LEAD_MAX);
    struct judgement *judgement = judge_lead(work, lead, &command->caller);
    return answer_lead(work, lead, judgement, outcome);
}

/* ---- override ---- */

static void record_override(struct work *work, struct lead *lead, const struct command *command,
                            const struct override_input *input, int version)
{
    struct verdict_override *override = &lead->overrides[input->term];

    *override = (struct verdict_override){
        .given = true,
        .result = input->result,
        .note = input->note,
        .by = command->caller.member,
        .at = work->now,
        .version = version,
    };
    struct json_out *body = work_body(work);
    json_out_member_text(body, "result", verdict_result_name(input->result));
    json_out_member_text(body, "term", term_name(input->term));
    json_out_member_int(body, "version", version);
    work_append(work, lead, LEDGER_VERDICT_OVERRIDDEN, caller_actor(&command->caller),
                command->caller.team);
}

/* What holds of a term now: a word against this version before, else the verdict. */
static enum verdict_result result_now(const struct work *work, const struct lead *lead,
                                      enum term term, const struct definition_version *version)
{
    const struct verdict_override *override = &lead->overrides[term];
    struct verdict_subject subject = lead_subject(lead, work->now);
    struct verdict verdict;

    if (override->given && override->version == version->version)
        return override->result;
    verdict_evaluate(version->compiled, &subject, &verdict);
    return verdict.result;
}

/* Nothing to override where it is said already; with a handoff open sales has the word. */
static bool may_override(struct work *work, const struct command *command, struct lead *lead,
                         const struct definition_version *version, struct outcome *outcome)
{
    const struct override_input *input = command->input;

    if (lead->open != NULL) {
        struct handoff_step step = handoff_step_of(work, command, outcome);
        step.handoff = lead->open;
        step.lead = lead;
        handoff_step_conflict(&step, "The lead is handed off: the answer to that comes first");
        return false;
    }
    if (result_now(work, lead, input->term, version) == input->result) {
        outcome->problem.state = verdict_result_name(input->result);
        outcome_refuse(work, outcome, ERR_STATE_CONFLICT, "That is what holds already");
        return false;
    }
    return true;
}

enum decision lead_override(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct override_input *input = command->input;
    const struct definition_version *version = work->config->in_force[input->term];
    struct lead *lead;
    enum decision decision;

    if (uuid_is_nil(command->caller.member))
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Name the member with Baton-Actor, or use a member's key");
    if (!lead_for_command(work, input->lead, &lead, outcome, &decision))
        return decision;
    if (version == NULL)
        return outcome_refuse(work, outcome, ERR_NO_DEFINITION,
                              "No %s definition is in force: there is no verdict to override",
                              term_name(input->term));
    if (!may_override(work, command, lead, version, outcome))
        return DECIDED;
    work_change_lead(work, lead);
    record_override(work, lead, command, input, version->version);
    struct judgement *judgement = judge_lead(work, lead, &command->caller);
    return answer_lead(work, lead, judgement, outcome);
}
