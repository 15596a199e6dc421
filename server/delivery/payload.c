#include "delivery/payload.h"

#include "base/base64.h"
#include "base/digest.h"
#include "core/handoff/event.h"
#include "core/handoff/shape.h"
#include "core/handoff/shape_handoff.h"
#include "core/setup/subscription.h"
#include "store/read/handoff_read.h"
#include "store/read/lead_read.h"
#include "store/read/verdict_read.h"

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

/* What is read of what an event is about. What is gone, such as erased, is not there. */
struct about {
    struct lead_view lead;
    struct handoff *handoff;
    instant now;
    const char *verdict;
    size_t verdict_len;
};

static bool is_read(enum err err)
{
    return err == ERR_NONE || err == ERR_NOT_FOUND || err == ERR_GONE;
}

static enum err read_verdict(const struct read *read, struct uuid lead, struct about *about)
{
    const struct verdict_filter newest = {.before = {.judged_at = INSTANT_NONE}};
    struct verdict_page page = {0};
    enum err err = verdict_read_page(read, lead, &newest, 1, &page);

    if (err == ERR_NONE && page.count == 1) {
        about->verdict = page.items[0].body;
        about->verdict_len = page.items[0].body_len;
    }
    return err;
}

/* False: it cannot be read now. */
static bool read_about(const struct read *read, unsigned include, const struct event *event,
                       struct about *about)
{
    bool whole = true;

    *about = (struct about){0};
    if (include & (INCLUDE_HANDOFF | INCLUDE_VERDICT) && !uuid_is_nil(event->handoff)) {
        enum err err = handoff_read_whole(read, event->handoff, &about->handoff, &about->now);
        if (err != ERR_NONE)
            about->handoff = NULL;
        whole = is_read(err);
    }
    if (about->handoff != NULL) {
        about->verdict = about->handoff->verdict_body;
        about->verdict_len = about->handoff->verdict_body_len;
    } else if (whole && include & INCLUDE_VERDICT && !uuid_is_nil(event->lead)) {
        whole = is_read(read_verdict(read, event->lead, about));
    }
    if (whole && include & INCLUDE_LEAD && !uuid_is_nil(event->lead))
        whole = is_read(lead_read_by_id(read, event->lead, &about->lead));
    return whole;
}

/* The ids by which other systems know the lead, by their names. */
static void write_ids(const struct lead *lead, struct json_out *out)
{
    json_out_key(out, "ids");
    json_out_begin_object(out);
    for (size_t i = 0; lead != NULL && i < lead->identity_count; i++) {
        const struct identity *identity = &lead->identities[i];
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again = again || (lead->identities[k].kind == IDENTITY_EXTERNAL &&
                              strcmp(lead->identities[k].source, identity->source) == 0);
        if (identity->kind == IDENTITY_EXTERNAL && !again)
            json_out_member_text(out, identity->source, identity->value);
    }
    json_out_end_object(out);
}

static void write_about(const struct config *config, unsigned include, const struct about *about,
                        struct json_out *out)
{
    if (include & INCLUDE_LEAD) {
        json_out_key(out, "lead");
        if (about->lead.lead == NULL)
            json_out_null(out);
        else
            shape_lead(config, about->lead.lead, about->lead.open, out);
    }
    if (include & INCLUDE_HANDOFF) {
        json_out_key(out, "handoff");
        if (about->handoff == NULL)
            json_out_null(out);
        else
            shape_handoff(config, about->handoff, about->now, NULL, 0, out);
    }
    if (include & INCLUDE_VERDICT) {
        json_out_key(out, "verdict");
        if (about->verdict == NULL)
            json_out_null(out);
        else
            json_out_raw(out, about->verdict, about->verdict_len);
    }
}

static void write_event(const struct event *event, const struct config *config,
                        struct json_out *out)
{
    json_out_key(out, "event");
    event_write(event, config, out);
    json_out_key(out, "links");
    json_out_begin_object(out);
    write_link(out, "lead", "/v1/leads/", event->lead);
    write_link(out, "handoff", "/v1/handoffs/", event->handoff);
    json_out_end_object(out);
}

static const char *make(const struct payload_wanted *wanted, bool flat, size_t *len)
{
    const struct read *read = wanted->read;
    const struct outbound_item *item = wanted->item;
    const unsigned include = (unsigned)wanted->subscription->include;
    char id[PAYLOAD_ID_LEN + 1];
    struct json_out out;
    struct event event;
    struct about about;

    json_out_init(&out, read->arena, PAYLOAD_MAX_BYTES);
    /* what it carries is for templates: a handoff by itself says nothing of the person */
    if (event_read(&item->entry, item->row.pos, read->arena, &event) != ERR_NONE ||
        !read_about(read, include, &event, &about))
        return NULL;
    if (about.handoff != NULL && !flat)
        about.handoff->carries = NULL;
    payload_id(&item->row, id);
    json_out_begin_object(&out);
    if (flat)
        json_out_member_text(&out, "id", id);
    json_out_member_text(&out, "type", ledger_kind_name((int)event.kind));
    json_out_member_instant(&out, "timestamp", event.at);
    if (!flat) {
        json_out_key(&out, "data");
        json_out_begin_object(&out);
    }
    write_event(&event, wanted->config, &out);
    if (flat)
        write_ids(about.lead.lead, &out);
    write_about(wanted->config, include, &about, &out);
    if (!flat)
        json_out_end_object(&out);
    json_out_end_object(&out);
    *len = out.written.len;
    return arena_failed(read->arena) ? NULL : out.written.text;
}

const char *payload_make(const struct payload_wanted *wanted, size_t *len)
{
    return make(wanted, false, len);
}

const char *payload_data(const struct payload_wanted *wanted, size_t *len)
{
    return make(wanted, true, len);
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

/* Ed25519 signs bytes that lie together. */
static const char *sign_openly(const struct signing_key *key, const struct digest_part *content,
                               struct arena *arena)
{
    uint8_t signature[SIGNATURE_BYTES];
    char text[BASE64_LEN(SIGNATURE_BYTES) + 1];
    char *all = arena_alloc(arena, content[0].len + content[1].len);

    if (all == NULL)
        return NULL;
    memcpy(all, content[0].bytes, content[0].len);
    memcpy(all + content[0].len, content[1].bytes, content[1].len);
    if (!signing_key_sign(key, all, content[0].len + content[1].len, signature))
        return NULL;
    base64_encode(signature, sizeof signature, text);
    text[BASE64_LEN(SIGNATURE_BYTES)] = '\0';
    return arena_printf(arena, " v1a,%s", text);
}

const char *payload_sign(const struct config *config, const struct subscription *subscription,
                         const struct signing_key *key, const struct payload_signed *what,
                         struct arena *arena)
{
    const char *head = arena_printf(arena, "%s.%" PRId64 ".", what->id, what->now / INSTANT_SECOND);
    bool twice = subscription->old_secret_until != INSTANT_NONE &&
                 what->now < subscription->old_secret_until;
    const char *old = "", *open = "";

    if (head == NULL)
        return NULL;
    const struct digest_part content[] = {{head, strlen(head)}, {what->body, what->body_len}};
    const char *new =
        sign_with(config, subscription->id, subscription->secret_since, content, arena);
    if (twice)
        old = sign_with(config, subscription->id, subscription->old_secret_since, content, arena);
    if (key != NULL)
        open = sign_openly(key, content, arena);
    if (new == NULL || old == NULL || open == NULL)
        return NULL;
    return arena_printf(arena, "%s%s%s%s", new, twice ? " " : "", old, open);
}
