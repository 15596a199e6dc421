#include "api/preset_list.h"

#include "http/reply.h"

#include "base/json_tree.h"

#define LIST_MAX_BYTES (1u << 20)

static void write_preset(const struct preset_list *list, const char *name, const json_t *preset,
                         struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "name", name);
    for (const char *const *member = list->members; *member != NULL; member++) {
        json_out_key(out, *member);
        json_tree_write(json_object_get(preset, *member), out);
    }
    json_out_end_object(out);
}

enum err preset_list_answer(struct request *r, const struct preset_list *list)
{
    struct json_out out;
    const char *name;

    json_out_init(&out, r->arena, LIST_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    for (size_t i = 0; (name = list->name(i)) != NULL; i++) {
        json_t *preset = list->document(name, r->arena);
        if (preset == NULL)
            return ERR_OUT_OF_MEMORY;
        write_preset(list, name, preset, &out);
        json_decref(preset);
    }
    json_out_end_array(&out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}
