#include "core/intake/mapped_item.h"

#include "base/email.h"
#include "core/lead/touch_page.h"

#include <string.h>

#define IDENTITIES_MAX 3

/* ---- identities ---- */

static const struct mapping_field *identity_field(const struct mapping *mapping)
{
    return mapping_field_is_given(&mapping->email)         ? &mapping->email
           : mapping_field_is_given(&mapping->external_id) ? &mapping->external_id
                                                           : &mapping->anonymous_id;
}

/* As people fill it in, also on several lines. */
static const char *read_email(struct mapped_item *item)
{
    const struct mapping_field *field = &item->mapping->email;
    struct mapping_value value = mapped_find(item, field);
    const char *email = NULL;

    if (value.text == NULL && (value.json == NULL || json_is_null(value.json)))
        return NULL;
    const char *text = value.text == NULL ? mapped_word(item, value.json) : value.text;
    if (text == NULL)
        mapped_fail(item, field, MAPPED_TYPE);
    else if (strlen(text) > EMAIL_GIVEN_MAX_BYTES)
        mapped_fail(item, field, MAPPED_TOO_LONG);
    else if (text[0] != '\0' && email_find(text, item->arena, &email) == ERR_INVALID_VALUE)
        mapped_fail_because(item, field, MAPPED_EMAIL, email_why(text));
    return email;
}

/* A delivery is not sent again: one identity that is right is enough, and the others are left out.
 * Without any, the first fault is the item's. */
static void judge_identities(struct mapped_item *item, size_t count)
{
    struct mapped *out = item->out;

    mapped_take_up(item, NULL);
    if (count > 0)
        return;
    if (item->left_out_count == 0) {
        mapped_fail(item, identity_field(item->mapping), MAPPED_NO_IDENTITY);
        return;
    }
    out->error = item->first_fault;
    out->detail = item->left_out[0].detail;
    out->pointer = item->left_out[0].pointer;
}

void mapped_identities_read(struct mapped_item *item)
{
    const struct mapping *mapping = item->mapping;
    struct identity *identities = ARENA_ARRAY(item->arena, struct identity, IDENTITIES_MAX);
    const char *source =
        mapping->external_source == NULL ? item->from->source_name : mapping->external_source;
    size_t count = 0;

    if (identities == NULL)
        return;
    mapped_take_up(item, item->from->file ? NULL : "email");
    const char *email = read_email(item);
    if (email != NULL)
        identities[count++] = (struct identity){IDENTITY_EMAIL, "", email};
    mapped_take_up(item, item->from->file ? NULL : "external_id");
    const char *id = mapped_line(item, &mapping->external_id, MAPPING_ID_MAX_BYTES);
    if (id != NULL)
        identities[count++] = (struct identity){IDENTITY_EXTERNAL, source, id};
    mapped_take_up(item, item->from->file ? NULL : "anonymous_id");
    id = mapped_line(item, &mapping->anonymous_id, MAPPING_ID_MAX_BYTES);
    if (id != NULL)
        identities[count++] = (struct identity){IDENTITY_ANONYMOUS, "", id};
    judge_identities(item, count);
    item->out->capture.identities = identities;
    item->out->capture.identity_count = count;
}

/* ---- touch ---- */

static void read_dimension(struct mapped_item *item, enum dimension dimension,
                           struct touch_input *touch)
{
    static const char *const names[DIMENSION_COUNT] = {
        [DIMENSION_CHANNEL] = "touch.channel", [DIMENSION_SOURCE] = "touch.source",
        [DIMENSION_MEDIUM] = "touch.medium",   [DIMENSION_CAMPAIGN] = "touch.campaign",
        [DIMENSION_CONTENT] = "touch.content", [DIMENSION_TERM] = "touch.term",
    };
    const struct mapping_field *field = &item->mapping->touch_values[dimension];

    mapped_take_up(item, names[dimension]);
    const char *value = mapped_line(item, field, DIMENSION_VALUE_MAX_BYTES);

    if (value != NULL && dimension_looks_personal(value)) {
        mapped_fail(item, field, MAPPED_PERSONAL);
        value = DIMENSION_PERSONAL;
    }
    touch->values[dimension] = value;
}

/* What the mapping finds in the item, then what the page's address says, then the mapping's own
 * constants: a click on an advertisement says more of a visit than that all of them are "web". */
static void read_dimensions(struct mapped_item *item, struct touch_input *touch)
{
    const struct mapping_field *fields = item->mapping->touch_values;

    for (int i = 0; i < DIMENSION_COUNT; i++)
        if (fields[i].constant == NULL)
            read_dimension(item, (enum dimension)i, touch);
    mapped_take_up(item, "touch.url");
    const char *url = mapped_line(item, &item->mapping->touch_url, TOUCH_URL_MAX_BYTES);
    if (url != NULL)
        touch_page_read(url, item->arena, touch->values);
    for (int i = 0; i < DIMENSION_COUNT; i++)
        if (fields[i].constant != NULL && touch->values[i] == NULL)
            read_dimension(item, (enum dimension)i, touch);
}

static void read_direction(struct mapped_item *item, struct touch_input *touch)
{
    const struct mapping_field *field = &item->mapping->touch_direction;

    mapped_take_up(item, "touch.direction");
    const char *word = mapped_line(item, field, MAPPING_VALUE_MAX_BYTES);
    touch->direction = DIRECTION_INBOUND;
    if (word == NULL || strcmp(word, direction_name(DIRECTION_INBOUND)) == 0)
        return;
    if (strcmp(word, direction_name(DIRECTION_OUTBOUND)) == 0)
        touch->direction = DIRECTION_OUTBOUND;
    else
        mapped_fail(item, field, MAPPED_DIRECTION);
}

void mapped_touch_read(struct mapped_item *item)
{
    const struct mapping *mapping = item->mapping;

    mapped_take_up(item, "touch.kind");
    const char *kind = mapped_line(item, &mapping->touch_kind, MAPPING_VALUE_MAX_BYTES);
    if (!mapping->touches || kind == NULL)
        return;
    if (!touch_kind_valid(kind)) {
        mapped_fail(item, &mapping->touch_kind, MAPPED_KIND);
        return;
    }
    struct touch_input *touch = ARENA_NEW(item->arena, struct touch_input);
    if (touch == NULL)
        return;
    touch->kind = kind;
    touch->occurred_at = item->out->capture.occurred_at;
    touch->sender = item->from->sender;
    mapped_take_up(item, "event_id");
    touch->event_id = mapped_line(item, &mapping->event_id, MAPPING_ID_MAX_BYTES);
    read_direction(item, touch);
    read_dimensions(item, touch);
    touch->cost =
        mapped_amount(item, &(struct mapped_money){&mapping->touch_cost, &mapping->touch_currency,
                                                   "touch.cost", "touch.currency"});
    item->out->capture.touch = touch;
}

void mapped_stage_read(struct mapped_item *item)
{
    const struct mapping_field *field = &item->mapping->claimed_stage;

    mapped_take_up(item, "claimed_stage");
    const char *word = mapped_line(item, field, MAPPING_VALUE_MAX_BYTES);

    if (word != NULL && !stage_parse(word, &item->out->capture.claimed_stage))
        mapped_fail(item, field, MAPPED_STAGE);
}
