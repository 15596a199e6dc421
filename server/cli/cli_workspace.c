/* `baton workspace create` and `list`. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"
#include "jobs.h"

#include "base/email.h"
#include "base/name.h"
#include "core/agreement/agreement_change.h"
#include "core/agreement/agreement_sign.h"
#include "core/definition/starter.h"
#include "core/workspace_setup.h"
#include "store/pg/entropy.h"
#include "store/table/workspace_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MEMBERS_MAX       24 /* of a new workspace, in total */
#define JOBS_MAX          16
#define LIST_MEMORY_BYTES (16u << 20)

/* What a new workspace will contain, according to the options. */
struct plan {
    struct arena *arena;
    struct workspace_team teams[WORKSPACE_TEAMS_MAX];
    size_t team_count;
    struct workspace_route routes[2];
    size_t route_count;
    struct workspace_starter starters[TERM_COUNT];
    size_t starter_count;
    size_t member_count;
};

/* ---- the options ---- */

static int read_emails(const struct cli *cli, const char *option, struct plan *plan,
                       const char ***out, size_t *count)
{
    const char **emails = ARENA_ARRAY(plan->arena, const char *, MEMBERS_MAX);
    const char *given;

    *count = 0;
    *out = emails;
    for (int n = 0; (given = cli_option_at(cli, option, n)) != NULL; n++) {
        if (emails == NULL || ++plan->member_count > MEMBERS_MAX)
            return cli_say(CLI_USAGE, "at most %d members; add more with `baton member create`",
                           MEMBERS_MAX);
        if (email_normalize(given, plan->arena, &emails[(*count)++]) != ERR_NONE)
            return cli_say(CLI_USAGE, "--%s %s: this is not an email address", option, given);
    }
    return CLI_OK;
}

static int plan_team(const struct cli *cli, struct plan *plan, const char *name, const char *title,
                     enum team_function function)
{
    struct workspace_team *team = &plan->teams[plan->team_count++];
    const char **emails;
    size_t count;
    int code = read_emails(cli, name, plan, &emails, &count);

    *team = (struct workspace_team){
        .name = name,
        .title = title,
        .function = function,
        .emails = emails,
        .email_count = count,
        .key_roles = ROLE_CAPTURE | ROLE_READ | (function == FUNCTION_SALES ? ROLE_WORK : 0),
    };
    return code;
}

static int plan_sales(const struct cli *cli, struct plan *plan)
{
    bool chain = cli_option(cli, "sdr") != NULL || cli_option(cli, "ae") != NULL;
    int code;

    if (chain && cli_option(cli, "sales") != NULL)
        return cli_say(CLI_USAGE, "give --sales, or --sdr and --ae, not both");
    /* Both gates, whatever there is to begin with: one without a definition lets nobody pass. */
    plan->routes[plan->route_count++] =
        (struct workspace_route){"marketing", chain ? "sdr" : "sales", {TERM_SRL, TERM_MQL}, 2};
    if (!chain)
        return plan_team(cli, plan, "sales", "Sales", FUNCTION_SALES);
    code = plan_team(cli, plan, "sdr", "Sales development", FUNCTION_SALES);
    if (code == CLI_OK)
        code = plan_team(cli, plan, "ae", "Account executives", FUNCTION_SALES);
    plan->routes[plan->route_count++] = (struct workspace_route){"sdr", "ae", {TERM_SQL}, 1};
    return code;
}

/* A document of the user's own. */
static int read_starter(const char *path, struct arena *arena, struct workspace_starter *out)
{
    struct definition *definition = NULL;
    struct faults faults, warnings;
    json_error_t error;
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (document == NULL && json_error_code(&error) == json_error_cannot_open_file)
        return cli_say(CLI_USAGE, "--starter %s: give mql, srl, sql or a file with a definition",
                       path);
    if (document == NULL)
        return cli_say_json_fault(CLI_USAGE, path, &error);
    faults_init(&faults, arena);
    faults_init(&warnings, arena);
    enum err err = definition_compile(document, &faults, &warnings, &definition);
    if (err == ERR_NONE) {
        char *text = json_dumps(document, JSON_COMPACT);
        *out = (struct workspace_starter){definition->term,
                                          text == NULL ? NULL : arena_strdup(arena, text)};
        free(text);
        err = out->document == NULL ? ERR_OUT_OF_MEMORY : err;
    }
    definition_free(definition);
    json_decref(document);
    if (err == ERR_OUT_OF_MEMORY)
        return cli_say(CLI_FAILED, "short of memory");
    if (err != ERR_NONE)
        return cli_say(CLI_USAGE, "--starter %s: `baton definition check` names its faults", path);
    return CLI_OK;
}

static int plan_starters(const struct cli *cli, struct plan *plan)
{
    struct workspace_starter starter;
    const char *given;
    int code = CLI_OK;

    for (int n = 0; code == CLI_OK && (given = cli_option_at(cli, "starter", n)) != NULL; n++) {
        if (term_parse(given, &starter.term))
            starter.document = starter_document(starter.term);
        else
            code = read_starter(given, plan->arena, &starter);
        for (size_t i = 0; code == CLI_OK && i < plan->starter_count; i++)
            if (plan->starters[i].term == starter.term)
                return cli_say(CLI_USAGE, "--starter %s: there is one for %s already", given,
                               term_name(starter.term));
        if (code == CLI_OK)
            plan->starters[plan->starter_count++] = starter;
    }
    return code;
}

static int read_plan(const struct cli *cli, struct plan *plan)
{
    if (!name_valid(cli->words[0]))
        return cli_say(CLI_USAGE, "\"%s\": a name has 1 to %d of a-z, 0-9, - and _", cli->words[0],
                       NAME_MAX_CHARS);
    int code = plan_team(cli, plan, "marketing", "Marketing", FUNCTION_MARKETING);
    if (code == CLI_OK)
        code = plan_sales(cli, plan);
    if (code == CLI_OK)
        code = plan_starters(cli, plan);
    bool both = plan->teams[0].email_count > 0 && plan->teams[1].email_count > 0;
    if (code == CLI_OK && cli_option(cli, "sign") != NULL && !both)
        return cli_say(CLI_USAGE, "--sign needs a member of marketing and one of sales");
    return code;
}

/* ---- making it ---- */

static struct uuid new_id(void)
{
    uint8_t random[10];
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    entropy_fill(random, sizeof random);
    return uuid_v7((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000, random);
}

/* One that was begun and never filled is continued. */
static int find_or_insert(struct cli_store *store, const char *name)
{
    const char *jobs[JOBS_MAX];
    size_t job_count = 0;
    uint8_t secret[WORKSPACE_SECRET_BYTES];
    int64_t deadline = pg_deadline_in(CLI_READ_TIMEOUT_MS);

    if (workspace_table_find(store->job, name, deadline, &store->workspace) != PG_OK)
        return cli_store_say_lost(store->job);
    if (!uuid_is_nil(store->workspace))
        return CLI_OK;
    while (job_count < JOBS_MAX && jobs_name(job_count) != NULL) {
        jobs[job_count] = jobs_name(job_count);
        job_count++;
    }
    entropy_fill(secret, sizeof secret);
    struct workspace_made made = {new_id(), name, secret, jobs, job_count};
    enum pg_status status = workspace_table_insert(store->app, store->keyring, &made, deadline);
    if (status == PG_UNIQUE)
        return cli_say(CLI_FAILED, "%s exists already: it was created in this moment", name);
    if (status != PG_OK)
        return cli_store_say_lost(store->app);
    store->workspace = made.id;
    return CLI_OK;
}

/* ---- signing ---- */

/* The first member's key of a team, as the caller who signs. */
static bool signer_of(const struct cli_store *store, const char *team, struct caller *out)
{
    const struct team *of = config_team_named(store->config, team);

    for (size_t i = 0; of != NULL && i < store->config->key_count; i++) {
        const struct api_key *key = &store->config->keys[i];
        if (!uuid_equal(key->team, of->id) || !(key->roles & ROLE_SIGN))
            continue;
        *out = (struct caller){
            .key = key->id, .team = key->team, .member = key->member, .roles = key->roles};
        return true;
    }
    return false;
}

static int sign_one(struct cli_store *store, const struct caller signers[2], enum term term)
{
    struct agreement_propose_input propose = {(enum agreement_kind)term, 1, INSTANT_NONE, NULL};
    struct agreement_sign_input sign = {.kind = (enum agreement_kind)term, .version = 1};
    int code = cli_store_run(store, &signers[0], COMMAND_AGREEMENT_PROPOSE, &propose, NULL);

    if (code == CLI_OK)
        code = cli_store_config(store);
    if (code != CLI_OK)
        return code;
    const struct agreement_version *version =
        config_agreement(store->config, (enum agreement_kind)term, 1);
    memcpy(sign.hash, version->hash, DIGEST_BYTES);
    for (int i = 0; i < 2 && code == CLI_OK; i++)
        code = cli_store_run(store, &signers[i], COMMAND_AGREEMENT_SIGN, &sign, NULL);
    return code;
}

static int sign_all(struct cli_store *store, const struct plan *plan)
{
    struct caller signers[2];
    int code = cli_store_config(store);

    if (code != CLI_OK)
        return code;
    if (!signer_of(store, plan->teams[0].name, &signers[0]) ||
        !signer_of(store, plan->teams[1].name, &signers[1]))
        return cli_say(CLI_FAILED, "there is nobody to sign for one of the sides");
    for (size_t i = 0; i < plan->starter_count && code == CLI_OK; i++)
        code = sign_one(store, signers, plan->starters[i].term);
    return code;
}

/* ---- output ---- */

static void print_key(const json_t *key)
{
    const char *member = json_string_value(json_object_get(key, "member"));

    printf("  %-12s %-30s ", json_string_value(json_object_get(key, "team")),
           member == NULL ? "(the team's own)" : member);
    const json_t *roles = json_object_get(key, "roles");
    for (size_t i = 0; i < json_array_size(roles); i++)
        printf("%s%s", i == 0 ? "" : ",", json_string_value(json_array_get(roles, i)));
    printf("\n    %s\n", json_string_value(json_object_get(key, "token")));
}

static void print_route(const struct workspace_route *route)
{
    printf("route     %s -> %s, gate", route->from, route->to);
    for (size_t i = 0; i < route->gate_count; i++)
        printf("%s %s", i == 0 ? "" : " or", term_name(route->gates[i]));
    printf("\n");
}

static void print_made(const json_t *made, const struct plan *plan, bool is_signed,
                       const char *keys_file)
{
    const json_t *keys = json_object_get(made, "keys");

    printf("workspace %s\n",
           json_string_value(json_object_get(json_object_get(made, "workspace"), "name")));
    for (size_t i = 0; i < plan->route_count; i++)
        print_route(&plan->routes[i]);
    for (size_t i = 0; i < plan->starter_count; i++)
        printf("starter   %s version 1, %s\n", term_name(plan->starters[i].term),
               is_signed ? "signed by both sides and in force"
                         : "a draft to read, change and propose");
    if (keys_file != NULL) {
        printf("keys      in %s, and nowhere else\n", keys_file);
        return;
    }
    printf("keys      shown this once:\n");
    for (size_t i = 0; i < json_array_size(keys); i++)
        print_key(json_array_get(keys, i));
}

/* ---- the file for the keys ---- */

/* Never overwrites an existing file: it may hold the only keys to something. Only its owner may
 * read it. */
static int open_keys_file(const char *path, int *fd)
{
    *fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (*fd >= 0)
        return CLI_OK;
    if (errno == EEXIST)
        return cli_say(CLI_FAILED, "%s exists already and was left as it is; nothing was made",
                       path);
    return cli_say(CLI_FAILED, "%s: %s; nothing was made", path, strerror(errno));
}

/* The keys are stored nowhere else: if they cannot be written to the file, they are printed. */
static int write_keys_file(const char *path, int fd, const json_t *made)
{
    if (json_dumpfd(made, fd, JSON_INDENT(2)) == 0 && write(fd, "\n", 1) == 1 && fsync(fd) == 0)
        return CLI_OK;
    int code = cli_say(CLI_FAILED, "%s: %s; here are the keys", path, strerror(errno));
    cli_print_json(made);
    return code;
}

static int make(const struct cli *cli, const struct plan *plan, struct cli_store *store,
                int keys_fd)
{
    const char *keys_file = cli_option(cli, "keys-file");
    const char *name = cli->words[0];
    bool is_signed = cli_option(cli, "sign") != NULL;
    struct workspace_setup_input input = {
        .name = name,
        .teams = plan->teams,
        .team_count = plan->team_count,
        .routes = plan->routes,
        .route_count = plan->route_count,
        .starters = plan->starters,
        .starter_count = plan->starter_count,
    };
    json_t *made = NULL;
    int code = find_or_insert(store, name);

    if (code == CLI_OK)
        code = cli_store_run(store, NULL, COMMAND_WORKSPACE_SETUP, &input, &made);
    if (keys_fd >= 0 && made == NULL)
        unlink(keys_file);
    else if (keys_fd >= 0)
        code = write_keys_file(keys_file, keys_fd, made);
    if (code == CLI_OK && is_signed)
        code = sign_all(store, plan);
    if (made != NULL && cli_option(cli, "json") != NULL)
        cli_print_json(made);
    else if (made != NULL)
        print_made(made, plan, is_signed && code == CLI_OK, keys_file);
    json_decref(made);
    return code;
}

static int make_with_keys_file(const struct cli *cli, const struct plan *plan,
                               struct cli_store *store)
{
    const char *path = cli_option(cli, "keys-file");
    int fd = -1;
    int code = path == NULL ? CLI_OK : open_keys_file(path, &fd);

    if (code == CLI_OK)
        code = make(cli, plan, store, fd);
    if (fd >= 0)
        close(fd);
    return code;
}

static int run_create(struct cli *cli)
{
    struct plan plan = {.arena = arena_new(LIST_MEMORY_BYTES)};
    struct cli_store store;

    if (plan.arena == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    int code = read_plan(cli, &plan);
    if (code == CLI_OK && cli_option(cli, "json") != NULL && cli_option(cli, "keys-file") != NULL)
        code = cli_say(CLI_USAGE, "give --json or --keys-file, not both");
    if (code == CLI_OK)
        code = cli_store_open(&store, cli, CLI_WITH_SECRETS);
    if (code == CLI_OK) {
        code = make_with_keys_file(cli, &plan, &store);
        cli_store_close(&store);
    }
    arena_free(plan.arena);
    return code;
}

static const struct cli_option create_options[] = {
    {"marketing", "EMAIL", true, "a member of marketing"},
    {"sales", "EMAIL", true, "a member of sales"},
    {"sdr", "EMAIL", true, "in place of --sales: a member of sales development"},
    {"ae", "EMAIL", true, "and of the account executives behind it"},
    {"starter", "TERM|FILE", true, "a definition to start from: mql, srl, sql, or a file with one"},
    {"sign", NULL, false, "the first member of each side signs the starters (demonstrations)"},
    {"keys-file", "FILE", false, "write what was made as JSON, keys and all, into this new file"},
    {"json", NULL, false, "print what was made as JSON, keys and all"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_workspace_create = {
    .name = "workspace create",
    .words = "NAME",
    .what = "Make a workspace: teams, members with keys, the route, drafts to start with",
    .more = "The keys are shown only this once: printed, or in a new file that only its owner "
            "may\nread. The first member of each team is admin.\n"
            "  baton workspace create acme --marketing ana@acme.example --sales sam@acme.example "
            "\\\n      --starter mql --keys-file acme-keys.json",
    .words_min = 1,
    .words_max = 1,
    .options = create_options,
    .settings = SETTINGS_DATABASE,
    .run = run_create,
};

/* ---- list ---- */

static int run_list(struct cli *cli)
{
    struct arena *arena = arena_new(LIST_MEMORY_BYTES);
    struct workspace_row *rows;
    struct cli_store store;
    size_t count;

    if (arena == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    int code = cli_store_open(&store, cli, CLI_WITHOUT_SECRETS);
    if (code == CLI_OK) {
        if (workspace_table_list(store.job, arena, pg_deadline_in(CLI_READ_TIMEOUT_MS), &rows,
                                 &count) != PG_OK)
            code = cli_store_say_lost(store.job);
        for (size_t i = 0; code == CLI_OK && i < count; i++)
            printf("%s\n", rows[i].name);
        cli_store_close(&store);
    }
    arena_free(arena);
    return code;
}

const struct cli_command cli_workspace_list = {
    .name = "workspace list",
    .words = "",
    .what = "List the workspaces",
    .settings = SETTINGS_DATABASE,
    .run = run_list,
};
