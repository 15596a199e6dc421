/*
 * What Unicode says of a text, by ICU: one spelling for one text, lower case, names of domains.
 * ICU's memory comes from malloc; when it is short, the arena is marked. All of ICU that
 * is used here is opened once and never changes after that, so any thread may call.
 */
#ifndef BATON_BASE_UNICODE_H
#define BATON_BASE_UNICODE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * Opens what these functions need of ICU; the first call of any of them does it too. A server does
 * it before it is ready: ICU remembers an opening that failed for want of memory for as long as the
 * process lives. False when memory was short.
 */
bool unicode_open(void);

/** White space of any language, within valid UTF-8. */
bool unicode_has_space(const char *text);

/** Whether every byte is below 0x80: then ICU has nothing to say. */
bool unicode_is_ascii(const char *text, size_t len);

/**
 * The text without invisible characters (format characters such as zero-width spaces, joiners, soft
 * hyphens and byte-order marks, those that turn the direction, variation selectors) and without
 * white space around it, no-break spaces too, in normal form C. White space inside stays.
 * ERR_INVALID_VALUE: it is no UTF-8; ERR_OUT_OF_MEMORY.
 */
enum err unicode_clean(const char *text, size_t len, struct arena *arena,
                       const char **out) MUST_USE;

/** Lower case by Unicode, of no particular language, in normal form C. Errors as above. */
enum err unicode_lower(const char *text, size_t len, struct arena *arena,
                       const char **out) MUST_USE;

/** The text as one looks for it: without case, accents, differences of width and invisible
 *  characters, in normal form C. A curly apostrophe is a straight one. Errors as above. */
enum err unicode_fold(const char *text, size_t len, struct arena *arena, const char **out) MUST_USE;

/**
 * The text in ASCII as far as it says the same there: digits of any script, full-width forms, white
 * space, dashes, the dots and slashes of other scripts; without invisible characters. out has room
 * for len + 1 bytes, which is never too little; needs no memory. Returns its length.
 */
size_t unicode_plain(const char *text, size_t len, char *out);

enum unicode_class {
    UNICODE_SPACE,
    UNICODE_ALPHANUMERIC, /* letters and digits, and the marks that belong to them */
};

/** How many bytes of valid UTF-8, from the first, are of the class; or are not. */
size_t unicode_run(const char *text, size_t len, enum unicode_class class);
size_t unicode_run_not(const char *text, size_t len, enum unicode_class class);
/** Where the last character of the class ends. */
size_t unicode_end(const char *text, size_t len, enum unicode_class class);

/** A domain in A-labels: IDNA 2008 by UTS #46 without the transitional mapping (the sharp s stays).
 *  ERR_INVALID_VALUE: it has none; ERR_OUT_OF_MEMORY. */
enum err unicode_domain(const char *domain, struct arena *arena, const char **out) MUST_USE;

#endif
