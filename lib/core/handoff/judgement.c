#include "core/handoff/judgement.h"

bool judgement_meets(const struct judgement *judgement, enum term term)
{
    const struct term_judgement *judged = judgement->terms[term];

    return judged != NULL && judged->result == VERDICT_QUALIFIED;
}

const struct term_judgement *judgement_shown(const struct judgement *judgement)
{
    if (judgement == NULL)
        return NULL;
    return judgement->terms[TERM_MQL] != NULL ? judgement->terms[TERM_MQL]
                                              : judgement->terms[TERM_SRL];
}
