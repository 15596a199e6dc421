/*
 * Files that were sent to be imported. No command of the lane reads them: they are written by the
 * requests that bring them, and by the job that reads them. They go after IMPORT_KEPT_DAYS.
 */
#ifndef BATON_STORE_IMPORT_FILES_H
#define BATON_STORE_IMPORT_FILES_H

#include "base/instant.h"
#include "base/row_reader.h"
#include "core/background_job.h"
#include "store/read/read.h"

/** Bytes of one run's refused rows that are kept, and shown at once. */
#define IMPORT_REFUSED_MAX_BYTES ((size_t)4 << 20)
/** Runs of one file that are shown, the newest first. */
#define IMPORT_RUNS_SHOWN_MAX 20

struct import_file {
    struct uuid id;
    const char *name;
    enum row_format format;
    int64_t bytes;
    int64_t lines;
    const char *preview; /* JSON */
    size_t preview_len;
    struct uuid team;
    struct uuid member; /* nil: a team's key */
    instant made_at;
};

struct import_piece {
    struct uuid file;
    int number; /* from 0 */
    const char *bytes;
    size_t len;
};

/** Pieces that a workspace keeps of all its files: each holds a mebibyte at most. */
#define IMPORT_PIECES_KEPT_MAX 2000

/** How many it keeps. */
enum err import_pieces_kept(const struct read *read, int64_t *out) MUST_USE;

/** Stores a piece; durable when it returns. */
enum err import_piece_add(const struct read *read, const struct import_piece *piece,
                          instant now) MUST_USE;

/** Stores the last piece and the file. */
enum err import_file_add(const struct read *read, const struct import_file *file,
                         const struct import_piece *last) MUST_USE;

/** ERR_NOT_FOUND when there is none. Texts in the read's arena. */
enum err import_file_get(const struct read *read, struct uuid id, struct import_file *out) MUST_USE;

struct import_file_page {
    struct import_file *items; /* the newest first */
    size_t count;
    bool more; /* older ones follow */
};

/** Files sent before this one (nil: the newest), at most limit. */
enum err import_file_page(const struct read *read, struct uuid before, int limit,
                          struct import_file_page *out) MUST_USE;

/** A piece into the arena; len 0: there is none of this number. */
enum err import_piece_get(const struct read *read, struct import_piece *piece) MUST_USE;

/** The runs of a file, the newest first. */
enum err import_file_runs(const struct read *read, struct uuid file,
                          const struct background_job **out, size_t *count) MUST_USE;

struct import_refused_row {
    int64_t line; /* 0: the columns */
    const char *cells;
    size_t len;
};

/** Keeps rows of a run; those that are there already stay. */
enum err import_refused_add(const struct read *read, struct uuid job,
                            const struct import_refused_row *rows, size_t count,
                            instant now) MUST_USE;

/** They one after the other, in the order of the file. */
enum err import_refused_read(const struct read *read, struct uuid job, const char **out,
                             size_t *len) MUST_USE;

#endif
