#include "api/unsubscribe_api.h"

#include "http/request_refuse.h"

#include "core/setup/member_change.h"
#include "core/setup/notify.h"
#include "core/setup/unsubscribe.h"

/* What the token asks for is always the same. */
static bool read_token(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    static const int nothing = NOTIFY_CHOSEN;
    struct member_update_input *input = base;

    (void)in, (void)at, (void)field;
    input->self = true;
    input->notify = &nothing;
    return true;
}

static const struct input_type token_type = {
    .kind = INPUT_LINE, .min = 1, .max = UNSUBSCRIBE_TOKEN_LEN, .read = read_token};

static const struct input_field fields[] = {
    {"token", &token_type, .offset = 0, .place = INPUT_PATH},
};
const struct input_spec unsubscribe_spec = INPUT_SPEC(fields, struct member_update_input);

bool unsubscribe_workspace(struct request *r, struct uuid *workspace)
{
    const char *token = request_param(r, "token");
    struct uuid member;

    return token != NULL && unsubscribe_parse(token, workspace, &member);
}

enum auth_answer unsubscribe_authenticate(struct request *r, const struct config *config)
{
    const char *token = request_param(r, "token");
    struct uuid workspace, id;

    if (config == NULL || token == NULL || !unsubscribe_parse(token, &workspace, &id) ||
        !unsubscribe_holds(config, id, token)) {
        request_refuse(r, ERR_NOT_FOUND, "This address ends nobody's mail");
        return AUTH_REFUSED;
    }
    const struct member *member = config_member(config, id);
    if (member == NULL || !member->active) {
        request_refuse(r, ERR_NOT_FOUND, "This address ends nobody's mail any more");
        return AUTH_REFUSED;
    }
    r->caller = (struct caller){
        .workspace = workspace, .team = member->team, .member = id, .roles = r->route->roles};
    return AUTH_OK;
}
