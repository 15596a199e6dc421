#include "api/keys_api.h"

#include "api/setup_page.h"

#include "http/rate_limit.h"

#include "base/email.h"
#include "base/name.h"
#include "core/setup/key_change.h"
#include "core/setup/shape_setup.h"

#include <string.h>

/* ---- list ---- */

struct keys_input {
    struct reading_query page;
};

static const struct input_field list_fields[] = {
    PAGE_LIMIT_FIELD(struct keys_input, page),
    {"cursor", &setup_place_type, AT(struct keys_input, page.place)},
};
const struct input_spec keys_list_input = INPUT_SPEC(list_fields, struct keys_input);

static struct uuid id_of(const void *list, size_t index)
{
    return ((const struct config *)list)->keys[index].id;
}

static void write_one(const void *list, size_t index, struct json_out *out)
{
    const struct config *config = list;
    const struct api_key *key = &config->keys[index];

    shape_key(config, key, config_team(config, key->team), out);
}

enum err keys_list(struct request *r, struct read *read)
{
    const struct keys_input *input = r->input;
    struct setup_list list = {r->config->key_count, id_of, NULL, write_one, r->config};

    (void)read;
    return setup_page_answer(r, &input->page, &list, "/v1/keys", "");
}

/* ---- writes ---- */

/* Keeps an id as it is, and normalises an email. */
static bool read_member(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    const char *member = json_string_value(at->json);

    if (strchr(member, '@') != NULL && !input_value(in, at, &input_email, &member))
        return false;
    memcpy((char *)base + field->offset, &member, sizeof member);
    return true;
}

static const struct input_type key_member_type = {
    .kind = INPUT_LINE, .min = 3, .max = EMAIL_MAX_BYTES, .read = read_member};

static bool read_roles(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    unsigned roles = 0;
    bool sound = true;

    for (size_t i = 0; i < json_array_size(at->json); i++) {
        const struct input_node item = input_item(at, i);
        int role;
        if (!input_value(in, &item, &role_type, &role))
            sound = false;
        else if (roles & 1u << role)
            sound = input_fault(in, &item, "repeated", "It is already in the list above");
        else
            roles |= 1u << role;
    }
    memcpy((char *)base + field->offset, &roles, sizeof roles);
    return sound;
}

static const struct input_type roles_type = {
    .kind = INPUT_LIST, .min = 1, .max = ROLE_COUNT, .read = read_roles};

static const struct input_type rate_type = {.kind = INPUT_INT, .min = 1, .max = RATE_QUOTA_MAX};

static const struct input_field create_fields[] = {
    {"Idempotency-Key", &header_type, AT(struct key_create_input, idempotency_key),
     .place = INPUT_HEADER},
    {"title", &title_type, AT(struct key_create_input, title), .required = true},
    {"team", &name_type, AT(struct key_create_input, team)},
    {"member", &key_member_type, AT(struct key_create_input, member)},
    {"roles", &roles_type, AT(struct key_create_input, roles), .required = true},
    {"rate_limit", &rate_type, AT(struct key_create_input, rate_limit)},
};

static bool check_holder(struct input *in, const struct input_node *at, void *out)
{
    (void)out;
    if ((json_object_get(at->json, "team") == NULL) !=
        (json_object_get(at->json, "member") == NULL))
        return true;
    return input_fault(in, at, "one_of", "Either a team or a member is needed, not both");
}

const struct input_spec key_create_spec =
    INPUT_SPEC(create_fields, struct key_create_input, .check = check_holder);

static const struct input_field revoke_fields[] = {
    {"key_id", &input_public_id, AT(struct key_revoke_input, key), .place = INPUT_PATH},
};
const struct input_spec key_revoke_spec = INPUT_SPEC(revoke_fields, struct key_revoke_input);
