/*
 * Tables that other systems export: the files of lib/core/intake/exports, each with a title, the
 * columns by which it is known, and the mapping of its rows, which wants a team. A mapping names
 * more columns than an export needs to have: people choose what they export.
 */
#ifndef BATON_CORE_EXPORT_H
#define BATON_CORE_EXPORT_H

#include "base/arena.h"
#include "base/row_reader.h"

#include <jansson.h>

struct export
{
    const char *name; /* of its file, without .json; NULL after the last */
    const char *text; /* JSON */
};

/** All of them, by name; made when building (cmake/embed_texts.cmake). */
extern const struct export exports_embedded[];

/** Whose columns the file has: of several, that with the most. NULL: of none, or memory is short.
 * After row_reader_columns(). */
const char *export_recognise(const struct row_reader *reader, struct arena *arena);

/** The mapping of the export of this name, for the team's rows (NULL: it names none yet), of deals
 * with the team that got them (NULL: none yet), for the caller to free. NULL: there is none of this
 * name, or memory is short (then the arena is marked).
 */
json_t *export_mapping(const char *name, const char *team, const char *to, struct arena *arena);

#endif
