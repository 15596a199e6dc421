#include "core/setup/rates_change.h"

#include "core/setup_change.h"

#include <string.h>

void rates_row_write(const struct rates_row *row, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_key(out, "table");
    json_out_raw(out, row->record, strlen(row->record));
    json_out_member_instant(out, "updated_at", row->updated_at);
    json_out_end_object(out);
}

static const char *record_of(struct work *work, const struct rates *rates)
{
    struct json_out *out = outcome_begin(work);

    rates_write(rates, out);
    return arena_copy(work->arena, out->written.text, out->written.len);
}

/* Rates are nobody's secret: the entry has them in clear, so that a number of before can be had
 * again. */
static void append_entry(struct work *work, struct chain_row *chain, const struct caller *caller,
                         const struct rates_row *row)
{
    struct json_out *body = work_body(work);

    json_out_key(body, "table");
    json_out_raw(body, row->record, strlen(row->record));
    setup_append(work, chain, LEDGER_RATES_REPLACED, caller);
}

enum decision rates_put(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct rates_put_input *input = command->input;
    enum find found;

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return DECIDED;
    const struct rates_row *stored = work_find(work, KIND_RATES, &input->id, &found);
    struct chain_row *chain = setup_chain(work, command->caller.workspace);
    struct rates_row *row = ARENA_NEW(work->arena, struct rates_row);
    if (found == FIND_NEEDED || chain == NULL)
        return DECIDE_AGAIN;
    const char *record = record_of(work, &input->rates);
    if (row == NULL || record == NULL)
        return DECIDED;
    struct json_out *out = outcome_begin(work);
    if (stored != NULL)
        rates_row_write(stored, out);
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    *row = (struct rates_row){.id = input->id, .record = record, .updated_at = work->now};
    append_entry(work, chain, &command->caller, row);
    work_save_row(work, KIND_RATES, row);
    work_put(work, KIND_RATES, &row->id, row);
    rates_row_write(row, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}
