#include "core/work.h"

#include "core/intake/completion.h"

#include "core/background_job.h"

#include <string.h>

#define SCRATCH_MAX_BYTES (4u << 20)

/* What a piece of memory held before; work_undo() puts it back. */
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
    static const char *const names[] = {"feedback", "disputed", "upheld", "conceded", "appealed"};

    return names[kind];
}

void work_init(struct work *work, struct arena *arena, const struct config *config, instant now,
               void (*random)(void *, size_t))
{
    memset(work, 0, sizeof *work);
    json_out_init(&work->scratch, arena, SCRATCH_MAX_BYTES);
    work->arena = arena;
    work->config = config;
    work->now = now;
    work->random = random;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        map_init(&work->found[kind], arena);
        work->drop_before[kind] = INSTANT_NONE;
    }
}

/* ---- kinds ---- */

struct touch_slot {
    struct uuid id;
    struct uuid lead; /* whose it is; nil: there is none */
};

static const struct {
    size_t need; /* bytes that name a row, and are noted when it is asked for */
    size_t key;  /* how many of those bytes, from the first, are its key; 0: see key_of() */
    size_t row;  /* bytes of a row that work_add() copies */
} kinds[KIND_COUNT] = {
    [KIND_LEAD] = {sizeof(struct uuid), sizeof(struct uuid), 0},
    [KIND_IDENTITY] = {sizeof(struct identity), 0, 0},
    [KIND_HANDOFF] = {sizeof(struct uuid), sizeof(struct uuid), 0},
    [KIND_TOUCH] = {sizeof(struct uuid), sizeof(struct uuid), sizeof(struct touch_row)},
    [KIND_ANSWER] = {DIGEST_BYTES, DIGEST_BYTES, sizeof(struct answer_row)},
    [KIND_CHAIN] = {sizeof(struct uuid), sizeof(struct uuid), 0},
    [KIND_QUEUE] = {sizeof(struct queue),
                    offsetof(struct queue, order) + sizeof(enum handoff_order), 0},
    [KIND_EXCEPTION] = {sizeof(struct exception_count), offsetof(struct exception_count, used), 0},
    [KIND_DELIVERY] = {sizeof(struct uuid), sizeof(struct uuid), 0},
    [KIND_BACKGROUND] = {sizeof(struct uuid), sizeof(struct uuid), 0},
    [KIND_SLOTS] = {sizeof(struct uuid), sizeof(struct uuid), 0},
    [KIND_CAMPAIGN] = {sizeof(int64_t), sizeof(int64_t), 0},
    [KIND_CONTENT] = {sizeof(int64_t), sizeof(int64_t), 0},
    [KIND_RATES] = {sizeof(int64_t), sizeof(int64_t), 0},
    [KIND_ATTRIBUTION_SETUP] = {sizeof(int64_t), sizeof(int64_t), 0},
    [KIND_ACCOUNT] = {sizeof(struct uuid), sizeof(struct uuid), 0},
    [KIND_DEALING] = {sizeof(struct uuid), sizeof(struct uuid), 0},
    [KIND_BLOCK] = {DIGEST_BYTES, DIGEST_BYTES, 0},
    [KIND_MERGE] = {sizeof(struct uuid), sizeof(struct uuid), 0},
    [KIND_DUE] = {sizeof(struct due_batch), sizeof(struct due_batch), 0},
    [KIND_VERDICT] = {0, 0, sizeof(struct verdict_row)},
    [KIND_FEEDBACK] = {0, 0, sizeof(struct feedback_row)},
    [KIND_DIMENSION] = {0, 0, sizeof(struct dimension_row)},
    [KIND_MOVED] = {0, 0, 0},
    [KIND_RESTORED] = {0, 0, 0},
    [KIND_ERASED] = {0, 0, 0},
    [KIND_CONFIG_CHANGE] = {0, 0, sizeof(struct config_change)},
    [KIND_COMPLETION] = {0, 0, sizeof(struct completion)},
    [KIND_ENTRY] = {0, 0, sizeof(struct ledger_entry)},
};

const struct uuid work_whole;
const struct due_batch due_batch_first = {DUE_BATCH, 0, DUE_FOR_ANY};

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

static const void *key_of(struct work *work, enum row_kind kind, const void *need, size_t *len)
{
    *len = kinds[kind].key;
    if (kind != KIND_IDENTITY)
        return need;
    const struct identity *identity = need;
    const char *source = identity_source_key(identity, work->arena);
    return source == NULL ? NULL : identity_key(work, source, identity->value, len);
}

static void *copy_of(struct arena *arena, const void *memory, size_t size)
{
    void *copy = arena_alloc(arena, size);

    if (copy != NULL)
        memcpy(copy, memory, size);
    return copy;
}

size_t work_need_size(enum row_kind kind)
{
    return kinds[kind].need;
}

void *work_copy_need(struct arena *arena, enum row_kind kind, const void *need)
{
    void *copy = copy_of(arena, need, kinds[kind].need);

    if (copy == NULL || kind != KIND_IDENTITY)
        return copy;
    struct identity *identity = copy;
    identity->source = arena_strdup(arena, identity->source);
    identity->value = arena_strdup(arena, identity->value);
    return identity->source == NULL || identity->value == NULL ? NULL : identity;
}

/* ---- filling ---- */

/* Marks in a map a row that was looked for and does not exist. */
static char absent;

bool work_put(struct work *work, enum row_kind kind, const void *need, void *row)
{
    size_t len;
    const void *key = key_of(work, kind, need, &len);

    if (row == NULL && key != NULL)
        key = copy_of(work->arena, key, len);
    return key != NULL && map_put(&work->found[kind], key, len, row == NULL ? &absent : row);
}

static void *look_up(struct work *work, enum row_kind kind, const void *need)
{
    size_t len;
    const void *key = key_of(work, kind, need, &len);

    return key == NULL ? NULL : map_get(&work->found[kind], key, len);
}

bool work_has(struct work *work, enum row_kind kind, const void *need)
{
    return look_up(work, kind, need) != NULL;
}

void *work_peek(struct work *work, enum row_kind kind, const void *need)
{
    void *row = look_up(work, kind, need);

    return row == &absent ? NULL : row;
}

bool work_put_identity(struct work *work, const struct identity *identity, const struct uuid *lead)
{
    struct identity_row *row = ARENA_NEW(work->arena, struct identity_row);
    size_t len;
    const char *key = key_of(work, KIND_IDENTITY, identity, &len);

    if (row == NULL || key == NULL)
        return false;
    row->source = key;
    row->value = key + strlen(key) + 1;
    row->stored = row->exists = lead != NULL;
    if (lead != NULL)
        row->lead = row->stored_lead = *lead;
    return map_put(&work->found[KIND_IDENTITY], key, len, row);
}

bool work_put_touch(struct work *work, struct uuid id, struct uuid lead)
{
    struct touch_slot *slot = ARENA_NEW(work->arena, struct touch_slot);

    if (slot == NULL)
        return false;
    *slot = (struct touch_slot){id, lead};
    return map_put(&work->found[KIND_TOUCH], slot->id.b, sizeof slot->id, slot);
}

/* ---- one command ---- */

void work_mark(struct work *work, struct work_mark *mark)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        mark->saves[kind] = work->saves[kind].count;
    mark->undo = work->undo.count;
}

void work_return(struct work *work, const struct work_mark *mark)
{
    while (work->undo.count > mark->undo) {
        struct remembered *was = work->undo.items[--work->undo.count];
        memcpy(was->memory, was->copy, was->size);
    }
    for (int kind = 0; kind < KIND_COUNT; kind++)
        work->saves[kind].count = mark->saves[kind];
}

void work_begin(struct work *work)
{
    work->undo.count = 0;
    work->needed = work->again = false;
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

const void *work_remember(struct work *work, void *memory, size_t size)
{
    struct remembered *was = ARENA_NEW(work->arena, struct remembered);
    void *copy = arena_alloc(work->arena, size);

    if (was == NULL || copy == NULL)
        return NULL;
    memcpy(copy, memory, size);
    *was = (struct remembered){memory, copy, size};
    list_add(&work->undo, work->arena, was);
    return copy;
}

static enum find note_need(struct work *work, enum row_kind kind, const void *need)
{
    work->needed = true;
    list_add(&work->needs.of[kind], work->arena, copy_of(work->arena, need, kinds[kind].need));
    return FIND_NEEDED;
}

void *work_find(struct work *work, enum row_kind kind, const void *need, enum find *found)
{
    void *row = look_up(work, kind, need);

    if (row == NULL)
        *found = note_need(work, kind, need);
    else
        *found = row == &absent ? FIND_ABSENT : FIND_FOUND;
    return *found == FIND_FOUND ? row : NULL;
}

enum find work_find_lead(struct work *work, struct uuid id, struct lead **out)
{
    /* Only damaged rows reach this bound: leads that were merged in a circle cannot be loaded. */
    for (size_t hops = 0; hops <= work->found[KIND_LEAD].count; hops++) {
        void *value = map_get(&work->found[KIND_LEAD], id.b, sizeof id);
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
    return note_need(work, KIND_LEAD, &id);
}

enum find work_find_identity(struct work *work, const struct identity *identity, struct uuid *lead)
{
    enum find found;
    const struct identity_row *row = work_find(work, KIND_IDENTITY, identity, &found);

    *lead = (struct uuid){0};
    if (row == NULL)
        return found;
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

enum find work_find_touch(struct work *work, struct uuid id, struct uuid *lead)
{
    enum find found;
    const struct touch_slot *slot = work_find(work, KIND_TOUCH, &id, &found);

    *lead = slot == NULL ? (struct uuid){{0}} : slot->lead;
    return slot == NULL ? found : uuid_is_nil(slot->lead) ? FIND_ABSENT : FIND_FOUND;
}

bool work_save_row(struct work *work, enum row_kind kind, void *row)
{
    return list_add(&work->saves[kind], work->arena, row);
}

bool work_add(struct work *work, enum row_kind kind, const void *row)
{
    return work_save_row(work, kind, copy_of(work->arena, row, kinds[kind].row));
}

void work_change_lead(struct work *work, struct lead *lead)
{
    const void *was = work_remember(work, lead, sizeof *lead);

    if (lead->row == ROW_CLEAN) {
        lead->row = ROW_CHANGED;
        lead->stored = was;
        work_save_row(work, KIND_LEAD, lead);
    }
    lead->updated_at = work->now;
}

void work_change_handoff(struct work *work, struct handoff *handoff)
{
    const void *was = work_remember(work, handoff, sizeof *handoff);

    if (handoff->row == ROW_CLEAN) {
        handoff->row = ROW_CHANGED;
        handoff->stored = was;
        work_save_row(work, KIND_HANDOFF, handoff);
    }
    handoff->updated_at = work->now;
}

struct uuid work_new_id(struct work *work)
{
    uint8_t random[10];

    work->random(random, sizeof random);
    return uuid_v7((uint64_t)(work->now / 1000), random);
}

/* Nobody can know a new id before the command that made it is kept, so the entry in the map needs
 * no undo. */
struct lead *work_add_lead(struct work *work)
{
    struct lead *lead = ARENA_NEW(work->arena, struct lead);

    if (lead == NULL)
        return NULL;
    lead->row = ROW_NEW;
    lead->id = work_new_id(work);
    lead->claimed_stage = STAGE_COUNT;
    lead->created_at = lead->updated_at = work->now;
    lead->next.at = lead->next.since = lead->first_touch_at = INSTANT_NONE;
    lead->erasure_asked_at = INSTANT_NONE;
    for (int i = 0; i < MILESTONE_COUNT; i++)
        lead->reached[i] = INSTANT_NONE;
    work->random(lead->salt, sizeof lead->salt);
    if (!work_put(work, KIND_LEAD, &lead->id, lead) || !work_save_row(work, KIND_LEAD, lead))
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
        .remind_at = INSTANT_NONE,
        .claimed_until = INSTANT_NONE,
        .accepted_at = INSTANT_NONE,
        .decide_by = INSTANT_NONE,
        .first_contact_at = INSTANT_NONE,
        .closed_at = INSTANT_NONE,
        .outcome_at = INSTANT_NONE,
    };
    if (handoff_is_open(handoff))
        lead->open = handoff;
    lead->last_handoff = id;
    if (!work_put(work, KIND_HANDOFF, &handoff->id, handoff) ||
        !work_save_row(work, KIND_HANDOFF, handoff))
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
    work_save_row(work, KIND_IDENTITY, row);
}

bool work_give_identity(struct work *work, struct lead *lead, const struct identity *identity)
{
    struct identity_row *row = work_peek(work, KIND_IDENTITY, identity);

    if (row == NULL)
        return false;
    if (!row->exists || !uuid_equal(row->lead, lead->id))
        change_identity(work, row, true, lead->id);
    return has_identity(lead, identity) || append_identity(work, lead, identity);
}

void work_drop_identities(struct work *work, struct lead *lead)
{
    for (size_t i = 0; i < lead->identity_count; i++) {
        struct identity_row *row = work_peek(work, KIND_IDENTITY, &lead->identities[i]);
        if (row != NULL)
            change_identity(work, row, false, row->lead);
    }
    lead->identities = NULL;
    lead->identity_count = 0;
}

static bool note_dimensions(struct work *work, const struct touch *touch)
{
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        if (touch->values[i] == NULL)
            continue;
        if (!work_add(
                work, KIND_DIMENSION,
                &(struct dimension_row){touch->dimensions[i], (enum dimension)i, touch->values[i]}))
            return false;
    }
    return true;
}

/* Replaces the log by a copy with the new touch at its place in time. */
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
        !work_save_row(work, KIND_TOUCH, row))
        return false;
    lead->touch_count++;
    if (lead->first_touch_at == INSTANT_NONE || touch->occurred_at < lead->first_touch_at)
        lead->first_touch_at = touch->occurred_at;
    struct touch_slot *slot = work_peek(work, KIND_TOUCH, &touch->id);
    if (slot != NULL) { /* if it comes again in the same group, the event is known */
        work_remember(work, slot, sizeof *slot);
        slot->lead = lead->id;
    }
    return true;
}

void work_use_exception(struct work *work, struct exception_count *count)
{
    work_remember(work, count, sizeof *count);
    if (count->used == count->stored_used)
        work_save_row(work, KIND_EXCEPTION, count);
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
    if (entry == NULL)
        return NULL;
    *entry = (struct ledger_entry){
        .subject = subject,
        .kind = kind,
        .actor = actor,
        .team = team,
    };
    entry->body = json_out_keep(&work->scratch, work->arena, &entry->body_len);
    if (entry->body == NULL)
        return NULL;
    ledger_append(chain, entry, work->config->workspace, work->now);
    return work_save_row(work, KIND_ENTRY, entry) ? entry : NULL;
}

const struct ledger_entry *work_append(struct work *work, struct lead *lead, enum ledger_kind kind,
                                       struct actor actor, struct uuid team)
{
    return append(work, lead->id, &lead->chain, kind, actor, team);
}

/* Whose chain has grown is saved, for its head. */
void work_close_entries(struct work *work)
{
    const struct list *leads = &work->saves[KIND_LEAD];
    const struct list *chains = &work->saves[KIND_CHAIN];

    for (size_t i = 0; i < leads->count; i++)
        ledger_close(&((struct lead *)leads->items[i])->chain, work->config->workspace);
    for (size_t i = 0; i < chains->count; i++)
        ledger_close(&((struct chain_row *)chains->items[i])->chain, work->config->workspace);
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
    if (!list_has(&work->saves[KIND_CHAIN], chain))
        work_save_row(work, KIND_CHAIN, chain);
    return append(work, chain->subject, &chain->chain, kind, actor, team);
}
