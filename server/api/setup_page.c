#include "api/setup_page.h"

#include "http/reply.h"

#include "base/uuid.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_MAX_BYTES (8u << 20)

static bool read_place(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct cursor *place = ARENA_NEW(in->arena, struct cursor);

    if (place != NULL && !uuid_parse(at->word, &place->id))
        return input_fault(in, at, "cursor", "Take it from next of an answer of this list");
    memcpy((char *)base + field->offset, &place, sizeof place);
    return true;
}

const struct input_type setup_place_type = {
    .kind = INPUT_LINE, .min = 1, .max = CURSOR_MAX_BYTES, .read = read_place};

struct item {
    struct uuid id;
    size_t index;
};

static int by_id(const void *a, const void *b)
{
    return uuid_compare(((const struct item *)a)->id, ((const struct item *)b)->id);
}

/* The items after the cursor that are shown, in order. */
static struct item *select_items(struct request *r, const struct setup_list *list,
                                 const struct uuid *after, size_t *count)
{
    struct item *items = ARENA_ARRAY(r->arena, struct item, list->count + 1);

    *count = 0;
    for (size_t i = 0; items != NULL && i < list->count; i++) {
        struct uuid id = list->id(list->list, i);
        if ((list->shown == NULL || list->shown(list->list, i)) &&
            (after == NULL || uuid_compare(id, *after) > 0))
            items[(*count)++] = (struct item){id, i};
    }
    if (items != NULL && *count > 1)
        qsort(items, *count, sizeof *items, by_id);
    return items;
}

static void write_page(struct request *r, const struct setup_list *list, const struct item *items,
                       size_t count, const char *next)
{
    struct json_out out;

    json_out_init(&out, r->arena, PAGE_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    for (size_t i = 0; i < count; i++)
        list->write(list->list, items[i].index, &out);
    json_out_end_array(&out);
    json_out_member_text(&out, "next", next);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
}

enum err setup_page_answer(struct request *r, const struct reading_query *page,
                           const struct setup_list *list, const char *path, const char *more)
{
    char next[UUID_TEXT_LEN + 1];
    size_t count;
    struct item *items =
        select_items(r, list, page->place == NULL ? NULL : &page->place->id, &count);

    if (items == NULL)
        return ERR_OUT_OF_MEMORY;
    bool last = count <= (size_t)page->limit;
    if (last) {
        write_page(r, list, items, count, NULL);
        return ERR_NONE;
    }
    uuid_format(items[page->limit - 1].id, next);
    write_page(r, list, items, (size_t)page->limit, next);
    r->reply.link = arena_printf(r->arena, "<%s?%slimit=%lld&cursor=%s>; rel=\"next\"", path, more,
                                 (long long)page->limit, next);
    return ERR_NONE;
}
