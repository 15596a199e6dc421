#include "core/account/account_change.h"

#include "core/account/account.h"
#include "core/authority.h"
#include "core/setup_change.h"

/* The domain itself stays out of the ledger: its id stands for it. */
static void append_entry(struct work *work, struct chain_row *chain, const struct caller *caller,
                         const struct account *account)
{
    struct json_out *body = work_body(work);

    json_out_member_uuid(body, "account", account->id);
    json_out_member_int(body, "named_by_marketing", account->named_by_marketing);
    json_out_member_int(body, "named_by_sales", account->named_by_sales);
    if (!uuid_is_nil(account->owner_member))
        json_out_member_uuid(body, "owner_member", account->owner_member);
    if (!uuid_is_nil(account->owner_team))
        json_out_member_uuid(body, "owner_team", account->owner_team);
    setup_append(work, chain, LEDGER_ACCOUNT_UPDATED, caller);
}

static void set_owner(struct work *work, const struct account_put_input *input,
                      struct account *account, struct outcome *outcome)
{
    if (input->disowned)
        account->owner_team = account->owner_member = (struct uuid){{0}};
    if (input->owner == NULL)
        return;
    const struct team *team = setup_team(work, input->owner->team, "/owner/team", outcome);
    if (team == NULL)
        return;
    if (team->function != FUNCTION_SALES) {
        outcome_refuse_at(work, outcome, ERR_UNPROCESSABLE, "/owner/team", "not_sales",
                          "An account's owner is a sales team");
        return;
    }
    account->owner_team = team->id;
    account->owner_member = (struct uuid){{0}};
    if (input->owner->member == NULL)
        return;
    const struct member *member =
        config_member_known_as(work->config, team->id, input->owner->member, work->arena);
    if (member == NULL)
        outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/owner/member", "unknown_member",
                          "The team has no active member with this email or id");
    else
        account->owner_member = member->id;
}

/* Each side says yes for itself; either may say no for both. */
static void set_named(const struct account_put_input *input, bool is_operator,
                      enum team_function function, struct account *account)
{
    if (input->named == NULL)
        return;
    if (!*input->named)
        account->named_by_marketing = account->named_by_sales = false;
    else if (is_operator)
        account->named_by_marketing = account->named_by_sales = true;
    else if (function == FUNCTION_MARKETING)
        account->named_by_marketing = true;
    else
        account->named_by_sales = true;
}

enum decision account_put(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct account_put_input *input = command->input;
    const struct caller *caller = &command->caller;
    enum team_function function = authority_of_team(work, caller->team);
    bool moves_owner = input->owner != NULL || input->disowned;
    enum find found;

    if (!setup_may(work, command, ROLE_WORK | ROLE_ADMIN, outcome) ||
        (moves_owner &&
         !authority_check(work, command, DEED_ACCOUNT_OWNER, FUNCTION_SALES, outcome)) ||
        (input->named != NULL &&
         !authority_check(work, command, DEED_ACCOUNT_NAME, function, outcome)))
        return DECIDED;
    struct account *stored = work_find(work, KIND_ACCOUNT, &input->account, &found);
    struct chain_row *chain = setup_chain(work, caller->workspace);
    struct account *account = ARENA_NEW(work->arena, struct account);
    if (found == FIND_NEEDED || chain == NULL)
        return DECIDE_AGAIN;
    if (account == NULL)
        return DECIDED;
    struct json_out *out = outcome_begin(work);
    if (stored != NULL)
        account_write(work->config, stored, out);
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    *account = stored != NULL ? *stored
                              : (struct account){.id = input->account,
                                                 .domain = input->domain,
                                                 .created_at = work->now};
    account->updated_at = work->now;
    set_owner(work, input, account, outcome);
    if (outcome->err != ERR_NONE)
        return DECIDED;
    set_named(input, uuid_is_nil(caller->key), function, account);
    append_entry(work, chain, caller, account);
    work_save_row(work, KIND_ACCOUNT, account);
    work_put(work, KIND_ACCOUNT, &account->id, account);
    account_write(work->config, account, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}
