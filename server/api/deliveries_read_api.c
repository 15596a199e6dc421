#include "api/deliveries_read_api.h"

#include "api/reading.h"

#include "base/name.h"
#include "store/read/delivery_read.h"

#include <string.h>

static const struct reading_places deliveries_places = READING_PLACES("dv");

struct list_input {
    enum delivery_status status; /* DELIVERY_STATUS_COUNT: any */
    const char *source;
    struct uuid source_id; /* of source; nil: any */
    struct reading_query page;
};

static const struct input_field list_fields[] = {
    {"status", &delivery_status_type, AT(struct list_input, status),
     .otherwise = DELIVERY_STATUS_COUNT},
    {"source", &name_type, AT(struct list_input, source)},
    PAGE_LIMIT_FIELD(struct list_input, page),
    PAGE_PLACE_FIELD(struct list_input, page, "cursor", deliveries_places),
};
const struct input_spec deliveries_list_input = INPUT_SPEC(list_fields, struct list_input);

static struct uuid source_of(struct request *r, const char *name)
{
    for (size_t i = 0; name != NULL && i < r->config->source_count; i++)
        if (strcmp(r->config->sources[i].name, name) == 0)
            return r->config->sources[i].id;
    if (name != NULL)
        reading_fault(r, "source", "unknown_source", "There is no source of this name");
    return (struct uuid){{0}};
}

enum err deliveries_list_fill(struct request *r, void *filled)
{
    struct list_input *input = filled;

    input->source_id = source_of(r, input->source);
    return ERR_NONE;
}

static void write_delivery(const struct config *config, const struct delivery_item *item,
                           struct json_out *out)
{
    const struct source *source = config_source(config, item->source);

    json_out_begin_object(out);
    json_out_member_uuid(out, "id", item->id);
    json_out_member_text(out, "source", source == NULL ? NULL : source->name);
    json_out_member_instant(out, "received_at", item->received_at);
    json_out_member_text(out, "content_type", item->content_type);
    json_out_member_text(out, "status", delivery_status_name(item->status));
    json_out_member_text(out, "error", item->error);
    json_out_member_uuid(out, "lead_id", item->lead);
    json_out_member_instant(out, "replayed_at", item->replayed_at);
    json_out_end_object(out);
}

static enum err answer(struct request *r, const struct delivery_page *found)
{
    struct cursor place = {0};
    struct reading_page page;

    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        write_delivery(r->config, &found->items[i], &page.json);
        place.id = found->items[i].id;
    }
    return reading_page_end(r, &page, &deliveries_places, found->more ? &place : NULL);
}

enum err deliveries_list(struct request *r, struct read *read)
{
    const struct list_input *input = r->input;
    struct delivery_filter filter = {
        .status = input->status,
        .source = input->source_id,
        .before = reading_begin_at(&input->page).id,
    };
    struct delivery_page found;
    enum err err = delivery_read_page(read, &filter, (int)input->page.limit, &found);

    return err == ERR_NONE ? answer(r, &found) : err;
}
