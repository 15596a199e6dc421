#include "store/verify/verify_row_table.h"

#include "store/pg/columns.h"

/* clang-format off */

/* The texts of the look-ups. Each answers the place among the keys that are looked for, whether
 * there is a row, a salt of its own, and the columns that are committed to; $1 workspace. */

/* $2 ids */
#define BY_ID(table, key, salt)                                            \
           "SELECT u.n, r." #key " IS NOT NULL, " salt ", {=r." #table "} " \
           "FROM unnest($2::uuid[]) WITH ORDINALITY u(id, n) "             \
           "LEFT JOIN LATERAL ("                                           \
           "  SELECT * "                                                   \
           "  FROM " #table " "                                            \
           "  WHERE workspace_id = $1 AND " #key " = u.id "                \
           "  LIMIT 1"                                                     \
           ") r ON true"

/* $2 leads, $3 numbers */
#define BY_NUMBER(table)                                                   \
           "SELECT u.n, r.lead_id IS NOT NULL, NULL::bytea, {=r." #table "} " \
           "FROM unnest($2::uuid[], $3::int8[]) WITH ORDINALITY u(id, seq, n) " \
           "LEFT JOIN LATERAL ("                                           \
           "  SELECT * "                                                   \
           "  FROM " #table " "                                            \
           "  WHERE workspace_id = $1 AND lead_id = u.id AND seq = u.seq " \
           "  LIMIT 1"                                                     \
           ") r ON true"

/* $2 and $3 the least and the greatest key with these first bytes; an answer that an erasure has
 * blanked is not among them */
#define BY_PREFIX(table)                                                   \
           "SELECT u.n, r.key IS NOT NULL, NULL::bytea, {=r." #table "} "  \
           "FROM unnest($2::bytea[], $3::bytea[]) WITH ORDINALITY u(low, high, n) " \
           "LEFT JOIN LATERAL ("                                           \
           "  SELECT * "                                                   \
           "  FROM " #table " "                                            \
           "  WHERE workspace_id = $1 AND key >= u.low AND key <= u.high " \
           "  LIMIT 1"                                                     \
           ") r ON true "                                                  \
           "WHERE r.key IS NULL OR r.answer IS NOT NULL"

/* All rows, with nothing before the columns. */
#define ALL(table) "SELECT {=" #table "} FROM " #table " WHERE workspace_id = $1"

#define SALT_OF_LEAD "NULL::bytea" /* or the workspace's: it is there already */

/* table, its columns, how its rows are looked up, and by what */
#define ROWS(X)                                                            \
    X(lead, lead_columns, LOOK_ID, BY_ID(lead, lead_id, SALT_OF_LEAD))     \
    X(handoff, handoff_columns, LOOK_ID, BY_ID(handoff, handoff_id, SALT_OF_LEAD)) \
    X(feedback, feedback_columns, LOOK_ID, BY_ID(feedback, feedback_id, SALT_OF_LEAD)) \
    X(verdict, verdict_columns, LOOK_NUMBER, BY_NUMBER(verdict))           \
    X(idempotency, answer_columns, LOOK_PREFIX, BY_PREFIX(idempotency))    \
    X(delivery, delivery_columns, LOOK_ID, BY_ID(delivery, delivery_id, "r.salt")) \
    X(exception_count, exception_columns, LOOK_ALL, ALL(exception_count))  \
    X(campaign, campaign_columns, LOOK_ALL, ALL(campaign))                 \
    X(content, content_columns, LOOK_ALL, ALL(content))                    \
    X(rates, rates_columns, LOOK_ALL, ALL(rates))                          \
    X(account, account_columns, LOOK_ALL, ALL(account))                    \
    X(team, team_columns, LOOK_ALL, ALL(team))                             \
    X(member, member_columns, LOOK_ALL, ALL(member))                       \
    X(api_key, key_columns, LOOK_ALL, ALL(api_key))                        \
    X(agreement, agreement_columns, LOOK_ALL, ALL(agreement))              \
    X(agreement_signature, signature_columns, LOOK_ALL, ALL(agreement_signature)) \
    X(agreement_acknowledgement, acknowledgement_columns, LOOK_ALL, ALL(agreement_acknowledgement)) \
    X(agreement_comment, comment_columns, LOOK_ALL, ALL(agreement_comment)) \
    X(stage, stage_columns, LOOK_ALL, ALL(stage))                          \
    X(source, source_columns, LOOK_ALL, ALL(source))                       \
    X(subscription, subscription_columns, LOOK_ALL, ALL(subscription))

#define X(table, columns, look, text)                                      \
    static const struct statement ROWS_##table = {                         \
        .name = "verify_rows_" #table,                                     \
        .sql = text,                                                       \
        .index = look == LOOK_ALL ? NULL : #table "_pkey",                 \
        .hot = look != LOOK_ALL,                                           \
    };
ROWS(X)
#undef X

/* clang-format on */

const struct verify_row_table verify_row_tables[] = {
#define X(table, columns, look, text) {&columns, &ROWS_##table, look},
    ROWS(X)
#undef X
};

const size_t verify_row_table_count = sizeof verify_row_tables / sizeof *verify_row_tables;

const struct statement *const verify_row_statements[] = {
#define X(table, columns, look, text) &ROWS_##table,
    ROWS(X)
#undef X
        NULL,
};
