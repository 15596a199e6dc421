/* Checkpoints as they are made: in turns, once however many make them, all or nothing, and never on
 * top of what was changed; and the proofs that are read from what they store. */
#include "reading.h"
#include "store/read/proof_read.h"
#include "store/table/checkpoint_table.h"
#include "suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGE   70000 /* three turns, three levels */
#define THREADS 4
#define SMALL   300

static struct reading r;
static struct signing_key *key;
static struct signing_key *next_key;

static void set_up(void)
{
    reading_begin(&r);
    reading_exec(&r, "DELETE FROM job WHERE workspace_id = :w; "
                     "INSERT INTO job VALUES (:w, 'checkpoint', now() + interval '1 hour', 0)");
}

static void tear_down(void)
{
    reading_end(&r);
}

/* Entries up to this position; chains and bodies do not matter here, the hashes do. */
static void grow(int64_t from, int64_t to)
{
    char sql[640];

    snprintf(sql, sizeof sql,
             "INSERT INTO ledger SELECT :w, n, :lead, n, 1, '2026-11-22T12:00:00Z', 0, NULL, NULL, "
             "convert_to('{\"n\":' || n || '}', 'UTF8'), sha256(convert_to('entry ' || n, 'UTF8')) "
             "FROM generate_series(%lld, %lld) n; "
             "UPDATE workspace_head SET pos = %lld WHERE workspace_id = :w",
             (long long)from, (long long)to, (long long)to);
    reading_exec(&r, sql);
}

/* The root that the definition gives, from the entries' hashes alone. */
static void root_of(int64_t size, uint8_t out[DIGEST_BYTES])
{
    struct merkle_frontier frontier = {0};

    for (int64_t n = 1; n <= size; n++) {
        char text[32];
        uint8_t hash[DIGEST_BYTES];
        struct digest_part part = {text, 0};
        part.len = (size_t)snprintf(text, sizeof text, "entry %lld", (long long)n);
        digest_sha256(&part, 1, hash);
        merkle_leaf(hash, sizeof hash, hash);
        merkle_frontier_append(&frontier, hash, NULL);
    }
    merkle_frontier_root(&frontier, out);
}

static struct checkpoint_turn take_with(struct signing_key *with, bool announced)
{
    struct checkpoint_turn turn;

    ck_assert_int_eq(checkpoint_take(r.pg, r.read.workspace, with, announced, &turn), PG_OK);
    return turn;
}

static struct checkpoint_turn take(void)
{
    return take_with(key, false);
}

static long long ask(const char *sql)
{
    return database_ask_int(r.database, sql);
}

static void assert_made(const struct checkpoint_turn *turn, int64_t size)
{
    uint8_t root[DIGEST_BYTES];

    ck_assert_int_eq(turn->state, CHECKPOINT_MADE);
    ck_assert_int_eq(turn->checkpoint.size, size);
    root_of(size, root);
    ck_assert_mem_eq(turn->checkpoint.root, root, DIGEST_BYTES);
    ck_assert_int_eq(checkpoint_check(&turn->checkpoint, signing_key_public(key)), PROOF_HOLDS);
}

/* ---- turns ---- */

START_TEST(a_checkpoint_follows_the_ledger_and_only_then)
{
    ck_assert_int_eq(take().state, CHECKPOINT_NONE);
    grow(1, 5);
    struct checkpoint_turn turn = take();
    assert_made(&turn, 5);
    ck_assert_int_eq(take().state, CHECKPOINT_NONE);
    grow(6, SMALL);
    turn = take();
    assert_made(&turn, SMALL);
    ck_assert_int_eq(ask("SELECT count(*) FROM checkpoint"), 2);
    ck_assert_int_eq(ask("SELECT count(*) FROM ledger_node"), 1);
    ck_assert_int_eq(ask("SELECT count(*) FROM signing_key WHERE since = 5"), 1);
    ck_assert_int_eq(ask("SELECT cursor FROM job WHERE name = 'checkpoint'"), SMALL);
    ck_assert_int_eq(ask("SELECT pos FROM workspace_head"), SMALL);
}
END_TEST

START_TEST(a_long_ledger_takes_turns_and_what_is_left_is_due_at_once)
{
    static const char due[] = "SELECT count(*) FROM job WHERE due_at <= now()";

    grow(1, LARGE);
    struct checkpoint_turn turn = take();
    assert_made(&turn, CHECKPOINT_TURN_MAX);
    ck_assert_int_eq(ask(due), 1);
    turn = take();
    assert_made(&turn, 2 * CHECKPOINT_TURN_MAX);
    turn = take();
    assert_made(&turn, LARGE);
    ck_assert_int_eq(take().state, CHECKPOINT_NONE);
    ck_assert_int_eq(ask("SELECT count(*) FROM ledger_node WHERE level = 1"), LARGE / 256);
    ck_assert_int_eq(ask("SELECT count(*) FROM ledger_node WHERE level = 2"), 1);
}
END_TEST

static void *take_many(void *argument)
{
    struct pg *pg = database_connect(r.database, "baton_app");
    struct checkpoint_turn turn = {.state = CHECKPOINT_MADE};
    int *made = argument;

    for (int quiet = 0; quiet < 20; quiet++) {
        ck_assert_int_eq(checkpoint_take(pg, r.read.workspace, key, false, &turn), PG_OK);
        ck_assert(turn.state == CHECKPOINT_MADE || turn.state == CHECKPOINT_NONE);
        *made += turn.state == CHECKPOINT_MADE;
        quiet = turn.state == CHECKPOINT_MADE ? 0 : quiet;
    }
    pg_free(pg);
    return NULL;
}

START_TEST(several_at_once_make_each_once)
{
    pthread_t threads[THREADS];
    int made[THREADS] = {0};
    int all = 0;

    grow(1, LARGE);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_many, &made[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        all += made[i];
    }
    struct checkpoint_turn rest = take();
    all += rest.state == CHECKPOINT_MADE;
    ck_assert_int_eq(all, 3);
    ck_assert_int_eq(ask("SELECT count(*) FROM checkpoint"), 3);
    ck_assert_int_eq(ask("SELECT max(size) FROM checkpoint"), LARGE);
    grow(LARGE + 1, LARGE + 1);
    struct checkpoint_turn turn = take();
    assert_made(&turn, LARGE + 1);
}
END_TEST

START_TEST(a_turn_that_fails_leaves_nothing_of_itself)
{
    struct checkpoint_turn turn;

    grow(1, SMALL);
    reading_exec(&r, "ALTER TABLE job ADD CONSTRAINT test_stop CHECK (cursor < 10)");
    ck_assert_int_eq(checkpoint_take(r.pg, r.read.workspace, key, false, &turn), PG_CONSTRAINT);
    ck_assert_int_eq(ask("SELECT (SELECT count(*) FROM checkpoint) + (SELECT count(*) FROM "
                         "ledger_node) + (SELECT count(*) FROM signing_key)"),
                     0);
    reading_exec(&r, "ALTER TABLE job DROP CONSTRAINT test_stop");
    turn = take();
    assert_made(&turn, SMALL);
}
END_TEST

/* ---- what was changed is not signed ---- */

#define TAMPER "SET session_replication_role = replica; ALTER TABLE ledger DISABLE TRIGGER ALL; "

START_TEST(nothing_is_signed_on_top_of_a_changed_ledger)
{
    grow(1, SMALL);
    ck_assert_int_eq(take().state, CHECKPOINT_MADE);
    grow(SMALL + 1, SMALL + 5);
    reading_exec(&r, TAMPER "UPDATE ledger SET hash = sha256('x') WHERE pos = 290");
    ck_assert_int_eq(take().state, CHECKPOINT_CHANGED);
    reading_exec(&r, "UPDATE ledger SET hash = sha256('entry 290') WHERE pos = 290");
    ck_assert_int_eq(take().state, CHECKPOINT_MADE);
    reading_exec(&r, "DELETE FROM ledger WHERE pos = 299");
    grow(SMALL + 6, SMALL + 9);
    ck_assert_int_eq(take().state, CHECKPOINT_CHANGED);
}
END_TEST

START_TEST(a_cut_tail_and_a_gap_are_seen)
{
    grow(1, SMALL);
    ck_assert_int_eq(take().state, CHECKPOINT_MADE);
    grow(SMALL + 1, SMALL + 5);
    reading_exec(&r, TAMPER "DELETE FROM ledger WHERE pos = 303");
    struct checkpoint_turn turn = take();
    ck_assert_int_eq(turn.state, CHECKPOINT_MISSING);
    ck_assert_int_eq(turn.pos, 303);
    reading_exec(&r, "DELETE FROM ledger WHERE pos > 298; UPDATE workspace_head SET pos = 298");
    turn = take();
    ck_assert_int_eq(turn.state, CHECKPOINT_CUT);
    ck_assert_int_eq(turn.pos, 299);
    ck_assert_int_eq(ask("SELECT count(*) FROM checkpoint"), 1);
}
END_TEST

/* ---- keys ---- */

START_TEST(a_new_key_is_announced_first_and_the_old_one_never_comes_back)
{
    grow(1, 3);
    struct checkpoint_turn turn = take();
    assert_made(&turn, 3);
    turn = take_with(next_key, false);
    ck_assert_int_eq(turn.state, CHECKPOINT_ROTATE);
    ck_assert_int_eq(turn.replacing.size, 3);
    ck_assert_mem_eq(turn.replacing.previous, signing_key_id(key), KEY_ID_BYTES);
    ck_assert_mem_eq(turn.replacing.public_key, signing_key_public(next_key), PUBLIC_KEY_BYTES);
    grow(4, 4);
    turn = take_with(next_key, true);
    ck_assert_int_eq(turn.state, CHECKPOINT_MADE);
    ck_assert_int_eq(checkpoint_check(&turn.checkpoint, signing_key_public(next_key)), PROOF_HOLDS);
    grow(5, 5);
    ck_assert_int_eq(take().state, CHECKPOINT_REPLACED);
    ck_assert_int_eq(take_with(key, true).state, CHECKPOINT_REPLACED);
    ck_assert_int_eq(take_with(next_key, false).state, CHECKPOINT_MADE);
    ck_assert_int_eq(ask("SELECT count(*) FROM signing_key"), 2);
}
END_TEST

/* ---- proofs ---- */

static void assert_covers(int64_t pos, const struct checkpoint *under)
{
    struct receipt receipt;
    struct receipt_wait wait;
    uint8_t leaf[DIGEST_BYTES];

    ck_assert_int_eq(proof_read_receipt(&r.read, pos, &receipt, &wait), ERR_NONE);
    ck_assert_int_eq(receipt.pos, pos);
    ck_assert_mem_eq(receipt.checkpoint.signature, under->signature, SIGNATURE_BYTES);
    merkle_leaf(receipt.entry.hash, DIGEST_BYTES, leaf);
    ck_assert(merkle_inclusion_holds(leaf, pos - 1, under->size, &receipt.path, under->root));
    ck_assert_uint_le(receipt.path.count, 17);
}

static void assert_consistent(const struct checkpoint *old, const struct checkpoint *new)
{
    struct consistency proof;
    const uint8_t *public = signing_key_public(key);

    ck_assert_int_eq(proof_read_consistency(&r.read, old->size, new->size, &proof), ERR_NONE);
    ck_assert_int_eq(consistency_check(&proof, old, public, public), PROOF_HOLDS);
}

START_TEST(proofs_are_read_from_what_is_stored)
{
    static const int64_t places[] = {1, 2, 256, 257, 32768, 32769, 65536, 65537, 69888, LARGE};
    struct checkpoint_turn turns[4];
    struct checkpoint_page latest;

    grow(1, 1);
    turns[0] = take();
    grow(2, LARGE);
    for (int i = 1; i < 4; i++)
        turns[i] = take();
    ck_assert_int_eq(turns[3].checkpoint.size, LARGE);
    ck_assert_int_eq(proof_read_checkpoints(&r.read, INT64_MAX, 1, &latest), ERR_NONE);
    ck_assert_uint_eq(latest.count, 1);
    ck_assert_int_eq(checkpoint_check(&latest.items[0], signing_key_public(key)), PROOF_HOLDS);
    ck_assert_int_eq(latest.items[0].size, LARGE);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        assert_covers(places[i], &latest.items[0]);
    for (int old = 0; old < 4; old++)
        for (int new = old; new < 4; new ++)
            assert_consistent(&turns[old].checkpoint, &turns[new].checkpoint);
}
END_TEST

START_TEST(what_is_not_there_or_not_covered_is_told)
{
    struct receipt receipt;
    struct receipt_wait wait;
    struct consistency proof;
    struct checkpoint_page none;

    ck_assert_int_eq(proof_read_checkpoints(&r.read, INT64_MAX, 1, &none), ERR_NONE);
    ck_assert_uint_eq(none.count, 0);
    grow(1, 3);
    ck_assert_int_eq(proof_read_receipt(&r.read, 3, &receipt, &wait), ERR_NOT_COVERED);
    ck_assert_int_gt(wait.now, wait.at);
    ck_assert_int_eq(take().state, CHECKPOINT_MADE);
    grow(4, 4);
    ck_assert_int_eq(proof_read_receipt(&r.read, 3, &receipt, &wait), ERR_NONE);
    ck_assert_int_eq(proof_read_receipt(&r.read, 4, &receipt, &wait), ERR_NOT_COVERED);
    ck_assert_int_eq(proof_read_receipt(&r.read, 5, &receipt, &wait), ERR_NOT_FOUND);
    ck_assert_int_eq(proof_read_consistency(&r.read, 1, 2, &proof), ERR_NOT_FOUND);
    ck_assert_int_eq(proof_read_consistency(&r.read, 4, 3, &proof), ERR_NOT_FOUND);
    ck_assert_int_eq(proof_read_consistency(&r.read, 0, 3, &proof), ERR_NOT_FOUND);
    ck_assert_int_eq(proof_read_consistency(&r.read, 2, 3, &proof), ERR_NONE);
}
END_TEST

START_TEST(pages_go_from_the_newest_back)
{
    struct checkpoint_page page;

    for (int i = 1; i <= 5; i++) {
        grow(i, i);
        ck_assert_int_eq(take().state, CHECKPOINT_MADE);
    }
    ck_assert_int_eq(proof_read_checkpoints(&r.read, INT64_MAX, 2, &page), ERR_NONE);
    ck_assert_uint_eq(page.count, 2);
    ck_assert(page.more);
    ck_assert_int_eq(page.items[0].size, 5);
    ck_assert_int_eq(proof_read_checkpoints(&r.read, page.items[1].size, 3, &page), ERR_NONE);
    ck_assert_uint_eq(page.count, 3);
    ck_assert(!page.more);
    ck_assert_int_eq(page.items[2].size, 1);
}
END_TEST

void suite_cases(Suite *suite)
{
    static const uint8_t seeds[2][SIGNING_SEED_BYTES] = {{1}, {2}};
    TCase *t = suite_case(suite, "checkpoint");

    key = signing_key_new(seeds[0]);
    next_key = signing_key_new(seeds[1]);
    if (key == NULL || next_key == NULL)
        abort();
    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, a_checkpoint_follows_the_ledger_and_only_then,
          a_long_ledger_takes_turns_and_what_is_left_is_due_at_once, several_at_once_make_each_once,
          a_turn_that_fails_leaves_nothing_of_itself, nothing_is_signed_on_top_of_a_changed_ledger,
          a_cut_tail_and_a_gap_are_seen,
          a_new_key_is_announced_first_and_the_old_one_never_comes_back,
          proofs_are_read_from_what_is_stored, what_is_not_there_or_not_covered_is_told,
          pages_go_from_the_newest_back);
}
