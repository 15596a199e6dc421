/* Finds leads by the words of their names, companies, addresses and ids (lead_words.h). */
#ifndef BATON_STORE_LEAD_SEARCH_H
#define BATON_STORE_LEAD_SEARCH_H

#include "base/text/words.h"
#include "store/read/lead_read.h"

/** Words that are looked for at once; more are refused. */
#define LEAD_SEARCH_WORDS_MAX 8
/** Of the rarest word's leads so many are looked at for a page. */
#define LEAD_SEARCH_SCAN_MAX 1000

struct lead_search {
    const struct words *words; /* each begins a word of the lead; at least one */
    const char *after_word;    /* the last of the page before; "": the first page */
    struct uuid after_lead;
    /* As in struct lead_filter. */
    enum stage stage;
    struct uuid owner_team;
    enum lead_step step;
    instant due_before;
};

struct lead_found {
    struct lead_page page; /* by the word that it was found by, and of one word by age */
    /* Where the next page begins, if there may be one: with more leads, or after what was looked
     * at for this one, which then may have few or none. NULL: this was the last. */
    const char *next_word;
    struct uuid next_lead;
};

enum err lead_search(const struct read *read, const struct lead_search *search, int limit,
                     struct lead_found *out) MUST_USE;

#endif
