/*
 * A place in a list or a feed, for callers to keep: base64url of a small text with a tag of its
 * list and a version, "<tag>1:<number>:<uuid>:<text>". Opaque to callers; a cursor of another list
 * is refused.
 */
#ifndef BATON_BASE_CURSOR_H
#define BATON_BASE_CURSOR_H

#include "base/arena.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stdint.h>

#define CURSOR_MAX_BYTES     512 /* encoded */
#define CURSOR_TAG_MAX_BYTES 8

/** Each list uses the members that its order needs; the others stay zero. */
struct cursor {
    int64_t number; /* a ledger position, or a moment */
    struct uuid id;
    const char *text; /* NULL reads back as "" */
};

/** The text for the caller; NULL when memory is short. */
const char *cursor_write(const struct cursor *cursor, const char *tag, struct arena *arena);

/** False when the text is not a cursor with this tag; cursor->text lives in the arena. */
bool cursor_read(const char *text, const char *tag, struct arena *arena, struct cursor *out);

#endif
