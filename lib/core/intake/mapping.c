#include "core/intake/mapping.h"

#include "base/email.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whole numbers below this are seconds since 1970, larger ones milliseconds: the year 5138 and
 * the year 1973. */
#define UNIX_SECONDS_MAX  INT64_C(100000000000)
#define UNIX_MS_MAX       INT64_C(253402300799999) /* the end of the year 9999 */
#define NUMBER_MAX_DIGITS 40
#define IDENTITIES_MAX    3

static const struct {
    const char *code;
    const char *detail;
} errors[MAPPED_ERROR_COUNT] = {[MAPPED_OK] = {"ok", ""},
#define X(name, code, detail) [MAPPED_##name] = {code, detail},
                                MAPPED_ERROR_TABLE(X)
#undef X
};

const char *mapped_error_code(enum mapped_error error)
{
    return errors[error].code;
}

const char *mapped_error_detail(enum mapped_error error)
{
    return errors[error].detail;
}

/* One item under work. */
struct item {
    const struct mapping *mapping;
    const struct mapped_from *from;
    struct arena *arena;
    const json_t *json;
    const char *place; /* pointer of the item */
    const char *what;  /* the value at hand, which can be left out; NULL: the item fails with it */
    bool failed;       /* the value at hand */
    struct left_out *left_out;
    size_t left_out_count;
    enum mapped_error first_fault; /* of those */
    struct mapped *out;
};

static bool is_given(const struct mapping_field *field)
{
    return field->pointer != NULL || field->constant != NULL;
}

/* Most values that can be left out of an item: attributes, and what a lead and a touch have. */
#define LEFT_OUT_OTHERS 32

static void leave_out(struct item *item, const char *pointer, enum mapped_error error)
{
    size_t room = item->mapping->attribute_count + LEFT_OUT_OTHERS;

    if (item->left_out == NULL)
        item->left_out = ARENA_ARRAY(item->arena, struct left_out, room);
    if (item->left_out_count == 0)
        item->first_fault = error;
    if (item->left_out == NULL || item->left_out_count == room)
        return;
    item->left_out[item->left_out_count++] = (struct left_out){
        .what = item->what,
        .code = mapped_error_code(error),
        .detail = mapped_error_detail(error),
        .pointer = pointer,
    };
}

/* Whatever says who it is fails the item, and the first that does is reported; all else is left
 * out. */
static void fail(struct item *item, const struct mapping_field *field, enum mapped_error error)
{
    const char *in_item = field->pointer == NULL ? "" : field->pointer;
    const char *pointer = arena_printf(item->arena, "%s%s", item->place, in_item);

    item->failed = true;
    if (item->what != NULL) {
        leave_out(item, pointer, error);
    } else if (item->out->error == MAPPED_OK) {
        item->out->error = error;
        item->out->pointer = pointer;
    }
}

/* Begins with the next value: what it is called when it is left out. */
static void take_up(struct item *item, const char *what)
{
    item->what = what;
    item->failed = false;
}

/* ---- finding values ---- */

static const json_t *step_into(const json_t *json, const char *token)
{
    char *end;

    if (json_is_object(json))
        return json_object_get(json, token);
    if (!json_is_array(json) || !isdigit((unsigned char)token[0]) ||
        (token[0] == '0' && token[1] != '\0') || strlen(token) > 9)
        return NULL;
    unsigned long index = strtoul(token, &end, 10);
    return *end == '\0' ? json_array_get(json, index) : NULL;
}

static const json_t *follow(const struct mapping_field *field, const json_t *json)
{
    for (size_t i = 0; i < field->depth && json != NULL; i++)
        json = step_into(json, field->path[i]);
    return json;
}

static const char *trimmed(struct item *item, const char *text)
{
    size_t len;

    while (isspace((unsigned char)*text))
        text++;
    len = strlen(text);
    if (len == 0 || !isspace((unsigned char)text[len - 1]))
        return text;
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    const char *copy = arena_copy(item->arena, text, len);
    return copy == NULL ? "" : copy;
}

static bool is_listed(const char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

static bool stands_for_nothing(const struct item *item, const struct mapping_field *field,
                               const char *text)
{
    const struct mapping *mapping = item->mapping;

    if (is_listed(field->nulls, field->null_count, text))
        return true;
    if (!mapping->nulls_given)
        return item->from->tabular && text[0] == '\0';
    return is_listed(mapping->nulls, mapping->null_count, text);
}

static const char *translate(const struct mapping_field *field, const char *text)
{
    if (field->pairs == NULL)
        return text;
    for (size_t i = 0; i < field->pair_count; i++)
        if (strcmp(field->pairs[i].from, text) == 0)
            return field->pairs[i].to;
    return NULL;
}

static bool has_control(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        if (*p < 0x20 || *p == 0x7f)
            return true;
    return false;
}

/* The field as one line of text, trimmed and translated; NULL: absent, or it failed. */
static const char *line_of(struct item *item, const struct mapping_field *field, size_t max)
{
    const json_t *json = field->pointer == NULL ? NULL : follow(field, item->json);
    const char *text = NULL;

    if (field->constant != NULL)
        return field->constant;
    if (json == NULL || json_is_null(json))
        return NULL;
    if (json_is_string(json))
        text = trimmed(item, json_string_value(json));
    else if (json_is_integer(json))
        text = arena_printf(item->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
    else if (json_is_boolean(json) && field->pairs != NULL)
        text = json_is_true(json) ? "true" : "false";
    else
        fail(item, field, MAPPED_TYPE);
    if (text == NULL || text[0] == '\0' || stands_for_nothing(item, field, text))
        return NULL;
    text = translate(field, text);
    if (text != NULL && strlen(text) > max)
        fail(item, field, MAPPED_TOO_LONG);
    else if (text != NULL && has_control(text))
        fail(item, field, MAPPED_CONTROL);
    else
        return text;
    return NULL;
}

/* ---- moments ---- */

static bool instant_of_unix(int64_t number, instant *out)
{
    if (number >= -UNIX_SECONDS_MAX && number < UNIX_SECONDS_MAX)
        *out = number * INSTANT_SECOND;
    else if (number > 0 && number <= UNIX_MS_MAX)
        *out = number * 1000;
    else
        return false;
    return *out >= -62135596800 * INSTANT_SECOND;
}

static bool instant_of_text(const char *text, instant *out)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || text[digits] != '\0')
        return instant_parse_lenient(text, out);
    return digits <= 15 && digits >= 9 && instant_of_unix(strtoll(text, NULL, 10), out);
}

/* INSTANT_NONE: absent, or it failed. */
static instant moment_of(struct item *item, const struct mapping_field *field)
{
    const json_t *json = field->pointer == NULL ? NULL : follow(field, item->json);
    instant at = INSTANT_NONE;

    if (json_is_integer(json)) {
        if (instant_of_unix(json_integer_value(json), &at))
            return at;
        fail(item, field, MAPPED_DATE);
        return INSTANT_NONE;
    }
    const char *text = line_of(item, field, MAPPING_VALUE_MAX_BYTES);
    if (text == NULL)
        return INSTANT_NONE;
    if (instant_of_text(text, &at))
        return at;
    fail(item, field, MAPPED_DATE);
    return INSTANT_NONE;
}

/* ---- attributes ---- */

static struct value value_of_text(const char *text)
{
    return (struct value){.type = VALUE_TEXT, .len = (uint32_t)strlen(text), .text = text};
}

/* Length of what JSON calls a number, with *whole when it has neither fraction nor exponent. "007"
 * is none: codes keep their zeros. */
static bool is_number(const char *text, bool *whole)
{
    const char *p = text + (text[0] == '-');
    size_t digits = strspn(p, "0123456789");

    *whole = true;
    if (digits == 0 || (p[0] == '0' && digits > 1) || strlen(text) > NUMBER_MAX_DIGITS)
        return false;
    p += digits;
    if (*p == '.') {
        digits = strspn(++p, "0123456789");
        p += digits;
        *whole = false;
        if (digits == 0)
            return false;
    }
    if (*p == 'e' || *p == 'E') {
        p += p[1] == '+' || p[1] == '-' ? 2 : 1;
        digits = strspn(p, "0123456789");
        p += digits;
        *whole = false;
        if (digits == 0)
            return false;
    }
    return *p == '\0';
}

static bool read_number(const char *text, struct value *out)
{
    bool whole;

    if (!is_number(text, &whole))
        return false;
    errno = 0;
    if (whole) {
        *out = (struct value){.type = VALUE_INT, .integer = strtoll(text, NULL, 10)};
        return errno == 0;
    }
    *out = (struct value){.type = VALUE_REAL, .real = strtod(text, NULL)};
    return isfinite(out->real);
}

static bool read_boolean(const char *text, struct value *out)
{
    static const char *const yes[] = {"true", "yes", "on", "1"};
    static const char *const no[] = {"false", "no", "off", "0"};

    for (int i = 0; i < 4; i++) {
        if (strcasecmp(text, yes[i]) != 0 && strcasecmp(text, no[i]) != 0)
            continue;
        *out = (struct value){.type = VALUE_BOOL, .boolean = strcasecmp(text, yes[i]) == 0};
        return true;
    }
    return false;
}

static bool read_date(struct item *item, const char *text, struct value *out)
{
    char *formatted = arena_alloc(item->arena, INSTANT_TEXT_MAX);
    instant at;

    if (!instant_of_text(text, &at))
        return false;
    if (formatted != NULL)
        instant_format(at, formatted);
    *out = value_of_text(formatted == NULL ? "" : formatted);
    return true;
}

/* What a form or a table means by a text. */
static struct value guess(const char *text)
{
    struct value value;

    if (read_number(text, &value))
        return value;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return (struct value){.type = VALUE_BOOL, .boolean = text[0] == 't'};
    return value_of_text(text);
}

static void read_text(struct item *item, const struct mapping_field *field, const char *text,
                      struct value *out)
{
    *out = value_of_text(text);
    if (strlen(text) > VALUE_TEXT_MAX_BYTES)
        fail(item, field, MAPPED_TOO_LONG);
    else if (field->type == MAPPING_NUMBER && !read_number(text, out))
        fail(item, field, MAPPED_NUMBER);
    else if (field->type == MAPPING_BOOLEAN && !read_boolean(text, out))
        fail(item, field, MAPPED_BOOLEAN);
    else if (field->type == MAPPING_DATE && !read_date(item, text, out))
        fail(item, field, MAPPED_DATE);
    else if (field->type == MAPPING_AS_IT_IS && item->from->tabular && field->constant == NULL &&
             field->pairs == NULL)
        *out = guess(text);
}

/* Numbers and booleans of JSON under a declared type: by their text, unless they fit already. */
static bool read_scalar(struct item *item, const struct mapping_field *field, const json_t *json,
                        struct value *out)
{
    bool fits = field->type == MAPPING_AS_IT_IS ||
                (field->type == MAPPING_NUMBER && json_is_number(json)) ||
                (field->type == MAPPING_BOOLEAN && json_is_boolean(json));
    instant at;

    if (field->type == MAPPING_DATE && json_is_integer(json) &&
        instant_of_unix(json_integer_value(json), &at)) {
        char *text = arena_alloc(item->arena, INSTANT_TEXT_MAX);
        if (text != NULL)
            instant_format(at, text);
        *out = value_of_text(text == NULL ? "" : text);
        return true;
    }
    if (fits && field->pairs == NULL) {
        if (value_from_json(json, item->arena, out) == ERR_INVALID_VALUE)
            fail(item, field, MAPPED_TYPE);
        return !item->failed;
    }
    const char *text = line_of(item, field, VALUE_TEXT_MAX_BYTES);
    if (text != NULL)
        read_text(item, field, text, out);
    return text != NULL && !item->failed;
}

/* False: the item has no value for it. */
static bool attribute_of(struct item *item, const struct mapping_field *field, struct value *out)
{
    const json_t *json = field->pointer == NULL ? NULL : follow(field, item->json);
    const char *text = field->constant;

    if (json_is_null(json)) {
        *out = (struct value){.type = VALUE_NULL};
        return true;
    }
    if (text == NULL && json == NULL)
        return false;
    if (text == NULL && !json_is_string(json))
        return read_scalar(item, field, json, out);
    if (text == NULL)
        text = trimmed(item, json_string_value(json));
    if (field->constant == NULL && stands_for_nothing(item, field, text))
        return false;
    if (field->constant == NULL)
        text = translate(field, text);
    if (text != NULL)
        read_text(item, field, text, out);
    return text != NULL && !item->failed;
}

static void read_attributes(struct item *item)
{
    const struct mapping *mapping = item->mapping;
    struct attribute_input *attributes =
        ARENA_ARRAY(item->arena, struct attribute_input, mapping->attribute_count + 1);
    size_t count = 0;

    for (size_t i = 0; attributes != NULL && i < mapping->attribute_count; i++) {
        attributes[count].name = mapping->attributes[i].name;
        take_up(item, mapping->attributes[i].what);
        if (attribute_of(item, &mapping->attributes[i].field, &attributes[count].value))
            count++;
    }
    item->out->capture.attributes = attributes;
    item->out->capture.attribute_count = count;
}

/* ---- identities ---- */

static const struct mapping_field *identity_field(const struct mapping *mapping)
{
    return is_given(&mapping->email)         ? &mapping->email
           : is_given(&mapping->external_id) ? &mapping->external_id
                                             : &mapping->anonymous_id;
}

static const char *read_email(struct item *item)
{
    const struct mapping_field *field = &item->mapping->email;
    const char *text = line_of(item, field, EMAIL_GIVEN_MAX_BYTES);
    const char *email = NULL;

    if (text != NULL && email_find(text, item->arena, &email) == ERR_INVALID_VALUE)
        fail(item, field, MAPPED_EMAIL);
    return email;
}

/* A delivery is not sent again: one identity that is right is enough, and the others are left out.
 * Without any, the first fault is the item's. */
static void judge_identities(struct item *item, size_t count)
{
    struct mapped *out = item->out;

    take_up(item, NULL);
    if (count > 0)
        return;
    if (item->left_out_count == 0) {
        fail(item, identity_field(item->mapping), MAPPED_NO_IDENTITY);
        return;
    }
    out->error = item->first_fault;
    out->pointer = item->left_out[0].pointer;
}

static void read_identities(struct item *item)
{
    const struct mapping *mapping = item->mapping;
    struct identity *identities = ARENA_ARRAY(item->arena, struct identity, IDENTITIES_MAX);
    const char *source =
        mapping->external_source == NULL ? item->from->source_name : mapping->external_source;
    size_t count = 0;

    if (identities == NULL)
        return;
    take_up(item, item->from->file ? NULL : "email");
    const char *email = read_email(item);
    if (email != NULL)
        identities[count++] = (struct identity){IDENTITY_EMAIL, "", email};
    take_up(item, item->from->file ? NULL : "external_id");
    const char *id = line_of(item, &mapping->external_id, MAPPING_ID_MAX_BYTES);
    if (id != NULL)
        identities[count++] = (struct identity){IDENTITY_EXTERNAL, source, id};
    take_up(item, item->from->file ? NULL : "anonymous_id");
    id = line_of(item, &mapping->anonymous_id, MAPPING_ID_MAX_BYTES);
    if (id != NULL)
        identities[count++] = (struct identity){IDENTITY_ANONYMOUS, "", id};
    judge_identities(item, count);
    item->out->capture.identities = identities;
    item->out->capture.identity_count = count;
}

/* ---- touch ---- */

static void read_dimension(struct item *item, enum dimension dimension, struct touch_input *touch)
{
    static const char *const names[DIMENSION_COUNT] = {
        [DIMENSION_CHANNEL] = "touch.channel", [DIMENSION_SOURCE] = "touch.source",
        [DIMENSION_MEDIUM] = "touch.medium",   [DIMENSION_CAMPAIGN] = "touch.campaign",
        [DIMENSION_CONTENT] = "touch.content",
    };
    const struct mapping_field *field = &item->mapping->touch_values[dimension];

    take_up(item, names[dimension]);
    const char *value = line_of(item, field, DIMENSION_VALUE_MAX_BYTES);

    if (value != NULL && dimension_looks_personal(value)) {
        fail(item, field, MAPPED_PERSONAL);
        value = DIMENSION_PERSONAL;
    }
    touch->values[dimension] = value;
}

static void read_direction(struct item *item, struct touch_input *touch)
{
    const struct mapping_field *field = &item->mapping->touch_direction;

    take_up(item, "touch.direction");
    const char *word = line_of(item, field, MAPPING_VALUE_MAX_BYTES);
    touch->direction = DIRECTION_INBOUND;
    if (word == NULL || strcmp(word, direction_name(DIRECTION_INBOUND)) == 0)
        return;
    if (strcmp(word, direction_name(DIRECTION_OUTBOUND)) == 0)
        touch->direction = DIRECTION_OUTBOUND;
    else
        fail(item, field, MAPPED_DIRECTION);
}

static void read_touch(struct item *item)
{
    const struct mapping *mapping = item->mapping;

    take_up(item, "touch.kind");
    const char *kind = line_of(item, &mapping->touch_kind, MAPPING_VALUE_MAX_BYTES);
    if (!mapping->touches || kind == NULL)
        return;
    if (!touch_kind_valid(kind)) {
        fail(item, &mapping->touch_kind, MAPPED_KIND);
        return;
    }
    struct touch_input *touch = ARENA_NEW(item->arena, struct touch_input);
    if (touch == NULL)
        return;
    touch->kind = kind;
    touch->occurred_at = item->out->capture.occurred_at;
    touch->sender = item->from->sender;
    take_up(item, "event_id");
    touch->event_id = line_of(item, &mapping->event_id, MAPPING_ID_MAX_BYTES);
    read_direction(item, touch);
    for (int i = 0; i < DIMENSION_COUNT; i++)
        read_dimension(item, (enum dimension)i, touch);
    item->out->capture.touch = touch;
}

static void read_stage(struct item *item)
{
    const struct mapping_field *field = &item->mapping->claimed_stage;

    take_up(item, "claimed_stage");
    const char *word = line_of(item, field, MAPPING_VALUE_MAX_BYTES);

    if (word != NULL && !stage_parse(word, &item->out->capture.claimed_stage))
        fail(item, field, MAPPED_STAGE);
}

/* ---- deals ---- */

static void read_step(struct item *item, const struct mapping_step *step, struct mapped_step *out)
{
    *out = (struct mapped_step){
        .team = step->team,
        .member_source = step->member_source,
        .member = line_of(item, &step->member, MAPPING_ID_MAX_BYTES),
        .at = moment_of(item, &step->at),
    };
    if (out->at == INSTANT_NONE)
        fail(item, &step->at, MAPPED_DATE);
}

static void read_outcome(struct item *item, struct mapped_deal *deal)
{
    const struct mapping *mapping = item->mapping;
    const char *word = line_of(item, &mapping->outcome_kind, MAPPING_VALUE_MAX_BYTES);

    deal->outcome_at = moment_of(item, &mapping->outcome_at);
    deal->reason = line_of(item, &mapping->outcome_reason, REASON_MAX_BYTES);
    if (word != NULL && !outcome_kind_parse(word, &deal->outcome))
        fail(item, &mapping->outcome_kind, MAPPED_OUTCOME);
    if (deal->outcome_at == INSTANT_NONE && deal->steps != NULL)
        deal->outcome_at = deal->steps[deal->step_count - 1].at;
}

static void read_deal(struct item *item)
{
    const struct mapping *mapping = item->mapping;
    struct mapped_deal *deal = ARENA_NEW(item->arena, struct mapped_deal);
    struct mapped_step *steps = ARENA_ARRAY(item->arena, struct mapped_step, mapping->step_count);

    if (deal == NULL || steps == NULL)
        return;
    for (size_t i = 0; i < mapping->step_count; i++)
        read_step(item, &mapping->steps[i], &steps[i]);
    deal->steps = steps;
    deal->step_count = mapping->step_count;
    deal->event_id = line_of(item, &mapping->event_id, MAPPING_ID_MAX_BYTES);
    read_outcome(item, deal);
    item->out->deal = deal;
    item->out->capture.occurred_at = deal->outcome_at;
}

/* ---- items ---- */

static void read_item(struct item *item)
{
    const struct mapping *mapping = item->mapping;
    struct capture_input *capture = &item->out->capture;

    take_up(item, item->from->file ? NULL : "occurred_at");
    *capture = (struct capture_input){
        .claimed_stage = STAGE_COUNT,
        .origin = CAPTURE_ORIGIN_OF_TOUCH,
        .source = item->from->knowledge,
        .occurred_at = moment_of(item, &mapping->occurred_at),
    };
    if (capture->occurred_at == INSTANT_NONE)
        capture->occurred_at = item->from->occurred_at;
    read_identities(item);
    read_attributes(item);
    if (mapping->is_deal) {
        take_up(item, NULL);
        read_deal(item);
    } else {
        read_stage(item);
        read_touch(item);
    }
    capture->left_out = item->left_out;
    capture->left_out_count = item->left_out_count;
}

/* What the document holds: the members of an array, or one item. */
static const json_t *items_of(const struct mapping *mapping, const json_t *document, size_t *count,
                              enum mapped_error *error)
{
    const json_t *found = follow(&mapping->each, document);

    *count = json_is_array(found) ? json_array_size(found) : 1;
    *error = found == NULL || *count == 0 ? MAPPED_MISSING
             : *count > MAPPING_ITEMS_MAX ? MAPPED_TOO_MANY
                                          : MAPPED_OK;
    return found;
}

enum err mapping_apply(const struct mapping *mapping, const json_t *document,
                       const struct mapped_from *from, struct arena *arena, struct mapped **items,
                       size_t *count)
{
    const char *root = mapping->each.pointer == NULL ? "" : mapping->each.pointer;
    enum mapped_error error;
    const json_t *found = items_of(mapping, document, count, &error);

    if (error != MAPPED_OK)
        *count = 1;
    *items = ARENA_ARRAY(arena, struct mapped, *count);
    if (*items == NULL)
        return ERR_OUT_OF_MEMORY;
    if (error != MAPPED_OK) {
        (*items)[0] = (struct mapped){.error = error, .pointer = root};
        return ERR_NONE;
    }
    for (size_t i = 0; i < *count; i++) {
        struct item item = {.mapping = mapping,
                            .from = from,
                            .arena = arena,
                            .json = found,
                            .place = root,
                            .out = &(*items)[i]};
        if (json_is_array(found)) {
            item.json = json_array_get(found, i);
            item.place = pointer_index(arena, root, i);
        }
        if (item.place == NULL)
            return ERR_OUT_OF_MEMORY;
        read_item(&item);
    }
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

/* ---- columns that a file does not have ---- */

/* Two of each step. */
static const struct mapping_field *step_field(const struct mapping *mapping, size_t i)
{
    if (i / 2 >= mapping->step_count)
        return NULL;
    const struct mapping_step *step = &mapping->steps[i / 2];
    return i % 2 == 0 ? &step->member : &step->at;
}

/* All places a value may come from, in a row; NULL after the last. */
static const struct mapping_field *field_at(const struct mapping *mapping, size_t i)
{
    const struct mapping_field *const single[] = {
        &mapping->email,      &mapping->external_id,     &mapping->anonymous_id,
        &mapping->event_id,   &mapping->occurred_at,     &mapping->claimed_stage,
        &mapping->touch_kind, &mapping->touch_direction, &mapping->outcome_kind,
        &mapping->outcome_at, &mapping->outcome_reason,
    };
    size_t singles = sizeof single / sizeof *single;

    if (i < singles)
        return single[i];
    i -= singles;
    if (i < DIMENSION_COUNT)
        return &mapping->touch_values[i];
    i -= DIMENSION_COUNT;
    if (i < mapping->attribute_count)
        return &mapping->attributes[i].field;
    return step_field(mapping, i - mapping->attribute_count);
}

const char *mapping_next_absent(const struct mapping *mapping, const json_t *row, size_t *at)
{
    const struct mapping_field *field;

    while ((field = field_at(mapping, (*at)++)) != NULL)
        if (field->depth > 0 && json_object_get(row, field->path[0]) == NULL)
            return field->pointer;
    return NULL;
}
