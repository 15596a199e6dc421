/*
 * What senders that many have send, and what they show: the files of lib/core/intake/presets, each
 * with a title, what it is for, auth, mapping, and steps for whoever sets it up. A source that is
 * made of one has copies, which its workspace may change.
 */
#ifndef BATON_CORE_PRESET_H
#define BATON_CORE_PRESET_H

#include "base/arena.h"
#include "base/error.h"
#include "core/setup/source_change.h"

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

/** A source as the preset of this name has it, with the same name: what its sender shows, the
 *  mapping, and the steps; no team and no secret. Everything is in the arena. ERR_NOT_FOUND: there
 *  is none; ERR_OUT_OF_MEMORY. */
enum err preset_source(const char *name, struct arena *arena,
                       struct source_create_input *out) MUST_USE;

#endif
