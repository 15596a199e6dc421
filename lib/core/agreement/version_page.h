/*
 * The page of a version as a workspace has it: the document in plain language, and from the
 * configuration who has signed it with whose key, what was said of it, who declined or suspended
 * it, and since when it is in force. And what a version changes, in words.
 */
#ifndef BATON_CORE_AGREEMENT_VERSION_PAGE_H
#define BATON_CORE_AGREEMENT_VERSION_PAGE_H

#include "core/config.h"
#include "core/definition/definition_diff.h"
#include "core/definition/page.h"

/** The whole page. ERR_OUT_OF_MEMORY, also when it is more than out takes; ERR_NOT_FOUND for a
 *  version that was deleted. */
enum err version_page_write(const struct config *config, const struct agreement_version *version,
                            enum page_format format, struct text_out *out) MUST_USE;

/** The version that it is compared with: the one in force when that is older, else the one before.
 *  NULL: there is none. */
const struct agreement_version *version_compared_with(const struct config *config,
                                                      const struct agreement_version *version);

/** What changed from one version to another of the same kind; everything lives in the arena.
 *  ERR_OUT_OF_MEMORY. */
enum err version_diff(const struct config *config, const struct agreement_version *before,
                      const struct agreement_version *after, struct arena *arena,
                      struct definition_diff *out) MUST_USE;

/** Writes {term | subject, version, against, changes}; version is null for a document that is no
 *  version yet, whose number is 0. */
void version_diff_write(const struct agreement_version *before,
                        const struct agreement_version *after, const struct definition_diff *diff,
                        struct json_out *out);

#endif
