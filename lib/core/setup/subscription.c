#include "core/setup/subscription.h"

#include "base/base64.h"
#include "base/input.h"
#include "base/json_tree.h"
#include "core/ledger/kind_set.h"
#include "core/setup/target.h"

#include <string.h>

static const char *const state_names[] = {
#define X(name, text) [SUBSCRIPTION_##name] = text,
    SUBSCRIPTION_STATE_TABLE(X)
#undef X
};

static const char *const include_names[] = {"lead", "handoff", "verdict"};

const struct input_type subscription_include_type = {
    .kind = INPUT_ENUM, .values = include_names, .max = SUBSCRIPTION_INCLUDE_COUNT - 1};
/* Off is what Baton does, and nobody asks for. */
const struct input_type subscription_state_type = {
    .kind = INPUT_ENUM, .values = state_names, .max = SUBSCRIPTION_PAUSED};

const char *subscription_state_name(enum subscription_state state)
{
    return state_names[state];
}

void subscription_secret_key(const struct config *config, struct uuid subscription, instant since,
                             uint8_t out[SUBSCRIPTION_SECRET_KEY_BYTES])
{
    static const char label[] = "webhook secret since";
    uint8_t at[8];

    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)((uint64_t)since >> (56 - 8 * i));
    const struct digest_part parts[] = {
        {label, sizeof label}, {subscription.b, sizeof subscription.b}, {at, sizeof at}};
    digest_hmac(config->secret, sizeof config->secret, parts, 3, out);
}

void subscription_secret(const struct config *config, struct uuid subscription, instant since,
                         char out[SUBSCRIPTION_SECRET_LEN + 1])
{
    uint8_t key[SUBSCRIPTION_SECRET_KEY_BYTES];

    subscription_secret_key(config, subscription, since, key);
    memcpy(out, "whsec_", 6);
    base64_encode(key, sizeof key, out + 6);
    out[SUBSCRIPTION_SECRET_LEN] = '\0';
}

struct kind_set subscription_kinds(const struct subscription *subscription, struct arena *arena)
{
    struct kind_set kinds = {{0}};
    json_t *events =
        json_tree_read(arena, subscription->events, strlen(subscription->events), 0, NULL);

    for (size_t i = 0; i < json_array_size(events); i++) {
        const json_t *pattern = json_array_get(events, i);
        kind_set_add(&kinds, json_string_value(pattern), json_string_length(pattern));
    }
    json_decref(events);
    return kinds;
}

static void write_json(struct json_out *out, const char *json)
{
    if (json == NULL)
        json_out_null(out);
    else
        json_out_raw(out, json, strlen(json));
}

void shape_subscription(const struct config *config, const struct subscription *subscription,
                        struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", subscription->id);
    json_out_member_text(out, "name", subscription->name);
    json_out_member_text(out, "team", config_team_name(config, subscription->team));
    json_out_key(out, "events");
    json_out_raw(out, subscription->events, strlen(subscription->events));
    json_out_key(out, "where");
    write_json(out, subscription->where);
    json_out_key(out, "include");
    json_out_begin_array(out);
    for (int i = 0; i < SUBSCRIPTION_INCLUDE_COUNT; i++)
        if (subscription->include & 1u << i)
            json_out_text(out, include_names[i]);
    json_out_end_array(out);
    json_out_key(out, "target");
    target_write(subscription, out);
    json_out_member_text(out, "state", subscription_state_name(subscription->state));
    json_out_member_text(out, "off_cause", subscription->off_cause);
    json_out_member_instant(out, "secret_since", subscription->secret_since);
    json_out_member_instant(out, "old_secret_until", subscription->old_secret_until);
    json_out_key(out, "warnings");
    write_json(out, subscription->warnings);
    json_out_member_instant(out, "created_at", subscription->created_at);
    json_out_end_object(out);
}
