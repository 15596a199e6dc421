#include "core/setup/subscription_change.h"

#include "base/json_tree.h"
#include "core/authority.h"
#include "core/setup/quota.h"

#include <string.h>

#define SUBSCRIPTION_WARNINGS_MAX_BYTES (64u << 10)

static void append(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                   const struct caller *caller, const struct subscription *subscription)
{
    const char *template = subscription->template == NULL ? "" : subscription->template;
    const struct digest_part target[] = {{subscription->url, strlen(subscription->url)},
                                         {template, strlen(template)}};
    uint8_t hash[DIGEST_BYTES];
    struct json_out *body = work_body(work);

    digest_sha256(target, 2, hash);
    if (subscription->off_cause != NULL)
        json_out_member_text(body, "cause", subscription->off_cause);
    json_out_member_text(body, "name", subscription->name);
    json_out_member_text(body, "state", subscription_state_name(subscription->state));
    json_out_member_uuid(body, "subscription", subscription->id);
    json_out_key(body, "target_hash");
    json_out_hex(body, hash, sizeof hash);
    json_out_member_uuid(body, "team", subscription->team);
    setup_append(work, chain, kind, caller);
}

static void save(struct work *work, const struct subscription *subscription, bool is_new)
{
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){
                 .kind = CHANGE_SUBSCRIPTION,
                 .is_new = is_new,
                 .subscription = {subscription, false, is_new && subscription->secrets != NULL}});
}

static enum decision answer(struct work *work, const struct subscription *subscription, int status,
                            struct outcome *outcome)
{
    shape_subscription(work->config, subscription, outcome_begin(work));
    return outcome_answer(work, outcome, status);
}

/* {subscription, secret}; the stored answer has an empty secret. */
static enum decision answer_with_secret(struct work *work, const struct subscription *subscription,
                                        int status, struct outcome *outcome)
{
    char secret[SUBSCRIPTION_SECRET_LEN + 1];
    const char *const shown[] = {"", secret};

    subscription_secret(work->config, subscription->id, subscription->secret_since, secret);
    for (int i = 0; i < 2; i++) {
        struct json_out *out = outcome_begin(work);
        json_out_begin_object(out);
        json_out_key(out, "subscription");
        shape_subscription(work->config, subscription, out);
        json_out_member_text(out, "secret", shown[i]);
        json_out_end_object(out);
        outcome_answer(work, outcome, status);
        if (i == 0) {
            outcome->kept = outcome->body;
            outcome->kept_len = outcome->body_len;
        }
    }
    return DECIDED;
}

void subscription_reveal(struct work *work, const struct command *command, struct outcome *outcome)
{
    json_t *given = json_tree_read(work->arena, outcome->body, outcome->body_len, 0, NULL);
    const json_t *shown = json_object_get(given, "subscription");
    const char *id_text = json_string_value(json_object_get(shown, "id"));
    const char *since_text = json_string_value(json_object_get(shown, "secret_since"));
    char secret[SUBSCRIPTION_SECRET_LEN + 1];
    struct uuid id;
    instant since;

    (void)command;
    if (id_text != NULL && since_text != NULL && uuid_parse(id_text, &id) &&
        instant_parse(since_text, &since)) {
        subscription_secret(work->config, id, since, secret);
        setup_reveal(work, given, "secret", secret, outcome);
    }
    json_decref(given);
}

/* ---- what looks wrong ---- */

/* Writes down what is to be warned of. */
static void warn(struct work *work, struct subscription *subscription,
                 const struct known_names *known)
{
    struct faults warnings;
    struct json_out out;
    json_t *where = subscription->where == NULL
                        ? NULL
                        : json_tree_read(work->arena, subscription->where,
                                         strlen(subscription->where), 0, NULL);

    faults_init(&warnings, work->arena);
    if (where != NULL)
        subscription_where_warn(where, "/where", known, &warnings);
    json_decref(where);
    const struct kind_set kinds = subscription_kinds(subscription, work->arena);
    target_warn(subscription, &kinds, &warnings);
    json_out_init(&out, work->arena, SUBSCRIPTION_WARNINGS_MAX_BYTES);
    faults_write(&warnings, &out);
    subscription->warnings = out.written.text;
}

/* ---- where it is sent ---- */

/* Secrets that are given count beside those that are there; to another place none goes along that
 * was given for this one. False: refused, since one is missing. */
static bool take_secrets(struct work *work, struct subscription *subscription,
                         const struct subscription *old, const struct subscription_target *target,
                         struct outcome *outcome)
{
    struct arena *arena = work->arena;
    bool stays = old->secrets != NULL && strcmp(old->url, target->url) == 0;
    json_t *kept =
        stays ? json_tree_read(arena, old->secrets, strlen(old->secrets), 0, NULL) : json_object();
    json_t *given = target->secrets == NULL
                        ? NULL
                        : json_tree_read(arena, target->secrets, strlen(target->secrets), 0, NULL);
    json_t *template = target->template == NULL ? NULL
                                                : json_tree_read(arena, target->template,
                                                                 strlen(target->template), 0, NULL);
    struct faults ignored;
    unsigned includes;
    struct json_out out;
    const char *name;
    json_t *used, *value;

    faults_init(&ignored, arena);
    used = target_check(target->url, template, arena, &ignored, &includes);
    json_out_init(&out, arena, TARGET_SECRETS_MAX_BYTES);
    json_out_begin_object(&out);
    json_object_foreach(used, name, value)
    {
        const json_t *secret = json_object_get(given, name);
        secret = secret == NULL ? json_object_get(kept, name) : secret;
        if (secret == NULL && outcome->err == ERR_NONE)
            outcome_refuse_at(work, outcome, ERR_INVALID_VALUE,
                              pointer_join(arena, "/target/secrets", name), "required",
                              "The template uses this secret; one that is kept goes to the URL "
                              "alone that it was given for");
        json_out_member_text(&out, name, json_string_value(secret));
    }
    json_out_end_object(&out);
    subscription->secrets = json_object_size(used) == 0 ? NULL : out.written.text;
    json_decref(kept);
    json_decref(given);
    json_decref(template);
    json_decref(used);
    return outcome->err == ERR_NONE;
}

/* Mail goes to members of the same side, so that nobody is written to who has not to do with it. */
static bool check_readers(struct work *work, const struct team *team,
                          const struct subscription_target *target, struct outcome *outcome)
{
    for (size_t i = 0; target->template != NULL && i < target->to_count; i++) {
        const struct member *member =
            config_member_by_email(work->config, (struct uuid){{0}}, target->to[i]);
        const struct team *theirs = member == NULL ? NULL : config_team(work->config, member->team);
        if (theirs == NULL || !member->active || theirs->function != team->function) {
            outcome_refuse_at(work, outcome, ERR_INVALID_VALUE,
                              pointer_index(work->arena, "/target/to", i), "unknown_member",
                              "Mail goes to members of the same side; none of them has this "
                              "address");
            return false;
        }
    }
    return true;
}

static bool take_target(struct work *work, struct subscription *subscription,
                        const struct subscription *old, const struct subscription_target *target,
                        struct outcome *outcome)
{
    const struct team *team = config_team(work->config, subscription->team);

    if (!check_readers(work, team, target, outcome))
        return false;
    subscription->kind = (unsigned)target->kind;
    subscription->url = target->url;
    subscription->template = target->template;
    subscription->include |= (int)target->includes;
    return take_secrets(work, subscription, old, target, outcome);
}

/* ---- make ---- */

static const struct subscription *named(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->subscription_count; i++)
        if (strcmp(config->subscriptions[i].name, name) == 0)
            return &config->subscriptions[i];
    return NULL;
}

static const struct team *team_of(struct work *work, const struct command *command,
                                  const char *name, struct outcome *outcome)
{
    if (name != NULL || uuid_is_nil(command->caller.team))
        return setup_team(work, name == NULL ? "" : name, "/team", outcome);
    return config_team(work->config, command->caller.team);
}

enum decision subscription_create(struct work *work, const struct command *command,
                                  struct outcome *outcome)
{
    static const struct subscription nothing = {.url = ""};
    const struct subscription_create_input *input = command->input;

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return DECIDED;
    const struct team *team = team_of(work, command, input->team, outcome);
    if (team == NULL || !authority_check(work, command, DEED_SUBSCRIPTION, team->function, outcome))
        return DECIDED;
    if (named(work->config, input->name) != NULL)
        return outcome_refuse_at(work, outcome, ERR_ALREADY_EXISTS, "/name", "already_exists",
                                 "There is a subscription \"%s\" already", input->name);
    if (!quota_leaves(work, QUOTA_SUBSCRIPTIONS, outcome))
        return DECIDED;
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct subscription *subscription = ARENA_NEW(work->arena, struct subscription);
    if (subscription == NULL)
        return DECIDED;
    *subscription = (struct subscription){
        .id = work_new_id(work),
        .name = input->name,
        .team = team->id,
        .events = input->events,
        .where = input->where,
        .include = (int)(input->include | input->target.includes),
        .kind = (unsigned)input->target.kind,
        .url = input->target.url,
        .template = input->target.template,
        .state = SUBSCRIPTION_ACTIVE,
        .revision = 1,
        .secret_since = work->now,
        .old_secret_since = INSTANT_NONE,
        .old_secret_until = INSTANT_NONE,
        .created_at = work->now,
    };
    if (!check_readers(work, team, &input->target, outcome) ||
        !take_secrets(work, subscription, &nothing, &input->target, outcome))
        return DECIDED;
    warn(work, subscription, input->known);
    append(work, chain, LEDGER_SUBSCRIPTION_CREATED, &command->caller, subscription);
    save(work, subscription, true);
    char id[UUID_TEXT_LEN + 1];
    uuid_format(subscription->id, id);
    outcome->location = arena_printf(work->arena, "/v1/subscriptions/%s", id);
    return answer_with_secret(work, subscription, 201, outcome);
}

/* ---- change ---- */

/* The one that the caller may change; NULL: refused. */
static const struct subscription *owned(struct work *work, const struct command *command,
                                        struct uuid id, struct outcome *outcome)
{
    const struct subscription *subscription = config_subscription(work->config, id);

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return NULL;
    if (subscription == NULL) {
        outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no subscription with this id");
        return NULL;
    }
    return authority_check(work, command, DEED_SUBSCRIPTION,
                           authority_of_team(work, subscription->team), outcome)
               ? subscription
               : NULL;
}

static struct subscription *copy_of(struct work *work, const struct subscription *old)
{
    struct subscription *copy = ARENA_NEW(work->arena, struct subscription);

    if (copy != NULL) {
        *copy = *old;
        copy->revision++;
    }
    return copy;
}

enum decision subscription_update(struct work *work, const struct command *command,
                                  struct outcome *outcome)
{
    const struct subscription_update_input *input = command->input;
    const struct subscription *old = owned(work, command, input->subscription, outcome);

    if (old == NULL)
        return DECIDED;
    shape_subscription(work->config, old, outcome_begin(work));
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct subscription *subscription = copy_of(work, old);
    if (subscription == NULL)
        return DECIDED;
    if (input->events != NULL)
        subscription->events = input->events;
    if (input->where != NULL)
        subscription->where = strcmp(input->where, "null") == 0 ? NULL : input->where;
    if (input->include != NULL)
        subscription->include = (int)*input->include;
    if (input->target != NULL && !take_target(work, subscription, old, input->target, outcome))
        return DECIDED;
    if (input->state != NULL) {
        subscription->state = (enum subscription_state) * input->state;
        subscription->off_cause = NULL;
    }
    warn(work, subscription, input->known);
    append(work, chain, LEDGER_SUBSCRIPTION_UPDATED, &command->caller, subscription);
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){
                 .kind = CHANGE_SUBSCRIPTION,
                 .subscription = {subscription, false, subscription->secrets != old->secrets}});
    return answer(work, subscription, 200, outcome);
}

enum decision subscription_delete(struct work *work, const struct command *command,
                                  struct outcome *outcome)
{
    const struct subscription_named *input = command->input;
    const struct subscription *subscription = owned(work, command, input->subscription, outcome);

    if (subscription == NULL)
        return DECIDED;
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    append(work, chain, LEDGER_SUBSCRIPTION_DELETED, &command->caller, subscription);
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_SUBSCRIPTION,
                                     .subscription = {subscription, true, false}});
    return answer(work, subscription, 200, outcome);
}

enum decision subscription_rotate(struct work *work, const struct command *command,
                                  struct outcome *outcome)
{
    const struct subscription_named *input = command->input;
    const struct subscription *old = owned(work, command, input->subscription, outcome);

    if (old == NULL)
        return DECIDED;
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct subscription *subscription = copy_of(work, old);
    if (subscription == NULL)
        return DECIDED;
    subscription->old_secret_since = old->secret_since;
    subscription->old_secret_until = work->now + SUBSCRIPTION_OVERLAP_SECONDS * INSTANT_SECOND;
    subscription->secret_since = work->now;
    append(work, chain, LEDGER_SUBSCRIPTION_SECRET_ROTATED, &command->caller, subscription);
    save(work, subscription, false);
    return answer_with_secret(work, subscription, 200, outcome);
}

enum decision subscription_off(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    const struct subscription_off_input *input = command->input;
    const struct subscription *old = config_subscription(work->config, input->subscription);

    if (old == NULL || old->revision != input->revision || old->state == SUBSCRIPTION_OFF)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "It has changed meanwhile");
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct subscription *subscription = copy_of(work, old);
    if (subscription == NULL)
        return DECIDED;
    subscription->state = SUBSCRIPTION_OFF;
    subscription->off_cause = input->cause;
    append(work, chain, LEDGER_SUBSCRIPTION_SWITCHED_OFF, &command->caller, subscription);
    save(work, subscription, false);
    return answer(work, subscription, 200, outcome);
}

/* ---- send ---- */

static enum decision answer_accepted(struct work *work, struct uuid delivery,
                                     struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    if (!uuid_is_nil(delivery))
        json_out_member_uuid(out, "delivery_id", delivery);
    json_out_member_text(out, "status", "pending");
    json_out_end_object(out);
    return outcome_answer(work, outcome, 202);
}

/* What is asked for stands in the ledger, and whoever follows it to make deliveries does it. */
enum decision subscription_test(struct work *work, const struct command *command,
                                struct outcome *outcome)
{
    const struct subscription_named *input = command->input;
    const struct subscription *subscription = owned(work, command, input->subscription, outcome);

    if (subscription == NULL)
        return DECIDED;
    if (subscription->state != SUBSCRIPTION_ACTIVE)
        return outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                              "Nothing is sent to it as long as it is %s",
                              subscription_state_name(subscription->state));
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct uuid delivery = work_new_id(work);
    struct json_out *body = work_body(work);
    json_out_member_uuid(body, "delivery", delivery);
    json_out_member_uuid(body, "subscription", subscription->id);
    setup_append(work, chain, LEDGER_SUBSCRIPTION_TESTED, &command->caller);
    return answer_accepted(work, delivery, outcome);
}

enum decision subscription_replay(struct work *work, const struct command *command,
                                  struct outcome *outcome)
{
    const struct subscription_replay_input *input = command->input;
    const struct subscription *subscription = owned(work, command, input->subscription, outcome);
    int chosen = !uuid_is_nil(input->delivery) + (input->from != NULL) + input->failed;

    if (subscription == NULL)
        return DECIDED;
    if (chosen != 1 || (input->to != NULL && input->from == NULL))
        return outcome_refuse(work, outcome, ERR_UNPROCESSABLE,
                              "Say what is to be sent again: delivery, or from and perhaps to, or "
                              "failed");
    if (subscription->state == SUBSCRIPTION_OFF)
        return outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                              "Nothing is sent to it as long as it is off: make it active first");
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct json_out *body = work_body(work);
    if (!uuid_is_nil(input->delivery))
        json_out_member_uuid(body, "delivery", input->delivery);
    if (input->failed)
        json_out_member_int(body, "failed", 1);
    if (input->from != NULL)
        json_out_member_int(body, "from", *input->from);
    json_out_member_uuid(body, "subscription", subscription->id);
    if (input->from != NULL)
        json_out_member_int(body, "to", input->to == NULL ? work->now : *input->to);
    setup_append(work, chain, LEDGER_SUBSCRIPTION_REPLAYED, &command->caller);
    return answer_accepted(work, input->delivery, outcome);
}
