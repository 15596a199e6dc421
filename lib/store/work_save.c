#include "store/work_save.h"

#include "core/lead/lead_words.h"
#include "store/pg/columns.h"
#include "store/table/account_table.h"
#include "store/table/answer_table.h"
#include "store/table/attribution_setup_table.h"
#include "store/table/background_table.h"
#include "store/table/campaign_table.h"
#include "store/table/completion_table.h"
#include "store/table/config_table.h"
#include "store/table/content_table.h"
#include "store/table/dealing_table.h"
#include "store/table/delivery_table.h"
#include "store/table/dimension_table.h"
#include "store/table/handoff_table.h"
#include "store/table/head_table.h"
#include "store/table/import_table.h"
#include "store/table/lead_table.h"
#include "store/table/lead_word_table.h"
#include "store/table/ledger_table.h"
#include "store/table/merge_table.h"
#include "store/table/outbound_table.h"
#include "store/table/rates_table.h"
#include "store/table/touch_table.h"
#include "store/work_hold.h"

#include <stdlib.h>
#include <string.h>

#define KNOWN_FIRST_SIZE 1024
/* With more values than this in one workspace the set is emptied and starts again. */
#define KNOWN_MAX 100000

/* ---- known dimensions ---- */

static int64_t *known_place(const struct known_dimensions *known, int64_t id)
{
    size_t at = (size_t)id & (known->size - 1);

    while (known->ids[at] != 0 && known->ids[at] != id)
        at = (at + 1) & (known->size - 1);
    return &known->ids[at];
}

static bool is_known(const struct known_dimensions *known, int64_t id)
{
    return known->size > 0 && *known_place(known, id) == id;
}

static bool known_grow(struct known_dimensions *known)
{
    size_t size = known->size == 0 ? KNOWN_FIRST_SIZE : 2 * known->size;
    struct known_dimensions bigger = {calloc(size, sizeof *bigger.ids), size, known->count,
                                      known->generation};

    if (bigger.ids == NULL)
        return false;
    for (size_t i = 0; i < known->size; i++)
        if (known->ids[i] != 0)
            *known_place(&bigger, known->ids[i]) = known->ids[i];
    free(known->ids);
    *known = bigger;
    return true;
}

/* Without memory it is not learnt, and will be inserted once more, which does no harm. */
static void learn(struct known_dimensions *known, int64_t id)
{
    if (known->count >= KNOWN_MAX)
        known_dimensions_release(known);
    if (2 * (known->count + 1) > known->size && !known_grow(known))
        return;
    int64_t *place = known_place(known, id);
    known->count += *place == 0;
    *place = id;
}

void known_dimensions_release(struct known_dimensions *known)
{
    free(known->ids);
    *known = (struct known_dimensions){.generation = known->generation};
}

/* ---- order ----
 * Rows are written in the order of their keys, so that the transactions of two servers that touch
 * the same rows wait for each other instead of deadlocking. */

#define ORDER_BY_ID(name, type, member)                                                            \
    static int name(const void *a, const void *b)                                                  \
    {                                                                                              \
        return uuid_compare((*(const type *const *)a)->member, (*(const type *const *)b)->member); \
    }

ORDER_BY_ID(lead_order, struct lead, id)
ORDER_BY_ID(handoff_order, struct handoff, id)
ORDER_BY_ID(touch_order, struct touch_row, touch.id)
ORDER_BY_ID(chain_order, struct chain_row, subject)

static int dimension_order(const void *a, const void *b)
{
    int64_t left = (*(const struct dimension_row *const *)a)->id;
    int64_t right = (*(const struct dimension_row *const *)b)->id;

    return (left > right) - (left < right);
}

static int answer_order(const void *a, const void *b)
{
    return memcmp((*(const struct answer_row *const *)a)->key,
                  (*(const struct answer_row *const *)b)->key, DIGEST_BYTES);
}

static void sort_list(struct list *list, int (*order)(const void *, const void *))
{
    if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, order);
}

/* ---- what is written ---- */

/* Drops the values that this lane has already saved, and the second of two equal ones. */
static void drop_known_dimensions(struct list *rows, const struct known_dimensions *known)
{
    size_t kept = 0;
    int64_t last = 0;

    sort_list(rows, dimension_order);
    for (size_t i = 0; i < rows->count; i++) {
        struct dimension_row *row = rows->items[i];
        if (row->id != last && !is_known(known, row->id))
            rows->items[kept++] = row;
        last = row->id;
    }
    rows->count = kept;
}

struct save {
    struct pg_scope scope;
    struct work *work;
    struct keyring *keyring; /* for the secrets of sources */
};

static void save_config_changes(const struct save *s, const struct list *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        config_table_queue_change(&s->scope, s->keyring, rows->items[i]);
}

static void save_leads(const struct save *s, const struct list *rows)
{
    lead_table_queue_save(&s->scope, (struct lead *const *)rows->items, rows->count);
    lead_word_table_queue_save(&s->scope, (struct lead *const *)rows->items, rows->count);
}

static void save_identities(const struct save *s, const struct list *rows)
{
    identity_table_queue_save(&s->scope, (struct identity_row *const *)rows->items, rows->count);
}

/* What an absorbed lead had goes to the lead that stands for it in the end: its survivor may itself
 * have been absorbed later in the same group. */
static void save_moves(const struct save *s, const struct list *rows)
{
    struct uuid *stands = ARENA_ARRAY(s->scope.arena, struct uuid, rows->count + 1);

    for (size_t i = 0; stands != NULL && i < rows->count; i++) {
        struct lead *survivor;
        if (work_find_lead(s->work, ((const struct lead *)rows->items[i])->id, &survivor) ==
            FIND_FOUND)
            stands[i] = survivor->id;
    }
    if (stands != NULL)
        lead_table_queue_move(&s->scope, (struct lead *const *)rows->items, stands, rows->count);
}

static void save_restored(const struct save *s, const struct list *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        merge_table_queue_restore(&s->scope, rows->items[i]);
}

/* A merge that is taken back in the group that made it stands in the list twice, and leaves none.
 */
static void save_merges(const struct save *s, const struct list *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        merge_table_queue_save(&s->scope, rows->items[i]);
}

static void save_handoffs(const struct save *s, const struct list *rows)
{
    handoff_table_queue_save(&s->scope, (struct handoff *const *)rows->items, rows->count);
}

/* One that dealt several times stands in the list as often. */
static void save_dealings(const struct save *s, const struct list *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        bool is_saved = false;
        for (size_t k = 0; k < i && !is_saved; k++)
            is_saved = rows->items[k] == rows->items[i];
        if (!is_saved)
            dealing_table_queue_save(&s->scope, rows->items[i]);
    }
}

/* A chain stands in the list once for each entry that was added to it; its last state is saved. */
static void save_chains(const struct save *s, const struct list *rows)
{
    const struct chain_row *last = NULL;

    for (size_t i = 0; i < rows->count; i++) {
        const struct chain_row *row = rows->items[i];
        if (row != last)
            columns_queue(&s->scope, &CHAIN_SAVE, &(const void *){row}, 1);
        last = row;
    }
}

static void save_deliveries(const struct save *s, const struct list *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        delivery_table_queue_save(&s->scope, rows->items[i]);
}

static void save_completions(const struct save *s, const struct list *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct completion *row = rows->items[i];
        if (row->state == COMPLETION_DONE)
            completion_table_queue_done(&s->scope, row);
        else
            completion_table_queue_add(&s->scope, row);
    }
}

static void save_answers(const struct save *s, const struct list *rows)
{
    answer_table_queue_insert(&s->scope, (struct answer_row *const *)rows->items, rows->count,
                              s->work->now);
}

static void save_erasures(const struct save *s, const struct list *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        lead_table_queue_erase(&s->scope, ((const struct lead *)rows->items[i])->id);
}

/* Both ways: what came in, and what was sent. */
static void drop_deliveries(const struct pg_scope *scope, instant before)
{
    delivery_table_queue_drop(scope, before);
    outbound_table_queue_drop(scope, before);
    completion_table_queue_drop(scope, before);
}

/* Files of imports, which no command reads, are kept as long. */
static void drop_answers(const struct pg_scope *scope, instant before)
{
    answer_table_queue_drop(scope, before);
    import_table_queue_drop(scope, before);
}

/* How each kind of row is saved, in this order: rows that others refer to come first. The
 * workspace's head comes after all of them, with the ledger, because every group of the workspace
 * waits for it: from there on only the COMMIT is left. */
static const struct {
    enum row_kind kind;
    int (*order)(const void *, const void *); /* NULL: as they were made */
    /* One of the two: a statement that takes the rows as they are, or a function for others. */
    const struct statement *statement;
    void (*save)(const struct save *save, const struct list *rows);
    void (*drop)(const struct pg_scope *scope, instant before); /* old rows; or NULL */
} saves[] = {
    {KIND_DIMENSION, .statement = &DIMENSION_INSERT}, /* drop_known_dimensions() has sorted them */
    {KIND_CONFIG_CHANGE, .save = save_config_changes},
    {KIND_LEAD, lead_order, .save = save_leads},
    {KIND_IDENTITY, .save = save_identities},
    {KIND_TOUCH, touch_order, .statement = &TOUCH_INSERT},
    {KIND_RESTORED, .save = save_restored}, /* first: who is taken back may be merged again */
    {KIND_MOVED, .save = save_moves},
    {KIND_MERGE, .save = save_merges},
    {KIND_HANDOFF, handoff_order, .save = save_handoffs},
    {KIND_VERDICT, .statement = &VERDICT_INSERT},
    {KIND_FEEDBACK, .statement = &FEEDBACK_INSERT},
    {KIND_EXCEPTION, .statement = &EXCEPTION_SAVE},
    {KIND_CAMPAIGN, .statement = &CAMPAIGN_SAVE},
    {KIND_CONTENT, .statement = &CONTENT_SAVE},
    {KIND_RATES, .statement = &RATES_SAVE},
    {KIND_ATTRIBUTION_SETUP, .statement = &ATTRIBUTION_SETUP_INSERT},
    {KIND_ACCOUNT, .statement = &ACCOUNT_SAVE},
    {KIND_DEALING, .save = save_dealings},
    {KIND_CHAIN, chain_order, .save = save_chains},
    {KIND_DELIVERY, .save = save_deliveries, .drop = drop_deliveries},
    {KIND_COMPLETION, .save = save_completions},
    {KIND_BACKGROUND, .statement = &BACKGROUND_SAVE, .drop = background_table_queue_drop},
    {KIND_ANSWER, answer_order, .save = save_answers, .drop = drop_answers},
    {KIND_ERASED, .save = save_erasures}, /* after the answers: it blanks this group's too */
};

#define SAVE_COUNT (sizeof saves / sizeof *saves)

static void save_rows(const struct save *save)
{
    struct work *work = save->work;

    for (size_t i = 0; i < SAVE_COUNT; i++) {
        struct list *rows = &work->saves[saves[i].kind];
        if (saves[i].order != NULL)
            sort_list(rows, saves[i].order);
        if (saves[i].statement != NULL)
            columns_queue(&save->scope, saves[i].statement, (const void *const *)rows->items,
                          rows->count);
        else if (rows->count > 0)
            saves[i].save(save, rows);
        if (saves[i].drop != NULL)
            saves[i].drop(&save->scope, work->drop_before[saves[i].kind]);
    }
}

static void save_head(const struct save *save)
{
    const struct work *work = save->work;
    const struct list *entries = &work->saves[KIND_ENTRY];
    bool config_changed = work->saves[KIND_CONFIG_CHANGE].count > 0;

    if (entries->count == 0 && !config_changed)
        return;
    head_table_queue_move(&save->scope, entries->count, work->config->version, config_changed);
    for (size_t i = 0; i < work->saves[KIND_CONFIG_CHANGE].count; i++)
        config_table_queue_placed(&save->scope, work->saves[KIND_CONFIG_CHANGE].items[i]);
    columns_queue(&save->scope, &LEDGER_APPEND, (const void *const *)entries->items,
                  entries->count);
}

bool work_is_empty(const struct work *work)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (work->saves[kind].count > 0 || work->drop_before[kind] != INSTANT_NONE)
            return false;
    return true;
}

enum pg_status work_save(struct pg *pg, struct keyring *keyring, struct work *work,
                         struct known_dimensions *known, int64_t deadline)
{
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    if (status != PG_OK)
        return status;
    const struct save save = {{pg, work->arena, work->config->workspace}, work, keyring};
    drop_known_dimensions(&work->saves[KIND_DIMENSION], known);
    work_hold(work);
    lead_words_renew(work);
    save_rows(&save);
    save_head(&save);
    if (arena_failed(work->arena)) {
        /* Rows that could not be built are missing from the queue. What libpq holds of it must not
         * reach the server with the next round trip, so the session ends with its transaction. */
        pg_disconnect(pg);
        status = PG_OTHER;
    } else {
        pg_queue_commit(pg);
        status = pg_pipeline_run(pg, deadline);
    }
    pg_pipeline_end(pg);
    const struct list *dimensions = &work->saves[KIND_DIMENSION];
    for (size_t i = 0; status == PG_OK && i < dimensions->count; i++)
        learn(known, ((const struct dimension_row *)dimensions->items[i])->id);
    return status;
}

enum pg_status work_confirm(struct pg *pg, struct work *work, int64_t deadline)
{
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    if (status != PG_OK)
        return status;
    head_table_queue_confirm(&(struct pg_scope){pg, work->arena, work->config->workspace});
    pg_queue_commit(pg);
    status = arena_failed(work->arena) ? PG_OTHER : pg_pipeline_run(pg, deadline);
    pg_pipeline_end(pg);
    return status;
}
