#include "store/work_load.h"

#include "core/command_decide.h"
#include "store/load_steps.h"
#include "store/table/head_table.h"
#include "store/table/touch_table.h"

/* ---- keys ---- */

static void add_all(struct list *to, const struct list *from, struct arena *arena)
{
    for (size_t i = 0; i < from->count; i++)
        list_add(to, arena, from->items[i]);
}

static size_t count_keys(const struct work_keys *keys)
{
    size_t count = 0;

    for (int kind = 0; kind < KIND_COUNT; kind++)
        count += keys->of[kind].count;
    return count;
}

static struct queue *queue_like(const struct list *queues, size_t count, const struct queue *key)
{
    for (size_t i = 0; i < count; i++) {
        struct queue *queue = queues->items[i];
        if (uuid_equal(queue->team, key->team) && queue->order == key->order)
            return queue;
    }
    return NULL;
}

/* What is claimed in one order is missing in the other: each has enough for both. */
static void widen_queues(struct list *queues)
{
    for (size_t i = 0; i < queues->count; i++) {
        struct queue *queue = queues->items[i], other = *queue;
        other.order = queue->order == HANDOFF_BY_DUE ? HANDOFF_BY_SCORE : HANDOFF_BY_DUE;
        struct queue *beside = queue_like(queues, i, &other);
        if (beside == NULL)
            continue;
        queue->wanted += beside->wanted;
        beside->wanted = queue->wanted;
    }
}

/* Makes it one queue per team and order, with the sum of what the group's claims want of it. Two
 * statements for one queue would hand the same handoffs to both claims: a transaction does not skip
 * rows that it has locked itself. (Of one team's two orders they are the same in the work set, and
 * what one claim has taken the other passes over.) */
static void join_queues(struct load *load)
{
    struct list *queues = &load->keys.of[KIND_QUEUE];
    size_t kept = 0;

    for (size_t i = 0; i < queues->count; i++) {
        struct queue *queue = queues->items[i];
        struct queue *same = queue_like(queues, kept, queue);
        if (same != NULL) {
            same->wanted += queue->wanted;
            continue;
        }
        struct queue *copy = ARENA_NEW(load->work->arena, struct queue);
        if (copy == NULL)
            return;
        *copy = (struct queue){.team = queue->team, .order = queue->order, .wanted = queue->wanted};
        queues->items[kept++] = copy;
    }
    queues->count = kept;
    widen_queues(queues);
}

/* How many keys ask for rows of this kind. A handoff asks for its lead where that is locked at
 * once. */
static size_t count_of(const struct load *load, enum row_kind kind, const struct work_keys *keys)
{
    bool by_handoff = kind == KIND_LEAD && load->at_once;

    return keys->of[kind].count + (by_handoff ? keys->of[KIND_HANDOFF].count : 0);
}

/* Whether this step sends a statement in these rounds. */
static bool asks(const struct load *load, size_t step, unsigned rounds,
                 const struct work_keys *keys)
{
    const struct load_step *asked = &load_steps[step];
    bool needs_leads = asked->with_leads && (rounds & ROUND_LOCK);

    return (asked->rounds & rounds) != 0 && count_of(load, asked->kind, keys) > 0 &&
           (!needs_leads || count_of(load, KIND_LEAD, keys) > 0);
}

/* Whether a round trip is worth it. Steps that only add to the locked leads do not count: without
 * leads they have nothing to ask. */
static bool wants_round(const struct load *load, enum round round, const struct work_keys *keys)
{
    for (size_t i = 0; load_steps[i].ask != NULL; i++)
        if ((!load_steps[i].with_leads || round != ROUND_LOCK) && asks(load, i, round, keys))
            return true;
    return false;
}

/* Where the results of each step begin. Noted when it is sent, because taking one step's results
 * adds keys to the lists of others, and a step that sent nothing has none to take. */
struct sent {
    int head;
    int first[LOAD_STEPS_MAX];
};

static void send(struct load *load, unsigned rounds, const struct work_keys *keys,
                 struct sent *sent)
{
    sent->head = -1;
    if (rounds & ROUND_RESOLVE) {
        pg_queue_begin(load->scope.pg, load->scope.workspace);
        sent->head = head_table_queue_read(&load->scope);
    }
    for (size_t i = 0; load_steps[i].ask != NULL; i++)
        sent->first[i] = asks(load, i, rounds, keys)
                             ? load_steps[i].ask(load, &keys->of[load_steps[i].kind])
                             : -1;
}

/* False when the snapshot that the commands will be decided on is no longer the newest. The time of
 * the whole group is the database's, so that several servers agree on what is overdue. */
static bool take_head(struct load *load, int index)
{
    const struct pg_result *head = pg_result(load->scope.pg, index);

    if (pg_rows(head) != 1 || pg_get_int8(head, 0, 0) != load->work->config->version)
        return false;
    load->work->now = pg_get_instant(head, 0, 1);
    return true;
}

/* One round trip, of one round or of several. */
static enum load_status run_round(struct load *load, unsigned rounds, const struct work_keys *keys)
{
    enum load_status status = LOAD_DONE;
    struct sent sent;

    if (pg_pipeline_begin(load->scope.pg, load->deadline) != PG_OK)
        return LOAD_FAILED;
    send(load, rounds, keys, &sent);
    if (pg_pipeline_run(load->scope.pg, load->deadline) != PG_OK)
        status = LOAD_FAILED;
    else if ((rounds & ROUND_RESOLVE) && !take_head(load, sent.head))
        status = LOAD_STALE_CONFIG;
    for (size_t i = 0; status == LOAD_DONE && load_steps[i].ask != NULL; i++)
        if (sent.first[i] >= 0)
            load_steps[i].take(load, &keys->of[load_steps[i].kind], sent.first[i]);
    pg_pipeline_end(load->scope.pg);
    return status;
}

static void to_leads(struct load *load, struct list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        struct lead *lead = work_peek(load->work, KIND_LEAD, list->items[i]);
        if (lead != NULL)
            list->items[kept++] = lead;
    }
    list->count = kept;
}

static void settle_dealt(struct load *load)
{
    const struct list *batches = &load->keys.of[KIND_DUE];

    for (size_t i = 0; i < batches->count; i++) {
        struct list *due = work_peek(load->work, KIND_DUE, batches->items[i]);
        if (due != NULL)
            to_leads(load, due);
    }
}

/* So that a look-up of an id that does not exist finds "none", and does not ask to load it again.
 */
static void mark_absent_handoffs(struct load *load)
{
    const struct list *ids = &load->keys.of[KIND_HANDOFF];

    for (size_t i = 0; i < ids->count; i++)
        if (!work_has(load->work, KIND_HANDOFF, ids->items[i]))
            work_put(load->work, KIND_HANDOFF, ids->items[i], NULL);
}

/* ---- last: touches beyond the loaded ones, counted ---- */

/* A definition counts touches ("3 visits in 30 days"), of which a busy lead may have thousands. The
 * newest are loaded as rows; the rest is counted by kind and day, which answers the same. */
static enum load_status count_older(struct load *load, struct lead *lead)
{
    const struct touch *last = &lead->touches.items[lead->touches.count - 1];

    if (pg_pipeline_begin(load->scope.pg, load->deadline) != PG_OK)
        return LOAD_FAILED;
    int index = touch_table_queue_older(&load->scope, lead->id, last);
    if (pg_pipeline_run(load->scope.pg, load->deadline) != PG_OK) {
        pg_pipeline_end(load->scope.pg);
        return LOAD_FAILED;
    }
    const struct pg_result *result = pg_result(load->scope.pg, index);
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
    pg_pipeline_end(load->scope.pg);
    return LOAD_DONE;
}

static enum load_status read_older(struct load *load)
{
    const struct map *leads = &load->work->found[KIND_LEAD];
    enum load_status status = LOAD_DONE;

    for (size_t i = 0; i < leads->size && status == LOAD_DONE; i++) {
        struct lead *lead = leads->slots[i].key == NULL
                                ? NULL
                                : work_peek(load->work, KIND_LEAD, leads->slots[i].key);
        if (lead != NULL && lead->touches.count >= TOUCHES_LOADED_MAX)
            status = count_older(load, lead);
    }
    return status;
}

static enum load_status read_the_rest(struct load *load)
{
    enum load_status status = LOAD_DONE;

    if (wants_round(load, ROUND_DEALT, &load->dealt))
        status = run_round(load, ROUND_DEALT, &load->dealt);
    settle_dealt(load);
    return status == LOAD_DONE ? read_older(load) : status;
}

/* Where no identity has to be resolved and no merge to be followed, the leads are known, or stand
 * with the handoffs that are: they are locked in the first round trip. What is read of a handoff
 * after that shows whether it is another lead's meanwhile. */
static bool is_known(const struct load *load)
{
    bool follows = load->more != NULL && load->more->of[KIND_LEAD].count > 0;

    return load->keys.of[KIND_IDENTITY].count == 0 && !follows;
}

static enum load_status resolve_and_lock(struct load *load)
{
    if (is_known(load)) {
        load->at_once = true;
        enum load_status known = run_round(load, ROUND_RESOLVE | ROUND_LOCK, &load->keys);
        load->at_once = false;
        return known;
    }
    enum load_status status = run_round(load, ROUND_RESOLVE, &load->keys);
    if (status == LOAD_DONE && wants_round(load, ROUND_LOCK, &load->keys))
        status = run_round(load, ROUND_LOCK, &load->keys);
    return status;
}

static enum load_status run_rounds(struct load *load)
{
    enum load_status status = resolve_and_lock(load);

    if (status == LOAD_DONE)
        status = read_the_rest(load);
    mark_absent_handoffs(load);
    if (status != LOAD_DONE)
        return status;
    return load->needs_more ? LOAD_MORE : load->moved ? LOAD_MOVED : LOAD_DONE;
}

enum load_status work_load(struct pg *pg, struct work *work, struct command *const *commands,
                           size_t count, const struct work_keys *more, int64_t deadline,
                           size_t *named)
{
    struct load load = {.scope = {pg, work->arena, work->config->workspace},
                        .work = work,
                        .deadline = deadline,
                        .more = more};

    for (size_t i = 0; i < count; i++)
        command_keys(commands[i], work, &load.keys);
    *named = count_keys(&load.keys);
    for (int kind = 0; more != NULL && kind < KIND_COUNT; kind++)
        add_all(&load.keys.of[kind], &more->of[kind], work->arena);
    join_queues(&load);
    enum load_status status = run_rounds(&load);
    if (status != LOAD_DONE)
        pg_rollback(pg);
    return status;
}
