/*
 * The routes that both sides agree on (docs/agreements.md is the reference of the document): from
 * which team to which, the gates, for which leads, and what becomes of what nobody answers.
 */
#ifndef BATON_CORE_ROUTES_DOCUMENT_H
#define BATON_CORE_ROUTES_DOCUMENT_H

#include "core/config.h"
#include "core/definition/signers.h"

#define ROUTES_IN_DOCUMENT_MAX 100

struct routes_document {
    struct route_rule *rules; /* whose `when` the document owns */
    size_t count;
    struct route_terms terms;
    const struct signers *signers; /* NULL: one of each side */
};

/**
 * Reads a document; teams and members are those of config. Everything lives in the arena but the
 * tests, which routes_document_release() frees. ERR_INVALID_DEFINITION with the faults of form;
 * ERR_OUT_OF_MEMORY. Also of an invalid document what was read has to be released.
 */
enum err routes_document_read(const json_t *document, const struct config *config,
                              struct arena *arena, struct faults *faults,
                              struct routes_document *out) MUST_USE;

/** What is wrong with it as a whole, and with its teams as they are now: ways that nobody can ever
 *  take, ways without a gate between functions or in a circle, teams that are not active, a referee
 *  who belongs to a side. */
void routes_document_check(const struct routes_document *routes, const json_t *document,
                           const struct config *config, struct faults *faults);

void routes_document_release(struct routes_document *routes);

#endif
