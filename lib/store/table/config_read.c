#include "store/table/config_read.h"

#include "base/json_tree.h"
#include "core/agreement/agreement_document.h"
#include "core/agreement/routes_document.h"
#include "core/calendar/absence.h"
#include "core/calendar/calendar.h"
#include "core/distribution/distribution.h"
#include "core/intake/mapping.h"
#include "core/setup/subscription_where.h"
#include "store/table/config_columns.h"
#include "store/table/sealed_table.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A snapshot and its memory. config is the first member, so that a pointer to it is also one to the
 * snapshot. */
struct snapshot {
    struct config config;
    struct arena *arena;
    struct pg *pg; /* while it is being read; so is keyring */
    struct keyring *keyring;
    bool opened; /* the workspace's own secret */
};

/* clang-format off */

/* Of all of these: $1 workspace */

static const struct statement CONFIG_WORKSPACE = {
    .name = "config_workspace",
    .sql = "SELECT h.config_version, "
           "  EXISTS (SELECT FROM block b WHERE b.workspace_id = $1), {w.workspace} "
           "FROM workspace w, workspace_head h "
           "WHERE w.workspace_id = $1 AND h.workspace_id = $1",
};

static const struct statement CONFIG_TEAMS = {
    .name = "config_teams",
    .sql = "SELECT {team} "
           "FROM team "
           "WHERE workspace_id = $1 "
           "ORDER BY created_at, team_id",
};

static const struct statement CONFIG_MEMBERS = {
    .name = "config_members",
    .sql = "SELECT {member} "
           "FROM member "
           "WHERE workspace_id = $1 "
           "ORDER BY created_at, member_id",
};

static const struct statement CONFIG_KEYS = {
    .name = "config_keys",
    .sql = "SELECT {api_key} "
           "FROM api_key "
           "WHERE workspace_id = $1 "
           "ORDER BY created_at, key_id",
};

static const struct statement CONFIG_AGREEMENTS = {
    .name = "config_agreements",
    .sql = "SELECT {agreement} "
           "FROM agreement "
           "WHERE workspace_id = $1 "
           "ORDER BY kind, version",
};

static const struct statement CONFIG_SIGNATURES = {
    .name = "config_signatures",
    .sql = "SELECT {agreement_signature} "
           "FROM agreement_signature "
           "WHERE workspace_id = $1 "
           "ORDER BY signed_at, member_id",
};

static const struct statement CONFIG_ACKNOWLEDGEMENTS = {
    .name = "config_acknowledgements",
    .sql = "SELECT {agreement_acknowledgement} "
           "FROM agreement_acknowledgement "
           "WHERE workspace_id = $1 "
           "ORDER BY acknowledged_at, member_id",
};

static const struct statement CONFIG_COMMENTS = {
    .name = "config_comments",
    .sql = "SELECT {agreement_comment} "
           "FROM agreement_comment "
           "WHERE workspace_id = $1 "
           "ORDER BY created_at, comment_id",
};

static const struct statement CONFIG_SOURCES = {
    .name = "config_sources",
    .sql = "SELECT {source} "
           "FROM source "
           "WHERE workspace_id = $1 "
           "ORDER BY created_at, source_id",
};

static const struct statement CONFIG_SUBSCRIPTIONS = {
    .name = "config_subscriptions",
    .sql = "SELECT {subscription} "
           "FROM subscription "
           "WHERE workspace_id = $1 "
           "ORDER BY created_at, subscription_id",
};

static const struct statement CONFIG_STAGES = {
    .name = "config_stages",
    .sql = "SELECT {stage} "
           "FROM stage "
           "WHERE workspace_id = $1",
};

static const struct statement CONFIG_SEALED = {
    .name = "config_sealed",
    .sql = "SELECT {sealed} "
           "FROM sealed "
           "WHERE workspace_id = $1",
};

/* clang-format on */

const struct statement *const config_read_statements[] = {&CONFIG_WORKSPACE,
                                                          &CONFIG_TEAMS,
                                                          &CONFIG_MEMBERS,
                                                          &CONFIG_KEYS,
                                                          &CONFIG_AGREEMENTS,
                                                          &CONFIG_SIGNATURES,
                                                          &CONFIG_ACKNOWLEDGEMENTS,
                                                          &CONFIG_COMMENTS,
                                                          &CONFIG_SOURCES,
                                                          &CONFIG_SUBSCRIPTIONS,
                                                          &CONFIG_STAGES,
                                                          &CONFIG_SEALED,
                                                          NULL};

static bool read_workspace(struct snapshot *s, const struct pg_result *result)
{
    s->config.version = pg_get_int8(result, 0, 0);
    s->config.has_blocks = pg_get_bool(result, 0, 1);
    return columns_read(&workspace_columns, result, 0, 2, s->arena, &s->config);
}

/* It compiled when it was given. What does not any more is of a zone that this machine does not
 * know: then day and night count, as without a calendar. */
static bool compile_calendar(struct snapshot *s, const char *text, const struct calendar **out)
{
    struct faults faults;
    json_t *document = json_tree_read(s->arena, text, strlen(text), 0, NULL);

    if (document == NULL)
        return !arena_failed(s->arena);
    faults_init(&faults, s->arena);
    const struct time_zone *zone = time_zone_find(calendar_document_zone(document), s->arena);
    enum err err = calendar_compile(document, "", zone, &faults, out);
    json_decref(document);
    return err != ERR_OUT_OF_MEMORY;
}

/* It compiled when it was given. What does not any more leaves everything to the queue. */
static bool compile_distribution(struct snapshot *s, struct team *team)
{
    struct faults faults;
    json_t *json =
        json_tree_read(s->arena, team->distribution, strlen(team->distribution), 0, NULL);

    if (json == NULL)
        return !arena_failed(s->arena);
    faults_init(&faults, s->arena);
    enum err err =
        distribution_compile(json, NULL, team->id, s->arena, &faults, NULL, &team->deals);
    json_decref(json);
    return err != ERR_OUT_OF_MEMORY;
}

static bool read_teams(struct snapshot *s, const struct pg_result *result)
{
    struct team *teams = columns_read_all(&team_columns, result, s->arena, &s->config.team_count);

    for (size_t i = 0; teams != NULL && i < s->config.team_count; i++)
        if (teams[i].calendar != NULL &&
            !compile_calendar(s, teams[i].calendar, &teams[i].working_time))
            return false;
    for (size_t i = 0; teams != NULL && i < s->config.team_count; i++)
        if (teams[i].distribution != NULL && !compile_distribution(s, &teams[i]))
            return false;
    s->config.teams = teams;
    return teams != NULL;
}

static bool compile_absences(struct snapshot *s, struct member *member)
{
    struct faults faults;
    json_t *list = json_tree_read(s->arena, member->absent, strlen(member->absent), 0, NULL);

    if (list == NULL)
        return !arena_failed(s->arena);
    faults_init(&faults, s->arena);
    enum err err =
        absence_compile(list, "", s->arena, &faults, &member->absences, &member->absence_count);
    json_decref(list);
    return err != ERR_OUT_OF_MEMORY;
}

/* Who has no hours of their own works when their team does. */
static bool read_members(struct snapshot *s, const struct pg_result *result)
{
    struct member *members =
        columns_read_all(&member_columns, result, s->arena, &s->config.member_count);

    for (size_t i = 0; members != NULL && i < s->config.member_count; i++) {
        const struct team *team = config_team(&s->config, members[i].team);
        members[i].working_time = team == NULL ? NULL : team->working_time;
        if (members[i].hours != NULL &&
            !compile_calendar(s, members[i].hours, &members[i].working_time))
            return false;
        if (members[i].absent != NULL && !compile_absences(s, &members[i]))
            return false;
    }
    s->config.members = members;
    return members != NULL;
}

static bool read_keys(struct snapshot *s, const struct pg_result *result)
{
    s->config.keys = columns_read_all(&key_columns, result, s->arena, &s->config.key_count);
    return s->config.keys != NULL;
}

/* ---- agreements ---- */

static bool keep_routes(struct snapshot *s, const json_t *document)
{
    struct faults *faults = ARENA_NEW(s->arena, struct faults);
    struct routes_document routes;

    if (faults == NULL)
        return false;
    faults_init(faults, s->arena);
    enum err err = routes_document_read(document, &s->config, s->arena, faults, &routes);
    s->config.routes = routes.rules; /* what is compiled so far is freed with them */
    s->config.route_count = routes.count;
    s->config.route_terms = routes.terms;
    return err == ERR_NONE;
}

/* A draft may still be wrong. A version that was proposed compiled then, and compiles now. */
static bool compile(struct snapshot *s, struct agreement_version *version, bool is_in_force)
{
    struct definition *compiled = NULL;
    enum err err = ERR_NONE;

    if (version->state == AGREEMENT_DRAFT || version->state == AGREEMENT_DELETED)
        return true;
    json_t *document =
        json_tree_read(s->arena, version->document, strlen(version->document), 0, NULL);
    if (document == NULL)
        return false;
    if (agreement_is_definition(version->kind))
        err = definition_compile(document, NULL, NULL, &compiled);
    else if (version->kind == AGREEMENT_ROUTES && is_in_force && !keep_routes(s, document))
        err = ERR_INTERNAL;
    version->signers = agreement_document_signers(document, s->arena);
    json_decref(document);
    if (err == ERR_OUT_OF_MEMORY)
        arena_fail(s->arena);
    version->compiled = compiled;
    return err == ERR_NONE;
}

static bool read_agreements(struct snapshot *s, const struct pg_result *result)
{
    size_t count;
    struct agreement_version *versions =
        columns_read_all(&agreement_columns, result, s->arena, &count);

    if (versions == NULL)
        return false;
    s->config.agreements = versions;
    s->config.agreement_count = count; /* what is compiled so far is freed with them */
    for (size_t i = 0; i < count; i++) {
        bool is_in_force =
            versions[i].state == AGREEMENT_IN_FORCE || versions[i].state == AGREEMENT_SUSPENDED;
        if (!compile(s, &versions[i], is_in_force))
            return false;
        if (is_in_force)
            s->config.in_force[versions[i].kind] = &versions[i];
    }
    return true;
}

static struct agreement_version *version_of(struct snapshot *s, enum agreement_kind kind,
                                            int version)
{
    return (struct agreement_version *)config_agreement(&s->config, kind, version);
}

/* The list that a version has, with room for one more at its end: it doubles when it is full. NULL:
 * memory is short. */
static void *grown(struct snapshot *s, const void *items, size_t count, size_t size)
{
    bool full = (count & (count - 1)) == 0; /* 0, or a power of two */
    char *copy = full ? arena_alloc(s->arena, (count == 0 ? 1 : 2 * count) * size) : NULL;

    if (!full)
        return (void *)items;
    if (copy != NULL && count > 0)
        memcpy(copy, items, count * size);
    return copy;
}

static bool read_signatures(struct snapshot *s, const struct pg_result *result)
{
    size_t count;
    const struct signature_row *rows =
        columns_read_all(&signature_columns, result, s->arena, &count);

    for (size_t i = 0; i < count; i++) {
        struct agreement_version *version = version_of(s, rows[i].kind, rows[i].version);
        if (version == NULL)
            return false;
        struct signature *all =
            grown(s, version->signatures, version->signature_count, sizeof *all);
        if (all == NULL)
            return false;
        all[version->signature_count++] = rows[i].signature;
        version->signatures = all;
    }
    return rows != NULL;
}

static bool acknowledge(struct snapshot *s, struct agreement_version *version, struct uuid member,
                        instant at)
{
    size_t count = version->acknowledged_count;
    struct uuid *members = grown(s, version->acknowledged_by, count, sizeof *members);
    instant *times = grown(s, version->acknowledged_at, count, sizeof *times);

    if (members == NULL || times == NULL)
        return false;
    members[count] = member;
    times[count] = at;
    version->acknowledged_by = members;
    version->acknowledged_at = times;
    version->acknowledged_count = count + 1;
    return true;
}

static bool read_acknowledgements(struct snapshot *s, const struct pg_result *result)
{
    size_t count;
    const struct acknowledgement_row *rows =
        columns_read_all(&acknowledgement_columns, result, s->arena, &count);

    for (size_t i = 0; i < count; i++) {
        struct agreement_version *version = version_of(s, rows[i].kind, rows[i].version);
        if (version == NULL || !acknowledge(s, version, rows[i].member, rows[i].at))
            return false;
    }
    return rows != NULL;
}

static bool read_comments(struct snapshot *s, const struct pg_result *result)
{
    size_t count;
    const struct comment_row *rows = columns_read_all(&comment_columns, result, s->arena, &count);

    for (size_t i = 0; i < count; i++) {
        struct agreement_version *version = version_of(s, rows[i].kind, rows[i].version);
        if (version == NULL)
            return false;
        struct agreement_comment *all =
            grown(s, version->comments, version->comment_count, sizeof *all);
        if (all == NULL)
            return false;
        all[version->comment_count++] = rows[i].comment;
        version->comments = all;
    }
    return rows != NULL;
}

/* It was checked when it was set; NULL when it does not compile all the same. */
static const struct mapping *compile_mapping(struct snapshot *s, const char *text)
{
    const struct mapping *mapping = NULL;
    struct faults faults;
    json_t *json = text == NULL
                       ? NULL
                       : json_tree_read(s->arena, text, strlen(text), JSON_REJECT_DUPLICATES, NULL);

    static const struct mapping_reading reading = {MAPPING_INBOUND, "", time_zone_find};
    faults_init(&faults, s->arena);
    enum err err =
        json == NULL ? ERR_INTERNAL : mapping_compile(json, &reading, s->arena, &faults, &mapping);
    json_decref(json);
    return err == ERR_NONE ? mapping : NULL;
}

static bool read_sources(struct snapshot *s, const struct pg_result *result)
{
    size_t count;
    struct source *sources = columns_read_all(&source_columns, result, s->arena, &count);

    for (size_t i = 0; i < count; i++)
        sources[i].compiled = compile_mapping(s, sources[i].mapping);
    s->config.sources = sources;
    s->config.source_count = count;
    return sources != NULL;
}

static const struct definition *compile_where(struct snapshot *s, const char *where)
{
    const struct definition *compiled = NULL;
    struct faults faults;

    if (where == NULL)
        return NULL;
    faults_init(&faults, s->arena);
    json_t *json = json_tree_read(s->arena, where, strlen(where), 0, NULL);
    enum err err = json == NULL
                       ? ERR_INTERNAL
                       : subscription_where_compile(json, "", s->arena, &faults, &compiled);
    json_decref(json);
    return err == ERR_NONE ? compiled : NULL;
}

static bool read_subscriptions(struct snapshot *s, const struct pg_result *result)
{
    size_t count;
    struct subscription *subscriptions =
        columns_read_all(&subscription_columns, result, s->arena, &count);

    for (size_t i = 0; i < count; i++)
        subscriptions[i].compiled = compile_where(s, subscriptions[i].where);
    s->config.subscriptions = subscriptions;
    s->config.subscription_count = count;
    return subscriptions != NULL;
}

static bool read_stages(struct snapshot *s, const struct pg_result *result)
{
    s->config.stages = columns_read_all(&stage_columns, result, s->arena, &s->config.stage_count);
    return s->config.stages != NULL;
}

static void warn_sealed(struct snapshot *s, const struct seal_place *place, enum seal_end end,
                        struct seal_bytes envelope)
{
    char text[256];
    char subject[UUID_TEXT_LEN + 1];
    char id[KEYRING_ID_LEN + 1] = "";

    if (seal_key_id(envelope) != NULL)
        keyring_write_id(seal_key_id(envelope), id);
    uuid_format(place->subject, subject);
    snprintf(text, sizeof text, "%s of %s does not open: %s%s", place->field, subject,
             end == SEAL_NO_KEY ? "it is sealed with a key that the secret key file lacks, "
                                : "it was altered or moved",
             end == SEAL_NO_KEY ? id : "");
    pg_warn(s->pg, PG_SEALED, text);
}

/* Puts a value where it belongs; one that no longer belongs anywhere is ignored. */
static void keep_secret(struct snapshot *s, const struct seal_place *place, struct seal_bytes clear)
{
    struct source *source = (struct source *)config_source(&s->config, place->subject);
    struct subscription *subscription =
        (struct subscription *)config_subscription(&s->config, place->subject);

    if (strcmp(place->field, SEALED_WORKSPACE_SECRET) == 0 &&
        uuid_equal(place->subject, place->workspace) && clear.len == sizeof s->config.secret) {
        memcpy(s->config.secret, clear.bytes, clear.len);
        digest_key_set(&s->config.macs, s->config.secret, sizeof s->config.secret);
        s->opened = true;
    } else if (subscription != NULL && strcmp(place->field, SEALED_SUBSCRIPTION_SECRETS) == 0) {
        subscription->secrets = clear.bytes;
    } else if (source != NULL && strcmp(place->field, SEALED_SOURCE_SECRET) == 0) {
        source->secret = clear.bytes;
    } else if (source != NULL && strcmp(place->field, SEALED_SOURCE_FETCH) == 0) {
        source->fetch_secret = clear.bytes;
    } else if (source != NULL && strcmp(place->field, SEALED_SOURCE_OLD_SECRET) == 0) {
        source->old_secret = clear.bytes;
    }
}

static bool read_sealed(struct snapshot *s, const struct pg_result *result)
{
    size_t count;
    const struct sealed_row *rows = columns_read_all(&sealed_columns, result, s->arena, &count);

    for (size_t i = 0; i < count; i++) {
        struct seal_place place = {s->config.workspace, rows[i].subject, rows[i].field};
        struct seal_bytes envelope = {rows[i].value, rows[i].value_len}, clear;
        enum seal_end end = keyring_unseal(s->keyring, &place, envelope, s->arena, &clear);
        if (end == SEAL_NO_MEMORY)
            return false;
        if (end == SEAL_DONE)
            keep_secret(s, &place, clear);
        else
            warn_sealed(s, &place, end, envelope);
    }
    return rows != NULL;
}

/* In the order in which they are read; later ones refer to earlier ones. */
static const struct {
    const struct statement *statement;
    bool (*read)(struct snapshot *, const struct pg_result *);
} parts[] = {
    {&CONFIG_WORKSPACE, read_workspace},
    {&CONFIG_TEAMS, read_teams},
    {&CONFIG_MEMBERS, read_members},
    {&CONFIG_KEYS, read_keys},
    {&CONFIG_AGREEMENTS, read_agreements},
    {&CONFIG_SIGNATURES, read_signatures},
    {&CONFIG_ACKNOWLEDGEMENTS, read_acknowledgements},
    {&CONFIG_COMMENTS, read_comments},
    {&CONFIG_SOURCES, read_sources},
    {&CONFIG_SUBSCRIPTIONS, read_subscriptions},
    {&CONFIG_STAGES, read_stages},
    {&CONFIG_SEALED, read_sealed},
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
    for (size_t i = 0; i < s->config.agreement_count; i++)
        definition_free((struct definition *)s->config.agreements[i].compiled);
    for (size_t i = 0; i < s->config.route_count; i++)
        definition_free((struct definition *)s->config.routes[i].when);
    arena_free(s->arena);
    OPENSSL_cleanse(s->config.secret, sizeof s->config.secret);
    OPENSSL_cleanse(&s->config.macs, sizeof s->config.macs);
    free(s);
}

size_t config_read_bytes(const struct config *config)
{
    const struct snapshot *s = (const struct snapshot *)config;
    size_t bytes = sizeof *s + arena_bytes(s->arena);

    for (size_t i = 0; i < config->agreement_count; i++)
        bytes += definition_bytes(config->agreements[i].compiled);
    for (size_t i = 0; i < config->route_count; i++)
        bytes += definition_bytes(config->routes[i].when);
    return bytes;
}

static bool read_parts(struct pg *pg, const int indexes[PART_COUNT], struct snapshot *s)
{
    for (int i = 0; i < PART_COUNT; i++)
        if (!parts[i].read(s, pg_result(pg, indexes[i])))
            return false;
    /* an incomplete one in the cache would be the workspace's configuration until the next
     * change */
    return !arena_failed(s->arena);
}

/* All statements see one snapshot of the database. */
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
        return pg_fail(pg, PG_MEMORY, "a configuration cannot be read");
    s->pg = pg;
    s->keyring = keyring;
    enum pg_status status = pg_pipeline_begin(pg, deadline);
    if (status == PG_OK)
        status = run_parts(pg, s, indexes, deadline);
    bool found = status == PG_OK && pg_rows(pg_result(pg, indexes[0])) == 1;
    bool whole = found && read_parts(pg, indexes, s);
    pg_pipeline_end(pg);
    if (found && !whole && arena_failed(s->arena))
        status = pg_fail(pg, PG_MEMORY, "a configuration cannot be read");
    else if (found && !whole)
        status = PG_OTHER;
    else if (found && !s->opened)
        status = pg_fail(pg, PG_SEALED, "the workspace's secret is not sealed, or does not open");
    else if (found)
        *out = &s->config;
    if (*out == NULL)
        config_read_free(&s->config);
    return status;
}
