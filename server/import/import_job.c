#include "import/import_job.h"

#include "base/json_tree.h"
#include "base/time/time_zone.h"
#include "core/intake/import_request.h"
#include "import/import_columns.h"
#include "import/import_pieces.h"
#include "import/refused_rows.h"
#include "store/read/import_files.h"

#include <stdlib.h>
#include <time.h>

#define MEMORY_MAX_BYTES  (16u << 20) /* of the rows that one chunk refuses, and of a tally */
#define TALLY_MAX_BYTES   (1u << 20)
#define REFUSED_MAX_BYTES (8u << 20) /* of one row, as a line */

struct run {
    const struct import_job *job;
    struct import_order order;
    struct import_pieces pieces;
    struct row_reader reader;
    struct importer *importer;
    struct arena *arena; /* until the next progress */
    struct json_out tally;
    /* rows to be kept with the next progress */
    struct import_refused_row rows[IMPORT_ROWS_MAX + 1]; /* of a chunk, and the columns */
    size_t row_count;
    size_t kept_bytes;
    enum err err;
};

static instant wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (instant)now.tv_sec * INSTANT_SECOND + now.tv_nsec / 1000;
}

/* ---- rows that are refused ---- */

static void keep(struct run *run, int64_t line, const struct text_out *text)
{
    if (run->row_count < sizeof run->rows / sizeof *run->rows)
        run->rows[run->row_count++] = (struct import_refused_row){line, text->text, text->len};
    run->kept_bytes += text->len;
}

/* The first of them brings the columns. */
static void take_refused(void *context, const struct importer_refused *row)
{
    struct run *run = context;
    struct text_out text;

    if (run->kept_bytes > IMPORT_REFUSED_MAX_BYTES)
        return;
    if (run->kept_bytes == 0 && run->reader.format == ROWS_CSV) {
        text_out_init(&text, run->arena, REFUSED_MAX_BYTES);
        refused_rows_begin(&run->reader, &text);
        keep(run, 0, &text);
    }
    text_out_init(&text, run->arena, REFUSED_MAX_BYTES);
    refused_rows_add(&run->reader, row, &text);
    keep(run, row->line, &text);
}

static enum err store_refused(struct run *run)
{
    struct read read = import_pieces_read(&run->pieces);

    read.arena = run->arena;
    if (run->row_count == 0)
        return ERR_NONE;
    return import_refused_add(&read, run->job->id, run->rows, run->row_count, wall_clock());
}

/* ---- progress ---- */

static void write_tally(struct run *run, const struct import_tally *tally)
{
    json_out_clear(&run->tally);
    import_tally_write(tally, &run->tally);
}

/* What was refused is kept before it is said how far it got: after a crash in between it is there
 * already. */
static bool take_progress(void *context, const struct import_tally *tally)
{
    struct run *run = context;

    run->err = store_refused(run);
    write_tally(run, tally);
    if (arena_failed(run->arena))
        run->err = ERR_OUT_OF_MEMORY;
    arena_clear(run->arena);
    run->row_count = 0;
    return run->err == ERR_NONE &&
           run->job->progress(run->job->context, &(struct import_job_progress){
                                                     .done = tally->rows,
                                                     .total = run->order.lines,
                                                     .tally = run->tally.written.text,
                                                     .tally_len = run->tally.written.len,
                                                 });
}

/* ---- the run ---- */

static enum err go_on_counting(struct run *run)
{
    const struct import_job *job = run->job;

    if (job->tally == NULL)
        return ERR_NONE;
    json_t *json = json_loadb(job->tally, job->tally_len, 0, NULL);
    bool read = json != NULL && import_tally_read(json, importer_arena(run->importer),
                                                  importer_tally(run->importer));
    json_decref(json);
    return read ? ERR_NONE : ERR_INTERNAL;
}

static enum err bind_columns(struct run *run, struct arena *arena)
{
    struct import_unfit unfit;

    switch (import_columns_bind(run->order.mapping, run->order.date != INSTANT_NONE, &run->reader,
                                arena, &unfit)) {
    case ROW_READ:
        return ERR_NONE;
    case ROW_END:
        return run->pieces.err == ERR_NONE ? ERR_NOT_FOUND : run->pieces.err;
    case ROW_FAILED:
        return run->pieces.err == ERR_NONE ? ERR_OUT_OF_MEMORY : run->pieces.err;
    default:
        return ERR_UNPROCESSABLE;
    }
}

static enum err err_of(const struct run *run, enum importer_end end)
{
    switch (end) {
    case IMPORTER_DONE:
        return ERR_NONE;
    case IMPORTER_FILE_REFUSED:
        return ERR_UNPROCESSABLE;
    case IMPORTER_UNREADABLE:
        return run->pieces.err == ERR_NONE ? ERR_OUT_OF_MEMORY : run->pieces.err;
    case IMPORTER_STOPPED:
        return run->err == ERR_NONE ? ERR_UNAVAILABLE : run->err;
    case IMPORTER_LOST:
        break;
    }
    return importer_err(run->importer);
}

static enum err send_rows(struct run *run)
{
    const struct import_job *job = run->job;
    const struct team *team = config_team_named(job->config, run->order.mapping->team);

    if (team == NULL || !team->active)
        return ERR_UNPROCESSABLE;
    run->importer = importer_new(&(struct importer_settings){
        .lanes = job->lanes,
        .cache = job->cache,
        .app = job->app,
        .workspace = job->workspace,
        .mapping = run->order.mapping,
        .team = team->id,
        .dry_run = run->order.dry_run,
        .date = run->order.date,
        .watch = {take_refused, take_progress, run},
    });
    if (run->importer == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = go_on_counting(run);
    return err == ERR_NONE ? err_of(run, importer_run(run->importer, &run->reader, job->done))
                           : err;
}

static enum err run_file(struct run *run, struct arena *arena)
{
    const struct import_job *job = run->job;
    const struct read read = {.pg = job->app, .workspace = job->workspace};
    const struct import_file file = {.id = run->order.file, .format = run->order.format};
    enum err err = ERR_OUT_OF_MEMORY;

    if (import_pieces_open(&run->pieces, &read, file.id) &&
        row_reader_init(&run->reader, file.format, import_pieces_bring, &run->pieces))
        err = bind_columns(run, arena);
    return err == ERR_NONE ? send_rows(run) : err;
}

static enum err read_order(struct run *run, struct arena *arena)
{
    static const struct mapping_reading reading = {MAPPING_IMPORT, "", time_zone_find};
    const struct import_job *job = run->job;
    json_t *request = json_tree_read(arena, job->request, job->request_len, 0, NULL);
    enum err err =
        request == NULL ? ERR_INTERNAL : import_order_read(request, &reading, arena, &run->order);

    json_decref(request);
    return err;
}

enum err import_job_run(const struct import_job *job, struct arena *arena, struct json_out *out)
{
    struct run *run = calloc(1, sizeof *run);
    struct arena *memory = arena_new(MEMORY_MAX_BYTES);
    enum err err = ERR_OUT_OF_MEMORY;

    if (run != NULL && memory != NULL) {
        run->job = job;
        run->arena = memory;
        json_out_init(&run->tally, arena, TALLY_MAX_BYTES);
        err = read_order(run, arena);
        if (err == ERR_NONE)
            err = run_file(run, arena);
        if (err == ERR_NONE)
            import_tally_write(importer_tally(run->importer), out);
        if (run->importer != NULL)
            importer_free(run->importer);
        row_reader_release(&run->reader);
        import_pieces_close(&run->pieces);
    }
    if (memory != NULL)
        arena_free(memory);
    free(run);
    return err;
}
