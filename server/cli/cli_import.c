/* `baton import`. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "base/instant.h"
#include "core/intake/export.h"
#include "import/import_columns.h"
#include "import/importer.h"
#include "import/refused_rows.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAPPING_MEMORY_BYTES (4u << 20)
#define REFUSED_MEMORY_BYTES (16u << 20) /* of one row */
#define PROGRESS_EVERY_MS    200
#define CLI_REFUSED_ROWS     (-1) /* no exit code: rows of the file were refused */

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* ---- the mapping ---- */

static int say_faults(const char *path, const struct faults *faults)
{
    int code = cli_say(CLI_USAGE, "%s is not a mapping for an import (docs/import.md)", path);

    for (size_t i = 0; i < faults->count; i++)
        fprintf(stderr, "  %s: %s\n",
                faults->items[i].pointer[0] == '\0' ? "/" : faults->items[i].pointer,
                faults->items[i].detail);
    return code;
}

static int read_mapping(const char *path, struct arena *arena, const struct mapping **out)
{
    struct faults faults;
    json_error_t error;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (json == NULL)
        return cli_say_json_fault(CLI_USAGE, path, &error);
    static const struct mapping_reading reading = {MAPPING_IMPORT, "", time_zone_find};
    faults_init(&faults, arena);
    enum err err = mapping_compile(json, &reading, arena, &faults, out);
    json_decref(json);
    if (err == ERR_OUT_OF_MEMORY)
        return cli_say(CLI_FAILED, "short of memory");
    return err == ERR_NONE ? CLI_OK : say_faults(path, &faults);
}

static int check_team(const struct cli_store *store, const char *name, const struct team **out)
{
    *out = config_team_named(store->config, name);
    if (*out != NULL && (*out)->active)
        return CLI_OK;
    return cli_say(CLI_FAILED,
                   "the mapping names a team \"%s\", and there is no active one; make it with "
                   "`baton team create`",
                   name);
}

static int check_teams(const struct cli_store *store, const struct mapping *mapping,
                       const struct team **team)
{
    const struct team *step;
    int code = check_team(store, mapping->team, team);

    for (size_t i = 0; code == CLI_OK && i < mapping->step_count; i++)
        code = check_team(store, mapping->steps[i].team, &step);
    return code;
}

/* ---- files ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);

    return len > end_len && strcmp(text + len - end_len, end) == 0;
}

static int format_of(const struct cli *cli, const char *path, enum row_format *out)
{
    const char *given = cli_option(cli, "format");

    if (given != NULL && row_format_named(given, out))
        return CLI_OK;
    if (given != NULL)
        return cli_say(CLI_USAGE, "--format: give csv or ndjson");
    *out = ends_with(path, ".csv") ? ROWS_CSV : ROWS_NDJSON;
    if (*out == ROWS_CSV || ends_with(path, ".ndjson") || ends_with(path, ".jsonl"))
        return CLI_OK;
    return cli_say(CLI_USAGE, "%s: say with --format what this is, csv or ndjson", path);
}

static bool read_bytes(void *context, char *bytes, size_t size, size_t *len)
{
    FILE *file = context;

    *len = fread(bytes, 1, size, file);
    return *len > 0 || !ferror(file);
}

/* One file on its way. */
struct import {
    struct cli *cli;
    struct cli_store *store;
    const struct mapping *mapping; /* NULL: that of an export, as its columns say */
    bool mapping_given;
    const char *export_name; /* of the present file */
    struct arena *mapping_arena;
    const struct team *team;
    instant date;
    bool dry_run;
    FILE *refused; /* NULL: nobody wants those rows */
    bool refused_begun;
    int64_t members_made;
    /* the present file */
    const char *path;
    struct row_reader reader;
    struct arena *arena;
    int64_t started_ms, shown_ms;
};

/* ---- what is said ---- */

static void clear_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

static bool show_progress(void *context, const struct import_tally *tally)
{
    struct import *import = context;
    int64_t now = pg_now_ms();

    if (!isatty(STDERR_FILENO) || now - import->shown_ms < PROGRESS_EVERY_MS)
        return !interrupted;
    import->shown_ms = now;
    fprintf(stderr, "\r%s: %lld rows, %lld/s, %lld refused\033[K", import->path,
            (long long)tally->rows,
            (long long)(tally->rows * 1000 / (now - import->started_ms + 1)),
            (long long)tally->refused);
    return !interrupted;
}

static void write_refused(void *context, const struct importer_refused *row)
{
    struct import *import = context;
    struct text_out out;

    arena_clear(import->arena);
    text_out_init(&out, import->arena, REFUSED_MEMORY_BYTES);
    if (!import->refused_begun)
        refused_rows_begin(&import->reader, &out);
    import->refused_begun = true;
    refused_rows_add(&import->reader, row, &out);
    if (arena_failed(import->arena) || fwrite(out.text, 1, out.len, import->refused) != out.len)
        fprintf(stderr, "%s:%lld: cannot be written to the file of refused rows\n", import->path,
                (long long)row->line);
}

static const char *kind_words(enum import_kind kind)
{
    static const char *const words[IMPORT_KIND_COUNT] = {
        [IMPORT_KIND_REFUSED] = "refused",
        [IMPORT_KIND_LEFT_OUT] = "left out",
        [IMPORT_KIND_UNDATED] = "undated",
    };

    return words[kind];
}

/* "leads.csv: 3 refused, lines 4, 9, 12: /Email: This is not an email address" */
static void print_cause(const char *path, const struct import_cause *cause)
{
    bool named = cause->lines[0] > 0;

    fprintf(stderr, "%s: %lld %s", path, (long long)cause->count, kind_words(cause->kind));
    if (named)
        fprintf(stderr, ", line%s", cause->count == 1 ? "" : "s");
    for (int i = 0; named && i < IMPORT_CAUSE_LINES_MAX && i < cause->count; i++)
        fprintf(stderr, "%s %lld", i == 0 ? "" : ",", (long long)cause->lines[i]);
    fprintf(stderr, "%s: %s%s%s\n", named && cause->count > IMPORT_CAUSE_LINES_MAX ? " …" : "",
            cause->column, cause->column[0] == '\0' ? "" : ": ", cause->why);
}

static void print_tally(const struct import *import, const struct import_tally *tally)
{
    for (int i = 0; i < tally->cause_count; i++)
        print_cause(import->path, &tally->causes[i]);
    if (tally->other_causes > 0)
        fprintf(stderr, "%s: %lld more, of other causes\n", import->path,
                (long long)tally->other_causes);
    printf("%s: %lld rows: %lld new, %lld updated, %lld unchanged, %lld refused", import->path,
           (long long)tally->rows, (long long)tally->added, (long long)tally->updated,
           (long long)tally->unchanged, (long long)tally->refused);
    if (tally->skipped > 0)
        printf(", %lld not wanted", (long long)tally->skipped);
    puts(import->dry_run                      ? "; a dry run: nothing was kept"
         : tally->added + tally->updated == 0 ? "; nothing changed"
                                              : "");
    fflush(stdout);
}

static int say_end(const struct import *import, const struct importer *importer,
                   enum importer_end end)
{
    switch (end) {
    case IMPORTER_DONE:
        return CLI_OK;
    case IMPORTER_STOPPED:
        return cli_say(CLI_FAILED, "interrupted: rows imported so far stay, and the same command "
                                   "continues from there");
    case IMPORTER_FILE_REFUSED:
        return cli_say(CLI_FAILED, "%s:%lld: %s", import->path, (long long)import->reader.line,
                       import->reader.why);
    case IMPORTER_UNREADABLE:
        return cli_say(CLI_FAILED, "%s: it cannot be read on: %s", import->path, strerror(errno));
    case IMPORTER_LOST:
        break;
    }
    return cli_say(error_is_passing(importer_err(importer)) ? CLI_UNAVAILABLE : CLI_FAILED,
                   "%s: %s; rows imported so far stay, and the same command continues from there",
                   import->path, error_title(importer_err(importer)));
}

/* ---- files ---- */

static void print_unfit(const struct import *import, const struct import_unfit *unfit)
{
    for (size_t i = 0; i < unfit->absent_count; i++)
        fprintf(stderr, "%s: warning: %s\n", import->path, unfit->absent[i]);
    if (import->export_name == NULL || unfit->unused_count == 0)
        return;
    fprintf(stderr, "%s: columns that are not imported:", import->path);
    for (size_t i = 0; i < unfit->unused_count; i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : ",", unfit->unused[i]);
    fputc('\n', stderr);
}

/* Without a mapping, that of the export whose columns these are. */
static int recognise(struct import *import)
{
    static const struct mapping_reading reading = {MAPPING_IMPORT, "", time_zone_find};
    const char *team = cli_option(import->cli, "team");
    const char *to = cli_option(import->cli, "to");
    struct faults faults;

    if (import->mapping_given)
        return CLI_OK;
    import->export_name = export_recognise(&import->reader, import->arena);
    if (import->export_name == NULL)
        return cli_say(CLI_USAGE,
                       "%s: it is no export that is known (docs/import.md): say with "
                       "--mapping what its columns mean",
                       import->path);
    fprintf(stderr, "%s: read as %s\n", import->path, import->export_name);
    json_t *json = export_mapping(import->export_name, team, to, import->mapping_arena);
    if (to == NULL && json_object_get(json, "steps") != NULL) {
        json_decref(json);
        return cli_say(CLI_USAGE, "%s: deals want --to, the team that had them", import->path);
    }
    faults_init(&faults, import->mapping_arena);
    enum err err =
        mapping_compile(json, &reading, import->mapping_arena, &faults, &import->mapping);
    json_decref(json);
    return err == ERR_NONE ? check_teams(import->store, import->mapping, &import->team)
                           : cli_say(CLI_FAILED, "its mapping cannot be read: %s", error_code(err));
}

/* The columns, before anything is sent. */
static int bind_columns(struct import *import)
{
    struct import_unfit unfit;
    enum row_status status = row_reader_columns(&import->reader);

    if (status == ROW_READ) {
        int code = recognise(import);
        if (code != CLI_OK)
            return code;
        status = import_columns_bind(import->mapping, import->date != INSTANT_NONE, &import->reader,
                                     import->arena, &unfit);
    }
    switch (status) {
    case ROW_READ:
        print_unfit(import, &unfit);
        return CLI_OK;
    case ROW_END:
        return cli_say(CLI_FAILED, "%s: it is empty", import->path);
    case ROW_FAILED:
        return cli_say(CLI_FAILED, "%s: it cannot be read: %s", import->path, strerror(errno));
    default:
        return cli_say(CLI_FAILED, "%s:%lld: %s", import->path, (long long)import->reader.line,
                       import->reader.why);
    }
}

static int send_rows(struct import *import)
{
    struct importer *importer = importer_new(&(struct importer_settings){
        .lanes = import->store->lanes,
        .cache = import->store->cache,
        .app = import->store->app,
        .workspace = import->store->workspace,
        .mapping = import->mapping,
        .team = import->team->id,
        .dry_run = import->dry_run,
        .date = import->date,
        .watch = {import->refused == NULL ? NULL : write_refused, show_progress, import},
    });
    if (importer == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    enum importer_end end = importer_run(importer, &import->reader, 0);
    const struct import_tally *tally = importer_tally(importer);
    clear_progress();
    int code = say_end(import, importer, end);
    if (code == CLI_OK || tally->rows > 0)
        print_tally(import, tally);
    import->members_made += importer_members_made(importer);
    if (code == CLI_OK && tally->refused > 0)
        code = CLI_REFUSED_ROWS;
    importer_free(importer);
    return code;
}

static int import_stream(struct import *import, FILE *file, enum row_format format)
{
    struct row_reader *reader = &import->reader;
    int code = CLI_OK;

    import->started_ms = import->shown_ms = pg_now_ms();
    arena_clear(import->arena);
    if (!row_reader_init(reader, format, read_bytes, file))
        code = cli_say(CLI_FAILED, "short of memory");
    if (code == CLI_OK)
        code = bind_columns(import);
    if (code == CLI_OK)
        code = send_rows(import);
    if (reader->decoder.encoding > ENCODING_UTF8)
        fprintf(stderr, "%s: read as %s\n", import->path, encoding_name(reader->decoder.encoding));
    row_reader_release(reader);
    return code;
}

static int import_file(struct import *import)
{
    bool is_stdin = strcmp(import->path, "-") == 0;
    enum row_format format;
    int code = format_of(import->cli, import->path, &format);

    if (code != CLI_OK)
        return code;
    FILE *file = is_stdin ? stdin : fopen(import->path, "rb");
    if (file == NULL)
        return cli_say(CLI_FAILED, "%s: %s", import->path, strerror(errno));
    code = import_stream(import, file, format);
    if (!is_stdin)
        fclose(file);
    return code;
}

/* A file with refused rows does not stop the import of the next; any other failure does. */
static int import_files(struct import *import)
{
    int worst = CLI_OK;

    for (int i = 1; i < import->cli->word_count; i++) {
        import->path = import->cli->words[i];
        int code = import_file(import);
        if (code != CLI_OK)
            worst = code == CLI_REFUSED_ROWS ? CLI_FAILED : code;
        if ((code != CLI_OK && code != CLI_REFUSED_ROWS) || interrupted)
            break;
    }
    if (import->members_made > 0)
        printf("%lld members were made, without keys\n", (long long)import->members_made);
    return worst;
}

/* ---- the command ---- */

static int read_date(const struct cli *cli, instant *out)
{
    const char *given = cli_option(cli, "date");

    *out = INSTANT_NONE;
    if (given == NULL || instant_parse_lenient(given, out))
        return CLI_OK;
    return cli_say(CLI_USAGE, "--date: a date such as 2026-01-31 is wanted");
}

static int open_refused(struct import *import)
{
    const char *path = cli_option(import->cli, "refused");

    if (path == NULL)
        return CLI_OK;
    if (import->cli->word_count > 2)
        return cli_say(CLI_USAGE,
                       "--refused: give one file to import at a time, so that its columns "
                       "are those of the refused rows");
    import->refused = fopen(path, "wb");
    return import->refused != NULL ? CLI_OK : cli_say(CLI_FAILED, "%s: %s", path, strerror(errno));
}

static int close_refused(struct import *import, int code)
{
    if (import->refused == NULL || fclose(import->refused) == 0)
        return code;
    return cli_say(CLI_FAILED, "the file of refused rows: %s", strerror(errno));
}

static int import_in(struct cli *cli, struct cli_store *store, const struct mapping *mapping,
                     struct arena *arena)
{
    struct import import = {
        .cli = cli,
        .store = store,
        .mapping = mapping,
        .mapping_given = mapping != NULL,
        .mapping_arena = arena,
        .dry_run = cli_option(cli, "dry-run") != NULL,
        .arena = arena_new(REFUSED_MEMORY_BYTES),
    };
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART | SA_RESETHAND};

    if (import.arena == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    int code = mapping == NULL ? CLI_OK : check_teams(store, mapping, &import.team);
    if (code == CLI_OK)
        code = read_date(cli, &import.date);
    if (code == CLI_OK)
        code = open_refused(&import);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (code == CLI_OK)
        code = import_files(&import);
    code = close_refused(&import, code);
    arena_free(import.arena);
    return code;
}

static int run_import(struct cli *cli)
{
    const char *path = cli_option(cli, "mapping");
    struct arena *arena = arena_new(MAPPING_MEMORY_BYTES);
    const struct mapping *mapping = NULL;
    struct cli_store store;

    if (arena == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    int code = CLI_OK;
    if (path != NULL)
        code = read_mapping(path, arena, &mapping);
    else if (cli_option(cli, "team") == NULL)
        code = cli_say(CLI_USAGE, "--mapping is missing; an export that is known wants --team");
    if (code == CLI_OK)
        code = cli_store_open_workspace(&store, cli, cli->words[0]);
    if (code == CLI_OK) {
        code = import_in(cli, &store, mapping, arena);
        cli_store_close(&store);
    }
    arena_free(arena);
    return code;
}

static const struct cli_option import_options[] = {
    {"mapping", "FILE", false, "what the columns mean, as JSON (docs/mapping.md)"},
    {"team", "TEAM", false,
     "instead of a mapping: whose rows they are, of an export that is known"},
    {"to", "TEAM", false, "of an export of deals: the team that had them"},
    {"format", "FORMAT", false, "csv or ndjson; by default as the file's name ends"},
    {"dry-run", NULL, false, "only count what it would do"},
    {"date", "DATE", false, "when things happened of which the rows do not say it"},
    {"refused", "FILE", false, "write the rows that are refused to this file, with the reason"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_import = {
    .name = "import",
    .words = "WORKSPACE FILE...",
    .what = "Import leads or deals of the past from CSV or JSON lines",
    .more = "Judges nothing and offers nothing. Rows are recognised by (source, external_id), so "
            "the same\ncommand may be run again, also after an interruption: it continues, and "
            "rows that are\nalready there do not change. Why rows are refused is summed up on "
            "stderr, and the exit\ncode is then 1; --refused makes a file of them, with a column "
            "\"why\", that can be mended and\nimported again. \"-\" is standard input.\n"
            "  baton import acme --mapping leads.json --dry-run leads.csv",
    .words_min = 2,
    .words_max = CLI_WORDS_MAX,
    .options = import_options,
    .settings = SETTINGS_DATABASE,
    .run = run_import,
};
