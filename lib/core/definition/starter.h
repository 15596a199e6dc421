/*
 * Documents to begin with, for the terms mql and sql: a definition that two teams can sign as it
 * stands and then change to fit. Each compiles without fault or warning.
 */
#ifndef BATON_CORE_STARTER_H
#define BATON_CORE_STARTER_H

#include "core/definition/definition.h"

/** The document as JSON text, static; NULL when there is none for this term (srl). */
const char *starter_document(enum term term);

#endif
