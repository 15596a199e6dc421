#include "core/setup/retention.h"

#include "core/setup/source_rotate.h"

instant retention_as_of(instant sound_at, instant now)
{
    return now < sound_at + RETENTION_STEP ? now : sound_at + RETENTION_STEP;
}

/* It makes no ledger entry: what is dropped is not part of what the ledger records. */
enum decision retention(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct retention_input *input = command->input;
    instant as_of = input->as_of < work->now ? input->as_of : work->now;

    work->drop_before[KIND_ANSWER] = as_of - ANSWER_KEPT_DAYS * INSTANT_DAY;
    work->drop_before[KIND_DELIVERY] = as_of - DELIVERY_KEPT_DAYS * INSTANT_DAY;
    work->drop_before[KIND_BACKGROUND] = as_of - BACKGROUND_KEPT_DAYS * INSTANT_DAY;
    source_drop_old_secrets(work);
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_instant(out, "answers_before", work->drop_before[KIND_ANSWER]);
    json_out_member_instant(out, "deliveries_before", work->drop_before[KIND_DELIVERY]);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}
