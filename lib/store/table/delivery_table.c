#include "store/table/delivery_table.h"

#include "store/pg/columns.h"

#include <string.h>

#define DELIVERY_DROP_BATCH 5000 /* rows */

/* ---- columns ---- */

static void put_status(struct column_writer *w, const void *row)
{
    pg_array_text(
        w->to, delivery_status_name(*(const enum delivery_status *)column_member(w->column, row)));
}

static bool get_status(const struct column_reader *r, void *row)
{
    struct delivery_row *delivery = row;

    return delivery_status_parse(r->value, &delivery->status);
}

/* The first of several. */
static void put_lead(struct column_writer *w, const void *row)
{
    const struct delivery_row *delivery = row;

    if (delivery->lead_count > 0)
        pg_array_uuid(w->to, delivery->leads[0]);
    else
        pg_array_null(w->to);
}

/* None: of one from before there was any, and of one whose body is gone. */
static void put_salt(struct column_writer *w, const void *row)
{
    static const uint8_t none[SALT_BYTES];

    if (memcmp(column_member(w->column, row), none, sizeof none) == 0)
        pg_array_null(w->to);
    else
        as_bytes.put(w, row);
}

static bool get_salt(const struct column_reader *r, void *row)
{
    return as_bytes.get(r, row);
}

static const struct column_form as_delivery_salt = {
    .type = PG_BYTEA, .size = SALT_BYTES, .put = put_salt, .get = get_salt};
static const struct column_form as_delivery_status = {
    .type = PG_TEXT, .size = sizeof(enum delivery_status), .put = put_status, .get = get_status};
static const struct column_form as_delivery_lead = {.type = PG_UUID, .put = put_lead};

/* clang-format off */

#define IN(name) MEMBER(struct delivery_row, name)
#define IN_LISTS .unread = "shown in lists: store/read/delivery_read.c"

static const struct column delivery_list[] = {
    {"delivery_id",  &as_uuid,            IN(id),          COLUMN_KEY},
    {"source_id",    &as_uuid,            IN(source)},
    {"received_at",  &as_instant,         IN(received_at)},
    {"content_type", &as_text,            IN(content_type)},
    {"body",         &as_bytea_len,       IN(body),        COLUMN_NULL,
        .beside = offsetof(struct delivery_row, body_len)},
    {"headers",      &as_text,            IN(headers),     COLUMN_NULL},
    {"status",       &as_delivery_status, IN(status),      COLUMN_CHANGES},
    {"error",        &as_text,            IN(error),       COLUMN_CHANGES | COLUMN_NULL},
    {"report",       &as_text,            IN(report),      COLUMN_CHANGES | COLUMN_NULL},
    {"lead_id",      &as_delivery_lead,   IN(leads),
        COLUMN_FILLS | COLUMN_NULL | COLUMN_FREE, IN_LISTS,
        .proven = "the first lead of the report, for lists"},
    {"replayed_at",  &as_instant,         IN(replayed_at), COLUMN_CHANGES | COLUMN_NULL, IN_LISTS},
    {"salt",         &as_delivery_salt,   IN(salt),        COLUMN_NULL | COLUMN_VERIFIED,
        .proven = "the commitments made with it"},
};
#undef IN_LISTS
#undef IN

const struct columns delivery_columns =
    COLUMNS("delivery", delivery_list, struct delivery_row, PROOF_COMMITTED, NULL);

struct delivery_lead_row {
    struct uuid lead;
    struct uuid delivery;
};

#define IN(name) MEMBER(struct delivery_lead_row, name)
#define UNREAD .unread = "for erasure"

static const struct column delivery_lead_list[] = {
    {"lead_id",     &as_uuid, IN(lead),     COLUMN_KEY, UNREAD},
    {"delivery_id", &as_uuid, IN(delivery), COLUMN_KEY, UNREAD},
};
#undef UNREAD
#undef IN

const struct columns delivery_lead_columns =
    COLUMNS("delivery_lead", delivery_lead_list, struct delivery_lead_row, PROOF_FREE,
            "for the erasure of bodies, which are kept for thirty days");

/* ---- statements ---- */

/* $1 workspace, $2 older than this, $3 limit */
static const struct statement DELIVERY_DROP = {
    .name = "delivery_drop",
    .sql = "UPDATE delivery SET body = NULL, headers = NULL, salt = NULL "
           "WHERE workspace_id = $1 "
           "AND delivery_id IN ("
           "  SELECT delivery_id "
           "  FROM delivery "
           "  WHERE workspace_id = $1 AND received_at < $2 AND body IS NOT NULL "
           "  LIMIT $3)",
};

/* $1 workspace, $2 delivery */
const struct statement DELIVERY_LOCK = {
    .name = "delivery_lock",
    .sql = "SELECT {delivery} "
           "FROM delivery "
           "WHERE workspace_id = $1 AND delivery_id = $2 "
           "FOR NO KEY UPDATE",
    .index = "delivery_pkey",
    .hot = true,
};

static const struct statement DELIVERY_SAVE = {
    .name = "delivery_save",
    .makes = STATEMENT_SAVES,
    .of = &delivery_columns,
    .tuples = 1,
};

static const struct statement DELIVERY_LEADS =
    STATEMENT_OF_ROWS("delivery_leads", STATEMENT_ADDS, delivery_lead_columns);

/* clang-format on */

const struct statement *const delivery_table_statements[] = {&DELIVERY_DROP, &DELIVERY_LOCK,
                                                             &DELIVERY_SAVE, &DELIVERY_LEADS, NULL};

void delivery_table_queue_drop(const struct pg_scope *scope, instant before)
{
    struct pg_params params;

    if (before == INSTANT_NONE)
        return;
    pg_scope_params(scope, &params);
    pg_params_instant(&params, before);
    pg_params_int8(&params, DELIVERY_DROP_BATCH);
    pg_queue(scope->pg, &DELIVERY_DROP, &params);
}

struct delivery_row *delivery_table_read(const struct pg_result *result, int row,
                                         struct arena *arena)
{
    struct delivery_row *delivery = ARENA_NEW(arena, struct delivery_row);

    if (delivery == NULL)
        return NULL;
    delivery->replayed_at = INSTANT_NONE;
    return columns_read(&delivery_columns, result, row, 0, arena, delivery) ? delivery : NULL;
}

void delivery_table_queue_save(const struct pg_scope *scope, const struct delivery_row *row)
{
    struct delivery_lead_row *items =
        ARENA_ARRAY(scope->arena, struct delivery_lead_row, row->lead_count);
    const void **list = ARENA_ARRAY(scope->arena, const void *, row->lead_count);

    columns_queue(scope, &DELIVERY_SAVE, &(const void *){row}, 1);
    if (items == NULL || list == NULL)
        return;
    for (size_t i = 0; i < row->lead_count; i++) {
        items[i] = (struct delivery_lead_row){row->leads[i], row->id};
        list[i] = &items[i];
    }
    columns_queue(scope, &DELIVERY_LEADS, list, row->lead_count);
}
