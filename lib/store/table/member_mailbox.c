#include "store/table/member_mailbox.h"

#include "store/pg/statements.h"

/* clang-format off */

/* $1 address, $2 limit */
static const struct statement MEMBER_MAILBOXES = {
    .name = "member_mailboxes",
    .role = STATEMENT_JOB,
    .sql = "SELECT workspace_id, member_id "
           "FROM member "
           "WHERE email = $1 AND active "
           "ORDER BY created_at DESC, member_id DESC "
           "LIMIT $2",
    .index = "member_mailbox",
    .hot = true,
};

/* clang-format on */

const struct statement *const member_mailbox_statements[] = {&MEMBER_MAILBOXES, NULL};

enum pg_status member_mailboxes(struct pg *pg, struct arena *arena, const char *address,
                                int64_t deadline, struct member_mailbox *out, size_t *count)
{
    struct pg_params params;

    *count = 0;
    pg_params_init(&params, arena);
    pg_params_text(&params, address);
    pg_params_int8(&params, MEMBER_MAILBOXES_MAX);
    enum pg_status status = pg_run(pg, &MEMBER_MAILBOXES, &params, deadline);
    const struct pg_result *found = status == PG_OK ? pg_result(pg, 0) : NULL;
    for (int i = 0; i < pg_rows(found) && *count < MEMBER_MAILBOXES_MAX; i++)
        out[(*count)++] =
            (struct member_mailbox){pg_get_uuid(found, i, 0), pg_get_uuid(found, i, 1)};
    pg_pipeline_end(pg);
    return status;
}
