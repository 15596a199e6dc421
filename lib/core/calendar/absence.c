#include "core/calendar/absence.h"

#include "base/input.h"
#include "core/calendar/calendar_inside.h"

static bool read_day(struct input *in, const struct input_node *at, const struct input_field *field,
                     void *base)
{
    return calendar_read_date(at->json, (int64_t *)((char *)base + field->offset)) ||
           input_fault(in, at, "date", "A date such as \"2026-12-25\" is wanted");
}

static const struct input_type day_type = {.kind = INPUT_ANY, .read = read_day};

static const struct input_field absence_fields[] = {
    {"from", &day_type, AT(struct absence, from), .required = true},
    {"to", &day_type, AT(struct absence, to)},
};

/* Of days that are dates alone: another fault has been added for the others. */
static bool check_order(struct input *in, const struct input_node *at, void *out)
{
    struct absence *absence = out;
    int64_t from, to;

    if (json_object_get(at->json, "to") == NULL)
        absence->to = INT64_MAX;
    return !calendar_read_date(json_object_get(at->json, "from"), &from) ||
           !calendar_read_date(json_object_get(at->json, "to"), &to) || from <= to ||
           input_fault(in, at, "order", "Its last day must not be before its first");
}

static const struct input_spec absence_spec =
    INPUT_SPEC(absence_fields, struct absence, .check = check_order);
static const struct input_type absence_type = {.kind = INPUT_OBJECT, .of = &absence_spec};
static const struct input_type absences_type = {
    .kind = INPUT_ARRAY, .max = ABSENCES_MAX, .item = &absence_type};

struct document {
    const struct absence *items;
    size_t count;
};

static const struct input_field document_fields[] = {
    {"absent", &absences_type, AT(struct document, items), COUNT(struct document, count),
     .place = INPUT_WHOLE},
};
static const struct input_spec document_spec = INPUT_SPEC(document_fields, struct document);

enum err absence_compile(const json_t *list, const char *pointer, struct arena *arena,
                         struct faults *faults, const struct absence **out, size_t *count)
{
    const struct input_node root = input_root(list, pointer);
    struct input in = {.arena = arena, .faults = faults, .where = "body", .copies = true};
    struct document document;

    bool sound = input_object(&in, &root, &document_spec, &document);
    *out = document.items;
    *count = document.count;
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : sound ? ERR_NONE : ERR_INVALID_VALUE;
}

bool absence_on(const struct absence *absences, size_t count, int64_t day)
{
    for (size_t i = 0; i < count; i++)
        if (absences[i].from <= day && day <= absences[i].to)
            return true;
    return false;
}
