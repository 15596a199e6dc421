/*
 * The columns of a table and the members of the C struct that hold them, as data, so that a column
 * stands in one place. The lists of a SELECT and an INSERT, the types of the parameters, what an
 * upsert updates, the writer and the reader are all made from its list.
 *
 *     static const struct column list[] = {
 *         {"handoff_id", &as_uuid, MEMBER(struct handoff, id), COLUMN_KEY},
 *         {"assignee", &as_uuid, MEMBER(struct handoff, assignee), COLUMN_CHANGES |
 * COLUMN_NULL},
 *     };
 *     const struct columns handoff_columns = COLUMNS("handoff", list, struct handoff);
 *
 *     static const struct statement HANDOFF_SAVE = {
 *         .name = "handoff_save", .makes = STATEMENT_SAVES, .of = &handoff_columns};
 *     static const struct statement HANDOFF_GET = {
 *         .name = "handoff_get",
 *         .sql = "SELECT {h.handoff} FROM handoff h WHERE workspace_id = $1 AND handoff_id = $2"};
 *
 *     columns_queue(scope, &HANDOFF_SAVE, rows, count);
 *     columns_read(&handoff_columns, result, row, 0, arena, &handoff);
 *
 * What a form writes of a member it reads back. workspace_id, which every table has, is no column
 * in this sense: it is $1 of every statement.
 * tests/store/test_columns.c holds each list against pg_catalog and sends a row of distinct values
 * through the table's own save and load.
 */
#ifndef BATON_STORE_COLUMNS_H
#define BATON_STORE_COLUMNS_H

#include "base/error.h"
#include "base/json_out.h"
#include "store/pg/pg_params.h"
#include "store/pg/pg_result.h"

#include <stdbool.h>
#include <stddef.h>

struct pg_scope;
struct statement;

/* What happens to a column when a row that already exists is saved. Without any of these it keeps
 * its first value. */
enum column_use {
    COLUMN_KEY = 1,     /* with workspace_id: the row's key */
    COLUMN_CHANGES = 2, /* is updated */
    COLUMN_FILLS = 4,   /* is updated, but a null leaves what stands there */
    COLUMN_NULL = 8,    /* may be null: what nil, NULL, INSTANT_NONE and, in it, 0 are written as */
    COLUMN_OFTEN = 16,  /* changes with others of these alone, most of the time */
    /* What shows that nobody changed it, where it is not as its table says: see enum proof. */
    COLUMN_VERIFIED = 32,
    COLUMN_DERIVED = 64,
    COLUMN_FREE = 128, /* with its reason in .proven */
};

/* What shows that a value in a table was not changed past Baton (`baton verify --state`). */
enum proof {
    PROOF_COMMITTED, /* the ledger has a salted commitment to the row: columns_commit() */
    PROOF_VERIFIED,  /* the ledger says it in clear, or it is checked by what it is made of */
    PROOF_DERIVED,   /* it can be made again from what is verified or committed */
    PROOF_FREE,      /* nothing */
    PROOF_COUNT
};

/** "committed" … "free" */
const char *proof_name(enum proof proof);

struct column {
    const char *name;
    const struct column_form *form;
    size_t offset; /* the member's: MEMBER() fills these three */
    size_t size;
    const char *member;
    unsigned use; /* enum column_use */
    /* Offset of the member that goes with it, where the form asks for one: the length of a text
     * or of bytes; of a word or a number the bool that says whether there is one. Else 0. */
    size_t beside;
    /* Why the program does not read it, or does not save it with the row; NULL: it does. */
    const char *unread;
    const char *unsaved;
    /* Of a committed column: writes what of the value is committed to; NULL: all of it, as it is
     * stored. It is used of a row of which nothing but this column was read, too. */
    const struct column_form *held;
    const char *proven; /* by what, if not as its table's columns; of COLUMN_FREE why by nothing */
};

#define MEMBER(type, name)                                                                         \
    .offset = offsetof(type, name), .size = sizeof(((type *)0)->name), .member = #name

struct columns {
    const char *name;  /* as in {h.name} */
    const char *table; /* in the database */
    const struct column *list;
    int count;
    size_t row_bytes; /* of the struct */
    bool part;        /* not all columns of the table: a shape that is only read */
    /* What shows of its columns, where they do not say otherwise, that they were not changed; by
     * what, or why by nothing. */
    enum proof proof;
    const char *proven;
};

/* After the type: what shows of its columns that they were not changed, and by what, as struct
 * columns has it; left out, that they are committed to. */
#define COLUMNS(table, list, type, ...)                                                            \
    {                                                                                              \
        table, table, list, sizeof(list) / sizeof *(list), sizeof(type), false, __VA_ARGS__        \
    }
#define COLUMNS_PART(name, table, list, type)                                                      \
    {                                                                                              \
        name, table, list, sizeof(list) / sizeof *(list), sizeof(type), true, PROOF_FREE,          \
            "the whole table has a list of its own"                                                \
    }

/** What shows that this column was not changed, and by what (NULL: as proof_name() says). */
enum proof column_proof(const struct columns *columns, const struct column *column);
const char *column_proven(const struct columns *columns, const struct column *column);

/** All of them: for the texts of statements and for the tests. */
#define COLUMNS_LISTS(X)                                                                           \
    X(handoff_columns)                                                                             \
    X(verdict_columns)                                                                             \
    X(feedback_columns)                                                                            \
    X(exception_columns)                                                                           \
    X(lead_columns)                                                                                \
    X(identity_columns)                                                                            \
    X(lead_word_columns)                                                                           \
    X(touch_columns)                                                                               \
    X(dimension_columns)                                                                           \
    X(ledger_columns)                                                                              \
    X(chain_columns)                                                                               \
    X(answer_columns)                                                                              \
    X(answer_lead_columns)                                                                         \
    X(delivery_columns)                                                                            \
    X(delivery_lead_columns)                                                                       \
    X(background_columns)                                                                          \
    X(campaign_columns)                                                                            \
    X(content_columns)                                                                             \
    X(rates_columns)                                                                               \
    X(attribution_setup_columns)                                                                   \
    X(account_columns)                                                                             \
    X(block_columns)                                                                               \
    X(merge_columns)                                                                               \
    X(claim_columns)                                                                               \
    X(count_columns)                                                                               \
    X(background_claim_columns)                                                                    \
    X(workspace_columns)                                                                           \
    X(team_columns)                                                                                \
    X(member_columns)                                                                              \
    X(key_columns)                                                                                 \
    X(agreement_columns)                                                                           \
    X(signature_columns)                                                                           \
    X(acknowledgement_columns)                                                                     \
    X(comment_columns)                                                                             \
    X(source_columns)                                                                              \
    X(subscription_columns)                                                                        \
    X(stage_columns)                                                                               \
    X(completion_columns)                                                                          \
    X(outbound_columns)                                                                            \
    X(sealed_columns)                                                                              \
    X(checkpoint_columns)                                                                          \
    X(signing_key_columns)                                                                         \
    X(node_columns)

#define X(name) extern const struct columns name;
COLUMNS_LISTS(X)
#undef X

/** By its place, NULL beyond the last; and by its name (of len bytes), NULL when there is none.
 */
const struct columns *columns_at(size_t place);
const struct columns *columns_find(const char *name, size_t len);

/** Whether a statement writes it: the key always, and of the others all, or those with one of these
 *  uses. */
static inline bool column_is_written(const struct column *column, unsigned only)
{
    return column->unsaved == NULL && (only == 0 || column->use & (COLUMN_KEY | only));
}

/** How many of them are read. */
int columns_width(const struct columns *columns);

/**
 * Reads a row from result column `first` on, into a zeroed struct; texts and bytes are copied into
 * the arena. With the result's first row, which must be read before others, it is checked that
 * these are the columns by name and type: if not, the statement is wrong, which no input can cause,
 * and it aborts. False when memory is short or the row is damaged.
 */
bool columns_read(const struct columns *columns, const struct pg_result *result, int row, int first,
                  struct arena *arena, void *out) MUST_USE;

/** All rows of a result, in one array in the arena with room for one more; NULL as above. */
void *columns_read_all(const struct columns *columns, const struct pg_result *result,
                       struct arena *arena, size_t *count) MUST_USE;

/** Adds the saved columns as the next parameters: an array each, of all rows … */
void columns_put(struct pg_params *params, const struct columns *columns, const void *const *rows,
                 size_t count);
/** … or row after row, one parameter a value; only: as in struct statement. */
void columns_put_tuples(struct pg_params *params, const struct columns *columns, unsigned only,
                        const void *const *rows, size_t count);

/** Queues a statement that is made of columns (statements.h), for these rows: nothing when there
 *  are none, and for few rows the one for few. Of one for a fixed number of tuples as often as they
 *  fill it; count must be a multiple. A failure shows when the round trip runs. */
void columns_queue(const struct pg_scope *scope, const struct statement *statement,
                   const void *const *rows, size_t count);

/** Whether two rows are the same in all columns that are updated but those with COLUMN_OFTEN.
 *  Members are compared as they lie in memory: what a pointer leads to is replaced, not changed. */
bool columns_only_often_changed(const struct columns *columns, const void *row, const void *other);

/* ---- what the ledger holds of a row ----
 * The bytes of a row's committed columns that are not null, by their names: of each its name and
 * its value, as PostgreSQL has it in binary, both after their length in four bytes, big-endian. So
 * that a column that is added later, and is null in the rows of before, changes nothing. */

/** The committed columns in the order of their names, and how many there are. */
const struct column *const *columns_committed(const struct columns *columns, int *count);
/** The bytes of a row, in the arena; NULL when memory is short. */
const void *columns_bytes(const struct columns *columns, const void *row, struct arena *arena,
                          size_t *len) MUST_USE;
/** The same of a row that {=table} has read, from result column `first` on. */
const void *columns_bytes_read(const struct columns *columns, const struct pg_result *result,
                               int row, int first, struct arena *arena, size_t *len) MUST_USE;

/** Names a row: its table, and each column of its key after a slash; of bytes the first eight, in
 *  hex. A key that begins with the id of the subject whose entry speaks of it leaves that id out:
 *  "lead", "verdict/2", "handoff/0199…". NULL when memory is short. */
const char *columns_row_name(const struct columns *columns, const void *row, struct uuid subject,
                             struct arena *arena) MUST_USE;

/** The same, with the whole key, of a row that {=table} has read. */
const char *columns_row_name_read(const struct columns *columns, const struct pg_result *result,
                                  int row, int first, struct arena *arena) MUST_USE;

/* ---- forms: how a member stands in a column, both ways ---- */

struct column_writer {
    struct pg_array *to; /* of the column's type */
    const struct column *column;
    struct arena *arena;
    struct json_out json; /* for forms that write JSON: empty, and left empty */
};

/* A value as it came, in binary; its column is known to have the form's type. */
struct column_reader {
    const struct column *column;
    struct arena *arena;
    const char *value; /* NUL-terminated; NULL is null */
    size_t len;
};

struct column_form {
    enum pg_type type;
    size_t size;                                                /* of the member; 0: any */
    void (*put)(struct column_writer *writer, const void *row); /* adds one item */
    /* False when memory is short or the value is damaged. A null is read as what is written as
     * null; of a word it leaves the member as it is. */
    bool (*get)(const struct column_reader *reader, void *row);
    /* of a word: the values below count that have a name; those without are null */
    const char *(*name)(unsigned value);
    unsigned count;
};

extern const struct column_form as_uuid;
extern const struct column_form as_text; /* const char * */
extern const struct column_form as_json; /* const char *, text of JSON */
extern const struct column_form as_bool;
extern const struct column_form as_int2; /* int, or an enum by its number */
extern const struct column_form as_int4; /* int */
extern const struct column_form as_int8; /* int64_t */
extern const struct column_form as_instant;
extern const struct column_form as_bytes; /* uint8_t[], exactly as many */
/* With .beside, their length. */
extern const struct column_form as_text_len;  /* const char * */
extern const struct column_form as_json_len;  /* const char * */
extern const struct column_form as_bytea_len; /* const void * */

/* A form for an enum that is stored as a word. An enum without negative values is an unsigned int
 * here (gcc, clang), so that the name function of any of them fits. */
#define COLUMN_WORD(to_name, values)                                                               \
    {                                                                                              \
        .type = PG_TEXT, .size = sizeof(unsigned), .put = column_put_word, .get = column_get_word, \
        .name = to_name, .count = values                                                           \
    }
void column_put_word(struct column_writer *writer, const void *row);
bool column_get_word(const struct column_reader *reader, void *row);

/* For forms of a table's own. */

static inline const void *column_member(const struct column *column, const void *row)
{
    return (const char *)row + column->offset;
}

/** Adds the JSON that was written to writer->json, or null. */
void column_put_json(struct column_writer *writer, bool present);

#endif
