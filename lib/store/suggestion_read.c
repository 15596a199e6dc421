#include "store/suggestion_read.h"

#include "store/history_read.h"

#include <string.h>

#define LEAD_MEMORY_BYTES ((size_t)16 << 20)

static const struct statement SUGGESTION_REJECTIONS = {
    .name = "suggestion_rejections",
    .sql = "SELECT class, reason, criterion->>'id', count(*) FROM handoff WHERE workspace_id = $1 "
           "AND state = 'rejected' AND class IS NOT NULL AND (term = $2 OR term IS NULL) "
           "GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT $3",
};

const struct statement *const suggestion_read_statements[] = {&SUGGESTION_REJECTIONS, NULL};

static enum err take_rejections(const struct pg_result *result, struct arena *arena,
                                struct suggestion_answer *answer)
{
    int rows = pg_rows(result);
    struct rejection_count *counts = ARENA_ARRAY(arena, struct rejection_count, (size_t)rows + 1);

    if (counts == NULL)
        return ERR_OUT_OF_MEMORY;
    for (int row = 0; row < rows; row++) {
        counts[row] = (struct rejection_count){
            .reason = pg_copy_text(result, row, 1, arena),
            .criterion = pg_copy_text(result, row, 2, arena),
            .count = pg_get_int8(result, row, 3),
        };
        if (!rejection_class_parse(pg_get_text(result, row, 0, NULL), &counts[row].klass))
            return ERR_INTERNAL;
    }
    answer->rejections = counts;
    answer->rejection_count = (size_t)rows;
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

static enum err read_rejections(const struct read *read, enum term term, struct arena *lasting,
                                struct suggestion_answer *answer)
{
    struct read_query query = {.statement = &SUGGESTION_REJECTIONS};

    read_params(&query, read);
    pg_params_text(&query.params, term_name(term));
    pg_params_int8(&query.params, REJECTION_KINDS_MAX);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        err = take_rejections(query.result, lasting, answer);
    read_end(read);
    return err;
}

static enum err add_page(struct suggestion_set *set, const struct history_page *page,
                         struct arena *arena, int64_t *added)
{
    struct history_view view;
    enum err err = ERR_NONE;

    for (size_t i = 0; err == ERR_NONE && i < page->count; i++) {
        if (!page->leads[i].answer.answered)
            continue;
        arena_clear(arena);
        if (!history_view(&page->leads[i], arena, &view))
            return ERR_OUT_OF_MEMORY;
        err = suggestion_add(set, &view, &page->leads[i].answer);
        (*added)++;
    }
    return err;
}

static enum err add_all(const struct read *read, const struct history_query *query,
                        struct suggestion_set *set, struct suggestion_answer *answer)
{
    struct arena *arena = arena_new(LEAD_MEMORY_BYTES);
    struct uuid before = {{0}};
    struct history_page page;
    int64_t added = 0;
    enum err err = arena == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;

    while (err == ERR_NONE) {
        arena_clear(read->arena);
        err = history_read_handed_off(read, query, &before, &page);
        if (err == ERR_NONE)
            err = add_page(set, &page, arena, &added);
        if (uuid_is_nil(before))
            break;
        answer->capped = added >= SUGGESTION_LEADS_MAX;
        if (answer->capped)
            break;
    }
    arena_free(arena);
    return err;
}

enum err suggestion_read(const struct read *read, const struct config *config, enum term term,
                         enum history_target target, struct arena *lasting,
                         struct suggestion_answer *answer)
{
    const struct definition_version *version = config->in_force[term];
    struct suggestions *made = ARENA_NEW(lasting, struct suggestions);
    struct history_query query = {.term = term, .created_before = history_now()};

    *answer = (struct suggestion_answer){.version = version, .target = target, .suggestions = made};
    if (version == NULL)
        return ERR_NOT_FOUND;
    struct suggestion_set *set = suggestion_begin(version->compiled, target, lasting);
    query.touches = version->compiled->counts_touches;
    query.sales = history_sales_teams(config, lasting, &query.sales_count);
    if (made == NULL || set == NULL || query.sales == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = read_rejections(read, term, lasting, answer);
    if (err == ERR_NONE)
        err = add_all(read, &query, set, answer);
    return err == ERR_NONE ? suggestion_make(set, made) : err;
}
