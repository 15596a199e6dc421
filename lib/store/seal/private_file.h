/* A file that only its owner can read or write, such as one with a key in it: refused when others
 * can, and written completely or not at all. */
#ifndef BATON_STORE_PRIVATE_FILE_H
#define BATON_STORE_PRIVATE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define PRIVATE_FILE_WHY_MAX_BYTES 1536 /* a path and a sentence */

enum private_file {
    PRIVATE_FILE_DONE,
    PRIVATE_FILE_ABSENT, /* reading: it does not exist */
    PRIVATE_FILE_EXISTS, /* making: it exists already, and stays as it is */
    PRIVATE_FILE_FAILED, /* anything else; why says what, and what to do about it */
};

/** Reads the whole file, size - 1 bytes at most, and adds a NUL. */
enum private_file private_file_read(const char *path, char *out, size_t size, size_t *len,
                                    char why[PRIVATE_FILE_WHY_MAX_BYTES]) MUST_USE;

/** A new file, durable when this returns. */
enum private_file private_file_make(const char *path, const char *bytes, size_t len,
                                    char why[PRIVATE_FILE_WHY_MAX_BYTES]) MUST_USE;

/** Replaces an existing file likewise. Of two at once, the later one wins. */
enum private_file private_file_replace(const char *path, const char *bytes, size_t len,
                                       char why[PRIVATE_FILE_WHY_MAX_BYTES]) MUST_USE;

#endif
