#include "store/verify/verify_rows.h"

#include "base/hex.h"
#include "store/verify/verify_rows_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_BYTES        (64u << 20) /* of the rows of one look-up, and their values */
#define CONFIG_MEMORY_BYTES (64u << 20) /* of the names of rows that are no lead's */
#define WANTED_FIRST        1000

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

    while (i < verify_row_table_count &&
           (strlen(verify_row_tables[i].columns->table) != len ||
            memcmp(verify_row_tables[i].columns->table, name, len) != 0))
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
        size_t size = rows->size == 0 ? WANTED_FIRST : 2 * rows->size;
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

    switch (verify_row_tables[wanted->table].look) {
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
    if (wanted->table == verify_row_table_count ||
        (!wanted->gone &&
         !hex_decode_lower(commitment, strlen(commitment), wanted->commitment, DIGEST_BYTES)) ||
        !read_key(name + len, wanted)) {
        verify_found(rows->report, "the entry at position %lld holds a row that is none: %s",
                     (long long)wanted->pos, name);
        return ERR_NONE;
    }
    /* what stands in long chains from before the range was looked at then */
    if (!wanted->of_lead && verify_row_tables[wanted->table].look != LOOK_ALL &&
        wanted->pos <= rows->report->after)
        return ERR_NONE;
    if (verify_row_tables[wanted->table].look != LOOK_ALL)
        return add_wanted(rows, wanted) ? ERR_NONE : ERR_OUT_OF_MEMORY;
    if (slashes(name) < key_parts(verify_row_tables[wanted->table].columns)) {
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

/* The id that a member of the body names; nil: none. */
static struct uuid named_in(const struct ledger_entry *entry, const char *member)
{
    const char *named = memmem(entry->body, entry->body_len, member, strlen(member));
    char text[UUID_TEXT_LEN + 1];
    struct uuid id;

    if (named == NULL)
        return (struct uuid){{0}};
    snprintf(text, sizeof text, "%s", named + strlen(member));
    return uuid_parse(text, &id) ? id : (struct uuid){{0}};
}

/* The row of a lead that goes its own way again, and its handoff, are held by its own chain from
 * here on. */
static void drop_restored(struct verify_rows *rows, const struct ledger_entry *entry)
{
    struct uuid restored = named_in(entry, "\"restored\":\"");
    struct uuid moved = named_in(entry, "\"handoff\":\"");
    size_t kept = rows->ended;

    if (uuid_is_nil(restored)) { /* it is the one that goes: it is not over */
        rows->is_over = false;
        return;
    }
    for (size_t i = rows->ended; i < rows->count; i++) {
        const struct wanted *wanted = &rows->wanted[i];
        const struct columns *columns = verify_row_tables[wanted->table].columns;
        if (!(columns == &lead_columns && uuid_equal(wanted->id, restored)) &&
            !(columns == &handoff_columns && uuid_equal(wanted->id, moved)))
            rows->wanted[kept++] = *wanted;
    }
    rows->count = kept;
}

/* What an absorbed lead's own entries hold of its row, and of the handoff that goes to another,
 * its survivor's hold anew. */
static void drop_absorbed(struct verify_rows *rows, const struct ledger_entry *entry)
{
    struct uuid moved = named_in(entry, "\"handoff\":\"");
    size_t kept = rows->ended;

    for (size_t i = rows->ended; i < rows->count; i++) {
        const struct wanted *wanted = &rows->wanted[i];
        bool is_moved = verify_row_tables[wanted->table].columns == &handoff_columns &&
                        uuid_equal(wanted->id, moved);
        bool is_own = verify_row_tables[wanted->table].columns == &lead_columns &&
                      uuid_equal(wanted->id, entry->subject);
        if (is_moved || is_own)
            continue;
        rows->wanted[kept] = *wanted;
        rows->wanted[kept++].absorbed =
            verify_row_tables[wanted->table].columns == &handoff_columns;
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

void verify_rows_end_subject(struct verify_rows *rows)
{
    if (rows->is_lead && !rows->is_over && rows->count == rows->ended)
        rows->report->not_held++;
    rows->ended = rows->count;
}

enum err verify_rows_follow(struct verify_rows *rows, const struct ledger_entry *entry, int64_t pos)
{
    if (!uuid_equal(entry->subject, rows->subject)) {
        verify_rows_end_subject(rows);
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
    if (entry->kind == LEDGER_LEAD_UNMERGED)
        drop_restored(rows, entry);
    if (entry->kind == LEDGER_LEAD_ERASED) /* and with it the salt */
        rows->count = rows->ended;
    rows->is_over =
        rows->is_over || entry->kind == LEDGER_LEAD_ABSORBED || entry->kind == LEDGER_LEAD_ERASED;
    return take_all(rows, entry, pos);
}
