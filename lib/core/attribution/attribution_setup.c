#include "core/attribution/attribution_setup.h"

#include "base/json_tree.h"
#include "base/time/time_zone.h"

#include <string.h>

static const char *const usual_direct[] = {"direct", "(direct)"};

const struct attribution_setup ATTRIBUTION_SETUP_USUAL = {
    .name = ATTRIBUTION_SETUP_DEFAULT,
    .version = 1,
    .rules = {CREDIT_HALF_LIFE_DAYS, {40, 20, 40}},
    .timezone = "UTC",
    .direct = usual_direct,
    .direct_count = sizeof usual_direct / sizeof *usual_direct,
};

/* Any text has a number of its own; that of the default is known to the database without asking. */
int64_t attribution_setup_id(const char *name)
{
    return strcmp(name, ATTRIBUTION_SETUP_DEFAULT) == 0 ? 0 : dimension_id(DIMENSION_SOURCE, name);
}

bool attribution_setup_pairs(const struct attribution_setup *setup, enum attribution_cut a,
                             enum attribution_cut b)
{
    for (size_t i = 0; i < setup->pair_count; i++) {
        const enum attribution_cut *cuts = setup->pairs[i].cuts;
        if ((cuts[0] == a && cuts[1] == b) || (cuts[0] == b && cuts[1] == a))
            return true;
    }
    return false;
}

/* ---- what may be chosen ---- */

static const struct input_type window_type = {
    .kind = INPUT_INT32, .min = 0, .max = ATTRIBUTION_SETUP_WINDOW_DAYS};
static const struct input_type half_life_type = {
    .kind = INPUT_INT32, .min = 1, .max = ATTRIBUTION_SETUP_WINDOW_DAYS};
static const struct input_type percent_type = {.kind = INPUT_INT32, .min = 0, .max = 100};
static const struct input_type percents_type = {
    .kind = INPUT_ARRAY, .min = 3, .max = 3, .item = &percent_type};
static const struct input_type timezone_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = TIME_ZONE_NAME_MAX_BYTES,
    .fits = time_zone_name_fits,
    .code = "timezone",
    .wanted = "An IANA name is wanted, such as Europe/Berlin",
};
static const struct input_type direct_type = {
    .kind = INPUT_LINE, .min = 1, .max = DIMENSION_VALUE_MAX_BYTES};
static const struct input_type directs_type = {
    .kind = INPUT_ARRAY, .max = ATTRIBUTION_SETUP_DIRECT_MAX, .item = &direct_type};
static const struct input_type kind_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = TOUCH_KIND_MAX_BYTES,
    .fits = touch_kind_valid,
    .code = "kind",
    .wanted = "A lower-case code is wanted, such as form_submitted",
};
static const struct input_type kinds_type = {
    .kind = INPUT_ARRAY, .max = ATTRIBUTION_SETUP_KINDS_MAX, .item = &kind_type};

static const struct input_field pair_fields[] = {
    {"by", &attribution_cut_type, AT(struct attribution_pair, cuts[0]), .required = true},
    {"then_by", &attribution_cut_type, AT(struct attribution_pair, cuts[1]), .required = true},
};
static const struct input_spec pair_spec = INPUT_SPEC(pair_fields, struct attribution_pair);
static const struct input_type pair_type = {.kind = INPUT_OBJECT, .of = &pair_spec};
static const struct input_type pairs_type = {
    .kind = INPUT_ARRAY, .max = ATTRIBUTION_SETUP_PAIRS_MAX, .item = &pair_type};

/* As they are given; what is not, is usual. */
struct chosen {
    int32_t window_days;
    int32_t half_life_days;
    const int32_t *position;
    size_t position_count;
    const char *timezone;
    const char *const *direct;
    size_t direct_count;
    const char *const *kinds;
    size_t kind_count;
    const struct attribution_pair *pairs;
    size_t pair_count;
};

static const struct input_field chosen_fields[] = {
    {"window_days", &window_type, AT(struct chosen, window_days)},
    {"half_life_days", &half_life_type, AT(struct chosen, half_life_days),
     .otherwise = CREDIT_HALF_LIFE_DAYS},
    {"position_based", &percents_type, AT(struct chosen, position),
     COUNT(struct chosen, position_count)},
    {"timezone", &timezone_type, AT(struct chosen, timezone)},
    {"direct", &directs_type, AT(struct chosen, direct), COUNT(struct chosen, direct_count)},
    {"kinds", &kinds_type, AT(struct chosen, kinds), COUNT(struct chosen, kind_count)},
    {"pairs", &pairs_type, AT(struct chosen, pairs), COUNT(struct chosen, pair_count)},
};

static bool is_pair_twice(const struct chosen *chosen, size_t which)
{
    const enum attribution_cut *cuts = chosen->pairs[which].cuts;
    const struct attribution_setup before = {.pairs = chosen->pairs, .pair_count = which};

    return cuts[0] == cuts[1] || attribution_setup_pairs(&before, cuts[0], cuts[1]);
}

static bool check_chosen(struct input *in, const struct input_node *at, void *out)
{
    struct chosen *chosen = out;
    const struct input_node position = input_member(at, "position_based");
    const struct input_node pairs = input_member(at, "pairs");
    bool sound = true;

    /* of pairs that are not whole their own faults are said */
    for (size_t i = 0; !faults_any(in->faults) && i < chosen->pair_count; i++) {
        const struct input_node pair = input_item(&pairs, i);
        if (is_pair_twice(chosen, i))
            sound = input_fault(in, &pair, "pair", "Two different dimensions are a pair, once");
    }

    /* an empty list is a choice */
    if (json_object_get(at->json, "direct") == NULL) {
        chosen->direct = ATTRIBUTION_SETUP_USUAL.direct;
        chosen->direct_count = ATTRIBUTION_SETUP_USUAL.direct_count;
    }
    if (chosen->position != NULL && chosen->position_count == 3 &&
        chosen->position[0] + chosen->position[1] + chosen->position[2] != 100)
        sound = input_fault(in, &position, "sum", "The three parts are percent and add up to 100");
    return sound;
}

static const struct input_spec chosen_spec =
    INPUT_SPEC(chosen_fields, struct chosen, .check = check_chosen);

static bool read_setup(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct attribution_setup *out =
        (struct attribution_setup *)(void *)((char *)base + field->offset);
    struct chosen chosen;

    if (!input_object(in, at, &chosen_spec, &chosen))
        return false;
    *out = (struct attribution_setup){
        .window_days = chosen.window_days,
        .rules = {chosen.half_life_days, {40, 20, 40}},
        .timezone = chosen.timezone == NULL ? ATTRIBUTION_SETUP_USUAL.timezone : chosen.timezone,
        .direct = chosen.direct,
        .direct_count = chosen.direct_count,
        .kinds = chosen.kinds,
        .kind_count = chosen.kind_count,
        .pairs = chosen.pairs,
        .pair_count = chosen.pair_count,
    };
    for (int i = 0; chosen.position != NULL && i < 3; i++)
        out->rules.position[i] = chosen.position[i];
    return true;
}

const struct input_type attribution_setup_type = {.kind = INPUT_MAP, .read = read_setup};

/* ---- stored and sent ---- */

static void write_texts(const char *name, const char *const *texts, size_t count,
                        struct json_out *out)
{
    json_out_key(out, name);
    json_out_begin_array(out);
    for (size_t i = 0; i < count; i++)
        json_out_text(out, texts[i]);
    json_out_end_array(out);
}

void attribution_setup_write_members(const struct attribution_setup *setup, struct json_out *out)
{
    json_out_member_int(out, "window_days", setup->window_days);
    json_out_member_int(out, "half_life_days", setup->rules.half_life_days);
    json_out_key(out, "position_based");
    json_out_begin_array(out);
    for (int i = 0; i < 3; i++)
        json_out_int(out, setup->rules.position[i]);
    json_out_end_array(out);
    json_out_member_text(out, "timezone", setup->timezone);
    write_texts("direct", setup->direct, setup->direct_count, out);
    write_texts("kinds", setup->kinds, setup->kind_count, out);
    json_out_key(out, "pairs");
    json_out_begin_array(out);
    for (size_t i = 0; i < setup->pair_count; i++) {
        json_out_begin_object(out);
        json_out_member_text(out, "by", attribution_cut_name(setup->pairs[i].cuts[0]));
        json_out_member_text(out, "then_by", attribution_cut_name(setup->pairs[i].cuts[1]));
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

bool attribution_setup_read(const char *json, size_t len, struct arena *arena,
                            struct attribution_setup *out)
{
    struct faults faults;
    struct input in = {.arena = arena, .faults = &faults, .where = "body", .copies = true};
    json_t *root = json_tree_read(arena, json, len, 0, NULL);
    struct input_node node = input_root(root, "");

    faults_init(&faults, arena);
    const struct input_field whole_of_it = {.type = &attribution_setup_type};
    bool whole = json_is_object(root) && read_setup(&in, &node, &whole_of_it, out);
    json_decref(root);
    return whole && !arena_failed(arena);
}
