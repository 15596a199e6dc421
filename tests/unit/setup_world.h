/*
 * A workspace in memory for tests of configuration changes: each command is decided on a work set
 * of its own, and what it wants written is applied to the configuration, as the store does.
 */
#ifndef BATON_TESTS_SETUP_WORLD_H
#define BATON_TESTS_SETUP_WORLD_H

#include "core/agreement/routes_document.h"
#include "core/command.h"
#include "core/command_decide.h"
#include "core/definition/starter.h"
#include "core/lead/stage_words.h"
#include "core/workspace_setup.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define WORLD_ROWS_MAX     64
#define WORLD_MEMORY_BYTES (64u << 20)
#define WORLD_NOW          ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */

struct world {
    struct arena *arena;
    struct config config;
    struct team teams[WORLD_ROWS_MAX];
    struct member members[WORLD_ROWS_MAX];
    struct api_key keys[WORLD_ROWS_MAX];
    struct agreement_version agreements[WORLD_ROWS_MAX];
    struct routes_document routes;
    struct source sources[WORLD_ROWS_MAX];
    struct subscription subscriptions[WORLD_ROWS_MAX];
    struct stage_words stages[STAGE_COUNT];
    struct chain_row chains[WORLD_ROWS_MAX];
    size_t chain_count;
    struct ledger_entry entries[WORLD_ROWS_MAX * 4]; /* all that was ever appended */
    size_t entry_count;
    struct answer_row answers[WORLD_ROWS_MAX];
    size_t answer_count;
    instant now;
    struct work work;
    struct outcome outcome; /* of the last command */
    json_t *answer;         /* its body */
};

static struct world world;

/* Differs from call to call, and is the same in every run. */
static inline void world_random(void *bytes, size_t len)
{
    static uint8_t next;

    for (size_t i = 0; i < len; i++)
        ((uint8_t *)bytes)[i] = ++next;
}

static inline void world_open(void)
{
    memset(&world, 0, sizeof world);
    world.arena = arena_new(WORLD_MEMORY_BYTES);
    world.now = WORLD_NOW;
    world.config.workspace = (struct uuid){{1, 0x99, 1}};
    world.config.name = "acme";
    memcpy(world.config.secret, "a secret of the workspace, 32 b.", 32);
    world.config.teams = world.teams;
    world.config.members = world.members;
    world.config.keys = world.keys;
    world.config.agreements = world.agreements;
    world.config.sources = world.sources;
    world.config.subscriptions = world.subscriptions;
    world.config.stages = world.stages;
}

static inline void world_close(void)
{
    json_decref(world.answer);
    routes_document_release(&world.routes);
    arena_free(world.arena);
}

/* ---- what the store does ---- */

#define WORLD_PUT(rows, count, row)                                                                \
    do {                                                                                           \
        size_t at = 0;                                                                             \
        while (at < (count) && !uuid_equal((rows)[at].id, (row)->id))                              \
            at++;                                                                                  \
        ck_assert_uint_lt(at, WORLD_ROWS_MAX);                                                     \
        (rows)[at] = *(row);                                                                       \
        (count) += at == (count);                                                                  \
    } while (0)

static inline struct agreement_version *world_version(enum agreement_kind kind, int number)
{
    for (size_t i = 0; i < world.config.agreement_count; i++)
        if (world.agreements[i].kind == kind && world.agreements[i].version == number)
            return &world.agreements[i];
    return NULL;
}

static inline void world_add_signature(struct agreement_version *version,
                                       const struct signature *signature)
{
    struct signature *all = ARENA_ARRAY(world.arena, struct signature, 16);

    for (size_t i = 0; i < version->signature_count; i++) {
        all[i] = version->signatures[i];
        if (uuid_equal(all[i].member, signature->member))
            return;
    }
    all[version->signature_count++] = *signature;
    version->signatures = all;
}

static inline void world_add_comment(struct agreement_version *version,
                                     const struct agreement_comment *comment)
{
    struct agreement_comment *all = ARENA_ARRAY(world.arena, struct agreement_comment, 16);

    for (size_t i = 0; i < version->comment_count; i++)
        all[i] = version->comments[i];
    all[version->comment_count++] = *comment;
    version->comments = all;
}

static inline void world_apply(const struct config_change *change)
{
    struct config *config = &world.config;
    struct agreement_version *version;

    switch (change->kind) {
    case CHANGE_TEAM:
        WORLD_PUT(world.teams, config->team_count, change->team);
        break;
    case CHANGE_MEMBER:
        WORLD_PUT(world.members, config->member_count, change->member);
        break;
    case CHANGE_KEY:
        WORLD_PUT(world.keys, config->key_count, change->key);
        break;
    case CHANGE_AGREEMENT:
        WORLD_PUT(world.agreements, config->agreement_count, change->agreement);
        break;
    case CHANGE_SIGNATURE: /* it stands in the version that is saved with it, or is put there */
        version = world_version(change->signature.kind, change->signature.version);
        world_add_signature(version, &change->signature.signature);
        break;
    case CHANGE_COMMENT:
        version = world_version(change->comment.kind, change->comment.version);
        world_add_comment(version, &change->comment.comment);
        break;
    case CHANGE_ACKNOWLEDGEMENT: {
        struct uuid *members = ARENA_ARRAY(world.arena, struct uuid, 16);
        instant *moments = ARENA_ARRAY(world.arena, instant, 16);
        version = world_version(change->acknowledgement.kind, change->acknowledgement.version);
        for (size_t i = 0; i < version->acknowledged_count; i++) {
            members[i] = version->acknowledged_by[i];
            moments[i] = version->acknowledged_at[i];
        }
        members[version->acknowledged_count] = change->acknowledgement.member;
        moments[version->acknowledged_count++] = change->acknowledgement.at;
        version->acknowledged_by = members;
        version->acknowledged_at = moments;
        break;
    }
    case CHANGE_SOURCE:
        WORLD_PUT(world.sources, config->source_count, change->source.row);
        break;
    case CHANGE_SUBSCRIPTION: /* of one that ends the row stays: no test looks after it */
        WORLD_PUT(world.subscriptions, config->subscription_count, change->subscription.row);
        break;
    case CHANGE_STAGE: { /* they have no id: each is known by its stage */
        size_t at = 0;
        while (at < config->stage_count && world.stages[at].stage != change->stage->stage)
            at++;
        world.stages[at] = *change->stage;
        config->stage_count += at == config->stage_count;
        break;
    }
    case CHANGE_BLOCK: /* of no row that these tests look at */
        break;
    }
}

/* The routes are those of the version in force, as the store reads them. */
static inline void world_take_routes(void)
{
    const struct agreement_version *version = world.config.in_force[AGREEMENT_ROUTES];
    struct faults *faults = ARENA_NEW(world.arena, struct faults);
    struct routes_document routes = {0};

    routes_document_release(&world.routes);
    faults_init(faults, world.arena);
    if (version != NULL) {
        json_t *document = json_loads(version->document, 0, NULL);
        ck_assert_int_eq(
            routes_document_read(document, &world.config, world.arena, faults, &routes), ERR_NONE);
        json_decref(document);
    }
    world.routes = routes;
    world.config.routes = routes.rules;
    world.config.route_count = routes.count;
    world.config.route_terms = routes.terms;
}

static inline void world_find_in_force(void)
{
    for (int kind = 0; kind < AGREEMENT_KIND_COUNT; kind++) {
        int in_force = 0;
        world.config.in_force[kind] = NULL;
        for (size_t i = 0; i < world.config.agreement_count; i++) {
            const struct agreement_version *version = &world.agreements[i];
            if ((int)version->kind != kind ||
                (version->state != AGREEMENT_IN_FORCE && version->state != AGREEMENT_SUSPENDED))
                continue;
            world.config.in_force[kind] = version;
            in_force++;
        }
        ck_assert_int_le(in_force, 1);
    }
    world_take_routes();
}

static inline void world_save(void)
{
    struct work *work = &world.work;

    work_close_entries(work);
    for (size_t i = 0; i < work->saves[KIND_CONFIG_CHANGE].count; i++)
        world_apply(work->saves[KIND_CONFIG_CHANGE].items[i]);
    for (size_t i = 0; i < work->saves[KIND_CHAIN].count; i++) {
        const struct chain_row *chain = work->saves[KIND_CHAIN].items[i];
        size_t at = 0;
        while (at < world.chain_count && !uuid_equal(world.chains[at].subject, chain->subject))
            at++;
        world.chains[at] = *chain;
        world.chain_count += at == world.chain_count;
    }
    for (size_t i = 0; i < work->saves[KIND_ENTRY].count; i++)
        world.entries[world.entry_count++] =
            *(struct ledger_entry *)work->saves[KIND_ENTRY].items[i];
    for (size_t i = 0; i < work->saves[KIND_ANSWER].count; i++)
        world.answers[world.answer_count++] =
            *(struct answer_row *)work->saves[KIND_ANSWER].items[i];
    world_find_in_force();
}

static inline void world_load(void)
{
    struct work *work = &world.work;
    struct list wanted = work->needs.of[KIND_CHAIN];

    work_init(work, world.arena, &world.config, world.now, world_random);
    for (size_t i = 0; i < wanted.count; i++) {
        struct chain_row *row = ARENA_NEW(world.arena, struct chain_row);
        row->subject = *(struct uuid *)wanted.items[i];
        for (size_t at = 0; at < world.chain_count; at++)
            if (uuid_equal(world.chains[at].subject, row->subject))
                *row = world.chains[at];
        work_put(work, KIND_CHAIN, &row->subject, row);
    }
    for (size_t i = 0; i < world.answer_count; i++)
        work_put(work, KIND_ANSWER, (&world.answers[i])->key, &world.answers[i]);
    work->needs.of[KIND_CHAIN] = wanted;
}

/* ---- commands ---- */

/** Decides a command, loads what it needs, applies it; the outcome's error. */
static inline enum err world_run(const struct command *command)
{
    int rounds = 0;

    world.work.needs.of[KIND_CHAIN] = (struct list){0};
    do {
        world_load();
        ck_assert_int_lt(rounds++, 3);
    } while (command_decide(&world.work, command, &world.outcome) == DECIDE_AGAIN);
    if (world.outcome.err == ERR_NONE)
        world_save();
    json_decref(world.answer);
    world.answer = NULL;
    if (world.outcome.body != NULL)
        world.answer = json_loadb(world.outcome.body, world.outcome.body_len, 0, NULL);
    ck_assert_ptr_nonnull(world.answer);
    return world.outcome.err;
}

static inline struct caller world_caller(const struct api_key *key)
{
    if (key == NULL)
        return (struct caller){.workspace = world.config.workspace, .operator= true };
    return (struct caller){.workspace = world.config.workspace,
                           .key = key->id,
                           .team = key->team,
                           .member = key->member,
                           .roles = key->roles};
}

/** By the operator when key is NULL. */
static inline enum err world_do(const struct api_key *key, enum command_kind kind,
                                const void *input)
{
    struct command command = {.kind = kind, .caller = world_caller(key), .input = input};

    return world_run(&command);
}

/** What must succeed for the story to go on. */
static inline void world_must(const struct api_key *key, enum command_kind kind, const void *input)
{
    if (world_do(key, kind, input) != ERR_NONE)
        ck_abort_msg("refused: %.*s", (int)world.outcome.body_len, world.outcome.body);
}

/* ---- a workspace to start with ---- */

static inline const struct member *world_member(const char *email)
{
    return config_member_by_email(&world.config, (struct uuid){{0}}, email);
}

/** The first key of a member. */
static inline const struct api_key *world_key(const char *email)
{
    const struct member *member = world_member(email);

    for (size_t i = 0; i < world.config.key_count; i++)
        if (member != NULL && uuid_equal(world.keys[i].member, member->id))
            return &world.keys[i];
    ck_abort_msg("no key of %s", email);
}

static inline const struct api_key *world_team_key(const char *name)
{
    const struct team *team = config_team_named(&world.config, name);

    for (size_t i = 0; i < world.config.key_count; i++)
        if (uuid_is_nil(world.keys[i].member) && uuid_equal(world.keys[i].team, team->id))
            return &world.keys[i];
    ck_abort_msg("no key of %s", name);
}

/** marketing (ana, max) and sales (sam), each with a team key, one route, a draft of mql. */
static inline void world_begin(void)
{
    static const char *const marketing[] = {"ana@acme.example", "max@acme.example"};
    static const char *const sales[] = {"sam@acme.example"};
    static const struct workspace_team teams[] = {
        {"marketing", "Marketing", FUNCTION_MARKETING, marketing, 2, ROLE_CAPTURE | ROLE_READ},
        {"sales", "Sales", FUNCTION_SALES, sales, 1, ROLE_WORK | ROLE_READ},
    };
    static const struct workspace_route routes[] = {
        {"marketing", "sales", {TERM_SRL, TERM_MQL}, 2}};
    const struct workspace_starter starters[] = {{TERM_MQL, starter_document(TERM_MQL)}};
    struct workspace_setup_input input = {"acme", teams, 2, routes, 1, starters, 1};

    world_open();
    world_must(NULL, COMMAND_WORKSPACE_SETUP, &input);
}

/** As when both sides have agreed on none. */
static inline void world_without_routes(void)
{
    world.config.agreement_count = 0;
    world_find_in_force();
}

/** The last entry of this kind, or NULL. */
static inline const struct ledger_entry *world_entry(enum ledger_kind kind)
{
    for (size_t i = world.entry_count; i > 0; i--)
        if (world.entries[i - 1].kind == kind)
            return &world.entries[i - 1];
    return NULL;
}

static inline const char *world_text(const char *name)
{
    const char *text = json_string_value(json_object_get(world.answer, name));

    return text == NULL ? "" : text;
}

/** Every entry's hash follows from the one before it in its subject's chain. */
static inline void world_check_chains(void)
{
    static const uint8_t zero[DIGEST_BYTES];

    for (size_t i = 0; i < world.entry_count; i++) {
        struct ledger_entry again = world.entries[i];
        const uint8_t *prev = zero;
        int64_t seq = 0;
        for (size_t at = 0; at < i; at++) {
            if (!uuid_equal(world.entries[at].subject, again.subject))
                continue;
            prev = world.entries[at].hash;
            seq = world.entries[at].seq;
        }
        ck_assert_int_eq(again.seq, seq + 1);
        ledger_hash(&again, world.config.workspace, prev);
        ck_assert_mem_eq(again.hash, world.entries[i].hash, DIGEST_BYTES);
    }
}

#endif
