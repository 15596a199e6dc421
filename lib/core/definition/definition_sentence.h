/*
 * A test in English, made only from its compiled form, so that a signer reads what is really
 * tested. Negations are carried down to the simple tests (which does not change three-valued
 * logic), so no sentence negates twice.
 *
 * Names and codes are enclosed in SENTENCE_NAME and SENTENCE_END, which no name contains (names
 * have no control characters); definition_sentence() leaves the marks out.
 */
#ifndef BATON_CORE_DEFINITION_SENTENCE_H
#define BATON_CORE_DEFINITION_SENTENCE_H

#include "base/text_out.h"
#include "core/definition/definition.h"

#define SENTENCE_NAME '\001'
#define SENTENCE_END  '\002'

#define SENTENCE_MAX_BYTES (2 << 20)

/** The test whose first node has this index, with marks. */
void definition_sentence_marked(const struct definition *definition, size_t test,
                                struct text_out *out);

/** The same as plain text: `company.employees is at least 50`. */
void definition_sentence(const struct definition *definition, size_t test, struct text_out *out);

/** What a criterion gives: `required`, `20 points; 30 points instead when …`, `rules the lead
 *  out`. */
void definition_worth_marked(const struct definition *definition, const struct criterion *criterion,
                             struct text_out *out);
void definition_worth(const struct definition *definition, const struct criterion *criterion,
                      struct text_out *out);

/** A value as sentences have it: texts in quotes. Not a list. */
void sentence_put_value(struct text_out *out, const struct value *value);
/** `8 hours`, `90 minutes`. */
void sentence_put_minutes(struct text_out *out, int32_t minutes);

/** Copies without the marks. */
void sentence_strip(const struct text_out *marked, struct text_out *out);

#endif
