/*
 * Sends the rows of a file through the lane: cut into chunks, a few of them in flight at once, and
 * counted in the order of the file. One thread feeds it; the lane's workers answer. `baton import`
 * and jobs of POST /v1/imports do the same by it.
 */
#ifndef BATON_SERVER_IMPORTER_H
#define BATON_SERVER_IMPORTER_H

#include "base/row_reader.h"
#include "core/intake/import.h"
#include "core/intake/import_tally.h"
#include "store/config_cache.h"
#include "store/lane.h"

/** Chunks that may wait in the lane at once. */
#define IMPORTER_CHUNKS 4
/** How long a database that is away is waited for. */
#define IMPORTER_AWAY_MS 60000

/** A row that was refused, as it stands in the file. */
struct importer_refused {
    int64_t line;
    const char *pointer; /* of the place; "": the whole row */
    const char *why;
    const char *const *cells;
    size_t count;
};

/** Who follows it, in the order of the file, on the thread that feeds it. */
struct importer_watch {
    void (*refused)(void *context,
                    const struct importer_refused *row); /* NULL: nobody keeps them */
    /** After each chunk; false: no more of them. NULL: nobody. */
    bool (*progress)(void *context, const struct import_tally *tally);
    void *context;
};

struct importer_settings {
    struct lanes *lanes;        /* all borrowed */
    struct config_cache *cache; /* app: a connection to read it by */
    struct pg *app;
    struct uuid workspace;
    const struct mapping *mapping;
    struct uuid team; /* that brings the leads */
    bool dry_run;     /* nothing is kept */
    instant date;     /* of rows that do not say when; INSTANT_NONE: they count as of now */
    struct importer_watch watch;
};

struct importer;

/** NULL when memory is short. */
struct importer *importer_new(const struct importer_settings *settings);
/** Nothing may be in flight any more: see importer_run(). */
void importer_free(struct importer *importer);

enum importer_end {
    IMPORTER_DONE,
    IMPORTER_STOPPED,      /* by the watch */
    IMPORTER_FILE_REFUSED, /* see why and line of the reader */
    IMPORTER_UNREADABLE,   /* its bytes cannot be had, or memory is short: see errno */
    IMPORTER_LOST,         /* the database, or memory: see importer_err() */
};

/**
 * Reads the rows that are left and sends them, the first of them skip (which were done before, and
 * are in the tally) only read; import_columns_bind() comes before. When it returns, nothing is in
 * flight. What has been done stays done; sent again, it changes nothing.
 */
enum importer_end importer_run(struct importer *importer, struct row_reader *reader,
                               int64_t skip) MUST_USE;
enum err importer_err(const struct importer *importer);

/** What has come of it so far; it may be set before importer_run(). */
struct import_tally *importer_tally(struct importer *importer);
/** For the causes of its tally. */
struct arena *importer_arena(struct importer *importer);
int64_t importer_members_made(const struct importer *importer);

#endif
