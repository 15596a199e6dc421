#include "core/intake/import.h"

#include "core/intake/import_deal.h"
#include "core/setup/member_change.h"

#include <string.h>

/* ---- rows ---- */

/* A row without an event id of its own is one event per external id, or, where rows have none, per
 * content. */
static bool lead_input(struct work *work, const struct mapped *row, struct capture_input *out)
{
    *out = row->capture;
    out->imported = true;
    if (out->touch == NULL || out->touch->event_id != NULL)
        return true;
    struct touch_input *touch = ARENA_NEW(work->arena, struct touch_input);
    if (touch == NULL)
        return false;
    *touch = *out->touch;
    touch->event_id = row->row_id;
    for (size_t i = 0; touch->event_id == NULL && i < out->identity_count; i++)
        if (out->identities[i].kind == IDENTITY_EXTERNAL)
            touch->event_id = out->identities[i].value;
    out->touch = touch;
    return true;
}

bool import_rows_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct import_input *input = command->input;
    struct uuid workspace = command->caller.workspace;

    for (size_t i = 0; i < input->count; i++) {
        const struct mapped *row = &input->rows[i];
        struct capture_input capture;
        bool noted = row->deal != NULL
                         ? import_deal_note_keys(row, work, workspace, keys)
                         : lead_input(work, row, &capture) &&
                               lead_capture_note_keys(&capture, work, workspace, keys);
        if (!noted)
            return false;
    }
    return true;
}

static enum find import_lead(struct work *work, const struct caller *caller,
                             const struct mapped *row, struct import_result *result)
{
    struct captured captured;
    struct capture_input capture;

    if (!lead_input(work, row, &capture))
        return FIND_FOUND;
    if (lead_capture_apply(work, caller, &capture, &captured) == FIND_NEEDED)
        return FIND_NEEDED;
    if (captured.err != ERR_NONE)
        *result = (struct import_result){
            IMPORT_REFUSED, captured.err == ERR_BLOCKED ? IMPORT_BLOCKED : IMPORT_LIMIT};
    else
        result->effect = captured.created   ? IMPORT_NEW
                         : captured.changed ? IMPORT_UPDATED
                                            : IMPORT_UNCHANGED;
    return FIND_FOUND;
}

/* Whatever comes to nothing leaves no trace, also none of having been looked at. */
static enum find import_row(struct work *work, const struct caller *caller,
                            const struct mapped *row, struct import_result *result)
{
    struct work_mark mark;

    work_mark(work, &mark);
    enum find found = row->deal != NULL ? import_deal(work, caller, row, result)
                                        : import_lead(work, caller, row, result);
    if (found != FIND_NEEDED &&
        (result->effect == IMPORT_UNCHANGED || result->effect == IMPORT_REFUSED))
        work_return(work, &mark);
    return found;
}

static void write_counts(const struct import_result *results, size_t count, struct json_out *out)
{
    static const char *const names[] = {"new", "updated", "unchanged", "refused"};
    int64_t counts[4] = {0};

    for (size_t i = 0; i < count; i++)
        counts[results[i].effect]++;
    json_out_begin_object(out);
    for (int i = 0; i < 4; i++)
        json_out_member_int(out, names[i], counts[i]);
    json_out_end_object(out);
}

/* The import itself makes members before it sends the rows. */
static void expect_members(struct import_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (results[i].effect == IMPORT_REFUSED && results[i].refusal == IMPORT_UNKNOWN_MEMBER)
            results[i] = (struct import_result){IMPORT_NEW, IMPORT_TAKEN};
}

enum decision import_rows(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct import_input *input = command->input;
    struct import_result *results =
        ARENA_ARRAY(work->arena, struct import_result, input->count + 1);
    struct caller caller = command->caller;
    struct work_mark mark;
    bool needed = false;

    if (results == NULL)
        return DECIDED;
    work_mark(work, &mark);
    caller.team = input->team;
    for (size_t i = 0; i < input->count; i++)
        if (import_row(work, &caller, &input->rows[i], &results[i]) == FIND_NEEDED)
            needed = true;
    if (needed)
        return DECIDE_AGAIN;
    if (input->dry_run) {
        expect_members(results, input->count);
        work_return(work, &mark);
    }
    write_counts(results, input->count, outcome_begin(work));
    outcome->extra = results;
    return outcome_answer(work, outcome, 200);
}

/* ---- members ---- */

static const struct team *team_of(const struct work *work, const struct import_member *member)
{
    const struct team *team =
        work->config == NULL ? NULL : config_team_named(work->config, member->team);

    return team != NULL && team->active ? team : NULL;
}

bool import_members_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct import_members_input *input = command->input;

    for (size_t i = 0; i < input->count; i++) {
        const struct team *team = team_of(work, &input->members[i]);
        if (team != NULL && !setup_note_chain(work, keys, team->id))
            return false;
    }
    return true;
}

static bool named_before(const struct import_members_input *input, size_t index)
{
    const struct import_member *member = &input->members[index];

    for (size_t i = 0; i < index; i++) {
        const struct import_member *before = &input->members[i];
        if (strcmp(before->team, member->team) == 0 && strcmp(before->id, member->id) == 0 &&
            strcmp(before->source, member->source) == 0)
            return true;
    }
    return false;
}

enum decision import_members(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    const struct import_members_input *input = command->input;
    int64_t made = 0;

    for (size_t i = 0; i < input->count; i++) {
        const struct import_member *wanted = &input->members[i];
        const struct team *team = team_of(work, wanted);
        if (team == NULL || named_before(input, i) ||
            config_member_by_external(work->config, team->id, wanted->source, wanted->id) != NULL)
            continue;
        struct chain_row *chain = setup_chain(work, team->id);
        if (chain == NULL)
            return DECIDE_AGAIN;
        member_make(work, &command->caller, team, chain,
                    &(struct member_create_input){.team = wanted->team,
                                                  .name = wanted->id,
                                                  .external_source = wanted->source,
                                                  .external_id = wanted->id});
        made++;
    }
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_int(out, "made", made);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}
