/* The file of the key that signs checkpoints: PKCS #8 in PEM, readable by its owner alone. */
#ifndef BATON_SERVER_SIGNING_KEY_FILE_H
#define BATON_SERVER_SIGNING_KEY_FILE_H

#include "core/ledger/signing_key.h"
#include "store/seal/private_file.h"

#define SIGNING_KEY_WHY_MAX_BYTES PRIVATE_FILE_WHY_MAX_BYTES

/** NULL: why says what is wrong and what to do. */
struct signing_key *signing_key_file_read(const char *path, char why[SIGNING_KEY_WHY_MAX_BYTES]);

/** A new key in a new file, durably and whole or not at all. */
enum private_file signing_key_file_make(const char *path,
                                        char why[SIGNING_KEY_WHY_MAX_BYTES]) MUST_USE;

#endif
