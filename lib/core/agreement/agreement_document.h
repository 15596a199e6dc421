/* What the documents of all kinds have in common: how they are checked, whom they ask to sign, and
 * what they say in plain language. */
#ifndef BATON_CORE_AGREEMENT_DOCUMENT_H
#define BATON_CORE_AGREEMENT_DOCUMENT_H

#include "core/config.h"
#include "core/definition/definition_warnings.h"
#include "core/definition/signers.h"

/**
 * All that is wrong with a document of this kind in this workspace, and what looks wrong (known may
 * be NULL: nothing is said of names). ERR_INVALID_DEFINITION with the faults; ERR_OUT_OF_MEMORY.
 */
enum err agreement_document_check(enum agreement_kind kind, const json_t *document,
                                  const struct config *config, const struct known_names *known,
                                  struct faults *faults, struct faults *warnings) MUST_USE;

/** Whom a sound document asks to sign, in the arena; NULL: one of each side, or memory is short. */
const struct signers *agreement_document_signers(const json_t *document, struct arena *arena);

struct agreement_lines {
    const char *const *items; /* sentences, in the document's order */
    size_t count;
};

/** What routes or goals say, a sentence for each point. ERR_OUT_OF_MEMORY, ERR_INTERNAL. */
enum err agreement_document_lines(enum agreement_kind kind, const char *document,
                                  const struct config *config, struct arena *arena,
                                  struct agreement_lines *out) MUST_USE;

#endif
