/*
 * The page of a definition's version in plain language: statement, when a lead meets it, every
 * criterion's title next to the sentence made from its test, points and tiers, thresholds, reasons
 * and what follows, exceptions, clocks, content hash and signatures.
 */
#ifndef BATON_CORE_DEFINITION_PAGE_H
#define BATON_CORE_DEFINITION_PAGE_H

#include "core/definition/definition.h"
#include "core/definition/definition_diff.h"
#include "core/definition/page.h"
#include "core/definition/touch.h"

struct page_signature {
    enum team_function side;
    const char *member; /* name or email, as the workspace shows it */
    instant signed_at;
    const char *key_made_by; /* who made the key that signed; NULL: unknown */
};

struct page_comment {
    const char *member;
    instant at;
    const char *criterion; /* NULL: on the whole */
    const char *text;
};

/** What the page shows besides the document; unknown members stay zero, NULL or INSTANT_NONE. */
struct definition_page {
    int64_t version;
    const char *state;      /* "draft", "proposed", "declined", "in_force", "superseded" … */
    const uint8_t *hash;    /* DIGEST_BYTES; NULL while it is a draft */
    instant effective_from; /* INSTANT_NONE: at the second signature */
    instant in_force_from;
    instant superseded_at;
    const char *step; /* what a side did alone: "Declined", "Suspended" …; NULL: declined */
    const char *declined_by;
    const char *declined_note;
    const struct page_signature *signatures;
    size_t signatures_count;
    const struct page_comment *comments;
    size_t comments_count;
    const struct definition_diff *diff; /* compared with another version; NULL: not shown */
    int64_t diff_against;               /* the version that diff compares with */
};

/** The whole page. ERR_OUT_OF_MEMORY, also when it is more than out takes. */
enum err definition_page_write(const struct definition *definition,
                               const struct definition_page *page, enum page_format format,
                               struct text_out *out) MUST_USE;

/** The same of routes or goals, whose document is these sentences. */
enum err definition_page_write_lines(const char *subject, const char *const *lines, size_t count,
                                     const struct definition_page *page, enum page_format format,
                                     struct text_out *out) MUST_USE;

#endif
