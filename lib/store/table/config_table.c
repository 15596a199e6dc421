#include "store/table/config_table.h"

#include "store/table/sealed_table.h"

#include <string.h>

static void begin_row(struct pg_params *params, struct arena *arena, struct uuid workspace)
{
    pg_params_init(params, arena);
    pg_params_uuid(params, workspace);
}

static const struct statement TEAM_SAVE = {
    .name = "team_save",
    .sql = "INSERT INTO team (workspace_id, team_id, name, title, function, active, created_at) "
           "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (workspace_id, team_id) DO UPDATE "
           "SET title = excluded.title, active = excluded.active",
};

static void queue_team(struct pg *pg, struct pg_params *p, const struct team *team)
{
    pg_params_uuid(p, team->id);
    pg_params_text(p, team->name);
    pg_params_text(p, team->title);
    pg_params_text(p, team_function_name(team->function));
    pg_params_bool(p, team->active);
    pg_params_instant(p, team->created_at);
    pg_queue(pg, &TEAM_SAVE, p);
}

static const struct statement MEMBER_SAVE = {
    .name = "member_save",
    .sql = "INSERT INTO member (workspace_id, member_id, team_id, name, email, external_source, "
           "external_id, active, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
           "ON CONFLICT (workspace_id, member_id) DO UPDATE SET team_id = excluded.team_id, "
           "name = excluded.name, email = excluded.email, "
           "external_source = excluded.external_source, external_id = excluded.external_id, "
           "active = excluded.active",
};

static void queue_member(struct pg *pg, struct pg_params *p, const struct member *member)
{
    pg_params_uuid(p, member->id);
    pg_params_uuid(p, member->team);
    pg_params_text(p, member->name);
    pg_params_text(p, member->email);
    pg_params_text(p, member->external_source);
    pg_params_text(p, member->external_id);
    pg_params_bool(p, member->active);
    pg_params_instant(p, member->created_at);
    pg_queue(pg, &MEMBER_SAVE, p);
}

static void put_actor(struct pg_params *p, struct actor actor)
{
    pg_params_int2(p, (int16_t)actor.kind);
    pg_params_uuid(p, actor.id);
}

static const struct statement KEY_SAVE = {
    .name = "key_save",
    .sql = "INSERT INTO api_key (workspace_id, key_id, team_id, member_id, title, roles, "
           "secret_hash, made_by_kind, made_by, created_at, revoked_at) "
           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
           "ON CONFLICT (workspace_id, key_id) DO UPDATE SET revoked_at = excluded.revoked_at",
};

static void queue_key(struct pg *pg, struct pg_params *p, const struct api_key *key)
{
    pg_params_uuid(p, key->id);
    pg_params_uuid(p, key->team);
    pg_params_uuid(p, key->member);
    pg_params_text(p, key->title);
    pg_params_int4(p, (int32_t)key->roles);
    pg_params_bytea(p, key->secret_hash, DIGEST_BYTES);
    put_actor(p, key->made_by);
    pg_params_instant(p, key->created_at);
    pg_params_instant(p, key->revoked_at);
    pg_queue(pg, &KEY_SAVE, p);
}

static const struct statement ROUTES_DELETE = {
    .name = "routes_delete",
    .sql = "DELETE FROM route WHERE workspace_id = $1",
};

static const struct statement ROUTES_INSERT = {
    .name = "routes_insert",
    .sql = "INSERT INTO route (workspace_id, ordinal, from_team, to_team, gate, automatic) "
           "SELECT h.workspace_id, u.* FROM workspace_head h, unnest($2::int4[], $3::uuid[], "
           "$4::uuid[], $5::text[], $6::bool[]) u WHERE h.workspace_id = $1",
};

static void queue_routes(struct pg *pg, struct arena *arena, struct pg_params *p,
                         const struct config_change *change)
{
    struct pg_array ordinals, from, to, gates, automatic;

    pg_queue(pg, &ROUTES_DELETE, p);
    pg_array_begin(&ordinals, arena, PG_INT4, change->routes.count);
    pg_array_begin(&from, arena, PG_UUID, change->routes.count);
    pg_array_begin(&to, arena, PG_UUID, change->routes.count);
    pg_array_begin(&gates, arena, PG_TEXT, change->routes.count);
    pg_array_begin(&automatic, arena, PG_BOOL, change->routes.count);
    for (size_t i = 0; i < change->routes.count; i++) {
        const struct route_rule *route = &change->routes.items[i];
        pg_array_int4(&ordinals, (int32_t)i);
        pg_array_uuid(&from, route->from_team);
        pg_array_uuid(&to, route->to_team);
        pg_array_text(&gates, route->gated ? term_name(route->gate) : NULL);
        pg_array_bool(&automatic, route->automatic);
    }
    pg_params_array(p, &ordinals);
    pg_params_array(p, &from);
    pg_params_array(p, &to);
    pg_params_array(p, &gates);
    pg_params_array(p, &automatic);
    pg_queue(pg, &ROUTES_INSERT, p);
}

static const struct statement DEFINITION_SAVE = {
    .name = "definition_save",
    .sql = "INSERT INTO definition (workspace_id, definition_id, term, version, state, document, "
           "revision, hash, effective_from, in_force_from, superseded_at, created_by, "
           "created_at, proposed_by, proposed_at, declined_by, declined_at, decline_reason) "
           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
           "$18) ON CONFLICT (workspace_id, term, version) DO UPDATE SET "
           "state = excluded.state, document = excluded.document, revision = excluded.revision, "
           "hash = excluded.hash, effective_from = excluded.effective_from, "
           "in_force_from = excluded.in_force_from, superseded_at = excluded.superseded_at, "
           "proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at, "
           "declined_by = excluded.declined_by, declined_at = excluded.declined_at, "
           "decline_reason = excluded.decline_reason",
};

static void queue_definition(struct pg *pg, struct pg_params *p,
                             const struct definition_version *version)
{
    bool hashed = version->state != DEFINITION_DRAFT;

    pg_params_uuid(p, version->id);
    pg_params_text(p, term_name(version->term));
    pg_params_int4(p, version->version);
    pg_params_text(p, definition_state_name(version->state));
    pg_params_text(p, version->document);
    pg_params_int4(p, version->revision);
    pg_params_bytea(p, hashed ? version->hash : NULL, hashed ? DIGEST_BYTES : 0);
    pg_params_instant(p, version->effective_from);
    pg_params_instant(p, version->in_force_from);
    pg_params_instant(p, version->superseded_at);
    pg_params_uuid(p, version->created_by);
    pg_params_instant(p, version->created_at);
    pg_params_uuid(p, version->proposed_by);
    pg_params_instant(p, version->proposed_at);
    pg_params_uuid(p, version->declined_by);
    pg_params_instant(p, version->declined_at);
    pg_params_text(p, version->decline_reason);
    pg_queue(pg, &DEFINITION_SAVE, p);
}

static const struct statement SIGNATURE_INSERT = {
    .name = "signature_insert",
    .sql = "INSERT INTO definition_signature (workspace_id, term, version, side, member_id, "
           "key_id, key_made_by_kind, key_made_by, hash, signed_at) "
           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
};

static void queue_signature(struct pg *pg, struct pg_params *p, const struct config_change *change)
{
    const struct signature *signature = &change->signature.signature;

    pg_params_text(p, term_name(change->signature.term));
    pg_params_int4(p, change->signature.version);
    pg_params_text(p, change->signature.side == SIDE_SALES ? "sales" : "marketing");
    pg_params_uuid(p, signature->member);
    pg_params_uuid(p, signature->key);
    put_actor(p, signature->key_made_by);
    pg_params_bytea(p, signature->hash, DIGEST_BYTES);
    pg_params_instant(p, signature->signed_at);
    pg_queue(pg, &SIGNATURE_INSERT, p);
}

static const struct statement ACKNOWLEDGEMENT_INSERT = {
    .name = "acknowledgement_insert",
    .sql = "INSERT INTO definition_acknowledgement (workspace_id, term, version, member_id, "
           "acknowledged_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
};

static void queue_acknowledgement(struct pg *pg, struct pg_params *p,
                                  const struct config_change *change)
{
    pg_params_text(p, term_name(change->acknowledgement.term));
    pg_params_int4(p, change->acknowledgement.version);
    pg_params_uuid(p, change->acknowledgement.member);
    pg_params_instant(p, change->acknowledgement.at);
    pg_queue(pg, &ACKNOWLEDGEMENT_INSERT, p);
}

static const struct statement SOURCE_SAVE = {
    .name = "source_save",
    .sql = "INSERT INTO source (workspace_id, source_id, name, team_id, auth, mapping, active, "
           "revision, created_at, secret_since, old_secret_until) "
           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
           "ON CONFLICT (workspace_id, source_id) DO UPDATE SET team_id = excluded.team_id, "
           "auth = excluded.auth, mapping = excluded.mapping, active = excluded.active, "
           "revision = excluded.revision, secret_since = excluded.secret_since, "
           "old_secret_until = excluded.old_secret_until",
};

static void queue_source(struct pg *pg, struct pg_params *p, const struct source *source)
{
    pg_params_uuid(p, source->id);
    pg_params_text(p, source->name);
    pg_params_uuid(p, source->team);
    pg_params_json(p, source->auth, strlen(source->auth));
    pg_params_json(p, source->mapping, strlen(source->mapping));
    pg_params_bool(p, source->active);
    pg_params_int4(p, source->revision);
    pg_params_instant(p, source->created_at);
    pg_params_instant(p, source->secret_since);
    pg_params_instant(p, source->old_until);
    pg_queue(pg, &SOURCE_SAVE, p);
}

static void queue_secret(struct pg *pg, struct arena *arena, struct keyring *keyring,
                         const struct seal_place *place, const char *secret)
{
    sealed_table_queue_save(pg, arena, keyring, place, secret, secret == NULL ? 0 : strlen(secret));
}

/* By field, as whoever seals them anew locks them. */
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
    struct pg_params params;

    begin_row(&params, arena, workspace);
    switch (change->kind) {
    case CHANGE_TEAM:
        queue_team(pg, &params, change->team);
        break;
    case CHANGE_MEMBER:
        queue_member(pg, &params, change->member);
        break;
    case CHANGE_KEY:
        queue_key(pg, &params, change->key);
        break;
    case CHANGE_ROUTES:
        queue_routes(pg, arena, &params, change);
        break;
    case CHANGE_DEFINITION:
        queue_definition(pg, &params, change->definition);
        break;
    case CHANGE_SIGNATURE:
        queue_signature(pg, &params, change);
        break;
    case CHANGE_ACKNOWLEDGEMENT:
        queue_acknowledgement(pg, &params, change);
        break;
    case CHANGE_SOURCE:
        queue_source(pg, &params, change->source.row);
        if (change->source.secrets)
            queue_source_secrets(pg, arena, keyring, workspace, change->source.row);
        break;
    }
}

const struct statement *const config_table_statements[] = {
    &TEAM_SAVE,        &MEMBER_SAVE,
    &KEY_SAVE,         &ROUTES_DELETE,
    &ROUTES_INSERT,    &DEFINITION_SAVE,
    &SIGNATURE_INSERT, &ACKNOWLEDGEMENT_INSERT,
    &SOURCE_SAVE,      NULL};
