/* The file of keys that secrets are sealed with: made whole, added to by two at once, read again
 * when it has changed, and refused with the line that is wrong. */
#include "suite.h"
#include "test_cluster.h"

#include "store/seal/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY_A  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B  "202122232425262728292A2B2C2D2E2F303132333435363738393a3b3c3d3e3f"
#define ADDERS 8

static char directory[160];
static char path[192];
static struct arena *arena;
static const struct seal_place at = {{{1}}, {{2}}, "source_secret"};

static void set_up(void)
{
    scratch_path(directory, sizeof directory, "baton-keyring-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/key", directory);
    arena = arena_new(1 << 16);
}

static void tear_down(void)
{
    arena_free(arena);
    unlink(path);
    ck_assert_msg(rmdir(directory) == 0, "files are left in %s", directory);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    chmod(path, 0600);
}

static struct keyring *open_ring(void)
{
    char why[PRIVATE_FILE_WHY_MAX_BYTES] = "";
    struct keyring *ring = keyring_open(path, why);

    ck_assert_msg(ring != NULL, "%s", why);
    return ring;
}

static void assert_refused(const char *text, const char *wanted)
{
    char why[PRIVATE_FILE_WHY_MAX_BYTES] = "";

    if (text != NULL)
        write_file(text);
    ck_assert_ptr_null(keyring_open(path, why));
    ck_assert_msg(strstr(why, wanted) != NULL, "wanted \"%s\" in \"%s\"", wanted, why);
}

static struct seal_bytes seal(struct keyring *ring, const char *text)
{
    struct seal_bytes sealed =
        keyring_seal(ring, &at, (struct seal_bytes){text, strlen(text)}, arena);

    ck_assert_ptr_nonnull(sealed.bytes);
    return sealed;
}

static enum seal_end unseal(struct keyring *ring, struct seal_bytes sealed, const char **text)
{
    struct seal_bytes clear;
    enum seal_end end = keyring_unseal(ring, &at, sealed, arena, &clear);

    if (end == SEAL_DONE) {
        *text = clear.bytes;
        ck_assert_uint_eq(strlen(*text), clear.len);
    }
    return end;
}

START_TEST(what_is_sealed_opens_and_no_two_are_alike)
{
    const char *text;

    write_file("# a comment\n\n" KEY_A "\r\n" KEY_B);
    struct keyring *ring = open_ring();
    struct seal_bytes first = seal(ring, "hush");
    struct seal_bytes second = seal(ring, "hush");
    ck_assert_int_eq(unseal(ring, first, &text), SEAL_DONE);
    ck_assert_str_eq(text, "hush");
    ck_assert_uint_eq(first.len, second.len);
    ck_assert_mem_ne(first.bytes, second.bytes, first.len);
    keyring_free(ring);
}
END_TEST

START_TEST(the_last_key_seals_and_every_one_opens)
{
    uint8_t newest[SEAL_KEY_ID_BYTES];
    const char *text;

    write_file(KEY_A "\n");
    struct keyring *ring = open_ring();
    struct seal_bytes old = seal(ring, "old");
    write_file(KEY_A "\n" KEY_B "\n");
    struct seal_bytes new = seal(ring, "new"); /* the file was read again */
    keyring_newest(ring, newest);
    ck_assert_mem_ne(seal_key_id(old), newest, SEAL_KEY_ID_BYTES);
    ck_assert_mem_eq(seal_key_id(new), newest, SEAL_KEY_ID_BYTES);
    ck_assert_int_eq(unseal(ring, old, &text), SEAL_DONE);
    ck_assert_int_eq(unseal(ring, new, &text), SEAL_DONE);
    keyring_free(ring);
}
END_TEST

START_TEST(a_key_that_another_server_sealed_with_is_looked_for_in_the_file)
{
    const char *text;

    write_file(KEY_A "\n");
    struct keyring *here = open_ring();
    write_file(KEY_A "\n" KEY_B "\n");
    struct keyring *there = open_ring();
    struct seal_bytes sealed = seal(there, "from there");
    ck_assert_int_eq(unseal(here, sealed, &text), SEAL_DONE);
    ck_assert_str_eq(text, "from there");
    write_file(KEY_A "\n");
    struct keyring *late = open_ring();
    ck_assert_int_eq(unseal(late, sealed, &text), SEAL_NO_KEY);
    ck_assert(!keyring_has(late, seal_key_id(sealed)));
    keyring_free(late);
    keyring_free(there);
    keyring_free(here);
}
END_TEST

START_TEST(a_file_that_was_spoilt_leaves_the_keys_as_they_were)
{
    const char *text;

    write_file(KEY_A "\n");
    struct keyring *ring = open_ring();
    struct seal_bytes before = seal(ring, "before");
    write_file("spoilt\n");
    ck_assert_int_eq(unseal(ring, before, &text), SEAL_DONE);
    ck_assert_int_eq(unseal(ring, seal(ring, "after"), &text), SEAL_DONE);
    unlink(path);
    ck_assert_int_eq(unseal(ring, seal(ring, "gone"), &text), SEAL_DONE);
    keyring_free(ring);
}
END_TEST

START_TEST(a_wrong_file_is_refused_in_words)
{
    assert_refused(NULL, "there is no such file; `baton secret-key create FILE` makes one");
    assert_refused("", "there is no key in it");
    assert_refused("# nothing but words\n", "there is no key in it");
    assert_refused(KEY_A "\n0123\n", "line 2: this is not a key of 64 hex digits");
    assert_refused(KEY_A "0\n", "line 1: this is not a key");
    assert_refused("-----BEGIN PRIVATE KEY-----\n", "line 1: this is not a key");
    write_file(KEY_A "\n");
    chmod(path, 0640);
    assert_refused(NULL, "other users can read this key");
}
END_TEST

START_TEST(a_file_is_made_once_and_is_private)
{
    uint8_t ids[KEYRING_KEYS_MAX][SEAL_KEY_ID_BYTES];
    uint8_t again[KEYRING_KEYS_MAX][SEAL_KEY_ID_BYTES];
    char why[PRIVATE_FILE_WHY_MAX_BYTES];
    struct stat file;

    ck_assert_int_eq(keyring_make_file(path, why), PRIVATE_FILE_DONE);
    ck_assert_int_eq(stat(path, &file), 0);
    ck_assert_int_eq(file.st_mode & 0777, 0600);
    ck_assert_uint_eq(keyring_list_file(path, ids, why), 1);
    ck_assert_int_eq(keyring_make_file(path, why), PRIVATE_FILE_EXISTS);
    ck_assert_ptr_nonnull(strstr(why, "the file exists already"));
    ck_assert_uint_eq(keyring_list_file(path, again, why), 1);
    ck_assert_mem_eq(ids[0], again[0], SEAL_KEY_ID_BYTES);
}
END_TEST

START_TEST(two_that_add_at_once_both_add)
{
    uint8_t ids[KEYRING_KEYS_MAX][SEAL_KEY_ID_BYTES];
    char why[PRIVATE_FILE_WHY_MAX_BYTES];

    write_file(KEY_A);
    for (int i = 0; i < ADDERS; i++)
        if (fork() == 0)
            _exit(keyring_add_to_file(path, why) ? 0 : 1);
    for (int i = 0; i < ADDERS; i++) {
        int status;
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    ck_assert_uint_eq(keyring_list_file(path, ids, why), ADDERS + 1);
    for (int i = 0; i <= ADDERS; i++)
        for (int j = 0; j < i; j++)
            ck_assert_mem_ne(ids[i], ids[j], SEAL_KEY_ID_BYTES);
}
END_TEST

START_TEST(a_full_file_says_so_and_stays)
{
    uint8_t ids[KEYRING_KEYS_MAX][SEAL_KEY_ID_BYTES];
    char why[PRIVATE_FILE_WHY_MAX_BYTES];

    ck_assert(!keyring_add_to_file(path, why));
    ck_assert_ptr_nonnull(strstr(why, "there is no such file"));
    ck_assert_int_eq(keyring_make_file(path, why), PRIVATE_FILE_DONE);
    for (int i = 1; i < KEYRING_KEYS_MAX; i++)
        ck_assert(keyring_add_to_file(path, why));
    ck_assert(!keyring_add_to_file(path, why));
    ck_assert_ptr_nonnull(strstr(why, "it has 16 keys"));
    ck_assert_uint_eq(keyring_list_file(path, ids, why), KEYRING_KEYS_MAX);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "keyring");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    TESTS(tests, what_is_sealed_opens_and_no_two_are_alike, the_last_key_seals_and_every_one_opens,
          a_key_that_another_server_sealed_with_is_looked_for_in_the_file,
          a_file_that_was_spoilt_leaves_the_keys_as_they_were, a_wrong_file_is_refused_in_words,
          a_file_is_made_once_and_is_private, two_that_add_at_once_both_add,
          a_full_file_says_so_and_stays);
}
