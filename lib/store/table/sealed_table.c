#include "store/table/sealed_table.h"

static const struct statement SEALED_SAVE = {
    .name = "sealed_save",
    .sql = "INSERT INTO sealed (workspace_id, subject_id, field, value, key_id) "
           "VALUES ($1, $2, $3, $4::bytea, substr($4::bytea, 2, 8)) "
           "ON CONFLICT (workspace_id, subject_id, field) "
           "DO UPDATE SET value = excluded.value, key_id = excluded.key_id",
};

static const struct statement SEALED_DELETE = {
    .name = "sealed_delete",
    .sql = "DELETE FROM sealed WHERE workspace_id = $1 AND subject_id = $2 AND field = $3",
};

static void put_place(struct pg_params *params, struct arena *arena, const struct seal_place *place)
{
    pg_params_init(params, arena);
    pg_params_uuid(params, place->workspace);
    pg_params_uuid(params, place->subject);
    pg_params_text(params, place->field);
}

void sealed_table_queue_save(struct pg *pg, struct arena *arena, struct keyring *keyring,
                             const struct seal_place *place, const void *clear, size_t len)
{
    struct pg_params params;
    size_t sealed_len;

    put_place(&params, arena, place);
    if (clear == NULL) {
        pg_queue(pg, &SEALED_DELETE, &params);
        return;
    }
    const uint8_t *sealed = keyring_seal(keyring, place, clear, len, arena, &sealed_len);
    if (sealed == NULL) {
        arena_fail(arena); /* which the round trip asks */
        return;
    }
    pg_params_bytea(&params, sealed, sealed_len);
    pg_queue(pg, &SEALED_SAVE, &params);
}

const struct statement *const sealed_table_statements[] = {&SEALED_SAVE, &SEALED_DELETE, NULL};
