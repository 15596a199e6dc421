/* Reads which touches a test counts, and the count that it compares with. */
#include "core/definition/definition_reader.h"

#include <string.h>

bool reader_touch_count(struct definition_reader *reader, const struct input_node *at,
                        struct touch_filter *filter)
{
    bool whole = filter->half_life_days == 0 && filter->per_days == 0;
    double number = json_number_value(at->json);

    if (!json_is_number(at->json) || (whole && !json_is_integer(at->json)))
        return input_fault(
            &reader->in, at, "type",
            whole ? "A count of touches is compared with a whole number"
                  : "A decayed count of touches, or a rate of them, is compared with a "
                    "number");
    if (number < 0 || number > TEST_TOUCHES_MAX)
        return input_fault(&reader->in, at, "range", "0 to %d is wanted", TEST_TOUCHES_MAX);
    filter->wanted = json_is_integer(at->json) ? json_integer_value(at->json) * TOUCH_COUNT_ONE
                                               : (int64_t)(number * (double)TOUCH_COUNT_ONE + 0.5);
    return true;
}

/* ---- one text, or a list of texts ---- */

static const struct input_type kind_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = TOUCH_KIND_MAX_BYTES,
    .fits = touch_kind_valid,
    .code = "code",
    .wanted = "A kind of touch has a-z, 0-9, _ - . and : alone",
};
static const struct input_type dimension_type_of_filter = {
    .kind = INPUT_LINE, .min = 1, .max = DIMENSION_VALUE_MAX_BYTES};

static bool read_texts(struct input *in, const struct input_node *at, const struct input_type *type,
                       const char *const **names, size_t *names_count)
{
    bool list = json_is_array(at->json);
    size_t count = list ? json_array_size(at->json) : 1;
    const char **texts = ARENA_ARRAY(in->arena, const char *, count);
    bool sound = true;

    if (count == 0 || count > TOUCH_FILTER_VALUES_MAX)
        return input_fault(in, at, count == 0 ? "empty" : "too_many", "1 to %d texts are wanted",
                           TOUCH_FILTER_VALUES_MAX);
    for (size_t i = 0; texts != NULL && i < count; i++) {
        const struct input_node item = list ? input_item(at, i) : *at;
        sound = input_value(in, &item, type, &texts[i]) && sound;
    }
    *names = texts;
    *names_count = texts == NULL ? 0 : count;
    return sound && !arena_failed(in->arena);
}

static bool add_kind(struct input *in, const struct input_node *at, const char *kind)
{
    struct definition_reader *reader = in->context;

    for (size_t i = 0; i < reader->kinds_count; i++)
        if (strcmp(reader->kinds[i], kind) == 0)
            return true;
    if (reader->kinds_count == TOUCH_KINDS_MAX)
        return input_fault(in, at, "too_many", "One definition names at most %d kinds of touch",
                           TOUCH_KINDS_MAX);
    reader->kinds[reader->kinds_count++] = kind;
    return true;
}

static bool read_kinds(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct touch_filter *filter = base;

    (void)field;
    if (!read_texts(in, at, &kind_type, &filter->kinds, &filter->kinds_count))
        return false;
    for (size_t i = 0; i < filter->kinds_count; i++)
        if (!add_kind(in, at, filter->kinds[i]))
            return false;
    return true;
}

static bool read_dimension(struct input *in, const struct input_node *at,
                           const struct input_field *field, void *base)
{
    struct touch_filter *filter = base;
    struct touch_values *values = (struct touch_values *)((char *)base + field->offset);
    enum dimension dimension = (enum dimension)(values - filter->dimensions);

    if (!read_texts(in, at, &dimension_type_of_filter, &values->names, &values->count))
        return false;
    int64_t *ids = ARENA_ARRAY(in->arena, int64_t, values->count);
    for (size_t i = 0; ids != NULL && i < values->count; i++)
        ids[i] = dimension_id(dimension, values->names[i]);
    values->ids = ids;
    return ids != NULL;
}

static bool read_direction(struct input *in, const struct input_node *at,
                           const struct input_field *field, void *base)
{
    struct touch_filter *filter = base;

    (void)field;
    filter->has_direction = true;
    return input_value(in, at, &direction_type, &filter->direction);
}

/* ---- the filter ---- */

static const struct input_type kinds_type = {.kind = INPUT_ANY, .read = read_kinds};
static const struct input_type dimension_filter_type = {.kind = INPUT_ANY, .read = read_dimension};
static const struct input_type direction_filter_type = {.kind = INPUT_ANY, .read = read_direction};
static const struct input_type days_type = {.kind = INPUT_INT32, .min = 1, .max = TEST_DAYS_MAX};

#define DIMENSION_FIELD(name, dimension)                                                           \
    {                                                                                              \
        name, &dimension_filter_type, AT(struct touch_filter, dimensions[dimension])               \
    }

static const struct input_field filter_fields[] = {
    {"kind", &kinds_type, .offset = 0},
    {"within_days", &days_type, AT(struct touch_filter, within_days)},
    {"half_life_days", &days_type, AT(struct touch_filter, half_life_days)},
    {"per_days", &days_type, AT(struct touch_filter, per_days)},
    {"direction", &direction_filter_type, AT(struct touch_filter, direction)},
    DIMENSION_FIELD("channel", DIMENSION_CHANNEL),
    DIMENSION_FIELD("source", DIMENSION_SOURCE),
    DIMENSION_FIELD("medium", DIMENSION_MEDIUM),
    DIMENSION_FIELD("campaign", DIMENSION_CAMPAIGN),
    DIMENSION_FIELD("content", DIMENSION_CONTENT),
    DIMENSION_FIELD("term", DIMENSION_TERM),
};
static const struct input_spec filter_spec = INPUT_SPEC(filter_fields, struct touch_filter);

/* A rate is of a time that has an end. */
static bool check_rate(struct definition_reader *reader, const struct input_node *at,
                       const struct touch_filter *filter)
{
    const struct input_node place = input_member(at, "per_days");

    if (filter->per_days == 0)
        return true;
    if (filter->half_life_days > 0)
        return input_fault(&reader->in, &place, "half_life",
                           "A rate and a half-life exclude each other");
    if (filter->within_days == 0)
        return input_fault(&reader->in, &place, "required",
                           "A rate needs within_days: of which time it is");
    if (filter->per_days > filter->within_days)
        return input_fault(&reader->in, &place, "range",
                           "A rate is of at most the time that is counted, %d days",
                           (int)filter->within_days);
    return true;
}

bool reader_touches(struct definition_reader *reader, const struct input_node *at,
                    struct touch_filter *filter)
{
    bool sound = input_object(&reader->in, at, &filter_spec, filter);

    sound = sound && check_rate(reader, at, filter);
    filter->counts_older = !filter->has_direction;
    for (int i = 0; i < DIMENSION_COUNT; i++)
        if (filter->dimensions[i].count > 0)
            filter->counts_older = false;
    return sound;
}
