#include "store/read/attribution_words.h"

#include "store/read/attribution_sql.h"

#include <string.h>

/* clang-format off */

/* $1 workspace, $2 dimension, $3 values */
static const struct statement ATTRIBUTION_WORDS = {
    .name = "attribution_words",
    .sql = "SELECT "
           WORD_OF("2", "u.id") " "
           "FROM unnest($3::int8[]) WITH ORDINALITY u(id, n) "
           "ORDER BY u.n",
};

/* $1 workspace, $2 name */
static const struct statement ATTRIBUTION_TEAM = {
    .name = "attribution_team",
    .sql = "SELECT " TEAM_NUMBER_INT8("team_id") " "
           "FROM team "
           "WHERE workspace_id = $1 AND name = $2",
};

/* clang-format on */

const struct statement *const attribution_words_statements[] = {&ATTRIBUTION_WORDS,
                                                                &ATTRIBUTION_TEAM, NULL};

static const char *cut_of(const struct attribution_query *query, int column)
{
    if (column >= query->dimension_count)
        return NULL;
    return query->dimensions[column] == CUT_CONTENT_OWNER && query->owners_of_contents
               ? OWNER_OF_CONTENT
               : attribution_cut_name(query->dimensions[column]);
}

/* The parts of the journeys stand one after the other for each of the values' columns. */
static struct read_query ask_words(const struct read *read, const struct attribution_query *query,
                                   const struct journeys_part *parts, size_t count, int column)
{
    struct read_query ask = {.statement = &ATTRIBUTION_WORDS};
    struct pg_array ids;

    read_params(&ask, read);
    pg_params_text(&ask.params, cut_of(query, column));
    pg_array_begin(&ids, read->arena, PG_INT8, count);
    for (size_t i = 0; i < count; i++)
        pg_array_int8(&ids, parts[i].values[column]);
    pg_params_array(&ask.params, &ids);
    return ask;
}

static const char *word_of(const struct read *read, const struct pg_result *words, size_t place,
                           int64_t value)
{
    return value == JOURNEYS_OTHER ? ATTRIBUTION_OTHER
                                   : pg_copy_text(words, (int)place, 0, read->arena);
}

enum err attribution_words_read(const struct read *read, const struct attribution_query *query,
                                const struct journeys_part *from, size_t count,
                                struct attribution_part *out)
{
    struct read_query words[ATTRIBUTION_DIMENSIONS_MAX];

    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        words[i] = ask_words(read, query, from, count, i);
    enum err err = read_run(read, words, ATTRIBUTION_DIMENSIONS_MAX);
    for (size_t i = 0; err == ERR_NONE && i < count; i++) {
        out[i] = (struct attribution_part){
            .conversions = true,
            .time = from[i].time,
            .standing = from[i].standing,
            .currency = from[i].currency,
            .count = from[i].count,
            .credit = from[i].credit,
            .amount_minor = from[i].amount_minor,
            .pipeline_minor = from[i].pipeline_minor,
            .won_minor = from[i].won_minor,
        };
        for (int column = 0; column < ATTRIBUTION_DIMENSIONS_MAX; column++)
            out[i].values[column] = word_of(read, words[column].result, i, from[i].values[column]);
    }
    return err;
}

/* The place among a CASE of DIMENSION_OF, from 1; 0: none of them. */
static int64_t place_of(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return (int64_t)i + 1;
    return 0;
}

/* As DIMENSION_OF has it, of all that is known without asking. */
static int64_t value_of(enum attribution_cut cut, const char *word)
{
    static const char *const functions[] = {"marketing", "sales", "other"};
    static const char *const directions[] = {"inbound", "outbound"};
    static const enum dimension dimensions[] = {
        [CUT_SOURCE] = DIMENSION_SOURCE,     [CUT_MEDIUM] = DIMENSION_MEDIUM,
        [CUT_CAMPAIGN] = DIMENSION_CAMPAIGN, [CUT_CHANNEL] = DIMENSION_CHANNEL,
        [CUT_CONTENT] = DIMENSION_CONTENT,   [CUT_TERM] = DIMENSION_TERM};

    if (cut == CUT_FUNCTION)
        return place_of(word, functions, 3);
    if (cut == CUT_DIRECTION)
        return place_of(word, directions, 2);
    return dimension_id(dimensions[cut], word);
}

static enum err read_team(const struct read *read, const char *name, int64_t *out)
{
    struct read_query query = {.statement = &ATTRIBUTION_TEAM};

    read_params(&query, read);
    pg_params_text(&query.params, name);
    enum err err = read_run(read, &query, 1);
    *out = err == ERR_NONE && pg_rows(query.result) == 1 ? pg_get_int8(query.result, 0, 0) : -1;
    return read_end(read, err);
}

enum err attribution_values_read(const struct read *read, const struct attribution_query *query,
                                 const char *const words[ATTRIBUTION_DIMENSIONS_MAX],
                                 int64_t out[ATTRIBUTION_DIMENSIONS_MAX])
{
    enum err err = ERR_NONE;

    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX && err == ERR_NONE; i++) {
        out[i] = 0;
        if (i >= query->dimension_count || words[i] == NULL)
            continue;
        if (query->dimensions[i] == CUT_TEAM || query->dimensions[i] == CUT_CONTENT_OWNER)
            err = read_team(read, words[i], &out[i]);
        else
            out[i] = value_of(query->dimensions[i], words[i]);
    }
    return err;
}
