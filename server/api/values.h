/*
 * What values of the API may be: each limit is defined once, here or with its noun in core
 * (term_type, stage_type, note_type …) or in base (input_email, name_type, code_type).
 */
#ifndef BATON_SERVER_VALUES_H
#define BATON_SERVER_VALUES_H

#include "base/input.h"

/** What people call a thing. */
extern const struct input_type title_type;
/** An id in another system, an anonymous id, an event's id. */
extern const struct input_type foreign_id_type;
/** Of a pointer to struct identity: "source:id". */
extern const struct input_type foreign_pair_type;
/** A member's id or email. */
extern const struct input_type member_type;
/** A version in a body or a path. */
extern const struct input_type version_type;
/** A version in a query. */
extern const struct input_type asked_version_type;
/** For a pointer to struct period_end: a date or a moment; when a date begins depends on the time
 *  zone. */
extern const struct input_type period_end_type;
/** A position in the ledger, or a size of it. */
extern const struct input_type position_type;
/** A document whose members are read elsewhere. */
extern const struct input_type document_type;
/** Of a struct amount: {"minor": 1250, "currency": "EUR"}. */
extern const struct input_type amount_type;
/** The value of a header. */
extern const struct input_type header_type;

/** Puts the JSON of a value, as text, into the field, a const char *; false, with a fault, when it
 *  is longer than max bytes. */
bool value_keep_json(struct input *in, const struct input_node *at, const struct input_field *field,
                     void *base, size_t max);

/** The same of a calendar, which is compiled to find its faults; or of null. */
bool value_keep_calendar(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base, size_t max);

/** Items of a list. */
extern const struct input_type limit_type;

#endif
