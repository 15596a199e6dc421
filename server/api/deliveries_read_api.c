#include "api/deliveries_read_api.h"

#include "http/reading.h"

#include "store/read/delivery_read.h"

#include <string.h>

#define TAG_DELIVERIES "dv"

static const char *const status_names[] = {
    [DELIVERY_APPLIED] = "applied",
    [DELIVERY_FAILED] = "failed",
    [DELIVERY_STATUS_COUNT] = NULL,
};

struct delivery_query {
    int status;
    const char *source;
    struct reading_query page;
};

static const struct input_field delivery_fields[] = {
    {.name = "status",
     .type = INPUT_ENUM,
     .values = status_names,
     .otherwise = DELIVERY_STATUS_COUNT,
     .offset = offsetof(struct delivery_query, status)},
    {.name = "source",
     .type = INPUT_LINE,
     .min = 1,
     .max = 63,
     .offset = offsetof(struct delivery_query, source)},
    PAGE_LIMIT_FIELD(struct delivery_query, page),
    PAGE_PLACE_FIELD(struct delivery_query, page, "cursor"),
};

const struct input_spec deliveries_query = INPUT_SPEC(delivery_fields, struct delivery_query);

static struct uuid source_of(struct request *r, const char *name)
{
    for (size_t i = 0; name != NULL && i < r->config->source_count; i++)
        if (strcmp(r->config->sources[i].name, name) == 0)
            return r->config->sources[i].id;
    if (name != NULL)
        reading_fault(r, "source", "unknown_source", "There is no source of this name");
    return (struct uuid){{0}};
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

    reading_page_begin(&page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        write_delivery(r->config, &found->items[i], &page.json);
        place.id = found->items[i].id;
    }
    return reading_page_end(r, &page, found->more ? &place : NULL, TAG_DELIVERIES);
}

enum err deliveries_list(struct request *r, struct reader *reader)
{
    const struct delivery_query *query = r->query;
    struct delivery_filter filter = {
        .status = (enum delivery_status)query->status,
        .source = source_of(r, query->source),
        .before = reading_place(r, &query->page, "cursor", TAG_DELIVERIES).id,
    };
    struct delivery_page found;
    struct read read;
    enum err err = reading_check(r);

    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = delivery_read_page(&read, &filter, (int)query->page.limit, &found);
    err = err == ERR_NONE ? answer(r, &found) : reading_refuse(r, err, "delivery");
    reading_end(&read);
    return err;
}
