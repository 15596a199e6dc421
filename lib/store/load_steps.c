#include "store/load_steps.h"

#include "core/command_decide.h"
#include "store/table/account_table.h"
#include "store/table/answer_table.h"
#include "store/table/attribution_setup_table.h"
#include "store/table/background_table.h"
#include "store/table/block_table.h"
#include "store/table/campaign_table.h"
#include "store/table/content_table.h"
#include "store/table/dealing_table.h"
#include "store/table/delivery_table.h"
#include "store/table/handoff_table.h"
#include "store/table/head_table.h"
#include "store/table/lead_table.h"
#include "store/table/ledger_table.h"
#include "store/table/merge_table.h"
#include "store/table/queue_table.h"
#include "store/table/rates_table.h"
#include "store/table/touch_table.h"

#include <stdlib.h>
#include <string.h>

/* Copied: the result that it comes from is freed before the next round uses it. */
static void note_id(struct load *load, struct list *ids, struct uuid id)
{
    struct uuid *copy = ARENA_NEW(load->work->arena, struct uuid);

    if (copy != NULL)
        *copy = id;
    list_add(ids, load->work->arena, copy);
}

static int uuid_order(const void *a, const void *b)
{
    return uuid_compare(*(const struct uuid *)a, *(const struct uuid *)b);
}

static size_t sort_unique(struct uuid *ids, size_t count)
{
    size_t kept = 0;

    qsort(ids, count, sizeof *ids, uuid_order);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !uuid_equal(ids[kept - 1], ids[i]))
            ids[kept++] = ids[i];
    return kept;
}

static struct uuid *flat(struct load *load, const struct list *ids, size_t *count)
{
    struct uuid *out = ARENA_ARRAY(load->work->arena, struct uuid, ids->count + 1);

    *count = 0;
    for (size_t i = 0; out != NULL && i < ids->count; i++)
        out[i] = *(const struct uuid *)ids->items[i];
    if (out != NULL)
        *count = sort_unique(out, ids->count);
    return out;
}

static int ask_ids(struct load *load, const struct list *ids, const struct statement *statement)
{
    size_t count;
    struct uuid *all = flat(load, ids, &count);

    return count == 0 ? -1 : pg_scope_queue_ids(&load->scope, statement, all, count);
}

/* One statement for each key; returns the index of the first. */
static int ask_each(struct load *load, const struct list *keys,
                    int (*queue)(const struct pg_scope *, const void *))
{
    int first = -1;

    for (size_t i = 0; i < keys->count; i++) {
        int index = queue(&load->scope, keys->items[i]);
        first = i == 0 ? index : first;
    }
    return first;
}

static int ask_each_id(struct load *load, const struct list *ids, const struct statement *statement)
{
    int first = -1;

    for (size_t i = 0; i < ids->count; i++) {
        int index = pg_scope_queue_id(&load->scope, statement, *(const struct uuid *)ids->items[i]);
        first = i == 0 ? index : first;
    }
    return first;
}

/* ---- first round: resolve, unlocked ---- */

static int ask_answers(struct load *load, const struct list *keys)
{
    return answer_table_queue_find(&load->scope, (const uint8_t(*const *)[DIGEST_BYTES])keys->items,
                                   keys->count);
}

static void take_answers(struct load *load, const struct list *keys, int first)
{
    const struct pg_result *result = pg_result(load->scope.pg, first);

    (void)keys;
    for (int row = 0; row < pg_rows(result); row++) {
        struct answer_row *answer = answer_table_read(result, row, load->work->arena);
        if (answer == NULL)
            continue;
        answer->stored = true;
        work_put(load->work, KIND_ANSWER, answer->key, answer);
    }
}

static int ask_identities(struct load *load, const struct list *keys)
{
    return identity_table_queue_find(&load->scope, (const struct identity *const *)keys->items,
                                     keys->count);
}

/* Which lead each identity leads to; NULL: none. */
static const struct uuid **resolved(struct load *load, const struct list *keys, int first)
{
    const struct uuid **leads = arena_alloc(load->work->arena, (keys->count + 1) * sizeof *leads);
    const struct pg_result *result = pg_result(load->scope.pg, first);

    for (int row = 0; leads != NULL && row < pg_rows(result); row++) {
        int64_t ordinal = pg_get_int8(result, row, 0);
        struct uuid *lead = ARENA_NEW(load->work->arena, struct uuid);
        if (lead == NULL || ordinal < 1 || (size_t)ordinal > keys->count)
            continue;
        *lead = pg_get_uuid(result, row, 1);
        leads[ordinal - 1] = lead;
    }
    return leads;
}

static void take_identities(struct load *load, const struct list *keys, int first)
{
    const struct uuid **leads = resolved(load, keys, first);

    for (size_t i = 0; leads != NULL && i < keys->count; i++) {
        work_put_identity(load->work, keys->items[i], leads[i]);
        if (leads[i] != NULL)
            list_add(&load->keys.of[KIND_LEAD], load->work->arena, (void *)leads[i]);
    }
}

static int ask_handoff_leads(struct load *load, const struct list *keys)
{
    return load->at_once ? -1 : ask_ids(load, keys, &HANDOFF_LEADS);
}

static void take_handoff_leads(struct load *load, const struct list *keys, int first)
{
    const struct pg_result *result = pg_result(load->scope.pg, first);

    (void)keys;
    for (int row = 0; row < pg_rows(result); row++)
        note_id(load, &load->keys.of[KIND_LEAD], pg_get_uuid(result, row, 1));
}

/* A lead that an earlier round asked for is followed along its merges to the end at once, however
 * long the chain: one link per round would use up the rounds. The first round does without, since
 * few commands name a lead that was merged away and all would pay for it. */
static int ask_followed(struct load *load, const struct list *keys)
{
    (void)keys;
    return load->more == NULL ? -1 : ask_ids(load, &load->more->of[KIND_LEAD], &LEAD_FOLLOW);
}

static void take_followed(struct load *load, const struct list *keys, int first)
{
    const struct pg_result *result = pg_result(load->scope.pg, first);

    (void)keys;
    for (int row = 0; row < pg_rows(result); row++)
        note_id(load, &load->keys.of[KIND_LEAD], pg_get_uuid(result, row, 0));
}

static int ask_touches(struct load *load, const struct list *keys)
{
    return ask_ids(load, keys, &TOUCH_FIND);
}

static void take_touches(struct load *load, const struct list *keys, int first)
{
    const struct pg_result *result = pg_result(load->scope.pg, first);

    for (int row = 0; row < pg_rows(result); row++)
        work_put_touch(load->work, pg_get_uuid(result, row, 0), pg_get_uuid(result, row, 1));
    for (size_t i = 0; i < keys->count; i++)
        if (!work_has(load->work, KIND_TOUCH, keys->items[i]))
            work_put_touch(load->work, *(const struct uuid *)keys->items[i], (struct uuid){{0}});
}

/* ---- second round: lock, then read what hangs on the leads ---- */

static void need_lead(struct load *load, struct uuid id)
{
    load->needs_more = true;
    note_id(load, &load->work->needs.of[KIND_LEAD], id);
}

static int ask_leads(struct load *load, const struct list *keys)
{
    static const struct list none;
    struct concerned *concerned = &load->concerned;

    concerned->leads = flat(load, keys, &concerned->lead_count);
    concerned->handoffs =
        flat(load, load->at_once ? &load->keys.of[KIND_HANDOFF] : &none, &concerned->handoff_count);
    if (concerned->lead_count + concerned->handoff_count == 0)
        return -1;
    return lead_table_queue_lock(&load->scope, concerned);
}

static void take_leads(struct load *load, const struct list *keys, int first)
{
    const struct pg_result *result = pg_result(load->scope.pg, first);
    struct list merged = {0};

    (void)keys;
    for (int row = 0; row < pg_rows(result); row++) {
        struct lead *lead = lead_table_read(result, row, 0, load->work->arena);
        if (lead == NULL) {
            arena_fail(load->work->arena);
            return;
        }
        work_put(load->work, KIND_LEAD, &lead->id, lead);
        if (lead->status == LEAD_MERGED)
            list_add(&merged, load->work->arena, lead);
    }
    for (size_t i = 0; i < load->concerned.lead_count; i++)
        if (!work_has(load->work, KIND_LEAD, &load->concerned.leads[i]))
            work_put(load->work, KIND_LEAD, &load->concerned.leads[i], NULL);
    for (size_t i = 0; i < merged.count; i++) {
        const struct lead *lead = merged.items[i];
        if (!work_has(load->work, KIND_LEAD, &lead->merged_into))
            need_lead(load, lead->merged_into);
    }
}

/* Resolves again, now under the locks. Between the first look and the lock a merge may have moved
 * an identity to a lead that this group has not locked. */
static void check_identities(struct load *load, const struct list *keys, int first)
{
    const struct uuid **leads = resolved(load, keys, first);

    for (size_t i = 0; leads != NULL && i < keys->count; i++) {
        struct uuid before;
        enum find found = work_find_identity(load->work, keys->items[i], &before);
        if (leads[i] == NULL ? found == FIND_FOUND
                             : found != FIND_FOUND || !uuid_equal(before, *leads[i]))
            load->moved = true;
    }
}

static int ask_handoffs(struct load *load, const struct list *keys)
{
    return ask_ids(load, keys, &HANDOFF_BY_ID);
}

static int ask_open_handoffs(struct load *load, const struct list *keys)
{
    (void)keys;
    return handoff_table_queue_open(&load->scope, &load->concerned);
}

static void take_handoffs(struct load *load, const struct list *keys, int first)
{
    const struct pg_result *result = pg_result(load->scope.pg, first);

    (void)keys;
    for (int row = 0; row < pg_rows(result); row++) {
        struct handoff *handoff = handoff_table_read_loaded(result, row, load->work->arena);
        if (handoff == NULL) {
            arena_fail(load->work->arena);
            return;
        }
        if (work_has(load->work, KIND_HANDOFF, &handoff->id))
            continue;
        work_put(load->work, KIND_HANDOFF, &handoff->id, handoff);
        struct lead *lead = work_peek(load->work, KIND_LEAD, &handoff->lead);
        if (lead == NULL)
            need_lead(load, handoff->lead);
        else if (handoff_is_open(handoff))
            lead->open = handoff;
    }
}

static int ask_logs(struct load *load, const struct list *keys)
{
    (void)keys;
    return touch_table_queue_logs(&load->scope, &load->concerned);
}

/* The rows of a lead stand together, newest first. */
static void put_logs(struct load *load, const struct pg_result *result)
{
    int rows = pg_rows(result);

    for (int row = 0; row < rows;) {
        struct uuid id = pg_get_uuid(result, row, 0);
        struct lead *lead = work_peek(load->work, KIND_LEAD, &id);
        int start = row;
        while (row < rows && uuid_equal(pg_get_uuid(result, row, 0), id))
            row++;
        struct touch *items = ARENA_ARRAY(load->work->arena, struct touch, (size_t)(row - start));
        for (int i = start; items != NULL && i < row; i++)
            if (!touch_table_read(result, i, 1, load->work->arena, &items[i - start]))
                arena_fail(load->work->arena);
        if (lead != NULL && items != NULL) {
            lead->touches.items = items;
            lead->touches.count = (size_t)(row - start);
        }
    }
}

static void take_logs(struct load *load, const struct list *keys, int first)
{
    (void)keys;
    put_logs(load, pg_result(load->scope.pg, first));
}

/* ---- with it: counters, and what else commands name ---- */

static int ask_chains(struct load *load, const struct list *keys)
{
    return ask_ids(load, keys, &CHAIN_LOCK);
}

static void take_chains(struct load *load, const struct list *keys, int first)
{
    const struct pg_result *result = pg_result(load->scope.pg, first);

    for (size_t i = 0; i < keys->count; i++) {
        struct chain_row *chain = ARENA_NEW(load->work->arena, struct chain_row);
        if (chain == NULL)
            return;
        chain->subject = *(const struct uuid *)keys->items[i];
        if (work_has(load->work, KIND_CHAIN, &chain->subject))
            continue;
        for (int row = 0; row < pg_rows(result); row++) {
            struct chain_row stored;
            if (!chain_table_read(result, row, load->work->arena, &stored))
                arena_fail(load->work->arena);
            else if (uuid_equal(stored.subject, chain->subject))
                *chain = stored;
        }
        work_put(load->work, KIND_CHAIN, &chain->subject, chain);
    }
}

static int queue_exception(const struct pg_scope *scope, const void *key)
{
    return exception_table_queue_lock(scope, key);
}

static int ask_exceptions(struct load *load, const struct list *keys)
{
    return ask_each(load, keys, queue_exception);
}

static void take_exceptions(struct load *load, const struct list *keys, int first)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct pg_result *result = pg_result(load->scope.pg, first + (int)i);
        struct exception_count *count = ARENA_NEW(load->work->arena, struct exception_count);
        if (count == NULL || pg_rows(result) != 1)
            return;
        *count = *(const struct exception_count *)keys->items[i];
        count->used = count->stored_used = pg_get_int4(result, 0, 0);
        count->stored = true;
        work_put(load->work, KIND_EXCEPTION, count, count);
    }
}

static int ask_campaigns(struct load *load, const struct list *keys)
{
    return ask_each(load, keys, campaign_table_queue_lock);
}

static void take_campaigns(struct load *load, const struct list *keys, int first)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct pg_result *result = pg_result(load->scope.pg, first + (int)i);
        work_put(load->work, KIND_CAMPAIGN, keys->items[i],
                 pg_rows(result) == 1 ? campaign_table_read(result, 0, load->work->arena) : NULL);
    }
}

static int ask_contents(struct load *load, const struct list *keys)
{
    return ask_each(load, keys, content_table_queue_lock);
}

static void take_contents(struct load *load, const struct list *keys, int first)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct pg_result *result = pg_result(load->scope.pg, first + (int)i);
        work_put(load->work, KIND_CONTENT, keys->items[i],
                 pg_rows(result) == 1 ? content_table_read(result, 0, load->work->arena) : NULL);
    }
}

static int ask_rates(struct load *load, const struct list *keys)
{
    return ask_each(load, keys, rates_table_queue_lock);
}

static void take_rates(struct load *load, const struct list *keys, int first)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct pg_result *result = pg_result(load->scope.pg, first + (int)i);
        work_put(load->work, KIND_RATES, keys->items[i],
                 pg_rows(result) == 1 ? rates_table_read(result, 0, load->work->arena) : NULL);
    }
}

static int ask_setups(struct load *load, const struct list *keys)
{
    return ask_each(load, keys, attribution_setup_table_queue_newest);
}

static void take_setups(struct load *load, const struct list *keys, int first)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct pg_result *result = pg_result(load->scope.pg, first + (int)i);
        work_put(load->work, KIND_ATTRIBUTION_SETUP, keys->items[i],
                 pg_rows(result) == 1
                     ? attribution_setup_table_read_newest(result, load->work->arena)
                     : NULL);
    }
}

static int ask_blocks(struct load *load, const struct list *keys)
{
    return block_table_queue_find(&load->scope, (const uint8_t *const *)keys->items, keys->count);
}

static void take_blocks(struct load *load, const struct list *keys, int first)
{
    const struct pg_result *result = pg_result(load->scope.pg, first);

    for (int row = 0; row < pg_rows(result); row++) {
        struct block_row *block = block_table_read(result, row, load->work->arena);
        if (block == NULL)
            arena_fail(load->work->arena);
        else
            work_put(load->work, KIND_BLOCK, block->mac, block);
    }
    for (size_t i = 0; i < keys->count; i++)
        if (!work_has(load->work, KIND_BLOCK, keys->items[i]))
            work_put(load->work, KIND_BLOCK, keys->items[i], NULL);
}

static int ask_merges(struct load *load, const struct list *keys)
{
    return ask_each(load, keys, merge_table_queue_find);
}

static void take_merges(struct load *load, const struct list *keys, int first)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct pg_result *result = pg_result(load->scope.pg, first + (int)i);
        work_put(load->work, KIND_MERGE, keys->items[i],
                 pg_rows(result) == 1 ? merge_table_read(result, load->work->arena) : NULL);
    }
}

static int ask_accounts(struct load *load, const struct list *keys)
{
    return ask_ids(load, keys, &ACCOUNT_LOCK);
}

static void take_accounts(struct load *load, const struct list *keys, int first)
{
    const struct pg_result *result = pg_result(load->scope.pg, first);

    for (int row = 0; row < pg_rows(result); row++) {
        struct account *account = account_table_read(result, row, load->work->arena);
        if (account == NULL)
            arena_fail(load->work->arena);
        else
            work_put(load->work, KIND_ACCOUNT, &account->id, account);
    }
    for (size_t i = 0; i < keys->count; i++)
        if (!work_has(load->work, KIND_ACCOUNT, keys->items[i]))
            work_put(load->work, KIND_ACCOUNT, keys->items[i], NULL);
}

/* Each team once, in the order of their ids, which is that of the locks. */
static int ask_dealings(struct load *load, const struct list *keys)
{
    size_t count;
    struct uuid *teams = flat(load, keys, &count);
    int first = -1;

    for (size_t i = 0; i < count; i++) {
        int index = dealing_table_queue_lock(&load->scope, load->work->config, teams[i]);
        first = i == 0 ? index : first;
    }
    return first;
}

static void take_dealings(struct load *load, const struct list *keys, int first)
{
    struct work *work = load->work;
    size_t count;
    struct uuid *teams = flat(load, keys, &count);

    for (size_t i = 0; i < count; i++) {
        struct dealing *dealing =
            dealing_table_take(load->scope.pg, first + DEALING_STATEMENTS * (int)i, work->config,
                               teams[i], work->now, work->arena);
        if (dealing == NULL)
            arena_fail(work->arena);
        else
            work_put(work, KIND_DEALING, &dealing->team, dealing);
    }
}

static int ask_deliveries(struct load *load, const struct list *keys)
{
    return ask_each_id(load, keys, &DELIVERY_LOCK);
}

static void take_deliveries(struct load *load, const struct list *keys, int first)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct pg_result *result = pg_result(load->scope.pg, first + (int)i);
        work_put(load->work, KIND_DELIVERY, keys->items[i],
                 pg_rows(result) == 1 ? delivery_table_read(result, 0, load->work->arena) : NULL);
    }
}

static int ask_background(struct load *load, const struct list *keys)
{
    return ask_each_id(load, keys, &BACKGROUND_LOCK);
}

static void take_background(struct load *load, const struct list *keys, int first)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct pg_result *result = pg_result(load->scope.pg, first + (int)i);
        work_put(load->work, KIND_BACKGROUND, keys->items[i],
                 pg_rows(result) == 1 ? background_table_read(result, 0, load->work->arena) : NULL);
    }
}

static int ask_slots(struct load *load, const struct list *keys)
{
    (void)keys;
    return background_table_queue_slots(&load->scope);
}

static void take_slots(struct load *load, const struct list *keys, int first)
{
    struct slots *slots = ARENA_NEW(load->work->arena, struct slots);

    (void)keys;
    if (slots == NULL)
        return;
    slots->taken = background_table_slots(pg_result(load->scope.pg, first));
    work_put(load->work, KIND_SLOTS, &work_whole, slots);
}

/* ---- what claims and the due job find by themselves. Their statements come after the lock of the
 * leads that commands name and skip what others have locked, so that no two groups wait for each
 * other
 * ---- */

static int queue_queue(const struct pg_scope *scope, const void *key)
{
    const struct queue *queue = key;

    return queue_table_queue(scope, queue);
}

static int ask_queues(struct load *load, const struct list *keys)
{
    return ask_each(load, keys, queue_queue);
}

/* A lead that a command of the group names itself is there already. */
static void put_offer(struct load *load, struct queue *queue, struct handoff *handoff,
                      struct lead *lead)
{
    if (!work_has(load->work, KIND_LEAD, &lead->id))
        work_put(load->work, KIND_LEAD, &lead->id, lead);
    if (!work_has(load->work, KIND_HANDOFF, &handoff->id)) {
        work_put(load->work, KIND_HANDOFF, &handoff->id, handoff);
        lead = work_peek(load->work, KIND_LEAD, &handoff->lead);
        if (lead != NULL)
            lead->open = handoff;
    }
    struct handoff *held = work_peek(load->work, KIND_HANDOFF, &handoff->id);
    if (held != NULL && handoff->is_carried) {
        held->earlier = handoff->earlier;
        held->texts = handoff->texts;
        held->campaigns = handoff->campaigns;
        held->is_carried = true;
    }
    list_add(&queue->handoffs, load->work->arena,
             work_peek(load->work, KIND_HANDOFF, &handoff->id));
}

static bool lacks_touches(const struct load *load, const struct handoff *handoff)
{
    const struct lead *lead = work_peek(load->work, KIND_LEAD, &handoff->lead);

    return lead == NULL || (lead->touch_count > 0 && lead->touches.count == 0);
}

static void take_queue(struct load *load, struct queue *queue, int first)
{
    struct queue_rows rows;

    if (!queue_table_take(load->scope.pg, first, load->work->arena, &rows)) {
        arena_fail(load->work->arena);
        return;
    }
    queue->waiting = rows.waiting;
    for (size_t i = 0; i < rows.count; i++)
        put_offer(load, queue, rows.handoffs[i], rows.leads[i]);
    put_logs(load, rows.logs);
    for (size_t i = 0; i < queue->handoffs.count; i++)
        if (queue->handoffs.items[i] == NULL || lacks_touches(load, queue->handoffs.items[i]))
            load->moved = true;
    /* what moved does no harm as long as there is enough that did not */
    if (rows.moved && queue->handoffs.count < queue->wanted)
        load->moved = true;
    work_put(load->work, KIND_QUEUE, queue, queue);
}

static void take_queues(struct load *load, const struct list *keys, int first)
{
    for (size_t i = 0; i < keys->count; i++)
        take_queue(load, keys->items[i], first + QUEUE_STATEMENTS * (int)i);
}

/* For each reason one, in their order after DUE_FOR_ANY. */
#define DUE_STATEMENTS 4

/* What a statement for this reason is to find; nothing, where the batch is for another. */
static struct due_batch part_of(const struct due_batch *batch, enum due_for reason)
{
    bool wanted = batch->due_for == (int32_t)reason ||
                  (batch->due_for == DUE_FOR_ANY && reason != DUE_FOR_WORDS);

    return wanted ? *batch : (struct due_batch){.limit = 0};
}

static int ask_due(struct load *load, const struct list *keys)
{
    int first = -1;

    for (size_t i = 0; i < keys->count; i++) {
        const struct due_batch *batch = keys->items[i];
        const struct due_batch steps = part_of(batch, DUE_FOR_STEP),
                               asked = part_of(batch, DUE_FOR_ASKED),
                               reminders = part_of(batch, DUE_FOR_REMINDER);
        int index = lead_table_queue_due(&load->scope, &steps);
        handoff_table_queue_asked_due(&load->scope, &asked);
        handoff_table_queue_remind_due(&load->scope, &reminders);
        lead_table_queue_wordless(&load->scope, part_of(batch, DUE_FOR_WORDS).limit);
        first = i == 0 ? index : first;
    }
    return first;
}

static bool holds_id(const struct list *ids, struct uuid id)
{
    for (size_t i = 0; i < ids->count; i++)
        if (uuid_equal(*(const struct uuid *)ids->items[i], id))
            return true;
    return false;
}

/* Of a lead that is due for several reasons once. */
static void note_due(struct load *load, struct list *due, const struct pg_result *result)
{
    for (int row = 0; row < pg_rows(result); row++) {
        struct uuid lead = pg_get_uuid(result, row, 0);
        if (holds_id(due, lead))
            continue;
        note_id(load, due, lead);
        if (!work_has(load->work, KIND_LEAD, &lead))
            note_id(load, &load->dealt.of[KIND_LEAD], lead);
    }
}

/* Until they are read the list holds the leads' ids. */
static void take_due(struct load *load, const struct list *keys, int first)
{
    for (size_t i = 0; i < keys->count; i++, first += DUE_STATEMENTS) {
        struct list *due = ARENA_NEW(load->work->arena, struct list);
        if (due == NULL)
            return;
        for (int k = 0; k < DUE_STATEMENTS; k++)
            note_due(load, due, pg_result(load->scope.pg, first + k));
        work_put(load->work, KIND_DUE, keys->items[i], due);
    }
}

/* ---- all of them ---- */

const struct load_step load_steps[] = {
    {KIND_ANSWER, ROUND_RESOLVE, false, ask_answers, take_answers},
    {KIND_IDENTITY, ROUND_RESOLVE, false, ask_identities, take_identities},
    {KIND_HANDOFF, ROUND_RESOLVE, false, ask_handoff_leads, take_handoff_leads},
    {KIND_LEAD, ROUND_RESOLVE, false, ask_followed, take_followed},
    {KIND_TOUCH, ROUND_RESOLVE, false, ask_touches, take_touches},
    {KIND_LEAD, ROUND_LOCK | ROUND_DEALT, false, ask_leads, take_leads},
    {KIND_IDENTITY, ROUND_LOCK, true, ask_identities, check_identities},
    {KIND_HANDOFF, ROUND_LOCK, true, ask_handoffs, take_handoffs},
    {KIND_LEAD, ROUND_LOCK | ROUND_DEALT, true, ask_open_handoffs, take_handoffs},
    {KIND_LEAD, ROUND_LOCK | ROUND_DEALT, true, ask_logs, take_logs},
    {KIND_CHAIN, ROUND_LOCK, false, ask_chains, take_chains},
    {KIND_EXCEPTION, ROUND_LOCK, false, ask_exceptions, take_exceptions},
    {KIND_CAMPAIGN, ROUND_LOCK, false, ask_campaigns, take_campaigns},
    {KIND_CONTENT, ROUND_LOCK, false, ask_contents, take_contents},
    {KIND_RATES, ROUND_LOCK, false, ask_rates, take_rates},
    {KIND_ATTRIBUTION_SETUP, ROUND_LOCK, false, ask_setups, take_setups},
    {KIND_BLOCK, ROUND_RESOLVE, false, ask_blocks, take_blocks},
    {KIND_MERGE, ROUND_LOCK, false, ask_merges, take_merges},
    {KIND_ACCOUNT, ROUND_LOCK, false, ask_accounts, take_accounts},
    {KIND_DEALING, ROUND_LOCK, false, ask_dealings, take_dealings},
    {KIND_DELIVERY, ROUND_LOCK, false, ask_deliveries, take_deliveries},
    {KIND_BACKGROUND, ROUND_LOCK, false, ask_background, take_background},
    {KIND_SLOTS, ROUND_LOCK, false, ask_slots, take_slots},
    {KIND_QUEUE, ROUND_LOCK, false, ask_queues, take_queues},
    {KIND_DUE, ROUND_LOCK, false, ask_due, take_due},
    {.ask = NULL},
};

_Static_assert(sizeof load_steps / sizeof *load_steps <= LOAD_STEPS_MAX,
               "a round has room for all");
