#include "delivery/courier_inside.h"

#include "core/setup/notify.h"
#include "core/setup/subscription.h"
#include "core/setup/target.h"

#include <stdlib.h>

/** How often a lease is renewed. */
#define RENEW_MS 10000

instant courier_now(const struct target *target)
{
    return target->batch.now + (pg_now_ms() - target->loaded_ms) * 1000;
}

void courier_unload(struct courier *courier, struct target *target)
{
    for (size_t i = 0; target->slots != NULL && i < target->batch.count; i++) {
        if (target->slots[i].state == SLOT_SENT)
            attempt_drop(&target->slots[i].attempt, courier->multi);
        courier_forget(&target->slots[i]);
    }
    arena_free(target->arena);
    config_release(target->config);
    target->arena = NULL;
    target->config = NULL;
    target->subscription = NULL;
    target->slots = NULL;
    target->batch = (struct outbound_batch){0};
    target->first = target->in_flight = target->ended_count = 0;
    target->arrived = target->failed = target->moved = false;
}

static struct pg_scope scope_of(struct courier *courier, const struct target *target)
{
    return (struct pg_scope){courier->app, target->arena, target->leased.workspace};
}

static int subject_order(const void *a, const void *b)
{
    const struct slot *one = *(const struct slot *const *)a;
    const struct slot *other = *(const struct slot *const *)b;
    int order = uuid_compare(one->item->row.subject, other->item->row.subject);

    return order != 0 ? order : one < other ? -1 : one > other;
}

/* They are loaded by their positions. */
static void make_slots(struct target *target)
{
    size_t count = target->batch.count;
    struct slot **sorted = ARENA_ARRAY(target->arena, struct slot *, count + 1);

    target->slots = ARENA_ARRAY(target->arena, struct slot, count + 1);
    target->ended = ARENA_ARRAY(target->arena, struct slot *, count + 1);
    if (arena_failed(target->arena))
        return;
    for (size_t i = 0; i < count; i++) {
        target->slots[i] = (struct slot){.target = target, .item = &target->batch.items[i]};
        sorted[i] = &target->slots[i];
    }
    qsort(sorted, count, sizeof *sorted, subject_order);
    for (size_t i = 1; i < count; i++)
        if (uuid_equal(sorted[i]->item->row.subject, sorted[i - 1]->item->row.subject))
            sorted[i]->before = sorted[i - 1];
}

/* Reads what is to be sent. The configuration after it, and anew: a change that it does not show
 * has raised `made` since then, so that the subscription is due again when it is given back. False:
 * it is no longer ours, or cannot be read. */
static bool load(struct courier *courier, struct target *target)
{
    const struct config *config = NULL;

    courier_unload(courier, target);
    target->arena = arena_new(BATCH_MEMORY_BYTES);
    if (target->arena == NULL)
        return false;
    const struct pg_scope scope = scope_of(courier, target);
    enum pg_status status = outbound_load(&scope, target->leased.id, courier->lease, BATCH_MAX,
                                          pg_deadline_in(DATABASE_MS), &target->batch);
    target->loaded_ms = target->saved_ms = pg_now_ms();
    if (status != PG_OK || !target->batch.ours)
        return false;
    status = config_cache_refresh(courier->settings.cache, courier->app, target->leased.workspace,
                                  0, pg_deadline_in(DATABASE_MS), &config);
    if (status != PG_OK || config == NULL)
        return false;
    target->config = config;
    target->subscription = config_subscription(config, target->leased.id);
    if (target->subscription == NULL)
        target->subscription = notify_subscription(config, target->leased.id, target->arena);
    make_slots(target);
    return !arena_failed(target->arena);
}

/* Writes what has come of the tries, and renews the lease or gives it back. */
static bool save(struct courier *courier, struct target *target, bool gives_back, instant due_at)
{
    const struct pg_scope scope = scope_of(courier, target);
    const struct outbound_row *rows[BATCH_MAX];
    for (size_t i = 0; i < target->ended_count; i++)
        rows[i] = &target->ended[i]->item->row;
    const struct outbound_save ended = {
        .subscription = target->leased.id,
        .lease = courier->lease,
        .rows = rows,
        .count = target->ended_count,
        .arrived = target->arrived,
        .failed = target->failed,
        .gives_back = gives_back,
        .made = target->batch.made,
        .due_at = due_at,
        .not_before = target->not_before == 0 ? INSTANT_NONE : target->not_before,
    };

    if (outbound_save(&scope, &ended, pg_deadline_in(DATABASE_MS)) != PG_OK)
        return false;
    target->saved_ms = pg_now_ms();
    for (size_t i = 0; i < target->ended_count; i++) {
        target->ended[i]->item->row.answer = NULL;
        courier_forget(target->ended[i]);
    }
    target->ended_count = 0;
    if (target->arrived)
        target->batch.failing_since = INSTANT_NONE;
    else if (target->failed && target->batch.failing_since == INSTANT_NONE)
        target->batch.failing_since = courier_now(target);
    target->arrived = target->failed = false;
    return true;
}

/* When the first of those that wait is tried next; INSTANT_NONE: none waits. */
static instant next_due(const struct target *target)
{
    instant due = INSTANT_NONE;

    for (size_t i = 0; i < target->batch.count; i++) {
        const struct outbound_row *row = &target->slots[i].item->row;
        if (row->state == OUTBOUND_PENDING && !courier_has_one_before(&target->slots[i]) &&
            (due == INSTANT_NONE || row->next_at < due))
            due = row->next_at;
    }
    if (due != INSTANT_NONE && target->subscription != NULL &&
        target->subscription->kind == TARGET_EMAIL) {
        due = due < target->batch.not_before ? target->batch.not_before : due;
        due = due < target->not_before ? target->not_before : due;
    }
    return due;
}

static bool is_sent_to(const struct target *target)
{
    return target->subscription != NULL && target->subscription->state == SUBSCRIPTION_ACTIVE;
}

/* False: it has nothing more to do here. */
bool courier_serve(struct courier *courier, struct target *target)
{
    int64_t now_ms = pg_now_ms();

    if (target->arena == NULL && !load(courier, target))
        return false;
    if (!is_sent_to(target)) {
        (void)save(courier, target, true, INSTANT_NONE);
        return false;
    }
    courier_send(courier, target);
    if (arena_failed(target->arena))
        return false;
    bool many = target->ended_count >= SAVE_ROWS;
    bool late = target->ended_count > 0 && now_ms - target->saved_ms >= SAVE_MS;
    bool idle = target->in_flight == 0;
    bool more = target->moved && target->batch.count == BATCH_MAX;
    if (idle && !more) {
        /* what has come since it was loaded makes it due at once, and is looked for */
        bool moved = target->moved;
        if (save(courier, target, true, next_due(target)) && moved)
            courier_signal(courier);
        return false;
    }
    if ((many || late || idle || now_ms - target->saved_ms >= RENEW_MS) &&
        !save(courier, target, false, INSTANT_NONE))
        return false;
    return idle ? load(courier, target) : true;
}

void courier_give_back(struct courier *courier, struct target *target)
{
    if (target->arena != NULL)
        (void)save(courier, target, true,
                   target->in_flight == 0 ? next_due(target) : courier_now(target));
}
