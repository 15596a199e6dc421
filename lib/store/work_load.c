#include "store/work_load.h"

#include "core/command_decide.h"
#include "store/table/answer_table.h"
#include "store/table/background_table.h"
#include "store/table/delivery_table.h"
#include "store/table/handoff_table.h"
#include "store/table/head_table.h"
#include "store/table/lead_table.h"
#include "store/table/ledger_table.h"
#include "store/table/touch_table.h"

#include <stdlib.h>
#include <string.h>

/* Candidates that are looked at for each wanted one: another server may hold some of them. */
#define CLAIM_SPARE 16

struct load {
    struct pg *pg;
    struct work *work;
    struct uuid workspace;
    struct work_keys keys;
    struct uuid *leads; /* sorted, each once */
    size_t lead_count;
    int64_t deadline;
    /* indexes of statements in the round trip at hand; -1: not asked */
    int head, answers, identities, handoff_leads, followed, touches;
    int locked, again, by_id, open, logs, chains;
    int *claimable, *waiting, *exceptions, *deliveries, *background;
    int slots;
    int expired;
    bool more;  /* leads that are concerned are not locked */
    bool moved; /* an identity led elsewhere at the second look */
};

/* ---- keys ---- */

static void add_all(struct list *to, const struct list *from, struct arena *arena)
{
    for (size_t i = 0; i < from->count; i++)
        list_add(to, arena, from->items[i]);
}

static void add_more(struct work_keys *keys, const struct work_keys *more, struct arena *arena)
{
    add_all(&keys->identities, &more->identities, arena);
    add_all(&keys->leads, &more->leads, arena);
    add_all(&keys->handoffs, &more->handoffs, arena);
    add_all(&keys->touches, &more->touches, arena);
    add_all(&keys->chains, &more->chains, arena);
    add_all(&keys->queues, &more->queues, arena);
    add_all(&keys->exceptions, &more->exceptions, arena);
    add_all(&keys->deliveries, &more->deliveries, arena);
    add_all(&keys->background, &more->background, arena);
}

static size_t count_keys(const struct work_keys *keys)
{
    return keys->identities.count + keys->leads.count + keys->handoffs.count + keys->touches.count +
           keys->chains.count + keys->queues.count + keys->exceptions.count +
           keys->deliveries.count + keys->background.count;
}

/* One queue per team, with what all claims of the group want of it. */
static void join_queues(struct load *load)
{
    struct list *queues = &load->keys.queues;
    size_t kept = 0;

    for (size_t i = 0; i < queues->count; i++) {
        struct queue *queue = queues->items[i];
        size_t k = 0;
        while (k < kept && !uuid_equal(((struct queue *)queues->items[k])->team, queue->team))
            k++;
        if (k < kept) {
            ((struct queue *)queues->items[k])->wanted += queue->wanted;
            continue;
        }
        struct queue *copy = ARENA_NEW(load->work->arena, struct queue);
        if (copy == NULL)
            return;
        *copy = (struct queue){.team = queue->team, .wanted = queue->wanted};
        queues->items[kept++] = copy;
    }
    queues->count = kept;
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

/* ---- first round: resolve, unlocked ---- */

static int ask_answers(struct load *load, struct command *const *commands, size_t count)
{
    const uint8_t(**keys)[DIGEST_BYTES] =
        arena_alloc(load->work->arena, (count + 1) * sizeof *keys);
    size_t keyed = 0;

    for (size_t i = 0; keys != NULL && i < count; i++)
        if (commands[i]->keyed)
            keys[keyed++] = &commands[i]->key;
    if (keyed == 0)
        return -1;
    return answer_table_queue_find(load->pg, load->work->arena, load->workspace,
                                   (const uint8_t(*const *)[DIGEST_BYTES])keys, keyed);
}

static int ask_identities(struct load *load)
{
    const struct list *identities = &load->keys.identities;

    if (identities->count == 0)
        return -1;
    return identity_table_queue_find(load->pg, load->work->arena, load->workspace,
                                     (const struct identity *const *)identities->items,
                                     identities->count);
}

static int ask_ids(struct load *load, const struct list *ids,
                   int (*queue)(struct pg *, struct arena *, struct uuid, const struct uuid *,
                                size_t))
{
    size_t count;
    struct uuid *all = flat(load, ids, &count);

    return count == 0 ? -1 : queue(load->pg, load->work->arena, load->workspace, all, count);
}

static void take_answers(struct load *load)
{
    const struct pg_result *result = load->answers < 0 ? NULL : pg_result(load->pg, load->answers);

    for (int row = 0; row < pg_rows(result); row++) {
        struct answer_row *answer = answer_table_read(result, row, load->work->arena);
        if (answer != NULL)
            work_load_answer(load->work, answer);
    }
}

/* Which lead each identity leads to; NULL: none. */
static const struct uuid **resolved(struct load *load, int index)
{
    size_t count = load->keys.identities.count;
    const struct uuid **leads = arena_alloc(load->work->arena, (count + 1) * sizeof *leads);
    const struct pg_result *result = index < 0 ? NULL : pg_result(load->pg, index);

    for (int row = 0; leads != NULL && row < pg_rows(result); row++) {
        int64_t ordinal = pg_get_int8(result, row, 0);
        struct uuid *lead = ARENA_NEW(load->work->arena, struct uuid);
        if (lead == NULL || ordinal < 1 || (size_t)ordinal > count)
            continue;
        *lead = pg_get_uuid(result, row, 1);
        leads[ordinal - 1] = lead;
    }
    return leads;
}

static void take_identities(struct load *load)
{
    const struct uuid **leads = resolved(load, load->identities);

    for (size_t i = 0; leads != NULL && i < load->keys.identities.count; i++) {
        work_load_identity(load->work, load->keys.identities.items[i], leads[i]);
        if (leads[i] != NULL)
            list_add(&load->keys.leads, load->work->arena, (void *)leads[i]);
    }
}

/* The ids in a column of the result are leads to be locked. */
static void take_lead_ids(struct load *load, int index, int column)
{
    const struct pg_result *result = index < 0 ? NULL : pg_result(load->pg, index);

    for (int row = 0; row < pg_rows(result); row++) {
        struct uuid *lead = ARENA_NEW(load->work->arena, struct uuid);
        if (lead == NULL)
            return;
        *lead = pg_get_uuid(result, row, column);
        list_add(&load->keys.leads, load->work->arena, lead);
    }
}

static void take_touches(struct load *load)
{
    const struct pg_result *result = load->touches < 0 ? NULL : pg_result(load->pg, load->touches);

    for (size_t i = 0; i < load->keys.touches.count; i++) {
        struct uuid id = *(const struct uuid *)load->keys.touches.items[i];
        bool exists = false;
        for (int row = 0; row < pg_rows(result) && !exists; row++)
            exists = uuid_equal(pg_get_uuid(result, row, 0), id);
        work_load_touch_id(load->work, id, exists);
    }
}

/* What a round before asked for is followed to its end at once, however often it was merged. Few
 * commands name a lead that was merged away, so that no first round pays for it. */
static int ask_followed(struct load *load, const struct work_keys *more)
{
    return more == NULL ? -1 : ask_ids(load, &more->leads, lead_table_queue_follow);
}

static enum load_status resolve(struct load *load, struct command *const *commands, size_t count,
                                const struct work_keys *more)
{
    if (pg_pipeline_begin(load->pg, load->deadline) != PG_OK)
        return LOAD_FAILED;
    pg_queue_begin(load->pg, load->workspace);
    load->head = head_table_queue_read(load->pg, load->work->arena, load->workspace);
    load->answers = ask_answers(load, commands, count);
    load->identities = ask_identities(load);
    load->handoff_leads = ask_ids(load, &load->keys.handoffs, handoff_table_queue_leads);
    load->followed = ask_followed(load, more);
    load->touches = ask_ids(load, &load->keys.touches, touch_table_queue_find);
    if (pg_pipeline_run(load->pg, load->deadline) != PG_OK) {
        pg_pipeline_end(load->pg);
        return LOAD_FAILED;
    }
    const struct pg_result *head = pg_result(load->pg, load->head);
    bool fresh = pg_rows(head) == 1 && pg_get_int8(head, 0, 0) == load->work->config->version;
    if (fresh) {
        load->work->now = pg_get_instant(head, 0, 1);
        take_answers(load);
        take_identities(load);
        take_lead_ids(load, load->handoff_leads, 1);
        take_lead_ids(load, load->followed, 0);
        take_touches(load);
    }
    pg_pipeline_end(load->pg);
    return fresh ? LOAD_DONE : LOAD_STALE_CONFIG;
}

/* ---- second round: lock, then read what hangs on the leads ---- */

static bool is_locked(const struct load *load, struct uuid lead)
{
    return bsearch(&lead, load->leads, load->lead_count, sizeof lead, uuid_order) != NULL;
}

static void need_lead(struct load *load, struct uuid id)
{
    struct uuid *copy = ARENA_NEW(load->work->arena, struct uuid);

    load->more = true;
    if (copy == NULL)
        return;
    *copy = id;
    list_add(&load->work->needs.leads, load->work->arena, copy);
}

static void take_leads(struct load *load, int index)
{
    const struct pg_result *result = index < 0 ? NULL : pg_result(load->pg, index);

    for (int row = 0; row < pg_rows(result); row++) {
        struct lead *lead = lead_table_read(result, row, 0, load->work->arena);
        if (lead == NULL) {
            arena_fail(load->work->arena);
            return;
        }
        work_load_lead(load->work, lead);
        if (lead->status == LEAD_MERGED && !is_locked(load, lead->merged_into))
            need_lead(load, lead->merged_into);
    }
}

static void mark_absent_leads(struct load *load)
{
    for (size_t i = 0; i < load->lead_count; i++)
        if (map_get(&load->work->leads, load->leads[i].b, 16) == NULL)
            work_load_absent_lead(load->work, load->leads[i]);
}

/* An identity that moved between the two looks leads to a lead that is not locked. */
static void check_identities(struct load *load)
{
    const struct uuid **leads = resolved(load, load->again);

    for (size_t i = 0; leads != NULL && i < load->keys.identities.count; i++) {
        const struct identity *identity = load->keys.identities.items[i];
        struct uuid before;
        enum find found = work_find_identity(load->work, identity, &before);
        if (leads[i] == NULL ? found == FIND_FOUND
                             : found != FIND_FOUND || !uuid_equal(before, *leads[i]))
            load->moved = true;
    }
}

static void take_handoffs(struct load *load, int index)
{
    const struct pg_result *result = index < 0 ? NULL : pg_result(load->pg, index);

    for (int row = 0; row < pg_rows(result); row++) {
        struct handoff *handoff = handoff_table_read(result, row, 0, load->work->arena);
        if (handoff == NULL) {
            arena_fail(load->work->arena);
            return;
        }
        if (map_get(&load->work->handoffs, handoff->id.b, 16) != NULL)
            continue;
        handoff->verdict_body = pg_copy_text(result, row, HANDOFF_COLUMN_COUNT, load->work->arena);
        if (handoff->verdict_body != NULL)
            handoff->verdict_body_len = strlen(handoff->verdict_body);
        work_load_handoff(load->work, handoff);
        struct lead *lead = map_get(&load->work->leads, handoff->lead.b, 16);
        if (lead == NULL)
            need_lead(load, handoff->lead);
        else if (handoff_is_open(handoff))
            lead->open = handoff;
    }
}

static void mark_absent_handoffs(struct load *load)
{
    for (size_t i = 0; i < load->keys.handoffs.count; i++) {
        const struct uuid *id = load->keys.handoffs.items[i];
        if (map_get(&load->work->handoffs, id->b, 16) == NULL)
            work_load_absent_handoff(load->work, *id);
    }
}

/* The rows of a lead stand together, newest first. */
static void take_logs(struct load *load, int index)
{
    const struct pg_result *result = index < 0 ? NULL : pg_result(load->pg, index);
    int rows = pg_rows(result);

    for (int row = 0; row < rows;) {
        struct uuid id = pg_get_uuid(result, row, 0);
        struct lead *lead = map_get(&load->work->leads, id.b, 16);
        int first = row;
        while (row < rows && uuid_equal(pg_get_uuid(result, row, 0), id))
            row++;
        struct touch *items = ARENA_ARRAY(load->work->arena, struct touch, (size_t)(row - first));
        for (int i = first; items != NULL && i < row; i++)
            if (!touch_table_read(result, i, load->work->arena, &items[i - first]))
                arena_fail(load->work->arena);
        if (lead != NULL && items != NULL) {
            lead->touches.items = items;
            lead->touches.count = (size_t)(row - first);
        }
    }
}

static void take_chains(struct load *load)
{
    const struct pg_result *result = load->chains < 0 ? NULL : pg_result(load->pg, load->chains);

    for (size_t i = 0; i < load->keys.chains.count; i++) {
        struct chain_row *chain = ARENA_NEW(load->work->arena, struct chain_row);
        if (chain == NULL)
            return;
        chain->subject = *(const struct uuid *)load->keys.chains.items[i];
        if (map_get(&load->work->chains, chain->subject.b, 16) != NULL)
            continue;
        for (int row = 0; row < pg_rows(result); row++) {
            size_t len;
            if (!uuid_equal(pg_get_uuid(result, row, 0), chain->subject))
                continue;
            chain->stored = true;
            chain->chain.seq = pg_get_int8(result, row, 1);
            memcpy(chain->chain.hash, pg_get_bytea(result, row, 2, &len), DIGEST_BYTES);
            chain->chain.at = pg_get_instant(result, row, 3);
        }
        work_load_chain(load->work, chain);
    }
}

static void take_exceptions(struct load *load)
{
    for (size_t i = 0; i < load->keys.exceptions.count; i++) {
        const struct exception_count *wanted = load->keys.exceptions.items[i];
        const struct pg_result *result = pg_result(load->pg, load->exceptions[i]);
        struct exception_count *count = ARENA_NEW(load->work->arena, struct exception_count);
        if (count == NULL || pg_rows(result) != 1)
            return;
        *count = *wanted;
        count->used = count->stored_used = pg_get_int4(result, 0, 0);
        count->stored = true;
        work_load_exception(load->work, count);
    }
}

static void take_deliveries(struct load *load)
{
    for (size_t i = 0; i < load->keys.deliveries.count; i++) {
        struct uuid id = *(const struct uuid *)load->keys.deliveries.items[i];
        const struct pg_result *result = pg_result(load->pg, load->deliveries[i]);
        struct delivery_row *row =
            pg_rows(result) == 1 ? delivery_table_read(result, 0, load->work->arena) : NULL;
        work_load_delivery(load->work, id, row);
    }
}

static void take_background(struct load *load)
{
    for (size_t i = 0; i < load->keys.background.count; i++) {
        struct uuid id = *(const struct uuid *)load->keys.background.items[i];
        const struct pg_result *result = pg_result(load->pg, load->background[i]);
        struct background_job *job =
            pg_rows(result) == 1 ? background_table_read(result, 0, load->work->arena) : NULL;
        work_load_background(load->work, id, job);
    }
    if (load->slots >= 0)
        load->work->slots_taken = background_table_slots(pg_result(load->pg, load->slots));
}

static int *index_array(struct load *load, size_t count)
{
    int *indexes = ARENA_ARRAY(load->work->arena, int, count + 1);

    return indexes;
}

static void ask_counters(struct load *load)
{
    struct arena *arena = load->work->arena;

    load->chains = ask_ids(load, &load->keys.chains, chain_table_queue_lock);
    load->exceptions = index_array(load, load->keys.exceptions.count);
    load->deliveries = index_array(load, load->keys.deliveries.count);
    load->background = index_array(load, load->keys.background.count);
    load->slots = -1;
    if (load->exceptions == NULL || load->deliveries == NULL || load->background == NULL)
        return;
    for (size_t i = 0; i < load->keys.exceptions.count; i++)
        load->exceptions[i] = exception_table_queue_lock(load->pg, arena, load->workspace,
                                                         load->keys.exceptions.items[i]);
    for (size_t i = 0; i < load->keys.deliveries.count; i++)
        load->deliveries[i] = delivery_table_queue_lock(
            load->pg, arena, load->workspace, *(struct uuid *)load->keys.deliveries.items[i]);
    for (size_t i = 0; i < load->keys.background.count; i++)
        load->background[i] = background_table_queue_lock(
            load->pg, arena, load->workspace, *(struct uuid *)load->keys.background.items[i]);
    if (load->keys.slots)
        load->slots = background_table_queue_slots(load->pg, arena, load->workspace);
}

/* After the leads that commands name are locked, so that no two groups wait for each other. */
static void ask_queues(struct load *load)
{
    struct arena *arena = load->work->arena;
    const struct config *config = load->work->config;

    load->claimable = index_array(load, load->keys.queues.count);
    load->waiting = index_array(load, load->keys.queues.count);
    for (size_t i = 0; load->waiting != NULL && i < load->keys.queues.count; i++) {
        const struct queue *queue = load->keys.queues.items[i];
        load->claimable[i] = handoff_table_queue_claimable(
            load->pg, arena, load->workspace, queue->team, (int32_t)queue->wanted + CLAIM_SPARE);
        load->waiting[i] =
            handoff_table_queue_waiting(load->pg, arena, load->workspace, queue->team);
    }
    load->expired = -1;
    if (!load->keys.expired)
        return;
    struct uuid *teams = ARENA_ARRAY(arena, struct uuid, config->team_count + 1);
    for (size_t i = 0; teams != NULL && i < config->team_count; i++)
        teams[i] = config->teams[i].id;
    if (teams != NULL)
        load->expired = handoff_table_queue_expired(load->pg, arena, load->workspace, teams,
                                                    config->team_count);
}

static bool wants_second_round(const struct load *load)
{
    const struct work_keys *keys = &load->keys;

    return load->lead_count > 0 || keys->chains.count > 0 || keys->queues.count > 0 ||
           keys->exceptions.count > 0 || keys->deliveries.count > 0 || keys->background.count > 0 ||
           keys->slots || keys->expired;
}

/* What the claims and the expiry locked: ids of leads and of handoffs. */
struct dealt {
    struct list leads;
    struct list handoffs;
};

static void take_pairs(struct load *load, int index, struct dealt *dealt, struct list *handoffs)
{
    const struct pg_result *result = index < 0 ? NULL : pg_result(load->pg, index);

    for (int row = 0; row < pg_rows(result); row++) {
        struct uuid *pair = ARENA_ARRAY(load->work->arena, struct uuid, 2);
        if (pair == NULL)
            return;
        pair[0] = pg_get_uuid(result, row, 0);
        pair[1] = pg_get_uuid(result, row, 1);
        list_add(handoffs, load->work->arena, &pair[0]);
        list_add(&dealt->handoffs, load->work->arena, &pair[0]);
        if (map_get(&load->work->leads, pair[1].b, 16) == NULL)
            list_add(&dealt->leads, load->work->arena, &pair[1]);
    }
}

static void take_queues(struct load *load, struct dealt *dealt)
{
    for (size_t i = 0; i < load->keys.queues.count; i++) {
        struct queue *queue = load->keys.queues.items[i];
        const struct pg_result *waiting = pg_result(load->pg, load->waiting[i]);
        queue->waiting = pg_rows(waiting) == 1 ? pg_get_int8(waiting, 0, 0) : 0;
        take_pairs(load, load->claimable[i], dealt, &queue->handoffs);
        work_load_queue(load->work, queue);
    }
    take_pairs(load, load->expired, dealt, &load->work->expired);
}

static enum load_status lock_and_read(struct load *load, struct dealt *dealt)
{
    struct arena *arena = load->work->arena;

    if (pg_pipeline_begin(load->pg, load->deadline) != PG_OK)
        return LOAD_FAILED;
    load->locked = load->again = load->open = load->logs = load->by_id = -1;
    if (load->lead_count > 0) {
        load->locked =
            lead_table_queue_lock(load->pg, arena, load->workspace, load->leads, load->lead_count);
        load->again = ask_identities(load);
        load->by_id = ask_ids(load, &load->keys.handoffs, handoff_table_queue_by_id);
        load->open = handoff_table_queue_open(load->pg, arena, load->workspace, load->leads,
                                              load->lead_count);
        load->logs =
            touch_table_queue_logs(load->pg, arena, load->workspace, load->leads, load->lead_count);
    }
    ask_counters(load);
    ask_queues(load);
    if (pg_pipeline_run(load->pg, load->deadline) != PG_OK) {
        pg_pipeline_end(load->pg);
        return LOAD_FAILED;
    }
    take_leads(load, load->locked);
    mark_absent_leads(load);
    if (load->again >= 0)
        check_identities(load);
    take_handoffs(load, load->by_id);
    take_handoffs(load, load->open);
    take_logs(load, load->logs);
    take_chains(load);
    take_exceptions(load);
    take_deliveries(load);
    take_background(load);
    take_queues(load, dealt);
    pg_pipeline_end(load->pg);
    return LOAD_DONE;
}

/* ---- third round: what claims and expiry locked ---- */

/* Ids become the handoffs themselves; what was answered meanwhile falls out. */
static void to_handoffs(struct load *load, struct list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        const struct uuid *id = list->items[i];
        struct handoff *handoff = map_get(&load->work->handoffs, id->b, 16);
        if (handoff != NULL && handoff->state == HANDOFF_OFFERED)
            list->items[kept++] = handoff;
    }
    list->count = kept;
}

static enum load_status read_dealt(struct load *load, struct dealt *dealt)
{
    size_t lead_count, handoff_count;
    struct uuid *leads = flat(load, &dealt->leads, &lead_count);
    struct uuid *handoffs = flat(load, &dealt->handoffs, &handoff_count);

    if (handoff_count > 0) {
        if (pg_pipeline_begin(load->pg, load->deadline) != PG_OK)
            return LOAD_FAILED;
        int locked =
            lead_table_queue_lock(load->pg, load->work->arena, load->workspace, leads, lead_count);
        int by_id = handoff_table_queue_by_id(load->pg, load->work->arena, load->workspace,
                                              handoffs, handoff_count);
        int logs =
            touch_table_queue_logs(load->pg, load->work->arena, load->workspace, leads, lead_count);
        if (pg_pipeline_run(load->pg, load->deadline) != PG_OK) {
            pg_pipeline_end(load->pg);
            return LOAD_FAILED;
        }
        take_leads(load, locked);
        take_handoffs(load, by_id);
        take_logs(load, logs);
        pg_pipeline_end(load->pg);
    }
    for (size_t i = 0; i < load->keys.queues.count; i++)
        to_handoffs(load, &((struct queue *)load->keys.queues.items[i])->handoffs);
    to_handoffs(load, &load->work->expired);
    return LOAD_DONE;
}

/* ---- last: touches beyond the loaded ones, counted ---- */

static enum load_status count_older(struct load *load, struct lead *lead)
{
    const struct touch *last = &lead->touches.items[lead->touches.count - 1];

    if (pg_pipeline_begin(load->pg, load->deadline) != PG_OK)
        return LOAD_FAILED;
    int index =
        touch_table_queue_older(load->pg, load->work->arena, load->workspace, lead->id, last);
    if (pg_pipeline_run(load->pg, load->deadline) != PG_OK) {
        pg_pipeline_end(load->pg);
        return LOAD_FAILED;
    }
    const struct pg_result *result = pg_result(load->pg, index);
    size_t count = (size_t)pg_rows(result);
    struct touch_count *older = ARENA_ARRAY(load->work->arena, struct touch_count, count + 1);
    for (size_t i = 0; older != NULL && i < count; i++)
        older[i] = (struct touch_count){
            .kind = pg_copy_text(result, (int)i, 0, load->work->arena),
            .day = pg_get_int8(result, (int)i, 1),
            .count = pg_get_int8(result, (int)i, 2),
        };
    lead->touches.older = older;
    lead->touches.older_count = older == NULL ? 0 : count;
    pg_pipeline_end(load->pg);
    return LOAD_DONE;
}

static enum load_status read_older(struct load *load)
{
    for (size_t i = 0; i < load->work->leads.size; i++) {
        struct lead *lead = load->work->leads.slots[i].value;
        struct lead *found;
        if (lead == NULL ||
            work_find_lead(load->work, *(const struct uuid *)load->work->leads.slots[i].key,
                           &found) != FIND_FOUND ||
            found != lead || lead->touches.count < TOUCHES_LOADED_MAX)
            continue;
        enum load_status status = count_older(load, lead);
        if (status != LOAD_DONE)
            return status;
    }
    return LOAD_DONE;
}

static enum load_status give_up(struct load *load, enum load_status status)
{
    pg_rollback(load->pg);
    return status;
}

enum load_status work_load(struct pg *pg, struct work *work, struct command *const *commands,
                           size_t count, const struct work_keys *more, int64_t deadline,
                           size_t *named)
{
    struct load load = {
        .pg = pg, .work = work, .workspace = work->config->workspace, .deadline = deadline};
    struct dealt dealt = {0};

    for (size_t i = 0; i < count; i++)
        command_keys(commands[i], work, &load.keys);
    *named = count_keys(&load.keys);
    if (more != NULL)
        add_more(&load.keys, more, work->arena);
    join_queues(&load);
    enum load_status status = resolve(&load, commands, count, more);
    if (status != LOAD_DONE)
        return give_up(&load, status);
    load.leads = flat(&load, &load.keys.leads, &load.lead_count);
    if (wants_second_round(&load)) {
        status = lock_and_read(&load, &dealt);
        if (status == LOAD_DONE)
            status = read_dealt(&load, &dealt);
        if (status == LOAD_DONE)
            status = read_older(&load);
    }
    mark_absent_handoffs(&load);
    if (status != LOAD_DONE)
        return give_up(&load, status);
    if (load.more)
        return give_up(&load, LOAD_MORE);
    return load.moved ? give_up(&load, LOAD_MOVED) : LOAD_DONE;
}
