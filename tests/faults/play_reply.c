/* What an answer says, as far as the model looks at it. */
#include "play_inside.h"

#include <stdio.h>
#include <string.h>

static void put_value(struct reply_item *item, enum field field, const json_t *value)
{
    char *text = item->field[field];

    if (json_is_string(value))
        snprintf(text, FIELD_TEXT_MAX, "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, FIELD_TEXT_MAX, "%lld", (long long)json_integer_value(value));
    else if (value != NULL)
        snprintf(text, FIELD_TEXT_MAX, "%s",
                 json_is_null(value)   ? "null"
                 : json_is_true(value) ? "true"
                                       : "false");
}

static void put_or_none(struct reply_item *item, enum field field, const json_t *value)
{
    if (value == NULL || json_is_null(value))
        snprintf(item->field[field], FIELD_TEXT_MAX, "none");
    else
        put_value(item, field, value);
}

/* Whether it is there, not what it is. */
static void put_set(struct reply_item *item, enum field field, const json_t *value)
{
    if (value != NULL)
        snprintf(item->field[field], FIELD_TEXT_MAX, json_is_null(value) ? "null" : "set");
}

static void put_id(struct reply_item *item, enum ref ref, const json_t *value)
{
    if (json_is_string(value) && !uuid_parse(json_string_value(value), &item->id[ref]))
        item->id[ref] = (struct uuid){{0}};
}

/* ---- leads ---- */

static void hear_lead_short(struct reply_item *item, const json_t *lead)
{
    put_id(item, REF_LEAD, json_object_get(lead, "id"));
    put_value(item, FIELD_STAGE, json_object_get(lead, "stage"));
    put_value(item, FIELD_OWNER, json_object_get(lead, "owner_team"));
    put_set(item, FIELD_DUE, json_object_get(lead, "next"));
}

/* The digits that the names end with, in order: "=02". */
static void put_digits(struct reply_item *item, enum field field, const json_t *list,
                       const char *member)
{
    char digits[16] = "";
    size_t i;
    json_t *value;

    json_array_foreach((json_t *)list, i, value)
    {
        const char *text =
            json_string_value(member == NULL ? value : json_object_get(value, member));
        if (text != NULL && strlen(text) == 2 && text[1] >= '0' && text[1] <= '9')
            digits[text[1] - '0'] = text[1];
    }
    char *out = item->field[field];
    *out++ = '=';
    for (size_t k = 0; k < 10; k++)
        if (digits[k] != '\0')
            *out++ = digits[k];
}

static void hear_lead(struct reply_item *item, const json_t *lead)
{
    static const char *const milestones[] = {"mql", "sal", "sql", "opportunity", "customer"};
    const json_t *attributes = json_object_get(lead, "attributes");
    const json_t *reached = json_object_get(lead, "milestones");
    const char *email = json_string_value(json_object_get(lead, "email"));
    char *text = item->field[FIELD_REACHED];

    hear_lead_short(item, lead);
    put_id(item, REF_OPEN, json_object_get(lead, "open_handoff"));
    snprintf(item->field[FIELD_EMAIL], FIELD_TEXT_MAX, "%.*s", email == NULL ? 4 : 1,
             email == NULL ? "none" : email + 1);
    put_digits(item, FIELD_EXTERNALS, json_object_get(lead, "external_ids"), "id");
    put_digits(item, FIELD_ANONYMOUS, json_object_get(lead, "anonymous_ids"), NULL);
    put_or_none(item, FIELD_DOMAIN, json_object_get(attributes, "email.domain"));
    put_or_none(item, FIELD_EMPLOYEES, json_object_get(attributes, "company.employees"));
    put_or_none(item, FIELD_SENIORITY, json_object_get(attributes, "seniority"));
    put_or_none(item, FIELD_RIVAL, json_object_get(attributes, "company.rival"));
    put_or_none(
        item, FIELD_BUDGET,
        json_object_get(json_object_get(json_object_get(lead, "facts"), "budget"), "value"));
    int len = snprintf(text, FIELD_TEXT_MAX, "=");
    for (size_t i = 0; i < sizeof milestones / sizeof *milestones; i++)
        if (json_is_string(json_object_get(reached, milestones[i])))
            len += snprintf(text + len, FIELD_TEXT_MAX - (size_t)len, "%s ", milestones[i]);
}

static void hear_verdict(struct reply_item *item, const json_t *verdict)
{
    put_value(item, FIELD_RESULT, json_object_get(verdict, "result"));
    put_value(item, FIELD_SCORE, json_object_get(verdict, "score"));
    put_value(item, FIELD_VERSION, json_object_get(verdict, "version"));
}

/* ---- handoffs ---- */

static void put_member(struct reply_item *item, const json_t *value,
                       const struct uuid members[WHO_MARKETING])
{
    struct uuid id;

    put_value(item, FIELD_ASSIGNEE, value);
    if (!json_is_string(value) || !uuid_parse(json_string_value(value), &id))
        return;
    for (int i = 0; i < WHO_MARKETING; i++)
        if (uuid_equal(members[i], id))
            snprintf(item->field[FIELD_ASSIGNEE], FIELD_TEXT_MAX, "%s", who_name((enum who)i));
}

static const json_t *version_of(const json_t *definition)
{
    return json_is_object(definition) ? json_object_get(definition, "version") : definition;
}

static void hear_handoff(struct reply_item *item, const json_t *handoff,
                         const struct uuid members[WHO_MARKETING])
{
    put_id(item, REF_HANDOFF, json_object_get(handoff, "id"));
    put_id(item, REF_PREVIOUS, json_object_get(handoff, "previous"));
    put_value(item, FIELD_STATE, json_object_get(handoff, "state"));
    put_value(item, FIELD_KIND, json_object_get(handoff, "kind"));
    put_value(item, FIELD_FROM, json_object_get(handoff, "from_team"));
    put_value(item, FIELD_TO, json_object_get(handoff, "to_team"));
    put_value(item, FIELD_GATE, version_of(json_object_get(handoff, "gate")));
    put_member(item, json_object_get(handoff, "assignee"), members);
    put_set(item, FIELD_LEASED, json_object_get(handoff, "claimed_until"));
    put_value(item, FIELD_CLASS, json_object_get(handoff, "class"));
    put_value(item, FIELD_REASON, json_object_get(handoff, "reason"));
    put_value(item, FIELD_DISPUTE, json_object_get(handoff, "dispute"));
    put_value(item, FIELD_RATING, json_object_get(handoff, "rating"));
    put_value(item, FIELD_OUTCOME, json_object_get(handoff, "outcome"));
    put_value(item, FIELD_QUALIFIED, version_of(json_object_get(handoff, "definition")));
    put_set(item, FIELD_CONTACTED, json_object_get(handoff, "first_contact_at"));
}

/* ---- answers ---- */

/* Of a lead, a handoff, or both, as most writes answer. */
static void hear_result(struct reply_item *item, const json_t *json,
                        const struct uuid members[WHO_MARKETING])
{
    const json_t *made = json_object_get(json, "new_handoff");
    const json_t *duplicates = json_object_get(json, "possible_duplicates");

    put_value(item, FIELD_CREATED, json_object_get(json, "created"));
    hear_lead_short(item, json_object_get(json, "lead"));
    hear_verdict(item, json_object_get(json, "verdict"));
    hear_handoff(item, json_object_get(json, "handoff"), members);
    put_id(item, REF_MADE, json_object_get(made, "id"));
    put_value(item, FIELD_MADE_STATE, json_object_get(made, "state"));
    put_id(item, REF_FIRST_DUPLICATE, json_array_get(duplicates, 0));
    put_id(item, REF_SECOND_DUPLICATE, json_array_get(duplicates, 1));
}

static struct reply_item *add(struct reply *out, int status)
{
    struct reply_item *item = &out->items[out->count++];

    memset(item, 0, sizeof *item);
    snprintf(item->field[FIELD_STATUS], FIELD_TEXT_MAX, "%d", status);
    return item;
}

static void hear_batch(const json_t *json, const struct uuid members[WHO_MARKETING],
                       struct reply *out)
{
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(json, "data"), i, one)
    {
        if (out->count == REPLY_ITEMS_MAX)
            return;
        int status = (int)json_integer_value(json_object_get(one, "status"));
        struct reply_item *item = add(out, status);
        hear_result(item, json_object_get(one, "result"), members);
        put_value(item, FIELD_CODE, json_object_get(json_object_get(one, "problem"), "code"));
    }
}

static void hear_claim(json_t *json, const struct uuid members[WHO_MARKETING], struct reply *out)
{
    const json_t *data = json_object_get(json, "data");
    size_t count = json_array_size(data);

    for (size_t i = 0; i == 0 || (i < count && out->count < REPLY_ITEMS_MAX); i++) {
        const json_t *one = json_array_get(data, i);
        struct reply_item *item = add(out, 200);
        hear_handoff(item, json_object_get(one, "handoff"), members);
        hear_lead(item, json_object_get(one, "lead"));
        put_value(item, FIELD_WAITING, json_object_get(json, "waiting"));
        snprintf(item->field[FIELD_TAKEN], FIELD_TEXT_MAX, "%zu", count);
    }
}

void play_hear(enum act act, const struct answer *answer, const struct uuid members[WHO_MARKETING],
               struct reply *out)
{
    bool fine = answer->status < 300;

    out->count = 0;
    if (fine && act == ACT_BATCH) {
        hear_batch(answer->json, members, out);
        return;
    }
    if (fine && act == ACT_CLAIM) {
        hear_claim(answer->json, members, out);
        return;
    }
    struct reply_item *item = add(out, answer->status);
    if (!fine) {
        put_value(item, FIELD_CODE, json_object_get(answer->json, "code"));
    } else if (act == ACT_GET_LEAD) {
        hear_lead(item, answer->json);
    } else if (act == ACT_GET_HANDOFF) {
        hear_handoff(item, answer->json, members);
    } else if (act == ACT_ERASE) {
        put_id(item, REF_LEAD, json_object_get(answer->json, "id"));
    } else if (act == ACT_ROUTES) {
        return; /* that they are in force is seen by what they do */
    } else if (act == ACT_DEFINE) {
        put_value(item, FIELD_STATE, json_object_get(answer->json, "state"));
        put_value(item, FIELD_VERSION, json_object_get(answer->json, "version"));
    } else {
        hear_result(item, answer->json, members);
    }
}
