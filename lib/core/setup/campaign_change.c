#include "core/setup/campaign_change.h"

#include "core/authority.h"
#include "core/setup_change.h"

#include <string.h>

void campaign_write(const struct campaign *campaign, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "name", campaign->name);
    json_out_key(out, "record");
    json_out_raw(out, campaign->record, strlen(campaign->record));
    json_out_member_instant(out, "created_at", campaign->created_at);
    json_out_member_instant(out, "updated_at", campaign->updated_at);
    json_out_end_object(out);
}

/* What was promised may name people: a digest of it stands in the ledger. */
static void append_entry(struct work *work, struct chain_row *chain, const struct caller *caller,
                         const struct campaign *campaign)
{
    struct json_out *body = work_body(work);
    const struct digest_part whole = {campaign->record, strlen(campaign->record)};
    uint8_t hash[DIGEST_BYTES];

    digest_sha256(&whole, 1, hash);
    json_out_member_int(body, "campaign", campaign->id);
    json_out_key(body, "record");
    json_out_hex(body, hash, sizeof hash);
    setup_append(work, chain, LEDGER_CAMPAIGN_UPDATED, caller);
}

enum decision campaign_put(struct work *work, const struct command *command,
                           struct outcome *outcome)
{
    const struct campaign_put_input *input = command->input;
    enum find found;

    if (!setup_may(work, command, ROLE_WORK | ROLE_ADMIN, outcome) ||
        !authority_check(work, command, DEED_CAMPAIGN, FUNCTION_MARKETING, outcome))
        return DECIDED;
    const struct campaign *stored = work_find(work, KIND_CAMPAIGN, &input->campaign, &found);
    struct chain_row *chain = setup_chain(work, command->caller.workspace);
    struct campaign *campaign = ARENA_NEW(work->arena, struct campaign);
    if (found == FIND_NEEDED || chain == NULL)
        return DECIDE_AGAIN;
    if (campaign == NULL)
        return DECIDED;
    struct json_out *out = outcome_begin(work);
    if (stored != NULL)
        campaign_write(stored, out);
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    *campaign = (struct campaign){
        .id = input->campaign,
        .name = stored == NULL ? input->name : stored->name,
        .record = input->record,
        .created_at = stored == NULL ? work->now : stored->created_at,
        .updated_at = work->now,
    };
    append_entry(work, chain, &command->caller, campaign);
    work_save_row(work, KIND_CAMPAIGN, campaign);
    /* it is listed with those that touches name, whether or not one has named it yet */
    work_add(work, KIND_DIMENSION,
             &(struct dimension_row){campaign->id, DIMENSION_CAMPAIGN, campaign->name});
    campaign_write(campaign, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}
