#include "core/work.h"

#include "core/background_job.h"

#include <string.h>

#define SCRATCH_MAX_BYTES (4u << 20)

/* What stands at a memory's place again after work_undo(). */
struct remembered {
    void *memory;
    void *copy;
    size_t size;
};

bool list_add(struct list *list, struct arena *arena, void *item)
{
    if (item == NULL)
        return false;
    if (list->count == list->size) {
        size_t size = list->size ? 2 * list->size : 16;
        void **items = ARENA_ARRAY(arena, void *, size);
        if (items == NULL)
            return false;
        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->size = size;
    }
    list->items[list->count++] = item;
    return true;
}

const char *feedback_kind_name(enum feedback_kind kind)
{
    static const char *const names[] = {"feedback", "disputed", "upheld", "conceded"};

    return names[kind];
}

void work_init(struct work *work, struct arena *arena, const struct config *config, instant now,
               void (*random)(void *, size_t))
{
    struct json_out scratch = work->scratch;

    memset(work, 0, sizeof *work);
    if (scratch.cap == 0)
        json_out_init(&scratch, SCRATCH_MAX_BYTES);
    work->scratch = scratch;
    work->arena = arena;
    work->config = config;
    work->now = now;
    work->random = random;
    work->answers_before = work->deliveries_before = work->background_before = INSTANT_NONE;
    struct map *maps[] = {&work->leads,      &work->identities, &work->handoffs, &work->touch_ids,
                          &work->answers,    &work->chains,     &work->queues,   &work->exceptions,
                          &work->deliveries, &work->background};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        map_init(maps[i], arena);
}

void work_release(struct work *work)
{
    json_out_release(&work->scratch);
}

/* ---- filling ---- */

/* Stands in a map for what was looked for and is not there. */
static char absent;

bool work_load_lead(struct work *work, struct lead *lead)
{
    return map_put(&work->leads, lead->id.b, 16, lead);
}

static bool put_absent(struct work *work, struct map *map, struct uuid id)
{
    struct uuid *key = ARENA_NEW(work->arena, struct uuid);

    if (key == NULL)
        return false;
    *key = id;
    return map_put(map, key->b, 16, &absent);
}

bool work_load_absent_lead(struct work *work, struct uuid id)
{
    return put_absent(work, &work->leads, id);
}

bool work_load_handoff(struct work *work, struct handoff *handoff)
{
    return map_put(&work->handoffs, handoff->id.b, 16, handoff);
}

bool work_load_absent_handoff(struct work *work, struct uuid id)
{
    return put_absent(work, &work->handoffs, id);
}

/* source key, NUL, value */
static const char *identity_key(struct work *work, const char *source, const char *value,
                                size_t *len)
{
    size_t source_len = strlen(source);
    size_t value_len = strlen(value);
    char *key = arena_alloc(work->arena, source_len + 1 + value_len + 1);

    if (key == NULL)
        return NULL;
    memcpy(key, source, source_len + 1);
    memcpy(key + source_len + 1, value, value_len);
    *len = source_len + 1 + value_len;
    return key;
}

bool work_load_identity(struct work *work, const struct identity *identity, const struct uuid *lead)
{
    struct identity_row *row = ARENA_NEW(work->arena, struct identity_row);
    const char *source = identity_source_key(identity, work->arena);
    size_t len;
    const char *key = source == NULL ? NULL : identity_key(work, source, identity->value, &len);

    if (row == NULL || key == NULL)
        return false;
    row->source = source;
    row->value = key + strlen(source) + 1;
    row->stored = row->exists = lead != NULL;
    if (lead != NULL)
        row->lead = row->stored_lead = *lead;
    return map_put(&work->identities, key, len, row);
}

struct touch_slot {
    struct uuid id;
    bool exists;
};

bool work_load_touch_id(struct work *work, struct uuid id, bool exists)
{
    struct touch_slot *slot = ARENA_NEW(work->arena, struct touch_slot);

    if (slot == NULL)
        return false;
    *slot = (struct touch_slot){id, exists};
    return map_put(&work->touch_ids, slot->id.b, 16, slot);
}

bool work_load_answer(struct work *work, struct answer_row *answer)
{
    answer->stored = true;
    return map_put(&work->answers, answer->key, DIGEST_BYTES, answer);
}

bool work_load_chain(struct work *work, struct chain_row *chain)
{
    return map_put(&work->chains, chain->subject.b, 16, chain);
}

bool work_load_queue(struct work *work, struct queue *queue)
{
    return map_put(&work->queues, queue->team.b, 16, queue);
}

struct exception_key {
    int64_t month;
    int32_t term;
    int32_t kind;
};

static struct exception_key *exception_key(struct work *work, enum term term,
                                           enum exception_kind kind, int64_t month)
{
    struct exception_key *key = ARENA_NEW(work->arena, struct exception_key);

    if (key != NULL)
        *key = (struct exception_key){month, (int32_t)term, (int32_t)kind};
    return key;
}

bool work_load_exception(struct work *work, struct exception_count *count)
{
    struct exception_key *key = exception_key(work, count->term, count->kind, count->month);

    return key != NULL && map_put(&work->exceptions, key, sizeof *key, count);
}

bool work_load_delivery(struct work *work, struct uuid id, struct delivery_row *delivery)
{
    if (delivery == NULL)
        return put_absent(work, &work->deliveries, id);
    return map_put(&work->deliveries, delivery->id.b, 16, delivery);
}

bool work_load_background(struct work *work, struct uuid id, struct background_job *job)
{
    if (job == NULL)
        return put_absent(work, &work->background, id);
    return map_put(&work->background, job->id.b, 16, job);
}

/* ---- one command ---- */

static void all_lists(struct work *work, struct list *lists[WORK_LISTS])
{
    struct list *all[WORK_LISTS] = {
        &work->changed_leads,      &work->changed_handoffs,
        &work->changed_identities, &work->touches,
        &work->verdicts,           &work->entries,
        &work->feedback,           &work->dimensions,
        &work->changed_exceptions, &work->changed_deliveries,
        &work->changed_chains,     &work->moved_leads,
        &work->erased_leads,       &work->config_changes,
        &work->expired_due,        &work->changed_background,
    };

    memcpy(lists, all, sizeof all);
}

void work_mark(struct work *work, struct work_mark *mark)
{
    struct list *lists[WORK_LISTS];

    all_lists(work, lists);
    for (int i = 0; i < WORK_LISTS; i++)
        mark->lists[i] = lists[i]->count;
    mark->undo = work->undo.count;
}

void work_return(struct work *work, const struct work_mark *mark)
{
    struct list *lists[WORK_LISTS];

    while (work->undo.count > mark->undo) {
        struct remembered *was = work->undo.items[--work->undo.count];
        memcpy(was->memory, was->copy, was->size);
    }
    all_lists(work, lists);
    for (int i = 0; i < WORK_LISTS; i++)
        lists[i]->count = mark->lists[i];
}

void work_begin(struct work *work)
{
    work->undo.count = 0;
    work->needed = false;
    work_mark(work, &work->begun);
}

void work_keep(struct work *work)
{
    work->undo.count = 0;
}

void work_undo(struct work *work)
{
    work_return(work, &work->begun);
}

void work_remember(struct work *work, void *memory, size_t size)
{
    struct remembered *was = ARENA_NEW(work->arena, struct remembered);
    void *copy = arena_alloc(work->arena, size);

    if (was == NULL || copy == NULL)
        return;
    memcpy(copy, memory, size);
    *was = (struct remembered){memory, copy, size};
    list_add(&work->undo, work->arena, was);
}

static enum find need(struct work *work, struct list *needs, const void *key, size_t size)
{
    void *copy = arena_alloc(work->arena, size);

    work->needed = true;
    if (copy != NULL) {
        memcpy(copy, key, size);
        list_add(needs, work->arena, copy);
    }
    return FIND_NEEDED;
}

enum find work_find_lead(struct work *work, struct uuid id, struct lead **out)
{
    /* The bound is for damaged rows alone: leads that were merged in a circle cannot be loaded. */
    for (size_t hops = 0; hops <= work->leads.count; hops++) {
        void *value = map_get(&work->leads, id.b, 16);
        if (value == NULL)
            break;
        if (value == &absent)
            return FIND_ABSENT;
        struct lead *lead = value;
        if (lead->status != LEAD_MERGED) {
            *out = lead;
            return FIND_FOUND;
        }
        id = lead->merged_into;
    }
    return need(work, &work->needs.leads, &id, sizeof id);
}

enum find work_find_handoff(struct work *work, struct uuid id, struct handoff **out)
{
    void *value = map_get(&work->handoffs, id.b, 16);

    if (value == NULL)
        return need(work, &work->needs.handoffs, &id, sizeof id);
    if (value == &absent)
        return FIND_ABSENT;
    *out = value;
    return FIND_FOUND;
}

static struct identity_row *identity_row(struct work *work, const struct identity *identity)
{
    const char *source = identity_source_key(identity, work->arena);
    size_t len;
    const char *key = source == NULL ? NULL : identity_key(work, source, identity->value, &len);

    return key == NULL ? NULL : map_get(&work->identities, key, len);
}

enum find work_find_identity(struct work *work, const struct identity *identity, struct uuid *lead)
{
    struct identity_row *row = identity_row(work, identity);

    *lead = (struct uuid){0};
    if (row == NULL)
        return need(work, &work->needs.identities, identity, sizeof *identity);
    if (!row->exists)
        return FIND_ABSENT;
    *lead = row->lead;
    return FIND_FOUND;
}

enum find work_find_identities(struct work *work, const struct lead *lead)
{
    enum find all = FIND_FOUND;

    for (size_t i = 0; i < lead->identity_count; i++) {
        struct uuid holder;
        if (work_find_identity(work, &lead->identities[i], &holder) == FIND_NEEDED)
            all = FIND_NEEDED;
    }
    return all;
}

enum find work_find_touch(struct work *work, struct uuid id)
{
    const struct touch_slot *slot = map_get(&work->touch_ids, id.b, 16);

    if (slot == NULL)
        return need(work, &work->needs.touches, &id, sizeof id);
    return slot->exists ? FIND_FOUND : FIND_ABSENT;
}

enum find work_find_chain(struct work *work, struct uuid subject, struct chain_row **out)
{
    *out = map_get(&work->chains, subject.b, 16);
    if (*out == NULL)
        return need(work, &work->needs.chains, &subject, sizeof subject);
    return FIND_FOUND;
}

enum find work_find_queue(struct work *work, struct uuid team, struct queue **out)
{
    *out = map_get(&work->queues, team.b, 16);
    if (*out == NULL) {
        struct queue wanted = {.team = team};
        return need(work, &work->needs.queues, &wanted, sizeof wanted);
    }
    return FIND_FOUND;
}

enum find work_find_exception(struct work *work, enum term term, enum exception_kind kind,
                              instant at, struct exception_count **out)
{
    struct exception_count wanted = {.term = term, .kind = kind, .month = instant_month(at)};
    struct exception_key key = {wanted.month, (int32_t)term, (int32_t)kind};

    *out = map_get(&work->exceptions, &key, sizeof key);
    if (*out == NULL)
        return need(work, &work->needs.exceptions, &wanted, sizeof wanted);
    return FIND_FOUND;
}

enum find work_find_delivery(struct work *work, struct uuid id, struct delivery_row **out)
{
    void *value = map_get(&work->deliveries, id.b, 16);

    if (value == NULL)
        return need(work, &work->needs.deliveries, &id, sizeof id);
    if (value == &absent)
        return FIND_ABSENT;
    *out = value;
    return FIND_FOUND;
}

enum find work_find_background(struct work *work, struct uuid id, struct background_job **out)
{
    void *value = map_get(&work->background, id.b, 16);

    if (value == NULL)
        return need(work, &work->needs.background, &id, sizeof id);
    if (value == &absent)
        return FIND_ABSENT;
    *out = value;
    return FIND_FOUND;
}

void work_change_lead(struct work *work, struct lead *lead)
{
    work_remember(work, lead, sizeof *lead);
    if (lead->row == ROW_CLEAN) {
        lead->row = ROW_CHANGED;
        list_add(&work->changed_leads, work->arena, lead);
    }
    lead->updated_at = work->now;
}

void work_change_handoff(struct work *work, struct handoff *handoff)
{
    work_remember(work, handoff, sizeof *handoff);
    if (handoff->row == ROW_CLEAN) {
        handoff->row = ROW_CHANGED;
        list_add(&work->changed_handoffs, work->arena, handoff);
    }
    handoff->updated_at = work->now;
}

struct uuid work_new_id(struct work *work)
{
    uint8_t random[10];

    work->random(random, sizeof random);
    return uuid_v7((uint64_t)(work->now / 1000), random);
}

/* Nobody can know a new id before the command that made it is kept, so the map needs no undo. */
struct lead *work_add_lead(struct work *work)
{
    struct lead *lead = ARENA_NEW(work->arena, struct lead);

    if (lead == NULL)
        return NULL;
    lead->row = ROW_NEW;
    lead->id = work_new_id(work);
    lead->claimed_stage = STAGE_COUNT;
    lead->created_at = lead->updated_at = work->now;
    lead->due_at = lead->first_touch_at = lead->hold_until = INSTANT_NONE;
    for (int i = 0; i < MILESTONE_COUNT; i++)
        lead->reached[i] = INSTANT_NONE;
    work->random(lead->salt, sizeof lead->salt);
    if (!map_put(&work->leads, lead->id.b, 16, lead) ||
        !list_add(&work->changed_leads, work->arena, lead))
        return NULL;
    return lead;
}

struct handoff *work_add_handoff(struct work *work, struct lead *lead, enum handoff_state state)
{
    return work_add_handoff_as(work, lead, work_new_id(work), state);
}

struct handoff *work_add_handoff_as(struct work *work, struct lead *lead, struct uuid id,
                                    enum handoff_state state)
{
    struct handoff *handoff = ARENA_NEW(work->arena, struct handoff);

    if (handoff == NULL)
        return NULL;
    *handoff = (struct handoff){
        .row = ROW_NEW,
        .id = id,
        .lead = lead->id,
        .state = state,
        .offered_at = work->now,
        .updated_at = work->now,
        .respond_by = INSTANT_NONE,
        .claimed_until = INSTANT_NONE,
        .accepted_at = INSTANT_NONE,
        .decide_by = INSTANT_NONE,
        .first_contact_at = INSTANT_NONE,
        .closed_at = INSTANT_NONE,
        .outcome_at = INSTANT_NONE,
    };
    if (handoff_is_open(handoff))
        lead->open = handoff;
    if (!map_put(&work->handoffs, handoff->id.b, 16, handoff) ||
        !list_add(&work->changed_handoffs, work->arena, handoff))
        return NULL;
    return handoff;
}

void work_close_handoff(struct work *work, struct lead *lead, struct handoff *handoff)
{
    (void)work;
    if (lead->open == handoff)
        lead->open = NULL;
}

static bool append_identity(struct work *work, struct lead *lead, const struct identity *identity)
{
    struct identity *items = ARENA_ARRAY(work->arena, struct identity, lead->identity_count + 1);

    if (items == NULL)
        return false;
    if (lead->identity_count > 0)
        memcpy(items, lead->identities, lead->identity_count * sizeof *items);
    items[lead->identity_count] = (struct identity){
        .kind = identity->kind,
        .source = arena_strdup(work->arena, identity->source),
        .value = arena_strdup(work->arena, identity->value),
    };
    lead->identities = items;
    lead->identity_count++;
    return items[lead->identity_count - 1].value != NULL;
}

static bool has_identity(const struct lead *lead, const struct identity *identity)
{
    for (size_t i = 0; i < lead->identity_count; i++)
        if (identity_equal(&lead->identities[i], identity))
            return true;
    return false;
}

static void change_identity(struct work *work, struct identity_row *row, bool exists,
                            struct uuid lead)
{
    work_remember(work, row, sizeof *row);
    row->exists = exists;
    row->lead = lead;
    list_add(&work->changed_identities, work->arena, row);
}

bool work_give_identity(struct work *work, struct lead *lead, const struct identity *identity)
{
    struct identity_row *row = identity_row(work, identity);

    if (row == NULL)
        return false;
    if (!row->exists || !uuid_equal(row->lead, lead->id))
        change_identity(work, row, true, lead->id);
    return has_identity(lead, identity) || append_identity(work, lead, identity);
}

void work_drop_identities(struct work *work, struct lead *lead)
{
    for (size_t i = 0; i < lead->identity_count; i++) {
        struct identity_row *row = identity_row(work, &lead->identities[i]);
        if (row != NULL)
            change_identity(work, row, false, row->lead);
    }
    lead->identities = NULL;
    lead->identity_count = 0;
}

static bool note_dimensions(struct work *work, struct touch *touch)
{
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        if (touch->values[i] == NULL)
            continue;
        struct dimension_row *row = ARENA_NEW(work->arena, struct dimension_row);
        if (row == NULL)
            return false;
        touch->dimensions[i] = dimension_id((enum dimension)i, touch->values[i]);
        *row = (struct dimension_row){touch->dimensions[i], (enum dimension)i, touch->values[i]};
        if (!list_add(&work->dimensions, work->arena, row))
            return false;
    }
    return true;
}

/* The log is replaced, with the new touch at its place by time. */
static bool log_touch(struct work *work, struct lead *lead, const struct touch *touch)
{
    struct touch *items = ARENA_ARRAY(work->arena, struct touch, lead->touches.count + 1);
    size_t at = 0;

    if (items == NULL)
        return false;
    while (at < lead->touches.count && lead->touches.items[at].occurred_at > touch->occurred_at)
        at++;
    if (at > 0)
        memcpy(items, lead->touches.items, at * sizeof *items);
    items[at] = *touch;
    if (lead->touches.count > at)
        memcpy(items + at + 1, lead->touches.items + at,
               (lead->touches.count - at) * sizeof *items);
    lead->touches.items = items;
    lead->touches.count++;
    return true;
}

bool work_add_touch(struct work *work, struct lead *lead, const struct touch *touch)
{
    struct touch_row *row = ARENA_NEW(work->arena, struct touch_row);

    if (row == NULL)
        return false;
    row->lead = lead->id;
    row->touch = *touch;
    if (!note_dimensions(work, &row->touch) || !log_touch(work, lead, &row->touch) ||
        !list_add(&work->touches, work->arena, row))
        return false;
    lead->touch_count++;
    if (lead->first_touch_at == INSTANT_NONE || touch->occurred_at < lead->first_touch_at)
        lead->first_touch_at = touch->occurred_at;
    struct touch_slot *slot = map_get(&work->touch_ids, touch->id.b, 16);
    if (slot != NULL) { /* seen again in the same group, the event is known */
        work_remember(work, slot, sizeof *slot);
        slot->exists = true;
    }
    return true;
}

bool work_add_verdict(struct work *work, const struct verdict_row *verdict)
{
    struct verdict_row *row = ARENA_NEW(work->arena, struct verdict_row);

    if (row == NULL)
        return false;
    *row = *verdict;
    return list_add(&work->verdicts, work->arena, row);
}

bool work_add_feedback(struct work *work, const struct feedback_row *feedback)
{
    struct feedback_row *row = ARENA_NEW(work->arena, struct feedback_row);

    if (row == NULL)
        return false;
    *row = *feedback;
    return list_add(&work->feedback, work->arena, row);
}

bool work_add_delivery(struct work *work, struct delivery_row *delivery)
{
    return list_add(&work->changed_deliveries, work->arena, delivery);
}

bool work_save_background(struct work *work, struct background_job *job)
{
    return list_add(&work->changed_background, work->arena, job);
}

bool work_add_config_change(struct work *work, const struct config_change *change)
{
    struct config_change *row = ARENA_NEW(work->arena, struct config_change);

    if (row == NULL)
        return false;
    *row = *change;
    return list_add(&work->config_changes, work->arena, row);
}

void work_use_exception(struct work *work, struct exception_count *count)
{
    work_remember(work, count, sizeof *count);
    if (count->used == count->stored_used)
        list_add(&work->changed_exceptions, work->arena, count);
    count->used++;
}

struct json_out *work_body(struct work *work)
{
    json_out_clear(&work->scratch);
    json_out_begin_object(&work->scratch);
    return &work->scratch;
}

static const struct ledger_entry *append(struct work *work, struct uuid subject,
                                         struct chain *chain, enum ledger_kind kind,
                                         struct actor actor, struct uuid team)
{
    struct ledger_entry *entry = ARENA_NEW(work->arena, struct ledger_entry);

    json_out_end_object(&work->scratch);
    if (json_out_failed(&work->scratch))
        arena_fail(work->arena);
    if (entry == NULL || json_out_failed(&work->scratch))
        return NULL;
    *entry = (struct ledger_entry){
        .subject = subject,
        .kind = kind,
        .actor = actor,
        .team = team,
        .body = arena_copy(work->arena, work->scratch.text, work->scratch.len),
        .body_len = work->scratch.len,
    };
    if (entry->body == NULL)
        return NULL;
    ledger_append(chain, entry, work->config->workspace, work->now);
    return list_add(&work->entries, work->arena, entry) ? entry : NULL;
}

const struct ledger_entry *work_append(struct work *work, struct lead *lead, enum ledger_kind kind,
                                       struct actor actor, struct uuid team)
{
    return append(work, lead->id, &lead->chain, kind, actor, team);
}

static bool list_has(const struct list *list, const void *item)
{
    for (size_t i = list->count; i > 0; i--)
        if (list->items[i - 1] == item)
            return true;
    return false;
}

const struct ledger_entry *work_append_to(struct work *work, struct chain_row *chain,
                                          enum ledger_kind kind, struct actor actor,
                                          struct uuid team)
{
    work_remember(work, chain, sizeof *chain);
    if (!list_has(&work->changed_chains, chain))
        list_add(&work->changed_chains, work->arena, chain);
    return append(work, chain->subject, &chain->chain, kind, actor, team);
}
