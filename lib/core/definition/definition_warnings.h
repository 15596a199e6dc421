/* Warnings about a definition that is allowed but looks wrong: names that no lead has had yet. */
#ifndef BATON_CORE_DEFINITION_WARNINGS_H
#define BATON_CORE_DEFINITION_WARNINGS_H

#include "core/definition/definition.h"

/** Names of attributes that leads have, read from the database beforehand. */
struct known_names {
    const char *const *names;
    size_t count;
};

/** Adds a warning "never_seen" for each attribute that the definition uses and that is neither
 *  known nor derived, at the first place where the document names it. known NULL: adds none. */
void definition_warn_unseen(const struct definition *definition, const json_t *document,
                            const struct known_names *known, struct faults *warnings);

/**
 * All warnings about a stored document, for reads: those of compiling it and those above.
 * ERR_INVALID_DEFINITION when it does not compile, ERR_OUT_OF_MEMORY.
 */
enum err definition_warnings(const char *document, const struct known_names *known,
                             struct arena *arena, struct faults *warnings) MUST_USE;

#endif
