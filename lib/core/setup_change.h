/* What all changes of the configuration have in common: who may make them, the chains they are
 * written to, and the tags that guard against lost updates. */
#ifndef BATON_CORE_SETUP_CHANGE_H
#define BATON_CORE_SETUP_CHANGE_H

#include "base/etag.h"
#include "core/command.h"

/** Whether the caller has one of the roles; Baton itself (command line, jobs) has all. When not,
 *  the outcome is a refusal. */
bool setup_may(struct work *work, const struct command *command, unsigned roles,
               struct outcome *outcome);

/** The chain of a subject that exists; NULL: decide again. */
struct chain_row *setup_chain(struct work *work, struct uuid subject);

/** The empty chain of a subject that this command makes. */
struct chain_row *setup_new_chain(struct work *work, struct uuid subject);

/** Appends the body begun with work_body(), by the command's caller. */
void setup_append(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                  const struct caller *caller);

/** Notes the chain of a subject among what is to be loaded. */
bool setup_note_chain(struct work *work, struct work_keys *keys, struct uuid subject);

/** Whether the tag of what stands in work->scratch is allowed; when not, the outcome is a refusal.
 */
bool setup_tag_fits(struct work *work, const char *if_match, struct outcome *outcome);

/** The team of this name for a field of the body; NULL: unknown or inactive, and refused. */
const struct team *setup_team(struct work *work, const char *name, const char *pointer,
                              struct outcome *outcome);

#endif
