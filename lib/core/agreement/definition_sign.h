/*
 * Signing, declining and acknowledging a proposed version, and putting it into force.
 *
 * Invariant: a version comes into force when one marketing and one sales member have signed the
 * same content hash, each with their own key; no person signs for both sides; who made the keys is
 * recorded beside each signature and in the ledger.
 */
#ifndef BATON_CORE_DEFINITION_SIGN_H
#define BATON_CORE_DEFINITION_SIGN_H

#include "core/agreement/definition_rules.h"
#include "core/setup_change.h"

struct definition_sign_input {
    enum term term;
    int version;
    uint8_t hash[DIGEST_BYTES]; /* of the content that the signer has read */
};

enum decision definition_sign(struct work *work, const struct command *command,
                              struct outcome *outcome);

struct definition_decline_input {
    enum term term;
    int version;
    const char *note;
};

enum decision definition_decline(struct work *work, const struct command *command,
                                 struct outcome *outcome);

struct definition_named {
    enum term term;
    int version;
};

enum decision definition_acknowledge(struct work *work, const struct command *command,
                                     struct outcome *outcome);

/** A job's command, without input: puts a signed version into force whose effective_from has come;
 *  when none is due nothing changes. */
enum decision definition_enforce(struct work *work, const struct command *command,
                                 struct outcome *outcome);

/** The next signed version that definition_enforce would put into force at this moment; NULL:
 *  none. */
const struct definition_version *definition_due(const struct config *config, instant now);

#endif
