#include "core/handoff/exception.h"

enum decision exception_check(struct work *work, const struct agreement_version *version,
                              enum exception_kind kind, const char *pointer,
                              struct outcome *outcome, struct exception_count **used)
{
    const struct exception *allowed = &version->compiled->exceptions[kind];
    struct exception_count month = {
        .term = (enum term)version->kind, .kind = kind, .month = instant_month(work->now)};
    enum find found;

    *used = NULL;
    if (!allowed->allowed)
        return outcome_refuse_at(work, outcome, ERR_UNPROCESSABLE, pointer, "not_agreed",
                                 "The definition in force allows no exception of this kind");
    struct exception_count *count = work_find(work, KIND_EXCEPTION, &month, &found);
    if (found == FIND_NEEDED)
        return DECIDE_AGAIN;
    if (count->used >= allowed->limit_per_month)
        return outcome_refuse(work, outcome, ERR_LIMIT_REACHED,
                              "The agreed %d exceptions of this month are used up",
                              (int)allowed->limit_per_month);
    *used = count;
    return DECIDED;
}
