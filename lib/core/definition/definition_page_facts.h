/* What a version's page says besides its document, part by part: state, what it changes, who signed
 * it and read it, what was said of it. A part without content writes nothing, except signatures,
 * which then says that there are none. */
#ifndef BATON_CORE_DEFINITION_PAGE_FACTS_H
#define BATON_CORE_DEFINITION_PAGE_FACTS_H

#include "core/definition/definition_diff.h"
#include "core/definition/page.h"
#include "core/definition/touch.h"

struct page_signature {
    enum team_function side;
    const char *member; /* name or email, as the workspace shows it */
    instant signed_at;
    const char *key_made_by;     /* who made the key that signed; NULL: unknown */
    const char *const *evidence; /* ids of the back-tests that it rests on */
    size_t evidence_count;
};

struct page_reader {
    const char *member; /* NULL: somebody who is no longer here */
    instant at;
};

struct page_comment {
    const char *member;
    instant at;
    const char *criterion; /* NULL: on the whole */
    const char *text;
    bool asks_for_changes;
};

/** What the page shows besides the document; unknown members stay zero, NULL or INSTANT_NONE. */
struct definition_page {
    int64_t version;
    const char *state;      /* "draft", "proposed", "declined", "in_force", "superseded" … */
    const uint8_t *hash;    /* DIGEST_BYTES; NULL while it is a draft */
    instant effective_from; /* INSTANT_NONE: at the second signature */
    instant in_force_from;
    instant superseded_at;
    const char *proposed_by; /* NULL: nobody yet */
    instant proposed_at;
    const char *step; /* what a side did alone: "Declined", "Suspended" …; NULL: declined */
    const char *declined_by;
    const char *declined_note;
    const struct page_signature *signatures;
    size_t signatures_count;
    const struct page_reader *readers; /* who said that they have read it */
    size_t readers_count;
    const struct page_comment *comments;
    size_t comments_count;
    const struct definition_diff *diff; /* compared with another version; NULL: not shown */
    int64_t diff_against;               /* the version that diff compares with */
};

void page_write_state(struct page *page, const struct definition_page *facts);
void page_write_decline(struct page *page, const struct definition_page *facts);
void page_write_changes(struct page *page, const struct definition_page *facts);
void page_write_signatures(struct page *page, const struct definition_page *facts);
void page_write_readers(struct page *page, const struct definition_page *facts);
void page_write_comments(struct page *page, const struct definition_page *facts);

#endif
