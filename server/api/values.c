#include "api/values.h"

#include "base/currency_input.h"
#include "base/email.h"
#include "base/json_tree.h"
#include "base/period.h"
#include "core/agreement/agreement_change.h"
#include "core/calendar/calendar.h"
#include "core/lead/lead.h"
#include "store/read/read.h"

#include <string.h>

#define FOREIGN_ID_MAX_CHARS 200
#define ESCAPED_MAX          6 /* bytes that one byte of a text becomes in JSON */

/* "hubspot:51" */
static bool read_pair(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    const char *colon = strchr(at->word, ':');
    size_t len = colon == NULL ? 0 : (size_t)(colon - at->word);
    struct identity *identity = ARENA_NEW(in->arena, struct identity);
    const char *source = arena_copy(in->arena, at->word, len);

    if (identity == NULL || source == NULL)
        return true;
    source = identity_source_parse(source, in->arena);
    if (source == NULL || colon[1] == '\0')
        return input_fault(in, at, "external_id", "source:id is wanted, such as hubspot:51");
    *identity = (struct identity){IDENTITY_EXTERNAL, source, colon + 1};
    memcpy((char *)base + field->offset, &identity, sizeof identity);
    return true;
}

const struct input_type title_type = {.kind = INPUT_LINE, .min = 1, .max = 200};
const struct input_type foreign_id_type = {
    .kind = INPUT_LINE, .min = 1, .max = FOREIGN_ID_MAX_CHARS};
const struct input_type foreign_pair_type = {
    .kind = INPUT_LINE,
    .min = 3,
    .max = IDENTITY_SOURCE_MAX_BYTES + 1 + FOREIGN_ID_MAX_CHARS,
    .read = read_pair,
};
const struct input_type member_type = {.kind = INPUT_LINE, .min = 3, .max = EMAIL_MAX_BYTES};
const struct input_type version_type = {.kind = INPUT_INT32, .min = 1, .max = VERSIONS_MAX};
const struct input_type asked_version_type = {.kind = INPUT_INT32, .min = 1, .max = 1000000};

static bool read_period_end(struct input *in, const struct input_node *at,
                            const struct input_field *field, void *base)
{
    struct period_end *end = ARENA_NEW(in->arena, struct period_end);

    if (end != NULL && !period_end_parse(at->word, end))
        return input_fault(in, at, "date",
                           "A date or an RFC 3339 time is wanted, such as 2026-11-22");
    memcpy((char *)base + field->offset, &end, sizeof end);
    return true;
}

const struct input_type period_end_type = {.kind = INPUT_LINE, .max = 40, .read = read_period_end};

/* ---- money ---- */

/* Up to 2^53 - 1, exact in every JSON reader. */
static const struct input_type minor_type = {
    .kind = INPUT_INT, .min = 0, .max = INT64_C(9007199254740991)};

static const struct input_field amount_fields[] = {
    {"currency", &input_currency_code, AT(struct amount, currency), .required = true},
    {"minor", &minor_type, AT(struct amount, minor), .required = true},
};

static bool note_given(struct input *in, const struct input_node *at, void *out)
{
    (void)in;
    (void)at;
    ((struct amount *)out)->given = true;
    return true;
}

static const struct input_spec amount_spec =
    INPUT_SPEC(amount_fields, struct amount, .check = note_given);
const struct input_type amount_type = {.kind = INPUT_OBJECT, .of = &amount_spec};

const struct input_type position_type = {.kind = INPUT_INT, .min = 1, .max = INT64_MAX};
const struct input_type document_type = {.kind = INPUT_MAP};
const struct input_type header_type = {.kind = INPUT_LINE};
const struct input_type limit_type = {.kind = INPUT_INT, .min = 1, .max = READ_LIMIT_MAX};

bool value_keep_json(struct input *in, const struct input_node *at, const struct input_field *field,
                     void *base, size_t max)
{
    struct json_out out;

    json_out_init(&out, in->arena, ESCAPED_MAX * max);
    json_tree_write(at->json, &out);
    bool fits = out.written.len <= max;
    const char *text = fits ? out.written.text : NULL;
    memcpy((char *)base + field->offset, &text, sizeof text);
    return fits || input_fault(in, at, "too_long", "It has at most %zu bytes", max);
}

bool value_keep_calendar(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base, size_t max)
{
    const struct time_zone *zone = time_zone_find(calendar_document_zone(at->json), in->arena);
    const struct calendar *compiled;

    return (json_is_null(at->json) || calendar_compile(at->json, input_pointer(at, in->arena), zone,
                                                       in->faults, &compiled) == ERR_NONE) &&
           value_keep_json(in, at, field, base, max);
}
