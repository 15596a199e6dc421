#include "api/accounts_api.h"

#include "http/etag_reply.h"
#include "http/reply.h"

#include "api/reading.h"

#include "base/name.h"
#include "core/account/account.h"
#include "core/account/account_change.h"
#include "store/read/account_read.h"

#define ACCOUNT_MAX_BYTES (8u << 10)
#define DOMAIN_MAX_CHARS  253

static const struct reading_places accounts_places = READING_PLACES("ac");

/* ---- one ---- */

/* Into a pointer to its normal form, and the id beside it. */
static bool read_domain(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    const char *domain;
    enum err err = account_domain(at->word, in->arena, &domain);

    if (err == ERR_OUT_OF_MEMORY)
        return true;
    if (err != ERR_NONE)
        return input_fault(
            in, at, "domain",
            "The domain of a company is wanted, such as acme.example, and none where "
            "anybody can have an address");
    *(const char **)((char *)base + field->offset) = domain;
    *(struct uuid *)((char *)base + field->count) = account_id(domain);
    return true;
}

static const struct input_type domain_type = {
    .kind = INPUT_LINE, .min = 1, .max = DOMAIN_MAX_CHARS, .read = read_domain};

/* Null: nobody owns it any more. */
static const struct input_field owner_fields[] = {
    {"team", &name_type, AT(struct account_owner_input, team), .required = true},
    {"member", &member_type, AT(struct account_owner_input, member)},
};
static const struct input_spec owner_spec = INPUT_SPEC(owner_fields, struct account_owner_input);

static bool read_owner(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct account_put_input *input = base;
    struct account_owner_input *owner = ARENA_NEW(in->arena, struct account_owner_input);

    (void)field;
    input->disowned = json_is_null(at->json);
    if (input->disowned || owner == NULL)
        return true;
    input->owner = owner;
    return input_object(in, at, &owner_spec, owner);
}

static const struct input_type owner_type = {.kind = INPUT_MAP, .read = read_owner};

static const struct input_field put_fields[] = {
    {"domain", &domain_type, AT(struct account_put_input, domain),
     COUNT(struct account_put_input, account), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct account_put_input, if_match), .place = INPUT_HEADER},
    {"owner", &owner_type, AT(struct account_put_input, owner), .nullable = true},
    {"named", &input_bool, AT(struct account_put_input, named), .boxed = true},
};
const struct input_spec account_put_spec = INPUT_SPEC(put_fields, struct account_put_input);

struct get_input {
    const char *domain;
    struct uuid account;
};

static const struct input_field get_fields[] = {
    {"domain", &domain_type, AT(struct get_input, domain), COUNT(struct get_input, account),
     .place = INPUT_PATH},
};
const struct input_spec accounts_get_input = INPUT_SPEC(get_fields, struct get_input);

enum err accounts_get(struct request *r, struct read *read)
{
    const struct get_input *input = r->input;
    const struct account *account;
    struct json_out out;
    enum err err = account_read(read, input->account, &account);

    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, ACCOUNT_MAX_BYTES);
    account_write(r->config, account, &out);
    reply_json(r, 200, &out);
    etag_reply_body(r);
    return ERR_NONE;
}

/* ---- all ---- */

struct list_input {
    const char *owner_team;
    struct uuid owner; /* of owner_team; nil: any */
    const bool *named;
    struct reading_query page;
};

static const struct input_field list_fields[] = {
    {"owner_team", &name_type, AT(struct list_input, owner_team)},
    {"named", &input_bool, AT(struct list_input, named), .boxed = true},
    PAGE_LIMIT_FIELD(struct list_input, page),
    PAGE_PLACE_FIELD(struct list_input, page, "cursor", accounts_places),
};
const struct input_spec accounts_list_input = INPUT_SPEC(list_fields, struct list_input);

enum err accounts_list_fill(struct request *r, void *filled)
{
    struct list_input *input = filled;
    const struct team *team =
        input->owner_team == NULL ? NULL : config_team_named(r->config, input->owner_team);

    if (team != NULL)
        input->owner = team->id;
    else if (input->owner_team != NULL)
        reading_fault(r, "owner_team", "unknown_team", "There is no team of this name");
    return ERR_NONE;
}

enum err accounts_list(struct request *r, struct read *read)
{
    const struct list_input *input = r->input;
    struct cursor place = {0};
    struct account_page found;
    struct reading_page page;
    struct account_filter filter = {
        .owner_team = input->owner,
        .named = input->named,
        .after = reading_begin_at(&input->page).id,
    };
    enum err err = account_read_page(read, &filter, (int)input->page.limit, &found);

    if (err != ERR_NONE)
        return err;
    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found.count; i++) {
        account_write(r->config, found.items[i], &page.json);
        place.id = found.items[i]->id;
    }
    return reading_page_end(r, &page, &accounts_places, found.more ? &place : NULL);
}
