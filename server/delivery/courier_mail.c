#include "delivery/courier_inside.h"

/** What a mail may take, the leads that it names included. */
#define MAIL_MEMORY_BYTES ((size_t)64 << 20)

/* All that is due goes into one mail. False: it cannot be made now. */
static bool fill_mail(struct courier *courier, struct target *target,
                      const struct outbound_item *const *items, size_t count)
{
    struct slot *slot = NULL;

    for (size_t i = 0; slot == NULL && i < target->batch.count; i++)
        if (target->slots[i].item == items[0])
            slot = &target->slots[i];
    slot->arena = arena_new(MAIL_MEMORY_BYTES);
    const struct read read = {.pg = courier->app,
                              .arena = slot->arena,
                              .workspace = target->leased.workspace,
                              .deadline = pg_deadline_in(DATABASE_MS)};
    const struct mail_wanted wanted = {&courier->settings.mail, &read, target->config,
                                       target->subscription,    items, count,
                                       courier_now(target)};
    slot->attempt = (struct attempt){.owner = slot, .answer_room = ATTEMPT_ANSWER_BYTES};
    if (slot->arena == NULL)
        return false;
    slot->attempt.answer = arena_alloc(slot->arena, ATTEMPT_ANSWER_BYTES + 1);
    if (slot->attempt.answer == NULL || !mail_fill(&wanted, &slot->attempt) ||
        (slot->attempt.failure == NULL && !attempt_begin(&slot->attempt, courier->multi))) {
        courier_forget(slot);
        return false;
    }
    target->in_flight = 1;
    slot->state = SLOT_SENT;
    return true;
}

void courier_send_mail(struct courier *courier, struct target *target)
{
    const struct outbound_item *items[BATCH_MAX];
    instant now = courier_now(target);
    size_t count = 0;

    if (target->in_flight > 0 || now < target->batch.not_before || now < target->not_before)
        return;
    for (size_t i = 0; i < target->batch.count; i++)
        if (target->slots[i].state == SLOT_WAITS && target->slots[i].item->row.next_at <= now)
            items[count++] = target->slots[i].item;
    if (count == 0 || !fill_mail(courier, target, items, count))
        return;
    struct slot *first = NULL;
    for (size_t i = 0; i < target->batch.count; i++) {
        struct slot *slot = &target->slots[i];
        if (slot->state == SLOT_SENT)
            first = slot;
        else if (slot->state == SLOT_WAITS && slot->item->row.next_at <= now)
            slot->state = SLOT_SENT;
    }
    if (first->attempt.failure != NULL)
        courier_end(courier, first);
}
