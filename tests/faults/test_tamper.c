/*
 * Whoever owns the database changes it behind Baton's back: triggers off, then rows edited,
 * removed, moved, hashed again. `baton verify` must find each of it, name the place, and exit with
 * 4; where the chains were made to hold again, a checkpoint that somebody kept shows it.
 */
#include "story.h"
#include "suite.h"
#include "test_cluster.h"
#include "trial.h"

#include "core/ledger/checkpoint.h"
#include "core/ledger/merkle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CROWD_LEADS        150
#define CROWD_ITEM_BYTES   40
#define CHECKPOINT_WAIT_MS 30000
#define CHECKPOINT_POLL_MS 50
#define FORGERIES_QUICK    2 /* of those tried once more with all checkpoints dropped */
#define WANTED_MAX         4
#define WORDS_MAX_BYTES    512
#define SQL_MAX_BYTES      8192
#define NAME_MAX_BYTES     64
#define PATH_MAX_BYTES     256
#define UNSOUND            4 /* exit code */

static struct trial trial;
static struct client *client;
static struct story *story;
static char key_path[PATH_MAX_BYTES];
static char kept_path[PATH_MAX_BYTES];

/* ---- what is there to be tampered with ---- */

#define CAPTURE(who)                                                                               \
    POST("marketing captures " who ", who is offered", "marketing", "/v1/leads",                   \
         "{'email':'" who "@corp.example','attributes':{'company.employees':120,"                  \
         "'seniority':'vp'},'touch':{'kind':'form_submitted','source':'google'}}",                 \
         201, .keep = {{who, "/lead/id"}, {who "_offer", "/handoff/id"}})

#define ANSWER(who, action, input)                                                                 \
    POST("Sam answers for " who, "sam", "/v1/handoffs/${" who "_offer}/" action, input, 200)

/* So many that the tree over them has stored nodes. */
#define CROWD "{'leads':[${crowd}]}"

static const struct step past[] = {
    CAPTURE("kim"),
    CAPTURE("lee"),
    CAPTURE("max"),
    CAPTURE("ann"),
    CAPTURE("bob"),
    CAPTURE("eve"),
    ANSWER("kim", "accept", "{}"),
    ANSWER("kim", "qualify", "{}"),
    ANSWER("lee", "reject", "{'reason':'too_small'}"),
    POST("a crowd comes", "marketing", "/v1/leads/batch", CROWD, 200),
    {0},
};

static const struct step present[] = {
    ANSWER("ann", "accept", "{}"),
    {0},
};

static const struct step lately[] = {
    ANSWER("ann", "return", "{'reason':'too_small'}"),
    ANSWER("bob", "reject", "{'reason':'too_small'}"),
    POST("Bob was Ann all the time", "ana", "/v1/leads/${ann}/merge", "{'from':'${bob}'}", 200),
    POST("Eve is forgotten", "ana", "/v1/leads/${eve}/erase", NULL, 200),
    CAPTURE("zoe"),
    {0},
};

/* With the triggers off; the hash is made as docs/ledger.md has it. */
static const char TOOLS[] =
    "CREATE SCHEMA kept;"
    "CREATE FUNCTION kept.hash(e ledger, prev bytea) RETURNS bytea LANGUAGE sql AS $$"
    " SELECT sha256('baton1'::bytea || uuid_send(e.workspace_id) || uuid_send(e.subject_id)"
    " || int8send(e.seq) || int2send(e.kind)"
    " || int8send((extract(epoch FROM e.at) * 1000000)::bigint)"
    " || substring(int2send(e.actor_kind) FROM 2)"
    " || COALESCE(uuid_send(e.actor_id), decode(repeat('00', 16), 'hex'))"
    " || COALESCE(uuid_send(e.team_id), decode(repeat('00', 16), 'hex'))"
    " || int4send(length(e.body)) || e.body || prev) $$;"
    /* every entry of the subject from this one on, and the head with them */
    "CREATE FUNCTION kept.forge(subject uuid, first bigint) RETURNS void LANGUAGE plpgsql AS $$"
    " DECLARE e ledger; prev bytea := decode(repeat('00', 32), 'hex');"
    " BEGIN FOR e IN SELECT * FROM ledger WHERE subject_id = subject ORDER BY seq LOOP"
    " IF e.seq >= first THEN e.hash := kept.hash(e, prev);"
    " UPDATE ledger SET hash = e.hash WHERE workspace_id = e.workspace_id AND pos = e.pos; END IF;"
    " prev := e.hash; END LOOP;"
    " UPDATE lead SET hash = prev, seq = e.seq, chain_at = e.at WHERE lead_id = subject;"
    " UPDATE chain SET hash = prev, seq = e.seq, at = e.at WHERE subject_id = subject; END $$;"
    "CREATE FUNCTION kept.edit(place bigint, old text, new text) RETURNS void LANGUAGE sql AS $$"
    " UPDATE ledger SET body = convert_to(replace(convert_from(body, 'UTF8'), old, new), 'UTF8')"
    " WHERE pos = place $$;"
    /* closes the gap that a removal left, and moves the head with it */
    "CREATE FUNCTION kept.close_up() RETURNS void LANGUAGE sql AS $$"
    " UPDATE ledger SET pos = pos + 10000000;"
    " UPDATE ledger l SET pos = n FROM (SELECT pos, row_number() OVER (ORDER BY pos) n"
    " FROM ledger) o WHERE o.pos = l.pos;"
    " UPDATE workspace_head SET pos = (SELECT max(pos) FROM ledger) $$;"
    "CREATE FUNCTION kept.exchange(a bigint, b bigint) RETURNS void LANGUAGE sql AS $$"
    " UPDATE ledger SET pos = 100000 WHERE pos = a; UPDATE ledger SET pos = a WHERE pos = b;"
    " UPDATE ledger SET pos = b WHERE pos = 100000 $$;"
    /* as if nothing had ever been signed */
    "CREATE FUNCTION kept.unsign() RETURNS void LANGUAGE sql AS $$"
    " DELETE FROM checkpoint; DELETE FROM ledger_node; DELETE FROM signing_key;"
    " DELETE FROM ledger WHERE kind = 72; SELECT kept.forge(workspace_id, 1) FROM workspace;"
    " SELECT kept.close_up() $$;"
    /* the position of an entry: number n of this kind of the subject */
    "CREATE FUNCTION kept.at(subject uuid, n bigint) RETURNS bigint LANGUAGE sql AS $$"
    " SELECT pos FROM ledger WHERE subject_id = subject AND seq = n $$;";

/* In this order rows go back. */
static const char *const tables[] = {"ledger",         "lead",        "identity",    "touch",
                                     "verdict",        "handoff",     "feedback",    "chain",
                                     "workspace_head", "signing_key", "ledger_node", "checkpoint"};

#define TABLES (sizeof tables / sizeof *tables)

/* One text for all tables; # is the table. */
static void exec_for_tables(const char *each)
{
    static char sql[SQL_MAX_BYTES];
    size_t len = 0;

    for (size_t i = 0; i < TABLES; i++)
        for (const char *at = each; *at != '\0'; at++)
            len += (size_t)snprintf(sql + len, sizeof sql - len, "%.*s",
                                    *at == '#' ? NAME_MAX_BYTES : 1, *at == '#' ? tables[i] : at);
    database_exec(trial.database, sql);
}

static void keep_all(void)
{
    database_exec(trial.database, TOOLS);
    exec_for_tables("CREATE TABLE kept.# AS TABLE #; ALTER TABLE # DISABLE TRIGGER ALL;");
}

static void restore_all(void)
{
    exec_for_tables("DELETE FROM #; INSERT INTO # TABLE kept.#;");
}

static char *fill(const char *text)
{
    const char *missing = NULL;
    char *filled = story_fill(story, text, false, &missing);

    ck_assert_msg(filled != NULL, "%s: nothing is named %s", text, missing == NULL ? "" : missing);
    return filled;
}

/* Names the positions that the tamperings speak of, before anything is changed. */
static void name_positions(void)
{
    static const struct {
        const char *name;
        const char *sql;
    } positions[] = {
        {"kim_1", "SELECT kept.at('${kim}', 1)"},
        {"kim_2", "SELECT kept.at('${kim}', 2)"},
        {"kim_3", "SELECT kept.at('${kim}', 3)"},
        {"kim_4", "SELECT kept.at('${kim}', 4)"},
        {"kim_last", "SELECT max(pos) FROM ledger WHERE subject_id = '${kim}'"},
        {"kim_count", "SELECT max(seq) FROM ledger WHERE subject_id = '${kim}'"},
        {"lee_last", "SELECT max(pos) FROM ledger WHERE subject_id = '${lee}'"},
        {"lee_count", "SELECT max(seq) FROM ledger WHERE subject_id = '${lee}'"},
        {"zoe_1", "SELECT kept.at('${zoe}', 1)"},
        {"ann_merged", "SELECT pos FROM ledger WHERE kind = 7"},
        {"bob_count", "SELECT max(seq) FROM ledger WHERE subject_id = '${bob}'"},
        {"end", "SELECT max(pos) FROM ledger"},
        {"before_end", "SELECT size + 1 FROM checkpoint ORDER BY size DESC LIMIT 1 OFFSET 1"},
        {"half", "SELECT max(size) FROM checkpoint WHERE size < (SELECT max(since) FROM "
                 "signing_key)"},
        {"sales", "SELECT team_id FROM team WHERE name = 'sales'"},
        {"marketing_team", "SELECT team_id FROM team WHERE name = 'marketing'"},
    };

    for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
        char *sql = fill(positions[i].sql);
        char *answer = database_ask(trial.database, sql);
        ck_assert_msg(answer != NULL, "%s: nothing", sql);
        story_set(story, positions[i].name, answer);
        free(answer);
        free(sql);
    }
}

/* ---- what is signed ---- */

static struct signing_key *key_of(uint8_t seed)
{
    const uint8_t bytes[SIGNING_SEED_BYTES] = {seed};
    struct signing_key *key = signing_key_new(bytes);

    ck_assert_ptr_nonnull(key);
    return key;
}

/* The server's key, from its next start on. */
static void give_key(uint8_t seed)
{
    char pem[SIGNING_PEM_MAX_BYTES];
    struct signing_key *key = key_of(seed);
    size_t len = signing_key_write(key, pem);
    FILE *file = fopen(key_path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_gt(len, 0);
    ck_assert_uint_eq(fwrite(pem, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
    signing_key_free(key);
}

/* None is made but where the test wants one. */
static void hold_checkpoints(void)
{
    database_exec(trial.database, "UPDATE job SET due_at = 'infinity' WHERE name = 'checkpoint'");
}

static void await_checkpoint(void)
{
    database_exec(trial.database, "UPDATE job SET due_at = now() WHERE name = 'checkpoint'");
    for (int waited = 0; waited < CHECKPOINT_WAIT_MS; waited += CHECKPOINT_POLL_MS) {
        if (trial_ask(&trial, "SELECT (max(size) = (SELECT pos FROM workspace_head))::int "
                              "FROM checkpoint") == 1)
            return hold_checkpoints();
        nanosleep(&(struct timespec){.tv_nsec = CHECKPOINT_POLL_MS * 1000000L}, NULL);
    }
    ck_abort_msg("no checkpoint came");
}

/* What a sceptic keeps: the page of checkpoints as the service answers it. */
static void keep_checkpoints(void)
{
    struct answer answer;
    FILE *file = fopen(kept_path, "w");

    ck_assert_ptr_nonnull(file);
    client_call(client,
                &(struct call){
                    .method = "GET", .target = "/v1/ledger/checkpoints", .token = trial.marketing},
                &answer);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_uint_ge(json_array_size(json_object_get(answer.json, "data")), 2);
    ck_assert_uint_eq(fwrite(answer.body, 1, answer.body_len, file), answer.body_len);
    ck_assert_int_eq(fclose(file), 0);
    answer_release(&answer);
}

/* ---- the past ---- */

static void name_crowd(void)
{
    static char crowd[CROWD_LEADS * CROWD_ITEM_BYTES];
    size_t len = 0;

    for (int i = 0; i < CROWD_LEADS; i++)
        len += (size_t)snprintf(crowd + len, sizeof crowd - len,
                                "%s{\"email\":\"c%d@corp.example\"}", i == 0 ? "" : ",", i);
    story_set(story, "crowd", crowd);
}

static void make_file(char *path)
{
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void begin(void)
{
    struct trial_options options = {.settings = {{"BATON_SIGNING_KEY_FILE", key_path}}};

    scratch_path(key_path, sizeof key_path, "baton-tamper-key-XXXXXX");
    scratch_path(kept_path, sizeof kept_path, "baton-tamper-kept-XXXXXX");
    make_file(key_path);
    make_file(kept_path);
    give_key(1);
    trial_begin(&trial, &options);
    hold_checkpoints();
    client = client_new(service_url(trial.services[0]));
    story = story_new(client);
    story_set(story, "marketing", trial.marketing);
    story_set(story, "ana", trial.ana);
    story_set(story, "sam", trial.sam);
    name_crowd();
}

/* Two checkpoints with a key each, and one more; then the server ends. */
static void set_up(void)
{
    begin();
    story_run(story, past);
    await_checkpoint();
    service_kill(trial.services[0]);
    give_key(2);
    service_restart(trial.services[0]);
    story_run(story, present);
    await_checkpoint();
    story_run(story, lately);
    await_checkpoint();
    keep_checkpoints();
    service_stop(trial.services[0]);
    trial.services[0] = NULL;
    keep_all();
    name_positions();
}

static void tear_down(void)
{
    unlink(kept_path);
    unlink(key_path);
    story_free(story);
    client_free(client);
    trial_free(&trial);
}

/* ---- tampering ---- */

struct tampering {
    const char *what;
    const char *sql;                /* ${kim} is Kim's id, ${kim_offer} that of her handoff */
    const char *wanted[WANTED_MAX]; /* what verify says */
};

static void expect_sound(const char *words, const char *when)
{
    static char out[TRIAL_OUTPUT_MAX];
    int code = trial_baton(&trial, words, out);

    ck_assert_msg(code == 0, "%s: exit code %d: %s", when, code, out);
}

static void expect_found(const struct tampering *tampering, const char *words)
{
    static char out[TRIAL_OUTPUT_MAX];
    int code = trial_baton(&trial, words, out);

    ck_assert_msg(code == UNSOUND, "%s: exit code %d, wanted %d: %s", tampering->what, code,
                  UNSOUND, out);
    for (size_t i = 0; i < WANTED_MAX && tampering->wanted[i] != NULL; i++) {
        char *wanted = fill(tampering->wanted[i]);
        ck_assert_msg(strstr(out, wanted) != NULL, "%s: wanted \"%s\", got: %s", tampering->what,
                      wanted, out);
        free(wanted);
    }
}

static void tamper(const struct tampering *tampering)
{
    char *sql = fill(tampering->sql);

    database_exec(trial.database, sql);
    free(sql);
}

static void each_is_found(const struct tampering *tampering, const char *words)
{
    for (; tampering->what != NULL; tampering++) {
        tamper(tampering);
        expect_found(tampering, words);
        restore_all();
    }
}

/* ---- what the chains show ---- */

static const struct tampering edits[] = {
    {"a body edited",
     "SELECT kept.edit(${kim_2}, 'qualified', 'unclear')",
     {"the entry at position ${kim_2} (lead.judged, number 2 of subject ${kim}) does not have the "
      "hash of its content and of the entry before it, at position ${kim_1}"}},
    {"the first body edited",
     "SELECT kept.edit(${kim_1}, 'inquiry', 'prospect')",
     {"the entry at position ${kim_1} (lead.captured, number 1 of subject ${kim}) does not have "
      "the hash of its content: it was changed"}},
    {"a byte of white space added",
     "SELECT kept.edit(${lee_last}, '{', '{ ')",
     {"the entry at position ${lee_last} (handoff.rejected"}},
    {"another actor",
     "UPDATE ledger SET actor_id = gen_random_uuid() WHERE pos = ${lee_last}",
     {"the entry at position ${lee_last} (handoff.rejected, number ${lee_count} of subject "
      "${lee})"}},
    {"the system instead of a member",
     "UPDATE ledger SET actor_kind = 0, actor_id = NULL WHERE pos = ${lee_last}",
     {"the entry at position ${lee_last} (handoff.rejected"}},
    {"another team",
     "UPDATE ledger SET team_id = '${marketing_team}' WHERE pos = ${lee_last}",
     {"the entry at position ${lee_last} (handoff.rejected"}},
    {"another time",
     "UPDATE ledger SET at = at + interval '1 microsecond' WHERE pos = ${kim_last}",
     {"the entry at position ${kim_last} (handoff.qualified"}},
    {"an earlier time",
     "UPDATE ledger SET at = at - interval '1 day' WHERE pos = ${kim_last}",
     {"the entry at position ${kim_last} (handoff.qualified, number ${kim_count} of subject "
      "${kim}) is older than the one before it in its chain"}},
    {"another kind",
     "UPDATE ledger SET kind = 26 WHERE pos = ${lee_last}",
     {"the entry at position ${lee_last} (handoff.returned, number ${lee_count}"}},
    {"a kind that there is not",
     "UPDATE ledger SET kind = 999 WHERE pos = ${lee_last}",
     {"the entry at position ${lee_last} (of no known kind", "has kind 999, which does not exist"}},
    {"another subject",
     "UPDATE ledger SET subject_id = '${zoe}', seq = 99 WHERE pos = ${lee_last}",
     {"to 98 of its subject are missing before the entry at position ${lee_last}",
      "table lead says that subject ${lee} has ${lee_count} entries"}},
    {"an entry of a team",
     "UPDATE ledger SET body = '{}' WHERE subject_id = '${sales}' AND seq = 1",
     {"(team.created, number 1 of subject ${sales}) does not have the hash of its content"}},
    {"an entry hashed again after it was edited",
     "SELECT kept.edit(${kim_2}, 'qualified', 'unclear'); UPDATE ledger e SET hash = kept.hash(e, "
     "(SELECT hash FROM ledger WHERE pos = ${kim_1})) WHERE pos = ${kim_2}",
     {"the entry at position ${kim_3} (handoff.offered, number 3 of subject ${kim}) does not have "
      "the hash of its content and of the entry before it, at position ${kim_2}: one of the two "
      "was changed"}},
    {"the last entry hashed again after it was edited",
     "SELECT kept.edit(${lee_last}, 'too_small', 'no_budget'); UPDATE ledger e SET hash = "
     "kept.hash(e, (SELECT hash FROM ledger WHERE subject_id = '${lee}' AND seq = ${lee_count} - "
     "1)) WHERE pos = ${lee_last}",
     {"the entry at position ${lee_last}, the last of subject ${lee}, has another hash or time "
      "than table lead says: it was changed"}},
    {0},
};

static const struct tampering removals[] = {
    {"an entry in the middle",
     "DELETE FROM ledger WHERE pos = ${kim_3}",
     {"entry number 3 of its subject is missing before the entry at position ${kim_4} "
      "(handoff.accepted, number 4 of subject ${kim})",
      "the entry at position ${kim_3} is missing"}},
    {"two in the middle",
     "DELETE FROM ledger WHERE pos IN (${kim_2}, ${kim_3})",
     {"entries number 2 to 3 of its subject are missing before the entry at position ${kim_4}",
      "${kim_2}", "missing"}},
    {"the first of a chain",
     "DELETE FROM ledger WHERE pos = ${kim_1}",
     {"entry number 1 of its subject is missing before the entry at position ${kim_2}",
      "the entry at position ${kim_1} is missing"}},
    {"the last of a chain",
     "DELETE FROM ledger WHERE pos = ${kim_last}",
     {"table lead says that subject ${kim} has ${kim_count} entries, its chain ends with number 4",
      "its end was cut", "the entry at position ${kim_last} is missing"}},
    {"the last of all",
     "DELETE FROM ledger WHERE pos = ${end}",
     {"table workspace_head says that ${end} positions were given out, the ledger ends at",
      "its end was cut", "table lead says that subject ${zoe} has 3 entries",
      "the stored checkpoint of size ${end}, signed at"}},
    {"a whole subject",
     "DELETE FROM ledger WHERE subject_id = '${kim}'",
     {"table lead says that subject ${kim} has ${kim_count} entries, the ledger has none: its "
      "chain was dropped",
      "missing"}},
    {"a definition's chain",
     "DELETE FROM ledger WHERE kind BETWEEN 40 AND 47",
     {"table chain says that subject", "the ledger has none: its chain was dropped"}},
    {"a lead with its chain",
     "DELETE FROM ledger WHERE subject_id = '${kim}'; DELETE FROM handoff WHERE lead_id = "
     "'${kim}'; DELETE FROM lead WHERE lead_id = '${kim}'",
     {"the entries at positions ${kim_1} to ${kim_3} are missing",
      "the entries at positions ${kim_4} to ${kim_last} are missing"}},
    {"an entry in the middle, and the gap closed",
     "DELETE FROM ledger WHERE pos = ${kim_3}; SELECT kept.close_up()",
     {"entry number 3 of its subject is missing before the entry at position"}},
    {"the row of a lead",
     "DELETE FROM lead WHERE lead_id = '${zoe}'",
     {"subject ${zoe} has 3 entries, up to position ${end}, and no row in tables lead and chain"}},
    {"the head of the workspace",
     "DELETE FROM workspace_head",
     {"table workspace_head has no row of the workspace"}},
    {0},
};

static const struct tampering moves[] = {
    {"two entries of a chain exchanged",
     "UPDATE ledger SET seq = 1000 WHERE pos = ${kim_2}; UPDATE ledger SET seq = 2 WHERE pos = "
     "${kim_3}; UPDATE ledger SET seq = 3 WHERE pos = ${kim_2}",
     {"the entry at position ${kim_3} (handoff.offered, number 2 of subject ${kim}) does not have "
      "the hash",
      "the entry at position ${kim_2} (lead.judged, number 3 of subject ${kim}) does not have the "
      "hash"}},
    {"an entry added at the end",
     "INSERT INTO ledger SELECT workspace_id, ${end} + 1, subject_id, seq + 1, kind, at, "
     "actor_kind, actor_id, team_id, body, hash FROM ledger WHERE pos = ${lee_last}",
     {"table workspace_head says that ${end} positions were given out, the ledger ends at",
      "entries were added", "table lead says that subject ${lee} has ${lee_count} entries",
      "(handoff.rejected"}},
    {"one added with a hash that fits",
     "INSERT INTO ledger SELECT workspace_id, ${end} + 1, subject_id, seq + 1, kind, at, "
     "actor_kind, actor_id, team_id, body, hash FROM ledger WHERE pos = ${lee_last}; "
     "UPDATE ledger e SET hash = kept.hash(e, (SELECT hash FROM ledger WHERE pos = ${lee_last})) "
     "WHERE pos = ${end} + 1",
     {"table lead says that subject ${lee} has ${lee_count} entries, its chain ends with number",
      "entries were added"}},
    {"a subject added",
     "INSERT INTO ledger SELECT workspace_id, ${end} + 1, gen_random_uuid(), 1, kind, at, "
     "actor_kind, actor_id, team_id, body, hash FROM ledger WHERE pos = ${kim_1}; UPDATE ledger e "
     "SET hash = kept.hash(e, decode(repeat('00', 32), 'hex')) WHERE pos = ${end} + 1; UPDATE "
     "workspace_head SET pos = pos + 1",
     {"and no row in tables lead and chain: its row was dropped, or its entries were added"}},
    {"the head moved on",
     "UPDATE workspace_head SET pos = pos + 1",
     {"table workspace_head says that", "its end was cut"}},
    {0},
};

/* ---- what the replay shows ---- */

#define NOBODY "00000000-0000-7000-8000-0000000000ff"

static const struct tampering states[] = {
    {"another owner",
     "UPDATE lead SET owner_team = '${sales}' WHERE lead_id = '${lee}'",
     {"lead ${lee}: its owning team is ${marketing_team} in the ledger, ${sales} in the table"}},
    {"another stage",
     "UPDATE lead SET stage = 'customer' WHERE lead_id = '${kim}'",
     {"lead ${kim}: its stage is sql in the ledger, customer in the table"}},
    {"an open handoff dropped",
     "DELETE FROM handoff WHERE handoff_id = '${max_offer}'",
     {"lead ${max}: its open handoff is ${max_offer} (offered) in the ledger, none in the table",
      "the ledger has 7 handoffs, table handoff has 6"}},
    {"a closed handoff dropped",
     "DELETE FROM handoff WHERE handoff_id = '${lee_offer}'",
     {"handoff ${lee_offer}: it is rejected in the ledger, missing in the table"}},
    {"an open handoff in another state",
     "UPDATE handoff SET state = 'accepted', accepted_at = now() WHERE handoff_id = '${max_offer}'",
     {"lead ${max}: its open handoff is ${max_offer} (offered) in the ledger, ${max_offer} "
      "(accepted) in the table"}},
    {"a closed handoff in another state",
     "UPDATE handoff SET state = 'expired' WHERE handoff_id = '${lee_offer}'",
     {"handoff ${lee_offer}: it is rejected in the ledger, expired in the table"}},
    {"a closed handoff opened",
     "UPDATE handoff SET state = 'offered', closed_at = NULL WHERE handoff_id = '${lee_offer}'",
     {"handoff ${lee_offer}: it is rejected in the ledger, offered in the table",
      "lead ${lee}: its open handoff is none in the ledger, ${lee_offer} (offered) in the table"}},
    {"a handoff given to another lead",
     "UPDATE handoff SET lead_id = '${lee}' WHERE handoff_id = '${max_offer}'",
     {"lead ${max}: its open handoff is ${max_offer} (offered) in the ledger, none in the table",
      "lead ${lee}: its open handoff is none in the ledger, ${max_offer} (offered) in the table"}},
    {"the row of a lead dropped",
     "DELETE FROM lead WHERE lead_id = '${kim}'",
     {"lead ${kim} is in the ledger and has no row in table lead"}},
    {"the row of the last lead dropped",
     "DELETE FROM lead WHERE lead_id = '${zoe}'",
     {"lead ${zoe} is in the ledger and has no row in table lead"}},
    {"a lead invented",
     "CREATE TEMP TABLE l AS SELECT * FROM lead WHERE lead_id = '${kim}'; UPDATE l SET lead_id = "
     "'00000000-0000-7000-8000-00000000000a'; INSERT INTO lead TABLE l",
     {"lead 00000000-0000-7000-8000-00000000000a has a row in table lead and no entry in the "
      "ledger"}},
    {"a lead invented after all others",
     "CREATE TEMP TABLE l AS SELECT * FROM lead WHERE lead_id = '${kim}'; UPDATE l SET lead_id = "
     "'ffffffff-0000-7000-8000-00000000000a'; INSERT INTO lead TABLE l",
     {"lead ffffffff-0000-7000-8000-00000000000a has a row in table lead and no entry in the "
      "ledger"}},
    {"a merged lead alive again",
     "UPDATE lead SET status = 'active', owner_team = '${sales}', next_step = 'review', next_why = "
     "'x', next_at = now(), merged_into = "
     "NULL WHERE lead_id = '${bob}'",
     {"lead ${bob}: its status is merged in the ledger, active in the table",
      "lead ${bob}: its survivor is ${ann} in the ledger, none in the table"}},
    {"a merged lead that somebody else answers for",
     "UPDATE lead SET merged_into = '${kim}' WHERE lead_id = '${bob}'",
     {"lead ${bob}: its survivor is ${ann} in the ledger, ${kim} in the table"}},
    {"an erased lead alive again",
     "UPDATE lead SET status = 'active', owner_team = '${sales}', next_step = 'review', next_why = "
     "'x', next_at = now() WHERE lead_id = "
     "'${eve}'",
     {"lead ${eve}: its status is erased in the ledger, active in the table"}},
    {"an offer left out, and the chain made to hold again",
     "DELETE FROM ledger WHERE pos = ${kim_3}; UPDATE ledger SET seq = seq - 1 WHERE subject_id = "
     "'${kim}' AND seq > 3; SELECT kept.close_up(); SELECT kept.forge('${kim}', 3)",
     {"(lead ${kim}, number 3, handoff.accepted) accepts a handoff that was not offered, by the "
      "entries before it"}},
    {"a lead whose owner is no team",
     "UPDATE lead SET owner_team = '" NOBODY "' WHERE lead_id = '${lee}'",
     {"table lead (owner_team) names a team that there is not, in 1 row: ${lee}"}},
    {"a lead that no team offered first",
     "UPDATE lead SET first_team = '" NOBODY "' WHERE lead_id = '${lee}'",
     {"table lead (first_team) names a team that there is not, in 1 row: ${lee}"}},
    {"a merged lead that nobody answers for",
     "UPDATE lead SET merged_into = '" NOBODY "' WHERE lead_id = '${bob}'",
     {"table lead (merged_into) names a lead that there is not, in 1 row: ${bob}"}},
    {"identities of nobody",
     "UPDATE identity SET lead_id = '" NOBODY "' WHERE lead_id = '${lee}'",
     {"table identity (lead_id) names a lead that there is not, in"}},
    {"touches of nobody",
     "UPDATE touch SET lead_id = '" NOBODY "' WHERE lead_id = '${lee}'",
     {"table touch (lead_id) names a lead that there is not, in"}},
    {"verdicts on nobody",
     "UPDATE verdict SET lead_id = '" NOBODY "' WHERE lead_id = '${lee}'",
     {"table verdict (lead_id) names a lead that there is not, in"}},
    {"a closed handoff of nobody",
     "UPDATE handoff SET lead_id = '" NOBODY "' WHERE handoff_id = '${lee_offer}'",
     {"table handoff (lead_id) names a lead that there is not, in 1 row: ${lee_offer}"}},
    {"a handoff from no team",
     "UPDATE handoff SET from_team = '" NOBODY "' WHERE handoff_id = '${lee_offer}'",
     {"table handoff (from_team) names a team that there is not, in 1 row: ${lee_offer}"}},
    {"a handoff to no team",
     "UPDATE handoff SET to_team = '" NOBODY "' WHERE handoff_id = '${lee_offer}'",
     {"table handoff (to_team) names a team that there is not, in 1 row: ${lee_offer}"}},
    {"feedback on no handoff",
     "INSERT INTO feedback SELECT workspace_id, '" NOBODY "', '" NOBODY "', lead_id, 'feedback', "
     "NULL, NULL, '" NOBODY "', now() FROM lead WHERE lead_id = '${lee}'",
     {"table feedback (handoff_id) names a handoff that there is not, in 1 row"}},
    {"an absorbed chain that was changed after the merge",
     "SELECT kept.edit(kept.at('${bob}', 2), 'qualified', 'unclear'); SELECT kept.forge('${bob}', "
     "2)",
     {"lead ${ann} absorbed lead ${bob} up to an entry that is not the one that ended it"}},
    {0},
};

/* ---- what only checkpoints show ---- */

static const struct tampering forgeries[] = {
    {"an entry and all after it hashed again",
     "SELECT kept.edit(${kim_2}, '\"points\":20', '\"points\":30'); SELECT "
     "kept.forge('${kim}', 2)",
     {"the stored checkpoint of size ${half}, signed at ",
      "has another root than the entries at positions 1 to ${half}: one at positions",
      "table ledger_node has another node of level 1, place 0 than the entries at positions 1 to "
      "256 make"}},
    {"the last entry hashed again",
     "UPDATE ledger SET at = at + interval '1 second' WHERE pos = ${end}; SELECT "
     "kept.forge('${zoe}', 3)",
     {"the stored checkpoint of size ${end}, signed at",
      "one at positions ${before_end} to ${end} was changed, moved, inserted or dropped since "
      "then"}},
    {"the positions of two subjects exchanged",
     "SELECT kept.exchange(${kim_1}, ${zoe_1})",
     {"the stored checkpoint of size ${half}, signed at"}},
    {"the end cut, and all heads set back",
     "DELETE FROM ledger WHERE subject_id = '${zoe}'; DELETE FROM handoff WHERE lead_id = "
     "'${zoe}'; DELETE FROM lead WHERE lead_id = '${zoe}'; UPDATE workspace_head SET pos = (SELECT "
     "max(pos) FROM ledger)",
     {"the stored checkpoint of size ${end}, signed at",
      "covers more than the ledger, which ends at position", "its end was cut"}},
    {"a lead dropped with its chain, and the gap closed",
     "DELETE FROM ledger WHERE subject_id = '${lee}'; DELETE FROM handoff WHERE lead_id = "
     "'${lee}'; DELETE FROM lead WHERE lead_id = '${lee}'; SELECT kept.close_up()",
     {"the stored checkpoint of size ${half}, signed at",
      "covers more than the ledger, which ends at position"}},
    {"an entry inserted, with all that belongs to it",
     "UPDATE ledger SET pos = pos + 100000 WHERE pos > ${lee_last}; INSERT INTO ledger SELECT "
     "workspace_id, ${lee_last} + 1, subject_id, seq + 1, 33, at, actor_kind, actor_id, team_id, "
     "body, hash FROM ledger WHERE pos = ${lee_last}; SELECT kept.forge('${lee}', ${lee_count}); "
     "SELECT kept.close_up()",
     {"the stored checkpoint of size ${half}, signed at",
      "was changed, moved, inserted or dropped since then"}},
    {0},
};

static const struct tampering signatures[] = {
    {"another root",
     "UPDATE checkpoint SET root = sha256('x') WHERE size = ${end}",
     {"the stored checkpoint of size ${end} does not hold: the checkpoint's signature does not fit "
      "what it says",
      "has another root than the entries at positions 1 to ${end}"}},
    {"another signature",
     "UPDATE checkpoint SET signature = sha256('x') || sha256('y') WHERE size = ${end}",
     {"the stored checkpoint of size ${end} does not hold: the checkpoint's signature"}},
    {"another time",
     "UPDATE checkpoint SET at = at - interval '1 day' WHERE size = ${end}",
     {"the stored checkpoint of size ${end} does not hold: the checkpoint's signature",
      "the stored checkpoint of size ${end} is older than the one before it"}},
    {"a key that was replaced signs",
     "UPDATE checkpoint SET key_id = (SELECT key_id FROM signing_key ORDER BY since LIMIT 1) WHERE "
     "size = ${end}",
     {"the stored checkpoint of size ${end} is signed with key", "which was not in use then"}},
    {"another public key",
     "UPDATE signing_key SET public_key = sha256('x') WHERE since > ${half}",
     {"table signing_key has key", "with another public key",
      "and the ledger does not say that it replaced the key before it",
      "the stored checkpoint of size ${end} does not hold"}},
    {"a key that nobody announced",
     "INSERT INTO signing_key SELECT workspace_id, substring(sha256(sha256('x')) FOR 8), "
     "sha256('x'), ${end} FROM workspace",
     {"since size ${end}, and the ledger does not say that it replaced the key before it",
      "which was not in use then"}},
    {"the checkpoints of a key dropped",
     "DELETE FROM checkpoint WHERE size > ${half}",
     {"and no checkpoint of it was compared: its checkpoints were dropped, or the key was added"}},
    {"a key dropped with its checkpoints",
     "DELETE FROM checkpoint WHERE size <= ${half}; DELETE FROM signing_key WHERE since <= ${half}",
     {"says that a signing key was replaced that table signing_key does not have: it was dropped "
      "with its checkpoints"}},
    {"a node of the tree",
     "UPDATE ledger_node SET hash = sha256('x')",
     {"table ledger_node has another node of level 1, place 0 than the entries at positions 1 to "
      "256 make"}},
    {"a node dropped",
     "DELETE FROM ledger_node",
     {"table ledger_node has no node of level 1, place 0, which is over positions 1 to 256"}},
    {0},
};

static void say_verify_kept(char words[WORDS_MAX_BYTES])
{
    snprintf(words, WORDS_MAX_BYTES, "verify --checkpoint %s acme 2>&1", kept_path);
}

START_TEST(what_is_forged_well_is_shown_by_a_checkpoint)
{
    char words[WORDS_MAX_BYTES];

    say_verify_kept(words);
    expect_sound(words, "before");
    each_is_found(forgeries, "verify acme 2>&1");
}
END_TEST

START_TEST(whatever_was_signed_cannot_be_changed_either)
{
    each_is_found(signatures, "verify acme 2>&1");
}
END_TEST

static const struct tampering dropped = {
    "all checkpoints dropped",
    "SELECT kept.unsign()",
    {"the kept checkpoint of size ${half} is not in table checkpoint: it was dropped",
     "the kept checkpoint of size", "covers more than the ledger, which ends at position"},
};

/* Nothing in the database shows it any more; what a sceptic has at home does. */
START_TEST(with_all_checkpoints_dropped_a_kept_one_shows_it)
{
    char words[WORDS_MAX_BYTES];

    say_verify_kept(words);
    tamper(&dropped);
    expect_sound("verify acme 2>&1", "all checkpoints dropped");
    expect_found(&dropped, words);
    restore_all();
    for (const struct tampering *forgery = forgeries; forgery->what != NULL; forgery++) {
        if (getenv("BATON_LONG") == NULL && forgery - forgeries >= FORGERIES_QUICK)
            break;
        tamper(forgery);
        tamper(&dropped);
        expect_sound("verify acme 2>&1", forgery->what);
        expect_found(&(struct tampering){forgery->what, "", {"the kept checkpoint of size"}},
                     words);
        restore_all();
    }
}
END_TEST

/* ---- everything signed again ---- */

static void exec_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void exec_format(const char *format, ...)
{
    static char sql[SQL_MAX_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(sql, sizeof sql, format, args);
    va_end(args);
    char *filled = fill(sql);
    database_exec(trial.database, filled);
    free(filled);
}

static const char *hex(const uint8_t *bytes, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return out;
}

static int hex_digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* The root over the whole ledger as it is now. */
static void root_now(uint8_t out[DIGEST_BYTES])
{
    char *text = database_ask(trial.database, "SELECT string_agg(encode(hash, 'hex'), '' ORDER BY "
                                              "pos) FROM ledger");
    struct merkle_frontier frontier = {0};

    for (const char *at = text; *at != '\0';) {
        uint8_t hash[DIGEST_BYTES], leaf[DIGEST_BYTES];
        for (int k = 0; k < DIGEST_BYTES; k++, at += 2)
            hash[k] = (uint8_t)(hex_digit(at[0]) * 16 + hex_digit(at[1]));
        merkle_leaf(hash, DIGEST_BYTES, leaf);
        merkle_frontier_append(&frontier, leaf, NULL);
    }
    merkle_frontier_root(&frontier, out);
    free(text);
}

/* The forger's key takes the place of the second one, in the ledger too. */
static void replace_key(const struct signing_key *key)
{
    char id[2 * KEY_ID_BYTES + 1], public_key[2 * PUBLIC_KEY_BYTES + 1];

    hex(signing_key_id(key), KEY_ID_BYTES, id);
    hex(signing_key_public(key), PUBLIC_KEY_BYTES, public_key);
    exec_format("SELECT kept.edit(l.pos, encode(k.key_id, 'hex'), '%s'), kept.edit(l.pos, "
                "encode(k.public_key, 'hex'), '%s') FROM ledger l, signing_key k WHERE l.kind = 72 "
                "AND k.since > ${half}; SELECT kept.forge(workspace_id, 1) FROM workspace; "
                "UPDATE signing_key SET key_id = decode('%s', 'hex'), public_key = decode('%s', "
                "'hex') WHERE since > ${half}; DELETE FROM checkpoint WHERE size > ${half}; "
                "UPDATE signing_key SET since = ${end} WHERE since > ${half}",
                id, public_key, id, public_key);
}

static void sign_again(uint8_t seed)
{
    struct checkpoint checkpoint = {.at = 1900000000000000};
    char id[2 * KEY_ID_BYTES + 1], root[2 * DIGEST_BYTES + 1];
    char signature[2 * SIGNATURE_BYTES + 1];
    struct signing_key *key = key_of(seed);

    replace_key(key);
    ck_assert(uuid_parse(trial.workspace, &checkpoint.workspace));
    checkpoint.size = database_ask_int(trial.database, "SELECT max(pos) FROM ledger");
    root_now(checkpoint.root);
    ck_assert(checkpoint_sign(&checkpoint, key));
    exec_format("INSERT INTO checkpoint SELECT workspace_id, ${end}, decode('%s', 'hex'), "
                "to_timestamp(1900000000), decode('%s', 'hex'), decode('%s', 'hex') FROM workspace",
                hex(checkpoint.root, DIGEST_BYTES, root), hex(checkpoint.key_id, KEY_ID_BYTES, id),
                hex(checkpoint.signature, SIGNATURE_BYTES, signature));
    signing_key_free(key);
}

static const struct tampering resigned = {
    "an entry, all hashes after it, and every signature made anew",
    "UPDATE ledger SET at = at + interval '1 second' WHERE pos = ${end}; SELECT "
    "kept.forge('${zoe}', 3)",
    {"the kept checkpoint of size ${end} is signed with key",
     "was in use then: checkpoints were signed again", "has another root than the entries"},
};

START_TEST(who_signs_everything_again_has_another_key)
{
    char words[WORDS_MAX_BYTES];

    say_verify_kept(words);
    tamper(&resigned);
    sign_again(9);
    expect_sound("verify --state acme 2>&1", resigned.what);
    expect_found(&resigned, words);
    restore_all();
}
END_TEST

static const struct tampering another_workspace = {
    "the workspace under another id",
    "UPDATE workspace SET name = 'acme-2'",
    {NULL},
};

/* A checkpoint of a workspace that is not here, in the place of those that were kept. */
static void keep_of_another(bool signature_holds)
{
    struct checkpoint checkpoint = {.workspace = {{9}}, .size = 1, .at = 1795341600000000};
    struct signing_key *key = key_of(1);
    struct json_out out;
    FILE *file = fopen(kept_path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert(checkpoint_sign(&checkpoint, key));
    checkpoint.size += !signature_holds;
    struct arena *arena = arena_new(SQL_MAX_BYTES);
    json_out_init(&out, arena, SQL_MAX_BYTES);
    checkpoint_write(&checkpoint, &out);
    ck_assert_uint_eq(fwrite(out.written.text, 1, out.written.len, file), out.written.len);
    arena_free(arena);
    ck_assert_int_eq(fclose(file), 0);
    signing_key_free(key);
}

START_TEST(a_whole_workspace_that_is_gone_is_told)
{
    static char out[TRIAL_OUTPUT_MAX];
    char words[WORDS_MAX_BYTES];

    snprintf(words, sizeof words, "verify --checkpoint %s 2>&1", kept_path);
    keep_of_another(true);
    ck_assert_int_eq(trial_baton(&trial, words, out), UNSOUND);
    ck_assert_ptr_nonnull(strstr(out, "is of a workspace that is not here"));
    keep_of_another(false);
    ck_assert_int_eq(trial_baton(&trial, words, out), 2);
    ck_assert_ptr_nonnull(strstr(out, "signature does not fit"));
}
END_TEST

START_TEST(a_kept_checkpoint_is_of_its_workspace)
{
    static char out[TRIAL_OUTPUT_MAX];
    char words[WORDS_MAX_BYTES];

    tamper(&another_workspace);
    snprintf(words, sizeof words, "verify --checkpoint %s 2>&1", kept_path);
    expect_sound(words, "a workspace keeps its id under another name");
    database_exec(trial.database, "UPDATE workspace SET name = 'acme'");
    snprintf(words, sizeof words,
             "workspace create other --marketing ana@o.example --sales sam@o.example >/dev/null");
    ck_assert_int_eq(trial_baton(&trial, words, out), 0);
    snprintf(words, sizeof words, "verify --checkpoint %s other 2>&1", kept_path);
    ck_assert_int_eq(trial_baton(&trial, words, out), 2);
    ck_assert_ptr_nonnull(strstr(out, "not every checkpoint that was given is of workspace other"));
    snprintf(words, sizeof words, "verify --checkpoint %s 2>&1", kept_path);
    expect_sound(words, "two workspaces, one checkpoint");
    restore_all();
}
END_TEST

START_TEST(whatever_is_edited_is_named)
{
    expect_sound("verify --state acme 2>&1", "before");
    each_is_found(edits, "verify acme 2>&1");
    expect_sound("verify --state acme 2>&1", "after");
}
END_TEST

START_TEST(whatever_is_removed_is_named)
{
    each_is_found(removals, "verify acme 2>&1");
}
END_TEST

START_TEST(whatever_is_moved_or_added_is_named)
{
    each_is_found(moves, "verify acme 2>&1");
}
END_TEST

START_TEST(every_row_that_the_ledger_does_not_bear_out_is_named)
{
    each_is_found(states, "verify --state acme 2>&1");
    expect_sound("verify --state acme 2>&1", "after");
}
END_TEST

/* ---- a range of positions ---- */

/* Leads that changed after ${half}. */
static const struct tampering recent[] = {
    {"another owner of a lead that came lately",
     "UPDATE lead SET owner_team = '${sales}' WHERE lead_id = '${ann}'",
     {"lead ${ann}: its owning team is"}},
    {"its score",
     "UPDATE verdict SET score = score + 1 WHERE lead_id = '${zoe}'",
     {"table verdict, lead ${zoe}, number"}},
    {"its row dropped",
     "DELETE FROM lead WHERE lead_id = '${zoe}'",
     {"subject ${zoe} has 3 entries, up to position ${end}, and no row in tables lead and chain",
      "lead ${zoe} is in the ledger and has no row in table lead"}},
    {"its chain cut",
     "DELETE FROM ledger WHERE pos = ${end}",
     {"table lead says that subject ${zoe} has 3 entries", "its end was cut"}},
    {"an entry from before the range",
     "SELECT kept.edit(kept.at('${ann}', 2), 'qualified', 'unclear')",
     {"(lead.judged, number 2 of subject ${ann}) does not have the hash"}},
    {"a merged lead that somebody else answers for",
     "UPDATE lead SET merged_into = '${kim}' WHERE lead_id = '${bob}'",
     {"lead ${bob}: its survivor is ${ann} in the ledger, ${kim} in the table"}},
    {0},
};

/* What nobody touched since is left out, and what is left out is in the part before. */
static const struct tampering early = {
    "another stage of a lead that nobody touched since",
    "UPDATE lead SET stage = 'customer' WHERE lead_id = '${kim}'",
    {"lead ${kim}: its stage is sql in the ledger, customer in the table"},
};

START_TEST(a_range_is_checked_for_itself)
{
    char *since = fill("verify --state --since ${half} acme 2>&1");
    char *until = fill("verify --state --until ${half} acme 2>&1");
    char kept[WORDS_MAX_BYTES];

    expect_sound(since, "the later part");
    expect_sound(until, "the earlier part");
    each_is_found(recent, since);
    tamper(&early);
    expect_sound(since, early.what);
    expect_found(&early, until);
    restore_all();
    snprintf(kept, sizeof kept, "verify --state --since checkpoint --checkpoint %s acme 2>&1",
             kept_path);
    expect_sound(kept, "since the last checkpoint that was kept");
    free(since);
    free(until);
}
END_TEST

START_TEST(a_range_has_to_be_one)
{
    static const char *const wrong[] = {
        "verify --since soon acme", "verify --since -1 acme", "verify --since checkpoint acme",
        "verify --since 5 --until 5 acme", "verify --until 99999999999999999999 acme"};
    static char out[TRIAL_OUTPUT_MAX];

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(trial_baton(&trial, wrong[i], out) == 2, "%s: %s", wrong[i], out);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "tamper");

    tcase_add_unchecked_fixture(t, set_up, tear_down);
    TESTS(t, whatever_is_edited_is_named, whatever_is_removed_is_named,
          whatever_is_moved_or_added_is_named, every_row_that_the_ledger_does_not_bear_out_is_named,
          what_is_forged_well_is_shown_by_a_checkpoint,
          whatever_was_signed_cannot_be_changed_either,
          with_all_checkpoints_dropped_a_kept_one_shows_it,
          who_signs_everything_again_has_another_key, a_range_is_checked_for_itself,
          a_range_has_to_be_one, a_kept_checkpoint_is_of_its_workspace);
    tcase_add_test(t, a_whole_workspace_that_is_gone_is_told); /* overwrites what was kept */
}
