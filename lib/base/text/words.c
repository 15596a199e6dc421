#include "base/text/words.h"

#include "base/text/unicode.h"

#include <stdbool.h>
#include <string.h>

static bool has_word(const struct words *words, const char *text, size_t len)
{
    for (size_t i = 0; i < words->count; i++)
        if (strncmp(words->items[i], text, len) == 0 && words->items[i][len] == '\0')
            return true;
    return false;
}

/* So many bytes at most, and no half character. */
static size_t cut_at(const char *text, size_t len, size_t most)
{
    if (len <= most)
        return len;
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static enum err add(struct words *words, const char *text, size_t len, struct arena *arena)
{
    len = cut_at(text, len, WORD_MAX_BYTES);
    if (words->count == WORDS_MAX || has_word(words, text, len))
        return ERR_NONE;
    const char *word = arena_copy(arena, text, len);
    if (word == NULL)
        return ERR_OUT_OF_MEMORY;
    words->items[words->count++] = word;
    return ERR_NONE;
}

/* Runs of letters and digits within a word; a word that is one run is there already. */
static enum err add_parts(struct words *words, const char *word, size_t len, struct arena *arena)
{
    enum err err = ERR_NONE;

    for (size_t at = 0; err == ERR_NONE && at < len;) {
        size_t run = unicode_run(word + at, len - at, UNICODE_ALPHANUMERIC);
        if (run > 0)
            err = add(words, word + at, run, arena);
        at += run;
        if (at < len)
            at += unicode_run_not(word + at, len - at, UNICODE_ALPHANUMERIC);
    }
    return err;
}

static enum err add_word(struct words *words, const char *word, size_t len, enum words_cut cut,
                         struct arena *arena)
{
    size_t before = unicode_run_not(word, len, UNICODE_ALPHANUMERIC);

    if (before == len)
        return ERR_NONE;
    word += before;
    len = unicode_end(word, len - before, UNICODE_ALPHANUMERIC);
    enum err err = add(words, word, len, arena);
    return err == ERR_NONE && cut == WORDS_AND_PARTS ? add_parts(words, word, len, arena) : err;
}

enum err words_add(struct words *words, const char *text, size_t len, enum words_cut cut,
                   struct arena *arena)
{
    const char *folded;
    enum err err = unicode_fold(text, cut_at(text, len, WORDS_TEXT_MAX_BYTES), arena, &folded);

    if (err != ERR_NONE)
        return err;
    for (size_t at = 0, end = strlen(folded); err == ERR_NONE && at < end;) {
        size_t word = unicode_run_not(folded + at, end - at, UNICODE_SPACE);
        err = add_word(words, folded + at, word, cut, arena);
        at += word;
        at += unicode_run(folded + at, end - at, UNICODE_SPACE);
    }
    return err;
}
