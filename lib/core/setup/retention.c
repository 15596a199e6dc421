#include "core/setup/retention.h"

bool retention_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    (void)command;
    (void)work;
    (void)keys;
    return true;
}

/* No ledger entry: what is dropped is not part of what the ledger records. */
enum decision retention(struct work *work, const struct command *command, struct outcome *outcome)
{
    (void)command;
    work->answers_before = work->now - ANSWER_KEPT_DAYS * INSTANT_DAY;
    work->deliveries_before = work->now - DELIVERY_KEPT_DAYS * INSTANT_DAY;
    work->background_before = work->now - BACKGROUND_KEPT_DAYS * INSTANT_DAY;
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_instant(out, "answers_before", work->answers_before);
    json_out_member_instant(out, "deliveries_before", work->deliveries_before);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}
