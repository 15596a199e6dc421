#include "core/setup/attribution_setup_change.h"

#include "core/authority.h"
#include "core/setup_change.h"

#include <string.h>

static const char *const state_names[] = {"building", "counted", "retiring", "retired", "clearing"};

const char *attribution_setup_state_name(enum attribution_setup_state state)
{
    return state_names[state];
}

void attribution_setup_write(const struct attribution_setup_row *row, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "name", row->name);
    json_out_member_int(out, "version", row->version);
    json_out_member_text(out, "state", attribution_setup_state_name(row->state));
    json_out_key(out, "record");
    json_out_raw(out, row->record, strlen(row->record));
    json_out_member_instant(out, "created_at", row->created_at);
    json_out_end_object(out);
}

static const char *record_of(struct work *work, const struct attribution_setup *setup)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    attribution_setup_write_members(setup, out);
    json_out_end_object(out);
    return arena_copy(work->arena, out->written.text, out->written.len);
}

static void append_entry(struct work *work, struct chain_row *chain, const struct caller *caller,
                         const struct attribution_setup_row *row)
{
    struct json_out *body = work_body(work);

    json_out_member_text(body, "name", row->name);
    json_out_key(body, "record");
    json_out_raw(body, row->record, strlen(row->record));
    json_out_member_int(body, "version", row->version);
    setup_append(work, chain, LEDGER_ATTRIBUTION_SETUP_MADE, caller);
}

/* The default is there before it is stored. */
static int newest_of(int64_t id, const struct attribution_setup_row *newest)
{
    if (newest->version > 0)
        return newest->version;
    return id == 0 ? ATTRIBUTION_SETUP_USUAL.version : 0;
}

/* Names that stood when the setup was loaded, and those that its group has made. */
static int count_names(const struct work *work, const struct attribution_setup_row *newest)
{
    const struct list *made = &work->saves[KIND_ATTRIBUTION_SETUP];
    int count = newest->names;

    for (size_t i = 0; i < made->count; i++)
        count += ((const struct attribution_setup_row *)made->items[i])->version == 1;
    return count;
}

enum decision attribution_setup_make(struct work *work, const struct command *command,
                                     struct outcome *outcome)
{
    const struct attribution_setup_input *input = command->input;
    enum find found;

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return DECIDED;
    const struct attribution_setup_row *newest =
        work_find(work, KIND_ATTRIBUTION_SETUP, &input->id, &found);
    struct chain_row *chain = setup_chain(work, command->caller.workspace);
    const char *record = record_of(work, &input->setup);
    struct attribution_setup_row *row = ARENA_NEW(work->arena, struct attribution_setup_row);
    if (found == FIND_NEEDED || chain == NULL)
        return DECIDE_AGAIN;
    if (record == NULL || row == NULL || newest == NULL)
        return DECIDED;
    if (newest->version > 0 && strcmp(newest->record, record) == 0) {
        attribution_setup_write(newest, outcome_begin(work));
        return outcome_answer(work, outcome, 200);
    }
    if (newest_of(input->id, newest) == 0 && count_names(work, newest) >= ATTRIBUTION_SETUPS_MAX)
        return outcome_refuse(work, outcome, ERR_LIMIT_REACHED,
                              "A workspace has at most %d setups besides the default. Make the "
                              "next version of one of them",
                              ATTRIBUTION_SETUPS_MAX);
    *row = (struct attribution_setup_row){
        .id = input->id,
        .version = newest_of(input->id, newest) + 1,
        .name = input->name,
        .record = record,
        .state = ATTRIBUTION_SETUP_BUILDING,
        .created_at = work->now,
    };
    append_entry(work, chain, &command->caller, row);
    work_save_row(work, KIND_ATTRIBUTION_SETUP, row);
    attribution_setup_write(row, outcome_begin(work));
    return outcome_answer(work, outcome, 201);
}
