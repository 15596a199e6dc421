#include "store/read/sessions.h"

#include <string.h>

/* A use is noted when the one before was noted so long ago. */
#define USE_NOTED_SECONDS 60

/* clang-format off */

#define SESSION_COLUMNS "session_id, member_id, key_id, secret_hash, made_at, link_until, opened_at, used_at, ended_at "

/* $1 workspace, $2 session */
static const struct statement SESSION_GET = {
    .name = "session_get",
    .sql = "SELECT " SESSION_COLUMNS
           "FROM session "
           "WHERE workspace_id = $1 AND session_id = $2",
    .index = "session_pkey",
    .hot = true,
};

/* $1 workspace, $2 session, $3 now */
static const struct statement SESSION_USED = {
    .name = "session_used",
    .sql = "UPDATE session SET used_at = greatest(used_at, $3) "
           "WHERE workspace_id = $1 AND session_id = $2",
    .index = "session_pkey",
    .hot = true,
};

/* $1 workspace, $2 session, $3 member, $4 key, $5 hash, $6 now, $7 until when a link holds, $8 when it was opened */
static const struct statement SESSION_ADD = {
    .name = "session_add",
    .sql = "INSERT INTO session (workspace_id, session_id, member_id, key_id, secret_hash, made_at, link_until, "
           "opened_at, used_at) "
           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $6)",
    .hot = true,
};

/* $1 workspace, $2 member, $3 what was last used before this is forgotten */
static const struct statement SESSION_FORGET = {
    .name = "session_forget",
    .sql = "DELETE FROM session "
           "WHERE workspace_id = $1 AND member_id = $2 AND used_at < $3",
    .index = "session_of_member",
    .hot = true,
};

/* Of two that come with the same link, the second waits for the first and then finds it opened.
 * $1 workspace, $2 session, $3 hash, $4 now */
static const struct statement SESSION_OPEN = {
    .name = "session_open",
    .sql = "UPDATE session SET secret_hash = $3, opened_at = $4, used_at = $4 "
           "WHERE workspace_id = $1 AND session_id = $2 "
           "AND opened_at IS NULL AND ended_at IS NULL AND link_until > $4 "
           "RETURNING session_id",
    .index = "session_pkey",
    .hot = true,
};

/* $1 workspace, $2 member, $3 what was last used before this has ended, $4 limit */
static const struct statement SESSION_LIST = {
    .name = "session_list",
    .sql = "SELECT " SESSION_COLUMNS
           "FROM session "
           "WHERE workspace_id = $1 AND member_id = $2 AND ended_at IS NULL AND opened_at IS NOT NULL AND used_at > $3 "
           "ORDER BY session_id DESC "
           "LIMIT $4",
    .index = "session_of_member",
    .hot = true,
};

/* $1 workspace, $2 member, $3 session, $4 now */
static const struct statement SESSION_END = {
    .name = "session_end",
    .sql = "UPDATE session SET ended_at = coalesce(ended_at, $4) "
           "WHERE workspace_id = $1 AND member_id = $2 AND session_id = $3 "
           "RETURNING session_id",
    .hot = true,
};

/* clang-format on */

const struct statement *const sessions_statements[] = {
    &SESSION_GET,  &SESSION_USED, &SESSION_ADD, &SESSION_FORGET,
    &SESSION_OPEN, &SESSION_LIST, &SESSION_END, NULL};

static struct session take(const struct pg_result *result, int row)
{
    struct session session = {
        .id = pg_get_uuid(result, row, 0),
        .member = pg_get_uuid(result, row, 1),
        .key = pg_get_uuid(result, row, 2),
        .made_at = pg_get_instant(result, row, 4),
        .link_until = pg_get_instant(result, row, 5),
        .opened_at = pg_get_instant(result, row, 6),
        .used_at = pg_get_instant(result, row, 7),
        .ended_at = pg_get_instant(result, row, 8),
    };
    size_t len;
    const uint8_t *hash = pg_get_bytea(result, row, 3, &len);

    if (len == sizeof session.secret_hash)
        memcpy(session.secret_hash, hash, len);
    return session;
}

static enum err note_use(const struct read *read, struct uuid id, instant now)
{
    struct read_query query = {.statement = &SESSION_USED};

    read_params(&query, read);
    pg_params_uuid(&query.params, id);
    pg_params_instant(&query.params, now);
    return read_end(read, read_change(read, &query, 1));
}

enum err sessions_use(const struct read *read, const struct session_text *text, instant now,
                      struct session *out)
{
    struct read_query query = {.statement = &SESSION_GET};

    read_params(&query, read);
    pg_params_uuid(&query.params, text->session);
    enum err err = read_run(read, &query, 1);
    bool found = err == ERR_NONE && pg_rows(query.result) == 1;
    if (found)
        *out = take(query.result, 0);
    err = read_end(read, err);
    if (err != ERR_NONE)
        return err;
    if (!found || !session_holds(out, text, now))
        return ERR_NOT_FOUND;
    if (text->is_link || now < out->used_at + USE_NOTED_SECONDS * INSTANT_SECOND)
        return ERR_NONE;
    return note_use(read, out->id, now);
}

enum err sessions_add(const struct read *read, const struct session *session)
{
    struct read_query queries[] = {{.statement = &SESSION_FORGET}, {.statement = &SESSION_ADD}};

    read_params(&queries[0], read);
    pg_params_uuid(&queries[0].params, session->member);
    pg_params_instant(&queries[0].params, session->made_at - SESSION_KEPT_DAYS * INSTANT_DAY);
    read_params(&queries[1], read);
    pg_params_uuid(&queries[1].params, session->id);
    pg_params_uuid(&queries[1].params, session->member);
    pg_params_uuid(&queries[1].params, session->key);
    pg_params_bytea(&queries[1].params, session->secret_hash, sizeof session->secret_hash);
    pg_params_instant(&queries[1].params, session->made_at);
    pg_params_instant(&queries[1].params, session->link_until);
    pg_params_instant(&queries[1].params, session->opened_at);
    return read_end(read, read_change(read, queries, 2));
}

enum err sessions_use_link(const struct read *read, struct uuid id, const uint8_t *secret_hash,
                           instant now)
{
    struct read_query query = {.statement = &SESSION_OPEN};

    read_params(&query, read);
    pg_params_uuid(&query.params, id);
    pg_params_bytea(&query.params, secret_hash, DIGEST_BYTES);
    pg_params_instant(&query.params, now);
    enum err err = read_change(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 0)
        err = ERR_NOT_FOUND;
    return read_end(read, err);
}

enum err sessions_of_member(const struct read *read, struct uuid member, instant now,
                            struct session **out, size_t *count)
{
    struct read_query query = {.statement = &SESSION_LIST};

    *count = 0;
    read_params(&query, read);
    pg_params_uuid(&query.params, member);
    pg_params_instant(&query.params, now - SESSION_IDLE_HOURS * INSTANT_HOUR);
    pg_params_int8(&query.params, SESSIONS_SHOWN_MAX);
    enum err err = read_run(read, &query, 1);
    *out = ARENA_ARRAY(read->arena, struct session, SESSIONS_SHOWN_MAX);
    if (err == ERR_NONE && *out != NULL)
        for (int row = 0; row < pg_rows(query.result); row++)
            (*out)[(*count)++] = take(query.result, row);
    return read_end(read, err);
}

enum err sessions_close(const struct read *read, struct uuid member, struct uuid id, instant now)
{
    struct read_query query = {.statement = &SESSION_END};

    read_params(&query, read);
    pg_params_uuid(&query.params, member);
    pg_params_uuid(&query.params, id);
    pg_params_instant(&query.params, now);
    enum err err = read_change(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 0)
        err = ERR_NOT_FOUND;
    return read_end(read, err);
}
