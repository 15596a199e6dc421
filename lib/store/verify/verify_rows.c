#include "store/verify/verify_rows.h"

#include "base/hex.h"
#include "base/map.h"
#include "core/work.h"
#include "store/pg/columns.h"
#include "store/table/merged.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_BYTES           (64u << 20) /* of the rows of one look-up, and their values */
#define CONFIG_MEMORY_BYTES    (64u << 20) /* of the names of rows that are no lead's */
#define LOOK_UP_ROWS           1000
#define VERIFY_ROWS_TIMEOUT_MS 600000 /* of one look-up, or of all rows of the configuration */
#define NAME_MAX_BYTES         512
#define KEY_PARTS_MAX          3
#define COMMITMENT_LEN         (2 * DIGEST_BYTES)
#define ANSWER_KEPT            (7 * 24 * 3600 * INSTANT_SECOND)
#define ANSWER_PREFIX_BYTES    8

/* ---- the tables whose rows the ledger has commitments to ---- */

/* How the rows of a table are looked up. */
enum look {
    LOOK_ID,     /* by an id, a page at a time */
    LOOK_NUMBER, /* by a lead and a number */
    LOOK_PREFIX, /* by the first bytes of a key */
    LOOK_ALL,    /* all at the end: they are few */
};

/* clang-format off */

/* The texts of the look-ups. Each answers the place among the keys that are looked for, whether
 * there is a row, a salt of its own, and the columns that are committed to; $1 workspace. */

/* $2 ids */
#define BY_ID(table, key, salt)                                            \
           "SELECT u.n, r." #key " IS NOT NULL, " salt ", {=r." #table "} " \
           "FROM unnest($2::uuid[]) WITH ORDINALITY u(id, n) "             \
           "LEFT JOIN LATERAL ("                                           \
           "  SELECT * "                                                   \
           "  FROM " #table " "                                            \
           "  WHERE workspace_id = $1 AND " #key " = u.id "                \
           "  LIMIT 1"                                                     \
           ") r ON true"

/* $2 leads, $3 numbers */
#define BY_NUMBER(table)                                                   \
           "SELECT u.n, r.lead_id IS NOT NULL, NULL::bytea, {=r." #table "} " \
           "FROM unnest($2::uuid[], $3::int8[]) WITH ORDINALITY u(id, seq, n) " \
           "LEFT JOIN LATERAL ("                                           \
           "  SELECT * "                                                   \
           "  FROM " #table " "                                            \
           "  WHERE workspace_id = $1 AND lead_id = u.id AND seq = u.seq " \
           "  LIMIT 1"                                                     \
           ") r ON true"

/* $2 and $3 the least and the greatest key with these first bytes; an answer that an erasure has
 * blanked is not among them */
#define BY_PREFIX(table)                                                   \
           "SELECT u.n, r.key IS NOT NULL, NULL::bytea, {=r." #table "} "  \
           "FROM unnest($2::bytea[], $3::bytea[]) WITH ORDINALITY u(low, high, n) " \
           "LEFT JOIN LATERAL ("                                           \
           "  SELECT * "                                                   \
           "  FROM " #table " "                                            \
           "  WHERE workspace_id = $1 AND key >= u.low AND key <= u.high " \
           "  LIMIT 1"                                                     \
           ") r ON true "                                                  \
           "WHERE r.key IS NULL OR r.answer IS NOT NULL"

/* All rows, with nothing before the columns. */
#define ALL(table) "SELECT {=" #table "} FROM " #table " WHERE workspace_id = $1"

#define SALT_OF_LEAD "NULL::bytea" /* or the workspace's: it is there already */

/* table, its columns, how its rows are looked up, and by what */
#define ROWS(X)                                                            \
    X(lead, lead_columns, LOOK_ID, BY_ID(lead, lead_id, SALT_OF_LEAD))     \
    X(handoff, handoff_columns, LOOK_ID, BY_ID(handoff, handoff_id, SALT_OF_LEAD)) \
    X(feedback, feedback_columns, LOOK_ID, BY_ID(feedback, feedback_id, SALT_OF_LEAD)) \
    X(verdict, verdict_columns, LOOK_NUMBER, BY_NUMBER(verdict))           \
    X(idempotency, answer_columns, LOOK_PREFIX, BY_PREFIX(idempotency))    \
    X(delivery, delivery_columns, LOOK_ID, BY_ID(delivery, delivery_id, "r.salt")) \
    X(exception_count, exception_columns, LOOK_ALL, ALL(exception_count))  \
    X(campaign, campaign_columns, LOOK_ALL, ALL(campaign))                 \
    X(account, account_columns, LOOK_ALL, ALL(account))                    \
    X(team, team_columns, LOOK_ALL, ALL(team))                             \
    X(member, member_columns, LOOK_ALL, ALL(member))                       \
    X(api_key, key_columns, LOOK_ALL, ALL(api_key))                        \
    X(agreement, agreement_columns, LOOK_ALL, ALL(agreement))              \
    X(agreement_signature, signature_columns, LOOK_ALL, ALL(agreement_signature)) \
    X(agreement_acknowledgement, acknowledgement_columns, LOOK_ALL, ALL(agreement_acknowledgement)) \
    X(agreement_comment, comment_columns, LOOK_ALL, ALL(agreement_comment)) \
    X(stage, stage_columns, LOOK_ALL, ALL(stage))                          \
    X(source, source_columns, LOOK_ALL, ALL(source))                       \
    X(subscription, subscription_columns, LOOK_ALL, ALL(subscription))

#define X(table, columns, look, text)                                      \
    static const struct statement ROWS_##table = {                         \
        .name = "verify_rows_" #table,                                     \
        .sql = text,                                                       \
        .index = look == LOOK_ALL ? NULL : #table "_pkey",                 \
        .hot = look != LOOK_ALL,                                           \
    };
ROWS(X)
#undef X

/* $1 workspace, $2 leads */
static const struct statement ROWS_SALTS = {
    .name = "verify_rows_salts",
    .sql = "SELECT u.n, l.salt "
           "FROM unnest($2::uuid[]) WITH ORDINALITY u(id, n) "
           "CROSS JOIN LATERAL ("
           "  SELECT salt "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = u.id "
           "  LIMIT 1"
           ") l",
    .index = "lead_pkey",
    .hot = true,
};

/* $1 workspace */
static const struct statement ROWS_WORKSPACE = {
    .name = "verify_rows_workspace",
    .sql = "SELECT salt, name, now() "
           "FROM workspace "
           "WHERE workspace_id = $1",
};

/* Of handoffs of absorbed leads, those of which an entry of whoever absorbed them says more.
 * $1 workspace, $2 absorbed leads, $3 handoffs */
static const struct statement ROWS_LATER = {
    .name = "verify_rows_later",
    .sql = "SELECT u.n "
           "FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY u(lead, handoff, n) "
           "WHERE EXISTS ("
           "  WITH RECURSIVE " MERGED_WAY_FROM("u.lead")
           "  SELECT "
           "  FROM way "
           "  JOIN ledger e ON e.workspace_id = $1 AND e.subject_id = way.id "
           "  WHERE way.id <> u.lead "
           "  AND position(convert_to('\"handoff/' || u.handoff::text || '\"', 'UTF8') IN e.body) > 0"
           ")",
};

/* clang-format on */

static const struct {
    const struct columns *columns;
    const struct statement *statement;
    enum look look;
} tables[] = {
#define X(table, columns, look, text) {&columns, &ROWS_##table, look},
    ROWS(X)
#undef X
};

#define TABLES (sizeof tables / sizeof *tables)

const struct statement *const verify_rows_statements[] = {
#define X(table, columns, look, text) &ROWS_##table,
    ROWS(X)
#undef X
        & ROWS_SALTS,
    &ROWS_WORKSPACE,
    &ROWS_LATER,
    NULL,
};

/* ---- what is wanted ---- */

/* A row, as the ledger holds it. */
struct wanted {
    size_t table; /* place in tables[] */
    struct uuid subject;
    struct uuid id;                   /* LOOK_ID, LOOK_NUMBER */
    int64_t number;                   /* LOOK_NUMBER */
    uint8_t low[ANSWER_PREFIX_BYTES]; /* LOOK_PREFIX */
    instant at;
    int64_t pos;
    bool of_lead;  /* its subject is one */
    bool absorbed; /* a handoff of a lead that is part of another now, whose chain may say more */
    bool gone;
    uint8_t commitment[DIGEST_BYTES];
};

/* A row that is no lead's. */
struct common {
    const char *name;
    int64_t pos;
    bool gone;
    bool seen; /* its row is there */
    uint8_t commitment[DIGEST_BYTES];
};

struct verify_rows {
    struct pg *pg;
    struct uuid workspace;
    struct verify_report *report;
    struct arena *arena;        /* of a look-up */
    struct arena *config_arena; /* until the end */
    uint8_t salt[SALT_BYTES];
    bool has_salt;
    struct wanted *wanted; /* of the leads that have ended, then of the one that is followed */
    size_t count;
    size_t size;
    size_t ended;
    struct uuid subject;
    bool is_lead;
    bool is_over; /* it was erased, or absorbed */
    struct map common;
    struct list common_rows;
    struct list doubtful; /* handoffs of absorbed leads that do not fit */
    struct map changed;   /* deliveries that did not fit, by their id: a later entry may say why */
    struct list changed_rows;
    instant now;
    char name[NAME_MAX_BYTES];    /* of the workspace, in the table … */
    char created[NAME_MAX_BYTES]; /* … and as workspace.created has it */
};

struct verify_rows *verify_rows_new(struct pg *pg, struct uuid workspace,
                                    struct verify_report *report)
{
    struct verify_rows *rows = calloc(1, sizeof *rows);

    if (rows == NULL)
        return NULL;
    *rows = (struct verify_rows){
        .pg = pg,
        .workspace = workspace,
        .report = report,
        .arena = arena_new(MEMORY_BYTES),
        .config_arena = arena_new(CONFIG_MEMORY_BYTES),
    };
    if (rows->arena == NULL || rows->config_arena == NULL) {
        verify_rows_free(rows);
        return NULL;
    }
    map_init(&rows->common, rows->config_arena);
    map_init(&rows->changed, rows->config_arena);
    return rows;
}

void verify_rows_free(struct verify_rows *rows)
{
    if (rows == NULL)
        return;
    arena_free(rows->arena);
    arena_free(rows->config_arena);
    free(rows->wanted);
    free(rows);
}

/* ---- following ---- */

static size_t table_named(const char *name, size_t len)
{
    size_t i = 0;

    while (i < TABLES && (strlen(tables[i].columns->table) != len ||
                          memcmp(tables[i].columns->table, name, len) != 0))
        i++;
    return i;
}

static size_t key_parts(const struct columns *columns)
{
    size_t count = 0;

    for (int i = 0; i < columns->count; i++)
        count += (columns->list[i].use & COLUMN_KEY) != 0;
    return count;
}

static bool add_wanted(struct verify_rows *rows, const struct wanted *wanted)
{
    /* a lead has few rows; of others, such as deliveries, each entry is looked at for itself */
    for (size_t i = rows->is_lead ? rows->count : 0; i > rows->ended; i--) {
        struct wanted *was = &rows->wanted[i - 1];
        if (was->table == wanted->table && uuid_equal(was->id, wanted->id) &&
            was->number == wanted->number && memcmp(was->low, wanted->low, sizeof was->low) == 0) {
            *was = *wanted;
            return true;
        }
    }
    if (rows->count == rows->size) {
        size_t size = rows->size == 0 ? LOOK_UP_ROWS : 2 * rows->size;
        struct wanted *more = realloc(rows->wanted, size * sizeof *more);
        if (more == NULL)
            return false;
        rows->wanted = more;
        rows->size = size;
    }
    rows->wanted[rows->count++] = *wanted;
    return true;
}

static bool add_common(struct verify_rows *rows, const char *name, const struct wanted *wanted)
{
    struct common *row = map_get(&rows->common, name, strlen(name));

    if (row == NULL) {
        row = ARENA_NEW(rows->config_arena, struct common);
        if (row == NULL)
            return false;
        row->name = arena_strdup(rows->config_arena, name);
        if (row->name == NULL || !map_put(&rows->common, row->name, strlen(row->name), row) ||
            !list_add(&rows->common_rows, rows->config_arena, row))
            return false;
    } else if (row->pos > wanted->pos) {
        return true; /* entries come by their subjects, not by their positions */
    }
    row->pos = wanted->pos;
    row->gone = wanted->gone;
    memcpy(row->commitment, wanted->commitment, DIGEST_BYTES);
    return true;
}

/* "table/key/…" into the key; a part that is left out is the subject's id. False: no name. */
static bool read_key(const char *part, struct wanted *wanted)
{
    char *end;

    switch (tables[wanted->table].look) {
    case LOOK_ID:
        wanted->id = wanted->subject;
        return *part == '\0' || uuid_parse(part + 1, &wanted->id);
    case LOOK_NUMBER:
        wanted->id = wanted->subject;
        if (*part != '/')
            return false;
        if (strchr(part + 1, '/') != NULL) {
            char id[UUID_TEXT_LEN + 1];
            snprintf(id, sizeof id, "%s", part + 1);
            if (!uuid_parse(id, &wanted->id))
                return false;
            part = strchr(part + 1, '/');
        }
        wanted->number = strtoll(part + 1, &end, 10);
        return *end == '\0';
    case LOOK_PREFIX:
        return *part == '/' &&
               hex_decode_lower(part + 1, strlen(part + 1), wanted->low, sizeof wanted->low);
    case LOOK_ALL:
        break;
    }
    return true;
}

static size_t slashes(const char *text)
{
    size_t count = 0;

    for (; (text = strchr(text, '/')) != NULL; text++)
        count++;
    return count;
}

/* One commitment of an entry. */
static enum err take(struct verify_rows *rows, const char *name, const char *commitment,
                     struct wanted *wanted)
{
    char whole[NAME_MAX_BYTES], id[UUID_TEXT_LEN + 1];
    size_t len = strcspn(name, "/");

    wanted->table = table_named(name, len);
    wanted->gone = *commitment == '\0';
    if (wanted->table == TABLES ||
        (!wanted->gone &&
         !hex_decode_lower(commitment, strlen(commitment), wanted->commitment, DIGEST_BYTES)) ||
        !read_key(name + len, wanted)) {
        verify_found(rows->report, "the entry at position %lld holds a row that is none: %s",
                     (long long)wanted->pos, name);
        return ERR_NONE;
    }
    /* what stands in long chains from before the range was looked at then */
    if (!wanted->of_lead && tables[wanted->table].look != LOOK_ALL &&
        wanted->pos <= rows->report->after)
        return ERR_NONE;
    if (tables[wanted->table].look != LOOK_ALL)
        return add_wanted(rows, wanted) ? ERR_NONE : ERR_OUT_OF_MEMORY;
    if (slashes(name) < key_parts(tables[wanted->table].columns)) {
        uuid_format(wanted->subject, id);
        snprintf(whole, sizeof whole, "%.*s/%s%s", (int)len, name, id, name + len);
        name = whole;
    }
    return add_common(rows, name, wanted) ? ERR_NONE : ERR_OUT_OF_MEMORY;
}

/* A name or a commitment, which have nothing to be escaped: copied without its quotes; NULL when
 * there is none. Returns what follows. */
static const char *read_quoted(const char *at, char out[NAME_MAX_BYTES])
{
    const char *end = at == NULL || *at != '"' ? NULL : strchr(at + 1, '"');

    if (end == NULL || (size_t)(end - at) > NAME_MAX_BYTES)
        return NULL;
    memcpy(out, at + 1, (size_t)(end - at - 1));
    out[end - at - 1] = '\0';
    return end + 1;
}

static enum err take_all(struct verify_rows *rows, const struct ledger_entry *entry, int64_t pos)
{
    static const char begins[] = "{\"" LEDGER_ROWS "\":{";
    const char *at = entry->body + sizeof begins - 1;
    char name[NAME_MAX_BYTES], commitment[NAME_MAX_BYTES];
    enum err err = ERR_NONE;

    if (entry->body_len < sizeof begins || memcmp(entry->body, begins, sizeof begins - 1) != 0)
        return ERR_NONE;
    if (pos < rows->report->held_from)
        rows->report->held_from = pos;
    while (err == ERR_NONE && *at != '}') {
        struct wanted wanted = {
            .subject = entry->subject, .at = entry->at, .pos = pos, .of_lead = rows->is_lead};
        at = read_quoted(at, name);
        at = at != NULL && *at == ':' ? read_quoted(at + 1, commitment) : NULL;
        if (at == NULL) {
            verify_found(rows->report, "the entry at position %lld holds rows that cannot be read",
                         (long long)pos);
            return ERR_NONE;
        }
        err = take(rows, name, commitment, &wanted);
        at += *at == ',';
    }
    return err;
}

/* What an absorbed lead's own entries hold of its row, and of the handoff that goes to another,
 * its survivor's hold anew. */
static void drop_absorbed(struct verify_rows *rows, const struct ledger_entry *entry)
{
    static const char member[] = "\"handoff\":\"";
    const char *named = memmem(entry->body, entry->body_len, member, sizeof member - 1);
    char text[UUID_TEXT_LEN + 1];
    struct uuid moved = {{0}};
    size_t kept = rows->ended;

    if (named != NULL) {
        snprintf(text, sizeof text, "%s", named + sizeof member - 1);
        if (!uuid_parse(text, &moved))
            moved = (struct uuid){{0}};
    }
    for (size_t i = rows->ended; i < rows->count; i++) {
        const struct wanted *wanted = &rows->wanted[i];
        bool is_moved =
            tables[wanted->table].columns == &handoff_columns && uuid_equal(wanted->id, moved);
        bool is_own = tables[wanted->table].columns == &lead_columns &&
                      uuid_equal(wanted->id, entry->subject);
        if (is_moved || is_own)
            continue;
        rows->wanted[kept] = *wanted;
        rows->wanted[kept++].absorbed = tables[wanted->table].columns == &handoff_columns;
    }
    rows->count = kept;
}

/* {…,"name":"acme",…} */
static void note_created(struct verify_rows *rows, const struct ledger_entry *entry)
{
    static const char member[] = "\"name\":";
    const char *at = memmem(entry->body, entry->body_len, member, sizeof member - 1);

    if (at == NULL || read_quoted(at + sizeof member - 1, rows->created) == NULL)
        rows->created[0] = '\0';
}

static void end_subject(struct verify_rows *rows)
{
    if (rows->is_lead && !rows->is_over && rows->count == rows->ended)
        rows->report->not_held++;
    rows->ended = rows->count;
}

enum err verify_rows_follow(struct verify_rows *rows, const struct ledger_entry *entry, int64_t pos)
{
    if (!uuid_equal(entry->subject, rows->subject)) {
        end_subject(rows);
        rows->subject = entry->subject;
        rows->is_lead = entry->kind < LEDGER_DEFINITION_DRAFTED;
        rows->is_over = false;
    }
    if (!rows->is_lead)
        rows->ended = rows->count;
    if (entry->kind == LEDGER_WORKSPACE_CREATED)
        note_created(rows, entry);
    if (entry->kind == LEDGER_LEAD_ABSORBED)
        drop_absorbed(rows, entry);
    if (entry->kind == LEDGER_LEAD_ERASED) /* and with it the salt */
        rows->count = rows->ended;
    rows->is_over =
        rows->is_over || entry->kind == LEDGER_LEAD_ABSORBED || entry->kind == LEDGER_LEAD_ERASED;
    return take_all(rows, entry, pos);
}

/* ---- comparing ---- */

static void name_wanted(const struct wanted *wanted, char out[NAME_MAX_BYTES])
{
    const char *table = tables[wanted->table].columns->table;
    char id[UUID_TEXT_LEN + 1];

    uuid_format(wanted->id, id);
    switch (tables[wanted->table].look) {
    case LOOK_NUMBER:
        snprintf(out, NAME_MAX_BYTES, "table %s, lead %s, number %lld", table, id,
                 (long long)wanted->number);
        break;
    case LOOK_PREFIX:
        uuid_format(wanted->subject, id);
        snprintf(out, NAME_MAX_BYTES, "table %s, an answer about %s", table, id);
        break;
    default:
        snprintf(out, NAME_MAX_BYTES, "table %s, row %s", table, id);
        break;
    }
}

static void report_missing(struct verify_rows *rows, const struct wanted *wanted)
{
    char name[NAME_MAX_BYTES];

    name_wanted(wanted, name);
    verify_found(rows->report, "%s: it is gone, the ledger holds it at position %lld", name,
                 (long long)wanted->pos);
}

static void report_changed(struct verify_rows *rows, const struct wanted *wanted)
{
    char name[NAME_MAX_BYTES];

    name_wanted(wanted, name);
    verify_found(rows->report, "%s: it is not as the ledger holds it at position %lld", name,
                 (long long)wanted->pos);
}

/* A delivery that is replayed is held anew, by a later entry of the same chain. */
static bool note_delivery(struct verify_rows *rows, const struct wanted *wanted, bool fits)
{
    struct wanted *was = map_get(&rows->changed, wanted->id.b, sizeof wanted->id);

    if (was != NULL) {
        *was = *wanted;
        was->gone = fits;
        return true;
    }
    if (fits)
        return true;
    was = ARENA_NEW(rows->config_arena, struct wanted);
    if (was == NULL)
        return false;
    *was = *wanted;
    return map_put(&rows->changed, was->id.b, sizeof was->id, was) &&
           list_add(&rows->changed_rows, rows->config_arena, was);
}

struct salt {
    const uint8_t *bytes; /* NULL: it is gone */
    bool known;           /* the lead has a row */
};

/* Whether what its lead's own chain held last may have been held anew by another. */
static bool note_absorbed(struct verify_rows *rows, const struct wanted *wanted)
{
    struct wanted *copy = ARENA_NEW(rows->config_arena, struct wanted);

    if (copy == NULL)
        return false;
    *copy = *wanted;
    return list_add(&rows->doubtful, rows->config_arena, copy);
}

static enum pg_status compare_row(struct verify_rows *rows, const struct wanted *wanted,
                                  const struct pg_result *result, int row, struct salt salt)
{
    const struct columns *columns = tables[wanted->table].columns;
    uint8_t commitment[DIGEST_BYTES];
    size_t len;

    if (columns == &delivery_columns) {
        salt.bytes = pg_get_bytea(result, row, 2, &len);
        salt.known = true;
    }
    if (salt.bytes == NULL) /* erased: nothing shows any more what it was */
        return PG_OK;
    const void *bytes = columns_bytes_read(columns, result, row, 3, rows->arena, &len);
    if (bytes == NULL)
        return PG_MEMORY;
    ledger_commit(salt.bytes, columns->table, bytes, len, commitment);
    bool fits = memcmp(commitment, wanted->commitment, DIGEST_BYTES) == 0;
    if (columns == &delivery_columns)
        return note_delivery(rows, wanted, fits) ? PG_OK : PG_MEMORY;
    if (!fits && wanted->absorbed)
        return note_absorbed(rows, wanted) ? PG_OK : PG_MEMORY;
    if (!fits)
        report_changed(rows, wanted);
    return PG_OK;
}

static void put_keys(struct verify_rows *rows, struct pg_params *params, enum look look,
                     struct wanted *const *wanted, size_t count)
{
    uint8_t high[ANSWER_PREFIX_BYTES + DIGEST_BYTES];
    struct pg_array first, second;
    bool is_prefix = look == LOOK_PREFIX;

    memset(high, 0xff, sizeof high);
    pg_array_begin(&first, rows->arena, is_prefix ? PG_BYTEA : PG_UUID, count);
    for (size_t i = 0; i < count; i++)
        if (is_prefix)
            pg_array_bytea(&first, wanted[i]->low, sizeof wanted[i]->low);
        else
            pg_array_uuid(&first, wanted[i]->id);
    pg_params_uuid(params, rows->workspace);
    pg_params_array(params, &first);
    if (look == LOOK_ID)
        return;
    pg_array_begin(&second, rows->arena, is_prefix ? PG_BYTEA : PG_INT8, count);
    for (size_t i = 0; i < count; i++) {
        memcpy(high, wanted[i]->low, sizeof wanted[i]->low);
        if (is_prefix)
            pg_array_bytea(&second, high, sizeof high);
        else
            pg_array_int8(&second, wanted[i]->number);
    }
    pg_params_array(params, &second);
}

/* Answers are kept for some days, and each longer than that. */
static bool may_be_gone(const struct verify_rows *rows, const struct wanted *wanted)
{
    return tables[wanted->table].look == LOOK_PREFIX && wanted->at < rows->now - ANSWER_KEPT;
}

static enum pg_status look_up(struct verify_rows *rows, size_t table, struct wanted *const *wanted,
                              const struct salt *salts, size_t count)
{
    struct pg_params params;

    if (count == 0)
        return PG_OK;
    pg_params_init(&params, rows->arena);
    put_keys(rows, &params, tables[table].look, wanted, count);
    enum pg_status status =
        pg_run(rows->pg, tables[table].statement, &params, pg_deadline_in(VERIFY_ROWS_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(rows->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result) && status == PG_OK; row++) {
        size_t n = (size_t)pg_get_int8(result, row, 0) - 1;
        if (pg_get_bool(result, row, 1))
            status = compare_row(rows, wanted[n], result, row, salts[n]);
        else if ((salts[n].bytes != NULL || !salts[n].known) && !may_be_gone(rows, wanted[n]))
            report_missing(rows, wanted[n]);
    }
    pg_pipeline_end(rows->pg);
    return status;
}

/* The salts of what is wanted: its lead's, or the workspace's. */
static enum pg_status load_salts(struct verify_rows *rows, struct wanted *const *wanted,
                                 size_t count, struct salt *salts)
{
    struct pg_params params;
    struct pg_array ids;

    pg_params_init(&params, rows->arena);
    pg_array_begin(&ids, rows->arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_uuid(&ids, wanted[i]->subject);
        salts[i] =
            wanted[i]->of_lead ? (struct salt){NULL, false} : (struct salt){rows->salt, true};
    }
    pg_params_uuid(&params, rows->workspace);
    pg_params_array(&params, &ids);
    enum pg_status status =
        pg_run(rows->pg, &ROWS_SALTS, &params, pg_deadline_in(VERIFY_ROWS_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(rows->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result); row++) {
        size_t len, n = (size_t)pg_get_int8(result, row, 0) - 1;
        const uint8_t *salt = pg_get_bytea(result, row, 1, &len);
        salts[n] = (struct salt){NULL, true};
        if (salt != NULL && len == SALT_BYTES)
            salts[n].bytes = (const uint8_t *)arena_copy(rows->arena, (const char *)salt, len);
    }
    pg_pipeline_end(rows->pg);
    return status == PG_OK && arena_failed(rows->arena) ? PG_MEMORY : status;
}

/* So many of one table at once. */
static enum pg_status look_up_some(struct verify_rows *rows, size_t table,
                                   struct wanted *const *wanted, size_t count)
{
    struct salt *salts = ARENA_ARRAY(rows->arena, struct salt, count);

    if (salts == NULL)
        return PG_MEMORY;
    enum pg_status status = load_salts(rows, wanted, count, salts);
    return status == PG_OK ? look_up(rows, table, wanted, salts, count) : status;
}

static enum pg_status look_up_table(struct verify_rows *rows, size_t table)
{
    struct wanted *some[LOOK_UP_ROWS];
    enum pg_status status = PG_OK;
    size_t count = 0;

    for (size_t i = 0; i < rows->ended && status == PG_OK; i++) {
        if (rows->wanted[i].table == table)
            some[count++] = &rows->wanted[i];
        if (count == LOOK_UP_ROWS || (i + 1 == rows->ended && count > 0)) {
            arena_clear(rows->arena);
            status = look_up_some(rows, table, some, count);
            count = 0;
        }
    }
    return status;
}

static enum pg_status load_workspace(struct verify_rows *rows)
{
    struct pg_params params;

    arena_clear(rows->arena);
    pg_params_init(&params, rows->arena);
    pg_params_uuid(&params, rows->workspace);
    enum pg_status status =
        pg_run(rows->pg, &ROWS_WORKSPACE, &params, pg_deadline_in(VERIFY_ROWS_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(rows->pg, 0) : NULL;
    if (pg_rows(result) == 1) {
        size_t len;
        const uint8_t *salt = pg_get_bytea(result, 0, 0, &len);
        if (len == SALT_BYTES)
            memcpy(rows->salt, salt, len);
        snprintf(rows->name, sizeof rows->name, "%s", pg_get_text(result, 0, 1, NULL));
        rows->now = pg_get_instant(result, 0, 2);
        rows->has_salt = true;
    }
    pg_pipeline_end(rows->pg);
    return status;
}

enum pg_status verify_rows_flush(struct verify_rows *rows)
{
    enum pg_status status = rows->has_salt ? PG_OK : load_workspace(rows);

    for (size_t table = 0; table < TABLES && status == PG_OK; table++)
        if (tables[table].look != LOOK_ALL)
            status = look_up_table(rows, table);
    rows->count -= rows->ended;
    if (rows->ended > 0 && rows->count > 0)
        memmove(rows->wanted, rows->wanted + rows->ended, rows->count * sizeof *rows->wanted);
    rows->ended = 0;
    return status;
}

/* ---- what is no lead's ---- */

/* Of a range only what it has held: what leads' chains outside of it hold of a row was not seen. */
static bool is_compared(const struct verify_rows *rows, const struct common *held)
{
    return held->pos > rows->report->after && rows->report->until == INT64_MAX;
}

static enum pg_status compare_common(struct verify_rows *rows, const struct columns *columns,
                                     const struct pg_result *result, int row)
{
    uint8_t commitment[DIGEST_BYTES];
    size_t len;
    const char *name = columns_row_name_read(columns, result, row, 0, rows->arena);
    const void *bytes = columns_bytes_read(columns, result, row, 0, rows->arena, &len);

    if (name == NULL || bytes == NULL)
        return PG_MEMORY;
    struct common *held = map_get(&rows->common, name, strlen(name));
    if (held == NULL) {
        rows->report->not_held += !verify_is_range(rows->report);
        return PG_OK;
    }
    held->seen = true;
    if (!is_compared(rows, held))
        return PG_OK;
    ledger_commit(rows->salt, columns->table, bytes, len, commitment);
    if (held->gone)
        verify_found(rows->report,
                     "table %s, row %s: it is there again, it was deleted at position %lld",
                     columns->table, strchr(name, '/') + 1, (long long)held->pos);
    else if (memcmp(commitment, held->commitment, DIGEST_BYTES) != 0)
        verify_found(rows->report,
                     "table %s, row %s: it is not as the ledger holds it at position %lld",
                     columns->table, strchr(name, '/') + 1, (long long)held->pos);
    return PG_OK;
}

static enum pg_status compare_table(struct verify_rows *rows, size_t table)
{
    struct pg_params params;

    arena_clear(rows->arena);
    pg_params_init(&params, rows->arena);
    pg_params_uuid(&params, rows->workspace);
    enum pg_status status =
        pg_run(rows->pg, tables[table].statement, &params, pg_deadline_in(VERIFY_ROWS_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(rows->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result) && status == PG_OK; row++) {
        if (row % LOOK_UP_ROWS == 0)
            arena_clear(rows->arena);
        status = compare_common(rows, tables[table].columns, result, row);
    }
    pg_pipeline_end(rows->pg);
    return status;
}

static void report_common(struct verify_rows *rows)
{
    for (size_t i = 0; i < rows->common_rows.count; i++) {
        const struct common *row = rows->common_rows.items[i];
        if (!row->seen && !row->gone && is_compared(rows, row))
            verify_found(rows->report,
                         "table %.*s, row %s: it is gone, the ledger holds it at position %lld",
                         (int)strcspn(row->name, "/"), row->name, strchr(row->name, '/') + 1,
                         (long long)row->pos);
    }
    for (size_t i = 0; i < rows->changed_rows.count; i++) {
        const struct wanted *row = rows->changed_rows.items[i];
        if (!row->gone) /* no later entry fitted */
            report_changed(rows, row);
    }
}

static enum pg_status settle_doubtful(struct verify_rows *rows)
{
    struct wanted **all = (struct wanted **)rows->doubtful.items;
    struct pg_params params;
    struct pg_array leads, handoffs;

    if (rows->doubtful.count == 0)
        return PG_OK;
    arena_clear(rows->arena);
    pg_params_init(&params, rows->arena);
    pg_array_begin(&leads, rows->arena, PG_UUID, rows->doubtful.count);
    pg_array_begin(&handoffs, rows->arena, PG_UUID, rows->doubtful.count);
    for (size_t i = 0; i < rows->doubtful.count; i++) {
        pg_array_uuid(&leads, all[i]->subject);
        pg_array_uuid(&handoffs, all[i]->id);
    }
    pg_params_uuid(&params, rows->workspace);
    pg_params_array(&params, &leads);
    pg_params_array(&params, &handoffs);
    enum pg_status status =
        pg_run(rows->pg, &ROWS_LATER, &params, pg_deadline_in(VERIFY_ROWS_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(rows->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result); row++)
        all[pg_get_int8(result, row, 0) - 1]->gone = true;
    for (size_t i = 0; i < rows->doubtful.count && status == PG_OK; i++)
        if (!all[i]->gone)
            report_changed(rows, all[i]);
    pg_pipeline_end(rows->pg);
    return status;
}

enum pg_status verify_rows_end(struct verify_rows *rows)
{
    end_subject(rows);
    enum pg_status status = verify_rows_flush(rows);
    for (size_t table = 0; table < TABLES && status == PG_OK; table++)
        if (tables[table].look == LOOK_ALL)
            status = compare_table(rows, table);
    if (status == PG_OK)
        status = settle_doubtful(rows);
    if (status == PG_OK)
        report_common(rows);
    if (status == PG_OK && rows->created[0] != '\0' && strcmp(rows->created, rows->name) != 0)
        verify_found(rows->report, "table workspace: its name is %s in the ledger, %s in the table",
                     rows->created, rows->name);
    return status;
}
