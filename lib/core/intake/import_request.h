/* Asks for an import of a file that was sent: a background job reads it (server/import). */
#ifndef BATON_CORE_IMPORT_REQUEST_H
#define BATON_CORE_IMPORT_REQUEST_H

#include "base/row_reader.h"
#include "core/command.h"
#include "core/intake/mapping.h"

struct import_request_input {
    struct uuid file;
    const struct mapping *mapping;
    const char *document; /* of the mapping, as JSON */
    bool dry_run;
    instant date; /* of rows that say none; INSTANT_NONE: they count as of when they are read */
    /* of the file, read before */
    enum row_format format;
    int64_t lines;
    const char *const *absent; /* sentences: columns that it lacks, and can be imported without */
    size_t absent_count;
    const char *const *unused; /* names of columns that the mapping does not speak of */
    size_t unused_count;
};

/** Answers 202 with the job. Only for teams of the caller's side, and never deals: they say what
 *  both sides did, so the operator imports them. */
enum decision import_request(struct work *work, const struct command *command,
                             struct outcome *outcome);

/** What the job has to do. */
struct import_order {
    struct uuid file;
    const struct mapping *mapping;
    bool dry_run;
    instant date;
    enum row_format format;
    int64_t lines; /* about */
};

/** Reads the request of such a job; reading is of an import. ERR_INTERNAL: it is none;
 *  ERR_OUT_OF_MEMORY. */
enum err import_order_read(const json_t *request, const struct mapping_reading *reading,
                           struct arena *arena, struct import_order *out) MUST_USE;

#endif
