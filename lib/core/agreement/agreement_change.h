/* Drafting, editing, proposing and deleting a version of an agreement, and comments on it. */
#ifndef BATON_CORE_AGREEMENT_CHANGE_H
#define BATON_CORE_AGREEMENT_CHANGE_H

#include "core/agreement/agreement_rules.h"
#include "core/definition/definition_warnings.h"
#include "core/setup_change.h"

#define VERSIONS_MAX 1000 /* of one kind */
#define COMMENTS_MAX 500  /* of one version */
/** Whose edits are taken at once. */
#define EDITS_COMMENTS_MAX 20

struct agreement_draft_input {
    enum agreement_kind kind;
    const json_t *document;          /* borrowed */
    const struct known_names *known; /* NULL: not looked up, so there are no warnings about names */
};

enum decision agreement_draft(struct work *work, const struct command *command,
                              struct outcome *outcome);

struct agreement_replace_input {
    enum agreement_kind kind;
    int version;
    const char *if_match; /* etag_of_json of the document that the client has read */
    const json_t *document;
    const struct known_names *known;
};

enum decision agreement_replace(struct work *work, const struct command *command,
                                struct outcome *outcome);

struct agreement_propose_input {
    enum agreement_kind kind;
    int version;
    instant effective_from; /* INSTANT_NONE: at the last signature */
    const struct known_names *known;
};

enum decision agreement_propose(struct work *work, const struct command *command,
                                struct outcome *outcome);

struct agreement_delete_input {
    enum agreement_kind kind;
    int version;
};

/** Of a draft, by the side of its author. Its number is not used again. */
enum decision agreement_delete(struct work *work, const struct command *command,
                               struct outcome *outcome);

struct agreement_comment_input {
    enum agreement_kind kind;
    int version;
    const char *text;
    const char *criterion; /* id; NULL: on the whole */
    struct uuid backtest;  /* a job, whose result it points at; nil: none */
    bool asks_for_changes; /* only who could decline it may ask */
    const json_t *edits;   /* document_edit.h; NULL: none are suggested */
};

enum decision agreement_comment(struct work *work, const struct command *command,
                                struct outcome *outcome);

/** Of comments on a version that suggest edits: a new draft with all of them, in this order. */
struct agreement_edits_input {
    enum agreement_kind kind;
    int version;
    const struct uuid *comments;
    size_t comment_count;
};

enum decision agreement_take_edits(struct work *work, const struct command *command,
                                   struct outcome *outcome);

/** Makes a draft from a document that has been checked, its row and its ledger entry; checks
 *  nothing. */
const struct agreement_version *agreement_make(struct work *work, const struct caller *caller,
                                               enum agreement_kind kind, int version,
                                               const json_t *document);

/* ---- for the other changes of agreements ---- */

/** The version that a command names; NULL: refused with 404. */
const struct agreement_version *agreement_for_command(struct work *work, enum agreement_kind kind,
                                                      int version, struct outcome *outcome);

/** Whether its state allows the action; if not, a 409 with state and allowed actions. */
bool agreement_may(struct work *work, const struct command *command,
                   const struct agreement_version *version, enum agreement_action action,
                   struct outcome *outcome);

/** Whether a member is named (Baton itself needs none); if not, 422 actor_required. */
bool agreement_has_author(struct work *work, const struct command *command,
                          struct outcome *outcome);

/** A copy that may be changed. */
struct agreement_version *agreement_copy(struct work *work,
                                         const struct agreement_version *version);

void agreement_save(struct work *work, const struct agreement_version *version);

/** Begins a ledger body; write members that sort before "subject", then agreement_append. */
struct json_out *agreement_body(struct work *work);
void agreement_append(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                      struct actor actor, struct uuid team,
                      const struct agreement_version *version);

/** Ends a version because of a later one. False: a row has to be loaded; decide again. */
bool agreement_supersede(struct work *work, const struct agreement_version *version,
                         const struct agreement_version *by, struct actor actor, struct uuid team);

enum decision agreement_answer(struct work *work, const struct command *command,
                               const struct agreement_version *version,
                               const struct faults *warnings, int status, struct outcome *outcome);

#endif
