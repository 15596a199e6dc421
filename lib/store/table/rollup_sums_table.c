#include "store/table/rollup_sums_table.h"

/* Sums of one statement. */
#define SUMS_AT_ONCE 5000

/* clang-format off */

/* The numbers of a sum stand side by side in one array of all sums, since an array for each column
 * is a function scan with a store of tuples for each. $2 currencies, $3 numbers, so many of each. */
#define NUMBER(of_each, place) "($3::int8[])[" of_each " * (u.n::int4 - 1) + " place "]"

#define ADD_FROM                                                              \
           "FROM workspace_head h, unnest($2::text[]) WITH ORDINALITY u(currency, n) " \
           "WHERE h.workspace_id = $1 "

#define COUNT_NUMBERS 13
#define COUNTED(place) NUMBER("13", place)

/* $1 workspace, $2 currencies, $3 setup, version, what, cut, grain, day, both values, standing and
 * the ROLLUP_COUNTS_NUMBERS of each */
static const struct statement ADD_COUNTS = {
    .name = "rollup_add",
    .sql = "INSERT INTO rollup AS r (workspace_id, setup_id, version, what, cut, grain, day, value_a, "
           "  value_b, standing, currency, count, amount, pipeline, won) "
           "SELECT h.workspace_id, " COUNTED("1") ", " COUNTED("2") ", " COUNTED("3") ", " COUNTED("4") ", "
           "  " COUNTED("5") ", " COUNTED("6") ", " COUNTED("7") ", " COUNTED("8") ", " COUNTED("9") ", "
           "  u.currency, " COUNTED("10") ", " COUNTED("11") ", " COUNTED("12") ", " COUNTED("13") " "
           ADD_FROM
           "ON CONFLICT (workspace_id, setup_id, version, what, cut, grain, day, value_a, value_b, "
           "  standing, currency) "
           "DO UPDATE SET count = r.count + excluded.count, amount = r.amount + excluded.amount, "
           "  pipeline = r.pipeline + excluded.pipeline, won = r.won + excluded.won",
};

#define CREDIT_KEYS 8

/* Names of columns, each after a comma, and their numbers, which stand model by model. */
#define CREDIT_COLUMN(name, text)   ", credit_" text
#define AMOUNT_COLUMN(name, text)   ", amount_" text
#define PIPELINE_COLUMN(name, text) ", pipeline_" text
#define WON_COLUMN(name, text)      ", won_" text
#define MONEY_COLUMNS                                                         \
           CREDIT_MODEL_TABLE(AMOUNT_COLUMN)                                  \
           CREDIT_MODEL_TABLE(PIPELINE_COLUMN)                                \
           CREDIT_MODEL_TABLE(WON_COLUMN)

#define MORE(column) ", " column " = r." column " + excluded." column
#define MORE_CREDIT(name, text)   MORE("credit_" text)
#define MORE_AMOUNT(name, text)   MORE("amount_" text)
#define MORE_PIPELINE(name, text) MORE("pipeline_" text)
#define MORE_WON(name, text)      MORE("won_" text)

/* Ten numbers after so many; CREDIT_MODEL_COUNT is ten, which is asserted below. */
#define TEN(of_each, after)                                                   \
           ", " NUMBER(of_each, after " + 1") ", " NUMBER(of_each, after " + 2") \
           ", " NUMBER(of_each, after " + 3") ", " NUMBER(of_each, after " + 4") \
           ", " NUMBER(of_each, after " + 5") ", " NUMBER(of_each, after " + 6") \
           ", " NUMBER(of_each, after " + 7") ", " NUMBER(of_each, after " + 8") \
           ", " NUMBER(of_each, after " + 9") ", " NUMBER(of_each, after " + 10")
_Static_assert(CREDIT_MODEL_COUNT == 10 && ROLLUP_CREDITS_NUMBERS == 40, "as the statements have it");

#define ADD_CREDIT(of_each, money, numbers, more_money)                       \
           "INSERT INTO rollup_credit AS r (workspace_id, setup_id, version, milestone, cut, grain, day, " \
           "  value_a, value_b, currency" CREDIT_MODEL_TABLE(CREDIT_COLUMN) money ") " \
           "SELECT h.workspace_id, " NUMBER(of_each, "1") ", " NUMBER(of_each, "2") ", " \
           "  " NUMBER(of_each, "3") ", " NUMBER(of_each, "4") ", " NUMBER(of_each, "5") ", " \
           "  " NUMBER(of_each, "6") ", " NUMBER(of_each, "7") ", " NUMBER(of_each, "8") ", " \
           "  u.currency " TEN(of_each, "8") numbers " "                      \
           ADD_FROM                                                           \
           "ON CONFLICT (workspace_id, setup_id, version, milestone, cut, grain, day, value_a, value_b, " \
           "  currency) "                                                     \
           "DO UPDATE SET day = r.day" CREDIT_MODEL_TABLE(MORE_CREDIT) more_money

/* $1 workspace, $2 currencies, all of them none, $3 setup, version, milestone, cut, grain, day, both
 * values, and the credit of each model */
static const struct statement ADD_CREDITS = {
    .name = "rollup_credit_add",
    .sql = ADD_CREDIT("18", "", "", ""),
};

/* $1 workspace, $2 currencies, $3 the same, and after the credit the money of each model */
static const struct statement ADD_CREDITS_MONEY = {
    .name = "rollup_credit_add_money",
    .sql = ADD_CREDIT("48", MONEY_COLUMNS,
                      TEN("48", "18") TEN("48", "28") TEN("48", "38"),
                      CREDIT_MODEL_TABLE(MORE_AMOUNT) CREDIT_MODEL_TABLE(MORE_PIPELINE)
                      CREDIT_MODEL_TABLE(MORE_WON)),
};

#define GONE(table, more, limit)                                              \
           "WITH gone AS ("                                                   \
           "  DELETE FROM " table " "                                         \
           "  WHERE workspace_id = $1 AND ctid = ANY (ARRAY("                 \
           "    SELECT ctid "                                                 \
           "    FROM " table " "                                              \
           "    WHERE workspace_id = $1" more " "                             \
           "    LIMIT " limit ")) "                                           \
           "  RETURNING 1"                                                    \
           ") "                                                               \
           "SELECT count(*) FROM gone"

/* $1 workspace, $2 setup, $3 version, $4 limit */
static const struct statement DROP_COUNTS = {
    .name = "rollup_drop",
    .sql = GONE("rollup", " AND setup_id = $2 AND version = $3", "$4"),
};

/* $1 workspace, $2 setup, $3 version, $4 limit */
static const struct statement DROP_CREDITS = {
    .name = "rollup_credit_drop",
    .sql = GONE("rollup_credit", " AND setup_id = $2 AND version = $3", "$4"),
};

/* $1 workspace, $2 limit */
static const struct statement CLEAR_COUNTS = {
    .name = "rollup_clear",
    .sql = GONE("rollup", "", "$2"),
};

/* $1 workspace, $2 limit */
static const struct statement CLEAR_CREDITS = {
    .name = "rollup_credit_clear",
    .sql = GONE("rollup_credit", "", "$2"),
};

/* clang-format on */

const struct statement *const rollup_sums_table_statements[] = {
    &ADD_COUNTS,   &ADD_CREDITS,  &ADD_CREDITS_MONEY, &DROP_COUNTS,
    &DROP_CREDITS, &CLEAR_COUNTS, &CLEAR_CREDITS,     NULL,
};

/* ---- adding ---- */

/* The parameters of one statement while they are gathered. */
struct batch {
    const struct pg_scope *scope;
    const struct statement *statement;
    size_t numbers; /* of each sum */
    size_t count;
    struct pg_array currencies, values;
};

static struct batch batch_of(const struct pg_scope *scope, const struct statement *statement,
                             size_t numbers)
{
    return (struct batch){.scope = scope, .statement = statement, .numbers = numbers};
}

static void send(struct batch *batch)
{
    struct pg_params params;

    if (batch->count == 0)
        return;
    pg_scope_params(batch->scope, &params);
    pg_params_array(&params, &batch->currencies);
    pg_params_array(&params, &batch->values);
    pg_queue(batch->scope->pg, batch->statement, &params);
    batch->count = 0;
}

static void put_all(struct pg_array *to, const int64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pg_array_int8(to, numbers[i]);
}

static void put_sum(struct batch *batch, const struct rollup_sum *sum, bool standing)
{
    const struct rollup_key *key = &sum->key;
    const int64_t keys[] = {key->setup, key->version,   key->what,      key->cut,     key->grain,
                            key->day,   key->values[0], key->values[1], key->standing};
    size_t key_count = sizeof keys / sizeof *keys - !standing;

    if (batch->count == 0) {
        pg_array_begin(&batch->currencies, batch->scope->arena, PG_TEXT, SUMS_AT_ONCE);
        pg_array_begin(&batch->values, batch->scope->arena, PG_INT8, batch->numbers * SUMS_AT_ONCE);
    }
    pg_array_text(&batch->currencies, key->currency);
    put_all(&batch->values, keys, key_count);
    put_all(&batch->values, sum->numbers, batch->numbers - key_count);
    if (++batch->count == SUMS_AT_ONCE)
        send(batch);
}

void rollup_sums_queue_add(const struct pg_scope *scope,
                           const struct rollup_changes changes[ROLLUP_TABLES])
{
    const struct rollup_changes *counts = &changes[ROLLUP_COUNTS];
    const struct rollup_changes *credits = &changes[ROLLUP_CREDITS];
    struct batch plain = batch_of(scope, &ADD_CREDITS, CREDIT_KEYS + CREDIT_MODEL_COUNT);
    struct batch money = batch_of(scope, &ADD_CREDITS_MONEY, CREDIT_KEYS + ROLLUP_CREDITS_NUMBERS);
    struct batch all = batch_of(scope, &ADD_COUNTS, COUNT_NUMBERS);

    for (size_t i = 0; i < counts->count; i++)
        put_sum(&all, counts->sums[i], true);
    for (size_t i = 0; i < credits->count; i++)
        put_sum(credits->sums[i]->key.currency[0] == '\0' ? &plain : &money, credits->sums[i],
                false);
    send(&all);
    send(&plain);
    send(&money);
}

/* ---- going ---- */

int rollup_sums_queue_drop(const struct pg_scope *scope, const struct rollup_setup *setup,
                           enum rollup_table table, int64_t limit)
{
    static const struct statement *const of_one[] = {&DROP_COUNTS, &DROP_CREDITS};
    static const struct statement *const of_all[] = {&CLEAR_COUNTS, &CLEAR_CREDITS};
    struct pg_params params;

    pg_scope_params(scope, &params);
    if (setup != NULL) {
        pg_params_int8(&params, setup->id);
        pg_params_int4(&params, setup->setup.version);
    }
    pg_params_int8(&params, limit);
    return pg_queue(scope->pg, setup != NULL ? of_one[table] : of_all[table], &params);
}
