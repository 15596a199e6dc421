#include "core/intake/import_tally.h"

#include <string.h>

static const char *const kind_names[IMPORT_KIND_COUNT] = {
    [IMPORT_KIND_REFUSED] = "refused",
    [IMPORT_KIND_LEFT_OUT] = "left_out",
    [IMPORT_KIND_UNDATED] = "undated",
};

static struct import_cause *find(struct import_tally *tally, const struct import_cause *wanted)
{
    for (int i = 0; i < tally->cause_count; i++) {
        struct import_cause *cause = &tally->causes[i];
        if (cause->kind == wanted->kind && strcmp(cause->why, wanted->why) == 0 &&
            strcmp(cause->column, wanted->column) == 0)
            return cause;
    }
    return NULL;
}

void import_tally_cause(struct import_tally *tally, struct arena *arena,
                        const struct import_cause *wanted, int64_t line)
{
    struct import_cause *cause = find(tally, wanted);

    if (cause == NULL && tally->cause_count == IMPORT_CAUSES_MAX) {
        tally->other_causes++;
        return;
    }
    if (cause == NULL) {
        cause = &tally->causes[tally->cause_count];
        *cause = (struct import_cause){
            .kind = wanted->kind,
            .column = arena_strdup(arena, wanted->column),
            .why = arena_strdup(arena, wanted->why),
        };
        if (cause->column == NULL || cause->why == NULL)
            return;
        tally->cause_count++;
    }
    if (line > 0 && cause->count < IMPORT_CAUSE_LINES_MAX)
        cause->lines[cause->count] = line;
    cause->count++;
}

/* ---- written ---- */

static void write_cause(const struct import_cause *cause, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "kind", kind_names[cause->kind]);
    json_out_member_text(out, "column", cause->column);
    json_out_member_text(out, "detail", cause->why);
    json_out_member_int(out, "count", cause->count);
    json_out_key(out, "lines");
    json_out_begin_array(out);
    for (int i = 0; i < IMPORT_CAUSE_LINES_MAX && i < cause->count && cause->lines[i] > 0; i++)
        json_out_int(out, cause->lines[i]);
    json_out_end_array(out);
    json_out_end_object(out);
}

void import_tally_write(const struct import_tally *tally, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_int(out, "rows", tally->rows);
    json_out_member_int(out, "new", tally->added);
    json_out_member_int(out, "updated", tally->updated);
    json_out_member_int(out, "unchanged", tally->unchanged);
    json_out_member_int(out, "skipped", tally->skipped);
    json_out_member_int(out, "refused", tally->refused);
    json_out_key(out, "causes");
    json_out_begin_array(out);
    for (int i = 0; i < tally->cause_count; i++)
        write_cause(&tally->causes[i], out);
    json_out_end_array(out);
    json_out_member_int(out, "other_causes", tally->other_causes);
    json_out_end_object(out);
}

/* ---- read ---- */

static int64_t number_of(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

static const char *text_of(const json_t *json, const char *name, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(json, name));

    return text == NULL ? NULL : arena_strdup(arena, text);
}

static bool read_cause(const json_t *json, struct arena *arena, struct import_cause *out)
{
    const char *kind = json_string_value(json_object_get(json, "kind"));
    const json_t *lines = json_object_get(json, "lines");

    *out = (struct import_cause){
        .kind = IMPORT_KIND_COUNT,
        .column = text_of(json, "column", arena),
        .why = text_of(json, "detail", arena),
        .count = number_of(json, "count"),
    };
    for (int i = 0; kind != NULL && i < IMPORT_KIND_COUNT; i++)
        if (strcmp(kind, kind_names[i]) == 0)
            out->kind = (enum import_kind)i;
    for (size_t i = 0; i < IMPORT_CAUSE_LINES_MAX; i++)
        out->lines[i] = json_integer_value(json_array_get(lines, i));
    return out->kind != IMPORT_KIND_COUNT && out->column != NULL && out->why != NULL;
}

bool import_tally_read(const json_t *json, struct arena *arena, struct import_tally *out)
{
    const json_t *causes = json_object_get(json, "causes");

    if (!json_is_array(causes) || json_array_size(causes) > IMPORT_CAUSES_MAX)
        return false;
    *out = (struct import_tally){
        .rows = number_of(json, "rows"),
        .added = number_of(json, "new"),
        .updated = number_of(json, "updated"),
        .unchanged = number_of(json, "unchanged"),
        .skipped = number_of(json, "skipped"),
        .refused = number_of(json, "refused"),
        .other_causes = number_of(json, "other_causes"),
    };
    for (size_t i = 0; i < json_array_size(causes); i++)
        if (!read_cause(json_array_get(causes, i), arena, &out->causes[out->cause_count++]))
            return false;
    return true;
}
