#include "import/importer.h"

#include "base/hex.h"
#include "core/intake/mapping_find.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHUNK_MEMORY_BYTES (64u << 20)
#define CHUNK_FULL_BYTES   (8u << 20) /* of long rows, fewer make a chunk */
#define TALLY_MEMORY_BYTES (1u << 20)
#define RETRY_WAIT_MS      500
#define CONFIG_TIMEOUT_MS  30000
#define SENDER_MAX_BYTES   (IDENTITY_SOURCE_MAX_BYTES + 8)
#define ROW_ID_BYTES       16 /* of its digest */

/* A row of the file: mapped, not wanted, or refused with a reason. */
struct entry {
    int64_t line;
    bool skipped;
    bool undated;
    const char *why;     /* NULL: mapped */
    const char *pointer; /* with why, the place; "": the whole row */
    const char *const *cells;
    size_t cell_count;
    size_t row; /* index among the mapped ones */
};

struct chunk {
    struct importer *importer;
    struct arena *arena;
    struct entry entries[IMPORT_ROWS_MAX];
    size_t entry_count;
    struct mapped rows[IMPORT_ROWS_MAX];
    json_t *documents[IMPORT_ROWS_MAX]; /* the rows borrow their texts */
    size_t row_count;
    struct import_result results[IMPORT_ROWS_MAX];
    struct import_input input;
    struct lane_job job;
    enum err err;
    bool waiting; /* under the importer's mutex */
};

struct importer {
    struct importer_settings settings;
    const struct config *config; /* NULL until members are looked for */
    char sender[SENDER_MAX_BYTES];
    bool tabular;
    instant now;
    pthread_mutex_t mutex;
    pthread_cond_t answered;
    struct chunk chunks[IMPORTER_CHUNKS];
    size_t filling; /* index of the chunk that takes rows; after it come the others, oldest in
                       flight first */
    struct arena *arena;
    struct import_tally tally;
    int64_t members_made;
    enum err err;
    bool stopped;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static instant wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (instant)now.tv_sec * INSTANT_SECOND + now.tv_nsec / 1000;
}

struct importer *importer_new(const struct importer_settings *settings)
{
    struct importer *importer = calloc(1, sizeof *importer);
    const char *source = settings->mapping->external_source;

    if (importer == NULL)
        return NULL;
    importer->settings = *settings;
    importer->now = wall_clock();
    snprintf(importer->sender, sizeof importer->sender, "import:%s", source == NULL ? "" : source);
    pthread_mutex_init(&importer->mutex, NULL);
    pthread_cond_init(&importer->answered, NULL);
    importer->arena = arena_new(TALLY_MEMORY_BYTES);
    bool whole = importer->arena != NULL;
    for (size_t i = 0; i < IMPORTER_CHUNKS; i++) {
        importer->chunks[i].importer = importer;
        importer->chunks[i].arena = arena_new(CHUNK_MEMORY_BYTES);
        whole = whole && importer->chunks[i].arena != NULL;
    }
    if (whole)
        return importer;
    importer_free(importer);
    return NULL;
}

static void empty(struct chunk *chunk)
{
    for (size_t i = 0; i < chunk->row_count; i++)
        json_decref(chunk->documents[i]);
    chunk->row_count = chunk->entry_count = 0;
    arena_clear(chunk->arena);
}

void importer_free(struct importer *importer)
{
    for (size_t i = 0; i < IMPORTER_CHUNKS; i++) {
        if (importer->chunks[i].arena == NULL)
            continue;
        empty(&importer->chunks[i]);
        arena_free(importer->chunks[i].arena);
    }
    if (importer->arena != NULL)
        arena_free(importer->arena);
    config_release(importer->config);
    pthread_mutex_destroy(&importer->mutex);
    pthread_cond_destroy(&importer->answered);
    free(importer);
}

enum err importer_err(const struct importer *importer)
{
    return importer->err;
}

struct import_tally *importer_tally(struct importer *importer)
{
    return &importer->tally;
}

struct arena *importer_arena(struct importer *importer)
{
    return importer->arena;
}

int64_t importer_members_made(const struct importer *importer)
{
    return importer->members_made;
}

static bool goes_on(const struct importer *importer)
{
    return importer->err == ERR_NONE && !importer->stopped;
}

/* ---- counting ---- */

static void count_cause(struct importer *importer, enum import_kind kind, const char *pointer,
                        const char *why, int64_t line)
{
    const struct import_cause cause = {
        .kind = kind, .column = pointer == NULL ? "" : pointer, .why = why};

    import_tally_cause(&importer->tally, importer->arena, &cause, line);
}

static void count_refused(struct importer *importer, const struct entry *entry, const char *why)
{
    const struct importer_watch *watch = &importer->settings.watch;

    importer->tally.refused++;
    count_cause(importer, IMPORT_KIND_REFUSED, entry->pointer, why, entry->line);
    if (watch->refused != NULL)
        watch->refused(watch->context, &(struct importer_refused){
                                           .line = entry->line,
                                           .pointer = entry->pointer == NULL ? "" : entry->pointer,
                                           .why = why,
                                           .cells = entry->cells,
                                           .count = entry->cell_count,
                                       });
}

static void count_left_out(struct importer *importer, const struct entry *entry,
                           const struct capture_input *row)
{
    for (size_t i = 0; i < row->left_out_count; i++)
        count_cause(importer, IMPORT_KIND_LEFT_OUT, row->left_out[i].pointer,
                    row->left_out[i].detail, entry->line);
}

static void count_entry(struct importer *importer, const struct chunk *chunk,
                        const struct entry *entry)
{
    struct import_tally *tally = &importer->tally;

    tally->rows++;
    tally->skipped += entry->skipped;
    if (entry->why != NULL)
        count_refused(importer, entry, entry->why);
    if (entry->skipped || entry->why != NULL)
        return;
    const struct import_result *result = &chunk->results[entry->row];
    if (result->effect == IMPORT_REFUSED && result->refusal == IMPORT_BLOCKED) {
        /* counted, and named nowhere: neither by a line nor among the rows to be mended */
        tally->refused++;
        count_cause(importer, IMPORT_KIND_REFUSED, "", import_refusal_detail(IMPORT_BLOCKED), 0);
        return;
    }
    count_left_out(importer, entry, &chunk->rows[entry->row].capture);
    if (entry->undated)
        count_cause(importer, IMPORT_KIND_UNDATED, "",
                    "Nothing says when it happened: it counts as of now", entry->line);
    switch (result->effect) {
    case IMPORT_NEW:
        tally->added++;
        break;
    case IMPORT_UPDATED:
        tally->updated++;
        break;
    case IMPORT_UNCHANGED:
        tally->unchanged++;
        break;
    case IMPORT_REFUSED:
        count_refused(importer, entry,
                      result->refusal == IMPORT_TAKEN ? "The database refuses it"
                                                      : import_refusal_detail(result->refusal));
    }
}

/* ---- the lane ---- */

static void take_answer(struct lane_job *job, const struct outcome *outcome)
{
    struct chunk *chunk = job->owner;
    struct importer *importer = chunk->importer;
    const struct import_input *input = job->command.input;

    if (outcome->err == ERR_NONE && outcome->extra != NULL)
        memcpy(&chunk->results[input->rows - chunk->rows], outcome->extra,
               input->count * sizeof *chunk->results);
    pthread_mutex_lock(&importer->mutex);
    chunk->err = outcome->err;
    chunk->waiting = false;
    pthread_cond_signal(&importer->answered);
    pthread_mutex_unlock(&importer->mutex);
}

/* Submits some rows of a chunk, or all of them. */
static void submit(struct chunk *chunk, size_t first, size_t count)
{
    const struct importer_settings *settings = &chunk->importer->settings;

    chunk->input = (struct import_input){
        .team = settings->team,
        .rows = chunk->rows + first,
        .count = count,
        .dry_run = settings->dry_run,
    };
    chunk->job = (struct lane_job){
        .command = {.kind = COMMAND_IMPORT_ROWS,
                    .caller.workspace = settings->workspace,
                    .input = &chunk->input},
        .done = take_answer,
        .owner = chunk,
    };
    chunk->waiting = true;
    enum err err = lanes_submit(settings->lanes, &chunk->job);
    if (err != ERR_NONE) {
        chunk->waiting = false;
        chunk->err = err;
    }
}

static enum err await(struct chunk *chunk)
{
    struct importer *importer = chunk->importer;

    pthread_mutex_lock(&importer->mutex);
    while (chunk->waiting)
        pthread_cond_wait(&importer->answered, &importer->mutex);
    enum err err = chunk->err;
    pthread_mutex_unlock(&importer->mutex);
    return err;
}

/* Rows in doubt are sent again: rows that are already there change nothing. */
static enum err insist(struct chunk *chunk, size_t first, size_t count)
{
    const struct timespec pause = {0, RETRY_WAIT_MS * 1000000L};
    int64_t until = now_ms() + IMPORTER_AWAY_MS;
    enum err err = await(chunk);

    while (error_is_passing(err) && now_ms() < until) {
        nanosleep(&pause, NULL);
        submit(chunk, first, count);
        err = await(chunk);
    }
    return err;
}

/* One of the rows is poison: sends each by itself, so that only that one is refused. */
static enum err send_one_by_one(struct chunk *chunk)
{
    for (size_t i = 0; i < chunk->row_count; i++) {
        submit(chunk, i, 1);
        enum err err = insist(chunk, i, 1);
        if (error_is_passing(err))
            return err;
        if (err != ERR_NONE)
            chunk->results[i] = (struct import_result){IMPORT_REFUSED, IMPORT_TAKEN};
    }
    return ERR_NONE;
}

/* Waits for a chunk, counts its rows, and leaves it empty. What was decided of rows counts even
 * when somebody has stopped the import: it has been done. */
static void collect(struct chunk *chunk)
{
    struct importer *importer = chunk->importer;
    const struct importer_watch *watch = &importer->settings.watch;
    enum err err = chunk->row_count == 0 ? ERR_NONE : insist(chunk, 0, chunk->row_count);
    bool any = chunk->entry_count > 0;

    if (err != ERR_NONE && !error_is_passing(err))
        err = send_one_by_one(chunk);
    if (importer->err == ERR_NONE)
        importer->err = err;
    if (importer->err == ERR_NONE)
        for (size_t i = 0; i < chunk->entry_count; i++)
            count_entry(importer, chunk, &chunk->entries[i]);
    empty(chunk);
    if (any && goes_on(importer) && watch->progress != NULL &&
        !watch->progress(watch->context, &importer->tally))
        importer->stopped = true;
}

/* ---- members ---- */

static enum err read_config(struct importer *importer)
{
    const struct importer_settings *settings = &importer->settings;
    const struct config *config = NULL;
    enum pg_status status =
        config_cache_refresh(settings->cache, settings->app, settings->workspace, 0,
                             pg_deadline_in(CONFIG_TIMEOUT_MS), &config);

    if (status != PG_OK || config == NULL)
        return ERR_UNAVAILABLE;
    config_release(importer->config);
    importer->config = config;
    return ERR_NONE;
}

static bool is_there(const struct importer *importer, const struct mapped_step *step)
{
    const struct config *config = importer->config;
    const struct team *team = config_team_named(config, step->team);

    return team == NULL ||
           config_member_by_external(config, team->id, step->member_source, step->member) != NULL;
}

static size_t list_members(const struct chunk *chunk, struct import_member *out)
{
    size_t count = 0;

    for (size_t i = 0; i < chunk->row_count; i++) {
        const struct mapped_deal *deal = chunk->rows[i].deal;
        for (size_t k = 0; deal != NULL && k < deal->step_count; k++) {
            const struct mapped_step *step = &deal->steps[k];
            if (step->member != NULL && !is_there(chunk->importer, step))
                out[count++] =
                    (struct import_member){step->team, step->member_source, step->member};
        }
    }
    return count;
}

static enum err make_some(struct importer *importer, const struct import_members_input *input)
{
    const struct command command = {
        .kind = COMMAND_IMPORT_MEMBERS,
        .caller = {.operator= true, .workspace = importer->settings.workspace},
        .input = input,
    };
    char *body = NULL;
    enum err err = lanes_run(importer->settings.lanes, &command, &body, NULL);
    json_t *answer = body == NULL ? NULL : json_loads(body, 0, NULL);

    importer->members_made += json_integer_value(json_object_get(answer, "made"));
    json_decref(answer);
    free(body);
    return err;
}

/* Members are configuration, so they are made by their own command, before the rows. */
static enum err make_members(struct chunk *chunk)
{
    struct importer *importer = chunk->importer;
    struct import_member *members =
        ARENA_ARRAY(chunk->arena, struct import_member, IMPORT_ROWS_MAX * MAPPING_STEPS_MAX);
    enum err err = members == NULL            ? ERR_OUT_OF_MEMORY
                   : importer->config != NULL ? ERR_NONE
                                              : read_config(importer);

    if (err != ERR_NONE)
        return err;
    size_t count = list_members(chunk, members);
    for (size_t at = 0; err == ERR_NONE && at < count; at += IMPORT_MEMBERS_MAX) {
        size_t left = count - at;
        err = make_some(importer,
                        &(struct import_members_input){
                            members + at, left < IMPORT_MEMBERS_MAX ? left : IMPORT_MEMBERS_MAX});
    }
    return err == ERR_NONE && count > 0 ? read_config(importer) : err;
}

/* ---- filling ---- */

static void send_on(struct chunk *chunk)
{
    struct importer *importer = chunk->importer;
    const struct importer_settings *settings = &importer->settings;

    if (goes_on(importer) && settings->mapping->is_deal && !settings->dry_run)
        importer->err = make_members(chunk);
    if (!goes_on(importer))
        empty(chunk);
    if (chunk->row_count > 0)
        submit(chunk, 0, chunk->row_count);
    importer->filling = (importer->filling + 1) % IMPORTER_CHUNKS;
    collect(&importer->chunks[importer->filling]);
}

static const char *row_id(const struct row_reader *reader, struct arena *arena)
{
    uint8_t digest[DIGEST_BYTES];
    char *text = arena_alloc(arena, 2 * ROW_ID_BYTES + 1);

    row_reader_digest(reader, digest);
    if (text != NULL)
        hex_encode(digest, ROW_ID_BYTES, text);
    return text;
}

/* The cells as they stand, for those who get to see rows that were refused. */
static void keep_cells(struct chunk *chunk, struct entry *entry, const struct csv_row *cells)
{
    const char **copy = ARENA_ARRAY(chunk->arena, const char *, cells->count + 1);

    if (chunk->importer->settings.watch.refused == NULL || copy == NULL)
        return;
    for (size_t i = 0; i < cells->count; i++)
        copy[i] = arena_copy(chunk->arena, cells->cells[i], cells->lens[i]);
    entry->cells = copy;
    entry->cell_count = cells->count;
}

static struct entry *new_entry(struct chunk *chunk, const struct row_reader *reader)
{
    struct entry *entry = &chunk->entries[chunk->entry_count++];

    *entry = (struct entry){.line = reader->line};
    keep_cells(chunk, entry, &reader->cells);
    return entry;
}

static bool is_undated(const struct mapped *row)
{
    return row->deal == NULL && row->capture.touch != NULL &&
           row->capture.occurred_at == INSTANT_NONE;
}

static void add_mapped(struct chunk *chunk, struct entry *entry, const struct mapped *mapped,
                       json_t *row)
{
    entry->row = chunk->row_count;
    entry->undated = is_undated(mapped);
    chunk->documents[chunk->row_count] = row;
    chunk->rows[chunk->row_count++] = *mapped;
}

/* Takes the row over. */
static void add_row(struct chunk *chunk, const struct row_reader *reader, json_t *row)
{
    const struct importer *importer = chunk->importer;
    const struct mapping *mapping = importer->settings.mapping;
    struct entry *entry = new_entry(chunk, reader);
    struct mapped_from from = {
        .sender = importer->sender,
        .knowledge = SOURCE_IMPORT,
        .tabular = reader->format == ROWS_CSV,
        .file = true,
        .occurred_at = importer->settings.date,
        .now = importer->now,
    };
    struct mapped *mapped;
    size_t count;

    entry->skipped = !mapping_conditions_hold(mapping->is, mapping->is_count, row, chunk->arena);
    if (entry->skipped ||
        mapping_apply(mapping, row, &from, chunk->arena, &mapped, &count) != ERR_NONE) {
        json_decref(row);
        return;
    }
    if (mapped->error != MAPPED_OK) {
        entry->why = mapped->detail;
        entry->pointer = mapped->pointer;
        json_decref(row);
        return;
    }
    if (mapping->by_content)
        mapped->row_id = row_id(reader, chunk->arena);
    add_mapped(chunk, entry, mapped, row);
}

static void add_refused(struct chunk *chunk, const struct row_reader *reader)
{
    struct entry *entry = new_entry(chunk, reader);

    entry->why = arena_strdup(chunk->arena, reader->why);
}

/* The next row into the chunk that is being filled; false: there is none, or it cannot be had. */
static bool add_next(struct importer *importer, struct row_reader *reader, bool skip,
                     enum row_status *status)
{
    struct chunk *chunk = &importer->chunks[importer->filling];
    json_t *row = NULL;

    *status = row_reader_next(reader, &row);
    if (*status != ROW_READ && *status != ROW_REFUSED)
        return false;
    if (skip)
        json_decref(row);
    else if (*status == ROW_READ)
        add_row(chunk, reader, row);
    else
        add_refused(chunk, reader);
    if (arena_failed(chunk->arena))
        importer->err = ERR_OUT_OF_MEMORY;
    if (!goes_on(importer))
        empty(chunk);
    else if (chunk->entry_count == IMPORT_ROWS_MAX || arena_bytes(chunk->arena) > CHUNK_FULL_BYTES)
        send_on(chunk);
    return goes_on(importer);
}

enum importer_end importer_run(struct importer *importer, struct row_reader *reader, int64_t skip)
{
    enum row_status status = ROW_END;

    importer->stopped = false;
    for (int64_t at = 0; add_next(importer, reader, at < skip, &status); at++)
        ;
    /* once around, so that every chunk is sent and collected */
    for (size_t i = 0; i < IMPORTER_CHUNKS; i++)
        send_on(&importer->chunks[importer->filling]);
    if (importer->err != ERR_NONE)
        return IMPORTER_LOST;
    if (importer->stopped)
        return IMPORTER_STOPPED;
    return status == ROW_FILE_REFUSED ? IMPORTER_FILE_REFUSED
           : status == ROW_FAILED     ? IMPORTER_UNREADABLE
                                      : IMPORTER_DONE;
}
