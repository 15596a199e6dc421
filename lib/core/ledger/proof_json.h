/*
 * Reads the JSON of checkpoints, receipts and proofs. Objects are closed, and every value can be
 * written in one way only (lower-case ids and hex, times as they are written), so that any
 * difference from what was issued is noticed. The first member that does not fit is kept: check
 * once at the end.
 */
#ifndef BATON_CORE_PROOF_JSON_H
#define BATON_CORE_PROOF_JSON_H

#include "base/instant.h"
#include "base/uuid.h"
#include "core/ledger/merkle.h"

#include <jansson.h>

struct proof_object {
    const json_t *json;
    size_t taken;       /* members read so far */
    const char **wrong; /* name of the first member that does not fit; NULL: none */
};

struct proof_object proof_begin(const json_t *json, const char *name, const char **wrong);
/** Whether every member was read, and each fits. */
bool proof_end(struct proof_object *object);

/* Each reads the member with this name; zero when it does not fit. */

int64_t proof_int(struct proof_object *object, const char *name, int64_t min, int64_t max);
/** Borrowed from the JSON. */
const char *proof_text(struct proof_object *object, const char *name, size_t *len);
struct uuid proof_uuid(struct proof_object *object, const char *name);
/** null reads as nil. */
struct uuid proof_uuid_or_null(struct proof_object *object, const char *name);
instant proof_instant(struct proof_object *object, const char *name);
void proof_hex(struct proof_object *object, const char *name, uint8_t *out, size_t len);
void proof_path(struct proof_object *object, const char *name, struct merkle_path *out);
const json_t *proof_member(struct proof_object *object, const char *name);

/** Marks a member as wrong. */
void proof_wrong(struct proof_object *object, const char *name);

#endif
