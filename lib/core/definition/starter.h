/*
 * Documents to begin with: definitions that two teams can sign as they stand and then change to
 * fit. They are the files of lib/core/definition/starters, each named after its term, and compile
 * without fault or warning.
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

/** The document as JSON text, static; NULL when there is none for this term. */
const char *starter_document(enum term term);

#endif
