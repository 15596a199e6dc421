#include "cli/importer.h"

#include "store/config_cache.h"
#include "store/lane.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_MEMORY_BYTES (32u << 20)
#define RETRY_WAIT_MS      500
#define PROGRESS_EVERY_MS  200
#define SENDER_MAX_BYTES   (IDENTITY_SOURCE_MAX_BYTES + 8)

/* A row of the file: mapped, or refused with a reason. */
struct entry {
    int64_t line;
    const char *why;     /* NULL: mapped */
    const char *pointer; /* with why, the place; NULL: the whole row */
    size_t row;          /* index among the mapped ones */
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
    struct cli_store *store;
    const struct mapping *mapping;
    struct uuid team;
    char sender[SENDER_MAX_BYTES];
    const char *file;
    bool tabular;
    bool columns_told; /* columns that the file does not have */
    pthread_mutex_t mutex;
    pthread_cond_t answered;
    struct chunk chunks[IMPORTER_CHUNKS];
    size_t filling; /* index of the chunk that takes rows; after it come the others, oldest in
                       flight first */
    struct importer_counts counts;
    int64_t reported;
    int64_t members_made;
    int64_t started_ms, shown_ms;
    bool on_terminal;
    int code;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct importer *importer_new(struct cli_store *store, const struct mapping *mapping,
                              struct uuid team)
{
    struct importer *importer = calloc(1, sizeof *importer);

    if (importer == NULL)
        return NULL;
    importer->store = store;
    importer->mapping = mapping;
    importer->team = team;
    importer->on_terminal = isatty(STDERR_FILENO);
    snprintf(importer->sender, sizeof importer->sender, "import:%s", mapping->external_source);
    pthread_mutex_init(&importer->mutex, NULL);
    pthread_cond_init(&importer->answered, NULL);
    for (size_t i = 0; i < IMPORTER_CHUNKS; i++) {
        importer->chunks[i].importer = importer;
        importer->chunks[i].arena = arena_new(CHUNK_MEMORY_BYTES);
        if (importer->chunks[i].arena == NULL) {
            importer_free(importer);
            return NULL;
        }
    }
    return importer;
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
    pthread_mutex_destroy(&importer->mutex);
    pthread_cond_destroy(&importer->answered);
    free(importer);
}

void importer_begin_file(struct importer *importer, const char *name, enum row_format format)
{
    importer->file = name;
    importer->tabular = format == ROWS_CSV;
    importer->columns_told = !importer->tabular;
    importer->counts = (struct importer_counts){0};
    importer->started_ms = importer->shown_ms = now_ms();
}

const struct importer_counts *importer_counts(const struct importer *importer)
{
    return &importer->counts;
}

int64_t importer_members_made(const struct importer *importer)
{
    return importer->members_made;
}

/* ---- output ---- */

static void clear_progress(const struct importer *importer)
{
    if (importer->on_terminal)
        fputs("\r\033[K", stderr);
}

static void show_progress(struct importer *importer)
{
    const struct importer_counts *counts = &importer->counts;
    int64_t now = now_ms();

    if (!importer->on_terminal || now - importer->shown_ms < PROGRESS_EVERY_MS)
        return;
    importer->shown_ms = now;
    fprintf(stderr, "\r%s: %lld rows, %lld/s, %lld refused\033[K", importer->file,
            (long long)counts->rows,
            (long long)(counts->rows * 1000 / (now - importer->started_ms)),
            (long long)counts->refused);
}

/* A misspelt name would silently lose its values. In CSV the first row has all columns. */
static void report_absent_columns(struct importer *importer, const json_t *row)
{
    const char *pointer;
    size_t at = 0;

    if (importer->columns_told)
        return;
    importer->columns_told = true;
    while ((pointer = mapping_next_absent(importer->mapping, row, &at)) != NULL)
        fprintf(stderr, "%s: warning: it has no column for %s of the mapping\n", importer->file,
                pointer);
}

static void report_refusal(struct importer *importer, const struct entry *entry, const char *why)
{
    importer->counts.refused++;
    if (importer->reported++ == IMPORTER_REPORTED_MAX)
        fprintf(stderr, "further refused rows are only counted\n");
    if (importer->reported > IMPORTER_REPORTED_MAX)
        return;
    clear_progress(importer);
    if (entry->pointer != NULL && entry->pointer[0] != '\0')
        fprintf(stderr, "%s:%lld: %s: %s\n", importer->file, (long long)entry->line, entry->pointer,
                why);
    else
        fprintf(stderr, "%s:%lld: %s\n", importer->file, (long long)entry->line, why);
}

static void report_left_out(struct importer *importer, const struct entry *entry,
                            const struct capture_input *row)
{
    for (size_t i = 0; i < row->left_out_count; i++) {
        if (importer->reported++ >= IMPORTER_REPORTED_MAX)
            return;
        clear_progress(importer);
        fprintf(stderr, "%s:%lld: %s: left out: %s\n", importer->file, (long long)entry->line,
                row->left_out[i].pointer, row->left_out[i].detail);
    }
}

static void report_entry(struct importer *importer, const struct chunk *chunk,
                         const struct entry *entry)
{
    importer->counts.rows++;
    if (entry->why != NULL) {
        report_refusal(importer, entry, entry->why);
        return;
    }
    const struct import_result *result = &chunk->results[entry->row];
    report_left_out(importer, entry, &chunk->rows[entry->row].capture);
    switch (result->effect) {
    case IMPORT_NEW:
        importer->counts.added++;
        break;
    case IMPORT_UPDATED:
        importer->counts.updated++;
        break;
    case IMPORT_UNCHANGED:
        importer->counts.unchanged++;
        break;
    case IMPORT_REFUSED:
        report_refusal(importer, entry,
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
    struct importer *importer = chunk->importer;

    chunk->input = (struct import_input){importer->team, chunk->rows + first, count};
    chunk->job = (struct lane_job){
        .command = {.kind = COMMAND_IMPORT_ROWS,
                    .caller.workspace = importer->store->workspace,
                    .input = &chunk->input},
        .done = take_answer,
        .owner = chunk,
    };
    chunk->waiting = true;
    enum err err = lanes_submit(importer->store->lanes, &chunk->job);
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

/* Waits for a chunk, reports its rows, and leaves it empty. */
static int collect(struct chunk *chunk)
{
    struct importer *importer = chunk->importer;
    enum err err = chunk->row_count == 0 ? ERR_NONE : insist(chunk, 0, chunk->row_count);

    if (err != ERR_NONE && !error_is_passing(err))
        err = send_one_by_one(chunk);
    for (size_t i = 0; err == ERR_NONE && i < chunk->entry_count; i++)
        report_entry(importer, chunk, &chunk->entries[i]);
    empty(chunk);
    show_progress(importer);
    if (err == ERR_NONE || importer->code != CLI_OK)
        return importer->code;
    clear_progress(importer);
    importer->code =
        cli_say(CLI_UNAVAILABLE,
                "%s: %s; rows imported so far stay, and the same command continues from there",
                importer->file, error_title(err));
    return importer->code;
}

/* ---- members ---- */

static bool is_there(const struct importer *importer, const struct mapped_step *step)
{
    const struct config *config = importer->store->config;
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

/* Members are configuration, so they are made by their own command, before the rows. */
static int make_members(struct chunk *chunk)
{
    struct importer *importer = chunk->importer;
    struct import_member *members =
        ARENA_ARRAY(chunk->arena, struct import_member, IMPORT_ROWS_MAX * MAPPING_STEPS_MAX);
    json_t *answer = NULL;
    int code = CLI_OK;

    if (members == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    size_t count = list_members(chunk, members);
    for (size_t at = 0; code == CLI_OK && at < count; at += IMPORT_MEMBERS_MAX) {
        size_t left = count - at;
        struct import_members_input input = {members + at,
                                             left < IMPORT_MEMBERS_MAX ? left : IMPORT_MEMBERS_MAX};
        code = cli_store_run(importer->store, NULL, COMMAND_IMPORT_MEMBERS, &input, &answer);
        importer->members_made += json_integer_value(json_object_get(answer, "made"));
        json_decref(answer);
        answer = NULL;
    }
    return code == CLI_OK && count > 0 ? cli_store_config(importer->store) : code;
}

/* ---- filling ---- */

static int send_on(struct chunk *chunk)
{
    struct importer *importer = chunk->importer;

    if (importer->code == CLI_OK && importer->mapping->is_deal)
        importer->code = make_members(chunk);
    if (importer->code != CLI_OK) {
        await(chunk);
        empty(chunk);
    }
    if (chunk->row_count > 0)
        submit(chunk, 0, chunk->row_count);
    importer->filling = (importer->filling + 1) % IMPORTER_CHUNKS;
    return collect(&importer->chunks[importer->filling]);
}

static struct entry *new_entry(struct chunk *chunk, int64_t line)
{
    struct entry *entry = &chunk->entries[chunk->entry_count++];

    *entry = (struct entry){.line = line};
    return entry;
}

static int settle(struct chunk *chunk)
{
    if (arena_failed(chunk->arena)) {
        empty(chunk);
        return chunk->importer->code = cli_say(CLI_FAILED, "short of memory");
    }
    return chunk->entry_count == IMPORT_ROWS_MAX ? send_on(chunk) : CLI_OK;
}

int importer_refuse(struct importer *importer, int64_t line, const char *why)
{
    struct chunk *chunk = &importer->chunks[importer->filling];

    new_entry(chunk, line)->why = arena_strdup(chunk->arena, why);
    return settle(chunk);
}

int importer_add(struct importer *importer, int64_t line, json_t *row)
{
    struct chunk *chunk = &importer->chunks[importer->filling];
    struct entry *entry = new_entry(chunk, line);
    struct mapped_from from = {
        .sender = importer->sender,
        .knowledge = SOURCE_IMPORT,
        .tabular = importer->tabular,
        .file = true,
        .occurred_at = INSTANT_NONE,
        .now = INSTANT_NONE,
    };
    struct mapped *mapped;
    size_t count;

    report_absent_columns(importer, row);
    if (mapping_apply(importer->mapping, row, &from, chunk->arena, &mapped, &count) != ERR_NONE) {
        json_decref(row);
        return settle(chunk);
    }
    if (mapped->error != MAPPED_OK) {
        entry->why = mapped->detail;
        entry->pointer = mapped->pointer;
        json_decref(row);
        return settle(chunk);
    }
    entry->row = chunk->row_count;
    chunk->documents[chunk->row_count] = row;
    chunk->rows[chunk->row_count++] = *mapped;
    return settle(chunk);
}

/* Goes once around, so that every chunk is sent and collected. */
int importer_finish(struct importer *importer)
{
    for (size_t i = 0; i < IMPORTER_CHUNKS; i++)
        send_on(&importer->chunks[importer->filling]);
    clear_progress(importer);
    return importer->code;
}
