#include "core/lead/stage_words.h"

#include <string.h>

static const struct stage_wording defaults[STAGE_COUNT] = {
    [STAGE_PROSPECT] = {"Prospect",
                        "Fits, and has done nothing itself yet: somebody of ours found it."},
    [STAGE_INQUIRY] = {"Inquiry", "Came to us, or has done something itself; nothing is decided."},
    [STAGE_MQL] = {"Marketing-qualified lead", "Meets the definition of mql in force."},
    [STAGE_SRL] =
        {"Sales-ready lead",
         "Asked for sales: meets the definition of srl in force, and is offered at once."},
    [STAGE_SAL] = {"Sales-accepted lead", "A sales team has accepted it and works it."},
    [STAGE_SQL] = {"Sales-qualified lead", "Sales has found out what the definition of sql asks."},
    [STAGE_OPPORTUNITY] = {"Opportunity", "A deal is open with it."},
    [STAGE_CUSTOMER] = {"Customer", "The deal is won."},
    [STAGE_NURTURE] = {"In nurture", "Not now: it is judged again on its next date."},
    [STAGE_DISQUALIFIED] = {"Disqualified", "Ruled out for a reason; nothing happens with it."},
};

struct stage_wording stage_wording_default(enum stage stage)
{
    return defaults[stage];
}

const struct stage_words *stage_words_of(const struct config *config, enum stage stage)
{
    for (size_t i = 0; i < config->stage_count; i++)
        if (config->stages[i].stage == stage)
            return &config->stages[i];
    return NULL;
}

struct stage_wording stage_wording_agreed(const struct stage_words *words, enum stage stage)
{
    return words == NULL || words->agreed.title == NULL ? defaults[stage] : words->agreed;
}

void stage_words_write(const struct stage_words *words, enum stage stage, struct json_out *out)
{
    struct stage_wording wording = stage_wording_agreed(words, stage);

    json_out_member_text(out, "stage", stage_name(stage));
    json_out_member_text(out, "title", wording.title);
    json_out_member_text(out, "meaning", wording.meaning);
    json_out_key(out, "guides");
    json_out_begin_object(out);
    for (int side = 0; side < SIDE_COUNT; side++) {
        const char *guide = words == NULL ? NULL : words->guides[side];
        json_out_key(out, side_name((enum side)side));
        if (guide == NULL)
            json_out_null(out);
        else
            json_out_raw(out, guide, strlen(guide));
    }
    json_out_end_object(out);
}
