#include "api/vocabulary_api.h"

#include "http/reply.h"

#include "api/reading.h"

#include "store/read/vocabulary_read.h"

static const struct reading_places campaigns_places = READING_PLACES("cp");
#define ATTRIBUTES_MAX_BYTES ((size_t)4 << 20)

/* ---- attributes ---- */

static void write_types(const struct attribute_use *use, struct json_out *out)
{
    const struct {
        bool used;
        const char *name;
    } types[] = {{use->text, "text"},
                 {use->number, "number"},
                 {use->boolean, "boolean"},
                 {use->list, "list"}};

    json_out_key(out, "types");
    json_out_begin_array(out);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].used)
            json_out_text(out, types[i].name);
    json_out_end_array(out);
}

static enum err answer_attributes(struct request *r, const struct attribute_uses *found)
{
    struct json_out out;

    json_out_init(&out, r->arena, ATTRIBUTES_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    for (size_t i = 0; i < found->count; i++) {
        json_out_begin_object(&out);
        json_out_member_text(&out, "name", found->items[i].name);
        write_types(&found->items[i], &out);
        json_out_member_int(&out, "leads", found->items[i].leads);
        json_out_end_object(&out);
    }
    json_out_end_array(&out);
    json_out_member_int(&out, "leads", found->leads);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

enum err attributes_list(struct request *r, struct read *read)
{
    struct attribute_uses found;
    enum err err = vocabulary_read_attributes(read, &found);

    return err == ERR_NONE ? answer_attributes(r, &found) : err;
}

/* ---- campaigns and the other dimensions ---- */

struct values_input {
    enum dimension dimension;
    bool recorded;
    struct reading_query page;
};

static const struct input_field values_fields[] = {
    {"dimension", &dimension_type, AT(struct values_input, dimension),
     .otherwise = DIMENSION_CAMPAIGN},
    {"recorded", &input_bool, AT(struct values_input, recorded)},
    PAGE_LIMIT_FIELD(struct values_input, page),
    PAGE_PLACE_FIELD(struct values_input, page, "cursor", campaigns_places),
};

static bool check_recorded(struct input *in, const struct input_node *at, void *out)
{
    const struct values_input *input = out;
    const struct input_node recorded = {.name = "recorded"};

    (void)at;
    return !input->recorded || input->dimension == DIMENSION_CAMPAIGN ||
           input_fault(in, &recorded, "not_campaign", "Campaigns alone have records");
}

const struct input_spec campaigns_list_input =
    INPUT_SPEC(values_fields, struct values_input, .check = check_recorded);

static enum err answer_values(struct request *r, enum dimension dimension,
                              const struct dimension_page *found)
{
    struct cursor place = {0};
    struct reading_page page;

    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        const struct dimension_value *item = &found->items[i];
        json_out_begin_object(&page.json);
        json_out_member_text(&page.json, "dimension", dimension_name(dimension));
        json_out_member_text(&page.json, "value", item->value);
        json_out_member_text(&page.json, "title", item->title);
        json_out_member_text(&page.json, "starts_on", item->starts_on);
        json_out_member_text(&page.json, "ends_on", item->ends_on);
        json_out_end_object(&page.json);
        place.text = item->value;
    }
    return reading_page_end(r, &page, &campaigns_places, found->more ? &place : NULL);
}

enum err campaigns_list(struct request *r, struct read *read)
{
    const struct values_input *input = r->input;
    const char *after = reading_begin_at(&input->page).text;
    struct dimension_filter filter = {
        .dimension = input->dimension,
        .recorded = input->recorded,
        .after = after == NULL ? "" : after,
    };
    struct dimension_page found;
    enum err err = vocabulary_read_dimension(read, &filter, (int)input->page.limit, &found);

    return err == ERR_NONE ? answer_values(r, input->dimension, &found) : err;
}
