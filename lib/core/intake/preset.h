/*
 * What senders that many have send, and what they show: the files of lib/core/intake/presets, each
 * with a title, what it is for, auth, mapping, and steps for whoever sets it up. A source that is
 * made of one has copies, which its workspace may change.
 */
#ifndef BATON_CORE_PRESET_H
#define BATON_CORE_PRESET_H

#include "base/arena.h"

#include <jansson.h>

struct preset {
    const char *name; /* of its file, without .json; NULL after the last */
    const char *text; /* JSON */
};

/** All of them, by name; made when building (cmake/embed_texts.cmake). */
extern const struct preset presets_embedded[];

/** Parsed, for the caller to free. NULL: there is none of this name, or memory is short (then arena
 *  is marked). */
json_t *preset_document(const char *name, struct arena *arena);

#endif
