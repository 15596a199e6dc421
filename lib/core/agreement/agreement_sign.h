/*
 * Signing, declining and acknowledging a proposed version, and putting it into force.
 *
 * Invariant: a version comes into force when all whom its document asks for (one marketing and one
 * sales member, when it says nothing) have signed the same content hash, each with their own key;
 * no person signs for both sides; who made the keys is recorded beside each signature and in the
 * ledger. Either side alone declines a proposal, revokes what is signed and not in force yet, and
 * suspends what is in force; the side that suspended resumes.
 */
#ifndef BATON_CORE_AGREEMENT_SIGN_H
#define BATON_CORE_AGREEMENT_SIGN_H

#include "core/agreement/agreement_rules.h"
#include "core/setup_change.h"

struct agreement_named {
    enum agreement_kind kind;
    int version;
};

#define EVIDENCE_MAX 10 /* back-tests of one signature */

struct agreement_sign_input {
    enum agreement_kind kind;
    int version;
    uint8_t hash[DIGEST_BYTES];  /* of the content that the signer has read */
    const struct uuid *evidence; /* back-tests of the very document that it rests on */
    size_t evidence_count;
};

enum decision agreement_sign(struct work *work, const struct command *command,
                             struct outcome *outcome);

/** Also of the steps that a side takes alone. */
struct agreement_decline_input {
    enum agreement_kind kind;
    int version;
    const char *note; /* why */
};

enum decision agreement_decline(struct work *work, const struct command *command,
                                struct outcome *outcome);

enum decision agreement_revoke(struct work *work, const struct command *command,
                               struct outcome *outcome);
enum decision agreement_suspend(struct work *work, const struct command *command,
                                struct outcome *outcome);
/** Of an agreement_named. */
enum decision agreement_resume(struct work *work, const struct command *command,
                               struct outcome *outcome);

/** What a new workspace begins with, in force without a signature; false: memory is short. The
 *  document is sound. */
bool agreement_impose(struct work *work, const struct caller *caller, enum agreement_kind kind,
                      const json_t *document);

/** Of an agreement_named. */
enum decision agreement_acknowledge(struct work *work, const struct command *command,
                                    struct outcome *outcome);

/** A job's command, without input: a signed version whose effective_from has come is put into
 * force; when none is due nothing changes. */
enum decision agreement_enforce(struct work *work, const struct command *command,
                                struct outcome *outcome);

/** The next signed version that agreement_enforce would put into force at this moment; NULL:
 *  none. */
const struct agreement_version *agreement_due(const struct config *config, instant now);

#endif
