#include "store/table/sealed_table.h"

#include "store/pg/columns.h"

/* The envelope says which key it is sealed with. */
static void put_key_id(struct column_writer *w, const void *row)
{
    const struct sealed_row *sealed = row;

    pg_array_bytea(w->to, seal_key_id((struct seal_bytes){sealed->value, sealed->value_len}),
                   SEAL_KEY_ID_BYTES);
}

static const struct column_form as_sealed_key = {.type = PG_BYTEA, .put = put_key_id};

/* clang-format off */

#define IN(name) MEMBER(struct sealed_row, name)

static const struct column sealed_list[] = {
    {"subject_id", &as_uuid,       IN(subject), COLUMN_KEY},
    {"field",      &as_text,       IN(field),   COLUMN_KEY},
    {"value",      &as_bytea_len,  IN(value),   COLUMN_CHANGES,
        .beside = offsetof(struct sealed_row, value_len)},
    {"key_id",     &as_sealed_key, IN(value),   COLUMN_CHANGES, .unread = "the value has it too"},
};
#undef IN

const struct columns sealed_columns =
    COLUMNS("sealed", sealed_list, struct sealed_row, PROOF_FREE,
            "encrypted with its place: what was changed does not open");

static const struct statement SEALED_SAVE = {
    .name = "sealed_save",
    .makes = STATEMENT_SAVES,
    .of = &sealed_columns,
    .tuples = 1,
};

/* $1 workspace, $2 subject, $3 field */
static const struct statement SEALED_DELETE = {
    .name = "sealed_delete",
    .sql = "DELETE FROM sealed "
           "WHERE workspace_id = $1 AND subject_id = $2 AND field = $3",
};

/* clang-format on */

const struct statement *const sealed_table_statements[] = {&SEALED_SAVE, &SEALED_DELETE, NULL};

static void queue_delete(const struct pg_scope *scope, const struct seal_place *place)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuid(&params, place->subject);
    pg_params_text(&params, place->field);
    pg_queue(scope->pg, &SEALED_DELETE, &params);
}

void sealed_table_queue_save(const struct pg_scope *scope, struct keyring *keyring,
                             const struct seal_place *place, struct seal_bytes clear)
{
    if (clear.bytes == NULL) {
        queue_delete(scope, place);
        return;
    }
    struct seal_bytes sealed = keyring_seal(keyring, place, clear, scope->arena);
    const struct sealed_row row = {place->subject, place->field, sealed.bytes, sealed.len};
    if (sealed.bytes == NULL)
        arena_fail(scope->arena); /* which the end of the round trip reports */
    else
        columns_queue(scope, &SEALED_SAVE, &(const void *){&row}, 1);
}
