#include "store/sealing.h"

#include "store/pg/entropy.h"
#include "store/table/sealed_table.h"
#include "store/table/workspace_table.h"

#include <string.h>

#define LOOK_MEMORY_BYTES      (16u << 20)
#define WORKSPACE_MEMORY_BYTES (16u << 20)
#define WORKSPACE_TIMEOUT_MS   30000
#define WORKSPACE_TRIES        5

/* ---- looking ---- */

/* clang-format off */

static const struct statement SEALING_KEYS = {
    .name = "sealing_keys",
    .role = STATEMENT_JOB,
    .sql = "SELECT key_id, count(*) "
           "FROM sealed "
           "GROUP BY key_id "
           "ORDER BY count(*) DESC, key_id "
           "LIMIT $1::int4",
};

/* Every workspace has a secret of its own, and all its values are sealed in one transaction: where
 * that secret is sealed, nothing else is in clear. */
static const struct statement SEALING_CLEAR = {
    .name = "sealing_clear",
    .role = STATEMENT_JOB,
    .sql = "SELECT w.workspace_id "
           "FROM workspace w "
           "WHERE NOT EXISTS ("
           "  SELECT "
           "  FROM sealed s "
           "  WHERE s.workspace_id = w.workspace_id "
           "  AND s.field = 'workspace_secret'"
           ")",
};

/* clang-format on */

static void take_keys(struct keyring *keyring, const struct pg_result *rows,
                      struct sealing_state *out)
{
    for (int row = 0; row < pg_rows(rows) && row < SEALING_KEYS_MAX; row++) {
        struct sealing_key *key = &out->keys[out->key_count++];
        size_t len;
        const uint8_t *id = pg_get_bytea(rows, row, 0, &len);
        memcpy(key->id, id, len < sizeof key->id ? len : sizeof key->id);
        key->values = pg_get_int8(rows, row, 1);
        key->missing = keyring == NULL || !keyring_has(keyring, key->id);
        out->missing += key->missing;
    }
}

enum pg_status sealing_look(struct pg *job, struct keyring *keyring, int64_t deadline,
                            struct sealing_state *out)
{
    struct arena *arena = arena_new(LOOK_MEMORY_BYTES);
    struct pg_params params;

    memset(out, 0, sizeof *out);
    if (arena == NULL)
        return PG_OTHER;
    enum pg_status status = pg_pipeline_begin(job, deadline);
    if (status == PG_OK) {
        pg_params_init(&params, arena);
        pg_params_int4(&params, SEALING_KEYS_MAX);
        int keys = pg_queue(job, &SEALING_KEYS, &params);
        int clear = pg_queue(job, &SEALING_CLEAR, NULL);
        status = pg_pipeline_run(job, deadline);
        if (status == PG_OK) {
            take_keys(keyring, pg_result(job, keys), out);
            out->in_clear = pg_rows(pg_result(job, clear));
        }
        pg_pipeline_end(job);
    }
    arena_free(arena);
    return status;
}

/* ---- one workspace ---- */

/* A value that is to be sealed; clear NULL: to be deleted. */
struct wanted {
    struct seal_place place;
    struct seal_bytes clear;
};

/* The work on one workspace. */
struct sealing {
    struct pg *pg; /* role baton_app */
    struct keyring *keyring;
    struct arena *arena;
    struct uuid workspace;
    bool only_looks;
    enum sealing_lost lost;
    uint8_t newest[SEAL_KEY_ID_BYTES];
    struct wanted *wanted;
    size_t wanted_count;
    bool clears; /* there are values in clear */
    struct sealing_counts counts;
};

/* clang-format off */

static const struct statement SEALING_WORKSPACE_LOCK = {
    .name = "sealing_workspace_lock",
    .sql = "SELECT clear_secret "
           "FROM workspace "
           "WHERE workspace_id = $1 "
           "AND clear_secret IS NOT NULL "
           "FOR NO KEY UPDATE",
};

static const struct statement SEALING_SOURCES_LOCK = {
    .name = "sealing_sources_lock",
    .sql = "SELECT source_id, auth ->> 'secret' "
           "FROM source "
           "WHERE workspace_id = $1 "
           "AND auth ->> 'secret' IS NOT NULL "
           "ORDER BY source_id "
           "FOR NO KEY UPDATE",
};

static const struct statement SEALING_VALUES_LOCK = {
    .name = "sealing_values_lock",
    .sql = "SELECT subject_id, field, value "
           "FROM sealed "
           "WHERE workspace_id = $1 "
           "ORDER BY subject_id, field "
           "FOR NO KEY UPDATE",
};

static const struct statement SEALING_SAVE = {
    .name = "sealing_save",
    .sql = "INSERT INTO sealed (workspace_id, subject_id, field, value, key_id) "
           "SELECT h.workspace_id, u.*, substr(u.value, 2, 8) "
           "FROM workspace_head h, "
           "  unnest($2::uuid[], $3::text[], $4::bytea[]) u (subject_id, field, value) "
           "WHERE h.workspace_id = $1 "
           "ON CONFLICT (workspace_id, subject_id, field) DO UPDATE SET value = excluded.value, "
           "  key_id = excluded.key_id",
};

static const struct statement SEALING_DELETE = {
    .name = "sealing_delete",
    .sql = "DELETE "
           "FROM sealed s "
           "USING unnest($2::uuid[], $3::text[]) u (subject_id, field) "
           "WHERE s.workspace_id = $1 "
           "AND s.subject_id = u.subject_id "
           "AND s.field = u.field",
};

static const struct statement SEALING_WORKSPACE_CLEAR = {
    .name = "sealing_workspace_clear",
    .sql = "UPDATE workspace SET clear_secret = NULL "
           "WHERE workspace_id = $1 "
           "AND clear_secret IS NOT NULL",
};

static const struct statement SEALING_SOURCES_CLEAR = {
    .name = "sealing_sources_clear",
    .sql = "UPDATE source SET auth = (auth::jsonb - 'secret')::json "
           "WHERE workspace_id = $1 "
           "AND auth ->> 'secret' IS NOT NULL",
};

/* clang-format on */

const struct statement *const sealing_statements[] = {
    &SEALING_KEYS,          &SEALING_CLEAR, &SEALING_WORKSPACE_LOCK, &SEALING_SOURCES_LOCK,
    &SEALING_VALUES_LOCK,   &SEALING_SAVE,  &SEALING_DELETE,         &SEALING_WORKSPACE_CLEAR,
    &SEALING_SOURCES_CLEAR, NULL,
};

static void want(struct sealing *sealing, struct uuid subject, const char *field,
                 struct seal_bytes clear)
{
    sealing->wanted[sealing->wanted_count++] =
        (struct wanted){{sealing->workspace, subject, field}, clear};
}

static void take_clear(struct sealing *sealing, const struct pg_result *workspace,
                       const struct pg_result *sources)
{
    for (int row = 0; row < pg_rows(sources); row++) {
        const char *text = pg_copy_text(sources, row, 1, sealing->arena);
        want(sealing, pg_get_uuid(sources, row, 0), SEALED_SOURCE_SECRET,
             (struct seal_bytes){text, text == NULL ? 0 : strlen(text)});
    }
    for (int row = 0; row < pg_rows(workspace); row++) {
        size_t len;
        const uint8_t *secret = pg_get_bytea(workspace, row, 0, &len);
        want(sealing, sealing->workspace, SEALED_WORKSPACE_SECRET,
             (struct seal_bytes){arena_copy(sealing->arena, (const char *)secret, len), len});
    }
    sealing->counts.sealed = (int64_t)sealing->wanted_count;
    sealing->clears = sealing->wanted_count > 0;
}

/* A value that is there sealed and in clear was written in clear by an older program after it had
 * been sealed, so the clear one is the newer. */
static bool is_wanted(const struct sealing *sealing, const struct seal_place *place)
{
    for (size_t i = 0; i < (size_t)sealing->counts.sealed; i++)
        if (uuid_equal(sealing->wanted[i].place.subject, place->subject) &&
            strcmp(sealing->wanted[i].place.field, place->field) == 0)
            return true;
    return false;
}

/* A workspace cannot do without a secret of its own, so it gets a new one; a source's secret is
 * known to its sender alone, so it is deleted. */
static void give_up(struct sealing *sealing, const struct seal_place *place)
{
    bool own = strcmp(place->field, SEALED_WORKSPACE_SECRET) == 0;
    uint8_t *secret = own ? arena_alloc(sealing->arena, WORKSPACE_SECRET_BYTES) : NULL;

    if (secret != NULL)
        entropy_fill(secret, WORKSPACE_SECRET_BYTES);
    want(sealing, place->subject, place->field,
         (struct seal_bytes){secret, own ? WORKSPACE_SECRET_BYTES : 0});
    sealing->counts.replaced++;
}

static void take_value(struct sealing *sealing, const struct pg_result *values, int row)
{
    struct seal_place place = {sealing->workspace, pg_get_uuid(values, row, 0),
                               pg_copy_text(values, row, 1, sealing->arena)};
    struct seal_bytes envelope, clear;

    envelope.bytes = pg_get_bytea(values, row, 2, &envelope.len);

    if (place.field == NULL || is_wanted(sealing, &place))
        return;
    enum seal_end end = keyring_unseal(sealing->keyring, &place, envelope, sealing->arena, &clear);
    if (end == SEAL_NO_MEMORY) {
        arena_fail(sealing->arena);
    } else if (end != SEAL_DONE) {
        sealing->counts.shut += end == SEAL_NO_KEY;
        sealing->counts.broken += end == SEAL_BROKEN;
        if (sealing->lost == SEALING_GIVE_UP)
            give_up(sealing, &place);
    } else if (memcmp(seal_key_id(envelope), sealing->newest, SEAL_KEY_ID_BYTES) == 0) {
        sealing->counts.fine++;
    } else {
        sealing->counts.resealed++;
        want(sealing, place.subject, place.field, clear);
    }
}

static int queue_of_workspace(struct sealing *sealing, const struct statement *statement)
{
    struct pg_params params;

    pg_params_init(&params, sealing->arena);
    pg_params_uuid(&params, sealing->workspace);
    return pg_queue(sealing->pg, statement, &params);
}

/* Begins the transaction, locks the rows that may change, and fills sealing->wanted. */
static enum pg_status look(struct sealing *sealing, int64_t deadline)
{
    struct pg *pg = sealing->pg;
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    if (status != PG_OK)
        return status;
    pg_queue_begin(pg, sealing->workspace);
    int workspace = queue_of_workspace(sealing, &SEALING_WORKSPACE_LOCK);
    int sources = queue_of_workspace(sealing, &SEALING_SOURCES_LOCK);
    int values = queue_of_workspace(sealing, &SEALING_VALUES_LOCK);
    status = pg_pipeline_run(pg, deadline);
    if (status == PG_OK) {
        size_t most = (size_t)(pg_rows(pg_result(pg, workspace)) + pg_rows(pg_result(pg, sources)) +
                               pg_rows(pg_result(pg, values)));
        sealing->wanted = ARENA_ARRAY(sealing->arena, struct wanted, most + 1);
        if (sealing->wanted != NULL)
            take_clear(sealing, pg_result(pg, workspace), pg_result(pg, sources));
        for (int row = 0; sealing->wanted != NULL && row < pg_rows(pg_result(pg, values)); row++)
            take_value(sealing, pg_result(pg, values), row);
    }
    pg_pipeline_end(pg);
    return status == PG_OK && arena_failed(sealing->arena) ? PG_MEMORY : status;
}

/* Parameters of SEALING_SAVE (kept: places and sealed values) or of SEALING_DELETE (places alone).
 * Returns how many rows they name. */
static size_t begin_places(struct sealing *sealing, bool kept, struct pg_params *params)
{
    struct pg_array subjects, fields, values;
    size_t count = 0;

    pg_array_begin(&subjects, sealing->arena, PG_UUID, sealing->wanted_count);
    pg_array_begin(&fields, sealing->arena, PG_TEXT, sealing->wanted_count);
    pg_array_begin(&values, sealing->arena, PG_BYTEA, sealing->wanted_count);
    for (size_t i = 0; i < sealing->wanted_count; i++) {
        const struct wanted *wanted = &sealing->wanted[i];
        if ((wanted->clear.bytes != NULL) != kept)
            continue;
        pg_array_uuid(&subjects, wanted->place.subject);
        pg_array_text(&fields, wanted->place.field);
        if (kept) {
            struct seal_bytes sealed =
                keyring_seal(sealing->keyring, &wanted->place, wanted->clear, sealing->arena);
            if (sealed.bytes == NULL)
                arena_fail(sealing->arena);
            pg_array_bytea(&values, sealed.bytes, sealed.len);
        }
        count++;
    }
    pg_params_init(params, sealing->arena);
    pg_params_uuid(params, sealing->workspace);
    pg_params_array(params, &subjects);
    pg_params_array(params, &fields);
    if (kept)
        pg_params_array(params, &values);
    return count;
}

static enum pg_status save(struct sealing *sealing, int64_t deadline)
{
    struct pg_params kept, gone;
    struct pg *pg = sealing->pg;
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    if (status != PG_OK)
        return status;
    if (begin_places(sealing, true, &kept) > 0)
        pg_queue(pg, &SEALING_SAVE, &kept);
    if (begin_places(sealing, false, &gone) > 0)
        pg_queue(pg, &SEALING_DELETE, &gone);
    if (sealing->clears) {
        queue_of_workspace(sealing, &SEALING_SOURCES_CLEAR);
        queue_of_workspace(sealing, &SEALING_WORKSPACE_CLEAR);
    }
    pg_queue_commit(pg);
    status = arena_failed(sealing->arena) ? PG_MEMORY : pg_pipeline_run(pg, deadline);
    pg_pipeline_end(pg);
    return status;
}

static enum pg_status seal_once(struct sealing *sealing)
{
    int64_t deadline = pg_deadline_in(WORKSPACE_TIMEOUT_MS);

    arena_clear(sealing->arena);
    sealing->counts = (struct sealing_counts){.workspaces = 1};
    sealing->wanted_count = 0;
    keyring_newest(sealing->keyring, sealing->newest);
    enum pg_status status = look(sealing, deadline);
    if (status == PG_OK && sealing->wanted_count > 0 && !sealing->only_looks)
        status = save(sealing, deadline);
    pg_rollback(sealing->pg);
    return status;
}

static void add(struct sealing_counts *to, const struct sealing_counts *counts)
{
    to->workspaces += counts->workspaces;
    to->sealed += counts->sealed;
    to->resealed += counts->resealed;
    to->fine += counts->fine;
    to->shut += counts->shut;
    to->broken += counts->broken;
    to->replaced += counts->replaced;
}

/* Runs again after a deadlock with the service, and after a COMMIT whose answer was lost: the
 * second run finds what the first one did and does not do it twice. */
static enum pg_status seal_workspace(struct sealing *sealing, struct uuid workspace,
                                     struct sealing_counts *counts)
{
    enum pg_status status = PG_OTHER;

    sealing->workspace = workspace;
    for (int i = 0; i < WORKSPACE_TRIES; i++) {
        status = seal_once(sealing);
        if (status != PG_RETRY && status != PG_LOST)
            break;
    }
    if (status == PG_OK)
        add(counts, &sealing->counts);
    return status;
}

/* ---- all of them ---- */

static enum pg_status list_clear(struct pg *job, struct arena *arena, int64_t deadline,
                                 struct uuid **out, size_t *count)
{
    enum pg_status status = pg_run(job, &SEALING_CLEAR, NULL, deadline);
    const struct pg_result *rows = status == PG_OK ? pg_result(job, 0) : NULL;

    *count = 0;
    *out = ARENA_ARRAY(arena, struct uuid, (size_t)pg_rows(rows) + 1);
    for (int row = 0; *out != NULL && row < pg_rows(rows); row++)
        (*out)[(*count)++] = pg_get_uuid(rows, row, 0);
    pg_pipeline_end(job);
    return status;
}

static enum pg_status list_all(struct pg *job, struct arena *arena, int64_t deadline,
                               struct uuid **out, size_t *count)
{
    struct workspace_row *rows;
    enum pg_status status = workspace_table_list(job, arena, deadline, &rows, count);

    *out = ARENA_ARRAY(arena, struct uuid, *count + 1);
    for (size_t i = 0; *out != NULL && i < *count; i++)
        (*out)[i] = rows[i].id;
    return status;
}

static enum pg_status seal_all(struct pg *job, struct sealing *sealing, bool only_clear,
                               struct sealing_counts *counts)
{
    struct arena *arena = arena_new(LOOK_MEMORY_BYTES);
    int64_t deadline = pg_deadline_in(WORKSPACE_TIMEOUT_MS);
    struct uuid *workspaces = NULL;
    size_t count = 0;
    enum pg_status status = PG_OTHER;

    memset(counts, 0, sizeof *counts);
    sealing->arena = arena_new(WORKSPACE_MEMORY_BYTES);
    if (arena != NULL && sealing->arena != NULL)
        status = only_clear ? list_clear(job, arena, deadline, &workspaces, &count)
                            : list_all(job, arena, deadline, &workspaces, &count);
    for (size_t i = 0; status == PG_OK && workspaces != NULL && i < count; i++)
        status = seal_workspace(sealing, workspaces[i], counts);
    if (status == PG_OK && arena_failed(arena))
        status = PG_OTHER;
    arena_free(sealing->arena);
    arena_free(arena);
    return status;
}

enum pg_status sealing_begin(struct pg *job, struct pg *app, struct keyring *keyring,
                             struct sealing_counts *counts)
{
    struct sealing sealing = {.pg = app, .keyring = keyring};

    return seal_all(job, &sealing, true, counts);
}

enum pg_status sealing_rotate(struct pg *job, struct pg *app, struct keyring *keyring,
                              enum sealing_lost lost, struct sealing_counts *counts)
{
    struct sealing sealing = {.pg = app, .keyring = keyring, .lost = lost};

    return seal_all(job, &sealing, false, counts);
}

enum pg_status sealing_check(struct pg *job, struct pg *app, struct keyring *keyring,
                             struct sealing_counts *counts)
{
    struct sealing sealing = {.pg = app, .keyring = keyring, .only_looks = true};

    return seal_all(job, &sealing, false, counts);
}
