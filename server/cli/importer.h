/*
 * Sends rows through the lane: cut into chunks, a few of them in flight at once, and reported in
 * the order of the file. One thread feeds it; the lane's workers answer.
 */
#ifndef BATON_SERVER_IMPORTER_H
#define BATON_SERVER_IMPORTER_H

#include "cli/cli_store.h"

#include "base/row_reader.h"
#include "core/intake/import.h"

/** Chunks that may wait in the lane at once. */
#define IMPORTER_CHUNKS 4
/** How long a database that is away is waited for. */
#define IMPORTER_AWAY_MS 60000
/** Refused rows that are listed; more are only counted. */
#define IMPORTER_REPORTED_MAX 1000

struct importer_counts {
    int64_t rows, added, updated, unchanged, refused;
};

struct importer;

/** Borrows all of it. NULL when memory is short. */
struct importer *importer_new(struct cli_store *store, const struct mapping *mapping,
                              struct uuid team);
/** Nothing may be in flight any more: see importer_finish(). */
void importer_free(struct importer *importer);

/** From here on rows are from this file, which messages call by this name. */
void importer_begin_file(struct importer *importer, const char *name, enum row_format format);

/** Takes a row over (frees it); may wait for an earlier chunk. CLI_OK, or an exit code, with words
 *  on stderr. */
int importer_add(struct importer *importer, int64_t line, json_t *row) MUST_USE;

/** A row that was refused before it could be mapped; why is copied. */
int importer_refuse(struct importer *importer, int64_t line, const char *why) MUST_USE;

/** Sends what is left and waits for everything; must be called after an error too. */
int importer_finish(struct importer *importer) MUST_USE;

/** For the present file. */
const struct importer_counts *importer_counts(const struct importer *importer);
int64_t importer_members_made(const struct importer *importer);

#endif
