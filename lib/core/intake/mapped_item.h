/*
 * An item of a document under a mapping, value by value: what one says, and what becomes of the
 * item when it does not fit. Only mapping_apply() and the readers of its parts use it.
 */
#ifndef BATON_CORE_MAPPED_ITEM_H
#define BATON_CORE_MAPPED_ITEM_H

#include "core/intake/mapping.h"
#include "core/intake/mapping_find.h"

/** One item under work. */
struct mapped_item {
    const struct mapping *mapping;
    const struct mapped_from *from;
    struct arena *arena;
    const json_t *json;
    const char *place; /* pointer of the item */
    const char *where; /* of the value at hand, in the item; NULL: where its field says */
    const char *what;  /* the value at hand, which can be left out; NULL: the item fails with it */
    bool failed;       /* the value at hand */
    struct left_out *left_out;
    size_t left_out_count;
    enum mapped_error first_fault; /* of those */
    struct mapped *out;
};

/** Begins with the next value: what it is called when it is left out; NULL: the item fails with
 *  it. */
void mapped_take_up(struct mapped_item *item, const char *what);

/** The value at hand does not fit. Whatever says who it is fails the item, and the first that does
 *  is reported; all else is left out. detail is static. */
void mapped_fail_because(struct mapped_item *item, const struct mapping_field *field,
                         enum mapped_error error, const char *detail);
void mapped_fail(struct mapped_item *item, const struct mapping_field *field,
                 enum mapped_error error);

struct mapping_value mapped_find(struct mapped_item *item, const struct mapping_field *field);

/** A whole number, or a list of one text: what an id or a word may be besides a text. NULL: it is
 *  neither. */
const char *mapped_word(struct mapped_item *item, const json_t *json);

/** The text, or its beginning where the field says so; NULL: too long, and it failed. */
const char *mapped_fit(struct mapped_item *item, const struct mapping_field *field,
                       const char *text, size_t max);

/** The field as one line of text; NULL: absent, or it failed. */
const char *mapped_line(struct mapped_item *item, const struct mapping_field *field, size_t max);

/** INSTANT_NONE: absent, or it failed. */
instant mapped_any_moment(struct mapped_item *item, const struct mapping_field *field);

/** When something happened: between bounds. */
instant mapped_moment(struct mapped_item *item, const struct mapping_field *field);

/** False: the item has no value for it, or it failed. */
bool mapped_value(struct mapped_item *item, const struct mapping_field *field, struct value *out);

/** Where an amount stands, and what its parts are called when they are left out. */
struct mapped_money {
    const struct mapping_field *number, *currency;
    const char *number_what, *currency_what;
};

/** Left out when it is none. */
struct amount mapped_amount(struct mapped_item *item, const struct mapped_money *money);
/** That of an outcome. */
struct amount mapped_outcome_amount(struct mapped_item *item);

/* ---- the parts of an item, into item->out ---- */

void mapped_identities_read(struct mapped_item *item);
void mapped_attributes_read(struct mapped_item *item);
void mapped_stage_read(struct mapped_item *item);
void mapped_touch_read(struct mapped_item *item);
void mapped_deal_read(struct mapped_item *item);
void mapped_facts_read(struct mapped_item *item);
void mapped_outcome_read(struct mapped_item *item);
void mapped_merged_read(struct mapped_item *item);
void mapped_fetch_read(struct mapped_item *item);

#endif
