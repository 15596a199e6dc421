#include "store/table/config_read.h"

#include "base/defect.h"
#include "base/shortage.h"
#include "core/intake/mapping.h"
#include "store/table/sealed_table.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A snapshot and its memory; config comes first, so that a config is a snapshot. */
struct snapshot {
    struct config config;
    struct arena *arena;
    struct pg *pg; /* while it is read; so is keyring */
    struct keyring *keyring;
    bool opened; /* the workspace's own secret */
};

static void copy_bytes(const struct pg_result *result, int row, int column, uint8_t *out,
                       size_t size)
{
    size_t len;
    const uint8_t *bytes = pg_get_bytea(result, row, column, &len);

    if (bytes != NULL && len == size)
        memcpy(out, bytes, size);
}

static struct actor read_actor(const struct pg_result *result, int row, int column)
{
    return (struct actor){(enum actor_kind)pg_get_int4(result, row, column),
                          pg_get_uuid(result, row, column + 1)};
}

static const struct statement CONFIG_TEAMS = {
    .name = "config_teams",
    .sql = "SELECT team_id, name, title, function, active, created_at FROM team "
           "WHERE workspace_id = $1 ORDER BY created_at, team_id",
};

static bool read_teams(struct snapshot *s, const struct pg_result *result)
{
    size_t count = (size_t)pg_rows(result);
    struct team *teams = ARENA_ARRAY(s->arena, struct team, count + 1);

    for (size_t i = 0; teams != NULL && i < count; i++) {
        teams[i].id = pg_get_uuid(result, (int)i, 0);
        teams[i].name = pg_copy_text(result, (int)i, 1, s->arena);
        teams[i].title = pg_copy_text(result, (int)i, 2, s->arena);
        if (!team_function_parse(pg_get_text(result, (int)i, 3, NULL), &teams[i].function))
            return false;
        teams[i].active = pg_get_bool(result, (int)i, 4);
        teams[i].created_at = pg_get_instant(result, (int)i, 5);
    }
    s->config.teams = teams;
    s->config.team_count = count;
    return teams != NULL;
}

static const struct statement CONFIG_MEMBERS = {
    .name = "config_members",
    .sql = "SELECT member_id, team_id, name, email, external_source, external_id, active, "
           "created_at FROM member WHERE workspace_id = $1 ORDER BY created_at, member_id",
};

static bool read_members(struct snapshot *s, const struct pg_result *result)
{
    size_t count = (size_t)pg_rows(result);
    struct member *members = ARENA_ARRAY(s->arena, struct member, count + 1);

    for (size_t i = 0; members != NULL && i < count; i++) {
        members[i].id = pg_get_uuid(result, (int)i, 0);
        members[i].team = pg_get_uuid(result, (int)i, 1);
        members[i].name = pg_copy_text(result, (int)i, 2, s->arena);
        members[i].email = pg_copy_text(result, (int)i, 3, s->arena);
        members[i].external_source = pg_copy_text(result, (int)i, 4, s->arena);
        members[i].external_id = pg_copy_text(result, (int)i, 5, s->arena);
        members[i].active = pg_get_bool(result, (int)i, 6);
        members[i].created_at = pg_get_instant(result, (int)i, 7);
    }
    s->config.members = members;
    s->config.member_count = count;
    return members != NULL;
}

static const struct statement CONFIG_KEYS = {
    .name = "config_keys",
    .sql = "SELECT key_id, team_id, member_id, title, roles, secret_hash, made_by_kind, made_by, "
           "created_at, revoked_at FROM api_key WHERE workspace_id = $1 "
           "ORDER BY created_at, key_id",
};

static bool read_keys(struct snapshot *s, const struct pg_result *result)
{
    size_t count = (size_t)pg_rows(result);
    struct api_key *keys = ARENA_ARRAY(s->arena, struct api_key, count + 1);

    for (size_t i = 0; keys != NULL && i < count; i++) {
        keys[i].id = pg_get_uuid(result, (int)i, 0);
        keys[i].team = pg_get_uuid(result, (int)i, 1);
        keys[i].member = pg_get_uuid(result, (int)i, 2);
        keys[i].title = pg_copy_text(result, (int)i, 3, s->arena);
        keys[i].roles = (unsigned)pg_get_int4(result, (int)i, 4);
        copy_bytes(result, (int)i, 5, keys[i].secret_hash, DIGEST_BYTES);
        keys[i].made_by = read_actor(result, (int)i, 6);
        keys[i].created_at = pg_get_instant(result, (int)i, 8);
        keys[i].revoked_at = pg_get_instant(result, (int)i, 9);
    }
    s->config.keys = keys;
    s->config.key_count = count;
    return keys != NULL;
}

static const struct statement CONFIG_ROUTES = {
    .name = "config_routes",
    .sql = "SELECT from_team, to_team, gate, automatic FROM route WHERE workspace_id = $1 "
           "ORDER BY ordinal",
};

static bool read_routes(struct snapshot *s, const struct pg_result *result)
{
    size_t count = (size_t)pg_rows(result);
    struct route_rule *routes = ARENA_ARRAY(s->arena, struct route_rule, count + 1);

    for (size_t i = 0; routes != NULL && i < count; i++) {
        const char *gate = pg_get_text(result, (int)i, 2, NULL);
        routes[i].from_team = pg_get_uuid(result, (int)i, 0);
        routes[i].to_team = pg_get_uuid(result, (int)i, 1);
        routes[i].gated = gate != NULL;
        if (gate != NULL && !term_parse(gate, &routes[i].gate))
            return false;
        routes[i].automatic = pg_get_bool(result, (int)i, 3);
    }
    s->config.routes = routes;
    s->config.route_count = count;
    return routes != NULL;
}

/* A draft may be wrong still; what was proposed compiled then and compiles now. */
static bool compile(struct definition_version *version)
{
    struct definition *compiled = NULL;

    if (version->state == DEFINITION_DRAFT)
        return true;
    json_t *document = json_loads(version->document, 0, NULL);
    enum err err =
        document == NULL ? ERR_INTERNAL : definition_compile(document, NULL, NULL, &compiled);
    json_decref(document);
    version->compiled = compiled;
    return err == ERR_NONE;
}

static bool read_definition(struct snapshot *s, const struct pg_result *result, int row,
                            struct definition_version *out)
{
    out->id = pg_get_uuid(result, row, 0);
    if (!term_parse(pg_get_text(result, row, 1, NULL), &out->term) ||
        !definition_state_parse(pg_get_text(result, row, 3, NULL), &out->state))
        return false;
    out->version = pg_get_int4(result, row, 2);
    out->document = pg_copy_text(result, row, 4, s->arena);
    out->revision = pg_get_int4(result, row, 5);
    copy_bytes(result, row, 6, out->hash, DIGEST_BYTES);
    out->effective_from = pg_get_instant(result, row, 7);
    out->in_force_from = pg_get_instant(result, row, 8);
    out->superseded_at = pg_get_instant(result, row, 9);
    out->created_by = pg_get_uuid(result, row, 10);
    out->created_at = pg_get_instant(result, row, 11);
    out->proposed_by = pg_get_uuid(result, row, 12);
    out->proposed_at = pg_get_instant(result, row, 13);
    out->declined_by = pg_get_uuid(result, row, 14);
    out->declined_at = pg_get_instant(result, row, 15);
    out->decline_reason = pg_copy_text(result, row, 16, s->arena);
    return out->document != NULL && compile(out);
}

static const struct statement CONFIG_DEFINITIONS = {
    .name = "config_definitions",
    .sql = "SELECT definition_id, term, version, state, document, revision, hash, "
           "effective_from, in_force_from, superseded_at, created_by, created_at, proposed_by, "
           "proposed_at, declined_by, declined_at, decline_reason FROM definition "
           "WHERE workspace_id = $1 ORDER BY term, version",
};

static bool read_definitions(struct snapshot *s, const struct pg_result *result)
{
    size_t count = (size_t)pg_rows(result);
    struct definition_version *versions =
        ARENA_ARRAY(s->arena, struct definition_version, count + 1);

    if (versions == NULL)
        return false;
    s->config.definitions = versions;
    s->config.definition_count = count;
    for (size_t i = 0; i < count; i++) {
        if (!read_definition(s, result, (int)i, &versions[i]))
            return false;
        bool first = versions[i].version == 1;
        if (DEFECT(definition_stale) ? first : versions[i].state == DEFINITION_IN_FORCE)
            s->config.in_force[versions[i].term] = &versions[i];
    }
    return true;
}

static struct definition_version *version_of(struct snapshot *s, const struct pg_result *result,
                                             int row)
{
    enum term term;

    if (!term_parse(pg_get_text(result, row, 0, NULL), &term))
        return NULL;
    return (struct definition_version *)config_definition(&s->config, term,
                                                          pg_get_int4(result, row, 1));
}

static const struct statement CONFIG_SIGNATURES = {
    .name = "config_signatures",
    .sql = "SELECT term, version, side, member_id, key_id, key_made_by_kind, key_made_by, hash, "
           "signed_at FROM definition_signature WHERE workspace_id = $1",
};

static bool read_signatures(struct snapshot *s, const struct pg_result *result)
{
    for (int row = 0; row < pg_rows(result); row++) {
        struct definition_version *version = version_of(s, result, row);
        bool sales = strcmp(pg_get_text(result, row, 2, NULL), "sales") == 0;
        if (version == NULL)
            return false;
        struct signature *signature = &version->signatures[sales ? SIDE_SALES : SIDE_MARKETING];
        signature->given = true;
        signature->member = pg_get_uuid(result, row, 3);
        signature->key = pg_get_uuid(result, row, 4);
        signature->key_made_by = read_actor(result, row, 5);
        copy_bytes(result, row, 7, signature->hash, DIGEST_BYTES);
        signature->signed_at = pg_get_instant(result, row, 8);
    }
    return true;
}

static bool acknowledge(struct snapshot *s, struct definition_version *version, struct uuid member,
                        instant at)
{
    size_t count = version->acknowledged_count;
    struct uuid *members = ARENA_ARRAY(s->arena, struct uuid, count + 1);
    instant *times = ARENA_ARRAY(s->arena, instant, count + 1);

    if (members == NULL || times == NULL)
        return false;
    if (count > 0) {
        memcpy(members, version->acknowledged_by, count * sizeof *members);
        memcpy(times, version->acknowledged_at, count * sizeof *times);
    }
    members[count] = member;
    times[count] = at;
    version->acknowledged_by = members;
    version->acknowledged_at = times;
    version->acknowledged_count = count + 1;
    return true;
}

static const struct statement CONFIG_ACKNOWLEDGEMENTS = {
    .name = "config_acknowledgements",
    .sql = "SELECT term, version, member_id, acknowledged_at FROM definition_acknowledgement "
           "WHERE workspace_id = $1 ORDER BY acknowledged_at, member_id",
};

static bool read_acknowledgements(struct snapshot *s, const struct pg_result *result)
{
    for (int row = 0; row < pg_rows(result); row++) {
        struct definition_version *version = version_of(s, result, row);
        if (version == NULL ||
            !acknowledge(s, version, pg_get_uuid(result, row, 2), pg_get_instant(result, row, 3)))
            return false;
    }
    return true;
}

/* It was checked when it was given; NULL when it does not compile all the same. */
static const struct mapping *compile_mapping(struct snapshot *s, const char *text)
{
    const struct mapping *mapping = NULL;
    struct faults faults;
    json_t *json = text == NULL ? NULL : json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    faults_init(&faults, s->arena);
    enum err err = json == NULL
                       ? ERR_INTERNAL
                       : mapping_compile(json, "", MAPPING_INBOUND, s->arena, &faults, &mapping);
    json_decref(json);
    return err == ERR_NONE ? mapping : NULL;
}

static const struct statement CONFIG_SOURCES = {
    .name = "config_sources",
    .sql = "SELECT source_id, name, team_id, auth, mapping, active, revision, created_at, "
           "secret_since, old_secret_until FROM source WHERE workspace_id = $1 ORDER BY "
           "created_at, source_id",
};

static bool read_sources(struct snapshot *s, const struct pg_result *result)
{
    size_t count = (size_t)pg_rows(result);
    struct source *sources = ARENA_ARRAY(s->arena, struct source, count + 1);

    for (size_t i = 0; sources != NULL && i < count; i++) {
        sources[i].id = pg_get_uuid(result, (int)i, 0);
        sources[i].name = pg_copy_text(result, (int)i, 1, s->arena);
        sources[i].team = pg_get_uuid(result, (int)i, 2);
        sources[i].auth = pg_copy_text(result, (int)i, 3, s->arena);
        sources[i].mapping = pg_copy_text(result, (int)i, 4, s->arena);
        sources[i].compiled = compile_mapping(s, sources[i].mapping);
        sources[i].active = pg_get_bool(result, (int)i, 5);
        sources[i].revision = pg_get_int4(result, (int)i, 6);
        sources[i].created_at = pg_get_instant(result, (int)i, 7);
        sources[i].secret_since = pg_get_instant(result, (int)i, 8);
        sources[i].old_until = pg_get_instant(result, (int)i, 9);
    }
    s->config.sources = sources;
    s->config.source_count = count;
    return sources != NULL;
}

static const struct statement CONFIG_WORKSPACE = {
    .name = "config_workspace",
    .sql = "SELECT w.name, h.config_version FROM workspace w, workspace_head h "
           "WHERE w.workspace_id = $1 AND h.workspace_id = $1",
};

static bool read_workspace(struct snapshot *s, const struct pg_result *result)
{
    s->config.name = pg_copy_text(result, 0, 0, s->arena);
    s->config.version = pg_get_int8(result, 0, 1);
    return s->config.name != NULL;
}

static const struct statement CONFIG_SEALED = {
    .name = "config_sealed",
    .sql = "SELECT subject_id, field, value FROM sealed WHERE workspace_id = $1",
};

static void warn_sealed(struct snapshot *s, const struct seal_place *place, enum seal_end end,
                        const void *envelope, size_t len)
{
    char text[256];
    char subject[UUID_TEXT_LEN + 1];
    char id[KEYRING_ID_LEN + 1] = "";

    if (seal_key_id(envelope, len) != NULL)
        keyring_write_id(seal_key_id(envelope, len), id);
    uuid_format(place->subject, subject);
    snprintf(text, sizeof text, "%s of %s does not open: %s%s", place->field, subject,
             end == SEAL_NO_KEY ? "it is sealed with a key that the secret key file lacks, "
                                : "it was altered or moved",
             end == SEAL_NO_KEY ? id : "");
    pg_warn(s->pg, PG_SEALED, text);
}

/* Puts a value where it belongs; what belongs nowhere (any more) is left alone. */
static void keep_secret(struct snapshot *s, const struct seal_place *place, const uint8_t *clear,
                        size_t len)
{
    struct source *source = (struct source *)config_source(&s->config, place->subject);

    if (strcmp(place->field, SEALED_WORKSPACE_SECRET) == 0 &&
        uuid_equal(place->subject, place->workspace) && len == sizeof s->config.secret) {
        memcpy(s->config.secret, clear, len);
        s->opened = true;
    } else if (source != NULL && strcmp(place->field, SEALED_SOURCE_SECRET) == 0) {
        source->secret = (const char *)clear;
    } else if (source != NULL && strcmp(place->field, SEALED_SOURCE_OLD_SECRET) == 0) {
        source->old_secret = (const char *)clear;
    }
}

static bool read_sealed(struct snapshot *s, const struct pg_result *result)
{
    for (int row = 0; row < pg_rows(result); row++) {
        struct seal_place place = {s->config.workspace, pg_get_uuid(result, row, 0),
                                   pg_get_text(result, row, 1, NULL)};
        const uint8_t *clear;
        size_t len, clear_len;
        const uint8_t *envelope = pg_get_bytea(result, row, 2, &len);
        enum seal_end end =
            keyring_unseal(s->keyring, &place, envelope, len, s->arena, &clear, &clear_len);
        if (end == SEAL_NO_MEMORY)
            return false;
        if (end == SEAL_DONE)
            keep_secret(s, &place, clear, clear_len);
        else
            warn_sealed(s, &place, end, envelope, len);
    }
    return true;
}

/* In the order in which they are read and belong together. */
static const struct {
    const struct statement *statement;
    bool (*read)(struct snapshot *, const struct pg_result *);
} parts[] = {
    {&CONFIG_WORKSPACE, read_workspace},   {&CONFIG_TEAMS, read_teams},
    {&CONFIG_MEMBERS, read_members},       {&CONFIG_KEYS, read_keys},
    {&CONFIG_ROUTES, read_routes},         {&CONFIG_DEFINITIONS, read_definitions},
    {&CONFIG_SIGNATURES, read_signatures}, {&CONFIG_ACKNOWLEDGEMENTS, read_acknowledgements},
    {&CONFIG_SOURCES, read_sources},       {&CONFIG_SEALED, read_sealed},
};

enum { PART_COUNT = sizeof parts / sizeof *parts };

static struct snapshot *snapshot_new(struct uuid workspace)
{
    struct snapshot *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->config.workspace = workspace;
    s->arena = arena_new(CONFIG_MEMORY_MAX_BYTES);
    if (s->arena == NULL) {
        free(s);
        return NULL;
    }
    return s;
}

void config_read_free(struct config *config)
{
    struct snapshot *s = (struct snapshot *)config;

    if (s == NULL)
        return;
    for (size_t i = 0; i < s->config.definition_count; i++)
        definition_free((struct definition *)s->config.definitions[i].compiled);
    arena_free(s->arena);
    OPENSSL_cleanse(s->config.secret, sizeof s->config.secret);
    free(s);
}

size_t config_read_bytes(const struct config *config)
{
    const struct snapshot *s = (const struct snapshot *)config;
    size_t bytes = sizeof *s + arena_bytes(s->arena);

    for (size_t i = 0; i < config->definition_count; i++)
        bytes += definition_bytes(config->definitions[i].compiled);
    return bytes;
}

static bool read_parts(struct pg *pg, const int indexes[PART_COUNT], struct snapshot *s)
{
    for (int i = 0; i < PART_COUNT; i++)
        if (!parts[i].read(s, pg_result(pg, indexes[i])))
            return false;
    /* kept, it would be the workspace's configuration until the next change */
    return !arena_failed(s->arena) && !shortage_seen();
}

/* One snapshot of the database for all statements. */
#define REPEATABLE_READ "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"

static enum pg_status run_parts(struct pg *pg, struct snapshot *s, int indexes[PART_COUNT],
                                int64_t deadline)
{
    struct pg_params params;

    pg_queue_begin_read(pg, s->config.workspace);
    pg_queue_sql(pg, REPEATABLE_READ);
    for (int i = 0; i < PART_COUNT; i++) {
        pg_params_init(&params, s->arena);
        pg_params_uuid(&params, s->config.workspace);
        indexes[i] = pg_queue(pg, parts[i].statement, &params);
    }
    pg_queue_commit(pg);
    return pg_pipeline_run(pg, deadline);
}

enum pg_status config_read(struct pg *pg, struct keyring *keyring, struct uuid workspace,
                           struct config **out, int64_t deadline)
{
    struct snapshot *s = snapshot_new(workspace);
    int indexes[PART_COUNT];

    *out = NULL;
    if (s == NULL)
        return PG_OTHER;
    s->pg = pg;
    s->keyring = keyring;
    enum pg_status status = pg_pipeline_begin(pg, deadline);
    if (status == PG_OK)
        status = run_parts(pg, s, indexes, deadline);
    bool found = status == PG_OK && pg_rows(pg_result(pg, indexes[0])) == 1;
    bool whole = found && read_parts(pg, indexes, s);
    pg_pipeline_end(pg);
    if (found && !whole)
        status = PG_OTHER;
    else if (found && !s->opened)
        status = pg_fail(pg, PG_SEALED, "the workspace's secret is not sealed, or does not open");
    else if (found)
        *out = &s->config;
    if (*out == NULL)
        config_read_free(&s->config);
    return status;
}

const struct statement *const config_read_statements[] = {&CONFIG_TEAMS,
                                                          &CONFIG_MEMBERS,
                                                          &CONFIG_KEYS,
                                                          &CONFIG_ROUTES,
                                                          &CONFIG_DEFINITIONS,
                                                          &CONFIG_SIGNATURES,
                                                          &CONFIG_ACKNOWLEDGEMENTS,
                                                          &CONFIG_SOURCES,
                                                          &CONFIG_SEALED,
                                                          &CONFIG_WORKSPACE,
                                                          NULL};
