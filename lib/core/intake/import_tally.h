/*
 * What came of the rows of an import: how many of each kind, and why those that were refused were,
 * summed up by cause with the first lines of each. It can be written and read again, so that an
 * import that was interrupted goes on counting.
 */
#ifndef BATON_CORE_IMPORT_TALLY_H
#define BATON_CORE_IMPORT_TALLY_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json_out.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/** Causes that are kept apart; more of them are counted as one without words. */
#define IMPORT_CAUSES_MAX      60
#define IMPORT_CAUSE_LINES_MAX 3

enum import_kind {
    IMPORT_KIND_REFUSED,  /* the row */
    IMPORT_KIND_LEFT_OUT, /* one value of it */
    IMPORT_KIND_UNDATED,  /* when it happened is not said */
    IMPORT_KIND_COUNT
};

struct import_cause {
    enum import_kind kind;
    const char *column; /* its place, as a pointer; "": the whole row */
    const char *why;
    int64_t count;
    int64_t lines[IMPORT_CAUSE_LINES_MAX]; /* the first of them */
};

struct import_tally {
    int64_t rows; /* all of the others together */
    int64_t added, updated, unchanged;
    int64_t skipped; /* the mapping does not want them */
    int64_t refused;
    struct import_cause causes[IMPORT_CAUSES_MAX]; /* in the order in which they came */
    int cause_count;
    int64_t other_causes; /* rows and values of causes that there was no room for */
};

/** Counts a row or a value with its cause, which is copied into the arena when it is new; a row of
 *  the kind refused is not added to refused. line 0: where it stands is not said. */
void import_tally_cause(struct import_tally *tally, struct arena *arena,
                        const struct import_cause *cause, int64_t line);

/** As an object: rows, new, updated, unchanged, skipped, refused, causes. */
void import_tally_write(const struct import_tally *tally, struct json_out *out);

/** False: it is not what import_tally_write() wrote, or memory is short. */
bool import_tally_read(const json_t *json, struct arena *arena, struct import_tally *out) MUST_USE;

#endif
