#include "reading.h"

#include "core/intake/lead_capture.h"
#include "store/pg/migrate.h"

#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 16
#define ARENA_BYTES    (64u << 20)

static const char workspace_sql[] =
    "INSERT INTO workspace VALUES (:w, 'acme', decode(repeat('00', 32), 'hex'), now());"
    "INSERT INTO workspace_head VALUES (:w, 0, 1);"
    "INSERT INTO team VALUES (:w, :marketing, 'marketing', 'Marketing', 'marketing', true, now()),"
    " (:w, :sdr, 'sdr', 'SDR', 'sales', true, now());"
    "INSERT INTO member VALUES (:w, :ana, :marketing, 'Ana', 'ana@acme.example', NULL, NULL, true,"
    " now()), (:w, :sam, :sdr, 'Sam', 'sam@acme.example', NULL, NULL, true, now());";

struct uuid reading_id(const char *name)
{
    struct uuid id = {{0}};

    id.b[15] = 1; /* the last eight bytes of a team are its number, which is none when it is 0 */
    memcpy(id.b, name, strnlen(name, NAME_MAX_BYTES));
    return id;
}

/* Writes the id of the name that begins here, quoted; answers the end of the name. */
static const char *put_id(const char *at, char **out)
{
    char name[NAME_MAX_BYTES + 1] = "";
    char text[UUID_TEXT_LEN + 1];
    size_t len = 0;

    for (; (isalnum((unsigned char)*at) || *at == '_') && len < NAME_MAX_BYTES; at++)
        name[len++] = *at;
    uuid_format(reading_id(name), text);
    *(*out)++ = '\'';
    memcpy(*out, text, UUID_TEXT_LEN);
    *out += UUID_TEXT_LEN;
    *(*out)++ = '\'';
    return at;
}

void reading_exec(const struct reading *reading, const char *sql)
{
    char *text = malloc(strlen(sql) * (UUID_TEXT_LEN + 4) + 1);
    char *out = text;

    if (text == NULL)
        abort();
    for (const char *at = sql; *at != '\0';) {
        if (at[0] == ':' && isalpha((unsigned char)at[1])) {
            at = put_id(at + 1, &out);
            continue;
        }
        if (at[0] == ':' && at[1] == ':')
            *out++ = *at++;
        *out++ = *at++;
    }
    *out = '\0';
    database_exec(reading->database, text);
    free(text);
}

void reading_begin(struct reading *reading)
{
    *reading = (struct reading){
        .database = database_new(),
        .marketing = reading_id("marketing"),
        .sdr = reading_id("sdr"),
        .ana = reading_id("ana"),
        .sam = reading_id("sam"),
    };
    reading_exec(reading, workspace_sql);
    database_seal(reading->database);
    reading->pg = database_connect(reading->database, ROLE_APP);
    reading->arena = arena_new(ARENA_BYTES);
    reading->read = (struct read){
        .pg = reading->pg,
        .arena = reading->arena,
        .workspace = reading_id("w"),
        .deadline = pg_deadline_in(READING_WAIT_MS),
    };
}

/* ---- through the lane ---- */

static void start_lanes(struct reading *reading)
{
    reading->cache = config_cache_new(database_keyring());
    struct lanes_settings settings = {
        .database = {.conninfo = database_conninfo(reading->database), .role = ROLE_APP},
        .cache = reading->cache,
        .workers = 1,
    };
    reading->lanes = lanes_start(&settings);
    ck_assert_ptr_nonnull(reading->lanes);
}

void reading_do(struct reading *reading, enum command_kind kind, const void *input)
{
    struct command command = {
        .kind = kind,
        .caller = {.workspace = reading_id("w"),
                   .team = reading->marketing,
                   .member = reading->ana},
        .input = input,
    };
    char *body = NULL;
    int status = 0;

    if (reading->lanes == NULL)
        start_lanes(reading);
    enum err err = lanes_run(reading->lanes, &command, &body, &status);
    ck_assert_msg(err == ERR_NONE && status < 300, "%s, %d: %s", error_code(err), status,
                  body == NULL ? "" : body);
    free(body);
}

void reading_capture(struct reading *reading, const char *email, const char *source)
{
    struct identity identity = {.kind = IDENTITY_EMAIL, .source = "", .value = email};
    struct touch_input touch = {
        .kind = "form_submitted",
        .occurred_at = INSTANT_NONE,
        .values = {[DIMENSION_SOURCE] = source},
    };
    struct capture_input input = {
        .identities = &identity,
        .identity_count = 1,
        .touch = source == NULL ? NULL : &touch,
        .claimed_stage = STAGE_COUNT,
        .occurred_at = INSTANT_NONE,
    };

    reading_do(reading, COMMAND_LEAD_CAPTURE, &input);
}

struct uuid reading_lead(const struct reading *reading, const char *email)
{
    char sql[256];
    struct uuid id = {{0}};

    snprintf(sql, sizeof sql, "SELECT lead_id FROM identity WHERE value = '%s'", email);
    char *text = database_ask(reading->database, sql);
    ck_assert_msg(text != NULL && uuid_parse(text, &id), "nobody is %s", email);
    free(text);
    return id;
}

void reading_end(struct reading *reading)
{
    if (reading->lanes != NULL)
        lanes_stop(reading->lanes);
    if (reading->cache != NULL)
        config_cache_free(reading->cache);
    pg_free(reading->pg);
    arena_free(reading->arena);
    database_free(reading->database);
}
