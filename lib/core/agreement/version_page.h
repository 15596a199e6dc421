/*
 * The page of a definition's version in a workspace: the document, and from the configuration who
 * has signed it with whose key, who declined it, and since when it is in force.
 */
#ifndef BATON_CORE_AGREEMENT_VERSION_PAGE_H
#define BATON_CORE_AGREEMENT_VERSION_PAGE_H

#include "core/config.h"
#include "core/definition/page.h"

/** The whole page. ERR_OUT_OF_MEMORY, also when it is more than out takes. */
enum err version_page_write(const struct config *config, const struct definition_version *version,
                            enum page_format format, struct text_out *out) MUST_USE;

/** The version that it is compared with: the one in force when that is older, else the one before.
 *  NULL: there is none. */
const struct definition_version *version_compared_with(const struct config *config,
                                                       const struct definition_version *version);

#endif
