/*
 * Documents to begin with: definitions that two teams can sign as they stand and then change to
 * fit, each named after its term, which compile without fault or warning; and routes between a team
 * marketing and a team sales, named after who owns what comes in. They are the files of
 * lib/core/definition/starters.
 */
#ifndef BATON_CORE_STARTER_H
#define BATON_CORE_STARTER_H

#include "core/definition/definition.h"

struct starter {
    const char *name; /* of its file, without .json; NULL after the last */
    const char *text; /* JSON */
};

/** All of them; made when building (cmake/embed_texts.cmake). */
extern const struct starter starters_embedded[];

/** The document as JSON text, static; NULL when there is none of this name. */
const char *starter_document_named(const char *name);

/** The same of a definition. */
const char *starter_document(enum term term);

#endif
