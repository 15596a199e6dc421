/*
 * The keys that secrets in the database are sealed with (lib/base/seal.h), of a file outside it:
 * one key a line, 64 hex digits; empty lines and those that begin with # are left out. The last
 * key seals, every one opens; so a new key is added to the file first, and the old one taken out
 * once nothing is sealed with it any more.
 *
 * The file is read again when it has changed, before anything is sealed and when a key is met that
 * is not known: nobody has to restart for a new key. What cannot be read then leaves the keys as
 * they were.
 */
#ifndef BATON_STORE_KEYRING_H
#define BATON_STORE_KEYRING_H

#include "base/arena.h"
#include "base/seal.h"
#include "store/seal/private_file.h"

#define KEYRING_KEYS_MAX 16

/** Hex digits of a key's id, without the NUL. */
#define KEYRING_ID_LEN (2 * SEAL_KEY_ID_BYTES)

struct keyring;

/** NULL: why says what is wrong with the file, and what to do. */
struct keyring *keyring_open(const char *path, char why[PRIVATE_FILE_WHY_MAX_BYTES]);
void keyring_free(struct keyring *keyring);

/* All of these from any thread. */

/** Whether it has the key, also after another look at the file. */
bool keyring_has(struct keyring *keyring, const uint8_t id[SEAL_KEY_ID_BYTES]);
/** The id of the key that seals. */
void keyring_newest(struct keyring *keyring, uint8_t id[SEAL_KEY_ID_BYTES]);

/** Seals into the arena; NULL when memory is short. *out_len is SEALED_BYTES(len). */
const uint8_t *keyring_seal(struct keyring *keyring, const struct seal_place *place,
                            const void *clear, size_t len, struct arena *arena, size_t *out_len);

/** Opens into the arena, with a NUL after it. */
enum seal_end keyring_unseal(struct keyring *keyring, const struct seal_place *place,
                             const void *envelope, size_t len, struct arena *arena,
                             const uint8_t **out, size_t *out_len) MUST_USE;

/** The id in hex and a NUL. */
void keyring_write_id(const uint8_t id[SEAL_KEY_ID_BYTES], char out[KEYRING_ID_LEN + 1]);

/* ---- the file ---- */

/** A new file with one new key. */
enum private_file keyring_make_file(const char *path,
                                    char why[PRIVATE_FILE_WHY_MAX_BYTES]) MUST_USE;

/** Adds a new key to the file, which seals from then on. Two at once: both are added. */
bool keyring_add_to_file(const char *path, char why[PRIVATE_FILE_WHY_MAX_BYTES]) MUST_USE;

/** The ids of a file's keys, oldest first; how many, or 0 with why. */
size_t keyring_list_file(const char *path, uint8_t ids[KEYRING_KEYS_MAX][SEAL_KEY_ID_BYTES],
                         char why[PRIVATE_FILE_WHY_MAX_BYTES]) MUST_USE;

#endif
