/* How what is sent is signed (Standard Webhooks 1.0): with each secret that counts, and with the
 * server's own key, which anybody can check who has the public one. */
#include "base/base64.h"
#include "core/setup/subscription.h"
#include "delivery/payload.h"
#include "suite.h"

#include <string.h>

#define BODY "{\"test\": 2432232314}"

static struct arena *arena;
static const struct config config = {.secret = {1, 2, 3}};
static const struct payload_signed what = {"msg_p5jXN8AQM9LWM0D4loKWxJek",
                                           INT64_C(1614265330) * INSTANT_SECOND + 999999, BODY,
                                           sizeof BODY - 1};

static void set_up(void)
{
    arena = arena_new(1 << 20);
}

static void tear_down(void)
{
    arena_free(arena);
}

static struct subscription rotated(instant until)
{
    return (struct subscription){
        .id = {{7}}, .secret_since = 2, .old_secret_since = 1, .old_secret_until = until};
}

static size_t parts_of(const char *text)
{
    size_t parts = 1;

    for (; *text != '\0'; text++)
        parts += *text == ' ';
    return parts;
}

START_TEST(each_secret_that_counts_signs)
{
    struct subscription now = rotated(what.now + 1), later = rotated(what.now);
    const char *both = payload_sign(&config, &now, NULL, &what, arena);
    const char *one = payload_sign(&config, &later, NULL, &what, arena);

    ck_assert_uint_eq(parts_of(both), 2);
    ck_assert_uint_eq(parts_of(one), 1);
    ck_assert_int_eq(strncmp(one, "v1,", 3), 0);
    ck_assert_int_eq(strncmp(both, one, strlen(one)), 0);
}
END_TEST

START_TEST(anybody_can_check_the_open_signature)
{
    static const uint8_t seed[SIGNING_SEED_BYTES] = {9};
    static const char content[] = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330." BODY;
    const struct subscription plain = {.old_secret_until = INSTANT_NONE};
    struct signing_key *key = signing_key_new(seed);
    const char *text = payload_sign(&config, &plain, key, &what, arena);
    const char *open = strstr(text, " v1a,");
    uint8_t signature[SIGNATURE_BYTES + 3];
    size_t len;

    ck_assert_uint_eq(parts_of(text), 2);
    ck_assert_ptr_nonnull(open);
    ck_assert(base64_decode(open + 5, signature, sizeof signature, &len));
    ck_assert_uint_eq(len, SIGNATURE_BYTES);
    ck_assert(public_key_verify(signing_key_public(key), content, sizeof content - 1, signature));
    ck_assert(!public_key_verify(signing_key_public(key), content, sizeof content - 2, signature));
    signing_key_free(key);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "payload");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, each_secret_that_counts_signs, anybody_can_check_the_open_signature);
}
