/* Checkpoints and receipts: the bytes that are signed, which are permanent, and that whatever is
 * changed in a receipt or in a proof of consistency is refused. */
#include "core/ledger/receipt.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES       5
#define OUT_MAX_BYTES 65536
#define MEMBERS_MAX   32

static struct signing_key *key;
static struct signing_key *other_key;

static struct uuid id(int last)
{
    struct uuid id = {{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80}};

    id.b[15] = (uint8_t)last;
    return id;
}

static void hex(const uint8_t *bytes, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* ---- the permanent bytes ---- */

static struct checkpoint worked_checkpoint(void)
{
    struct checkpoint checkpoint = {.workspace = id(1), .size = 1000, .at = 1795255200000000};

    for (int i = 0; i < DIGEST_BYTES; i++)
        checkpoint.root[i] = (uint8_t)i;
    return checkpoint;
}

/* The key is that of RFC 8032, section 7.1, test 1. docs/ledger.md has this checkpoint. */
START_TEST(the_worked_checkpoint_is_signed_so)
{
    struct checkpoint checkpoint = worked_checkpoint();
    uint8_t bytes[CHECKPOINT_BYTES];
    char text[2 * CHECKPOINT_BYTES + 1];

    ck_assert(checkpoint_sign(&checkpoint, key));
    checkpoint_bytes(&checkpoint, bytes);
    hex(bytes, sizeof bytes, text);
    ck_assert_str_eq(text, "6261746f6e2d636865636b706f696e7431"
                           "00000000000070008000000000000001"
                           "00000000000003e8"
                           "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                           "000660c66c7a2800"
                           "21fe31dfa154a261");
    hex(checkpoint.public_key, PUBLIC_KEY_BYTES, text);
    ck_assert_str_eq(text, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    hex(checkpoint.signature, SIGNATURE_BYTES, text);
    ck_assert_str_eq(text, "92c31e3aa938670845af60af839a4d9635cd5831429c2b1d0ea7d819aa73714a"
                           "467b27ad12099b9a5eb0890f31522482cc2eaf3fd6a89cef94842ae0e5384e0b");
}
END_TEST

START_TEST(each_member_of_a_checkpoint_counts)
{
    struct checkpoint fine = worked_checkpoint();
    const uint8_t *public = signing_key_public(key);

    ck_assert(checkpoint_sign(&fine, key));
    ck_assert_int_eq(checkpoint_check(&fine, public), PROOF_HOLDS);
    struct checkpoint changed[] = {fine, fine, fine, fine, fine, fine, fine};
    changed[0].workspace.b[15]++;
    changed[1].size++;
    changed[2].root[0] ^= 1;
    changed[3].at++;
    changed[4].signature[63] ^= 1;
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(checkpoint_check(&changed[i], public), PROOF_FAULT_SIGNATURE);
    changed[5].key_id[0]++;
    ck_assert_int_eq(checkpoint_check(&changed[5], public), PROOF_FAULT_KEY_ID);
    changed[6].public_key[0]++;
    ck_assert_int_eq(checkpoint_check(&changed[6], public), PROOF_FAULT_OTHER_KEY);
    ck_assert_int_eq(checkpoint_check(&fine, signing_key_public(other_key)), PROOF_FAULT_OTHER_KEY);
}
END_TEST

/* ---- keys as text ---- */

START_TEST(keys_are_read_as_they_were_written)
{
    char pem[SIGNING_PEM_MAX_BYTES];
    uint8_t public[PUBLIC_KEY_BYTES];
    struct signing_key *again;
    size_t len = signing_key_write(key, pem);

    ck_assert_uint_gt(len, 0);
    ck_assert_int_eq(signing_key_read(pem, len, &again), SIGNING_KEY_FINE);
    ck_assert_mem_eq(signing_key_id(again), signing_key_id(key), KEY_ID_BYTES);
    signing_key_free(again);
    len = public_key_write(signing_key_public(key), pem);
    ck_assert(public_key_read(pem, len, public));
    ck_assert_mem_eq(public, signing_key_public(key), PUBLIC_KEY_BYTES);
    hex(public, sizeof public, pem);
    memcpy(pem + strlen(pem), "\n", 2);
    ck_assert(public_key_read(pem, strlen(pem), public));
    ck_assert_mem_eq(public, signing_key_public(key), PUBLIC_KEY_BYTES);
}
END_TEST

START_TEST(other_keys_are_refused)
{
    static const char p256[] = "-----BEGIN PRIVATE KEY-----\n"
                               "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgPNF3700BZaK7g/cD\n"
                               "SGExHSjoLrsH53KU+N8JDoWaC7KhRANCAATGZL8ctolaB8wgZVM/ZGxpX0wCeQnc\n"
                               "CEiggsc/aUn+W1TMu4YikFDDNi5ZAlrf6s3OruHdKv8njxzNQVnQnMfl\n"
                               "-----END PRIVATE KEY-----\n";
    uint8_t public[PUBLIC_KEY_BYTES];
    struct signing_key *read;

    ck_assert_int_eq(signing_key_read("", 0, &read), SIGNING_KEY_NOT_PEM);
    ck_assert_int_eq(signing_key_read("hello", 5, &read), SIGNING_KEY_NOT_PEM);
    ck_assert_int_eq(signing_key_read(p256, sizeof p256 - 1, &read), SIGNING_KEY_OTHER);
    ck_assert(!public_key_read("", 0, public));
    ck_assert(!public_key_read("d75a98", 6, public));
    ck_assert(!public_key_read(p256, sizeof p256 - 1, public));
}
END_TEST

/* ---- a ledger of one chain ---- */

static struct ledger_entry entries[ENTRIES];
static uint8_t prevs[ENTRIES][DIGEST_BYTES];
static uint8_t leaves[ENTRIES][DIGEST_BYTES];

static bool get_leaf(void *context, int level, int64_t place, uint8_t out[DIGEST_BYTES])
{
    (void)context;
    if (level > 0 || place >= ENTRIES)
        return false;
    memcpy(out, leaves[place], DIGEST_BYTES);
    return true;
}

static const struct merkle_source source = {get_leaf, NULL};

static void make_ledger(void)
{
    static const char body[] = "{\"handoff\":\"\xc3\xa9\"}";
    struct chain chain = {0};

    for (int i = 0; i < ENTRIES; i++) {
        entries[i] = (struct ledger_entry){
            .subject = id(2),
            .kind = LEDGER_HANDOFF_ACCEPTED,
            .actor = {ACTOR_MEMBER, id(3)},
            .team = id(4),
            .body = body,
            .body_len = sizeof body - 1,
        };
        memcpy(prevs[i], chain.hash, DIGEST_BYTES);
        ledger_append(&chain, &entries[i], id(1), 1795255200000001 + i);
        ledger_close(&chain, id(1));
        merkle_leaf(entries[i].hash, DIGEST_BYTES, leaves[i]);
    }
}

static struct checkpoint checkpoint_of(int64_t size)
{
    struct checkpoint checkpoint = {
        .workspace = id(1), .size = size, .at = 1795255300000000 + size};
    struct merkle_frontier frontier;

    ck_assert(merkle_frontier_read(&source, size, &frontier));
    merkle_frontier_root(&frontier, checkpoint.root);
    ck_assert(checkpoint_sign(&checkpoint, key));
    return checkpoint;
}

static struct json_out begin_writing(void)
{
    struct arena *arena = arena_new(OUT_MAX_BYTES);
    struct json_out out;

    ck_assert_ptr_nonnull(arena);
    json_out_init(&out, arena, OUT_MAX_BYTES);
    return out;
}

static json_t *parse(struct json_out *out)
{
    struct text_out *text = &out->written;

    ck_assert(!arena_failed(text->arena));
    json_t *json = json_loadb(text->text, text->len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(json);
    arena_free(text->arena);
    return json;
}

static json_t *receipt_of(int place)
{
    struct receipt receipt = {
        .entry = entries[place], .pos = place + 1, .checkpoint = checkpoint_of(ENTRIES)};
    struct json_out out = begin_writing();

    memcpy(receipt.prev, prevs[place], DIGEST_BYTES);
    ck_assert(merkle_inclusion(&source, place, ENTRIES, &receipt.path));
    receipt_write(&receipt, &out);
    return parse(&out);
}

static enum proof_fault check_receipt(const json_t *json)
{
    struct receipt receipt;
    const char *wrong;
    enum proof_fault fault = receipt_read(json, &receipt, &wrong);

    ck_assert_int_eq(fault != PROOF_HOLDS, wrong != NULL);
    return fault == PROOF_HOLDS ? receipt_check(&receipt, signing_key_public(key)) : fault;
}

START_TEST(a_receipt_of_every_entry_holds)
{
    for (int i = 0; i < ENTRIES; i++) {
        json_t *json = receipt_of(i);
        ck_assert_int_eq(check_receipt(json), PROOF_HOLDS);
        json_decref(json);
    }
}
END_TEST

/* ---- tampering with JSON, wherever ---- */

/* Tells check of every way to change one value: another, removed, of another type; and of a member
 * too many in every object. Answers how many were tried. */
static int tamper(json_t *whole, json_t *at, enum proof_fault (*check)(const json_t *));

static int assert_refused(json_t *whole, const char *what,
                          enum proof_fault (*check)(const json_t *))
{
    enum proof_fault fault = check(whole);

    ck_assert_msg(fault != PROOF_HOLDS, "holds although %s was changed", what);
    return 1;
}

static json_t *changed(const json_t *value)
{
    char *text;

    if (json_is_integer(value))
        return json_integer(json_integer_value(value) + 1);
    if (json_is_null(value))
        return json_string("00000000-0000-7000-8000-000000000009");
    if (!json_is_string(value))
        return NULL;
    text = strdup(json_string_value(value));
    size_t last = strlen(text) - 1;
    last -= text[last] == 'Z' || text[last] == '}' || text[last] == '"';
    text[last] = text[last] == '0' ? '1' : '0';
    json_t *made = json_string(text);
    free(text);
    return made;
}

static int tamper_member(json_t *whole, json_t *object, const char *name,
                         enum proof_fault (*check)(const json_t *))
{
    json_t *kept = json_incref(json_object_get(object, name));
    json_t *instead[] = {changed(kept), json_true(), json_string(""), NULL};
    int tried = 0;

    for (int i = 0; i < 3; i++) {
        if (instead[i] == NULL)
            continue;
        json_object_set_new(object, name, instead[i]);
        tried += assert_refused(whole, name, check);
    }
    json_object_del(object, name);
    tried += assert_refused(whole, name, check);
    json_object_set_new(object, name, kept);
    return tried + tamper(whole, kept, check);
}

static int tamper_item(json_t *whole, json_t *array, size_t at,
                       enum proof_fault (*check)(const json_t *))
{
    json_t *kept = json_incref(json_array_get(array, at));

    json_array_set_new(array, at, changed(kept));
    int tried = assert_refused(whole, "an item", check);
    json_array_remove(array, at);
    tried += assert_refused(whole, "a removed item", check);
    json_array_insert_new(array, at, kept);
    json_array_insert(array, at, kept);
    tried += assert_refused(whole, "a doubled item", check);
    json_array_remove(array, at);
    return tried;
}

static int tamper(json_t *whole, json_t *at, enum proof_fault (*check)(const json_t *))
{
    char *names[MEMBERS_MAX]; /* changing a member moves it */
    int tried = 0;
    int count = 0;
    const char *name;
    json_t *value;

    for (size_t i = 0; i < json_array_size(at); i++)
        tried += tamper_item(whole, at, i, check);
    if (!json_is_object(at))
        return tried;
    json_object_foreach(at, name, value)
    {
        ck_assert_int_lt(count, MEMBERS_MAX);
        names[count++] = strdup(name);
    }
    for (int i = 0; i < count; i++) {
        tried += tamper_member(whole, at, names[i], check);
        free(names[i]);
    }
    json_object_set_new(at, "more", json_null());
    tried += assert_refused(whole, "a member more", check);
    json_object_del(at, "more");
    ck_assert_int_eq(check(whole), PROOF_HOLDS);
    return tried;
}

START_TEST(whatever_is_changed_in_a_receipt_is_refused)
{
    json_t *json = receipt_of(2);

    ck_assert_int_gt(tamper(json, json, check_receipt), 80);
    json_decref(json);
}
END_TEST

START_TEST(another_text_of_the_same_value_is_refused)
{
    json_t *json = receipt_of(1);
    json_t *entry = json_object_get(json, "entry");

    json_object_set_new(entry, "at", json_string("2026-11-21T10:00:00.000002+00:00"));
    ck_assert_int_eq(check_receipt(json), PROOF_FAULT_SHAPE);
    json_decref(json);
    json = receipt_of(1);
    entry = json_object_get(json, "entry");
    json_object_set_new(entry, "subject", json_string("00000000-0000-7000-8000-00000000000A"));
    ck_assert_int_eq(check_receipt(json), PROOF_FAULT_SHAPE);
    json_decref(json);
}
END_TEST

START_TEST(what_is_wrong_is_told)
{
    json_t *json = receipt_of(2);
    json_t *entry = json_object_get(json, "entry");

    json_object_set_new(entry, "body", json_string("{}"));
    ck_assert_int_eq(check_receipt(json), PROOF_FAULT_HASH);
    json_decref(json);
    json = receipt_of(2);
    json_object_set_new(json_object_get(json, "entry"), "pos", json_integer(2));
    ck_assert_int_eq(check_receipt(json), PROOF_FAULT_PATH);
    json_object_set_new(json_object_get(json, "entry"), "pos", json_integer(ENTRIES + 1));
    ck_assert_int_eq(check_receipt(json), PROOF_FAULT_UNCOVERED);
    json_decref(json);
    json = receipt_of(2);
    json_object_set_new(json_object_get(json, "entry"), "type", json_string("handoff.rejected"));
    ck_assert_int_eq(check_receipt(json), PROOF_FAULT_KIND);
    json_decref(json);
    ck_assert_ptr_null(proof_fault_words(PROOF_HOLDS));
    ck_assert_ptr_nonnull(proof_fault_words(PROOF_FAULT_INCONSISTENT));
}
END_TEST

/* ---- consistency ---- */

static struct checkpoint kept;

static json_t *consistency_of(int64_t from)
{
    struct consistency consistency = {.from = from, .checkpoint = checkpoint_of(ENTRIES)};
    struct json_out out = begin_writing();

    kept = checkpoint_of(from);
    ck_assert(merkle_consistency(&source, from, ENTRIES, &consistency.path));
    consistency_write(&consistency, &out);
    return parse(&out);
}

static enum proof_fault check_consistency(const json_t *json)
{
    const uint8_t *public = signing_key_public(key);
    struct consistency consistency;
    const char *wrong;

    if (!consistency_read(json, &consistency, &wrong))
        return PROOF_FAULT_SHAPE;
    return consistency_check(&consistency, &kept, public, public);
}

START_TEST(a_kept_checkpoint_is_the_beginning_of_a_newer)
{
    for (int64_t from = 1; from <= ENTRIES; from++) {
        json_t *json = consistency_of(from);
        ck_assert_int_eq(check_consistency(json), PROOF_HOLDS);
        ck_assert_int_gt(tamper(json, json, check_consistency), 30);
        json_decref(json);
    }
}
END_TEST

START_TEST(a_kept_checkpoint_of_another_ledger_is_told)
{
    json_t *json = consistency_of(3);

    kept.root[0] ^= 1;
    ck_assert_int_eq(check_consistency(json), PROOF_FAULT_SIGNATURE);
    ck_assert(checkpoint_sign(&kept, key));
    ck_assert_int_eq(check_consistency(json), PROOF_FAULT_INCONSISTENT);
    kept = checkpoint_of(3);
    kept.size = ENTRIES + 1;
    ck_assert(checkpoint_sign(&kept, key));
    ck_assert_int_eq(check_consistency(json), PROOF_FAULT_SHORTER);
    kept.workspace = id(7);
    ck_assert(checkpoint_sign(&kept, key));
    ck_assert_int_eq(check_consistency(json), PROOF_FAULT_WORKSPACE);
    json_decref(json);
}
END_TEST

/* RFC 8032, section 7.1, test 1: the secret key. */
static const uint8_t seed[SIGNING_SEED_BYTES] = {
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
};

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "receipt");
    uint8_t other[SIGNING_SEED_BYTES] = {1};

    key = signing_key_new(seed);
    other_key = signing_key_new(other);
    if (key == NULL || other_key == NULL)
        abort();
    make_ledger();
    TESTS(t, the_worked_checkpoint_is_signed_so, each_member_of_a_checkpoint_counts,
          keys_are_read_as_they_were_written, other_keys_are_refused,
          a_receipt_of_every_entry_holds, whatever_is_changed_in_a_receipt_is_refused,
          another_text_of_the_same_value_is_refused, what_is_wrong_is_told,
          a_kept_checkpoint_is_the_beginning_of_a_newer,
          a_kept_checkpoint_of_another_ledger_is_told);
}
