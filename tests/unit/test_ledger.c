/* The ledger's format, which is permanent: the worked entry of docs/ledger.md, chains, commitments.
 */
#include "core/ledger/ledger.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct uuid id(int last)
{
    struct uuid id = {{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80}};

    id.b[15] = (uint8_t)last;
    return id;
}

static void hex(const uint8_t *bytes, char out[2 * DIGEST_BYTES + 1])
{
    for (int i = 0; i < DIGEST_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static struct ledger_entry worked_entry(void)
{
    static const char body[] = "{\"stage\":\"inquiry\"}";

    return (struct ledger_entry){
        .subject = id(2),
        .kind = LEDGER_LEAD_ERASED,
        .actor = {ACTOR_MEMBER, id(3)},
        .team = id(4),
        .body = body,
        .body_len = sizeof body - 1,
    };
}

START_TEST(test_worked_entry)
{
    struct ledger_entry entry = worked_entry();
    struct chain chain = {0};
    char made[2 * DIGEST_BYTES + 1];

    ledger_append(&chain, &entry, id(1), 1795255200000000);
    ledger_close(&chain, id(1));
    hex(entry.hash, made);
    ck_assert_str_eq(made, "5062770a50ff36bf7bd4df356d41a08909a3c04d6163b4dbb65d23f02fe21fbe");
    ck_assert_int_eq(chain.seq, 1);
    ck_assert_mem_eq(chain.hash, entry.hash, DIGEST_BYTES);
}
END_TEST

START_TEST(test_each_member_counts)
{
    struct ledger_entry entry = worked_entry();
    uint8_t prev[DIGEST_BYTES] = {0};
    uint8_t before[DIGEST_BYTES];

    ledger_hash(&entry, id(1), prev);
    memcpy(before, entry.hash, sizeof before);
    for (int change = 0; change < 9; change++) {
        struct ledger_entry other = worked_entry();
        struct uuid workspace = id(change == 0 ? 9 : 1);
        uint8_t other_prev[DIGEST_BYTES] = {[31] = change == 8};
        other.subject = id(change == 1 ? 9 : 2);
        other.seq = change == 2;
        other.kind = change == 3 ? LEDGER_LEAD_MERGED : LEDGER_LEAD_ERASED;
        other.at = change == 4;
        other.actor.kind = change == 5 ? ACTOR_KEY : ACTOR_MEMBER;
        other.team = id(change == 6 ? 9 : 4);
        other.body_len -= change == 7;
        ledger_hash(&other, workspace, other_prev);
        ck_assert_msg(memcmp(before, other.hash, DIGEST_BYTES) != 0, "change %d is not hashed",
                      change);
    }
}
END_TEST

START_TEST(test_time_never_goes_back)
{
    struct ledger_entry first = worked_entry();
    struct ledger_entry second = worked_entry();
    struct chain chain = {0};

    ledger_append(&chain, &first, id(1), 2000);
    ledger_append(&chain, &second, id(1), 1000);
    ck_assert_int_eq(second.seq, 2);
    ck_assert_int_eq(second.at, 2000);
}
END_TEST

/* What is amended before it is closed is as if it had been written so; the next entry closes it,
 * and its hash is that of the amended one. */
START_TEST(test_an_open_entry_is_amended)
{
    struct ledger_entry whole = worked_entry(), amended = worked_entry();
    struct ledger_entry next = worked_entry(), next_again = worked_entry();
    struct chain chain = {0}, other = {0};
    static const char body[] = "{\"stage\":\"mql\"}";

    whole.body = body;
    whole.body_len = sizeof body - 1;
    ledger_append(&chain, &whole, id(1), 1000);
    ledger_append(&chain, &next, id(1), 2000);
    ledger_close(&chain, id(1));
    ledger_append(&other, &amended, id(1), 1000);
    ledger_amend(&other, body, sizeof body - 1);
    ledger_append(&other, &next_again, id(1), 2000);
    ledger_close(&other, id(1));
    ck_assert_mem_eq(whole.hash, amended.hash, DIGEST_BYTES);
    ck_assert_mem_eq(next.hash, next_again.hash, DIGEST_BYTES);
    ck_assert_mem_eq(chain.hash, other.hash, DIGEST_BYTES);
    ledger_close(&other, id(1)); /* closed it stays as it is */
    ck_assert_mem_eq(chain.hash, other.hash, DIGEST_BYTES);
}
END_TEST

START_TEST(test_commitment_needs_salt_field_and_value)
{
    uint8_t salt[SALT_BYTES] = {1};
    uint8_t other_salt[SALT_BYTES] = {2};
    uint8_t made[DIGEST_BYTES], again[DIGEST_BYTES], other[DIGEST_BYTES];

    ledger_commit(salt, "email", "kim@acme.example", 16, made);
    ledger_commit(salt, "email", "kim@acme.example", 16, again);
    ck_assert_mem_eq(made, again, DIGEST_BYTES);
    ledger_commit(other_salt, "email", "kim@acme.example", 16, other);
    ck_assert_mem_ne(made, other, DIGEST_BYTES);
    ledger_commit(salt, "emai", "lkim@acme.example", 17, other);
    ck_assert_mem_ne(made, other, DIGEST_BYTES);
}
END_TEST

/* RFC 4231, test cases 2, the key "Jefe", and 6, a key that is longer than a block. */
START_TEST(test_hmac_is_the_published_one)
{
    struct digest_part part = {"what do ya want for nothing?", 28};
    uint8_t made[DIGEST_BYTES];
    char text[2 * DIGEST_BYTES + 1];

    digest_hmac((const uint8_t *)"Jefe", 4, &part, 1, made);
    hex(made, text);
    ck_assert_str_eq(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    uint8_t large[131];
    memset(large, 0xaa, sizeof large);
    part = (struct digest_part){"Test Using Larger Than Block-Size Key - Hash Key First", 54};
    struct digest_key key;
    digest_key_set(&key, large, sizeof large);
    for (int i = 0; i < 2; i++) { /* it can be used again */
        digest_hmac_by(&key, &part, 1, made);
        hex(made, text);
        ck_assert_str_eq(text, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
}
END_TEST

START_TEST(test_kinds_have_names)
{
    ck_assert_str_eq(ledger_kind_name(LEDGER_LEAD_CAPTURED), "lead.captured");
    ck_assert_ptr_null(ledger_kind_name(0));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "format");

    TESTS(tcase, test_worked_entry, test_each_member_counts, test_time_never_goes_back,
          test_an_open_entry_is_amended, test_commitment_needs_salt_field_and_value,
          test_hmac_is_the_published_one, test_kinds_have_names);
}
