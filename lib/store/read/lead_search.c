#include "store/read/lead_search.h"

#include "store/table/lead_table.h"

#include <string.h>

/* Greater than every text that begins as it does: no character is greater than U+10FFFF. */
#define BEYOND "\xf4\x8f\xbf\xbf"

/* clang-format off */

/* A word is looked for among those that begin with it: from itself up to where they end.
 * $1 workspace, $2 words, $3 up to which, $4 how many are counted of each at most */
static const struct statement LEAD_SEARCH_RAREST = {
    .name = "lead_search_rarest",
    .sql = "SELECT u.n, c.leads "
           "FROM unnest($2::text[], $3::text[]) WITH ORDINALITY u(word, upto, n) "
           "CROSS JOIN LATERAL ("
           "  SELECT count(*) AS leads "
           "  FROM ("
           "    SELECT "
           "    FROM lead_word "
           "    WHERE workspace_id = $1 AND word >= u.word AND word < u.upto "
           "    LIMIT $4"
           "  ) f"
           ") c "
           "ORDER BY c.leads, length(u.word) DESC, u.n "
           "LIMIT 1",
    .index = "lead_word_pkey",
    .hot = true,
};

#define RANGE                                                                   \
           "  SELECT word, lead_id "                                            \
           "  FROM lead_word "                                                  \
           "  WHERE workspace_id = $1 AND word >= $2 AND word < $3 "            \
           "  AND (word, lead_id) > ($4, $5) "                                  \
           "  ORDER BY word, lead_id "

/* A lead of which several words begin so is answered at the first of them; its words are kept in
 * order.
 * $1 workspace, $2 and $3 word and up to which, $4 and $5 word and lead of the last of the page before,
 * $6 how many are looked at, $7 all words, $8 stage or null, $9 owner or null, $10 step or null,
 * $11 due before, $12 limit */
static const struct statement LEAD_SEARCH = {
    .name = "lead_search",
    .sql = "SELECT o.handoff_id, w.word, {l.lead} "
           "FROM ("
           RANGE
           "  LIMIT $6"
           ") w "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = w.lead_id "
           "  LIMIT 1"
           ") l "
           "LEFT JOIN LATERAL ("
           "  SELECT handoff_id "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND lead_id = l.lead_id "
           "  AND state IN ('requested', 'offered', 'accepted') "
           "  LIMIT 1"
           ") o ON true "
           "WHERE l.status = 'active' "
           "AND split_part(substr(' ' || l.words, strpos(' ' || l.words, ' ' || $2) + 1), ' ', 1) = w.word "
           "AND NOT EXISTS ("
           "  SELECT "
           "  FROM unnest($7::text[]) a(word) "
           "  WHERE strpos(' ' || l.words, ' ' || a.word) = 0"
           ") "
           "AND ($8::text IS NULL OR l.stage = $8) "
           "AND ($9::uuid IS NULL OR l.owner_team = $9) "
           "AND ($10::text IS NULL OR l.next_step = $10) "
           "AND ($11::timestamptz IS NULL OR l.next_at < $11) "
           "ORDER BY w.word, w.lead_id "
           "LIMIT $12",
    .index = "lead_word_pkey",
    .hot = true,
};

/* The last that was looked at, if as many were as may be.
 * $1 to $6 as above */
static const struct statement LEAD_SEARCH_UPTO = {
    .name = "lead_search_upto",
    .sql = RANGE
           "  LIMIT 1 OFFSET $6::int8 - 1",
    .index = "lead_word_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const lead_search_statements[] = {&LEAD_SEARCH_RAREST, &LEAD_SEARCH,
                                                          &LEAD_SEARCH_UPTO, NULL};

struct search {
    const struct read *read;
    const struct lead_search *by;
    const char *word; /* by which leads are gone through */
    int limit;
};

static void put_words(struct read_query *query, const struct search *search, const char *beyond)
{
    struct pg_array words;

    pg_array_begin(&words, search->read->arena, PG_TEXT, search->by->words->count);
    for (size_t i = 0; i < search->by->words->count; i++)
        pg_array_text(
            &words, arena_printf(search->read->arena, "%s%s", search->by->words->items[i], beyond));
    pg_params_array(&query->params, &words);
}

/* On later pages it is the one that the place is in. */
static const char *word_of_place(const struct search *search)
{
    const struct words *words = search->by->words;
    const char *longest = NULL;

    for (size_t i = 0; i < words->count; i++) {
        size_t len = strlen(words->items[i]);
        if (strncmp(search->by->after_word, words->items[i], len) == 0 &&
            (longest == NULL || len > strlen(longest)))
            longest = words->items[i];
    }
    return longest;
}

/* NULL in search->word: one of the words is nobody's. */
static enum err choose_word(struct search *search)
{
    const struct words *words = search->by->words;
    struct read_query query = {.statement = &LEAD_SEARCH_RAREST};

    search->word = words->count == 1 ? words->items[0] : word_of_place(search);
    if (search->word != NULL)
        return ERR_NONE;
    read_params(&query, search->read);
    put_words(&query, search, "");
    put_words(&query, search, BEYOND);
    pg_params_int8(&query.params, LEAD_SEARCH_SCAN_MAX);
    enum err err = read_run(search->read, &query, 1);
    if (err == ERR_NONE && pg_get_int8(query.result, 0, 1) > 0)
        search->word = words->items[pg_get_int8(query.result, 0, 0) - 1];
    return err;
}

static void put_range(struct read_query *query, const struct search *search)
{
    read_params(query, search->read);
    pg_params_text(&query->params, search->word);
    pg_params_text(&query->params, arena_printf(search->read->arena, "%s" BEYOND, search->word));
    pg_params_text(&query->params, search->by->after_word);
    pg_params_uuid(&query->params, search->by->after_lead);
    pg_params_int8(&query->params, LEAD_SEARCH_SCAN_MAX);
}

enum { FOUND_OPEN, FOUND_WORD, FOUND_LEAD };

static enum err take(const struct search *search, const struct pg_result *result,
                     struct lead_found *out)
{
    struct arena *arena = search->read->arena;
    int rows = pg_rows(result);

    out->page.more = rows > search->limit;
    rows = out->page.more ? search->limit : rows;
    out->page.items = ARENA_ARRAY(arena, struct lead_view, (size_t)rows + 1);
    for (int row = 0; out->page.items != NULL && row < rows; row++) {
        struct lead_view *view = &out->page.items[out->page.count++];
        view->open = pg_get_uuid(result, row, FOUND_OPEN);
        view->lead = lead_table_read(result, row, FOUND_LEAD, arena);
        if (view->lead == NULL)
            return ERR_INTERNAL;
    }
    if (out->page.more) {
        out->next_word = pg_copy_text(result, rows - 1, FOUND_WORD, arena);
        out->next_lead = out->page.items[rows - 1].lead->id;
    }
    return ERR_NONE;
}

static enum err look(const struct search *search, struct lead_found *out)
{
    const struct lead_search *by = search->by;
    struct read_query query = {.statement = &LEAD_SEARCH};

    put_range(&query, search);
    put_words(&query, search, "");
    pg_params_text(&query.params, stage_name(by->stage));
    pg_params_uuid(&query.params, by->owner_team);
    pg_params_text(&query.params, lead_step_name(by->step));
    pg_params_instant(&query.params, by->due_before);
    pg_params_int8(&query.params, search->limit + 1);
    enum err err = read_run(search->read, &query, 1);
    return err == ERR_NONE ? take(search, query.result, out) : err;
}

/* Fewer than a page were found: there may be others after what was looked at. */
static enum err look_further(const struct search *search, struct lead_found *out)
{
    struct read_query query = {.statement = &LEAD_SEARCH_UPTO};

    put_range(&query, search);
    enum err err = read_run(search->read, &query, 1);
    if (err != ERR_NONE || pg_rows(query.result) == 0)
        return err;
    out->next_word = pg_copy_text(query.result, 0, 0, search->read->arena);
    out->next_lead = pg_get_uuid(query.result, 0, 1);
    return ERR_NONE;
}

enum err lead_search(const struct read *read, const struct lead_search *by, int limit,
                     struct lead_found *out)
{
    struct search search = {.read = read, .by = by, .limit = limit};

    *out = (struct lead_found){.next_word = NULL};
    enum err err = choose_word(&search);
    if (err == ERR_NONE && search.word != NULL)
        err = look(&search, out);
    if (err == ERR_NONE && search.word != NULL && !out->page.more)
        err = look_further(&search, out);
    return read_end(read, err);
}
