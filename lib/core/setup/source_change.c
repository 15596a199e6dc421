#include "core/setup/source_change.h"

#include "base/json_tree.h"
#include "base/public_id.h"
#include "base/text_out.h"
#include "base/uuid.h"
#include "core/authority.h"
#include "core/setup/quota.h"
#include "core/setup/shape_setup.h"

#include <string.h>

#define AUTH_MAX_BYTES 4096

static void append_entry(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                         const struct caller *caller, const struct source *source)
{
    uint8_t hash[DIGEST_BYTES];
    struct json_out *body = work_body(work);

    digest_sha256(&(struct digest_part){source->mapping, strlen(source->mapping)}, 1, hash);
    json_out_member_int(body, "active", source->active);
    json_out_member_int(body, "erases", source->erases);
    json_out_key(body, "mapping_hash");
    json_out_hex(body, hash, DIGEST_BYTES);
    json_out_member_text(body, "name", source->name);
    json_out_member_uuid(body, "source", source->id);
    json_out_member_uuid(body, "team", source->team);
    setup_append(work, chain, kind, caller);
}

static const char *auth_text(struct work *work, const struct source_auth *auth)
{
    struct json_out out;

    json_out_init(&out, work->arena, AUTH_MAX_BYTES);
    source_auth_write(auth, &out);
    return out.written.text;
}

static const char *made_secret(struct work *work, struct uuid source, const char *idempotency_key)
{
    char *secret = arena_alloc(work->arena, SOURCE_SECRET_LEN + 1);

    if (secret != NULL)
        source_auth_make_secret(work->config, source, INSTANT_NONE, idempotency_key, secret);
    return secret;
}

/* What a sender shows in its handshake: nobody else knows it. */
static const char *made_token(struct work *work)
{
    char *token = arena_alloc(work->arena, UUID_TEXT_LEN + 1);

    if (token != NULL)
        uuid_format(work_new_id(work), token);
    return token;
}

static enum decision check_new(struct work *work, const struct source_create_input *input,
                               struct outcome *outcome)
{
    for (size_t i = 0; i < work->config->source_count; i++)
        if (strcmp(work->config->sources[i].name, input->name) == 0)
            return outcome_refuse_at(work, outcome, ERR_ALREADY_EXISTS, "/name", "already_exists",
                                     "There is a source \"%s\" already", input->name);
    (void)quota_leaves(work, QUOTA_SOURCES, outcome);
    return DECIDED;
}

/* ---- what to paste where ---- */

#define STEP_MAX_BYTES 4096

/* What a step may name in braces. */
enum word { WORD_ADDRESS, WORD_PATH, WORD_HOST, WORD_SECRET, WORD_WRITE_KEY, WORD_VERIFY_TOKEN };
#define WORD_COUNT (WORD_VERIFY_TOKEN + 1)

static const char *const word_names[WORD_COUNT] = {
    [WORD_ADDRESS] = "address",     [WORD_PATH] = "path",
    [WORD_HOST] = "host",           [WORD_SECRET] = "secret",
    [WORD_WRITE_KEY] = "write_key", [WORD_VERIFY_TOKEN] = "verify_token",
};

/* NULL: it is left as it is. */
static const char *value_of(const char *name, size_t len, const struct source_words *words,
                            struct arena *arena)
{
    const char *base = words->base == NULL ? "" : words->base;
    char id[PUBLIC_ID_LEN + 1];
    struct source_auth auth;
    size_t which = 0;

    while (which < WORD_COUNT &&
           (strlen(word_names[which]) != len || strncmp(word_names[which], name, len) != 0))
        which++;
    public_id_format(words->workspace, words->source->id, id);
    switch (which) {
    case WORD_ADDRESS:
        return arena_printf(arena, "%s/v1/inbound/%s", base, id);
    case WORD_PATH:
        return arena_printf(arena, "/v1/inbound/%s", id);
    case WORD_HOST:
        return words->base;
    case WORD_SECRET:
        return words->secret;
    case WORD_WRITE_KEY:
        return words->secret == NULL ? NULL : arena_printf(arena, "%s_%s", id, words->secret);
    case WORD_VERIFY_TOKEN:
        return source_auth_parse(words->source->auth, arena, &auth) == ERR_NONE ? auth.verify_token
                                                                                : NULL;
    default:
        return NULL;
    }
}

const char *source_step(const char *step, const struct source_words *words, struct arena *arena)
{
    struct text_out out;

    text_out_init(&out, arena, STEP_MAX_BYTES);
    text_out_put(&out, "");
    while (*step != '\0') {
        size_t plain = strcspn(step, "{");
        text_out_put_len(&out, step, plain);
        step += plain;
        size_t name = *step == '{' ? strcspn(step + 1, "{}") : 0;
        const char *value =
            *step == '{' && step[1 + name] == '}' ? value_of(step + 1, name, words, arena) : NULL;
        if (value != NULL) {
            text_out_put(&out, value);
            step += name + 2;
        } else if (*step == '{') {
            text_out_put_len(&out, step++, 1);
        }
    }
    return out.text;
}

static void write_steps(struct work *work, const struct source *source,
                        const struct source_create_input *input, struct json_out *out)
{
    const struct source_words words = {work->config->workspace, source, input->base, NULL};

    json_out_key(out, "steps");
    json_out_begin_array(out);
    for (size_t i = 0; i < input->step_count; i++)
        json_out_text(out, source_step(input->steps[i], &words, work->arena));
    json_out_end_array(out);
}

/* The secret stands in its own member alone, so that the stored answer has none. */
static void write_created(struct work *work, const struct source *source,
                          const struct source_create_input *input, const char *secret,
                          struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_key(out, "source");
    shape_source(work->config, source, out);
    json_out_member_text(out, "secret", secret);
    write_steps(work, source, input, out);
    json_out_end_object(out);
    outcome_answer(work, outcome, 201);
}

/* {source, secret}; the stored answer has an empty secret. */
static enum decision answer_created(struct work *work, const struct source *source,
                                    const struct source_create_input *input,
                                    const struct source_auth *auth, struct outcome *outcome)
{
    char id[PUBLIC_ID_LEN + 1];

    if (source_auth_has_secret(auth)) {
        write_created(work, source, input, "", outcome);
        outcome->kept = outcome->body;
        outcome->kept_len = outcome->body_len;
    }
    write_created(work, source, input, auth->scheme == AUTH_BEARER ? NULL : auth->secret, outcome);
    public_id_format(work->config->workspace, source->id, id);
    outcome->location = arena_printf(work->arena, "/v1/sources/%s", id);
    return DECIDED;
}

enum decision source_create(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct source_create_input *input = command->input;
    struct source_auth auth = input->auth;

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return DECIDED;
    const struct team *team = setup_team(work, input->team, "/team", outcome);
    if (team == NULL || !authority_check(work, command, DEED_SOURCE, team->function, outcome))
        return DECIDED;
    check_new(work, input, outcome);
    if (outcome->err != ERR_NONE)
        return DECIDED;
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct uuid id = work_new_id(work);
    if (source_auth_has_secret(&auth) && auth.secret == NULL)
        auth.secret = made_secret(work, id, input->idempotency_key);
    if (auth.handshake == AUTH_META && auth.verify_token == NULL)
        auth.verify_token = made_token(work);
    struct source *source = ARENA_NEW(work->arena, struct source);
    const char *auth_json = auth_text(work, &auth);
    if (source == NULL || auth_json == NULL)
        return DECIDED;
    *source = (struct source){
        .id = id,
        .name = input->name,
        .team = team->id,
        .auth = auth_json,
        .mapping = input->mapping,
        .secret = auth.secret,
        .secret_since = source_auth_has_secret(&auth) ? work->now : INSTANT_NONE,
        .old_until = INSTANT_NONE,
        .active = true,
        .erases = input->erases,
        .fetch_secret = input->fetch_secret,
        .revision = 1,
        .created_at = work->now,
    };
    append_entry(work, chain, LEDGER_SOURCE_CREATED, &command->caller, source);
    work_add(
        work, KIND_CONFIG_CHANGE,
        &(struct config_change){.kind = CHANGE_SOURCE, .is_new = true, .source = {source, true}});
    return answer_created(work, source, input, &auth, outcome);
}

/* A secret of the sender's came with the request again; one that Baton made is derived again. */
static const char *secret_again(struct work *work, const json_t *answer,
                                const struct source_create_input *input)
{
    const json_t *id = json_object_get(json_object_get(answer, "source"), "id");
    struct uuid workspace, source;

    if (!source_auth_has_secret(&input->auth) || input->auth.secret != NULL)
        return input->auth.secret;
    if (id == NULL ||
        !public_id_parse(json_string_value(id), json_string_length(id), &workspace, &source))
        return NULL;
    return made_secret(work, source, input->idempotency_key);
}

void source_create_reveal(struct work *work, const struct command *command, struct outcome *outcome)
{
    json_t *answer = json_tree_read(work->arena, outcome->body, outcome->body_len, 0, NULL);
    const char *secret = answer == NULL ? NULL : secret_again(work, answer, command->input);

    if (secret != NULL)
        setup_reveal(work, answer, "secret", secret, outcome);
    json_decref(answer);
}

/* ---- update ---- */

/* A secret that is given replaces the present ones at once. Without one they stay: none can be made
 * here, since the answer would not show it. */
static bool change_auth(struct work *work, struct source *source, const struct source_auth *wanted,
                        struct outcome *outcome)
{
    bool is_signed = source_auth_has_secret(wanted);
    bool stays = is_signed && wanted->secret == NULL;

    if (stays && source->secret == NULL) {
        outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/auth/secret", "required",
                          "This source has no secret yet: give the sender's");
        return false;
    }
    source->auth = auth_text(work, wanted);
    if (stays)
        return false;
    source->secret = wanted->secret;
    source->secret_since = is_signed ? work->now : INSTANT_NONE;
    source->old_secret = NULL;
    source->old_until = INSTANT_NONE;
    return true;
}

/* secrets: whether they are changed too. */
static struct source *changed_source(struct work *work, const struct command *command,
                                     const struct source *old, bool *secrets,
                                     struct outcome *outcome)
{
    const struct source_update_input *input = command->input;
    struct source *source = ARENA_NEW(work->arena, struct source);
    const struct team *team = NULL;

    if (source == NULL)
        return NULL;
    *source = *old;
    if (input->team != NULL)
        team = setup_team(work, input->team, "/team", outcome);
    if (team != NULL && authority_check(work, command, DEED_SOURCE, team->function, outcome))
        source->team = team->id;
    *secrets = outcome->err == ERR_NONE && input->auth != NULL &&
               change_auth(work, source, input->auth, outcome);
    if (input->mapping != NULL)
        source->mapping = input->mapping;
    if (input->active != NULL)
        source->active = *input->active;
    if (input->erases != NULL)
        source->erases = *input->erases;
    if (input->fetch_secret != NULL) {
        source->fetch_secret = input->fetch_secret;
        *secrets = true;
    }
    source->revision++;
    return outcome->err == ERR_NONE && source->auth != NULL ? source : NULL;
}

enum decision source_update(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct source_update_input *input = command->input;
    const struct source *old = config_source(work->config, input->source);

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return DECIDED;
    if (old == NULL)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no source with this id");
    if (!authority_check(work, command, DEED_SOURCE, authority_of_team(work, old->team), outcome))
        return DECIDED;
    shape_source(work->config, old, outcome_begin(work));
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    bool secrets;
    struct source *source = changed_source(work, command, old, &secrets, outcome);
    if (source == NULL)
        return DECIDED;
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    append_entry(work, chain, LEDGER_SOURCE_UPDATED, &command->caller, source);
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_SOURCE, .source = {source, secrets}});
    shape_source(work->config, source, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}
