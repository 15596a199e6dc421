#include "store/read/suggestion_read.h"

#include "base/json_tree.h"
#include "store/read/history_read.h"

#include <string.h>

#define LEAD_MEMORY_BYTES ((size_t)16 << 20)

/* clang-format off */

/* $1 workspace, $2 term, $3 limit */
static const struct statement SUGGESTION_REJECTIONS = {
    .name = "suggestion_rejections",
    .sql = "SELECT class, reason, criterion->>'id', count(*) "
           "FROM handoff "
           "WHERE workspace_id = $1 "
           "AND state = 'rejected' "
           "AND class IS NOT NULL "
           "AND (term = $2 OR term IS NULL) "
           "GROUP BY 1, 2, 3 "
           "ORDER BY 4 DESC, 1, 2, 3 "
           "LIMIT $3",
};

/* What an override of this version's verdict disagreed with: the lead's first verdict by it.
 * $1 workspace, $2 term, $3 version */
static const struct statement SUGGESTION_OVERRIDES = {
    .name = "suggestion_overrides",
    .sql = "SELECT o.given->>'result', c.item->>'id', c.item->>'result' = 'met', count(*) "
           "FROM lead l "
           "CROSS JOIN LATERAL ("
           "  SELECT l.overrides->$2::text AS given"
           ") o "
           "CROSS JOIN LATERAL ("
           "  SELECT body "
           "  FROM verdict "
           "  WHERE workspace_id = $1 "
           "  AND lead_id = l.lead_id "
           "  AND term = $2 "
           "  AND version = $3 "
           "  ORDER BY seq "
           "  LIMIT 1"
           ") v "
           "CROSS JOIN LATERAL json_array_elements(v.body->'criteria') c(item) "
           "WHERE l.workspace_id = $1 "
           "AND l.status = 'active' "
           "AND l.overrides IS NOT NULL "
           "AND (o.given->>'version')::int4 = $3 "
           "GROUP BY 1, 2, 3",
    .index = "verdict_pkey",
};

/* clang-format on */

const struct statement *const suggestion_read_statements[] = {&SUGGESTION_REJECTIONS,
                                                              &SUGGESTION_OVERRIDES, NULL};

static void take_overrides(const struct pg_result *result, struct suggestion_answer *answer)
{
    for (int row = 0; row < pg_rows(result); row++) {
        const char *id = pg_get_text(result, row, 1, NULL);
        int at = definition_criterion(answer->version->compiled, id);
        bool qualified = strcmp(pg_get_text(result, row, 0, NULL), "qualified") == 0;
        bool met = pg_get_bool(result, row, 2);
        if (at < 0)
            continue;
        /* a disqualifier that is not met speaks for a lead */
        bool speaks_for =
            met != (answer->version->compiled->criteria[at].kind == CRITERION_DISQUALIFIER);
        if (qualified == speaks_for)
            continue;
        if (qualified)
            answer->overrides[at].to_qualified += pg_get_int8(result, row, 3);
        else
            answer->overrides[at].to_not_qualified += pg_get_int8(result, row, 3);
    }
}

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

static enum err read_words(const struct read *read, enum term term, struct arena *lasting,
                           struct suggestion_answer *answer)
{
    struct read_query queries[] = {{.statement = &SUGGESTION_REJECTIONS},
                                   {.statement = &SUGGESTION_OVERRIDES}};

    for (int i = 0; i < 2; i++) {
        read_params(&queries[i], read);
        pg_params_text(&queries[i].params, term_name(term));
    }
    pg_params_int8(&queries[0].params, REJECTION_KINDS_MAX);
    pg_params_int4(&queries[1].params, answer->version->version);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE) {
        take_overrides(queries[1].result, answer);
        err = take_rejections(queries[0].result, lasting, answer);
    }
    return read_end(read, err);
}

static enum err add_leads(struct suggestion_set *set, const struct history_lead *leads,
                          size_t count, int64_t *added)
{
    struct arena *arena = arena_new(LEAD_MEMORY_BYTES);
    struct history_view view;
    enum err err = arena == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;

    for (size_t i = 0; err == ERR_NONE && i < count; i++) {
        if (!leads[i].answer.answered)
            continue;
        arena_clear(arena);
        err = history_view(&leads[i], set->definition->term, arena, &view)
                  ? suggestion_add(set, &view, &leads[i].answer)
                  : ERR_OUT_OF_MEMORY;
        (*added)++;
    }
    arena_free(arena);
    return err;
}

static enum err add_page(const struct read *read, const struct history_query *query,
                         struct history_page *page, struct suggestion_set *set, int64_t *added)
{
    const struct history_lead *leads;
    size_t count;
    enum err err = ERR_NONE;

    while (err == ERR_NONE && page->read < page->count) {
        arena_clear(read->arena);
        err = history_read_rest(read, query, page, &leads, &count);
        if (err == ERR_NONE)
            err = add_leads(set, leads, count, added);
    }
    return err;
}

static enum err add_all(const struct read *read, const struct history_query *query,
                        struct suggestion_set *set, struct suggestion_answer *answer)
{
    struct read rest = *read;
    struct uuid before = {{0}};
    struct history_page page;
    int64_t added = 0;
    enum err err = ERR_NONE;

    rest.arena = arena_new(READ_MEMORY_MAX_BYTES);
    if (rest.arena == NULL)
        return ERR_OUT_OF_MEMORY;
    do {
        arena_clear(read->arena);
        err = history_read_answered(read, query, &before, &page);
        if (err == ERR_NONE)
            err = add_page(&rest, query, &page, set, &added);
        answer->capped = added >= SUGGESTION_LEADS_MAX && !uuid_is_nil(before);
    } while (err == ERR_NONE && !uuid_is_nil(before) && !answer->capped);
    arena_free(rest.arena);
    return err;
}

static enum err make(struct suggestion_set *set, const struct agreement_version *version,
                     struct suggestions *made)
{
    json_t *document =
        json_tree_read(set->arena, version->document, strlen(version->document), 0, NULL);
    enum err err = document == NULL ? ERR_OUT_OF_MEMORY : suggestion_make(set, document, made);

    json_decref(document);
    return err;
}

enum err suggestion_read(const struct read *read, const struct config *config,
                         const struct suggestion_question *question, struct arena *lasting,
                         struct suggestion_answer *answer)
{
    enum term term = question->term;
    enum history_target target = question->target;
    const struct agreement_version *version = config->in_force[term];
    struct suggestions *made = ARENA_NEW(lasting, struct suggestions);
    struct history_query query = {.term = term, .created_before = history_now()};

    *answer = (struct suggestion_answer){.version = version, .target = target, .suggestions = made};
    if (version == NULL)
        return ERR_NOT_FOUND;
    struct suggestion_set *set =
        suggestion_begin(version->compiled, target, query.created_before, lasting);
    query.touches = version->compiled->counts_touches;
    query.touch_details = version->compiled->asks_touch_details;
    query.sales = history_sales_teams(config, lasting, &query.sales_count);
    if (made == NULL || set == NULL || query.sales == NULL)
        return ERR_OUT_OF_MEMORY;
    set->exclude = &question->exclude;
    enum err err = read_words(read, term, lasting, answer);
    if (err == ERR_NONE)
        err = add_all(read, &query, set, answer);
    return err == ERR_NONE ? make(set, version, made) : err;
}
