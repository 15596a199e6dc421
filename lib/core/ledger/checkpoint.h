/*
 * A checkpoint: the signed statement that a workspace's ledger had this size and this Merkle root
 * (core/ledger/merkle.h) at this time. The byte table is in docs/ledger.md; the format is
 * permanent.
 *
 * signed are: "baton-checkpoint1"[17] ‖ workspace[16] ‖ size[8] ‖ root[32] ‖ time µs[8] ‖ key
 * id[8], integers big-endian.
 */
#ifndef BATON_CORE_CHECKPOINT_H
#define BATON_CORE_CHECKPOINT_H

#include "base/digest.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/json_out.h"
#include "base/uuid.h"
#include "core/ledger/signing_key.h"

#include <jansson.h>

#define CHECKPOINT_BYTES 89

struct checkpoint {
    struct uuid workspace;
    int64_t size; /* it covers the entries at positions 1 to size */
    uint8_t root[DIGEST_BYTES];
    instant at;
    uint8_t key_id[KEY_ID_BYTES];
    uint8_t public_key[PUBLIC_KEY_BYTES];
    uint8_t signature[SIGNATURE_BYTES];
};

void checkpoint_bytes(const struct checkpoint *checkpoint, uint8_t out[CHECKPOINT_BYTES]);

/** Fills in key id, public key and signature. */
bool checkpoint_sign(struct checkpoint *checkpoint, const struct signing_key *key) MUST_USE;

/* What can be wrong with a checkpoint, a receipt or a proof; the words follow "it does not hold:
 * ". */
#define PROOF_FAULT_TABLE(X)                                                                       \
    X(SHAPE, "it is not of the form that docs/ledger.md describes")                                \
    X(OTHER_KEY, "the checkpoint was signed with another key than the one that was given")         \
    X(KEY_ID, "the checkpoint's key id is not that of its public key")                             \
    X(SIGNATURE, "the checkpoint's signature does not fit what it says")                           \
    X(KIND, "the entry's type is not what its kind means")                                         \
    X(HASH, "the entry's hash is not that of its content and its predecessor")                     \
    X(UNCOVERED, "the entry stands after the end of the checkpoint")                               \
    X(PATH, "the path does not lead from the entry to the checkpoint's root")                      \
    X(WORKSPACE, "the checkpoints are of two workspaces")                                          \
    X(SHORTER, "the kept checkpoint covers more than the new one: the ledger was cut")             \
    X(INCONSISTENT, "the kept checkpoint is not the beginning of the new one: what it covers was " \
                    "changed")

enum proof_fault {
    PROOF_HOLDS,
#define X(name, words) PROOF_FAULT_##name,
    PROOF_FAULT_TABLE(X)
#undef X
};

/** The words; NULL for PROOF_HOLDS. */
const char *proof_fault_words(enum proof_fault fault);

/** Whether it holds under this key. OTHER_KEY, KEY_ID, SIGNATURE. */
enum proof_fault checkpoint_check(const struct checkpoint *checkpoint,
                                  const uint8_t public_key[PUBLIC_KEY_BYTES]) MUST_USE;

/** {workspace, size, root, at, key_id, public_key, signature} */
void checkpoint_write(const struct checkpoint *checkpoint, struct json_out *out);

/** Reads the same. *wrong names the member that does not fit. */
bool checkpoint_read(const json_t *json, struct checkpoint *out, const char **wrong) MUST_USE;

#endif
