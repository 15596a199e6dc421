/*
 * JSON of strangers: what RFC 8259's grammar allows is read whole, where jansson and PostgreSQL
 * could not keep it as it stands. What was changed on the way is noted, with its place.
 */
#ifndef BATON_BASE_JSON_LENIENT_H
#define BATON_BASE_JSON_LENIENT_H

#include "base/arena.h"
#include "base/error.h"

#include <jansson.h>
#include <stddef.h>

/* code, what people read */
#define JSON_NOTE_TABLE(X)                                                                         \
    X(BIG_NUMBER, "big_number", "The number has more digits than a number keeps: it is a text.")   \
    X(HALF_CHARACTER, "half_character", "Half a character was replaced by U+FFFD.")                \
    X(NUL, "nul", "\\u0000 was dropped.")                                                          \
    X(CONTROL, "control", "A control character stands in a text as it is.")                        \
    X(REPEATED, "repeated", "The name stands twice in one object: the last value counts.")         \
    X(ENCODING, "encoding", "It was not UTF-8 and was converted.")

enum json_note_code {
#define X(name, code, detail) JSON_NOTE_##name,
    JSON_NOTE_TABLE(X)
#undef X
        JSON_NOTE_COUNT
};

const char *json_note_name(enum json_note_code code);
const char *json_note_detail(enum json_note_code code);

struct json_note {
    enum json_note_code code;
    const char *pointer; /* of the value; of what is repeated, its name's */
};

/** Noted of one text, at most; what comes after is changed in the same way without a note. */
#define JSON_NOTES_MAX 50

struct json_notes {
    struct json_note items[JSON_NOTES_MAX];
    size_t count;
};

void json_notes_add(struct json_notes *notes, enum json_note_code code, const char *pointer);

/** Any JSON value, within json_bounds.h; a byte-order mark is skipped. The caller frees *out.
 *  ERR_MALFORMED_JSON: it is none, and *line and *column (from 1) say where that shows, or are 0:
 *  it is beyond the bounds. ERR_OUT_OF_MEMORY, with arena marked. */
enum err json_lenient_read(const char *text, size_t len, struct arena *arena,
                           struct json_notes *notes, json_t **out, int *line, int *column) MUST_USE;

#endif
