#include "store/table/changed_rows.h"

#include "core/lead/lead.h"
#include "store/pg/columns.h"

static bool is_new(const struct changed_rows *how, const void *row)
{
    return *(const enum row_state *)((const char *)row + how->row) == ROW_NEW;
}

/* A claim writes nine columns of a handoff that has thirty-two, and spares its lead the texts. */
static const struct statement *update_of(const struct changed_rows *how, const void *row)
{
    const void *stored = *(const void *const *)((const char *)row + how->stored);
    bool steps = stored != NULL && columns_only_often_changed(how->steps->of, row, stored);

    return steps ? how->steps : how->updates;
}

/* Each update is a statement of its own, so that no plan has to be chosen: of many rows at once
 * arrays cost less. */
static void queue_changed(const struct pg_scope *scope, const struct changed_rows *how,
                          const void *const *rows, size_t count)
{
    if (count > STATEMENT_FEW) {
        columns_queue(scope, how->saves, rows, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        columns_queue(scope, update_of(how, rows[i]), &rows[i], 1);
}

void changed_rows_queue(const struct pg_scope *scope, const struct changed_rows *how,
                        const void *const *rows, size_t count)
{
    const void **made = ARENA_ARRAY(scope->arena, const void *, count + 1);
    const void **changed = ARENA_ARRAY(scope->arena, const void *, count + 1);
    size_t made_count = 0, changed_count = 0;

    if (made == NULL || changed == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        if (is_new(how, rows[i]))
            made[made_count++] = rows[i];
        else
            changed[changed_count++] = rows[i];
    }
    if (how->changed_first)
        queue_changed(scope, how, changed, changed_count);
    columns_queue(scope, how->inserts, made, made_count);
    if (!how->changed_first)
        queue_changed(scope, how, changed, changed_count);
}
