/*
 * The words of a text, as one looks for it: without regard to case, accents, width and invisible
 * characters ("Müller-Lüdenscheidt" is found as "muller-lud"). They are cut at white space, so what
 * is written without any is one word.
 */
#ifndef BATON_BASE_WORDS_H
#define BATON_BASE_WORDS_H

#include "base/arena.h"
#include "base/error.h"

#include <stddef.h>

/** What is longer is cut there, between two characters. */
#define WORD_MAX_BYTES 128
/** What comes after these is left out. */
#define WORDS_MAX            64
#define WORDS_TEXT_MAX_BYTES 1024

struct words {
    const char *items[WORDS_MAX]; /* in the arena; none is empty or contains white space */
    size_t count;
};

enum words_cut {
    WORDS_WHOLE,     /* "o'brien" */
    WORDS_AND_PARTS, /* "o'brien", "o", "brien" */
};

/** Adds the words of a text that are not there yet. What is neither letter nor digit around a word
 *  is dropped, and so is a word of nothing else. ERR_INVALID_VALUE: it is no UTF-8;
 *  ERR_OUT_OF_MEMORY. */
enum err words_add(struct words *words, const char *text, size_t len, enum words_cut cut,
                   struct arena *arena) MUST_USE;

#endif
