/* Drafting, editing and proposing a version of a definition. */
#ifndef BATON_CORE_DEFINITION_CHANGE_H
#define BATON_CORE_DEFINITION_CHANGE_H

#include "core/agreement/definition_rules.h"
#include "core/definition/definition_warnings.h"
#include "core/setup_change.h"

#define VERSIONS_MAX 1000 /* of one term */

struct definition_draft_input {
    enum term term;
    const json_t *document;          /* borrowed */
    const struct known_names *known; /* NULL: not looked up, so there are no warnings about names */
};

enum decision definition_draft(struct work *work, const struct command *command,
                               struct outcome *outcome);

struct definition_replace_input {
    enum term term;
    int version;
    const char *if_match; /* etag_of_json of the document that the client has read */
    const json_t *document;
    const struct known_names *known;
};

enum decision definition_replace(struct work *work, const struct command *command,
                                 struct outcome *outcome);

struct definition_propose_input {
    enum term term;
    int version;
    instant effective_from; /* INSTANT_NONE: at the second signature */
    const struct known_names *known;
};

enum decision definition_propose(struct work *work, const struct command *command,
                                 struct outcome *outcome);

/** Makes a draft from a document that has been compiled, its row and its ledger entry; checks
 *  nothing. */
const struct definition_version *definition_make(struct work *work, const struct caller *caller,
                                                 enum term term, int version,
                                                 const json_t *document);

/* ---- for the other changes of definitions ---- */

/** The version that a command names; NULL: refused with 404. */
const struct definition_version *definition_for_command(struct work *work, enum term term,
                                                        int version, struct outcome *outcome);

/** Whether its state allows the action; if not, a 409 with state and allowed actions. */
bool definition_may(struct work *work, const struct command *command,
                    const struct definition_version *version, enum definition_action action,
                    struct outcome *outcome);

/** Whether a member is named (Baton itself needs none); if not, 422 actor_required. */
bool definition_has_author(struct work *work, const struct command *command,
                           struct outcome *outcome);

/** A copy that may be changed. */
struct definition_version *definition_copy(struct work *work,
                                           const struct definition_version *version);

void definition_save(struct work *work, const struct definition_version *version);

/** Begins a ledger body; write members between "member" and "term", then definition_append. */
struct json_out *definition_body(struct work *work);
void definition_append(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                       struct actor actor, struct uuid team,
                       const struct definition_version *version);

/** Ends a version because of a later one; false: decide again. */
bool definition_supersede(struct work *work, const struct definition_version *version,
                          const struct definition_version *by, struct actor actor,
                          struct uuid team);

enum decision definition_answer(struct work *work, const struct command *command,
                                const struct definition_version *version,
                                const struct faults *warnings, int status, struct outcome *outcome);

#endif
