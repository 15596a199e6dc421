#include "core/intake/mapping.h"

#include "base/email.h"
#include "base/time/moment_pattern.h"
#include "core/intake/mapping_find.h"

#include <string.h>

#define IDENTITIES_MAX 3
/* Nothing that a sender means happened before; what did is a zero, or a sentinel. */
#define EARLIEST (INT64_C(631152000) * INSTANT_SECOND) /* 1990-01-01 */

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
    const char *where; /* of the value at hand, in the item; NULL: where its field says */
    const char *what;  /* the value at hand, which can be left out; NULL: the item fails with it */
    bool failed;       /* the value at hand */
    struct left_out *left_out;
    size_t left_out_count;
    enum mapped_error first_fault; /* of those */
    struct mapped *out;
};

static bool is_given(const struct mapping_field *field)
{
    return field->path.pointer != NULL || field->constant != NULL || field->part_count > 0;
}

/* Most values that can be left out of an item: attributes, and what a lead and a touch have. */
#define LEFT_OUT_OTHERS 32

static void leave_out(struct item *item, const char *pointer, enum mapped_error error,
                      const char *detail)
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
        .detail = detail,
        .pointer = pointer,
    };
}

/* Whatever says who it is fails the item, and the first that does is reported; all else is left
 * out. */
static void fail_because(struct item *item, const struct mapping_field *field,
                         enum mapped_error error, const char *detail)
{
    const char *in_item = item->where != NULL           ? item->where
                          : field->path.pointer == NULL ? ""
                                                        : field->path.pointer;
    const char *pointer = arena_printf(item->arena, "%s%s", item->place, in_item);

    item->failed = true;
    if (item->what != NULL) {
        leave_out(item, pointer, error, detail);
    } else if (item->out->error == MAPPED_OK) {
        item->out->error = error;
        item->out->detail = detail;
        item->out->pointer = pointer;
    }
}

static void fail(struct item *item, const struct mapping_field *field, enum mapped_error error)
{
    fail_because(item, field, error, mapped_error_detail(error));
}

/* Begins with the next value: what it is called when it is left out. */
static void take_up(struct item *item, const char *what)
{
    item->what = what;
    item->where = NULL;
    item->failed = false;
}

/* ---- texts ---- */

static struct mapping_value find(struct item *item, const struct mapping_field *field)
{
    const struct mapping_source source = {
        .nulls = item->mapping->nulls,
        .null_count = item->mapping->null_count,
        .nulls_given = item->mapping->nulls_given,
        .arena = item->arena,
        .item = item->json,
    };
    struct mapping_value value = mapping_find(&source, field);

    item->where = value.pointer;
    return value;
}

static bool has_control(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        if (*p < 0x20 || *p == 0x7f)
            return true;
    return false;
}

/* Whole characters within so many bytes. */
static const char *beginning_of(struct item *item, const char *text, size_t max)
{
    while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
        max--;
    return arena_copy(item->arena, text, max);
}

static const char *fit(struct item *item, const struct mapping_field *field, const char *text,
                       size_t max)
{
    if (strlen(text) <= max)
        return text;
    if (field->on_fault != MAPPING_FAULT_CUT || item->what == NULL) {
        fail(item, field, MAPPED_TOO_LONG);
        return NULL;
    }
    fail(item, field, MAPPED_CUT);
    item->failed = false;
    return beginning_of(item, text, max);
}

/* A whole number, or a list of one text: what an id or a word may be besides a text. */
static const char *word_of(struct item *item, const json_t *json)
{
    if (json_is_array(json) && json_array_size(json) == 1)
        json = json_array_get(json, 0);
    if (json_is_string(json))
        return json_string_value(json);
    return json_is_integer(json)
               ? arena_printf(item->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(json))
               : NULL;
}

/* The field as one line of text; NULL: absent, or it failed. */
static const char *line_of(struct item *item, const struct mapping_field *field, size_t max)
{
    struct mapping_value value = find(item, field);
    const char *text = value.text;

    if (text == NULL && (value.json == NULL || json_is_null(value.json)))
        return NULL;
    if (text == NULL)
        text = word_of(item, value.json);
    if (text == NULL || value.unusable) {
        fail(item, field, MAPPED_TYPE);
        return NULL;
    }
    if (text[0] == '\0')
        return NULL;
    if (has_control(text)) {
        fail(item, field, MAPPED_CONTROL);
        return NULL;
    }
    return fit(item, field, text, max);
}

/* ---- moments ---- */

static bool moment_of_text(const struct mapping_field *field, const char *text, instant *out)
{
    return field->format == NULL ? written_moment(text, out)
                                 : moment_pattern_read(field->format, field->zone, text, out);
}

/* INSTANT_NONE: absent, or it failed. */
static instant any_moment_of(struct item *item, const struct mapping_field *field)
{
    struct mapping_value value = find(item, field);
    instant at = INSTANT_NONE;
    bool fits;

    if (value.text == NULL && (value.json == NULL || json_is_null(value.json)))
        return INSTANT_NONE;
    const char *text =
        value.text == NULL && field->format != NULL ? word_of(item, value.json) : value.text;
    if (text != NULL)
        fits = moment_of_text(field, text, &at);
    else
        fits =
            json_is_number(value.json) && written_unix_number(json_number_value(value.json), &at);
    if (fits)
        return at;
    fail(item, field,
         value.text == NULL && !json_is_number(value.json) ? MAPPED_TYPE : MAPPED_DATE);
    return INSTANT_NONE;
}

/* When something happened: between bounds. */
static instant moment_of(struct item *item, const struct mapping_field *field)
{
    instant at = any_moment_of(item, field);
    instant now = item->from->now;

    if (at == INSTANT_NONE || (at >= EARLIEST && (now == INSTANT_NONE || at <= now + INSTANT_DAY)))
        return at;
    fail(item, field, MAPPED_DATE_BOUNDS);
    return INSTANT_NONE;
}

/* ---- attributes ---- */

static struct value value_of_text(const char *text)
{
    return (struct value){.type = VALUE_TEXT, .len = (uint32_t)strlen(text), .text = text};
}

/* What a form or a table means by a text. */
static struct value guess(const char *text)
{
    struct value value;

    if (written_json_number(text, &value))
        return value;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return (struct value){.type = VALUE_BOOL, .boolean = text[0] == 't'};
    return value_of_text(text);
}

static void read_text(struct item *item, const struct mapping_field *field,
                      const struct mapping_value *found, struct value *out)
{
    const char *text = fit(item, field, found->text, VALUE_TEXT_MAX_BYTES);

    if (text == NULL)
        return;
    *out = value_of_text(text);
    if (field->type == MAPPING_NUMBER && !written_number(text, &field->numbers, out))
        fail(item, field, MAPPED_NUMBER);
    if (field->type == MAPPING_BOOLEAN) {
        *out = (struct value){.type = VALUE_BOOL};
        if (!written_boolean(text, &out->boolean))
            fail(item, field, MAPPED_BOOLEAN);
    }
    if (field->type == MAPPING_AS_IT_IS && item->from->tabular && !found->fixed)
        *out = guess(text);
}

static bool read_date(struct item *item, const struct mapping_field *field, struct value *out)
{
    instant at = any_moment_of(item, field);
    char *text = at == INSTANT_NONE ? NULL : arena_alloc(item->arena, INSTANT_TEXT_MAX);

    if (text == NULL)
        return false;
    instant_format(at, text);
    *out = value_of_text(text);
    return true;
}

/* Numbers and booleans of JSON under a declared type: by their text, unless they fit already. */
static bool read_scalar(struct item *item, const struct mapping_field *field,
                        const struct mapping_value *found, struct value *out)
{
    const json_t *json = found->json;
    bool fits = field->type == MAPPING_AS_IT_IS ||
                (field->type == MAPPING_NUMBER && json_is_number(json)) ||
                (field->type == MAPPING_BOOLEAN && json_is_boolean(json));

    if (found->unusable) {
        fail(item, field, MAPPED_TYPE);
        return false;
    }
    if (fits) {
        if (value_from_json(json, item->arena, out) == ERR_INVALID_VALUE)
            fail(item, field, MAPPED_TYPE);
        return !item->failed;
    }
    struct mapping_value again = {.text = word_of(item, json)};
    if (again.text == NULL)
        fail(item, field, MAPPED_TYPE);
    else
        read_text(item, field, &again, out);
    return !item->failed;
}

/* False: the item has no value for it. */
static bool attribute_of(struct item *item, const struct mapping_field *field, struct value *out)
{
    struct mapping_value found = find(item, field);

    if (found.text == NULL && found.json == NULL)
        return false;
    if (found.text == NULL && json_is_null(found.json)) {
        *out = (struct value){.type = VALUE_NULL};
        return true;
    }
    if (field->type == MAPPING_DATE)
        return read_date(item, field, out);
    if (found.text == NULL)
        return read_scalar(item, field, &found, out);
    read_text(item, field, &found, out);
    return !item->failed;
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

/* As people fill it in, also on several lines. */
static const char *read_email(struct item *item)
{
    const struct mapping_field *field = &item->mapping->email;
    struct mapping_value value = find(item, field);
    const char *email = NULL;

    if (value.text == NULL && (value.json == NULL || json_is_null(value.json)))
        return NULL;
    const char *text = value.text == NULL ? word_of(item, value.json) : value.text;
    if (text == NULL)
        fail(item, field, MAPPED_TYPE);
    else if (strlen(text) > EMAIL_GIVEN_MAX_BYTES)
        fail(item, field, MAPPED_TOO_LONG);
    else if (text[0] != '\0' && email_find(text, item->arena, &email) == ERR_INVALID_VALUE)
        fail_because(item, field, MAPPED_EMAIL, email_why(text));
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
    out->detail = item->left_out[0].detail;
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
    if (mapping->effect == MAPPING_LEAD)
        read_attributes(item);
    if (mapping->is_deal) {
        take_up(item, NULL);
        read_deal(item);
    } else {
        if (mapping->effect == MAPPING_LEAD)
            read_stage(item);
        read_touch(item);
    }
    capture->left_out = item->left_out;
    capture->left_out_count = item->left_out_count;
}

/* The items of a document, one after the other. */
struct items {
    const struct mapping *mapping;
    const struct mapped_from *from;
    struct arena *arena;
    struct mapped *list; /* MAPPING_ITEMS_MAX of them, at most */
    size_t size;
    size_t count;
    bool too_many;
};

static struct mapped *next_item(struct items *items)
{
    if (items->count == MAPPING_ITEMS_MAX) {
        items->too_many = true;
        return NULL;
    }
    if (items->count == items->size) {
        size_t size = items->size == 0 ? 1 : 4 * items->size;
        struct mapped *list = ARENA_ARRAY(items->arena, struct mapped, size);
        if (list == NULL)
            return NULL;
        if (items->count > 0)
            memcpy(list, items->list, items->count * sizeof *list);
        items->list = list;
        items->size = size;
    }
    return &items->list[items->count++];
}

static void add_item(struct items *items, const struct mapping *mapping, const json_t *json,
                     const char *place)
{
    struct mapped *out = next_item(items);

    if (out == NULL || place == NULL)
        return;
    *out = (struct mapped){.effect = mapping == NULL ? MAPPING_LEAD : mapping->effect,
                           .pointer = place};
    if (mapping == NULL) {
        out->error = MAPPED_NO_CASE;
        out->detail = mapped_error_detail(MAPPED_NO_CASE);
    } else if (mapping->effect != MAPPING_IGNORED) {
        read_item(&(struct item){.mapping = mapping,
                                 .from = items->from,
                                 .arena = items->arena,
                                 .json = json,
                                 .place = place,
                                 .out = out});
    }
}

static bool is_same_place(const struct mapping *a, const struct mapping *b)
{
    if (a->each_count != b->each_count)
        return false;
    for (size_t i = 0; i < a->each_count; i++)
        if (strcmp(a->each[i].pointer, b->each[i].pointer) != 0)
            return false;
    return true;
}

/* Which of the cases that look at this place an item belongs to; NULL: none of them. */
static const struct mapping *case_of(const struct items *items, const struct mapping *place,
                                     const json_t *json)
{
    const struct mapping *mapping = items->mapping;

    if (mapping->cases == NULL)
        return mapping;
    for (size_t i = 0; i < mapping->case_count; i++)
        if (is_same_place(&mapping->cases[i], place) &&
            mapping_conditions_hold(mapping->cases[i].is, mapping->cases[i].is_count, json,
                                    items->arena))
            return &mapping->cases[i];
    return NULL;
}

/* What stands at a path, from its token number at on; whether there is anything. An array at its
 * end means its items, and "*" each of an array. */
static bool walk(struct items *items, const struct mapping *mapping,
                 const struct mapping_path *path, size_t at, const json_t *json, const char *place)
{
    bool found = false;

    if (json == NULL || place == NULL || items->too_many)
        return false;
    if (at == path->depth && !json_is_array(json)) {
        add_item(items, case_of(items, mapping, json), json, place);
        return true;
    }
    if (at < path->depth && strcmp(path->tokens[at], "*") != 0) {
        struct mapping_path step = {.tokens = path->tokens + at, .depth = 1};
        const json_t *next = mapping_path_find(&step, json);
        return next != NULL && walk(items, mapping, path, at + 1, next,
                                    pointer_join(items->arena, place, path->tokens[at]));
    }
    if (!json_is_array(json)) /* "*" of what is one: an array of one */
        return walk(items, mapping, path, at + 1, json, place);
    for (size_t i = 0; i < json_array_size(json); i++) {
        const char *inner = pointer_index(items->arena, place, i);
        const json_t *item = json_array_get(json, i);
        if (at < path->depth)
            found = walk(items, mapping, path, at + 1, item, inner) || found;
        else
            add_item(items, case_of(items, mapping, item), item, inner);
    }
    return found || (at == path->depth && json_array_size(json) > 0);
}

/* At the first place of a mapping where there is something. */
static void walk_each(struct items *items, const struct mapping *mapping, const json_t *document)
{
    static const struct mapping_path whole = {.pointer = ""};

    if (mapping->each_count == 0)
        walk(items, mapping, &whole, 0, document, "");
    for (size_t i = 0; i < mapping->each_count; i++)
        if (walk(items, mapping, &mapping->each[i], 0, document, ""))
            return;
}

/* Cases that look at the same place share its items, so each place is walked once. */
static void walk_cases(struct items *items, const json_t *document)
{
    const struct mapping *cases = items->mapping->cases;

    for (size_t i = 0; i < items->mapping->case_count; i++) {
        bool seen = false;
        for (size_t before = 0; before < i; before++)
            seen = seen || is_same_place(&cases[before], &cases[i]);
        if (!seen)
            walk_each(items, &cases[i], document);
    }
}

enum err mapping_apply(const struct mapping *mapping, const json_t *document,
                       const struct mapped_from *from, struct arena *arena, struct mapped **out,
                       size_t *count)
{
    struct items items = {.mapping = mapping, .from = from, .arena = arena};

    if (mapping->cases != NULL)
        walk_cases(&items, document);
    else
        walk_each(&items, mapping, document);
    if (items.count == 0 || items.too_many) {
        enum mapped_error error = items.too_many ? MAPPED_TOO_MANY : MAPPED_MISSING;
        items.count = 0;
        struct mapped *only = next_item(&items);
        const char *place = mapping->each_count == 0 ? "" : mapping->each[0].pointer;
        if (only != NULL)
            *only = (struct mapped){
                .error = error, .detail = mapped_error_detail(error), .pointer = place};
    }
    *out = items.list;
    *count = items.count;
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
        if (field->path.depth > 0 && json_object_get(row, field->path.tokens[0]) == NULL)
            return field->path.pointer;
    return NULL;
}
