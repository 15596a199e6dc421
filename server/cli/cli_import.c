/* `baton import`. */
#include "cli/cli_commands.h"
#include "cli/importer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define MAPPING_MEMORY_BYTES (4u << 20)

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* ---- the mapping ---- */

static int say_faults(const char *path, const struct faults *faults)
{
    int code = cli_say(CLI_USAGE, "%s is not a mapping for an import (docs/mapping.md)", path);

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

static bool format_named(const char *name, enum row_format *out)
{
    *out = strcmp(name, "csv") == 0 ? ROWS_CSV : ROWS_NDJSON;
    return *out == ROWS_CSV || strcmp(name, "ndjson") == 0;
}

static int format_of(const struct cli *cli, const char *path, enum row_format *out)
{
    const char *given = cli_option(cli, "format");

    if (given != NULL && format_named(given, out))
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

static int read_rows(struct importer *importer, struct row_reader *reader, const char *path)
{
    int code = CLI_OK;

    while (code == CLI_OK) {
        json_t *row;
        if (interrupted)
            return cli_say(CLI_FAILED, "interrupted: rows imported so far stay, and the same "
                                       "command continues from there");
        switch (row_reader_next(reader, &row)) {
        case ROW_READ:
            code = importer_add(importer, reader->line, row);
            break;
        case ROW_REFUSED:
            code = importer_refuse(importer, reader->line, reader->why);
            break;
        case ROW_END:
            return CLI_OK;
        case ROW_FILE_REFUSED:
            return cli_say(CLI_FAILED, "%s:%lld: %s", path, (long long)reader->line, reader->why);
        case ROW_FAILED:
            return cli_say(CLI_FAILED, "%s: it cannot be read on: %s", path, strerror(errno));
        }
    }
    return code;
}

static void print_counts(const char *path, const struct importer_counts *counts)
{
    printf("%s: %lld rows: %lld new, %lld updated, %lld unchanged, %lld refused%s\n", path,
           (long long)counts->rows, (long long)counts->added, (long long)counts->updated,
           (long long)counts->unchanged, (long long)counts->refused,
           counts->added + counts->updated == 0 ? "; nothing changed" : "");
    fflush(stdout);
}

static int import_stream(struct importer *importer, FILE *file, const char *path,
                         enum row_format format)
{
    struct row_reader reader;
    int code = CLI_FAILED;

    importer_begin_file(importer, path, format);
    if (row_reader_init(&reader, format, read_bytes, file))
        code = read_rows(importer, &reader, path);
    else
        cli_say(code, "short of memory");
    if (reader.decoder.encoding > ENCODING_UTF8)
        fprintf(stderr, "%s: read as %s\n", path, encoding_name(reader.decoder.encoding));
    row_reader_release(&reader);
    int finished = importer_finish(importer);
    if (code == CLI_OK || importer_counts(importer)->rows > 0)
        print_counts(path, importer_counts(importer));
    if (code == CLI_OK)
        code = finished;
    return code == CLI_OK && importer_counts(importer)->refused > 0 ? CLI_FAILED : code;
}

static int import_file(const struct cli *cli, struct importer *importer, const char *path)
{
    bool is_stdin = strcmp(path, "-") == 0;
    enum row_format format;
    int code = format_of(cli, path, &format);

    if (code != CLI_OK)
        return code;
    FILE *file = is_stdin ? stdin : fopen(path, "rb");
    if (file == NULL)
        return cli_say(CLI_FAILED, "%s: %s", path, strerror(errno));
    code = import_stream(importer, file, path, format);
    if (!is_stdin)
        fclose(file);
    return code;
}

/* A file with refused rows does not stop the import of the next; any other failure does. */
static int import_files(const struct cli *cli, struct importer *importer)
{
    int worst = CLI_OK;

    for (int i = 1; i < cli->word_count; i++) {
        int code = import_file(cli, importer, cli->words[i]);
        if (code != CLI_OK)
            worst = code;
        if (code != CLI_OK &&
            (code != CLI_FAILED || importer_counts(importer)->refused == 0 || interrupted))
            break;
    }
    if (importer_members_made(importer) > 0)
        printf("%lld members were made, without keys\n",
               (long long)importer_members_made(importer));
    return worst;
}

static int import_in(struct cli *cli, struct cli_store *store, const struct mapping *mapping)
{
    const struct team *team;
    int code = check_teams(store, mapping, &team);

    if (code != CLI_OK)
        return code;
    struct importer *importer = importer_new(store, mapping, team->id);
    if (importer == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART | SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    code = import_files(cli, importer);
    importer_free(importer);
    return code;
}

static int run_import(struct cli *cli)
{
    const char *path = cli_option(cli, "mapping");
    struct arena *arena = arena_new(MAPPING_MEMORY_BYTES);
    const struct mapping *mapping;
    struct cli_store store;

    if (arena == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    int code = path == NULL ? cli_say_missing("mapping") : read_mapping(path, arena, &mapping);
    if (code == CLI_OK)
        code = cli_store_open_workspace(&store, cli, cli->words[0]);
    if (code == CLI_OK) {
        code = import_in(cli, &store, mapping);
        cli_store_close(&store);
    }
    arena_free(arena);
    return code;
}

static const struct cli_option import_options[] = {
    {"mapping", "FILE", false, "what the columns mean, as JSON (docs/mapping.md)"},
    {"format", "FORMAT", false, "csv or ndjson; by default as the file's name ends"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_import = {
    .name = "import",
    .words = "WORKSPACE FILE...",
    .what = "Import leads or deals of the past from CSV or JSON lines",
    .more = "Judges nothing and offers nothing. Rows are recognised by (source, external_id), so "
            "the same\ncommand may be run again, also after an interruption: it continues, and "
            "rows that are\nalready there do not change. Refused rows are listed on stderr with "
            "line and reason, and\nthe exit code is then 1. \"-\" is standard input.\n"
            "  baton import acme --mapping leads.json leads.csv",
    .words_min = 2,
    .words_max = CLI_WORDS_MAX,
    .options = import_options,
    .settings = SETTINGS_DATABASE,
    .run = run_import,
};
