/* What a lead is found by: the words of its name, company, email addresses and ids elsewhere. */
#ifndef BATON_CORE_LEAD_WORDS_H
#define BATON_CORE_LEAD_WORDS_H

#include "core/command.h"

/** The words of a lead as they are kept: in the order of their bytes, with a space between them; ""
 *  of a lead that is no longer active. NULL when memory is short. */
const char *lead_words(const struct lead *lead, struct arena *arena);

/** Before a work set is saved: each lead in it that is to be saved gets the words that it is found
 *  by now. One whose words are the same keeps them as they are. */
void lead_words_renew(struct work *work);

/** Of leads from before words were kept, or that a server of that version has erased: a batch of
 *  them gets theirs, without an entry, since nothing has happened to them. */
bool lead_words_keys(const struct command *command, struct work *work, struct work_keys *keys);
/** 200 {done, more} */
enum decision lead_words_keep(struct work *work, const struct command *command,
                              struct outcome *outcome);

#endif
