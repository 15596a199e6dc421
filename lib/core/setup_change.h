/* Shared by all changes of the configuration: who may make them, the chains they are recorded in,
 * and the tags that prevent lost updates. */
#ifndef BATON_CORE_SETUP_CHANGE_H
#define BATON_CORE_SETUP_CHANGE_H

#include "base/etag.h"
#include "core/command.h"

/** Whether the caller has one of the roles; Baton itself (command line, jobs) has all of them. If
 *  not, the outcome is a refusal. */
bool setup_may(struct work *work, const struct command *command, unsigned roles,
               struct outcome *outcome);

/** The chain of a subject that exists; NULL: decide again. */
struct chain_row *setup_chain(struct work *work, struct uuid subject);

/** An empty chain for a subject that this command makes. */
struct chain_row *setup_new_chain(struct work *work, struct uuid subject);

/** Appends the body begun with work_body(), in the name of the command's caller. */
void setup_append(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                  const struct caller *caller);

/** Adds the chain of a subject to what is loaded. */
bool setup_note_chain(struct work *work, struct work_keys *keys, struct uuid subject);

/** Whether If-Match allows the tag of the text in work->scratch; if not, the outcome is a
 *  refusal. */
bool setup_tag_fits(struct work *work, const char *if_match, struct outcome *outcome);

/** The team with this name, for a field of the body; NULL: unknown or inactive, and refused. */
const struct team *setup_team(struct work *work, const char *name, const char *pointer,
                              struct outcome *outcome);

/** Adds to a stored answer, read back as a tree, the secret that it left out: the answer is given
 * again with it. */
void setup_reveal(struct work *work, json_t *answer, const char *member, const char *secret,
                  struct outcome *outcome);

#endif
