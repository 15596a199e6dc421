#include "store/read/import_files.h"

#include "base/text_out.h"
#include "store/table/background_table.h"

#include <string.h>

/* Rows whose parameters go in one statement each, in one round trip. */
#define REFUSED_AT_ONCE 64

/* clang-format off */

#define FILE_COLUMNS "import_id, name, format, bytes, lines, preview, team_id, member_id, made_at "

/* $1 workspace, $2 file, $3 number, $4 bytes, $5 now */
static const struct statement IMPORT_PIECE_ADD = {
    .name = "import_piece_add",
    .sql = "INSERT INTO import_piece (workspace_id, import_id, piece, bytes, made_at) "
           "VALUES ($1, $2, $3, $4, $5) "
           "ON CONFLICT DO NOTHING",
    .hot = true,
};

/* Also those of files that were never sent to their end.
 * $1 workspace */
static const struct statement IMPORT_PIECES_KEPT = {
    .name = "import_pieces_kept",
    .sql = "SELECT count(*) "
           "FROM import_piece "
           "WHERE workspace_id = $1",
};

/* $1 workspace, $2 file, $3 name, $4 format, $5 bytes, $6 lines, $7 preview, $8 team, $9 member, $10 now */
static const struct statement IMPORT_FILE_ADD = {
    .name = "import_file_add",
    .sql = "INSERT INTO import_file (workspace_id, " FILE_COLUMNS ") "
           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    .hot = true,
};

/* $1 workspace, $2 file */
static const struct statement IMPORT_FILE_GET = {
    .name = "import_file_get",
    .sql = "SELECT " FILE_COLUMNS
           "FROM import_file "
           "WHERE workspace_id = $1 AND import_id = $2",
    .index = "import_file_pkey",
    .hot = true,
};

/* $1 workspace, $2 the last file of the page before, $3 limit */
static const struct statement IMPORT_FILE_PAGE = {
    .name = "import_file_page",
    .sql = "SELECT " FILE_COLUMNS
           "FROM import_file "
           "WHERE workspace_id = $1 AND import_id < $2 "
           "ORDER BY import_id DESC "
           "LIMIT $3",
    .index = "import_file_pkey",
    .hot = true,
};

/* $1 workspace, $2 file, $3 number */
static const struct statement IMPORT_PIECE_GET = {
    .name = "import_piece_get",
    .sql = "SELECT bytes "
           "FROM import_piece "
           "WHERE workspace_id = $1 AND import_id = $2 AND piece = $3",
    .index = "import_piece_pkey",
    .hot = true,
};

/* A workspace has no more jobs than were asked for within the days that they are kept.
 * $1 workspace, $2 file, $3 limit */
static const struct statement IMPORT_FILE_RUNS = {
    .name = "import_file_runs",
    .sql = "SELECT {background_job} "
           "FROM background_job "
           "WHERE workspace_id = $1 AND kind = 'import' AND request ->> 'import' = $2::text "
           "ORDER BY job_id DESC "
           "LIMIT $3",
    .index = "background_job_pkey",
    .hot = true,
};

/* $1 workspace, $2 job, $3 line, $4 cells, $5 now */
static const struct statement IMPORT_REFUSED_ADD = {
    .name = "import_refused_add",
    .sql = "INSERT INTO import_refused (workspace_id, job_id, line, cells, made_at) "
           "VALUES ($1, $2, $3, $4, $5) "
           "ON CONFLICT DO NOTHING",
    .hot = true,
};

/* $1 workspace, $2 job */
static const struct statement IMPORT_REFUSED_OF = {
    .name = "import_refused_of",
    .sql = "SELECT cells "
           "FROM import_refused "
           "WHERE workspace_id = $1 AND job_id = $2 "
           "ORDER BY line",
    .index = "import_refused_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const import_files_statements[] = {
    &IMPORT_PIECE_ADD,   &IMPORT_FILE_ADD,
    &IMPORT_FILE_GET,    &IMPORT_FILE_PAGE,
    &IMPORT_PIECE_GET,   &IMPORT_FILE_RUNS,
    &IMPORT_REFUSED_ADD, &IMPORT_REFUSED_OF,
    &IMPORT_PIECES_KEPT, NULL,
};

/* ---- written ---- */

static void piece_params(struct read_query *query, const struct read *read,
                         const struct import_piece *piece, instant now)
{
    query->statement = &IMPORT_PIECE_ADD;
    read_params(query, read);
    pg_params_uuid(&query->params, piece->file);
    pg_params_int4(&query->params, piece->number);
    pg_params_bytea(&query->params, piece->bytes == NULL ? "" : piece->bytes, piece->len);
    pg_params_instant(&query->params, now);
}

enum err import_pieces_kept(const struct read *read, int64_t *out)
{
    struct read_query query = {.statement = &IMPORT_PIECES_KEPT};

    read_params(&query, read);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        *out = pg_get_int8(query.result, 0, 0);
    return read_end(read, err);
}

enum err import_piece_add(const struct read *read, const struct import_piece *piece, instant now)
{
    struct read_query query = {0};

    piece_params(&query, read, piece, now);
    return read_end(read, read_change(read, &query, 1));
}

enum err import_file_add(const struct read *read, const struct import_file *file,
                         const struct import_piece *last)
{
    struct read_query queries[2] = {{0}, {.statement = &IMPORT_FILE_ADD}};
    struct pg_params *params = &queries[1].params;

    piece_params(&queries[0], read, last, file->made_at);
    read_params(&queries[1], read);
    pg_params_uuid(params, file->id);
    pg_params_text(params, file->name);
    pg_params_text(params, row_format_name(file->format));
    pg_params_int8(params, file->bytes);
    pg_params_int8(params, file->lines);
    pg_params_json(params, file->preview, file->preview_len);
    pg_params_uuid(params, file->team);
    pg_params_uuid(params, file->member);
    pg_params_instant(params, file->made_at);
    return read_end(read, read_change(read, queries, 2));
}

static void refused_params(struct read_query *query, const struct read *read, struct uuid job,
                           const struct import_refused_row *row, instant now)
{
    query->statement = &IMPORT_REFUSED_ADD;
    read_params(query, read);
    pg_params_uuid(&query->params, job);
    pg_params_int8(&query->params, row->line);
    pg_params_text_len(&query->params, row->cells, row->len);
    pg_params_instant(&query->params, now);
}

enum err import_refused_add(const struct read *read, struct uuid job,
                            const struct import_refused_row *rows, size_t count, instant now)
{
    struct read_query *queries = ARENA_ARRAY(read->arena, struct read_query, REFUSED_AT_ONCE);
    enum err err = queries == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;

    for (size_t at = 0; err == ERR_NONE && at < count; at += REFUSED_AT_ONCE) {
        size_t some = count - at < REFUSED_AT_ONCE ? count - at : REFUSED_AT_ONCE;
        for (size_t i = 0; i < some; i++)
            refused_params(&queries[i], read, job, &rows[at + i], now);
        err = read_end(read, read_change(read, queries, some));
    }
    return err;
}

/* ---- read ---- */

static const char *copy_text(const struct pg_result *result, int row, int column,
                             struct arena *arena)
{
    const char *text = pg_get_text(result, row, column, NULL);

    return text == NULL ? NULL : arena_strdup(arena, text);
}

static struct import_file take(const struct pg_result *result, int row, struct arena *arena)
{
    struct import_file file = {
        .id = pg_get_uuid(result, row, 0),
        .name = copy_text(result, row, 1, arena),
        .bytes = pg_get_int8(result, row, 3),
        .lines = pg_get_int8(result, row, 4),
        .preview = copy_text(result, row, 5, arena),
        .team = pg_get_uuid(result, row, 6),
        .member = pg_get_uuid(result, row, 7),
        .made_at = pg_get_instant(result, row, 8),
    };
    const char *format = pg_get_text(result, row, 2, NULL);

    if (format == NULL || !row_format_named(format, &file.format))
        file.format = ROWS_CSV;
    file.preview_len = file.preview == NULL ? 0 : strlen(file.preview);
    return file;
}

enum err import_file_get(const struct read *read, struct uuid id, struct import_file *out)
{
    struct read_query query = {.statement = &IMPORT_FILE_GET};

    read_params(&query, read);
    pg_params_uuid(&query.params, id);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE)
        *out = take(query.result, 0, read->arena);
    return read_end(read, err);
}

enum err import_file_page(const struct read *read, struct uuid before, int limit,
                          struct import_file_page *out)
{
    struct read_query query = {.statement = &IMPORT_FILE_PAGE};

    *out = (struct import_file_page){0};
    read_params(&query, read);
    pg_params_uuid(&query.params, uuid_is_nil(before) ? READ_ID_MAX : before);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    int rows = err == ERR_NONE ? pg_rows(query.result) : 0;
    out->more = rows > limit;
    out->items = ARENA_ARRAY(read->arena, struct import_file, (size_t)limit + 1);
    for (int row = 0; out->items != NULL && row < rows && row < limit; row++)
        out->items[out->count++] = take(query.result, row, read->arena);
    return read_end(read, err);
}

enum err import_piece_get(const struct read *read, struct import_piece *piece)
{
    struct read_query query = {.statement = &IMPORT_PIECE_GET};

    piece->bytes = NULL;
    piece->len = 0;
    read_params(&query, read);
    pg_params_uuid(&query.params, piece->file);
    pg_params_int4(&query.params, piece->number);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 1) {
        const void *bytes = pg_get_bytea(query.result, 0, 0, &piece->len);
        piece->bytes = arena_copy(read->arena, bytes, piece->len);
    }
    return read_end(read, err);
}

enum err import_file_runs(const struct read *read, struct uuid file,
                          const struct background_job **out, size_t *count)
{
    struct read_query query = {.statement = &IMPORT_FILE_RUNS};
    char id[UUID_TEXT_LEN + 1];

    *count = 0;
    uuid_format(file, id);
    read_params(&query, read);
    pg_params_text(&query.params, id);
    pg_params_int8(&query.params, IMPORT_RUNS_SHOWN_MAX);
    enum err err = read_run(read, &query, 1);
    for (int row = 0; err == ERR_NONE && row < pg_rows(query.result); row++) {
        out[*count] = background_table_read(query.result, row, read->arena);
        *count += out[*count] != NULL;
    }
    return read_end(read, err);
}

enum err import_refused_read(const struct read *read, struct uuid job, const char **out,
                             size_t *len)
{
    struct read_query query = {.statement = &IMPORT_REFUSED_OF};
    struct text_out text;

    text_out_init(&text, read->arena, 4 * IMPORT_REFUSED_MAX_BYTES);
    read_params(&query, read);
    pg_params_uuid(&query.params, job);
    enum err err = read_run(read, &query, 1);
    for (int row = 0; err == ERR_NONE && row < pg_rows(query.result); row++)
        text_out_put(&text, pg_get_text(query.result, row, 0, NULL));
    *out = text.len == 0 ? "" : text.text;
    *len = text.len;
    return read_end(read, err);
}
