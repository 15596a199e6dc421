/*
 * The keys that secrets in the database are sealed with (lib/base/seal.h), from a file outside it:
 * one key per line, 64 hex digits; empty lines and lines that begin with # are ignored. The last
 * key seals, all of them open; so a new key is added to the file first, and the old one removed
 * when nothing is sealed with it any more.
 *
 * The file is read again when it has changed, before anything is sealed and when an unknown key is
 * met: no server has to be restarted for a new key. If it cannot be read then, the keys stay as
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

/** NULL: why says what is wrong with the file, and what to do about it. */
struct keyring *keyring_open(const char *path, char why[PRIVATE_FILE_WHY_MAX_BYTES]);
void keyring_free(struct keyring *keyring);

/* All of these may be called from any thread. */

/** Whether it has the key, after reading the file again if need be. */
bool keyring_has(struct keyring *keyring, const uint8_t id[SEAL_KEY_ID_BYTES]);
/** The id of the key that seals. */
void keyring_newest(struct keyring *keyring, uint8_t id[SEAL_KEY_ID_BYTES]);

/** Seals into the arena; without bytes when memory is short. */
struct seal_bytes keyring_seal(struct keyring *keyring, const struct seal_place *place,
                               struct seal_bytes clear, struct arena *arena) MUST_USE;

/** Opens into the arena, with a NUL after it. */
enum seal_end keyring_unseal(struct keyring *keyring, const struct seal_place *place,
                             struct seal_bytes envelope, struct arena *arena,
                             struct seal_bytes *out) MUST_USE;

/** The id in hex and a NUL. */
void keyring_write_id(const uint8_t id[SEAL_KEY_ID_BYTES], char out[KEYRING_ID_LEN + 1]);

/* ---- the file ---- */

/** A new file with one new key. */
enum private_file keyring_make_file(const char *path,
                                    char why[PRIVATE_FILE_WHY_MAX_BYTES]) MUST_USE;

/** Adds a new key to the file; it seals from then on. When two do so at once, both keys are
 *  added. */
bool keyring_add_to_file(const char *path, char why[PRIVATE_FILE_WHY_MAX_BYTES]) MUST_USE;

/** The ids of a file's keys, oldest first. Returns how many; 0, with why, on failure. */
size_t keyring_list_file(const char *path, uint8_t ids[KEYRING_KEYS_MAX][SEAL_KEY_ID_BYTES],
                         char why[PRIVATE_FILE_WHY_MAX_BYTES]) MUST_USE;

#endif
