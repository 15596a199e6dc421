#include "delivery/payload.h"

#include "base/base64.h"
#include "base/digest.h"
#include "core/handoff/event.h"
#include "core/handoff/shape.h"
#include "core/handoff/shape_handoff.h"
#include "core/setup/subscription.h"
#include "store/read/handoff_read.h"
#include "store/read/lead_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void payload_id(const struct outbound_row *row, char out[PAYLOAD_ID_LEN + 1])
{
    memcpy(out, "msg_", 4);
    uuid_format(row->delivery, out + 4);
}

static void write_link(struct json_out *out, const char *name, const char *path, struct uuid id)
{
    char text[UUID_TEXT_LEN + 1];

    if (uuid_is_nil(id))
        return;
    uuid_format(id, text);
    const char *link = arena_printf(out->written.arena, "%s%s", path, text);
    json_out_member_text(out, name, link);
}

/* Gone, such as erased, is not there; false: it cannot be read now. */
static bool write_lead(const struct read *read, const struct config *config, struct uuid id,
                       struct json_out *out)
{
    struct lead_view view;
    enum err err = uuid_is_nil(id) ? ERR_NOT_FOUND : lead_read_by_id(read, id, &view);

    json_out_key(out, "lead");
    if (err == ERR_NONE)
        shape_lead(config, view.lead, view.open, out);
    else
        json_out_null(out);
    return err == ERR_NONE || err == ERR_NOT_FOUND || err == ERR_GONE;
}

static bool write_handoff(const struct read *read, const struct config *config, struct uuid id,
                          struct json_out *out)
{
    struct handoff *handoff;
    instant now;
    enum err err = uuid_is_nil(id) ? ERR_NOT_FOUND : handoff_read_by_id(read, id, &handoff, &now);

    json_out_key(out, "handoff");
    if (err == ERR_NONE)
        shape_handoff(config, handoff, now, NULL, 0, out);
    else
        json_out_null(out);
    return err == ERR_NONE || err == ERR_NOT_FOUND || err == ERR_GONE;
}

const char *payload_make(const struct read *read, const struct config *config,
                         const struct subscription *subscription, const struct outbound_item *item,
                         size_t *len)
{
    struct json_out out;
    struct event event;
    bool whole = true;

    json_out_init(&out, read->arena, PAYLOAD_MAX_BYTES);
    if (event_read(&item->entry, item->row.pos, read->arena, &event) != ERR_NONE)
        return NULL;
    json_out_begin_object(&out);
    json_out_member_text(&out, "type", ledger_kind_name((int)event.kind));
    json_out_member_instant(&out, "timestamp", event.at);
    json_out_key(&out, "data");
    json_out_begin_object(&out);
    json_out_key(&out, "event");
    event_write(&event, config, &out);
    json_out_key(&out, "links");
    json_out_begin_object(&out);
    write_link(&out, "lead", "/v1/leads/", event.lead);
    write_link(&out, "handoff", "/v1/handoffs/", event.handoff);
    json_out_end_object(&out);
    if (subscription->include & INCLUDE_LEAD)
        whole = write_lead(read, config, event.lead, &out);
    if (whole && subscription->include & INCLUDE_HANDOFF)
        whole = write_handoff(read, config, event.handoff, &out);
    json_out_end_object(&out);
    json_out_end_object(&out);
    *len = out.written.len;
    return whole && !arena_failed(read->arena) ? out.written.text : NULL;
}

static const char *sign_with(const struct config *config, struct uuid subscription, instant since,
                             const struct digest_part *content, struct arena *arena)
{
    uint8_t key[SUBSCRIPTION_SECRET_KEY_BYTES];
    uint8_t mac[DIGEST_BYTES];
    char text[BASE64_LEN(DIGEST_BYTES) + 1];

    subscription_secret_key(config, subscription, since, key);
    digest_hmac(key, sizeof key, content, 2, mac);
    base64_encode(mac, sizeof mac, text);
    text[BASE64_LEN(DIGEST_BYTES)] = '\0';
    return arena_printf(arena, "v1,%s", text);
}

const char *payload_sign(const struct config *config, const struct subscription *subscription,
                         const char *id, instant now, const char *body, size_t body_len,
                         struct arena *arena)
{
    const char *head = arena_printf(arena, "%s.%" PRId64 ".", id, now / INSTANT_SECOND);

    if (head == NULL)
        return NULL;
    const struct digest_part content[] = {{head, strlen(head)}, {body, body_len}};
    const char *by_new =
        sign_with(config, subscription->id, subscription->secret_since, content, arena);
    if (subscription->old_secret_until == INSTANT_NONE || now >= subscription->old_secret_until)
        return by_new;
    const char *by_old =
        sign_with(config, subscription->id, subscription->old_secret_since, content, arena);
    return by_new == NULL || by_old == NULL ? NULL : arena_printf(arena, "%s %s", by_new, by_old);
}
