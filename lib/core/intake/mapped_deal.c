#include "core/intake/mapped_item.h"

static void read_step(struct mapped_item *item, const struct mapping_step *step,
                      struct mapped_step *out)
{
    *out = (struct mapped_step){
        .team = step->team,
        .member_source = step->member_source,
        .member = mapped_line(item, &step->member, MAPPING_ID_MAX_BYTES),
        .at = mapped_moment(item, &step->at),
    };
    if (out->at == INSTANT_NONE)
        mapped_fail(item, &step->at, MAPPED_DATE);
}

static void read_outcome(struct mapped_item *item, struct mapped_deal *deal)
{
    const struct mapping *mapping = item->mapping;
    const char *word = mapped_line(item, &mapping->outcome.kind, MAPPING_VALUE_MAX_BYTES);

    deal->outcome_at = mapped_moment(item, &mapping->outcome.at);
    deal->reason = mapped_line(item, &mapping->outcome.reason, REASON_MAX_BYTES);
    if (word != NULL && !outcome_kind_parse(word, &deal->outcome))
        mapped_fail(item, &mapping->outcome.kind, MAPPED_OUTCOME);
    if (deal->outcome_at == INSTANT_NONE && deal->steps != NULL)
        deal->outcome_at = deal->steps[deal->step_count - 1].at;
}

void mapped_deal_read(struct mapped_item *item)
{
    const struct mapping *mapping = item->mapping;
    struct mapped_deal *deal = ARENA_NEW(item->arena, struct mapped_deal);
    struct mapped_step *steps = ARENA_ARRAY(item->arena, struct mapped_step, mapping->step_count);

    if (deal == NULL || steps == NULL)
        return;
    for (size_t i = 0; i < mapping->step_count; i++)
        read_step(item, &mapping->steps[i], &steps[i]);
    deal->steps = steps;
    deal->step_count = mapping->step_count;
    deal->event_id = mapped_line(item, &mapping->event_id, MAPPING_ID_MAX_BYTES);
    read_outcome(item, deal);
    deal->amount = mapped_outcome_amount(item);
    mapped_take_up(item, NULL);
    item->out->deal = deal;
    item->out->capture.occurred_at = deal->outcome_at;
}
