#include "core/agreement/agreement_change.h"

#include "base/json_tree.h"
#include "core/agreement/agreement_document.h"
#include "core/agreement/document_edit.h"
#include "core/agreement/shape_agreement.h"
#include "core/background_job.h"
#include "core/setup/quota.h"

#include <string.h>

/* ---- shared by all changes of agreements ---- */

const struct agreement_version *agreement_for_command(struct work *work, enum agreement_kind kind,
                                                      int version, struct outcome *outcome)
{
    const struct agreement_version *found = config_agreement(work->config, kind, version);

    if (found != NULL && found->state == AGREEMENT_DELETED)
        found = NULL;
    if (found == NULL)
        outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no version %d of %s", version,
                       agreement_kind_name(kind));
    return found;
}

static const char *const *action_names(struct work *work, unsigned actions, size_t *count)
{
    const char **names = ARENA_ARRAY(work->arena, const char *, AGREEMENT_ACTION_COUNT);

    *count = 0;
    for (int i = 0; names != NULL && i < AGREEMENT_ACTION_COUNT; i++)
        if (actions & 1u << i)
            names[(*count)++] = agreement_action_name((enum agreement_action)i);
    return names;
}

bool agreement_may(struct work *work, const struct command *command,
                   const struct agreement_version *version, enum agreement_action action,
                   struct outcome *outcome)
{
    unsigned actions = agreement_actions(work->config, version, &command->caller);

    if (agreement_state_allows(version->state, action))
        return true;
    outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                   "Version %d of %s is %s: it does not allow %s", version->version,
                   agreement_kind_name(version->kind), agreement_state_name(version->state),
                   agreement_action_name(action));
    outcome->problem.state = agreement_state_name(version->state);
    outcome->problem.allowed = action_names(work, actions, &outcome->problem.allowed_count);
    return false;
}

bool agreement_has_author(struct work *work, const struct command *command, struct outcome *outcome)
{
    if (uuid_is_nil(command->caller.key) || !uuid_is_nil(command->caller.member))
        return true;
    outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                   "Use a member's own key, or name the member in Baton-Actor");
    return false;
}

struct agreement_version *agreement_copy(struct work *work, const struct agreement_version *version)
{
    struct agreement_version *copy = ARENA_NEW(work->arena, struct agreement_version);

    if (copy != NULL)
        *copy = *version;
    return copy;
}

void agreement_save(struct work *work, const struct agreement_version *version)
{
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_AGREEMENT, .agreement = version});
}

struct json_out *agreement_body(struct work *work)
{
    return work_body(work);
}

/* What happens to a definition has had a name of its own before there were other agreements. */
static enum ledger_kind entry_kind(enum agreement_kind of, enum ledger_kind kind)
{
    bool shared = kind >= LEDGER_AGREEMENT_SUSPENDED;
    int apart = LEDGER_AGREEMENT_DRAFTED - LEDGER_DEFINITION_DRAFTED;

    return shared || agreement_is_definition(of) ? kind : (enum ledger_kind)((int)kind + apart);
}

void agreement_append(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                      struct actor actor, struct uuid team, const struct agreement_version *version)
{
    struct json_out *body = &work->scratch;

    json_out_member_text(body, agreement_is_definition(version->kind) ? "term" : "subject",
                         agreement_kind_name(version->kind));
    json_out_member_int(body, "version", version->version);
    if (chain != NULL)
        work_append_to(work, chain, entry_kind(version->kind, kind), actor, team);
}

bool agreement_supersede(struct work *work, const struct agreement_version *version,
                         const struct agreement_version *by, struct actor actor, struct uuid team)
{
    struct chain_row *chain = setup_chain(work, version->id);
    struct agreement_version *old = agreement_copy(work, version);

    if (chain == NULL)
        return false;
    if (old == NULL)
        return true;
    old->state = AGREEMENT_SUPERSEDED;
    old->superseded_at = work->now;
    struct json_out *body = agreement_body(work);
    json_out_member_int(body, "by_version", by->version);
    agreement_append(work, chain, LEDGER_DEFINITION_SUPERSEDED, actor, team, old);
    agreement_save(work, old);
    return true;
}

enum decision agreement_answer(struct work *work, const struct command *command,
                               const struct agreement_version *version,
                               const struct faults *warnings, int status, struct outcome *outcome)
{
    unsigned actions = agreement_actions(work->config, version, &command->caller);

    shape_agreement_version(work->config, version, warnings, actions, outcome_begin(work));
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

static struct checked check_document(struct work *work, enum agreement_kind kind,
                                     const json_t *document, const struct known_names *known,
                                     struct outcome *outcome)
{
    struct checked checked = {new_faults(work), false};
    struct faults *faults = new_faults(work);

    if (checked.warnings == NULL || faults == NULL)
        return checked;
    enum err err =
        agreement_document_check(kind, document, work->config, known, faults, checked.warnings);
    if (err != ERR_NONE)
        refuse_document(work, err, faults, outcome);
    checked.fine = err == ERR_NONE;
    return checked;
}

static const char *document_text(struct work *work, const json_t *document)
{
    struct json_out *out = outcome_begin(work);

    json_tree_write(document, out);
    return json_out_keep(out, work->arena, NULL);
}

static void write_document_hash(const struct agreement_version *version, struct json_out *body)
{
    uint8_t hash[DIGEST_BYTES];

    digest_sha256(&(struct digest_part){version->document, strlen(version->document)}, 1, hash);
    json_out_key(body, "document_hash");
    json_out_hex(body, hash, DIGEST_BYTES);
}

/* ---- draft ---- */

const struct agreement_version *agreement_make(struct work *work, const struct caller *caller,
                                               enum agreement_kind kind, int version,
                                               const json_t *document)
{
    struct agreement_version *draft = ARENA_NEW(work->arena, struct agreement_version);
    const char *text = document_text(work, document);

    if (draft == NULL || text == NULL)
        return NULL;
    *draft = (struct agreement_version){
        .id = work_new_id(work),
        .kind = kind,
        .version = version,
        .state = AGREEMENT_DRAFT,
        .document = text,
        .revision = 1,
        .effective_from = INSTANT_NONE,
        .in_force_from = INSTANT_NONE,
        .superseded_at = INSTANT_NONE,
        .created_by = caller->member,
        .created_at = work->now,
        .proposed_at = INSTANT_NONE,
        .declined_at = INSTANT_NONE,
        .suspended_at = INSTANT_NONE,
    };
    struct chain_row *chain = setup_new_chain(work, draft->id);
    write_document_hash(draft, agreement_body(work));
    agreement_append(work, chain, LEDGER_DEFINITION_DRAFTED, caller_actor(caller), caller->team,
                     draft);
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_AGREEMENT, .is_new = true, .agreement = draft});
    return draft;
}

/* The number of the next version, and how many drafts there are. */
static int next_version(const struct config *config, enum agreement_kind kind, int *drafts)
{
    int next = 1;

    *drafts = 0;
    for (size_t i = 0; i < config->agreement_count; i++) {
        const struct agreement_version *version = &config->agreements[i];
        if (version->kind != kind)
            continue;
        if (version->version >= next)
            next = version->version + 1;
        *drafts += version->state == AGREEMENT_DRAFT;
    }
    return next;
}

/* Drafts bind nobody, so whoever signs or administers on either side writes them. */
static bool may_write(struct work *work, const struct command *command, struct outcome *outcome)
{
    return setup_may(work, command, ROLE_SIGN | ROLE_ADMIN, outcome) &&
           agreement_has_author(work, command, outcome);
}

static const char *agreement_path(struct arena *arena, enum agreement_kind kind, int version)
{
    return arena_printf(arena, "/v1/%s%s/versions/%d",
                        agreement_is_definition(kind) ? "definitions/" : "",
                        agreement_kind_name(kind), version);
}

/* Of a caller who may write. */
static enum decision draft(struct work *work, const struct command *command,
                           const struct agreement_draft_input *input, struct outcome *outcome)
{
    int drafts;
    int next = next_version(work->config, input->kind, &drafts);

    if (next > VERSIONS_MAX || drafts >= quota_limit(QUOTA_DRAFTS))
        return outcome_refuse(work, outcome, ERR_LIMIT_REACHED,
                              "There are at most %d versions of it, and %lld drafts at a time",
                              VERSIONS_MAX, (long long)quota_limit(QUOTA_DRAFTS));
    struct checked checked =
        check_document(work, input->kind, input->document, input->known, outcome);
    if (!checked.fine)
        return DECIDED;
    const struct agreement_version *made =
        agreement_make(work, &command->caller, input->kind, next, input->document);
    if (made == NULL)
        return DECIDED;
    outcome->location = agreement_path(work->arena, made->kind, made->version);
    return agreement_answer(work, command, made, checked.warnings, 201, outcome);
}

enum decision agreement_draft(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    return may_write(work, command, outcome) ? draft(work, command, command->input, outcome)
                                             : DECIDED;
}

/* ---- replace ---- */

/* The tag is that of the stored text, which json_tree_write made. */
static bool tag_fits(struct work *work, const struct agreement_version *version,
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

enum decision agreement_replace(struct work *work, const struct command *command,
                                struct outcome *outcome)
{
    const struct agreement_replace_input *input = command->input;

    if (!may_write(work, command, outcome))
        return DECIDED;
    const struct agreement_version *old =
        agreement_for_command(work, input->kind, input->version, outcome);
    if (old == NULL || !agreement_may(work, command, old, AGREEMENT_REPLACE, outcome) ||
        !tag_fits(work, old, input->if_match, outcome))
        return DECIDED;
    struct checked checked =
        check_document(work, input->kind, input->document, input->known, outcome);
    if (!checked.fine)
        return DECIDED;
    struct chain_row *chain = setup_chain(work, old->id);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct agreement_version *draft = agreement_copy(work, old);
    if (draft == NULL || (draft->document = document_text(work, input->document)) == NULL)
        return DECIDED;
    draft->revision++;
    write_document_hash(draft, agreement_body(work));
    agreement_append(work, chain, LEDGER_DEFINITION_EDITED, caller_actor(&command->caller),
                     command->caller.team, draft);
    agreement_save(work, draft);
    return agreement_answer(work, command, draft, checked.warnings, 200, outcome);
}

/* ---- propose ---- */

/* At most one version of a kind waits for signatures. */
static bool supersede_proposed(struct work *work, const struct command *command,
                               const struct agreement_version *by)
{
    bool loaded = true;

    for (size_t i = 0; i < work->config->agreement_count; i++) {
        const struct agreement_version *version = &work->config->agreements[i];
        if (version->kind == by->kind && version->state == AGREEMENT_PROPOSED)
            loaded = agreement_supersede(work, version, by, caller_actor(&command->caller),
                                         command->caller.team) &&
                     loaded;
    }
    return loaded;
}

static void append_proposed(struct work *work, const struct command *command,
                            struct chain_row *chain, const struct agreement_version *version)
{
    struct json_out *body = agreement_body(work);

    if (version->effective_from != INSTANT_NONE)
        json_out_member_int(body, "effective_from", version->effective_from);
    json_out_key(body, "hash");
    json_out_hex(body, version->hash, DIGEST_BYTES);
    agreement_append(work, chain, LEDGER_DEFINITION_PROPOSED, caller_actor(&command->caller),
                     command->caller.team, version);
}

static enum decision propose(struct work *work, const struct command *command,
                             const struct agreement_version *old, const json_t *document,
                             struct outcome *outcome)
{
    const struct agreement_propose_input *input = command->input;
    struct checked checked = check_document(work, old->kind, document, input->known, outcome);
    struct chain_row *chain = setup_chain(work, old->id);
    struct agreement_version *version = agreement_copy(work, old);

    if (!checked.fine || version == NULL)
        return DECIDED;
    if (chain == NULL || !supersede_proposed(work, command, version))
        return DECIDE_AGAIN;
    version->state = AGREEMENT_PROPOSED;
    version->effective_from = input->effective_from;
    version->proposed_by = command->caller.member;
    version->proposed_at = work->now;
    version->signers = agreement_document_signers(document, work->arena);
    if (definition_hash(document, version->effective_from, version->hash) != ERR_NONE) {
        arena_fail(work->arena);
        return DECIDED;
    }
    append_proposed(work, command, chain, version);
    agreement_save(work, version);
    return agreement_answer(work, command, version, checked.warnings, 200, outcome);
}

enum decision agreement_propose(struct work *work, const struct command *command,
                                struct outcome *outcome)
{
    const struct agreement_propose_input *input = command->input;

    if (!may_write(work, command, outcome))
        return DECIDED;
    const struct agreement_version *old =
        agreement_for_command(work, input->kind, input->version, outcome);
    if (old == NULL || !agreement_may(work, command, old, AGREEMENT_PROPOSE, outcome))
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

/* ---- delete ---- */

static enum decision answer_deleted(struct work *work, const struct agreement_version *version,
                                    struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_member_text(out, "subject", agreement_kind_name(version->kind));
    json_out_member_int(out, "version", version->version);
    json_out_member_text(out, "state", agreement_state_name(version->state));
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}

enum decision agreement_delete(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    const struct agreement_delete_input *input = command->input;

    if (!may_write(work, command, outcome))
        return DECIDED;
    const struct agreement_version *old =
        agreement_for_command(work, input->kind, input->version, outcome);
    if (old == NULL || !agreement_may(work, command, old, AGREEMENT_DELETE, outcome))
        return DECIDED;
    if (agreement_is_the_others(work->config, old, &command->caller))
        return outcome_refuse(work, outcome, ERR_OTHER_SIDE,
                              "This draft is the other side's: whoever wrote it deletes it");
    struct chain_row *chain = setup_chain(work, old->id);
    struct agreement_version *version = agreement_copy(work, old);
    if (chain == NULL)
        return DECIDE_AGAIN;
    if (version == NULL)
        return DECIDED;
    version->state = AGREEMENT_DELETED;
    version->document = "{}";
    agreement_body(work);
    agreement_append(work, chain, LEDGER_AGREEMENT_DELETED, caller_actor(&command->caller),
                     command->caller.team, version);
    agreement_save(work, version);
    return answer_deleted(work, version, outcome);
}

/* ---- comment ---- */

/* What people say stays out of the ledger; that they said it, and of what, does not. */
static bool add_comment(struct work *work, const struct command *command,
                        struct agreement_version *version)
{
    const struct agreement_comment_input *input = command->input;
    size_t count = version->comment_count;
    struct agreement_comment *all = ARENA_ARRAY(work->arena, struct agreement_comment, count + 1);

    if (all == NULL)
        return false;
    if (count > 0)
        memcpy(all, version->comments, count * sizeof *all);
    all[count] = (struct agreement_comment){
        .id = work_new_id(work),
        .member = command->caller.member,
        .criterion = input->criterion,
        .backtest = input->backtest,
        .text = input->text,
        .at = work->now,
        .asks_for_changes = input->asks_for_changes,
        .edits = input->edits == NULL ? NULL : document_text(work, input->edits),
    };
    version->comments = all;
    version->comment_count++;
    return work_add(
        work, KIND_CONFIG_CHANGE,
        &(struct config_change){.kind = CHANGE_COMMENT,
                                .is_new = true,
                                .comment = {version->kind, version->version, all[count]}});
}

static bool has_criterion(struct work *work, const struct agreement_version *version,
                          const char *id)
{
    json_t *document =
        json_tree_read(work->arena, version->document, strlen(version->document), 0, NULL);
    const json_t *criteria = json_object_get(document, "criteria");
    bool found = false;

    for (size_t i = 0; i < json_array_size(criteria); i++) {
        const json_t *of = json_object_get(json_array_get(criteria, i), "id");
        found = found || (json_is_string(of) && strcmp(json_string_value(of), id) == 0);
    }
    json_decref(document);
    return found;
}

static enum find find_backtest(struct work *work, struct uuid id, bool *is_one)
{
    enum find found;
    const struct background_job *job = work_find(work, KIND_BACKGROUND, &id, &found);

    *is_one = job != NULL && job->kind == BACKGROUND_BACKTEST;
    return found;
}

/* The version's document with these edits; NULL: they do not fit, or memory is short. The caller
 * decrefs it. */
static json_t *edited(struct work *work, json_t *document, const json_t *edits, const char *pointer,
                      struct outcome *outcome)
{
    struct faults *faults = new_faults(work);

    if (faults == NULL || document == NULL) {
        arena_fail(work->arena);
        json_decref(document);
        return NULL;
    }
    if (document_edit(document, edits, pointer, faults))
        return document;
    json_decref(document);
    outcome_refuse(work, outcome, ERR_INVALID_VALUE,
                   "The edits do not fit the document; see errors");
    outcome->problem.faults = faults;
    return NULL;
}

static json_t *document_of(struct work *work, const struct agreement_version *version)
{
    return json_tree_read(work->arena, version->document, strlen(version->document), 0, NULL);
}

/* Edits that make no sound document help nobody: each fault is reported at once. */
static bool edits_are_sound(struct work *work, const struct agreement_version *version,
                            const json_t *edits, struct outcome *outcome)
{
    json_t *document = edited(work, document_of(work, version), edits, "/edits", outcome);
    bool fine =
        document != NULL && check_document(work, version->kind, document, NULL, outcome).fine;

    json_decref(document);
    return fine;
}

/* What it asks for beside its words. */
static bool may_suggest(struct work *work, const struct command *command,
                        const struct agreement_version *version, struct outcome *outcome)
{
    const struct agreement_comment_input *input = command->input;
    enum side side;

    if (input->asks_for_changes) {
        if (!agreement_may(work, command, version, AGREEMENT_DECLINE, outcome))
            return false;
        enum signer signer =
            agreement_stepper(work->config, version, &command->caller, AGREEMENT_DECLINE, &side);
        if (signer != SIGNER_MAY) {
            outcome_refuse(work, outcome, signer_error(signer), "%s", signer_detail(signer));
            return false;
        }
    }
    return input->edits == NULL || edits_are_sound(work, version, input->edits, outcome);
}

enum decision agreement_comment(struct work *work, const struct command *command,
                                struct outcome *outcome)
{
    const struct agreement_comment_input *input = command->input;

    if (!setup_may(work, command, ROLE_WORK | ROLE_SIGN | ROLE_ADMIN, outcome))
        return DECIDED;
    if (config_member(work->config, command->caller.member) == NULL)
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Use a member's own key, or name the member in Baton-Actor");
    const struct agreement_version *old =
        agreement_for_command(work, input->kind, input->version, outcome);
    if (old == NULL || !agreement_may(work, command, old, AGREEMENT_COMMENT, outcome))
        return DECIDED;
    if (old->comment_count >= COMMENTS_MAX)
        return outcome_refuse(work, outcome, ERR_LIMIT_REACHED, "A version has at most %d comments",
                              COMMENTS_MAX);
    if (input->criterion != NULL && !has_criterion(work, old, input->criterion))
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/criterion",
                                 "unknown_criterion", "This version has no such criterion");
    bool is_backtest = uuid_is_nil(input->backtest);
    if (!is_backtest && find_backtest(work, input->backtest, &is_backtest) == FIND_NEEDED)
        return DECIDE_AGAIN;
    if (!is_backtest)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/backtest", "unknown_backtest",
                                 "There is no back-test with this id");
    if (!may_suggest(work, command, old, outcome))
        return DECIDED;
    struct chain_row *chain = setup_chain(work, old->id);
    struct agreement_version *version = agreement_copy(work, old);
    if (chain == NULL)
        return DECIDE_AGAIN;
    if (version == NULL || !add_comment(work, command, version))
        return DECIDED;
    struct json_out *body = agreement_body(work);
    if (input->asks_for_changes)
        json_out_member_int(body, "asks_for_changes", 1);
    if (!uuid_is_nil(input->backtest))
        json_out_member_uuid(body, "backtest", input->backtest);
    json_out_member_uuid(body, "comment", version->comments[version->comment_count - 1].id);
    if (input->criterion != NULL)
        json_out_member_text(body, "criterion", input->criterion);
    agreement_append(work, chain, LEDGER_AGREEMENT_COMMENTED, caller_actor(&command->caller),
                     command->caller.team, version);
    return agreement_answer(work, command, version, NULL, 200, outcome);
}

/* ---- a draft of what comments suggest ---- */

static const struct agreement_comment *comment_of(const struct agreement_version *version,
                                                  struct uuid id)
{
    for (size_t i = 0; i < version->comment_count; i++)
        if (uuid_equal(version->comments[i].id, id))
            return &version->comments[i];
    return NULL;
}

/* NULL: it is refused, or memory is short. */
static json_t *take_edits(struct work *work, const struct agreement_version *version,
                          const struct agreement_edits_input *input, struct outcome *outcome)
{
    json_t *document = document_of(work, version);

    for (size_t i = 0; document != NULL && i < input->comment_count; i++) {
        const struct agreement_comment *comment = comment_of(version, input->comments[i]);
        const char *pointer = arena_printf(work->arena, "/comments/%zu", i);
        if (comment == NULL || comment->edits == NULL) {
            json_decref(document);
            outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, pointer, "no_edits",
                              "No comment on this version with this id suggests edits");
            return NULL;
        }
        json_t *edits =
            json_tree_read(work->arena, comment->edits, strlen(comment->edits), 0, NULL);
        document = edited(work, document, edits, pointer, outcome);
        json_decref(edits);
    }
    return document;
}

enum decision agreement_take_edits(struct work *work, const struct command *command,
                                   struct outcome *outcome)
{
    const struct agreement_edits_input *input = command->input;

    if (!may_write(work, command, outcome))
        return DECIDED;
    const struct agreement_version *version =
        agreement_for_command(work, input->kind, input->version, outcome);
    json_t *document = version == NULL ? NULL : take_edits(work, version, input, outcome);
    if (document == NULL)
        return DECIDED;
    enum decision decision =
        draft(work, command,
              &(struct agreement_draft_input){.kind = input->kind, .document = document}, outcome);
    json_decref(document);
    return decision;
}
