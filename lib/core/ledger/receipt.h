/*
 * A receipt: one ledger entry with all that its hash covers, the path from it to the root of a
 * signed checkpoint, and that checkpoint. With the public key anybody can check it without Baton's
 * database. docs/ledger.md describes it, and how two checkpoints are compared.
 */
#ifndef BATON_CORE_RECEIPT_H
#define BATON_CORE_RECEIPT_H

#include "core/ledger/checkpoint.h"
#include "core/ledger/ledger.h"
#include "core/ledger/merkle.h"

#define RECEIPT_FORMAT     "baton-receipt1"
#define CONSISTENCY_FORMAT "baton-consistency1"

struct receipt {
    struct ledger_entry entry;
    uint8_t prev[DIGEST_BYTES]; /* hash of the entry before it in its chain */
    int64_t pos;
    struct merkle_path path;
    struct checkpoint checkpoint; /* also names the workspace */
};

/** {format, entry, path, checkpoint} */
void receipt_write(const struct receipt *receipt, struct json_out *out);

/** Borrows from the JSON. *wrong names the member that does not fit; SHAPE or KIND. */
enum proof_fault receipt_read(const json_t *json, struct receipt *out, const char **wrong) MUST_USE;

/** Whether it holds under this key. */
enum proof_fault receipt_check(const struct receipt *receipt,
                               const uint8_t public_key[PUBLIC_KEY_BYTES]) MUST_USE;

/** The proof that a kept, older checkpoint of this size is the beginning of a newer one. */
struct consistency {
    int64_t from;
    struct merkle_path path;
    struct checkpoint checkpoint;
};

/** {format, from, path, checkpoint} */
void consistency_write(const struct consistency *consistency, struct json_out *out);

bool consistency_read(const json_t *json, struct consistency *out, const char **wrong) MUST_USE;

/** Whether both checkpoints hold, each with its key, and the kept one is the beginning of the
 *  newer. */
enum proof_fault consistency_check(const struct consistency *consistency,
                                   const struct checkpoint *kept,
                                   const uint8_t kept_key[PUBLIC_KEY_BYTES],
                                   const uint8_t public_key[PUBLIC_KEY_BYTES]) MUST_USE;

#endif
