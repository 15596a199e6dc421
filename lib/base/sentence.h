/*
 * Sentences for people in JSON: what is wrong, and what to do. In the program they stand without
 * the last full stop, so that one can be part of another ("…; see errors"); it is added here.
 */
#ifndef BATON_BASE_SENTENCE_H
#define BATON_BASE_SENTENCE_H

#include "base/json_out.h"

/** Writes the member with a full stop at its end, unless the text ends a sentence already. NULL
 *  writes null. */
void sentence_write(struct json_out *out, const char *key, const char *text);

#endif
