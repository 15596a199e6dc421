#include "core/intake/lead_change.h"

#include "base/email.h"
#include "base/etag.h"
#include "core/authority.h"
#include "core/handoff/exception.h"
#include "core/handoff/handoff_step.h"
#include "core/handoff/judge.h"
#include "core/handoff/shape.h"
#include "core/intake/block.h"
#include "core/intake/lead_result.h"
#include "core/lead/collision.h"

#include <string.h>

/* given: the moment that the caller gave, INSTANT_NONE when none. */
static enum decision answer_lead(struct work *work, struct lead *lead,
                                 const struct judgement *judgement, instant given,
                                 struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    lead_result_write(work, lead, judgement, given > work->now, out);
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
    enum find blocked = block_find(work, input->identities, input->identity_count, NULL);
    if (blocked == FIND_NEEDED)
        return DECIDE_AGAIN;
    if (blocked == FIND_FOUND)
        return outcome_refuse(work, outcome, ERR_BLOCKED, BLOCK_DETAIL);
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

/* The attributes given, and their entry, which stands also where none has changed: a date may have.
 */
static enum err update_attributes(struct work *work, struct lead *lead,
                                  const struct command *command)
{
    const struct update_input *input = command->input;
    const struct team *team = config_team(work->config, command->caller.team);
    bool sales = team != NULL && team->function == FUNCTION_SALES;
    const struct capture_input said = {
        .identities = input->identities,
        .identity_count = input->identity_count,
        .attributes = input->attributes,
        .attribute_count = input->attribute_count,
    };
    struct attributes_input given = {
        .occurred_at = input->occurred_at,
        .source = sales ? SOURCE_SALES : SOURCE_ENRICHMENT,
        .word = true,
    };
    struct attribute_changes changes;

    given.items = lead_capture_attributes(work, &said, &given.count);
    if (given.items == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = lead_attributes_apply(work, lead, &given, &changes);
    if (err != ERR_NONE)
        return err;
    struct json_out *body = work_body(work);
    if (changes.count > 0) {
        json_out_key(body, "attributes");
        json_out_raw(body, changes.commitments, changes.commitments_len);
    }
    if (lead->next.at != INSTANT_NONE)
        json_out_member_int(body, "next_at", lead->next.at);
    caller_append(&command->caller, work, lead, LEDGER_LEAD_UPDATED);
    return ERR_NONE;
}

/* A date is moved if there is one, and not that of an answer: it was promised by the other team. */
static enum decision check_next(struct work *work, const struct lead *lead,
                                const struct update_input *input, struct outcome *outcome)
{
    if (input->next_at == INSTANT_NONE)
        return DECIDED;
    if (lead->next.step != STEP_NONE && lead->next.step != STEP_ANSWER)
        return DECIDED;
    outcome->problem.state =
        lead->next.step == STEP_NONE ? stage_name(lead->stage) : lead_step_name(STEP_ANSWER);
    return outcome_refuse(work, outcome, ERR_STATE_CONFLICT, "%s",
                          lead->next.step == STEP_NONE
                              ? "It has no next step to be moved"
                              : "It is offered: the answer is due when it was promised");
}

static bool tag_fits(const struct lead *lead, const char *if_match)
{
    char tag[ETAG_LEN + 1];

    etag_of_revision(lead->chain.seq, tag);
    return etag_matches(if_match, tag);
}

/* The other side may say what it knows of a lead, and neither who it is nor what comes next. */
static bool may_update(struct work *work, const struct command *command, const struct lead *lead,
                       struct outcome *outcome)
{
    const struct update_input *input = command->input;
    bool identifies = input->identity_count > 0 || input->drop_email;

    return authority_over_lead(work, command, DEED_LEAD_OBSERVE, lead, outcome) &&
           (!identifies || authority_over_lead(work, command, DEED_LEAD_IDENTITY, lead, outcome)) &&
           (input->next_at == INSTANT_NONE ||
            authority_over_lead(work, command, DEED_LEAD_STEP, lead, outcome));
}

enum decision lead_update(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct update_input *input = command->input;
    enum decision decision;

    if (caller_adds_only(&command->caller))
        return outcome_refuse(
            work, outcome, ERR_FORBIDDEN,
            "A key that may capture and no more adds with POST /v1/leads; changing "
            "a lead takes another role beside it");
    struct lead *lead = lead_for_command(work, input->lead, outcome, &decision);

    if (lead == NULL || !may_update(work, command, lead, outcome))
        return decision;
    if (!tag_fits(lead, input->if_match))
        return outcome_refuse(work, outcome, ERR_PRECONDITION_FAILED,
                              "The lead changed since: read it again");
    decision = check_identities(work, lead, input, outcome);
    if (decision == DECIDE_AGAIN || outcome->err != ERR_NONE)
        return decision;
    decision = check_next(work, lead, input, outcome);
    if (outcome->err != ERR_NONE)
        return decision;
    work_change_lead(work, lead);
    for (size_t i = 0; i < input->identity_count; i++)
        work_give_identity(work, lead, &input->identities[i]);
    if (input->drop_email) {
        decision = drop_email(work, lead, outcome);
        if (decision == DECIDE_AGAIN || outcome->err != ERR_NONE)
            return decision;
    }
    if (input->next_at != INSTANT_NONE)
        lead_move_next(lead, input->next_at);
    enum err err = update_attributes(work, lead, command);
    if (err != ERR_NONE)
        return outcome_refuse(work, outcome, err, "A lead has at most %d attributes",
                              ATTRIBUTES_PER_LEAD_MAX);
    struct judgement *judgement = judge_lead(work, lead, &command->caller);
    outcome->revision = lead->chain.seq;
    return answer_lead(work, lead, judgement, input->occurred_at, outcome);
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
                                      const struct caller *caller, const struct touch *touch)
{
    enum stage before = lead->stage;
    struct json_out *body = work_body(work);

    /* a prospect that does something of its own has come to us */
    if (before == STAGE_PROSPECT && touch->direction == DIRECTION_INBOUND)
        lead->stage = STAGE_INQUIRY;
    if (before != lead->stage) {
        json_out_member_text(body, "stage_from", stage_name(before));
        json_out_member_text(body, "stage_to", stage_name(lead->stage));
    }
    json_out_key(body, "touch");
    touch_write_ledger(touch, lead, body);
    caller_append(caller, work, lead, LEDGER_TOUCH_RECORDED);
    collision_note(work, lead, caller, touch);
    return judge_lead(work, lead, caller);
}

enum decision lead_touch(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct add_touch_input *input = command->input;
    struct judgement *judgement = NULL;
    struct touch touch;
    enum decision decision;
    struct lead *lead = lead_for_command(work, input->lead, outcome, &decision);

    if (lead == NULL || !authority_over_lead(work, command, DEED_LEAD_TOUCH, lead, outcome))
        return decision;
    work_change_lead(work, lead);
    enum find found = lead_touch_apply(work, lead, &command->caller, &input->touch, &touch);
    if (found == FIND_NEEDED)
        return DECIDE_AGAIN;
    if (found == FIND_ABSENT)
        judgement = record_touch(work, lead, &command->caller, &touch);
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    if (caller_adds_only(&command->caller)) {
        json_out_member_bool(out, "created", found == FIND_ABSENT);
        lead_id_write(lead, out);
    } else {
        json_out_key(out, "touch");
        shape_touch(work->config, &touch, out);
        json_out_member_bool(out, "created", found == FIND_ABSENT);
        lead_result_write(work, lead, judgement, input->touch.occurred_at > work->now, out);
    }
    json_out_end_object(out);
    outcome->lead = lead->id;
    return outcome_answer(work, outcome, found == FIND_ABSENT ? 201 : 200);
}

/* ---- facts ---- */

bool lead_team_confirms(const struct config *config, struct uuid id)
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
    enum decision decision;

    if (uuid_is_nil(command->caller.member))
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Name the member with Baton-Actor, or use a member's key");
    if (!lead_team_confirms(work->config, command->caller.team))
        return outcome_refuse(work, outcome, ERR_FORBIDDEN,
                              "Facts are written by members of teams that receive handoffs");
    struct lead *lead = lead_for_command(work, input->lead, outcome, &decision);
    if (lead == NULL)
        return decision;
    work_change_lead(work, lead);
    enum err err = lead_facts_apply(work, lead, &command->caller,
                                    &(struct confirmed_input){
                                        .items = input->facts,
                                        .count = input->fact_count,
                                        .occurred_at = input->occurred_at,
                                    });
    if (err != ERR_NONE)
        return outcome_refuse(work, outcome, err, "A lead has at most %d facts",
                              ATTRIBUTES_PER_LEAD_MAX);
    struct judgement *judgement = judge_lead(work, lead, &command->caller);
    return answer_lead(work, lead, judgement, input->occurred_at, outcome);
}

/* ---- override ---- */

/* What holds of a term now: a word against this version before, else the verdict. */
static enum verdict_result result_now(const struct work *work, const struct lead *lead,
                                      enum term term, const struct agreement_version *version)
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
enum decision lead_override(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct override_input *input = command->input;
    const struct agreement_version *version = work->config->in_force[input->term];
    enum decision decision;

    if (uuid_is_nil(command->caller.member))
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Name the member with Baton-Actor, or use a member's key");
    struct lead *lead = lead_for_command(work, input->lead, outcome, &decision);
    if (lead == NULL || !authority_over_lead(work, command, DEED_LEAD_OVERRIDE, lead, outcome))
        return decision;
    if (version == NULL)
        return outcome_refuse(work, outcome, ERR_NO_DEFINITION,
                              "No %s definition is in force: there is no verdict to override",
                              term_name(input->term));
    if (handoff_is_under_way(lead)) {
        struct handoff_step step = handoff_step_of(work, command, outcome);
        step.handoff = lead->open;
        step.lead = lead;
        return handoff_step_conflict(&step,
                                     "The lead is handed off: the answer to that comes first");
    }
    if (result_now(work, lead, input->term, version) == input->result) {
        outcome->problem.state = verdict_result_name(input->result);
        return outcome_refuse(work, outcome, ERR_STATE_CONFLICT, "That is already so");
    }
    /* a word that lets the lead through is an exception; one that keeps it back harms nobody */
    struct exception_count *used = NULL;
    if (input->result == VERDICT_QUALIFIED)
        decision = exception_check(work, version, EXCEPTION_OVERRIDE, "/result", outcome, &used);
    if (input->result == VERDICT_QUALIFIED && used == NULL)
        return decision;
    work_change_lead(work, lead);
    if (used != NULL)
        work_use_exception(work, used);
    lead->overrides[input->term] = (struct verdict_override){
        .given = true,
        .result = input->result,
        .note = input->note,
        .by = command->caller.member,
        .at = work->now,
        .version = version->version,
    };
    struct json_out *body = work_body(work);
    json_out_member_text(body, "result", verdict_result_name(input->result));
    json_out_member_text(body, "term", term_name(input->term));
    json_out_member_int(body, "version", version->version);
    caller_append(&command->caller, work, lead, LEDGER_VERDICT_OVERRIDDEN);
    struct judgement *judgement = judge_lead(work, lead, &command->caller);
    return answer_lead(work, lead, judgement, INSTANT_NONE, outcome);
}
