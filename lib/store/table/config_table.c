#include "store/table/config_table.h"

#include "store/table/block_table.h"
#include "store/table/config_columns.h"
#include "store/table/dealing_table.h"
#include "store/table/outbound_table.h"
#include "store/table/sealed_table.h"

#include <string.h>

static const struct statement TEAM_SAVE = {
    .name = "team_save",
    .makes = STATEMENT_SAVES,
    .of = &team_columns,
    .tuples = 1,
};

static const struct statement MEMBER_SAVE = {
    .name = "member_save",
    .makes = STATEMENT_SAVES,
    .of = &member_columns,
    .tuples = 1,
};

static const struct statement KEY_SAVE = {
    .name = "key_save",
    .makes = STATEMENT_SAVES,
    .of = &key_columns,
    .tuples = 1,
};

static const struct statement AGREEMENT_SAVE = {
    .name = "agreement_save",
    .makes = STATEMENT_SAVES,
    .of = &agreement_columns,
    .tuples = 1,
};

static const struct statement SIGNATURE_INSERT = {
    .name = "signature_insert",
    .makes = STATEMENT_INSERTS,
    .of = &signature_columns,
    .tuples = 1,
};

/* A signature rests on these back-tests, which are done: nothing else writes their rows any more.
 * $1 workspace, $2 their ids */
static const struct statement EVIDENCE_KEEP = {
    .name = "evidence_keep",
    .sql = "UPDATE background_job SET "
           "kept = true "
           "WHERE workspace_id = $1 "
           "AND job_id IN (SELECT value::uuid FROM json_array_elements_text($2::json))",
};

static const struct statement ACKNOWLEDGEMENT_INSERT = {
    .name = "acknowledgement_insert",
    .makes = STATEMENT_ADDS,
    .of = &acknowledgement_columns,
    .tuples = 1,
};

static const struct statement COMMENT_INSERT = {
    .name = "comment_insert",
    .makes = STATEMENT_INSERTS,
    .of = &comment_columns,
    .tuples = 1,
};

static const struct statement SOURCE_SAVE = {
    .name = "source_save",
    .makes = STATEMENT_SAVES,
    .of = &source_columns,
    .tuples = 1,
};

static const struct statement SUBSCRIPTION_SAVE = {
    .name = "subscription_save",
    .makes = STATEMENT_SAVES,
    .of = &subscription_columns,
    .tuples = 1,
};

static const struct statement STAGE_SAVE = {
    .name = "stage_save",
    .makes = STATEMENT_SAVES,
    .of = &stage_columns,
    .tuples = 1,
};

/* $1 workspace, $2 subscription */
static const struct statement SUBSCRIPTION_DELETE = {
    .name = "subscription_delete",
    .sql = "DELETE FROM subscription WHERE workspace_id = $1 AND subscription_id = $2",
};

/* After the head has moved: what was written together with it is not sent to it.
 * $1 workspace, $2 subscription */
static const struct statement SUBSCRIPTION_PLACE = {
    .name = "subscription_place",
    .sql = "UPDATE subscription SET made_pos = ("
           "  SELECT pos FROM workspace_head WHERE workspace_id = $1"
           ") "
           "WHERE workspace_id = $1 AND subscription_id = $2",
};

const struct statement *const config_table_statements[] = {&TEAM_SAVE,
                                                           &MEMBER_SAVE,
                                                           &KEY_SAVE,
                                                           &AGREEMENT_SAVE,
                                                           &SIGNATURE_INSERT,
                                                           &EVIDENCE_KEEP,
                                                           &ACKNOWLEDGEMENT_INSERT,
                                                           &COMMENT_INSERT,
                                                           &SOURCE_SAVE,
                                                           &SUBSCRIPTION_SAVE,
                                                           &SUBSCRIPTION_DELETE,
                                                           &SUBSCRIPTION_PLACE,
                                                           &STAGE_SAVE,
                                                           NULL};

static void queue_row(const struct pg_scope *scope, const struct statement *statement,
                      const void *row)
{
    columns_queue(scope, statement, &row, 1);
}

static void keep_evidence(const struct pg_scope *scope, const char *evidence)
{
    struct pg_params params;

    if (evidence == NULL)
        return;
    pg_scope_params(scope, &params);
    pg_params_json(&params, evidence, strlen(evidence));
    pg_queue(scope->pg, &EVIDENCE_KEEP, &params);
}

static void queue_secret(const struct pg_scope *scope, struct keyring *keyring,
                         const struct seal_place *place, const char *secret)
{
    sealed_table_queue_save(scope, keyring, place,
                            (struct seal_bytes){secret, secret == NULL ? 0 : strlen(secret)});
}

/* What was written for a subscription that is deleted goes with it. */
static void queue_subscription(const struct pg_scope *scope, struct keyring *keyring,
                               const struct config_change *change)
{
    const struct subscription *subscription = change->subscription.row;
    const struct seal_place secrets = {scope->workspace, subscription->id,
                                       SEALED_SUBSCRIPTION_SECRETS};

    if (change->subscription.ends || change->subscription.secrets)
        queue_secret(scope, keyring, &secrets,
                     change->subscription.ends ? NULL : subscription->secrets);
    if (change->subscription.ends) {
        pg_scope_queue_id(scope, &SUBSCRIPTION_DELETE, subscription->id);
        outbound_table_queue_end(scope, subscription->id);
        return;
    }
    queue_row(scope, &SUBSCRIPTION_SAVE, subscription);
    if (change->is_new)
        outbound_table_queue_begin(scope);
    else
        outbound_table_queue_wake(scope, subscription->id);
}

/* In the order of fields, which is the order in which a rotation of the sealing key locks them. */
static void queue_source_secrets(const struct pg_scope *scope, struct keyring *keyring,
                                 const struct source *source)
{
    struct seal_place fetch = {scope->workspace, source->id, SEALED_SOURCE_FETCH};
    struct seal_place old = {scope->workspace, source->id, SEALED_SOURCE_OLD_SECRET};
    struct seal_place now = {scope->workspace, source->id, SEALED_SOURCE_SECRET};

    queue_secret(scope, keyring, &fetch, source->fetch_secret);
    queue_secret(scope, keyring, &old, source->old_secret);
    queue_secret(scope, keyring, &now, source->secret);
}

void config_table_queue_change(const struct pg_scope *scope, struct keyring *keyring,
                               const struct config_change *change)
{
    switch (change->kind) {
    case CHANGE_TEAM:
        queue_row(scope, &TEAM_SAVE, change->team);
        if (change->deals)
            dealing_table_queue_begin(scope, change->team->id);
        break;
    case CHANGE_MEMBER:
        queue_row(scope, &MEMBER_SAVE, change->member);
        break;
    case CHANGE_KEY:
        queue_row(scope, &KEY_SAVE, change->key);
        break;
    case CHANGE_AGREEMENT:
        queue_row(scope, &AGREEMENT_SAVE, change->agreement);
        break;
    case CHANGE_SIGNATURE:
        queue_row(scope, &SIGNATURE_INSERT,
                  &(const struct signature_row){change->signature.kind, change->signature.version,
                                                change->signature.signature});
        keep_evidence(scope, change->signature.signature.evidence);
        break;
    case CHANGE_ACKNOWLEDGEMENT:
        queue_row(scope, &ACKNOWLEDGEMENT_INSERT,
                  &(const struct acknowledgement_row){
                      change->acknowledgement.kind, change->acknowledgement.version,
                      change->acknowledgement.member, change->acknowledgement.at});
        break;
    case CHANGE_COMMENT:
        queue_row(scope, &COMMENT_INSERT,
                  &(const struct comment_row){change->comment.kind, change->comment.version,
                                              change->comment.comment});
        break;
    case CHANGE_SUBSCRIPTION:
        queue_subscription(scope, keyring, change);
        break;
    case CHANGE_STAGE:
        queue_row(scope, &STAGE_SAVE, change->stage);
        break;
    case CHANGE_BLOCK:
        if (change->block.lifted)
            block_table_queue_lift(scope, change->block.row);
        else
            block_table_queue_add(scope, change->block.row);
        break;
    case CHANGE_SOURCE:
        queue_row(scope, &SOURCE_SAVE, change->source.row);
        if (change->source.secrets)
            queue_source_secrets(scope, keyring, change->source.row);
        break;
    }
}

void config_table_queue_placed(const struct pg_scope *scope, const struct config_change *change)
{
    if (change->kind == CHANGE_SUBSCRIPTION && change->is_new)
        pg_scope_queue_id(scope, &SUBSCRIPTION_PLACE, change->subscription.row->id);
}
