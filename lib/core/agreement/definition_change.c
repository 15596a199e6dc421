#include "core/agreement/definition_change.h"

#include "base/json_tree.h"
#include "core/agreement/shape_agreement.h"

#include <string.h>

/* ---- shared by all changes of definitions ---- */

const struct definition_version *definition_for_command(struct work *work, enum term term,
                                                        int version, struct outcome *outcome)
{
    const struct definition_version *found = config_definition(work->config, term, version);

    if (found == NULL)
        outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no version %d of %s", version,
                       term_name(term));
    return found;
}

static const char *const *action_names(struct work *work, unsigned actions, size_t *count)
{
    const char **names = ARENA_ARRAY(work->arena, const char *, DEFINITION_ACTION_COUNT);

    *count = 0;
    for (int i = 0; names != NULL && i < DEFINITION_ACTION_COUNT; i++)
        if (actions & 1u << i)
            names[(*count)++] = definition_action_name((enum definition_action)i);
    return names;
}

bool definition_may(struct work *work, const struct command *command,
                    const struct definition_version *version, enum definition_action action,
                    struct outcome *outcome)
{
    unsigned actions = definition_actions(work->config, version, &command->caller);

    if (definition_state_allows(version->state, action))
        return true;
    outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                   "Version %d of %s is %s: it does not allow %s", version->version,
                   term_name(version->term), definition_state_name(version->state),
                   definition_action_name(action));
    outcome->problem.state = definition_state_name(version->state);
    outcome->problem.allowed = action_names(work, actions, &outcome->problem.allowed_count);
    return false;
}

bool definition_has_author(struct work *work, const struct command *command,
                           struct outcome *outcome)
{
    if (uuid_is_nil(command->caller.key) || !uuid_is_nil(command->caller.member))
        return true;
    outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                   "Use a member's own key, or name the member in Baton-Actor");
    return false;
}

struct definition_version *definition_copy(struct work *work,
                                           const struct definition_version *version)
{
    struct definition_version *copy = ARENA_NEW(work->arena, struct definition_version);

    if (copy != NULL)
        *copy = *version;
    return copy;
}

void definition_save(struct work *work, const struct definition_version *version)
{
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_DEFINITION, .definition = version});
}

struct json_out *definition_body(struct work *work)
{
    return work_body(work);
}

void definition_append(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                       struct actor actor, struct uuid team,
                       const struct definition_version *version)
{
    struct json_out *body = &work->scratch;

    json_out_member_text(body, "term", term_name(version->term));
    json_out_member_int(body, "version", version->version);
    if (chain != NULL)
        work_append_to(work, chain, kind, actor, team);
}

bool definition_supersede(struct work *work, const struct definition_version *version,
                          const struct definition_version *by, struct actor actor, struct uuid team)
{
    struct chain_row *chain = setup_chain(work, version->id);
    struct definition_version *old = definition_copy(work, version);

    if (chain == NULL)
        return false;
    if (old == NULL)
        return true;
    old->state = DEFINITION_SUPERSEDED;
    old->superseded_at = work->now;
    struct json_out *body = definition_body(work);
    json_out_member_int(body, "by_version", by->version);
    definition_append(work, chain, LEDGER_DEFINITION_SUPERSEDED, actor, team, old);
    definition_save(work, old);
    return true;
}

enum decision definition_answer(struct work *work, const struct command *command,
                                const struct definition_version *version,
                                const struct faults *warnings, int status, struct outcome *outcome)
{
    unsigned actions = definition_actions(work->config, version, &command->caller);

    shape_definition_version(work->config, version, warnings, actions, outcome_begin(work));
    return outcome_answer(work, outcome, status);
}

/* ---- the document ---- */

struct checked {
    struct faults *warnings;
    bool fine; /* if not, the outcome is a refusal, or memory is short */
};

static struct faults *new_faults(struct work *work)
{
    struct faults *faults = ARENA_NEW(work->arena, struct faults);

    if (faults != NULL)
        faults_init(faults, work->arena);
    return faults;
}

static void refuse_document(struct work *work, enum err err, const struct faults *faults,
                            struct outcome *outcome)
{
    if (err == ERR_OUT_OF_MEMORY) {
        arena_fail(work->arena);
        return;
    }
    outcome_refuse(work, outcome, ERR_INVALID_DEFINITION,
                   "The document has %zu faults; see errors for the place of each",
                   faults->count + faults->dropped);
    outcome->problem.faults = faults;
}

static struct checked check_document(struct work *work, enum term term, const json_t *document,
                                     const struct known_names *known, struct outcome *outcome)
{
    struct checked checked = {new_faults(work), false};
    struct faults *faults = new_faults(work);
    struct definition *definition = NULL;

    if (checked.warnings == NULL || faults == NULL)
        return checked;
    enum err err = definition_compile(document, faults, checked.warnings, &definition);
    if (err == ERR_NONE && definition->term != term) {
        faults_add(faults, "/term", "other_term", "The path says %s", term_name(term));
        err = ERR_INVALID_DEFINITION;
    }
    if (err == ERR_NONE)
        definition_warn_unseen(definition, document, known, checked.warnings);
    else
        refuse_document(work, err, faults, outcome);
    definition_free(definition);
    checked.fine = err == ERR_NONE;
    return checked;
}

static const char *document_text(struct work *work, const json_t *document)
{
    struct json_out *out = outcome_begin(work);

    json_tree_write(document, out);
    return json_out_keep(out, work->arena, NULL);
}

static void write_document_hash(const struct definition_version *version, struct json_out *body)
{
    uint8_t hash[DIGEST_BYTES];

    digest_sha256(&(struct digest_part){version->document, strlen(version->document)}, 1, hash);
    json_out_key(body, "document_hash");
    json_out_hex(body, hash, DIGEST_BYTES);
}

/* ---- draft ---- */

const struct definition_version *definition_make(struct work *work, const struct caller *caller,
                                                 enum term term, int version,
                                                 const json_t *document)
{
    struct definition_version *draft = ARENA_NEW(work->arena, struct definition_version);
    const char *text = document_text(work, document);

    if (draft == NULL || text == NULL)
        return NULL;
    *draft = (struct definition_version){
        .id = work_new_id(work),
        .term = term,
        .version = version,
        .state = DEFINITION_DRAFT,
        .document = text,
        .revision = 1,
        .effective_from = INSTANT_NONE,
        .in_force_from = INSTANT_NONE,
        .superseded_at = INSTANT_NONE,
        .created_by = caller->member,
        .created_at = work->now,
        .proposed_at = INSTANT_NONE,
        .declined_at = INSTANT_NONE,
    };
    struct chain_row *chain = setup_new_chain(work, draft->id);
    write_document_hash(draft, definition_body(work));
    definition_append(work, chain, LEDGER_DEFINITION_DRAFTED, caller_actor(caller), caller->team,
                      draft);
    work_add(
        work, KIND_CONFIG_CHANGE,
        &(struct config_change){.kind = CHANGE_DEFINITION, .is_new = true, .definition = draft});
    return draft;
}

/* The draft of a term, if it has one, and the number of its next version. */
static const struct definition_version *find_draft(const struct config *config, enum term term,
                                                   int *next)
{
    const struct definition_version *draft = NULL;

    *next = 1;
    for (size_t i = 0; i < config->definition_count; i++) {
        const struct definition_version *version = &config->definitions[i];
        if (version->term != term)
            continue;
        if (version->version >= *next)
            *next = version->version + 1;
        if (version->state == DEFINITION_DRAFT)
            draft = version;
    }
    return draft;
}

static enum decision refuse_second_draft(struct work *work, const struct command *command,
                                         const struct definition_version *draft,
                                         struct outcome *outcome)
{
    unsigned actions = definition_actions(work->config, draft, &command->caller);

    outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                   "Version %d of %s is a draft already: replace or propose it", draft->version,
                   term_name(draft->term));
    outcome->problem.state = definition_state_name(draft->state);
    outcome->problem.allowed = action_names(work, actions, &outcome->problem.allowed_count);
    return DECIDED;
}

enum decision definition_draft(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    const struct definition_draft_input *input = command->input;
    int next;

    if (!setup_may(work, command, ROLE_SIGN | ROLE_ADMIN, outcome) ||
        !definition_has_author(work, command, outcome))
        return DECIDED;
    const struct definition_version *draft = find_draft(work->config, input->term, &next);
    if (draft != NULL)
        return refuse_second_draft(work, command, draft, outcome);
    if (next > VERSIONS_MAX)
        return outcome_refuse(work, outcome, ERR_LIMIT_REACHED, "A term has at most %d versions",
                              VERSIONS_MAX);
    struct checked checked =
        check_document(work, input->term, input->document, input->known, outcome);
    if (!checked.fine)
        return DECIDED;
    draft = definition_make(work, &command->caller, input->term, next, input->document);
    if (draft == NULL)
        return DECIDED;
    outcome->location = arena_printf(work->arena, "/v1/definitions/%s/versions/%d",
                                     term_name(draft->term), draft->version);
    return definition_answer(work, command, draft, checked.warnings, 201, outcome);
}

/* ---- replace ---- */

/* The tag is that of the stored text, which json_tree_write made. */
static bool tag_fits(struct work *work, const struct definition_version *version,
                     const char *if_match, struct outcome *outcome)
{
    char tag[ETAG_LEN + 1];

    etag_of_text(version->document, strlen(version->document), tag);
    if (etag_matches(if_match, tag))
        return true;
    outcome_refuse(work, outcome, ERR_PRECONDITION_FAILED,
                   "The draft was changed since you read it: read it again and send its new ETag");
    return false;
}

enum decision definition_replace(struct work *work, const struct command *command,
                                 struct outcome *outcome)
{
    const struct definition_replace_input *input = command->input;

    if (!setup_may(work, command, ROLE_SIGN | ROLE_ADMIN, outcome) ||
        !definition_has_author(work, command, outcome))
        return DECIDED;
    const struct definition_version *old =
        definition_for_command(work, input->term, input->version, outcome);
    if (old == NULL || !definition_may(work, command, old, DEFINITION_REPLACE, outcome) ||
        !tag_fits(work, old, input->if_match, outcome))
        return DECIDED;
    struct checked checked =
        check_document(work, input->term, input->document, input->known, outcome);
    if (!checked.fine)
        return DECIDED;
    struct chain_row *chain = setup_chain(work, old->id);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct definition_version *draft = definition_copy(work, old);
    if (draft == NULL || (draft->document = document_text(work, input->document)) == NULL)
        return DECIDED;
    draft->revision++;
    write_document_hash(draft, definition_body(work));
    definition_append(work, chain, LEDGER_DEFINITION_EDITED, caller_actor(&command->caller),
                      command->caller.team, draft);
    definition_save(work, draft);
    return definition_answer(work, command, draft, checked.warnings, 200, outcome);
}

/* ---- propose ---- */

/* At most one version of a term waits for signatures. */
static bool supersede_proposed(struct work *work, const struct command *command,
                               const struct definition_version *by)
{
    bool loaded = true;

    for (size_t i = 0; i < work->config->definition_count; i++) {
        const struct definition_version *version = &work->config->definitions[i];
        if (version->term == by->term && version->state == DEFINITION_PROPOSED)
            loaded = definition_supersede(work, version, by, caller_actor(&command->caller),
                                          command->caller.team) &&
                     loaded;
    }
    return loaded;
}

static void append_proposed(struct work *work, const struct command *command,
                            struct chain_row *chain, const struct definition_version *version)
{
    struct json_out *body = definition_body(work);

    if (version->effective_from != INSTANT_NONE)
        json_out_member_int(body, "effective_from", version->effective_from);
    json_out_key(body, "hash");
    json_out_hex(body, version->hash, DIGEST_BYTES);
    definition_append(work, chain, LEDGER_DEFINITION_PROPOSED, caller_actor(&command->caller),
                      command->caller.team, version);
}

static enum decision propose(struct work *work, const struct command *command,
                             const struct definition_version *old, const json_t *document,
                             struct outcome *outcome)
{
    const struct definition_propose_input *input = command->input;
    struct checked checked = check_document(work, old->term, document, input->known, outcome);
    struct chain_row *chain = setup_chain(work, old->id);
    struct definition_version *version = definition_copy(work, old);

    if (!checked.fine || version == NULL)
        return DECIDED;
    if (chain == NULL || !supersede_proposed(work, command, version))
        return DECIDE_AGAIN;
    version->state = DEFINITION_PROPOSED;
    version->effective_from = input->effective_from;
    version->proposed_by = command->caller.member;
    version->proposed_at = work->now;
    if (definition_hash(document, version->effective_from, version->hash) != ERR_NONE) {
        arena_fail(work->arena);
        return DECIDED;
    }
    append_proposed(work, command, chain, version);
    definition_save(work, version);
    return definition_answer(work, command, version, checked.warnings, 200, outcome);
}

enum decision definition_propose(struct work *work, const struct command *command,
                                 struct outcome *outcome)
{
    const struct definition_propose_input *input = command->input;

    if (!setup_may(work, command, ROLE_SIGN | ROLE_ADMIN, outcome) ||
        !definition_has_author(work, command, outcome))
        return DECIDED;
    const struct definition_version *old =
        definition_for_command(work, input->term, input->version, outcome);
    if (old == NULL || !definition_may(work, command, old, DEFINITION_PROPOSE, outcome))
        return DECIDED;
    if (input->effective_from != INSTANT_NONE && input->effective_from < work->now)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/effective_from", "past",
                                 "It lies in the past; leave it out for the second signature");
    json_t *document = json_tree_read(work->arena, old->document, strlen(old->document), 0, NULL);
    if (document == NULL) {
        arena_fail(work->arena);
        return DECIDED;
    }
    enum decision decision = propose(work, command, old, document, outcome);
    json_decref(document);
    return decision;
}
