#include "core/setup/content_change.h"

#include "core/authority.h"
#include "core/setup_change.h"

void content_write(const struct config *config, const struct content *content, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "name", content->name);
    json_out_member_text(out, "title", content->title);
    json_out_member_text(out, "owner_team", config_team_name(config, content->owner_team));
    json_out_member_text(out, "link", content->link);
    json_out_member_instant(out, "created_at", content->created_at);
    json_out_member_instant(out, "updated_at", content->updated_at);
    json_out_end_object(out);
}

static void append_entry(struct work *work, struct chain_row *chain, const struct caller *caller,
                         const struct content *content)
{
    struct json_out *body = work_body(work);

    json_out_member_int(body, "content", content->id);
    json_out_member_uuid(body, "owner_team", content->owner_team);
    setup_append(work, chain, LEDGER_CONTENT_UPDATED, caller);
}

enum decision content_put(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct content_put_input *input = command->input;
    enum find found;

    if (!setup_may(work, command, ROLE_WORK | ROLE_ADMIN, outcome))
        return DECIDED;
    const struct team *owner = setup_team(work, input->owner_team, "/owner_team", outcome);
    if (owner == NULL || !authority_check(work, command, DEED_CONTENT, owner->function, outcome))
        return DECIDED;
    const struct content *stored = work_find(work, KIND_CONTENT, &input->content, &found);
    struct chain_row *chain = setup_chain(work, command->caller.workspace);
    struct content *content = ARENA_NEW(work->arena, struct content);
    if (found == FIND_NEEDED || chain == NULL)
        return DECIDE_AGAIN;
    if (content == NULL ||
        (stored != NULL && !authority_check(work, command, DEED_CONTENT,
                                            authority_of_team(work, stored->owner_team), outcome)))
        return DECIDED;
    struct json_out *out = outcome_begin(work);
    if (stored != NULL)
        content_write(work->config, stored, out);
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    *content = (struct content){
        .id = input->content,
        .name = stored == NULL ? input->name : stored->name,
        .title = input->title,
        .owner_team = owner->id,
        .link = input->link,
        .created_at = stored == NULL ? work->now : stored->created_at,
        .updated_at = work->now,
    };
    append_entry(work, chain, &command->caller, content);
    work_save_row(work, KIND_CONTENT, content);
    work_put(work, KIND_CONTENT, &content->id, content);
    /* it is listed with those that touches name, whether or not one has named it yet */
    work_add(work, KIND_DIMENSION,
             &(struct dimension_row){content->id, DIMENSION_CONTENT, content->name});
    content_write(work->config, content, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}
