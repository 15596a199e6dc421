#include "api/vocabulary_api.h"

#include "http/reading.h"

#include "store/read/vocabulary_read.h"

#define TAG_CAMPAIGNS        "cp"
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

    json_out_init(&out, ATTRIBUTES_MAX_BYTES);
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
    json_out_release(&out);
    return ERR_NONE;
}

enum err attributes_list(struct request *r, struct reader *reader)
{
    struct attribute_uses found;
    struct read read;
    enum err err = reading_begin(r, reader, &read);

    if (err != ERR_NONE)
        return err;
    err = vocabulary_read_attributes(&read, &found);
    err = err == ERR_NONE ? answer_attributes(r, &found) : reading_refuse(r, err, "attribute");
    reading_end(&read);
    return err;
}

/* ---- campaigns and the other dimensions ---- */

static const char *const dimension_names[] = {
    [DIMENSION_CHANNEL] = "channel", [DIMENSION_SOURCE] = "source",
    [DIMENSION_MEDIUM] = "medium",   [DIMENSION_CAMPAIGN] = "campaign",
    [DIMENSION_CONTENT] = "content", [DIMENSION_COUNT] = NULL,
};

struct campaign_query {
    int dimension;
    struct reading_query page;
};

static const struct input_field campaign_fields[] = {
    {.name = "dimension",
     .type = INPUT_ENUM,
     .values = dimension_names,
     .otherwise = DIMENSION_CAMPAIGN,
     .offset = offsetof(struct campaign_query, dimension)},
    PAGE_LIMIT_FIELD(struct campaign_query, page),
    PAGE_PLACE_FIELD(struct campaign_query, page, "cursor"),
};

const struct input_spec campaigns_query = INPUT_SPEC(campaign_fields, struct campaign_query);

static enum err answer_values(struct request *r, enum dimension dimension,
                              const struct dimension_page *found)
{
    struct cursor place = {0};
    struct reading_page page;

    reading_page_begin(&page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        json_out_begin_object(&page.json);
        json_out_member_text(&page.json, "dimension", dimension_name(dimension));
        json_out_member_text(&page.json, "value", found->values[i]);
        json_out_end_object(&page.json);
        place.text = found->values[i];
    }
    return reading_page_end(r, &page, found->more ? &place : NULL, TAG_CAMPAIGNS);
}

enum err campaigns_list(struct request *r, struct reader *reader)
{
    const struct campaign_query *query = r->query;
    enum dimension dimension = (enum dimension)query->dimension;
    struct cursor place = reading_place(r, &query->page, "cursor", TAG_CAMPAIGNS);
    struct dimension_page found;
    struct read read;
    enum err err = reading_check(r);

    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = vocabulary_read_dimension(&read, dimension, place.text == NULL ? "" : place.text,
                                    (int)query->page.limit, &found);
    err =
        err == ERR_NONE ? answer_values(r, dimension, &found) : reading_refuse(r, err, "campaign");
    reading_end(&read);
    return err;
}
