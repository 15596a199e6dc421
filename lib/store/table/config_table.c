#include "store/table/config_table.h"

#include "store/table/config_columns.h"
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

/* $1 workspace */
static const struct statement ROUTES_DELETE = {
    .name = "routes_delete",
    .sql = "DELETE FROM route WHERE workspace_id = $1",
};

static const struct statement ROUTES_INSERT = {
    .name = "routes_insert",
    .makes = STATEMENT_INSERTS,
    .of = &route_columns,
};

static const struct statement DEFINITION_SAVE = {
    .name = "definition_save",
    .makes = STATEMENT_SAVES,
    .of = &definition_columns,
    .tuples = 1,
};

static const struct statement SIGNATURE_INSERT = {
    .name = "signature_insert",
    .makes = STATEMENT_INSERTS,
    .of = &signature_columns,
    .tuples = 1,
};

static const struct statement ACKNOWLEDGEMENT_INSERT = {
    .name = "acknowledgement_insert",
    .makes = STATEMENT_ADDS,
    .of = &acknowledgement_columns,
    .tuples = 1,
};

static const struct statement SOURCE_SAVE = {
    .name = "source_save",
    .makes = STATEMENT_SAVES,
    .of = &source_columns,
    .tuples = 1,
};

const struct statement *const config_table_statements[] = {
    &TEAM_SAVE,        &MEMBER_SAVE,
    &KEY_SAVE,         &ROUTES_DELETE,
    &ROUTES_INSERT,    &DEFINITION_SAVE,
    &SIGNATURE_INSERT, &ACKNOWLEDGEMENT_INSERT,
    &SOURCE_SAVE,      NULL};

static void queue_row(struct pg *pg, struct arena *arena, const struct statement *statement,
                      struct uuid workspace, const void *row)
{
    columns_queue(pg, arena, statement, workspace, &row, 1);
}

/* All routes are replaced. */
static void queue_routes(struct pg *pg, struct arena *arena, struct uuid workspace,
                         const struct config_change *change)
{
    size_t count = change->routes.count;
    struct route_row *rows = ARENA_ARRAY(arena, struct route_row, count + 1);
    const void **list = ARENA_ARRAY(arena, const void *, count + 1);
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_queue(pg, &ROUTES_DELETE, &params);
    for (size_t i = 0; rows != NULL && list != NULL && i < count; i++) {
        rows[i] = (struct route_row){(int)i, change->routes.items[i]};
        list[i] = &rows[i];
    }
    if (rows != NULL && list != NULL)
        columns_queue(pg, arena, &ROUTES_INSERT, workspace, list, count);
}

static void queue_secret(struct pg *pg, struct arena *arena, struct keyring *keyring,
                         const struct seal_place *place, const char *secret)
{
    sealed_table_queue_save(pg, arena, keyring, place, secret, secret == NULL ? 0 : strlen(secret));
}

/* In the order of fields, which is the order in which a rotation of the sealing key locks them. */
static void queue_source_secrets(struct pg *pg, struct arena *arena, struct keyring *keyring,
                                 struct uuid workspace, const struct source *source)
{
    struct seal_place old = {workspace, source->id, SEALED_SOURCE_OLD_SECRET};
    struct seal_place now = {workspace, source->id, SEALED_SOURCE_SECRET};

    queue_secret(pg, arena, keyring, &old, source->old_secret);
    queue_secret(pg, arena, keyring, &now, source->secret);
}

void config_table_queue_change(struct pg *pg, struct arena *arena, struct keyring *keyring,
                               struct uuid workspace, const struct config_change *change)
{
    switch (change->kind) {
    case CHANGE_TEAM:
        queue_row(pg, arena, &TEAM_SAVE, workspace, change->team);
        break;
    case CHANGE_MEMBER:
        queue_row(pg, arena, &MEMBER_SAVE, workspace, change->member);
        break;
    case CHANGE_KEY:
        queue_row(pg, arena, &KEY_SAVE, workspace, change->key);
        break;
    case CHANGE_ROUTES:
        queue_routes(pg, arena, workspace, change);
        break;
    case CHANGE_DEFINITION:
        queue_row(pg, arena, &DEFINITION_SAVE, workspace, change->definition);
        break;
    case CHANGE_SIGNATURE:
        queue_row(pg, arena, &SIGNATURE_INSERT, workspace,
                  &(const struct signature_row){change->signature.term, change->signature.version,
                                                change->signature.side,
                                                change->signature.signature});
        break;
    case CHANGE_ACKNOWLEDGEMENT:
        queue_row(pg, arena, &ACKNOWLEDGEMENT_INSERT, workspace,
                  &(const struct acknowledgement_row){
                      change->acknowledgement.term, change->acknowledgement.version,
                      change->acknowledgement.member, change->acknowledgement.at});
        break;
    case CHANGE_SOURCE:
        queue_row(pg, arena, &SOURCE_SAVE, workspace, change->source.row);
        if (change->source.secrets)
            queue_source_secrets(pg, arena, keyring, workspace, change->source.row);
        break;
    }
}
