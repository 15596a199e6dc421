/* What is done to a lead that is there: facts, the outcome of its deal, other ids of the person. */
#include "core/intake/mapped_item.h"

#include "base/currency.h"

#include <string.h>

void mapped_facts_read(struct mapped_item *item)
{
    const struct mapping *mapping = item->mapping;
    struct fact_input *facts = ARENA_ARRAY(item->arena, struct fact_input, mapping->fact_count + 1);
    size_t count = 0;

    for (size_t i = 0; facts != NULL && i < mapping->fact_count; i++) {
        facts[count] = (struct fact_input){.name = mapping->facts[i].name};
        mapped_take_up(item, mapping->facts[i].what);
        if (mapped_value(item, &mapping->facts[i].field, &facts[count].value) &&
            facts[count].value.type != VALUE_NULL)
            count++;
    }
    item->out->facts = facts;
    item->out->fact_count = count;
    mapped_take_up(item, NULL);
    if (count == 0 && mapping->fact_count > 0)
        mapped_fail(item, &mapping->facts[0].field, MAPPED_FACTS);
}

/* ---- outcomes ---- */

/* An amount without a currency says nothing, and is left out. */
struct amount mapped_amount(struct mapped_item *item, const struct mapped_money *money)
{
    struct amount amount = {0};
    struct value number;

    mapped_take_up(item, money->number_what);
    if (!mapped_value(item, money->number, &number) || number.type == VALUE_NULL)
        return amount;
    double major = number.type == VALUE_INT ? (double)number.integer : number.real;
    mapped_take_up(item, money->currency_what);
    const char *code = mapped_line(item, money->currency, MAPPING_VALUE_MAX_BYTES);
    if (item->failed)
        return amount;
    for (size_t i = 0; code != NULL && i < 3 && code[i] != '\0'; i++)
        amount.currency[i] =
            (char)(code[i] >= 'a' && code[i] <= 'z' ? code[i] - 'a' + 'A' : code[i]);
    amount.given = code != NULL && strlen(code) == 3 && currency_valid(amount.currency) &&
                   currency_minor(major, amount.currency, &amount.minor);
    if (amount.given)
        return amount;
    mapped_fail(item, code == NULL ? money->number : money->currency, MAPPED_AMOUNT);
    return (struct amount){0};
}

struct amount mapped_outcome_amount(struct mapped_item *item)
{
    const struct mapping_outcome *outcome = &item->mapping->outcome;

    return mapped_amount(item, &(struct mapped_money){&outcome->amount, &outcome->currency,
                                                      "outcome.amount", "outcome.currency"});
}

void mapped_outcome_read(struct mapped_item *item)
{
    const struct mapping_outcome *outcome = &item->mapping->outcome;
    struct mapped_outcome *out = &item->out->outcome;
    struct capture_input *capture = &item->out->capture;

    mapped_take_up(item, "outcome.at");
    instant at = mapped_moment(item, &outcome->at);
    if (at != INSTANT_NONE)
        capture->occurred_at = at;
    mapped_take_up(item, "outcome.reason");
    out->reason = mapped_line(item, &outcome->reason, REASON_MAX_BYTES);
    out->amount = mapped_outcome_amount(item);
    mapped_take_up(item, NULL);
    const char *word = mapped_line(item, &outcome->kind, MAPPING_VALUE_MAX_BYTES);
    if (word == NULL && !item->failed)
        item->out->effect = MAPPING_IGNORED; /* its map says that this is none */
    else if (word != NULL && !outcome_kind_parse(word, &out->kind))
        mapped_fail(item, &outcome->kind, MAPPED_OUTCOME);
}

/* ---- one person ---- */

static const char *id_at(struct mapped_item *item, const struct mapping_value *value, size_t i)
{
    const char *id = value->text != NULL ? value->text
                     : json_is_array(value->json)
                         ? mapped_word(item, json_array_get(value->json, i))
                         : mapped_word(item, value->json);

    return id == NULL || id[0] == '\0' || strlen(id) > MAPPING_ID_MAX_BYTES ? NULL : id;
}

static void read_ids(struct mapped_item *item, const struct mapping_merged *place,
                     struct identity *ids, size_t *count)
{
    const char *source = place->source == NULL ? item->from->source_name : place->source;
    struct mapping_value value = mapped_find(item, &place->field);
    size_t size = json_is_array(value.json) ? json_array_size(value.json) : 1;

    for (size_t i = 0; i < size && !item->failed; i++) {
        const char *id = id_at(item, &value, i);
        if (id != NULL && *count == MAPPING_MERGED_MAX)
            mapped_fail(item, &place->field, MAPPED_TOO_MANY);
        else if (id != NULL)
            ids[(*count)++] = (struct identity){IDENTITY_EXTERNAL, source, id};
    }
}

void mapped_merged_read(struct mapped_item *item)
{
    const struct mapping *mapping = item->mapping;
    struct identity *ids = ARENA_ARRAY(item->arena, struct identity, MAPPING_MERGED_MAX);
    size_t count = 0;

    mapped_take_up(item, NULL);
    for (size_t i = 0; ids != NULL && i < mapping->merged_count; i++)
        read_ids(item, &mapping->merged[i], ids, &count);
    item->out->merged = ids;
    item->out->merged_count = count;
    if (count == 0 && mapping->merged_count > 0 && !item->failed)
        mapped_fail(item, &mapping->merged[0].field, MAPPED_MERGED);
}
