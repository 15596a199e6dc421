#include "store/table/lead_word_table.h"

#include "store/pg/columns.h"

#include <string.h>

/* clang-format off */

#define IN(name) MEMBER(struct lead_word, name)

static const struct column lead_word_list[] = {
    {"word",    &as_text, IN(word), COLUMN_KEY},
    {"lead_id", &as_uuid, IN(lead), COLUMN_KEY},
};
#undef IN

const struct columns lead_word_columns =
    COLUMNS("lead_word", lead_word_list, struct lead_word, PROOF_FREE,
            "made of identities and attributes, to find leads by");

const struct statement LEAD_WORD_INSERT =
    STATEMENT_OF_ROWS("lead_word_insert", STATEMENT_INSERTS, lead_word_columns);

/* $1 workspace, $2 words, $3 their leads */
static const struct statement LEAD_WORD_DELETE = {
    .name = "lead_word_delete",
    .sql = "DELETE FROM lead_word "
           "WHERE workspace_id = $1 "
           "AND ctid = ANY (ARRAY("
           "  SELECT w.ctid "
           "  FROM unnest($2::text[], $3::uuid[]) u(word, lead_id) "
           "  CROSS JOIN LATERAL ("
           "    SELECT ctid "
           "    FROM lead_word "
           "    WHERE workspace_id = $1 AND word = u.word AND lead_id = u.lead_id "
           "    LIMIT 1"
           "  ) w))",
    .index = "lead_word_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const lead_word_table_statements[] = {&LEAD_WORD_INSERT, &LEAD_WORD_DELETE,
                                                              NULL};

/* The next word of a list as a lead keeps it; len 0: there is none. */
struct next {
    const char *word;
    size_t len;
};

static struct next first_of(const char *words)
{
    return (struct next){words, words == NULL ? 0 : strcspn(words, " ")};
}

static struct next after(struct next word)
{
    const char *rest = word.word + word.len;

    return first_of(*rest == ' ' ? rest + 1 : "");
}

/* By their bytes; what is not there comes last. */
static int order(struct next a, struct next b)
{
    size_t common = a.len < b.len ? a.len : b.len;

    if (a.len == 0 || b.len == 0)
        return (a.len == 0) - (b.len == 0);
    int by_bytes = memcmp(a.word, b.word, common);
    return by_bytes != 0 ? by_bytes : (a.len > b.len) - (a.len < b.len);
}

struct changes {
    struct arena *arena;
    struct list added;
    struct list dropped;
};

static void note(struct changes *changes, struct list *list, const struct lead *lead,
                 struct next word)
{
    struct lead_word *row = ARENA_NEW(changes->arena, struct lead_word);
    const char *text = arena_copy(changes->arena, word.word, word.len);

    if (row == NULL || text == NULL)
        return;
    *row = (struct lead_word){text, lead->id};
    list_add(list, changes->arena, row);
}

static void compare(struct changes *changes, const struct lead *lead)
{
    bool is_new = lead->row == ROW_NEW || lead->stored == NULL;
    struct next now = first_of(lead->words), before = first_of(is_new ? "" : lead->stored->words);

    while (now.len > 0 || before.len > 0) {
        int which = order(now, before);
        if (which < 0)
            note(changes, &changes->added, lead, now);
        else if (which > 0)
            note(changes, &changes->dropped, lead, before);
        if (which <= 0)
            now = after(now);
        if (which >= 0)
            before = after(before);
    }
}

static void queue_delete(const struct pg_scope *scope, const struct list *rows)
{
    struct pg_array words, leads;
    struct pg_params params;

    pg_array_begin(&words, scope->arena, PG_TEXT, rows->count);
    pg_array_begin(&leads, scope->arena, PG_UUID, rows->count);
    for (size_t i = 0; i < rows->count; i++) {
        const struct lead_word *row = rows->items[i];
        pg_array_text(&words, row->word);
        pg_array_uuid(&leads, row->lead);
    }
    pg_scope_params(scope, &params);
    pg_params_array(&params, &words);
    pg_params_array(&params, &leads);
    pg_queue(scope->pg, &LEAD_WORD_DELETE, &params);
}

void lead_word_table_queue_save(const struct pg_scope *scope, struct lead *const *leads,
                                size_t count)
{
    struct changes changes = {.arena = scope->arena};

    for (size_t i = 0; i < count; i++)
        if (leads[i]->stored == NULL || leads[i]->words != leads[i]->stored->words)
            compare(&changes, leads[i]);
    if (changes.dropped.count > 0)
        queue_delete(scope, &changes.dropped);
    columns_queue(scope, &LEAD_WORD_INSERT, (const void *const *)changes.added.items,
                  changes.added.count);
}
