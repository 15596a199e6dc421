#include "core/handoff/judgement.h"

const struct term_judgement *judgement_shown(const struct judgement *judgement)
{
    if (judgement == NULL)
        return NULL;
    if (judgement->terms[TERM_MQL].judged)
        return &judgement->terms[TERM_MQL];
    return judgement->terms[TERM_SRL].judged ? &judgement->terms[TERM_SRL] : NULL;
}
