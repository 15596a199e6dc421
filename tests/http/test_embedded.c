/* The private PostgreSQL of a server without a database URL: beside it, after its death, without
 * it.
 */
#include "client.h"
#include "service.h"
#include "suite.h"
#include "test_cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX_BYTES (64u << 10)

static char directory[160];

/* Runs `baton <words>` on the directory; stdout and stderr for the caller to free. */
static char *baton(const char *words, int code)
{
    char command[512];
    char *out = calloc(1, OUTPUT_MAX_BYTES);

    snprintf(command, sizeof command, "BATON_DATA_DIR=%s \"$BATON_BINARY\" %s 2>&1", directory,
             words);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    out[fread(out, 1, OUTPUT_MAX_BYTES - 1, pipe)] = '\0';
    int status = pclose(pipe);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
        ck_abort_msg("baton %s: wanted exit code %d, got %d: %s", words, code,
                     WIFEXITED(status) ? WEXITSTATUS(status) : -1, out);
    return out;
}

static void has(char *out, const char *said)
{
    if (strstr(out, said) == NULL)
        ck_abort_msg("wanted \"%s\", got: %s", said, out);
    free(out);
}

/* The status of GET /v1/me with this key. */
static int me(const struct service *service, const char *token)
{
    struct client *client = client_new(service_url(service));
    struct answer answer;

    client_call(client, &(struct call){.method = "GET", .target = "/v1/me", .token = token},
                &answer);
    int status = answer.status;
    answer_release(&answer);
    client_free(client);
    return status;
}

static char *first_key(const char *made)
{
    const char *key = strstr(made, "baton_");

    ck_assert_ptr_nonnull(key);
    return strndup(key, strcspn(key, "\"\n"));
}

/* A key file that the server has made for itself, as a command shows it. */
static char *own_key(const char *name, const char *command)
{
    char path[256];
    char words[512];
    struct stat file;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    ck_assert_int_eq(stat(path, &file), 0);
    ck_assert_int_eq(file.st_mode & 0777, 0600);
    snprintf(words, sizeof words, "%s %s", command, path);
    return baton(words, 0);
}

/* The public half of the key that signs checkpoints. */
static char *signing_key(void)
{
    return own_key("signing-key.pem", "signing-key public");
}

/* The id of the key that secrets are sealed with. */
static char *secret_key(void)
{
    return own_key("secret-key", "secret-key list");
}

static void move_key(const char *from, const char *to)
{
    char paths[2][256];

    snprintf(paths[0], sizeof paths[0], "%s/%s", directory, from);
    snprintf(paths[1], sizeof paths[1], "%s/%s", directory, to);
    ck_assert_int_eq(rename(paths[0], paths[1]), 0);
}

START_TEST(it_serves_survives_and_is_one_servers_alone)
{
    struct service_setting settings[] = {{"BATON_DATA_DIR", directory}, {NULL, NULL}};
    struct service *service = service_start("", settings);

    char *made = baton("workspace create acme --marketing ana@acme.example --json", 0);
    char *key = first_key(made);
    free(made);
    ck_assert_int_eq(me(service, key), 200);
    has(baton("serve --listen 127.0.0.1:0", 3), "in use by process");
    char *signs = signing_key();
    char *seals = secret_key();

    service_kill(service);
    service_restart(service);
    ck_assert_int_eq(me(service, key), 200);
    has(baton("workspace list", 0), "acme");
    service_stop(service);

    has(baton("team list acme", 0), "marketing");
    has(baton("verify acme", 0), "");
    has(signing_key(), signs); /* the one that it began with */
    has(secret_key(), seals);
    free(signs);

    /* what is sealed with a key that is gone is not sealed with another */
    move_key("secret-key", "elsewhere");
    has(baton("serve --listen 127.0.0.1:0", 2), "bring back the file that has it");
    has(baton("team list acme", 2), "bring back the file that has it");
    move_key("elsewhere", "secret-key");
    has(baton("team list acme", 0), "marketing");
    free(seals);
    free(key);
}
END_TEST

static void remove_directory(void)
{
    char command[256];

    snprintf(command, sizeof command, "rm -rf %s", directory);
    if (system(command) != 0)
        fprintf(stderr, "tests: %s stays\n", directory);
}

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "private PostgreSQL");

    unsetenv("DATABASE_URL");
    unsetenv("BATON_SECRET_KEY_FILE");
    scratch_path(directory, sizeof directory, "baton-embedded-XXXXXX");
    if (mkdtemp(directory) == NULL || chmod(directory, 0711) != 0)
        abort();
    atexit(remove_directory);
    TESTS(tests, it_serves_survives_and_is_one_servers_alone);
}
