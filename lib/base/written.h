/*
 * Values as people and their tools write them, in forms, spreadsheets and webhooks. Our own API
 * takes JSON's types and RFC 3339; whatever reads what others wrote reads it here. Pure.
 */
#ifndef BATON_BASE_WRITTEN_H
#define BATON_BASE_WRITTEN_H

#include "base/instant.h"
#include "base/value.h"

#include <stdbool.h>
#include <stddef.h>

/** Cuts white space and what cannot be seen from both ends: no-break and zero-width spaces too. */
void written_trim(const char **text, size_t *len);

/** yes, true, on, 1, and their opposites, in any case. */
bool written_boolean(const char *text, bool *out);

/** How numbers are written: what stands before the fraction, and what between groups of digits.
 *  Spaces and apostrophes stand between groups in any style. */
struct number_style {
    char decimal; /* '.' or ','; 0: whichever the text leaves no doubt of */
    char group;   /* '.', ',', or 0: only spaces and apostrophes */
};

/** The style of a language or country, such as "de", "de-CH" or "en_GB"; false: none is known. */
bool number_style_of(const char *locale, struct number_style *out);

/** A number with separators, a currency sign or code, or a percent sign ("12 %" is 12); JSON's own
 *  way of writing is read in any style without a group separator of its own. What could be read in
 *  two ways ("1,200" without a style) is no number. */
bool written_number(const char *text, const struct number_style *style, struct value *out);

/** What JSON calls a number, and nothing else. "007" is none: codes keep their zeros. */
bool written_json_number(const char *text, struct value *out);

/** Unix time: 9 to 11 digits are seconds, 12 or 13 milliseconds, with a fraction or not; signs
 *  and other lengths are none. */
bool written_unix_time(const char *text, instant *out);
bool written_unix_number(double number, instant *out);

/** A moment: RFC 3339, also without seconds, with an offset as +0000 or +02 or none (UTC), a bare
 *  date (00:00Z), or Unix time. */
bool written_moment(const char *text, instant *out);

#endif
