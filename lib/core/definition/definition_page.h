/*
 * The page of a definition's version in plain language: statement, when a lead meets it, every
 * criterion's title next to the sentence made from its test, points and tiers, thresholds, reasons
 * and what follows, exceptions, clocks, content hash, proposer, signatures and what they rest on.
 */
#ifndef BATON_CORE_DEFINITION_PAGE_H
#define BATON_CORE_DEFINITION_PAGE_H

#include "core/definition/definition.h"
#include "core/definition/definition_page_facts.h"
#include "core/definition/page.h"

/** The whole page. ERR_OUT_OF_MEMORY, also when it is more than out takes. */
enum err definition_page_write(const struct definition *definition,
                               const struct definition_page *page, enum page_format format,
                               struct text_out *out) MUST_USE;

/** The same of routes or goals, whose document is these sentences. */
enum err definition_page_write_lines(const char *subject, const char *const *lines, size_t count,
                                     const struct definition_page *page, enum page_format format,
                                     struct text_out *out) MUST_USE;

#endif
