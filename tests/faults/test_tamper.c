/*
 * Whoever owns the database changes it behind Baton's back: triggers off, then rows edited,
 * removed, moved, hashed again. `baton verify` must find each of it, name the place, and exit with
 * 4; where the chains were made to hold again, a checkpoint that somebody kept shows it.
 */
#include "story.h"
#include "trial.h"

#include "core/checkpoint.h"
#include "core/merkle.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEPT_MAX_BYTES 4096
#define WANTED_MAX     4
#define UNSOUND        4 /* exit code */

static struct trial trial;
static struct client *client;
static struct story *story;
static char kept_path[] = "/tmp/baton-kept-XXXXXX";

/* ---- what is there to be tampered with ---- */

#define CAPTURE(who)                                                                               \
    {                                                                                              \
        .label = "marketing captures " who ", who is offered", .method = "POST",                   \
        .path = "/v1/leads", .as = "marketing",                                                    \
        .body = "{'email':'" who "@corp.example','attributes':{'company.employees':120,"           \
                "'seniority':'vp'},'touch':{'kind':'form_submitted','source':'google'}}",          \
        .status = 201, .keep = {{who, "/lead/id"}, {who "_offer", "/handoff/id"}},                 \
    }

#define ANSWER(who, action, input)                                                                 \
    {                                                                                              \
        .label = "Sam answers for " who, .method = "POST",                                         \
        .path = "/v1/handoffs/${" who "_offer}/" action, .as = "sam", .body = input,               \
        .status = 200,                                                                             \
    }

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
    ANSWER("ann", "accept", "{}"),
    ANSWER("bob", "reject", "{'reason':'too_small'}"),
    {.label = "Bob was Ann all the time",
     .method = "POST",
     .path = "/v1/leads/${ann}/merge",
     .as = "ana",
     .body = "{'from':'${bob}'}",
     .status = 200},
    {.label = "Eve is forgotten",
     .method = "POST",
     .path = "/v1/leads/${eve}/erase",
     .as = "ana",
     .status = 200},
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
    " UPDATE lead SET hash = prev, seq = e.seq WHERE lead_id = subject;"
    " UPDATE chain SET hash = prev, seq = e.seq WHERE subject_id = subject; END $$;"
    "CREATE FUNCTION kept.edit(place bigint, old text, new text) RETURNS void LANGUAGE sql AS $$"
    " UPDATE ledger SET body = convert_to(replace(convert_from(body, 'UTF8'), old, new), 'UTF8')"
    " WHERE pos = place $$;"
    /* closes the gap that a removal left, and moves the head with it */
    "CREATE FUNCTION kept.close_up() RETURNS void LANGUAGE sql AS $$"
    " UPDATE ledger SET pos = pos + 100000;"
    " UPDATE ledger l SET pos = n FROM (SELECT pos, row_number() OVER (ORDER BY pos) n"
    " FROM ledger) o WHERE o.pos = l.pos;"
    " UPDATE workspace_head SET pos = (SELECT max(pos) FROM ledger) $$;"
    "CREATE FUNCTION kept.exchange(a bigint, b bigint) RETURNS void LANGUAGE sql AS $$"
    " UPDATE ledger SET pos = 100000 WHERE pos = a; UPDATE ledger SET pos = a WHERE pos = b;"
    " UPDATE ledger SET pos = b WHERE pos = 100000 $$;"
    /* the position of an entry: number n of this kind of the subject */
    "CREATE FUNCTION kept.at(subject uuid, n bigint) RETURNS bigint LANGUAGE sql AS $$"
    " SELECT pos FROM ledger WHERE subject_id = subject AND seq = n $$;";

static const char *const tables[] = {"ledger", "lead", "handoff", "chain", "workspace_head"};

#define TABLES (sizeof tables / sizeof *tables)

static void keep_all(void)
{
    char sql[512];

    database_exec(trial.database, TOOLS);
    for (size_t i = 0; i < TABLES; i++) {
        snprintf(sql, sizeof sql,
                 "CREATE TABLE kept.%s AS TABLE %s; ALTER TABLE %s DISABLE TRIGGER ALL", tables[i],
                 tables[i], tables[i]);
        database_exec(trial.database, sql);
    }
}

static void restore_all(void)
{
    char sql[512];

    for (size_t i = 0; i < TABLES; i++) {
        snprintf(sql, sizeof sql, "DELETE FROM %s; INSERT INTO %s TABLE kept.%s", tables[i],
                 tables[i], tables[i]);
        database_exec(trial.database, sql);
    }
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
        {"half", "SELECT max(pos) / 2 FROM ledger"},
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

/* ---- what a sceptic kept ---- */

static int hex_digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* The root over the first entries, out of the ledger itself. */
static void root_of(int64_t size, uint8_t out[DIGEST_BYTES])
{
    char *text =
        database_ask(trial.database, "SELECT string_agg(encode(hash, 'hex'), '' ORDER BY pos) "
                                     "FROM ledger");
    struct merkle_frontier frontier = {0};

    ck_assert_uint_ge(strlen(text), (size_t)size * 2 * DIGEST_BYTES);
    for (int64_t i = 0; i < size; i++) {
        uint8_t hash[DIGEST_BYTES], leaf[DIGEST_BYTES];
        for (int k = 0; k < DIGEST_BYTES; k++) {
            const char *at = text + (i * DIGEST_BYTES + k) * 2;
            hash[k] = (uint8_t)(hex_digit(at[0]) * 16 + hex_digit(at[1]));
        }
        merkle_leaf(hash, DIGEST_BYTES, leaf);
        merkle_frontier_append(&frontier, leaf, NULL);
    }
    merkle_frontier_root(&frontier, out);
    free(text);
}

static void write_checkpoint(struct json_out *out, const struct signing_key *key, int64_t size)
{
    struct checkpoint checkpoint = {.size = size, .at = 1795341600000000};

    ck_assert(uuid_parse(trial.workspace, &checkpoint.workspace));
    root_of(size, checkpoint.root);
    ck_assert(checkpoint_sign(&checkpoint, key));
    checkpoint_write(&checkpoint, out);
}

/* Of the whole ledger and of its first half, newest first, as the service answers them. */
static void keep_checkpoints(void)
{
    static const uint8_t seed[SIGNING_SEED_BYTES] = {7};
    struct signing_key *key = signing_key_new(seed);
    long long end = database_ask_int(trial.database, "SELECT max(pos) FROM ledger");
    struct json_out out;
    int fd = mkstemp(kept_path);

    ck_assert_ptr_nonnull(key);
    json_out_init(&out, KEPT_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    write_checkpoint(&out, key, end);
    write_checkpoint(&out, key, end / 2);
    json_out_end_array(&out);
    json_out_end_object(&out);
    ck_assert(!json_out_failed(&out));
    ck_assert_int_eq(write(fd, out.text, out.len), (ssize_t)out.len);
    close(fd);
    json_out_release(&out);
    signing_key_free(key);
}

static void set_up(void)
{
    trial_begin(&trial, NULL);
    client = client_new(service_url(trial.services[0]));
    story = story_new(client);
    story_set(story, "marketing", trial.marketing);
    story_set(story, "ana", trial.ana);
    story_set(story, "sam", trial.sam);
    story_run(story, past);
    service_stop(trial.services[0]);
    trial.services[0] = NULL;
    keep_all();
    name_positions();
    keep_checkpoints();
}

static void tear_down(void)
{
    unlink(kept_path);
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
     {"the entry at position ${lee_last} (of no known kind", "has kind 999, which there is not"}},
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
     {"the entry at position ${lee_last}, the last of subject ${lee}, has another hash than table "
      "lead says: it was changed"}},
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
      "its end was cut", "table lead says that subject ${zoe}"}},
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

static const struct tampering states[] = {
    {"another owner",
     "UPDATE lead SET owner_team = '${sales}' WHERE lead_id = '${lee}'",
     {"lead ${lee}: its owning team is ${marketing_team} by the ledger, ${sales} in the table"}},
    {"another stage",
     "UPDATE lead SET stage = 'customer' WHERE lead_id = '${kim}'",
     {"lead ${kim}: its stage is sql by the ledger, customer in the table"}},
    {"an open handoff dropped",
     "DELETE FROM handoff WHERE handoff_id = '${max_offer}'",
     {"lead ${max}: its open handoff is ${max_offer} (offered) by the ledger, none in the table",
      "the ledger made 7 handoffs, table handoff has 6"}},
    {"a closed handoff dropped",
     "DELETE FROM handoff WHERE handoff_id = '${lee_offer}'",
     {"handoff ${lee_offer}: it is rejected by the ledger, missing in the table"}},
    {"an open handoff in another state",
     "UPDATE handoff SET state = 'accepted', accepted_at = now() WHERE handoff_id = '${max_offer}'",
     {"lead ${max}: its open handoff is ${max_offer} (offered) by the ledger, ${max_offer} "
      "(accepted) in the table"}},
    {"a closed handoff in another state",
     "UPDATE handoff SET state = 'expired' WHERE handoff_id = '${lee_offer}'",
     {"handoff ${lee_offer}: it is rejected by the ledger, expired in the table"}},
    {"a closed handoff opened",
     "UPDATE handoff SET state = 'offered', closed_at = NULL WHERE handoff_id = '${lee_offer}'",
     {"handoff ${lee_offer}: it is rejected by the ledger, offered in the table",
      "lead ${lee}: its open handoff is none by the ledger, ${lee_offer} (offered) in the table"}},
    {"a handoff given to another lead",
     "UPDATE handoff SET lead_id = '${lee}' WHERE handoff_id = '${max_offer}'",
     {"lead ${max}: its open handoff is ${max_offer} (offered) by the ledger, none in the table",
      "lead ${lee}: its open handoff is none by the ledger, ${max_offer} (offered) in the table"}},
    {"the row of a lead dropped",
     "DELETE FROM lead WHERE lead_id = '${kim}'",
     {"lead ${kim} stands in the ledger and has no row in table lead"}},
    {"the row of the last lead dropped",
     "DELETE FROM lead WHERE lead_id = '${zoe}'",
     {"lead ${zoe} stands in the ledger and has no row in table lead"}},
    {"a lead invented",
     "CREATE TEMP TABLE l AS SELECT * FROM lead WHERE lead_id = '${kim}'; UPDATE l SET lead_id = "
     "'00000000-0000-7000-8000-00000000000a'; INSERT INTO lead TABLE l",
     {"lead 00000000-0000-7000-8000-00000000000a has a row in table lead and no entry in the "
      "ledger"}},
    {"a lead invented behind all others",
     "CREATE TEMP TABLE l AS SELECT * FROM lead WHERE lead_id = '${kim}'; UPDATE l SET lead_id = "
     "'ffffffff-0000-7000-8000-00000000000a'; INSERT INTO lead TABLE l",
     {"lead ffffffff-0000-7000-8000-00000000000a has a row in table lead and no entry in the "
      "ledger"}},
    {"a merged lead alive again",
     "UPDATE lead SET status = 'active', owner_team = '${sales}', due_at = now(), merged_into = "
     "NULL WHERE lead_id = '${bob}'",
     {"lead ${bob}: its status is merged by the ledger, active in the table",
      "lead ${bob}: its survivor is ${ann} by the ledger, none in the table"}},
    {"an erased lead alive again",
     "UPDATE lead SET status = 'active', owner_team = '${sales}', due_at = now() WHERE lead_id = "
     "'${eve}'",
     {"lead ${eve}: its status is erased by the ledger, active in the table"}},
    {"an offer left out, and the chain made to hold again",
     "DELETE FROM ledger WHERE pos = ${kim_3}; UPDATE ledger SET seq = seq - 1 WHERE subject_id = "
     "'${kim}' AND seq > 3; SELECT kept.close_up(); SELECT kept.forge('${kim}', 3)",
     {"(lead ${kim}, number 3, handoff.accepted) accepts a handoff that was not offered, by the "
      "entries before it"}},
    {"an absorbed chain that was changed after the merge",
     "SELECT kept.edit(kept.at('${bob}', 2), 'qualified', 'unclear'); SELECT kept.forge('${bob}', "
     "2)",
     {"lead ${ann} absorbed lead ${bob} up to an entry that is not the one that ended it"}},
    {0},
};

/* ---- what only a kept checkpoint shows ---- */

static const struct tampering forgeries[] = {
    {"an entry and all behind it hashed again",
     "SELECT kept.edit(${kim_2}, '\"points\":20', '\"points\":30'); SELECT "
     "kept.forge('${kim}', 2)",
     {"the kept checkpoint of size ${half}, signed at 2026-11-22T10:00:00Z, has another root than "
      "the entries at positions 1 to ${half}",
      "the kept checkpoint of size ${end}, signed at"}},
    {"the last entry hashed again",
     "UPDATE ledger SET at = at + interval '1 second' WHERE pos = ${end}; SELECT "
     "kept.forge('${zoe}', 3)",
     {"the kept checkpoint of size ${end}, signed at",
      "one behind position ${half} was changed, moved, inserted or dropped since"}},
    {"the positions of two subjects exchanged",
     "SELECT kept.exchange(${kim_1}, ${zoe_1})",
     {"the kept checkpoint of size ${half}, signed at"}},
    {"the end cut, and all heads set back",
     "DELETE FROM ledger WHERE subject_id = '${zoe}'; DELETE FROM handoff WHERE lead_id = "
     "'${zoe}'; DELETE FROM lead WHERE lead_id = '${zoe}'; UPDATE workspace_head SET pos = (SELECT "
     "max(pos) FROM ledger)",
     {"the kept checkpoint of size ${end}, signed at",
      "covers more than the ledger, which ends at position", "its end was cut"}},
    {"a lead dropped with its chain, and the gap closed",
     "DELETE FROM ledger WHERE subject_id = '${lee}'; DELETE FROM handoff WHERE lead_id = "
     "'${lee}'; DELETE FROM lead WHERE lead_id = '${lee}'; SELECT kept.close_up()",
     {"the kept checkpoint of size ${half}, signed at",
      "covers more than the ledger, which ends at position"}},
    {"an entry inserted, with all that belongs to it",
     "UPDATE ledger SET pos = pos + 100000 WHERE pos > ${lee_last}; INSERT INTO ledger SELECT "
     "workspace_id, ${lee_last} + 1, subject_id, seq + 1, 33, at, actor_kind, actor_id, team_id, "
     "body, hash FROM ledger WHERE pos = ${lee_last}; SELECT kept.forge('${lee}', ${lee_count}); "
     "SELECT kept.close_up()",
     {"the kept checkpoint of size ${end}, signed at",
      "was changed, moved, inserted or dropped since"}},
    {0},
};

START_TEST(what_is_forged_well_is_shown_by_a_kept_checkpoint)
{
    char words[256];

    snprintf(words, sizeof words, "verify --checkpoint %s acme 2>&1", kept_path);
    expect_sound(words, "before");
    for (const struct tampering *forgery = forgeries; forgery->what != NULL; forgery++) {
        tamper(forgery);
        expect_sound("verify acme 2>&1", forgery->what);
        expect_found(forgery, words);
        restore_all();
    }
}
END_TEST

static const struct tampering another_workspace = {
    "the workspace under another id",
    "UPDATE workspace SET name = 'acme-2'",
    {NULL},
};

START_TEST(a_kept_checkpoint_of_nothing_here_is_told)
{
    static char out[TRIAL_OUTPUT_MAX];
    char words[256];

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

static void each_is_found(const struct tampering *tampering, const char *words)
{
    for (; tampering->what != NULL; tampering++) {
        tamper(tampering);
        expect_found(tampering, words);
        restore_all();
    }
}

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

int main(void)
{
    Suite *suite = suite_create("tamper");
    TCase *t = tcase_create("tamper");

    tcase_set_timeout(t, 0);
    tcase_add_unchecked_fixture(t, set_up, tear_down);
    tcase_add_test(t, whatever_is_edited_is_named);
    tcase_add_test(t, whatever_is_removed_is_named);
    tcase_add_test(t, whatever_is_moved_or_added_is_named);
    tcase_add_test(t, every_row_that_the_ledger_does_not_bear_out_is_named);
    tcase_add_test(t, what_is_forged_well_is_shown_by_a_kept_checkpoint);
    tcase_add_test(t, a_kept_checkpoint_of_nothing_here_is_told);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
