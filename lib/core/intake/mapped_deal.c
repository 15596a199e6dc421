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

    deal->reason = mapped_line(item, &mapping->outcome.reason, REASON_MAX_BYTES);
    if (word != NULL && !outcome_kind_parse(word, &deal->outcome))
        mapped_fail(item, &mapping->outcome.kind, MAPPED_OUTCOME);
    if (word != NULL) /* of a deal that is open it is when it is expected to end */
        deal->outcome_at = mapped_moment(item, &mapping->outcome.at);
    if (deal->outcome_at == INSTANT_NONE && deal->steps != NULL)
        deal->outcome_at = deal->steps[deal->step_count - 1].at;
}

/* A rejected deal ends there, and has no outcome. */
static void read_rejection(struct mapped_item *item, const struct mapping_reject *reject,
                           struct mapped_deal *deal)
{
    deal->rejected = true;
    deal->reason = mapped_line(item, &reject->reason, REASON_MAX_BYTES);
    deal->outcome_at = mapped_moment(item, &reject->at);
    if (deal->outcome_at == INSTANT_NONE)
        deal->outcome_at = deal->steps[deal->step_count - 1].at;
}

/* As far as it came. */
static void read_steps(struct mapped_item *item, struct mapped_step *steps,
                       struct mapped_deal *deal)
{
    const struct mapping *mapping = item->mapping;

    deal->steps = steps;
    deal->steps_max = mapping->step_count;
    while (deal->step_count < mapping->step_count && !deal->rejected) {
        const struct mapping_step *step = &mapping->steps[deal->step_count];
        read_step(item, step, &steps[deal->step_count++]);
        if (step->reject.is_count > 0 &&
            mapping_conditions_hold(step->reject.is, step->reject.is_count, item->json,
                                    item->arena))
            read_rejection(item, &step->reject, deal);
    }
}

void mapped_deal_read(struct mapped_item *item)
{
    const struct mapping *mapping = item->mapping;
    struct mapped_deal *deal = ARENA_NEW(item->arena, struct mapped_deal);
    struct mapped_step *steps = ARENA_ARRAY(item->arena, struct mapped_step, mapping->step_count);

    if (deal == NULL || steps == NULL)
        return;
    read_steps(item, steps, deal);
    deal->event_id = mapped_line(item, &mapping->event_id, MAPPING_ID_MAX_BYTES);
    if (!deal->rejected)
        read_outcome(item, deal);
    deal->amount = mapped_outcome_amount(item);
    mapped_take_up(item, NULL);
    item->out->deal = deal;
    item->out->capture.occurred_at = deal->outcome_at;
}
