#include "core/intake/lead_unmerge.h"

#include "core/authority.h"
#include "core/handoff/judge.h"
#include "core/handoff/lead_restore.h"
#include "core/intake/lead_result.h"

/* ---- the merge ---- */

/* This group may have merged, and taken back, what is not saved yet. Returns the newest word on the
 * absorbed lead; *later: how many merges into the same survivor come after it. */
static struct merge_row *of_this_group(struct work *work, struct merge_row *row,
                                       const struct unmerge_input *input, int *later)
{
    const struct list *rows = &work->saves[KIND_MERGE];

    for (size_t i = 0; i < rows->count; i++) {
        struct merge_row *other = rows->items[i];
        if (uuid_equal(other->absorbed, input->absorbed)) {
            row = other;
            *later = other->later;
        }
    }
    for (size_t i = 0; row != NULL && i < rows->count; i++) {
        const struct merge_row *other = rows->items[i];
        bool seen_before = false; /* one that was made and taken back stands there twice */
        for (size_t k = 0; k < i && !seen_before; k++)
            seen_before = rows->items[k] == other;
        if (seen_before || other == row || !uuid_equal(other->survivor, row->survivor) ||
            other->survivor_seq < row->survivor_seq)
            continue;
        *later += other->is_new ? !other->undone : -other->undone;
    }
    return row;
}

static const char *decided_since(const struct work *work, const struct merge_row *row)
{
    int kind = row->decided;

    for (size_t i = 0; kind == 0 && i < work->saves[KIND_ENTRY].count; i++) {
        const struct ledger_entry *entry = work->saves[KIND_ENTRY].items[i];
        if (uuid_equal(entry->subject, row->survivor) && entry->seq > row->survivor_seq &&
            lead_before_is_decided_by(entry->kind, entry->actor.kind))
            kind = (int)entry->kind;
    }
    return kind == 0 ? NULL : ledger_kind_name(kind);
}

/* ---- refusals ---- */

static enum decision refuse(struct work *work, struct outcome *outcome, const char *state,
                            const char *detail)
{
    outcome->problem.state = state;
    return outcome_refuse(work, outcome, ERR_STATE_CONFLICT, "%s", detail);
}

/* NULL when nothing stands in the way. */
static const char *hindrance(struct work *work, const struct merge_row *row, int later,
                             const char **state)
{
    const char *decided = decided_since(work, row);

    if (later > 0) {
        *state = "merged_later";
        return "Another lead was merged into this one since: take that merge back first";
    }
    if (decided != NULL) {
        *state = "decided";
        return arena_printf(work->arena, "Since the merge something was decided on the lead: %s",
                            decided);
    }
    return NULL;
}

/* ---- the command ---- */

struct unmerging {
    struct lead *survivor;
    struct lead *absorbed;
    struct lead *stands; /* for the absorbed one */
    struct merge_row *row;
};

/* Both leads and the merge. False: *decision is what decide is to answer. */
static bool find_all(struct work *work, const struct command *command, struct outcome *outcome,
                     struct unmerging *it, enum decision *decision)
{
    const struct unmerge_input *input = command->input;
    enum find merge, second;
    enum find first = work_find_lead(work, input->survivor, &it->survivor);

    it->absorbed = work_find(work, KIND_LEAD, &input->absorbed, &second);
    it->row = work_find(work, KIND_MERGE, &input->absorbed, &merge);
    *decision = DECIDE_AGAIN;
    if (first == FIND_NEEDED || second == FIND_NEEDED || merge == FIND_NEEDED ||
        work_find_lead(work, input->absorbed, &it->stands) == FIND_NEEDED)
        return false;
    if (uuid_is_nil(command->caller.member))
        *decision = outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                                   "Name the member with Baton-Actor, or use a member's key");
    else if (first == FIND_ABSENT)
        *decision = outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no lead with this id");
    else if (it->survivor->status == LEAD_ERASED)
        *decision = outcome_refuse(work, outcome, ERR_GONE, "This lead was erased");
    else if (second == FIND_ABSENT)
        *decision = outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/from", "not_found",
                                      "There is no lead with this id");
    else
        return true;
    return false;
}

static enum decision answer(struct work *work, struct outcome *outcome, const struct unmerging *it,
                            const struct caller *caller)
{
    struct uuid *leads = ARENA_ARRAY(work->arena, struct uuid, 2);
    struct judgement *own = judge_lead(work, it->survivor, caller);
    struct judgement *given = judge_lead(work, it->absorbed, caller);
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    lead_result_write(work, it->survivor, own, false, out);
    json_out_key(out, "restored");
    json_out_begin_object(out);
    lead_result_write(work, it->absorbed, given, false, out);
    json_out_end_object(out);
    json_out_end_object(out);
    if (leads != NULL) {
        leads[0] = it->survivor->id;
        leads[1] = it->absorbed->id;
        outcome->leads = leads;
        outcome->lead_count = 2;
    }
    return outcome_answer(work, outcome, 200);
}

enum decision lead_unmerge(struct work *work, const struct command *command,
                           struct outcome *outcome)
{
    struct unmerging it;
    enum decision decision;
    const char *state = NULL;

    if (!find_all(work, command, outcome, &it, &decision))
        return decision;
    int later = it.row == NULL ? 0 : it.row->later;
    it.row = of_this_group(work, it.row, command->input, &later);
    if (it.absorbed->status != LEAD_MERGED || it.stands != it.survivor ||
        (it.row != NULL && !uuid_equal(it.row->survivor, it.survivor->id)))
        return refuse(work, outcome, "not_merged",
                      "The lead that from names was not merged into this one");
    if (it.row == NULL || it.row->undone)
        return refuse(work, outcome, "not_kept",
                      "They were merged before Baton kept what takes a merge back");
    const char *why = hindrance(work, it.row, later, &state);
    if (why != NULL)
        return refuse(work, outcome, state, why);
    if (!authority_over_lead(work, command, DEED_LEAD_MERGE, it.survivor, outcome))
        return DECIDED;
    if (work_find_identities(work, it.survivor) == FIND_NEEDED)
        return DECIDE_AGAIN;
    enum err err = lead_restore(work, it.survivor, it.absorbed, it.row, &command->caller);
    if (err != ERR_NONE)
        return outcome_refuse(work, outcome, err, "What was kept of the merge cannot be read");
    return answer(work, outcome, &it, &command->caller);
}
