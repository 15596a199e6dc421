/* Which touches a test counts, and the count that it compares with. */
#include "core/definition/definition_reader.h"

#include <string.h>

bool reader_touch_count(struct definition_reader *reader, const json_t *json, const char *pointer,
                        struct touch_filter *filter)
{
    bool whole = filter->half_life_days == 0;
    double number = json_number_value(json);

    if (!json_is_number(json) || (whole && !json_is_integer(json))) {
        faults_add(reader->faults, pointer, "type",
                   whole ? "a count of touches is compared with a whole number"
                         : "a decayed count of touches is compared with a number");
        return false;
    }
    if (number < 0 || number > TEST_TOUCHES_MAX) {
        faults_add(reader->faults, pointer, "range", "0 to %d is wanted", TEST_TOUCHES_MAX);
        return false;
    }
    filter->wanted = json_is_integer(json) ? json_integer_value(json) * TOUCH_COUNT_ONE
                                           : (int64_t)(number * (double)TOUCH_COUNT_ONE + 0.5);
    return true;
}

static bool has_control(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return true;
    return false;
}

static bool check_filter_text(struct definition_reader *reader, const json_t *json,
                              const char *pointer, bool is_kind)
{
    const char *text = json_string_value(json);

    if (text == NULL) {
        faults_add(reader->faults, pointer, "type", "a text is wanted");
        return false;
    }
    if (is_kind && !touch_kind_valid(text)) {
        faults_add(reader->faults, pointer, "code",
                   "a kind of touch is 1 to %d lower-case letters, digits, \"_\", \"-\", \".\" or "
                   "\":\"",
                   TOUCH_KIND_MAX_BYTES);
        return false;
    }
    if (has_control(text)) {
        faults_add(reader->faults, pointer, "control_character",
                   "control characters are not allowed here");
        return false;
    }
    if (!is_kind && (text[0] == '\0' || strlen(text) > DIMENSION_VALUE_MAX_BYTES)) {
        faults_add(reader->faults, pointer, "length", "1 to %d bytes are wanted",
                   DIMENSION_VALUE_MAX_BYTES);
        return false;
    }
    return true;
}

/* One text, or a list of texts. */
static bool read_filter_texts(struct definition_reader *reader, const json_t *json,
                              const char *pointer, bool is_kind, const char *const **names,
                              size_t *names_count)
{
    bool list = json_is_array(json);
    size_t count = list ? json_array_size(json) : 1;
    bool good = true;

    if (count == 0 || count > TOUCH_FILTER_VALUES_MAX) {
        faults_add(reader->faults, pointer, count == 0 ? "empty" : "too_many",
                   "1 to %d texts are wanted", TOUCH_FILTER_VALUES_MAX);
        return false;
    }
    const char **texts = reader_alloc(reader, count, sizeof *texts);
    if (texts == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = list ? json_array_get(json, i) : json;
        const char *place = list ? reader_item(reader, pointer, i) : pointer;
        if (!check_filter_text(reader, item, place, is_kind)) {
            good = false;
            continue;
        }
        texts[i] = arena_strdup(reader->arena, json_string_value(item));
        if (texts[i] == NULL)
            reader->out_of_memory = true;
    }
    *names = texts;
    *names_count = count;
    return good && !reader->out_of_memory;
}

static bool add_kind(struct definition_reader *reader, const char *kind, const char *pointer)
{
    for (size_t i = 0; i < reader->kinds_count; i++)
        if (strcmp(reader->kinds[i], kind) == 0)
            return true;
    if (reader->kinds_count == TOUCH_KINDS_MAX) {
        faults_add(reader->faults, pointer, "too_many",
                   "one definition names at most %d kinds of touch", TOUCH_KINDS_MAX);
        return false;
    }
    reader->kinds[reader->kinds_count++] = kind;
    return true;
}

static bool read_kinds(struct definition_reader *reader, const json_t *json, const char *pointer,
                       struct touch_filter *filter)
{
    const json_t *kinds = json_object_get(json, "kind");
    const char *place = reader_member(reader, pointer, "kind");

    if (kinds == NULL)
        return true;
    if (!read_filter_texts(reader, kinds, place, true, &filter->kinds, &filter->kinds_count))
        return false;
    for (size_t i = 0; i < filter->kinds_count; i++)
        if (!add_kind(reader, filter->kinds[i], place))
            return false;
    return true;
}

static bool read_dimension(struct definition_reader *reader, const json_t *json,
                           const char *pointer, enum dimension dimension,
                           struct touch_values *values)
{
    const json_t *texts = json_object_get(json, dimension_name(dimension));

    if (texts == NULL)
        return true;
    if (!read_filter_texts(reader, texts, reader_member(reader, pointer, dimension_name(dimension)),
                           false, &values->names, &values->count))
        return false;
    int64_t *ids = reader_alloc(reader, values->count, sizeof *ids);
    for (size_t i = 0; ids != NULL && i < values->count; i++)
        ids[i] = dimension_id(dimension, values->names[i]);
    values->ids = ids;
    return ids != NULL;
}

static bool read_direction(struct definition_reader *reader, const json_t *json,
                           const char *pointer, struct touch_filter *filter)
{
    static const char *const names[] = {"inbound", "outbound"};

    if (json_object_get(json, "direction") == NULL)
        return true;
    int choice = reader_choice(reader, json, pointer, "direction", names, 2);
    filter->has_direction = choice >= 0;
    filter->direction = choice == 1 ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
    return choice >= 0;
}

static const struct member touch_members[] = {
    {"kind", MEMBER_ANY, false, 0, 0},
    {"within_days", MEMBER_INT, false, 1, TEST_DAYS_MAX},
    {"half_life_days", MEMBER_INT, false, 1, TEST_DAYS_MAX},
    {"direction", MEMBER_LINE, false, 1, CODE_MAX_BYTES},
    {"channel", MEMBER_ANY, false, 0, 0},
    {"source", MEMBER_ANY, false, 0, 0},
    {"medium", MEMBER_ANY, false, 0, 0},
    {"campaign", MEMBER_ANY, false, 0, 0},
    {"content", MEMBER_ANY, false, 0, 0},
    {0},
};

bool reader_touches(struct definition_reader *reader, const json_t *json, const char *pointer,
                    struct touch_filter *filter)
{
    bool good = reader_check(reader, json, pointer, touch_members);

    if (!json_is_object(json))
        return false;
    filter->within_days = reader_int(json, "within_days", 0);
    filter->half_life_days = reader_int(json, "half_life_days", 0);
    good = read_kinds(reader, json, pointer, filter) && good;
    good = read_direction(reader, json, pointer, filter) && good;
    filter->counts_older = !filter->has_direction;
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        good = read_dimension(reader, json, pointer, (enum dimension)i, &filter->dimensions[i]) &&
               good;
        if (filter->dimensions[i].count > 0)
            filter->counts_older = false;
    }
    return good;
}
