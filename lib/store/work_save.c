#include "store/work_save.h"

#include "base/defect.h"
#include "store/table/answer_table.h"
#include "store/table/background_table.h"
#include "store/table/config_table.h"
#include "store/table/delivery_table.h"
#include "store/table/dimension_table.h"
#include "store/table/handoff_table.h"
#include "store/table/head_table.h"
#include "store/table/lead_table.h"
#include "store/table/ledger_table.h"
#include "store/table/touch_table.h"

#include <stdlib.h>
#include <string.h>

#define KNOWN_FIRST_SIZE 1024
/* Beyond this many values of one workspace the set starts anew. */
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

/* ---- order ---- */

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

static void save_dimensions(struct pg *pg, struct work *work, const struct known_dimensions *known)
{
    struct list *list = &work->dimensions;
    size_t kept = 0;
    int64_t last = 0;

    sort_list(list, dimension_order);
    for (size_t i = 0; i < list->count; i++) {
        struct dimension_row *row = list->items[i];
        if (row->id != last && !is_known(known, row->id))
            list->items[kept++] = row;
        last = row->id;
    }
    list->count = kept;
    dimension_table_queue_insert(pg, work->arena, work->config->workspace,
                                 (struct dimension_row *const *)list->items, kept);
}

/* To where a lead leads in the end, though its survivor may have been absorbed in the same group.
 */
static void save_moves(struct pg *pg, struct work *work)
{
    const struct list *moved = &work->moved_leads;
    struct uuid *stands = ARENA_ARRAY(work->arena, struct uuid, moved->count + 1);

    for (size_t i = 0; stands != NULL && i < moved->count; i++) {
        struct lead *survivor;
        if (work_find_lead(work, ((const struct lead *)moved->items[i])->id, &survivor) ==
            FIND_FOUND)
            stands[i] = survivor->id;
    }
    if (stands != NULL)
        lead_table_queue_move(pg, work->arena, work->config->workspace,
                              (struct lead *const *)moved->items, stands, moved->count);
}

static void save_leads(struct pg *pg, struct work *work)
{
    struct uuid workspace = work->config->workspace;

    sort_list(&work->changed_leads, lead_order);
    lead_table_queue_save(pg, work->arena, workspace,
                          (struct lead *const *)work->changed_leads.items,
                          work->changed_leads.count);
    identity_table_queue_save(pg, work->arena, workspace,
                              (struct identity_row *const *)work->changed_identities.items,
                              work->changed_identities.count);
    sort_list(&work->touches, touch_order);
    touch_table_queue_insert(pg, work->arena, workspace,
                             (struct touch_row *const *)work->touches.items, work->touches.count);
    save_moves(pg, work);
}

static void save_handoffs(struct pg *pg, struct work *work)
{
    struct uuid workspace = work->config->workspace;

    sort_list(&work->changed_handoffs, handoff_order);
    handoff_table_queue_save(
        pg, work->arena, workspace, (struct handoff *const *)work->changed_handoffs.items,
        DEFECT(half_saved) && work->changed_handoffs.count > 1 ? 1 : work->changed_handoffs.count);
    verdict_table_queue_insert(pg, work->arena, workspace,
                               (struct verdict_row *const *)work->verdicts.items,
                               work->verdicts.count);
    feedback_table_queue_insert(pg, work->arena, workspace,
                                (struct feedback_row *const *)work->feedback.items,
                                work->feedback.count);
    for (size_t i = 0; i < work->changed_exceptions.count; i++)
        exception_table_queue_save(pg, work->arena, workspace, work->changed_exceptions.items[i]);
}

static void save_chains(struct pg *pg, struct work *work)
{
    const struct chain_row *last = NULL;

    sort_list(&work->changed_chains, chain_order);
    for (size_t i = 0; i < work->changed_chains.count; i++) {
        const struct chain_row *row = work->changed_chains.items[i];
        if (row != last)
            chain_table_queue_save(pg, work->arena, work->config->workspace, row);
        last = row;
    }
}

static void save_answers(struct pg *pg, struct work *work)
{
    struct uuid workspace = work->config->workspace;

    for (size_t i = 0; i < work->changed_deliveries.count; i++)
        delivery_table_queue_save(pg, work->arena, workspace, work->changed_deliveries.items[i]);
    for (size_t i = 0; i < work->changed_background.count; i++)
        background_table_queue_save(pg, work->arena, workspace, work->changed_background.items[i]);
    sort_list(&work->new_answers, answer_order);
    answer_table_queue_insert(pg, work->arena, workspace,
                              (struct answer_row *const *)work->new_answers.items,
                              DEFECT(answer_not_kept) ? 0 : work->new_answers.count, work->now);
    answer_table_queue_drop(pg, work->arena, workspace, work->answers_before);
    delivery_table_queue_drop(pg, work->arena, workspace, work->deliveries_before);
    background_table_queue_drop(pg, work->arena, workspace, work->background_before);
    /* after the answers, so that those of this very group are blanked too */
    for (size_t i = 0; !DEFECT(answers_left) && i < work->erased_leads.count; i++)
        lead_table_queue_erase(pg, work->arena, workspace,
                               ((const struct lead *)work->erased_leads.items[i])->id);
}

static void save_head(struct pg *pg, struct work *work)
{
    bool config_changed = work->config_changes.count > 0;

    if (work->entries.count == 0 && !config_changed)
        return;
    head_table_queue_move(pg, work->arena, work->config->workspace, work->entries.count,
                          work->config->version, config_changed);
    if (work->entries.count > 0)
        ledger_table_queue_append(pg, work->arena, work->config->workspace,
                                  (struct ledger_entry *const *)work->entries.items,
                                  work->entries.count);
}

bool work_is_empty(const struct work *work)
{
    return work->entries.count == 0 && work->new_answers.count == 0 &&
           work->config_changes.count == 0 && work->answers_before == INSTANT_NONE &&
           work->changed_leads.count == 0 && work->changed_deliveries.count == 0 &&
           work->changed_background.count == 0;
}

enum pg_status work_save(struct pg *pg, struct keyring *keyring, struct work *work,
                         struct known_dimensions *known, int64_t deadline)
{
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    if (status != PG_OK)
        return status;
    save_dimensions(pg, work, known);
    for (size_t i = 0; i < work->config_changes.count; i++)
        config_table_queue_change(pg, work->arena, keyring, work->config->workspace,
                                  work->config_changes.items[i]);
    save_leads(pg, work);
    save_handoffs(pg, work);
    save_chains(pg, work);
    save_answers(pg, work);
    save_head(pg, work);
    pg_queue_commit(pg);
    status = arena_failed(work->arena) ? PG_OTHER : pg_pipeline_run(pg, deadline);
    pg_pipeline_end(pg);
    for (size_t i = 0; status == PG_OK && i < work->dimensions.count; i++)
        learn(known, ((const struct dimension_row *)work->dimensions.items[i])->id);
    return status;
}

enum pg_status work_confirm(struct pg *pg, struct work *work, int64_t deadline)
{
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    if (status != PG_OK)
        return status;
    head_table_queue_confirm(pg, work->arena, work->config->workspace);
    pg_queue_commit(pg);
    status = arena_failed(work->arena) ? PG_OTHER : pg_pipeline_run(pg, deadline);
    pg_pipeline_end(pg);
    return status;
}
