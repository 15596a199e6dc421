/*
 * A touch: something that happened with a lead. Its dimensions are stored as ids, which the ledger
 * holds in clear: id = first eight bytes of SHA-256(dimension ‖ 0 ‖ value), so every server makes
 * the same id without asking, and the table of values is needed only to show them.
 */
#ifndef BATON_CORE_TOUCH_H
#define BATON_CORE_TOUCH_H

#include "base/currency.h"
#include "base/input.h"
#include "base/instant.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dimension {
    DIMENSION_CHANNEL,
    DIMENSION_SOURCE,
    DIMENSION_MEDIUM,
    DIMENSION_CAMPAIGN,
    DIMENSION_CONTENT,
    DIMENSION_TERM, /* that was searched for */
    DIMENSION_COUNT
};

const char *dimension_name(enum dimension dimension);

#define DIMENSION_VALUE_MAX_BYTES 200
/** Stands for a value that looks personal, where a sender cannot be asked to send another. */
#define DIMENSION_PERSONAL   "(personal)"
#define TOUCH_KIND_MAX_BYTES 64
/** How many touches of one lead are loaded and counted one by one. */
#define TOUCHES_LOADED_MAX 1000

enum direction { DIRECTION_INBOUND, DIRECTION_OUTBOUND };

enum team_function { FUNCTION_MARKETING, FUNCTION_SALES, FUNCTION_OTHER, FUNCTION_COUNT };

const char *direction_name(enum direction direction);
const char *team_function_name(enum team_function function);
bool team_function_parse(const char *name, enum team_function *out);

extern const struct input_type dimension_type;
extern const struct input_type direction_type;
extern const struct input_type team_function_type;

struct touch {
    struct uuid id;
    const char *kind; /* "form_submitted", "webinar_attended", "call" …: a lower-case code */
    instant occurred_at;
    instant recorded_at;
    int64_t dimensions[DIMENSION_COUNT]; /* 0: none given */
    const char *values[DIMENSION_COUNT]; /* texts, only for touches that a command brings */
    enum direction direction;
    enum team_function function; /* of the team that did it */
    struct uuid team;            /* nil: it was recorded before this was kept */
    struct amount cost;          /* what it cost to bring it about */
};

/** Older touches, beyond TOUCHES_LOADED_MAX, counted by kind and UTC day. */
struct touch_count {
    const char *kind;
    int64_t day; /* since 1970-01-01 */
    int64_t count;
};

/** Newest first. */
struct touch_log {
    const struct touch *items;
    size_t count;
    const struct touch_count *older;
    size_t older_count;
};

/** Id of a dimension's value; 0 for NULL, and never 0 for a value. */
int64_t dimension_id(enum dimension dimension, const char *value);

/** The id of an event that its sender names: the same event always has the same id. */
struct uuid touch_id(struct uuid workspace, const char *sender, const char *source,
                     const char *event_id);

/** The same event's of another person, whose touch is one of its own. */
struct uuid touch_id_of(struct uuid event, struct uuid lead);

/** A lower-case code: letters, digits, "_", "-", ".", ":"; 1 to TOUCH_KIND_MAX_BYTES. */
bool touch_kind_valid(const char *kind);

/** Whether a dimension's value looks like a person's email address or phone number. Such values are
 *  refused, since dimensions are in the ledger in clear. */
bool dimension_looks_personal(const char *value);

/** A value of a dimension; refuses such texts. */
extern const struct input_type dimension_value_type;

#endif
