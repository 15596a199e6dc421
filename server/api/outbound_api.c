#include "api/outbound_api.h"

#include <string.h>

static const struct reading_places deliveries_places = READING_PLACES("ob");

/* ---- of one subscription ---- */

struct deliveries_input {
    struct uuid subscription;
    enum outbound_state state; /* OUTBOUND_STATE_COUNT: any */
    struct reading_query page;
};

static const struct input_field deliveries_fields[] = {
    {"subscription_id", &input_uuid, AT(struct deliveries_input, subscription),
     .place = INPUT_PATH},
    {"state", &outbound_state_type, AT(struct deliveries_input, state),
     .otherwise = OUTBOUND_STATE_COUNT},
    PAGE_LIMIT_FIELD(struct deliveries_input, page),
    PAGE_PLACE_FIELD(struct deliveries_input, page, "cursor", deliveries_places),
};
const struct input_spec subscriptions_deliveries_input =
    INPUT_SPEC(deliveries_fields, struct deliveries_input);

static void write_number(struct json_out *out, const char *name, int number)
{
    if (number == 0)
        json_out_member_null(out, name);
    else
        json_out_member_int(out, name, number);
}

static void write_members(const struct outbound_row *row, struct json_out *out)
{
    json_out_member_uuid(out, "id", row->delivery);
    json_out_member_int(out, "pos", row->pos);
    json_out_member_text(out, "type", ledger_kind_name(row->kind));
    json_out_member_text(out, "state", outbound_state_name((enum outbound_state)row->state));
    json_out_member_int(out, "tries", row->tries);
    json_out_member_instant(out, "made_at", row->made_at);
    json_out_member_instant(out, "tried_at", row->tried_at);
    json_out_member_instant(out, "next_at", row->next_at);
    write_number(out, "status", row->status);
    json_out_member_text(out, "failure", row->failure);
    json_out_member_text(out, "answer", row->answer);
}

enum err subscriptions_deliveries(struct request *r, struct read *read)
{
    const struct deliveries_input *input = r->input;
    struct cursor place = reading_begin_at(&input->page);
    struct outbound_page found;
    struct reading_page page;

    if (config_subscription(r->config, input->subscription) == NULL)
        return ERR_NOT_FOUND;
    enum err err = outbound_read_page(read, input->subscription, input->state,
                                      input->page.place == NULL ? INT64_MAX : place.number,
                                      (int)input->page.limit, &found);
    if (err != ERR_NONE)
        return err;
    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found.count; i++) {
        json_out_begin_object(&page.json);
        write_members(&found.items[i], &page.json);
        json_out_end_object(&page.json);
        place.number = found.items[i].pos;
    }
    return reading_page_end(r, &page, &deliveries_places, found.more ? &place : NULL);
}

/* ---- of all ---- */

static const struct subscription *of_name(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->subscription_count; i++)
        if (strcmp(config->subscriptions[i].name, name) == 0)
            return &config->subscriptions[i];
    return NULL;
}

void outbound_check(struct request *r, const struct outbound_query *query)
{
    if (query->subscription != NULL && of_name(r->config, query->subscription) == NULL)
        reading_fault(r, "subscription", "unknown_subscription",
                      "There is no subscription of this name");
}

/* Those that the caller may see: all that there are, as in the list of subscriptions. */
static bool choose(const struct request *r, const char *name, struct outbound_filter *filter)
{
    const struct config *config = r->config;
    struct uuid *ids = ARENA_ARRAY(r->arena, struct uuid, config->subscription_count + 1);
    size_t count = 0;

    if (ids == NULL)
        return false;
    for (size_t i = 0; i < config->subscription_count; i++)
        if (name == NULL || strcmp(config->subscriptions[i].name, name) == 0)
            ids[count++] = config->subscriptions[i].id;
    filter->subscriptions = ids;
    filter->subscription_count = count;
    return true;
}

static void write_of(const struct config *config, const struct outbound_row *row,
                     struct json_out *out)
{
    const struct subscription *subscription = config_subscription(config, row->subscription);
    char id[UUID_TEXT_LEN + 1];

    uuid_format(row->subscription, id);
    json_out_begin_object(out);
    json_out_member_uuid(out, "subscription_id", row->subscription);
    json_out_member_text(out, "subscription", subscription == NULL ? NULL : subscription->name);
    write_members(row, out);
    json_out_key(out, "links");
    json_out_begin_object(out);
    json_out_member_text(out, "subscription",
                         arena_printf(out->written.arena, "/v1/subscriptions/%s", id));
    json_out_member_text(out, "replay",
                         arena_printf(out->written.arena, "/v1/subscriptions/%s/replay", id));
    json_out_end_object(out);
    json_out_end_object(out);
}

enum err outbound_list(struct request *r, struct read *read, const struct outbound_query *query,
                       const struct reading_query *at, const struct reading_places *places)
{
    struct cursor place = reading_begin_at(at);
    struct outbound_filter filter = {
        .state = query->state,
        .from = query->from,
        .to = query->to,
        .before = at->place == NULL ? INT64_MAX : place.number,
        .before_of = at->place == NULL ? READ_ID_MAX : place.id,
    };
    struct outbound_page found;
    struct reading_page page;

    if (!choose(r, query->subscription, &filter))
        return ERR_OUT_OF_MEMORY;
    enum err err = outbound_read_all(read, &filter, (int)at->limit, &found);
    if (err != ERR_NONE)
        return err;
    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found.count; i++) {
        write_of(r->config, &found.items[i], &page.json);
        place = (struct cursor){.number = found.items[i].pos, .id = found.items[i].subscription};
    }
    return reading_page_end(r, &page, places, found.more ? &place : NULL);
}
