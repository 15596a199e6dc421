/*
 * What became of a delivery, item by item, as it is stored and shown (DeliveryReport of
 * openapi.yaml): codes, places, ids, and never a value.
 *   {"items": [{"status", "effect", "lead_id", "error", "detail", "left_out": [{"what", "at",
 * "code", "detail"}]}], "read": [{"at", "code", "detail"}]}
 */
#ifndef BATON_CORE_DELIVERY_REPORT_H
#define BATON_CORE_DELIVERY_REPORT_H

#include "base/json_lenient.h"
#include "base/uuid.h"
#include "core/intake/mapping.h"

#include <jansson.h>
#include <stddef.h>

enum item_effect {
    ITEM_APPLIED,
    ITEM_FAILED,
    ITEM_IGNORED, /* on purpose */
    ITEM_WAITING, /* for what it names to be fetched */
    ITEM_EFFECT_COUNT
};

/** Of one item. */
struct delivery_outcome {
    enum item_effect effect;
    struct uuid lead;          /* nil: none */
    const char *error;         /* NULL: none */
    const struct mapped *item; /* with what was left out; NULL: kept instead */
    const json_t *kept;        /* what is stored of it from the last time; NULL: nothing */
};

/** Values left out that are named for one delivery, at most. */
#define REPORT_LEFT_OUT_MAX 500

/** NULL: memory is short. */
const char *delivery_report_write(const struct delivery_outcome *results, size_t count,
                                  const struct json_notes *notes, struct arena *arena);

/** The members of one item, and what was changed when the body was read. */
void delivery_report_members(const struct delivery_outcome *result, struct json_out *out);
void delivery_report_notes(const struct json_notes *notes, struct json_out *out);

/** The items of a stored report, to be freed; NULL: there are none. */
json_t *delivery_report_items(const char *report, struct arena *arena);

/** The lead of an item; nil: none, or there is no such item. items may be NULL. */
struct uuid delivery_report_lead(const json_t *items, size_t index);
enum item_effect delivery_report_effect(const json_t *items, size_t index);

#endif
