/* The lists of columns (lib/store/pg/columns.h) against the database: each column of each table is
 * there, or left out with a reason, with its type and whether it may be null. And a row with a
 * value of its own in every column goes through the table's save and load, so that two that were
 * swapped, one that is never updated and one that is not read again are found. */
#include "core/background_job.h"
#include "core/definition/starter.h"
#include "core/lead/stage_words.h"
#include "reading.h"
#include "store/pg/columns.h"
#include "store/table/account_table.h"
#include "store/table/answer_table.h"
#include "store/table/attribution_setup_table.h"
#include "store/table/background_table.h"
#include "store/table/block_table.h"
#include "store/table/campaign_table.h"
#include "store/table/column_words.h"
#include "store/table/config_columns.h"
#include "store/table/config_read.h"
#include "store/table/config_table.h"
#include "store/table/content_table.h"
#include "store/table/dealing_table.h"
#include "store/table/delivery_table.h"
#include "store/table/dimension_table.h"
#include "store/table/handoff_table.h"
#include "store/table/lead_table.h"
#include "store/table/lead_word_table.h"
#include "store/table/ledger_table.h"
#include "store/table/merge_table.h"
#include "store/table/node_table.h"
#include "store/table/rates_table.h"
#include "store/table/touch_table.h"
#include "store/table/workspace_table.h"
#include "suite.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 4096

static struct reading r;
static PGconn *conn; /* as superuser */

static void set_up(void)
{
    reading_begin(&r);
    conn = PQconnectdb(database_conninfo(r.database));
    ck_assert_int_eq(PQstatus(conn), CONNECTION_OK);
}

static void tear_down(void)
{
    PQfinish(conn);
    reading_end(&r);
}

static PGresult *ask(const char *sql)
{
    PGresult *result = PQexec(conn, sql);

    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(conn));
    return result;
}

/* Whether the word is one of those in the list, which are parted by spaces. */
static bool has_word(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; (at = strstr(at, word)) != NULL; at++)
        if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

/* ---- the lists against pg_catalog ---- */

static const struct column *column_named(const struct columns *columns, const char *name)
{
    for (int i = 0; i < columns->count; i++)
        if (strcmp(columns->list[i].name, name) == 0)
            return &columns->list[i];
    return NULL;
}

/* Name, type (of a domain its base), NOT NULL. */
static PGresult *attributes_of(const char *table)
{
    char sql[512];

    snprintf(sql, sizeof sql,
             "SELECT attname, CASE typtype WHEN 'd' THEN typbasetype ELSE pg_type.oid END::int8, "
             "attnotnull FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid "
             "WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
             table);
    return ask(sql);
}

static int attribute_named(const PGresult *attributes, const char *name)
{
    for (int row = 0; row < PQntuples(attributes); row++)
        if (strcmp(PQgetvalue(attributes, row, 0), name) == 0)
            return row;
    return -1;
}

static void check_column(const struct columns *columns, const struct column *column,
                         const PGresult *attributes)
{
    int row = attribute_named(attributes, column->name);
    const char *table = columns->table;

    ck_assert_msg(row >= 0, "%s.%s is in no migration", table, column->name);
    ck_assert_msg(strtoll(PQgetvalue(attributes, row, 1), NULL, 10) ==
                      (long long)column->form->type,
                  "%s.%s is of type %s, its form of %d", table, column->name,
                  PQgetvalue(attributes, row, 1), (int)column->form->type);
    ck_assert_msg((*PQgetvalue(attributes, row, 2) == 't') == !(column->use & COLUMN_NULL),
                  "%s.%s: COLUMN_NULL does not say what the migration says", table, column->name);
    ck_assert_msg(column->member != NULL || (column->unread != NULL && column->unsaved != NULL),
                  "%s.%s has no member", table, column->name);
    ck_assert_msg(column->member == NULL || column->form->size == 0 ||
                      column->form->size == column->size,
                  "%s.%s: the member %s has %zu bytes, its form wants %zu", table, column->name,
                  column->member, column->size, column->form->size);
    ck_assert_msg(column->offset + column->size <= columns->row_bytes, "%s.%s", table,
                  column->name);
    ck_assert_msg(column_named(columns, column->name) == column, "%s.%s is there twice", table,
                  column->name);
}

START_TEST(every_column_is_as_the_database_has_it)
{
    const struct columns *columns;

    for (size_t i = 0; (columns = columns_at(i)) != NULL; i++) {
        PGresult *attributes = attributes_of(columns->table);
        for (int k = 0; k < columns->count; k++)
            check_column(columns, &columns->list[k], attributes);
        for (int row = 0; !columns->part && row < PQntuples(attributes); row++) {
            const char *name = PQgetvalue(attributes, row, 0);
            ck_assert_msg(strcmp(name, "workspace_id") == 0 || column_named(columns, name) != NULL,
                          "%s.%s is in no list: lib/store/table", columns->table, name);
        }
        ck_assert_ptr_eq(columns_find(columns->name, strlen(columns->name)), columns);
        PQclear(attributes);
    }
}
END_TEST

/* What an upsert looks for is the table's key. */
START_TEST(every_key_is_the_primary_key)
{
    const struct columns *columns;

    for (size_t i = 0; (columns = columns_at(i)) != NULL; i++) {
        char sql[512], keys[256];
        int len = snprintf(keys, sizeof keys, "workspace_id");
        for (int k = 0; k < columns->count; k++)
            if (columns->list[k].use & COLUMN_KEY)
                len +=
                    snprintf(keys + len, sizeof keys - (size_t)len, " %s", columns->list[k].name);
        snprintf(sql, sizeof sql,
                 "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_index "
                 "JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey) "
                 "WHERE indrelid = '%s'::regclass AND indisprimary",
                 columns->table);
        PGresult *key = ask(sql);
        if (!columns->part)
            ck_assert_msg(strcmp(PQgetvalue(key, 0, 0), keys) == 0, "%s: %s, in the database %s",
                          columns->table, keys, PQgetvalue(key, 0, 0));
        PQclear(key);
    }
}
END_TEST

START_TEST(every_table_has_its_list)
{
    static const char without[] = "schema_migration " /* pg/migrate.c's own */
                                  "workspace_head "   /* moved, never saved as a row */
                                  "job "              /* likewise */
                                  "outbound_cursor "  /* likewise */
                                  "outbound_queue "   /* likewise */
                                  "import_file "      /* read/import_files.c's own */
                                  "import_piece "     /* likewise */
                                  "import_refused "   /* likewise */
                                  "rollup_cursor "    /* moved, never saved as a row */
                                  "journey "          /* table/journey_table.c's own */
                                  "rollup "           /* table/rollup_sums_table.c's own */
                                  "rollup_credit "    /* likewise */
                                  "rollup_spread "    /* table/rollup_spread_table.c's own */
                                  "session";          /* read/sessions.c's own */
    PGresult *tables = ask("SELECT relname FROM pg_class WHERE relkind = 'r' "
                           "AND relnamespace = 'public'::regnamespace ORDER BY relname");

    ck_assert_int_gt(PQntuples(tables), 20);
    for (int row = 0; row < PQntuples(tables); row++) {
        const char *name = PQgetvalue(tables, row, 0);
        const struct columns *columns = columns_find(name, strlen(name));
        ck_assert_msg(has_word(without, name) != (columns != NULL && !columns->part),
                      "%s has no list of columns, or needs none", name);
    }
    PQclear(tables);
}
END_TEST

/* A column and the member that holds it have one name, or stand here: so two members cannot change
 * places in a list. A member "lead" holds "lead_id", and "id" the row's own. */
static const struct {
    const char *table;
    const char *column;
    const char *member;
} named_apart[] = {
    {"handoff", "class", "klass"},
    {"lead", "next_step", "next.step"},
    {"lead", "next_at", "next.at"},
    {"lead", "next_why", "next.why"},
    {"lead", "next_round", "next.round"},
    {"lead", "next_since", "next.since"},
    {"lead", "mql_at", "reached[MILESTONE_MQL]"},
    {"lead", "sal_at", "reached[MILESTONE_SAL]"},
    {"lead", "sql_at", "reached[MILESTONE_SQL]"},
    {"lead", "opportunity_at", "reached[MILESTONE_OPPORTUNITY]"},
    {"lead", "customer_at", "reached[MILESTONE_CUSTOMER]"},
    {"lead", "amount_minor", "amount.minor"},
    {"lead", "amount_currency", "amount.currency"},
    {"lead", "chain_at", "chain.at"},
    {"touch", "channel", "touch.dimensions[DIMENSION_CHANNEL]"},
    {"touch", "source", "touch.dimensions[DIMENSION_SOURCE]"},
    {"touch", "medium", "touch.dimensions[DIMENSION_MEDIUM]"},
    {"touch", "campaign", "touch.dimensions[DIMENSION_CAMPAIGN]"},
    {"touch", "content", "touch.dimensions[DIMENSION_CONTENT]"},
    {"touch", "term", "touch.dimensions[DIMENSION_TERM]"},
    {"touch", "cost_minor", "touch.cost.minor"},
    {"touch", "cost_currency", "touch.cost.currency"},
    {"idempotency", "answer", "body"},
    {"idempotency", "lead_id", "leads"},
    {"delivery", "lead_id", "leads"},
    {"ledger", "actor_kind", "actor.kind"},
    {"ledger", "actor_id", "actor.id"},
    {"source", "old_secret_until", "old_until"},
    {"api_key", "made_by_kind", "made_by.kind"},
    {"api_key", "made_by", "made_by.id"},
    {"agreement_signature", "key_made_by_kind", "signature.key_made_by.kind"},
    {"agreement_signature", "key_made_by", "signature.key_made_by.id"},
    {"agreement_acknowledgement", "acknowledged_at", "at"},
    {"stage", "proposed_title", "proposed.title"},
    {"stage", "proposed_meaning", "proposed.meaning"},
    {"stage", "guide_marketing", "guides[SIDE_MARKETING]"},
    {"stage", "guide_sales", "guides[SIDE_SALES]"},
    {"agreement_comment", "words", "comment.text"},
    {"agreement_comment", "created_at", "comment.at"},
    {"signing_key", "since", "size"},
    {"subscription", "where_test", "where"},
    {"sealed", "key_id", "value"}, /* it stands in the envelope */
};

/* The part after the last point. */
static const char *last_part(const char *member)
{
    const char *point = strrchr(member, '.');

    return point == NULL ? member : point + 1;
}

static bool is_named(const struct columns *columns, const struct column *column)
{
    const char *last = last_part(column->member);
    size_t len = strlen(last);
    char own[64];

    for (size_t i = 0; i < sizeof named_apart / sizeof *named_apart; i++)
        if (strcmp(named_apart[i].table, columns->table) == 0 &&
            strcmp(named_apart[i].column, column->name) == 0)
            return strcmp(named_apart[i].member, column->member) == 0;
    snprintf(own, sizeof own, "%s_id", columns->table);
    if (strcmp(last, "id") == 0)
        return strstr(own, column->name) != NULL; /* key_id of api_key */
    return strncmp(column->name, last, len) == 0 &&
           (column->name[len] == '\0' || strcmp(column->name + len, "_id") == 0);
}

START_TEST(every_member_is_named_like_its_column)
{
    const struct columns *columns;

    for (size_t i = 0; (columns = columns_at(i)) != NULL; i++)
        for (int k = 0; k < columns->count; k++)
            ck_assert_msg(columns->list[k].member == NULL || is_named(columns, &columns->list[k]),
                          "%s.%s is held by %s", columns->table, columns->list[k].name,
                          columns->list[k].member);
}
END_TEST

/* Of the tables whose rows are updated as a whole: what is written once and keeps its value. */
static const struct {
    const char *table;
    const char *columns;
} lasting[] = {
    {"handoff",
     "kind from_team to_team term version verdict_seq score verdict_lead offer_note offered_at"
     " previous"},
    {"exception_count", ""},
    {"account", "domain created_at"},
    {"campaign", "name created_at"},
    {"content", "name created_at"},
    {"rates", ""},
    {"distribution_share", ""},
    {"distribution_count", ""},
    {"identity", ""},
    {"sealed", ""},
    {"lead", "origin found_by"},
    {"chain", ""},
    {"delivery", "source_id received_at content_type body headers salt"},
    {"background_job", "kind request done total asked_by team_id created_at"},
    {"team", "name created_at"},
    {"member", "created_at"},
    {"api_key",
     "team_id member_id title roles rate_limit secret_hash made_by_kind made_by created_at"},
    {"agreement", "agreement_id created_by created_at"},
    {"source", "name created_at"},
    {"subscription", "name team_id created_at"},
    {"stage", ""},
    {"outbound", "delivery_id subject_id kind made_at"},
    {"completion", "source_id delivery_id item url headers made_at"},
};

static const char *lasting_of(const struct columns *columns)
{
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++)
        if (strcmp(lasting[i].table, columns->name) == 0)
            return lasting[i].columns;
    return NULL;
}

static bool is_updated(const struct column *column)
{
    return (column->use & (COLUMN_CHANGES | COLUMN_FILLS)) != 0;
}

START_TEST(what_is_written_once_is_known_by_name)
{
    const struct columns *columns;

    for (size_t i = 0; (columns = columns_at(i)) != NULL; i++) {
        const char *known = lasting_of(columns);
        bool any = false;
        for (int k = 0; k < columns->count; k++)
            any = any || is_updated(&columns->list[k]);
        ck_assert_msg(any == (known != NULL), "%s", columns->name);
        for (int k = 0; any && k < columns->count; k++) {
            const struct column *column = &columns->list[k];
            bool fills =
                strcmp(columns->name, "delivery") == 0 && strcmp(column->name, "lead_id") == 0;
            ck_assert_msg(fills == ((column->use & COLUMN_FILLS) != 0), "%s.%s", columns->name,
                          column->name);
            if (column->unsaved == NULL && !(column->use & COLUMN_KEY))
                ck_assert_msg(has_word(known, column->name) == !is_updated(column), "%s.%s",
                              columns->name, column->name);
        }
    }
}
END_TEST

/* ---- values ---- */

/* A row's values follow from its seed: no two columns of one row have the same, and none has the
 * same in rows of other seeds, as far as the type has room. Where a column has a form of its
 * table's own, `own` fills it and knows how the database shows it. */
struct values {
    const struct columns *columns;
    struct arena *arena;
    int seed;
    bool nulls; /* in all columns where there may be */
    void (*own)(const struct values *values, int at, void *row);
    const char *(*own_text)(const struct values *values, int at);
};

static const char *number_text(const struct values *v, long long number)
{
    return arena_printf(v->arena, "%lld", number);
}

/* Of the column at this place. */
static int64_t number_of(const struct values *v, int at)
{
    return 1 + v->seed * 100 + at;
}

static instant instant_of(const struct values *v, int at)
{
    return 1700000000 * INSTANT_SECOND + number_of(v, at) * 1000001;
}

static struct uuid uuid_of(const struct values *v, int at)
{
    struct uuid id = {.b = {1, 2, 3, 4}};

    id.b[14] = (uint8_t)(number_of(v, at) >> 8);
    id.b[15] = (uint8_t)number_of(v, at);
    return id;
}

static unsigned word_of(const struct values *v, int at)
{
    const struct column_form *form = v->columns->list[at].form;
    unsigned value = (unsigned)(v->seed + at) % form->count;

    while (form->name(value) == NULL)
        value = (value + 1) % form->count;
    return value;
}

/* A value that has no name, and so is null. */
static unsigned no_word(const struct column_form *form)
{
    unsigned value = 0;

    while (form->name(value) != NULL)
        value++;
    return value;
}

static bool is_word(const struct column *column)
{
    return column->form->put == column_put_word;
}

static bool is_null(const struct values *v, int at)
{
    return v->nulls && v->columns->list[at].use & COLUMN_NULL;
}

static void put_beside(const struct column *column, void *row, size_t len, bool is_len)
{
    if (column->beside == 0)
        return;
    if (is_len)
        *(size_t *)((char *)row + column->beside) = len;
    else
        *(bool *)((char *)row + column->beside) = true;
}

static const char *words_of(const struct values *v, int at)
{
    const struct column_form *form = v->columns->list[at].form;

    if (strcmp(v->columns->list[at].name, "document") == 0) /* is compiled when it is read */
        return word_of(v, 1) == AGREEMENT_ROUTES
                   ? "{\"routes\":[]}"
                   : starter_document(v->seed % 2 == 0 ? TERM_MQL : TERM_SQL);
    if (form->type == PG_JSON)
        return arena_printf(v->arena, "{\"n\":%lld}", (long long)number_of(v, at));
    return arena_printf(v->arena, "text %lld of %s", (long long)number_of(v, at),
                        v->columns->list[at].name);
}

static const char *currency_of(const struct values *v)
{
    return v->seed % 2 == 0 ? "EUR" : "USD";
}

/* False: the form is the table's own. */
static bool fill_column(const struct values *v, int at, void *row)
{
    const struct column *column = &v->columns->list[at];
    const struct column_form *form = column->form;
    void *member = (char *)row + column->offset;

    if (form == &as_uuid)
        *(struct uuid *)member = uuid_of(v, at);
    else if (form == &as_bool)
        *(bool *)member = v->seed % 2 == 0;
    else if (form == &as_int2 || form == &as_int4)
        *(int *)member = (int)number_of(v, at);
    else if (form == &as_int8)
        *(int64_t *)member = number_of(v, at);
    else if (form == &as_instant)
        *(instant *)member = instant_of(v, at);
    else if (form == &as_currency)
        memcpy(member, currency_of(v), 3);
    else if (form == &as_bytes)
        memset(member, (int)number_of(v, at) & 0xff, column->size);
    else if (is_word(column))
        *(unsigned *)member = word_of(v, at);
    else if (form == &as_text || form == &as_json || form == &as_text_len || form == &as_json_len ||
             form == &as_bytea_len)
        *(const char **)member = words_of(v, at);
    else
        return false;
    put_beside(column, row, form->size == sizeof(char *) ? strlen(words_of(v, at)) : 0,
               form == &as_text_len || form == &as_json_len || form == &as_bytea_len);
    return true;
}

static void fill(const struct values *v, void *row)
{
    for (int at = 0; at < v->columns->count; at++) {
        const struct column *column = &v->columns->list[at];
        if (column->member == NULL)
            continue;
        if (is_null(v, at) && column->form == &as_instant)
            *(instant *)((char *)row + column->offset) = INSTANT_NONE;
        else if (is_null(v, at) && is_word(column) && column->beside == 0)
            *(unsigned *)((char *)row + column->offset) = no_word(column->form);
        else if (!is_null(v, at) && !fill_column(v, at, row)) {
            ck_assert_msg(v->own != NULL, "%s.%s is of its table's own form: fill it",
                          v->columns->name, column->name);
            v->own(v, at, row);
        }
    }
}

static const char *hex_of(const struct values *v, const uint8_t *bytes, size_t len)
{
    char *text = arena_alloc(v->arena, 2 * len + 1);

    for (size_t i = 0; i < len; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return text;
}

static const char *uuid_text(const struct values *v, struct uuid id)
{
    char *text = arena_alloc(v->arena, UUID_TEXT_LEN + 1);

    uuid_format(id, text);
    return text;
}

/* The value as the database shows it, see select_of(); NULL is null. */
static const char *text_of(const struct values *v, int at)
{
    const struct column *column = &v->columns->list[at];
    const struct column_form *form = column->form;
    uint8_t bytes[256];

    if (is_null(v, at))
        return NULL;
    if (form == &as_uuid)
        return uuid_text(v, uuid_of(v, at));
    if (form == &as_bool)
        return v->seed % 2 == 0 ? "true" : "false";
    if (form == &as_int2 || form == &as_int4 || form == &as_int8)
        return number_text(v, number_of(v, at));
    if (form == &as_instant)
        return number_text(v, instant_of(v, at));
    if (form == &as_currency)
        return currency_of(v);
    if (form == &as_bytes) {
        memset(bytes, (int)number_of(v, at) & 0xff, column->size);
        return hex_of(v, bytes, column->size);
    }
    if (is_word(column))
        return form->name(word_of(v, at));
    if (form == &as_bytea_len)
        return hex_of(v, (const uint8_t *)words_of(v, at), strlen(words_of(v, at)));
    if (form == &as_text || form == &as_json || form == &as_text_len || form == &as_json_len)
        return words_of(v, at);
    return v->own_text(v, at);
}

/* ---- what the database has, by the names of the columns ---- */

static void select_of(const struct column *column, char *out, size_t size)
{
    if (column->form->type == PG_TIMESTAMPTZ)
        snprintf(out, size, "(extract(epoch FROM %s) * 1000000)::int8::text", column->name);
    else if (column->form->type == PG_BYTEA)
        snprintf(out, size, "encode(%s, 'hex')", column->name);
    else
        snprintf(out, size, "%s::text", column->name);
}

/* Rows of one key that were saved one after another. */
struct saved {
    struct values values;
    void *row;
};

/* Of `count` rows, the one whose value a column has now. */
static const struct saved *owner_of(const struct saved *rows, int count, int at)
{
    const struct saved *owner = rows;

    for (const struct saved *later = rows + 1; later < rows + count; later++) {
        const struct column *column = &later->values.columns->list[at];
        if (column->use & COLUMN_CHANGES ||
            (column->use & COLUMN_FILLS && !is_null(&later->values, at)))
            owner = later;
    }
    return owner;
}

static void same(const struct columns *columns, int at, const char *got, const char *wanted,
                 const char *where)
{
    ck_assert_msg(got == NULL ? wanted == NULL : wanted != NULL && strcmp(got, wanted) == 0,
                  "%s.%s %s: %s, not %s", columns->name, columns->list[at].name, where,
                  got == NULL ? "null" : got, wanted == NULL ? "null" : wanted);
}

/* "lead_id::text = '…' AND …" */
static void put_key(const struct values *v, char *out, size_t size)
{
    char expression[256];

    snprintf(out, size, "true");
    for (int at = 0; at < v->columns->count; at++) {
        const struct column *column = &v->columns->list[at];
        /* an entry of the ledger gets its place from the head: here it is known by its subject */
        bool known_by = v->columns == &ledger_columns ? strcmp(column->name, "subject_id") == 0
                                                      : (column->use & COLUMN_KEY) != 0;
        if (!known_by || column->unsaved != NULL)
            continue;
        select_of(column, expression, sizeof expression);
        snprintf(out + strlen(out), size - strlen(out), " AND %s = '%s'", expression,
                 text_of(v, at));
    }
}

static void check_stored(const struct saved *rows, int count)
{
    const struct columns *columns = rows->values.columns;
    char key[1024], expression[256], sql[2048];

    put_key(&rows->values, key, sizeof key);
    for (int at = 0; at < columns->count; at++) {
        if (columns->list[at].unsaved != NULL)
            continue;
        select_of(&columns->list[at], expression, sizeof expression);
        snprintf(sql, sizeof sql, "SELECT %s FROM %s WHERE %s", expression, columns->table, key);
        PGresult *result = ask(sql);
        ck_assert_msg(PQntuples(result) == 1, "%s: %d rows", sql, PQntuples(result));
        same(columns, at, PQgetisnull(result, 0, 0) ? NULL : PQgetvalue(result, 0, 0),
             text_of(&owner_of(rows, count, at)->values, at), "is stored as");
        PQclear(result);
    }
}

/* The value that the column's own writer makes of the member: so members of any form compare. */
static void put_value(struct pg_params *out, const struct column *column, const void *row)
{
    struct pg_array item;
    struct column_writer writer = {.to = &item, .column = column, .arena = r.arena};

    json_out_init(&writer.json, r.arena, TEXT_MAX);
    pg_array_begin(&item, r.arena, column->form->type, 1);
    column->form->put(&writer, row);
    pg_params_init(out, r.arena);
    pg_params_item(out, &item);
    ck_assert_int_eq(out->count, 1);
}

static bool is_same_value(const struct column *column, const void *row, const void *other)
{
    struct pg_params one, two;

    put_value(&one, column, row);
    put_value(&two, column, other);
    return (one.values[0] == NULL) == (two.values[0] == NULL) && one.lengths[0] == two.lengths[0] &&
           (one.values[0] == NULL ||
            memcmp(one.values[0], two.values[0], (size_t)one.lengths[0]) == 0);
}

static void check_loaded(const struct saved *rows, int count, const void *loaded)
{
    const struct columns *columns = rows->values.columns;

    for (int at = 0; at < columns->count; at++) {
        const struct column *column = &columns->list[at];
        if (column->unread != NULL || column->unsaved != NULL)
            continue;
        ck_assert_msg(is_same_value(column, owner_of(rows, count, at)->row, loaded),
                      "%s.%s is not read as it was saved", columns->name, column->name);
    }
}

/* ---- each table's save and load ---- */

struct trip {
    const struct columns *columns;
    int null_seed; /* with which the table's own forms are null */
    void (*save)(const void *row);
    /* The row with this row's key, or NULL: no part of the program reads a whole row. */
    const void *(*load)(const void *row);
    void (*own)(const struct values *values, int at, void *row);
    const char *(*own_text)(const struct values *values, int at);
};

static void begin(void)
{
    ck_assert_int_eq(pg_pipeline_begin(r.pg, r.read.deadline), PG_OK);
    pg_queue_begin(r.pg, r.read.workspace);
}

static void end(void)
{
    pg_queue_commit(r.pg);
    ck_assert_msg(pg_pipeline_run(r.pg, r.read.deadline) == PG_OK, "%s %s %s",
                  pg_error(r.pg)->statement, pg_error(r.pg)->sqlstate, pg_error(r.pg)->constraint);
}

/* Runs what was queued and answers the result of this command, which has one row. */
static const struct pg_result *only_row(int index)
{
    end();
    ck_assert_int_eq(pg_rows(pg_result(r.pg, index)), 1);
    return pg_result(r.pg, index);
}

#define WORKSPACE r.read.workspace
#define SCOPE     ((struct pg_scope){r.pg, r.arena, WORKSPACE})

static bool is_there; /* what is saved is there already */

static void save_handoff(const void *row)
{
    ((struct handoff *)row)->row = is_there ? ROW_CHANGED : ROW_NEW;
    handoff_table_queue_save(&SCOPE, &(struct handoff *){(void *)row}, 1);
}

static const void *load_handoff(const void *row)
{
    const struct handoff *handoff = row;

    return handoff_table_read_loaded(
        only_row(pg_scope_queue_ids(&SCOPE, &HANDOFF_BY_ID, &handoff->id, 1)), 0, r.arena);
}

static void save_verdict(const void *row)
{
    columns_queue(&SCOPE, &VERDICT_INSERT, &row, 1);
}

static void save_feedback(const void *row)
{
    columns_queue(&SCOPE, &FEEDBACK_INSERT, &row, 1);
}

static void save_exception(const void *row)
{
    columns_queue(&SCOPE, &EXCEPTION_SAVE, &row, 1);
}

static const void *load_exception(const void *row)
{
    struct exception_count *count = ARENA_NEW(r.arena, struct exception_count);

    *count = *(const struct exception_count *)row;
    count->used = pg_get_int4(only_row(exception_table_queue_lock(&SCOPE, count)), 0, 0);
    return count;
}

static void save_setup(const void *row)
{
    columns_queue(&SCOPE, &ATTRIBUTION_SETUP_INSERT, &row, 1);
}

static void save_campaign(const void *row)
{
    columns_queue(&SCOPE, &CAMPAIGN_SAVE, &row, 1);
}

static void save_rates(const void *row)
{
    columns_queue(&SCOPE, &RATES_SAVE, &row, 1);
}

static void save_content(const void *row)
{
    columns_queue(&SCOPE, &CONTENT_SAVE, &row, 1);
}

static void save_account(const void *row)
{
    columns_queue(&SCOPE, &ACCOUNT_SAVE, &row, 1);
}

static void save_block(const void *row)
{
    block_table_queue_add(&SCOPE, row);
}

static const void *load_block(const void *row)
{
    const uint8_t *mac = ((const struct block_row *)row)->mac;

    return block_table_read(only_row(block_table_queue_find(&SCOPE, &mac, 1)), 0, r.arena);
}

static void save_merge(const void *row)
{
    struct merge_row merge = *(const struct merge_row *)row;

    merge.is_new = true;
    merge_table_queue_save(&SCOPE, &merge);
}

static const void *load_merge(const void *row)
{
    return merge_table_read(
        only_row(merge_table_queue_find(&SCOPE, &((const struct merge_row *)row)->absorbed)),
        r.arena);
}

/* The whole of a team's dealing is saved; here nothing but the row has changed. */
static void save_claim(const void *row)
{
    const struct claim_row *claim = row;
    size_t rules = (size_t)claim->rule;
    struct deal_place of = {claim->member, 1};
    struct dealt_place place = {.share = {1, claim->claim}, .changed = true};
    struct deal_rule *rule = ARENA_ARRAY(r.arena, struct deal_rule, rules + 1);
    struct dealt_place **places = ARENA_ARRAY(r.arena, struct dealt_place *, rules + 1);
    struct distribution by = {.rules = rule, .rule_count = rules};

    memset(rule, 0, (rules + 1) * sizeof *rule);
    rule[rules - 1] = (struct deal_rule){.places = &of, .place_count = 1};
    places[rules - 1] = &place;
    dealing_table_queue_save(&SCOPE,
                             &(struct dealing){.team = claim->team, .by = &by, .places = places});
}

static void save_count(const void *row)
{
    struct distribution none = {.rules = &(struct deal_rule){0}};
    struct dealing dealing = {.by = &none};

    ((struct dealt_count *)row)->changed = true;
    ck_assert(list_add(&dealing.counts, r.arena, (void *)row));
    dealing_table_queue_save(&SCOPE, &dealing);
}

static void save_lead(const void *row)
{
    ((struct lead *)row)->row = is_there ? ROW_CHANGED : ROW_NEW;
    lead_table_queue_save(&SCOPE, &(struct lead *){(void *)row}, 1);
}

static const void *load_lead(const void *row)
{
    const struct lead *lead = row;

    const struct concerned one = {.leads = &lead->id, .lead_count = 1};

    return lead_table_read(only_row(lead_table_queue_lock(&SCOPE, &one)), 0, 0, r.arena);
}

static void own_lead(const struct values *v, int at, void *row)
{
    const char *name = v->columns->list[at].name;
    struct lead *lead = row;

    if (strcmp(name, "identities") == 0) {
        struct identity *identity = ARENA_NEW(v->arena, struct identity);
        *identity = (struct identity){IDENTITY_EMAIL, "", number_text(v, number_of(v, at))};
        lead->identities = identity;
        lead->identity_count = 1;
    } else if (strcmp(name, "attributes") == 0 || strcmp(name, "facts") == 0) {
        const char *text = v->own_text(v, at);
        ck_assert_int_eq(attribute_set_read(text, strlen(text), v->arena,
                                            *name == 'f' ? &lead->facts : &lead->attributes),
                         ERR_NONE);
    } else if (strcmp(name, "overrides") == 0) {
        const char *text = v->own_text(v, at);
        ck_assert_int_eq(lead_overrides_read(text, strlen(text), v->arena, lead), ERR_NONE);
    } else if (strcmp(name, "salt") == 0) {
        memset(lead->salt, (int)number_of(v, at) & 0xff, sizeof lead->salt);
    } else if (strcmp(name, "hold_inputs") == 0) {
        const char **input = ARENA_NEW(v->arena, const char *);
        *input = number_text(v, number_of(v, at));
        lead->hold_inputs = input;
        lead->hold_input_count = 1;
        lead->held = true;
    } else {
        ck_abort_msg("lead.%s", name);
    }
}

static const char *own_lead_text(const struct values *v, int at)
{
    const char *name = v->columns->list[at].name;
    long long number = number_of(v, at);
    uint8_t salt[SALT_BYTES];

    if (strcmp(name, "identities") == 0)
        return arena_printf(v->arena, "[[\"email\",\"\",\"%lld\"]]", number);
    if (strcmp(name, "attributes") == 0 || strcmp(name, "facts") == 0)
        return arena_printf(v->arena,
                            "{\"a%lld\":[[%lld,1700000000000000,1700000000000000,\"form\"]]}",
                            number, number);
    if (strcmp(name, "overrides") == 0)
        return arena_printf(v->arena,
                            "{\"mql\":{\"at\":1700000000000000,"
                            "\"by\":\"01020304-0000-0000-0000-000000000001\",\"note\":\"%lld\","
                            "\"result\":\"qualified\",\"version\":7}}",
                            number);
    if (strcmp(name, "hold_inputs") == 0)
        return arena_printf(v->arena, "[\"%lld\"]", number);
    memset(salt, (int)number & 0xff, sizeof salt);
    return hex_of(v, salt, sizeof salt);
}

static void save_identity(const void *row)
{
    struct identity_row identity = *(const struct identity_row *)row;

    identity.exists = true;
    identity.stored = database_ask_int(r.database, "SELECT count(*) FROM identity") > 0;
    identity_table_queue_save(&SCOPE, &(struct identity_row *){&identity}, 1);
}

static void save_word(const void *row)
{
    columns_queue(&SCOPE, &LEAD_WORD_INSERT, &row, 1);
}

static void save_touch(const void *row)
{
    columns_queue(&SCOPE, &TOUCH_INSERT, &row, 1);
}

static const void *load_touch(const void *row)
{
    struct touch_row *touch = ARENA_NEW(r.arena, struct touch_row);
    const struct concerned one = {.leads = &((const struct touch_row *)row)->lead, .lead_count = 1};
    const struct pg_result *result = only_row(touch_table_queue_logs(&SCOPE, &one));

    touch->lead = pg_get_uuid(result, 0, 0);
    return touch_table_read(result, 0, 1, r.arena, &touch->touch) ? touch : NULL;
}

static void save_dimension(const void *row)
{
    columns_queue(&SCOPE, &DIMENSION_INSERT, &row, 1);
}

static void save_entry(const void *row)
{
    database_exec(r.database, "UPDATE workspace_head SET pos = 1");
    columns_queue(&SCOPE, &LEDGER_APPEND, &row, 1);
}

static void save_chain(const void *row)
{
    columns_queue(&SCOPE, &CHAIN_SAVE, &row, 1);
}

static const void *load_chain(const void *row)
{
    struct chain_row *chain = ARENA_NEW(r.arena, struct chain_row);
    const struct uuid *subject = &((const struct chain_row *)row)->subject;
    const struct pg_result *result = only_row(pg_scope_queue_ids(&SCOPE, &CHAIN_LOCK, subject, 1));

    return chain_table_read(result, 0, r.arena, chain) ? chain : NULL;
}

static void save_answer(const void *row)
{
    struct answer_row *answer = (void *)row;

    answer_table_queue_insert(&SCOPE, &answer, 1, answer->created_at);
}

static const void *load_answer(const void *row)
{
    const struct answer_row *answer = row;
    const uint8_t(*keys[])[DIGEST_BYTES] = {&answer->key};

    return answer_table_read(only_row(answer_table_queue_find(&SCOPE, keys, 1)), 0, r.arena);
}

static void own_answer(const struct values *v, int at, void *row)
{
    struct answer_row *answer = row;
    struct uuid *lead = ARENA_NEW(v->arena, struct uuid);

    *lead = uuid_of(v, at);
    answer->leads = lead;
    answer->lead_count = 1;
}

static const char *own_answer_text(const struct values *v, int at)
{
    return uuid_text(v, uuid_of(v, at));
}

static void save_delivery(const void *row)
{
    delivery_table_queue_save(&SCOPE, row);
}

static const void *load_delivery(const void *row)
{
    const struct delivery_row *delivery = row;

    return delivery_table_read(only_row(pg_scope_queue_id(&SCOPE, &DELIVERY_LOCK, delivery->id)), 0,
                               r.arena);
}

static int salt_byte(const struct values *v, int at)
{
    return 1 + (int)number_of(v, at) % 255;
}

static void own_delivery(const struct values *v, int at, void *row)
{
    struct delivery_row *delivery = row;
    struct uuid *lead = ARENA_NEW(v->arena, struct uuid);

    if (strcmp(v->columns->list[at].name, "status") == 0) {
        delivery->status = v->seed % 2 == 0 ? DELIVERY_APPLIED : DELIVERY_PARTIAL;
        return;
    }
    if (strcmp(v->columns->list[at].name, "salt") == 0) {
        memset(delivery->salt, salt_byte(v, at), sizeof delivery->salt);
        return;
    }
    *lead = uuid_of(v, at);
    delivery->leads = lead;
    delivery->lead_count = 1;
}

static const char *own_delivery_text(const struct values *v, int at)
{
    if (strcmp(v->columns->list[at].name, "status") == 0)
        return v->seed % 2 == 0 ? "applied" : "partial";
    uint8_t salt[SALT_BYTES];
    memset(salt, salt_byte(v, at), sizeof salt);
    if (strcmp(v->columns->list[at].name, "salt") == 0)
        return hex_of(v, salt, sizeof salt);
    return uuid_text(v, uuid_of(v, at));
}

static void save_background(const void *row)
{
    columns_queue(&SCOPE, &BACKGROUND_SAVE, &row, 1);
}

static const void *load_background(const void *row)
{
    const struct background_job *job = row;

    return background_table_read(only_row(pg_scope_queue_id(&SCOPE, &BACKGROUND_LOCK, job->id)), 0,
                                 r.arena);
}

static void save_node(const void *row)
{
    struct node_list list = {1, 1, (void *)row};

    node_table_queue_insert(&SCOPE, &list);
}

/* ---- configuration: saved by changes, loaded as a whole ---- */

static struct config *config;

static const struct config *load_config(void)
{
    end();
    pg_pipeline_end(r.pg);
    config_read_free(config);
    ck_assert_int_eq(config_read(r.pg, database_keyring(), WORKSPACE, &config, r.read.deadline),
                     PG_OK);
    ck_assert_ptr_nonnull(config);
    return config;
}

static void save_change(struct config_change change)
{
    config_table_queue_change(&SCOPE, NULL, &change);
}

static void save_team(const void *row)
{
    save_change((struct config_change){.kind = CHANGE_TEAM, .team = row});
}

static const void *load_team(const void *row)
{
    return config_team(load_config(), ((const struct team *)row)->id);
}

static void save_member(const void *row)
{
    save_change((struct config_change){.kind = CHANGE_MEMBER, .member = row});
}

static const void *load_member(const void *row)
{
    return config_member(load_config(), ((const struct member *)row)->id);
}

static void save_key(const void *row)
{
    save_change((struct config_change){.kind = CHANGE_KEY, .key = row});
}

static const void *load_key(const void *row)
{
    return config_key(load_config(), ((const struct api_key *)row)->id);
}

static void save_agreement(const void *row)
{
    save_change((struct config_change){.kind = CHANGE_AGREEMENT, .agreement = row});
}

static const void *load_agreement(const void *row)
{
    const struct agreement_version *version = row;

    return config_agreement(load_config(), version->kind, version->version);
}

/* What is deleted has no hash any more. */
static bool is_deleted(const struct values *v)
{
    return word_of(v, 3) == AGREEMENT_DELETED;
}

static void own_agreement(const struct values *v, int at, void *row)
{
    if (!is_deleted(v))
        memset(((struct agreement_version *)row)->hash, (int)number_of(v, at) & 0xff, DIGEST_BYTES);
}

static const char *own_agreement_text(const struct values *v, int at)
{
    uint8_t hash[DIGEST_BYTES];

    if (is_deleted(v))
        return NULL;
    memset(hash, (int)number_of(v, at) & 0xff, sizeof hash);
    return hex_of(v, hash, sizeof hash);
}

/* What is signed and acknowledged must be there when it is read. */
static void save_draft(enum agreement_kind kind, int version)
{
    struct agreement_version draft = {
        .id = {{9, (uint8_t)kind}},
        .kind = kind,
        .version = version,
        .document = "{}",
        .effective_from = INSTANT_NONE,
        .in_force_from = INSTANT_NONE,
        .superseded_at = INSTANT_NONE,
        .created_at = INSTANT_SECOND,
        .proposed_at = INSTANT_NONE,
        .declined_at = INSTANT_NONE,
    };

    save_agreement(&draft);
}

static void save_signature(const void *row)
{
    const struct signature_row *s = row;

    save_draft(s->kind, s->version);
    save_change((struct config_change){.kind = CHANGE_SIGNATURE,
                                       .signature = {s->kind, s->version, s->signature}});
}

static const void *load_signature(const void *row)
{
    struct signature_row *s = ARENA_NEW(r.arena, struct signature_row);

    *s = *(const struct signature_row *)row;
    s->signature = config_agreement(load_config(), s->kind, s->version)->signatures[0];
    return s;
}

static void save_acknowledgement(const void *row)
{
    const struct acknowledgement_row *a = row;

    save_draft(a->kind, a->version);
    save_change((struct config_change){.kind = CHANGE_ACKNOWLEDGEMENT,
                                       .acknowledgement = {a->kind, a->version, a->member, a->at}});
}

static const void *load_acknowledgement(const void *row)
{
    struct acknowledgement_row *a = ARENA_NEW(r.arena, struct acknowledgement_row);

    *a = *(const struct acknowledgement_row *)row;
    const struct agreement_version *version = config_agreement(load_config(), a->kind, a->version);
    ck_assert_uint_eq(version->acknowledged_count, 1);
    a->member = version->acknowledged_by[0];
    a->at = version->acknowledged_at[0];
    return a;
}

static void save_comment(const void *row)
{
    const struct comment_row *c = row;

    save_draft(c->kind, c->version);
    save_change((struct config_change){.kind = CHANGE_COMMENT,
                                       .comment = {c->kind, c->version, c->comment}});
}

static const void *load_comment(const void *row)
{
    struct comment_row *c = ARENA_NEW(r.arena, struct comment_row);

    *c = *(const struct comment_row *)row;
    c->comment = config_agreement(load_config(), c->kind, c->version)->comments[0];
    return c;
}

static void save_source(const void *row)
{
    save_change((struct config_change){.kind = CHANGE_SOURCE, .source = {row, false}});
}

static const void *load_source(const void *row)
{
    return config_source(load_config(), ((const struct source *)row)->id);
}

static void save_subscription(const void *row)
{
    save_change((struct config_change){.kind = CHANGE_SUBSCRIPTION, .subscription = {row, false}});
}

static const void *load_subscription(const void *row)
{
    return config_subscription(load_config(), ((const struct subscription *)row)->id);
}

static void save_stage(const void *row)
{
    save_change((struct config_change){.kind = CHANGE_STAGE, .stage = row});
}

static const void *load_stage(const void *row)
{
    return stage_words_of(load_config(), ((const struct stage_words *)row)->stage);
}

/* ---- there and back ---- */

static const struct trip trips[] = {
    {&handoff_columns, 4, save_handoff, load_handoff, NULL, NULL},
    {&verdict_columns, 4, save_verdict, NULL, NULL, NULL},
    {&feedback_columns, 4, save_feedback, NULL, NULL, NULL},
    {&exception_columns, 4, save_exception, load_exception, NULL, NULL},
    {&campaign_columns, 4, save_campaign, NULL, NULL, NULL},
    {&content_columns, 4, save_content, NULL, NULL, NULL},
    {&rates_columns, 4, save_rates, NULL, NULL, NULL},
    {&attribution_setup_columns, 4, save_setup, NULL, NULL, NULL},
    {&account_columns, 4, save_account, NULL, NULL, NULL},
    {&block_columns, 4, save_block, load_block, NULL, NULL},
    {&merge_columns, 4, save_merge, load_merge, NULL, NULL},
    {&claim_columns, 4, save_claim, NULL, NULL, NULL},
    {&count_columns, 4, save_count, NULL, NULL, NULL},
    {&lead_columns, 4, save_lead, load_lead, own_lead, own_lead_text}, /* 4: erased */
    {&identity_columns, 4, save_identity, NULL, NULL, NULL},
    {&lead_word_columns, 4, save_word, NULL, NULL, NULL},
    {&touch_columns, 4, save_touch, load_touch, NULL, NULL},
    {&dimension_columns, 4, save_dimension, NULL, NULL, NULL},
    {&ledger_columns, 4, save_entry, NULL, NULL, NULL},
    {&chain_columns, 4, save_chain, load_chain, NULL, NULL},
    {&answer_columns, 4, save_answer, load_answer, own_answer, own_answer_text},
    {&delivery_columns, 4, save_delivery, load_delivery, own_delivery, own_delivery_text},
    {&background_columns, 4, save_background, load_background, NULL, NULL},
    {&node_columns, 4, save_node, NULL, NULL, NULL},
    {&team_columns, 4, save_team, load_team, NULL, NULL},
    {&member_columns, 4, save_member, load_member, NULL, NULL},
    {&key_columns, 4, save_key, load_key, NULL, NULL},
    {&agreement_columns, 6, save_agreement, load_agreement, own_agreement,
     own_agreement_text}, /* 6: a draft */
    {&signature_columns, 4, save_signature, load_signature, NULL, NULL},
    {&acknowledgement_columns, 4, save_acknowledgement, load_acknowledgement, NULL, NULL},
    {&comment_columns, 4, save_comment, load_comment, NULL, NULL},
    {&source_columns, 4, save_source, load_source, NULL, NULL},
    {&subscription_columns, 4, save_subscription, load_subscription, NULL, NULL},
    {&stage_columns, 4, save_stage, load_stage, NULL, NULL},
};

enum { TRIP_COUNT = sizeof trips / sizeof *trips };

/* Any value goes into any column. */
static void drop_checks(void)
{
    database_exec(
        r.database,
        "DO $$ DECLARE c record; BEGIN FOR c IN SELECT conname, CASE contypid WHEN 0 "
        "THEN 'TABLE ' || conrelid::regclass ELSE 'DOMAIN ' || contypid::regtype END AS of "
        "FROM pg_constraint WHERE contype IN ('c', 'f') "
        "AND connamespace = 'public'::regnamespace LOOP "
        "EXECUTE format('ALTER %s DROP CONSTRAINT %I', c.of, c.conname); END LOOP; END $$");
}

/* Its key is that of the first. */
static struct saved make_row(const struct trip *trip, int seed, bool nulls,
                             const struct saved *first)
{
    struct saved saved = {
        .values = {trip->columns, r.arena, seed, nulls, trip->own, trip->own_text},
        .row = arena_alloc(r.arena, trip->columns->row_bytes),
    };

    fill(&saved.values, saved.row);
    for (int at = 0; first != NULL && at < trip->columns->count; at++)
        if (trip->columns->list[at].use & COLUMN_KEY && trip->columns->list[at].member != NULL)
            ck_assert(fill_column(&first->values, at, saved.row));
    return saved;
}

static void go(const struct trip *trip, const struct saved *rows, int count)
{
    begin();
    is_there = count > 1;
    trip->save(rows[count - 1].row);
    end();
    check_stored(rows, count);
    if (trip->load == NULL)
        return;
    begin();
    const void *loaded = trip->load(rows[count - 1].row);
    ck_assert_msg(loaded != NULL, "%s cannot be read", trip->columns->name);
    check_loaded(rows, count, loaded);
    pg_pipeline_end(r.pg);
}

/* Saved, saved again with other values, and again with nulls where there may be: each time every
 * column has what it should. Of tables that are only added to, with values and with nulls. */
START_TEST(a_row_comes_back_as_it_was_saved)
{
    const struct trip *trip = &trips[_i];
    struct saved rows[3];

    drop_checks();
    rows[0] = make_row(trip, 2, false, NULL);
    go(trip, rows, 1);
    if (lasting_of(trip->columns) != NULL) {
        rows[1] = make_row(trip, 5, false, &rows[0]);
        go(trip, rows, 2);
        rows[2] = make_row(trip, trip->null_seed, true, &rows[0]);
        go(trip, rows, 3);
    } else if (trip->columns != &ledger_columns) {
        rows[0] = make_row(trip, trip->null_seed, true, NULL);
        go(trip, rows, 1);
    }
    config_read_free(config);
    config = NULL;
}
END_TEST

/* ---- one row, few and many ---- */

enum { MANY = STATEMENT_FEW + 1 };

static const struct trip *trip_of(const struct columns *columns)
{
    for (int i = 0; i < TRIP_COUNT; i++)
        if (trips[i].columns == columns)
            return &trips[i];
    return NULL;
}

/* So many rows of the table, in one statement. */
static void save_together(const struct statement *statement, const struct trip *trip, int count)
{
    struct saved saved[MANY];
    const void *rows[MANY];
    char sql[128];

    for (int i = 0; i < count; i++) {
        saved[i] = make_row(trip, 2 + 3 * (count * MANY + i), false, NULL);
        rows[i] = saved[i].row;
    }
    snprintf(sql, sizeof sql, "UPDATE workspace_head SET pos = pos + %d", count);
    database_exec(r.database, sql);
    begin();
    columns_queue(&SCOPE, statement, rows, count);
    end();
    for (int i = 0; i < count; i++)
        check_stored(&saved[i], 1);
}

/* Every statement for any number of rows writes the same columns of many, and by those for few. */
START_TEST(few_rows_are_saved_as_many_are)
{
    const struct statement *statement;
    int tried = 0;

    drop_checks();
    for (size_t i = 0; (statement = statements_at(i)) != NULL; i++) {
        bool many = statement->sql == NULL && statement->tuples == 0;
        const struct trip *trip = many ? trip_of(statement->of) : NULL;
        if (trip == NULL || statement == statements_find("identity_move"))
            continue;
        for (int count = statement->few == NULL ? MANY : 1; count <= MANY; count++)
            save_together(statement, trip, count);
        tried++;
    }
    ck_assert_int_gt(tried, 6);
}
END_TEST

static void expect(const char *sql, const char *wanted)
{
    char *got = database_ask(r.database, sql);

    ck_assert_msg(got != NULL && strcmp(got, wanted) == 0, "%s: %s, not %s", sql, got, wanted);
    free(got);
}

/* ---- what changes often ---- */

static void save_changed(struct lead *lead, const struct lead *stored)
{
    lead->row = ROW_CHANGED;
    lead->stored = stored;
    begin();
    lead_table_queue_save(&SCOPE, &lead, 1);
    end();
}

/* A step writes what it changes and nothing beside; whatever else has changed is written with it.
 */
START_TEST(a_step_is_saved_by_itself)
{
    const struct trip *trip = trip_of(&lead_columns);
    struct saved saved = make_row(trip, 2, false, NULL);
    struct lead *lead = saved.row, before;

    drop_checks();
    go(trip, &saved, 1);
    before = *lead;
    lead->chain.seq = 77;
    ck_assert(columns_only_often_changed(&lead_columns, lead, &before));
    database_exec(r.database, "UPDATE lead SET touch_count = 4711");
    save_changed(lead, &before);
    expect("SELECT seq || ' ' || touch_count FROM lead", "77 4711");
    lead->touch_count = 78;
    ck_assert(!columns_only_often_changed(&lead_columns, lead, &before));
    save_changed(lead, &before);
    expect("SELECT seq || ' ' || touch_count FROM lead", "77 78");
}
END_TEST

START_TEST(every_list_is_sent_there_and_back)
{
    static const char elsewhere[] = "workspace sealed " /* below */
                                    "idempotency_lead " /* below */
                                    "delivery_lead "    /* below */
                                    "outbound "         /* http/subscriptions sends it */
                                    "completion "       /* http/senders fetches it */
                                    "checkpoint "  /* store/checkpoint makes and verifies them */
                                    "signing_key"; /* likewise */
    const struct columns *columns;

    for (size_t i = 0; (columns = columns_at(i)) != NULL; i++) {
        bool found = columns->part || has_word(elsewhere, columns->name);
        for (int k = 0; k < TRIP_COUNT; k++)
            found = found || trips[k].columns == columns;
        ck_assert_msg(found, "%s is saved and loaded by no test", columns->name);
    }
}
END_TEST

/* An answer or a delivery that speaks of several leads names each in a table of its own. */
START_TEST(several_leads_have_a_row_each)
{
    const struct uuid leads[] = {reading_id("lead1"), reading_id("lead2")};
    struct answer_row answer = {.key = {7}, .status = 200, .leads = leads, .lead_count = 2};
    struct delivery_row delivery = {.id = reading_id("delivery"),
                                    .source = reading_id("source"),
                                    .content_type = "text/plain",
                                    .replayed_at = INSTANT_NONE,
                                    .leads = leads,
                                    .lead_count = 2};

    drop_checks();
    begin();
    answer_table_queue_insert(&SCOPE, &(struct answer_row *){&answer}, 1, INSTANT_SECOND);
    delivery_table_queue_save(&SCOPE, &delivery);
    end();
    expect("SELECT string_agg(convert_from(substring(uuid_send(lead_id) FOR 5), 'UTF8') || ' ' || "
           "get_byte(key, 0), ', ' ORDER BY lead_id) FROM idempotency_lead",
           "lead1 7, lead2 7");
    expect("SELECT string_agg(convert_from(substring(uuid_send(lead_id) FOR 5), 'UTF8') || ' ' || "
           "convert_from(substring(uuid_send(delivery_id) FOR 8), 'UTF8'), ', ' ORDER BY lead_id) "
           "FROM delivery_lead",
           "lead1 delivery, lead2 delivery");
    expect("SELECT count(*) FROM idempotency WHERE lead_id IS NULL", "1");
}
END_TEST

/* Its secret with it, which is sealed. */
START_TEST(a_workspace_comes_back_as_it_was_saved)
{
    const char *const jobs[] = {"due", "checkpoint"};
    uint8_t secret[WORKSPACE_SECRET_BYTES];
    const struct workspace_made row = {reading_id("another"), "another", secret, jobs, 2};

    memset(secret, 0x5a, sizeof secret);
    ck_assert_int_eq(workspace_table_insert(r.pg, database_keyring(), &row, r.read.deadline),
                     PG_OK);
    ck_assert_int_eq(config_read(r.pg, database_keyring(), row.id, &config, r.read.deadline),
                     PG_OK);
    ck_assert_str_eq(config->name, "another");
    ck_assert_mem_eq(config->secret, secret, sizeof secret);
    ck_assert_int_eq(config->version, 1);
    config_read_free(config);
    config = NULL;
    expect("SELECT string_agg(name, ' ' ORDER BY name) FROM job", "checkpoint due");
    expect("SELECT count(*) FROM sealed WHERE subject_id = workspace_id "
           "AND field = 'workspace_secret' AND key_id = substr(value, 2, 8) "
           "AND encode(uuid_send(subject_id), 'escape') LIKE 'another%'",
           "1");
}
END_TEST

/* ---- what is made of a list ---- */

static const struct column few_list[] = {
    {"a", &as_uuid, MEMBER(struct touch_row, touch.id), COLUMN_KEY},
    {"b", &as_text, MEMBER(struct touch_row, touch.kind), COLUMN_CHANGES, .unread = "too long"},
    {"c", &as_int8, MEMBER(struct touch_row, touch.dimensions[0]), COLUMN_FILLS | COLUMN_NULL},
    {"d", &as_instant, .unread = "not ours", .unsaved = "not ours"},
};
static const struct columns few =
    COLUMNS("few", few_list, struct touch_row, PROOF_VERIFIED, "a test");

static const struct {
    struct statement statement;
    const char *text;
} texts[] = {
    {{.makes = STATEMENT_SAVES, .of = &few},
     "INSERT INTO few (workspace_id, a, b, c) SELECT h.workspace_id, u.* FROM workspace_head h, "
     "unnest($2::uuid[], $3::text[], $4::int8[]) u WHERE h.workspace_id = $1 "
     "ON CONFLICT (workspace_id, a) DO UPDATE SET b = excluded.b, c = coalesce(excluded.c, few.c)"},
    {{.makes = STATEMENT_ADDS, .of = &few, .tuples = 2},
     "INSERT INTO few (workspace_id, a, b, c) VALUES ($1, $2::uuid, $3::text, $4::int8), "
     "($1, $5::uuid, $6::text, $7::int8) ON CONFLICT DO NOTHING"},
    {{.makes = STATEMENT_APPENDS, .of = &few},
     "INSERT INTO few (workspace_id, a, b, c, pos) SELECT h.workspace_id, u.a, u.b, u.c, "
     "h.pos - cardinality($2) + u.n FROM workspace_head h, "
     "unnest($2::uuid[], $3::text[], $4::int8[]) WITH ORDINALITY u(a, b, c, n) "
     "WHERE h.workspace_id = $1"},
    {{.makes = STATEMENT_APPENDS, .of = &few, .tuples = 2},
     "INSERT INTO few (workspace_id, a, b, c, pos) SELECT h.workspace_id, u.a, u.b, u.c, "
     "h.pos - 2 + u.n FROM workspace_head h, "
     "(VALUES (1, $2::uuid, $3::text, $4::int8), (2, $5::uuid, $6::text, $7::int8)) "
     "u(n, a, b, c) WHERE h.workspace_id = $1"},
    {{.makes = STATEMENT_UPDATES, .of = &few, .only = COLUMN_CHANGES | COLUMN_FILLS, .tuples = 1},
     "UPDATE few SET b = $3::text, c = $4::int8 WHERE workspace_id = $1 AND a = $2"},
    {{.makes = STATEMENT_UPDATES, .of = &few, .only = COLUMN_FILLS, .tuples = 1},
     "UPDATE few SET c = $3::int8 WHERE workspace_id = $1 AND a = $2"},
    {{.sql = "SELECT {chain}, {c.chain} WHERE {chain $2[]} AND {chain $12}"},
     "SELECT subject_id, seq, hash, at, c.subject_id, c.seq, c.hash, c.at WHERE "
     "$2::uuid[], $3::int8[], $4::bytea[], $5::timestamptz[] AND "
     "$12::uuid, $13::int8, $14::bytea, $15::timestamptz"},
    {{.sql = "SELECT 1"}, "SELECT 1"},
    {{.sql = "SELECT {no_such_table}"}, NULL},
    {{.sql = "SELECT {chain"}, NULL},
};

START_TEST(texts_are_made_of_lists)
{
    char *text = statement_text(&texts[_i].statement);

    if (texts[_i].text == NULL)
        ck_assert_ptr_null(text);
    else
        ck_assert_str_eq(text, texts[_i].text);
    free(text);
}
END_TEST

/* Two rows in one statement, one parameter a value. */
START_TEST(tuples_are_saved_row_after_row)
{
    static const struct statement chains = {
        .name = "two_chains", .makes = STATEMENT_INSERTS, .of = &chain_columns, .tuples = 2};
    struct chain_row rows[4];
    const void *list[4];

    for (int i = 0; i < 4; i++) {
        rows[i] = (struct chain_row){.subject = {{9, (uint8_t)i}}, .chain = {.seq = i + 1}};
        list[i] = &rows[i];
    }
    begin();
    columns_queue(&SCOPE, &chains, list, 4);
    end();
    expect("SELECT string_agg(get_byte(uuid_send(subject_id), 1) || '-' || seq, ' ' "
           "ORDER BY subject_id) FROM chain",
           "0-1 1-2 2-3 3-4");
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "columns");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, every_column_is_as_the_database_has_it, every_key_is_the_primary_key,
          every_table_has_its_list, every_member_is_named_like_its_column,
          what_is_written_once_is_known_by_name, every_list_is_sent_there_and_back);
    tcase_add_loop_test(t, a_row_comes_back_as_it_was_saved, 0, TRIP_COUNT);
    TESTS(t, few_rows_are_saved_as_many_are, a_step_is_saved_by_itself,
          several_leads_have_a_row_each, a_workspace_comes_back_as_it_was_saved,
          tuples_are_saved_row_after_row);
    t = suite_case(suite, "texts");
    EACH(t, texts_are_made_of_lists, texts);
}
