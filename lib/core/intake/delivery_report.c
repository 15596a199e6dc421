#include "core/intake/delivery_report.h"

#include "base/json_tree.h"

#include <string.h>

#define REPORT_MAX_BYTES ((size_t)4 << 20)

static const char *const effect_names[ITEM_EFFECT_COUNT] = {[ITEM_APPLIED] = "applied",
                                                            [ITEM_FAILED] = "failed",
                                                            [ITEM_IGNORED] = "ignored",
                                                            [ITEM_WAITING] = "waiting"};

static const struct capture_input nothing;

static void write_left_out(const struct delivery_outcome *result, size_t *named,
                           struct json_out *out)
{
    bool is_there = result->effect == ITEM_APPLIED && result->item != NULL;
    const struct capture_input *capture = is_there ? &result->item->capture : &nothing;

    json_out_key(out, "left_out");
    json_out_begin_array(out);
    for (size_t i = 0; i < capture->left_out_count && *named < REPORT_LEFT_OUT_MAX; i++) {
        const struct left_out *value = &capture->left_out[i];
        json_out_begin_object(out);
        json_out_member_text(out, "what", value->what);
        json_out_member_text(out, "at", value->pointer);
        json_out_member_text(out, "code", value->code);
        json_out_member_text(out, "detail", value->detail);
        json_out_end_object(out);
        ++*named;
    }
    json_out_end_array(out);
}

static void write_members(const struct delivery_outcome *result, size_t *named,
                          struct json_out *out)
{
    json_out_member_text(out, "status", effect_names[result->effect]);
    json_out_member_text(out, "effect",
                         result->item == NULL ? NULL : mapping_effect_name(result->item->effect));
    json_out_member_uuid(out, "lead_id", result->lead);
    json_out_member_text(out, "error", result->error);
    json_out_member_text(
        out, "detail", result->error == NULL || result->item == NULL ? NULL : result->item->detail);
    write_left_out(result, named, out);
}

static void write_item(const struct delivery_outcome *result, size_t *named, struct json_out *out)
{
    if (result->kept != NULL) {
        json_tree_write(result->kept, out);
        return;
    }
    json_out_begin_object(out);
    write_members(result, named, out);
    json_out_end_object(out);
}

void delivery_report_notes(const struct json_notes *notes, struct json_out *out)
{
    json_out_key(out, "read");
    json_out_begin_array(out);
    for (size_t i = 0; i < notes->count; i++) {
        json_out_begin_object(out);
        json_out_member_text(out, "at", notes->items[i].pointer);
        json_out_member_text(out, "code", json_note_name(notes->items[i].code));
        json_out_member_text(out, "detail", json_note_detail(notes->items[i].code));
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

const char *delivery_report_write(const struct delivery_outcome *results, size_t count,
                                  const struct json_notes *notes, struct arena *arena)
{
    struct json_out out;
    size_t named = 0;

    json_out_init(&out, arena, REPORT_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "items");
    json_out_begin_array(&out);
    for (size_t i = 0; i < count; i++)
        write_item(&results[i], &named, &out);
    json_out_end_array(&out);
    delivery_report_notes(notes, &out);
    json_out_end_object(&out);
    return out.written.text;
}

json_t *delivery_report_items(const char *report, struct arena *arena)
{
    if (report == NULL)
        return NULL;
    json_t *json = json_tree_read(arena, report, strlen(report), 0, NULL);
    json_t *items = json_incref(json_object_get(json, "items"));
    json_decref(json);
    return items;
}

struct uuid delivery_report_lead(const json_t *items, size_t index)
{
    const json_t *item = json_array_get(items, index);
    const char *text = json_string_value(json_object_get(item, "lead_id"));
    struct uuid lead;

    return text != NULL && uuid_parse(text, &lead) ? lead : (struct uuid){{0}};
}

enum item_effect delivery_report_effect(const json_t *items, size_t index)
{
    const json_t *item = json_array_get(items, index);
    const char *text = json_string_value(json_object_get(item, "status"));

    for (int i = 0; text != NULL && i < ITEM_EFFECT_COUNT; i++)
        if (strcmp(text, effect_names[i]) == 0)
            return (enum item_effect)i;
    return ITEM_FAILED;
}

void delivery_report_members(const struct delivery_outcome *result, struct json_out *out)
{
    size_t named = 0;

    write_members(result, &named, out);
}
