#include "core/intake/mapped_item.h"

#include <string.h>

static void read_item(struct mapped_item *item)
{
    const struct mapping *mapping = item->mapping;
    struct capture_input *capture = &item->out->capture;

    mapped_take_up(item, item->from->file ? NULL : "occurred_at");
    *capture = (struct capture_input){
        .claimed_stage = STAGE_COUNT,
        .origin = CAPTURE_ORIGIN_OF_TOUCH,
        .source = item->from->knowledge,
        .occurred_at = mapped_moment(item, &mapping->occurred_at),
    };
    if (capture->occurred_at == INSTANT_NONE)
        capture->occurred_at = item->from->occurred_at;
    if (mapping->effect == MAPPING_FETCH) {
        mapped_fetch_read(item);
        return;
    }
    mapped_identities_read(item);
    if (mapping->effect == MAPPING_LEAD)
        mapped_attributes_read(item);
    if (mapping->is_deal) {
        mapped_take_up(item, NULL);
        mapped_deal_read(item);
    } else if (mapping->effect == MAPPING_LEAD || mapping->effect == MAPPING_TOUCH) {
        if (mapping->effect == MAPPING_LEAD)
            mapped_stage_read(item);
        mapped_touch_read(item);
    } else if (mapping->effect == MAPPING_FACTS) {
        mapped_facts_read(item);
    } else if (mapping->effect == MAPPING_OUTCOME) {
        mapped_outcome_read(item);
    } else if (mapping->effect == MAPPING_MERGE) {
        mapped_merged_read(item);
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
        read_item(&(struct mapped_item){.mapping = mapping,
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

void mapped_note(struct mapped *item, const char *what, enum mapped_error error,
                 struct arena *arena)
{
    struct capture_input *capture = &item->capture;
    size_t count = capture->left_out_count;
    struct left_out *all = ARENA_ARRAY(arena, struct left_out, count + 1);

    if (all == NULL)
        return;
    if (count > 0)
        memcpy(all, capture->left_out, count * sizeof *all);
    all[count] = (struct left_out){.what = what,
                                   .code = mapped_error_code(error),
                                   .detail = mapped_error_detail(error),
                                   .pointer = item->pointer};
    capture->left_out = all;
    capture->left_out_count = count + 1;
}
