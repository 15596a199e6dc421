/* The table lead_word: what leads are found by, a row for each word of each lead that is active. */
#ifndef BATON_STORE_LEAD_WORD_TABLE_H
#define BATON_STORE_LEAD_WORD_TABLE_H

#include "core/work.h"
#include "store/pg/pg_scope.h"

struct lead_word {
    const char *word;
    struct uuid lead;
};

extern const struct statement LEAD_WORD_INSERT;

/** Adds the words that these leads have now, and drops those that they had when they were loaded.
 *  The leads' own rows are saved in the same transaction. */
void lead_word_table_queue_save(const struct pg_scope *scope, struct lead *const *leads,
                                size_t count);

#endif
