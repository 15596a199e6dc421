/* What a sender shows, and whether it proves that it knows the secret. The known answers are those
 * that the vendors' documents and libraries give. */
#include "core/setup/source_auth.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

/* RFC 4231, test case 2, and the same in base64 by another program. */
#define KEY    "Jefe"
#define DATA   "what do ya want for nothing?"
#define HEX    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
#define BASE64 "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
#define SHA1   "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"

#define HUBSPOT_SECRET "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
#define HUBSPOT_URL    "https://www.example.com/webhook_uri"
#define HUBSPOT_BODY   "{\"example_field\":\"example_value\"}"
#define HUBSPOT_V1     "54b2530692e3a3982727206aeee670ed1d85319cad55d4ddbafcf41725ebf2b3"
#define HUBSPOT_V2     "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"
#define HUBSPOT_V3     "rQEKkaNUiu+1qGF//O/pw4BCzstSqO1PyUnGICmf+7o="

#define SVIX_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SVIX_ID     "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define SVIX_BODY   "{\"test\": 2432232314}"
#define SVIX        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

#define SECONDS *INSTANT_SECOND

static const struct {
    struct source_auth auth;
    struct source_proof proof;
    const char *secret;
    const char *body;
    bool fits;
} proofs[] = {
#define HMAC(encoding_, prefix_, signature_, fits_)                                                \
    {                                                                                              \
        {.scheme = AUTH_HMAC_SHA256, .encoding = encoding_, .prefix = prefix_},                    \
            {.signature = signature_}, KEY, DATA, fits_                                            \
    }
    HMAC(AUTH_HEX, "", HEX, true),
    HMAC(AUTH_HEX, "sha256=", "sha256=" HEX, true),
    HMAC(AUTH_HEX, "", "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843", true),
    HMAC(AUTH_HEX, "sha256=", HEX, false),
    HMAC(AUTH_HEX, "", "sha256=" HEX, false),
    HMAC(AUTH_HEX, "", "", false),
    HMAC(AUTH_HEX, "", NULL, false),
    HMAC(AUTH_HEX, "", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3844", false),
    HMAC(AUTH_HEX, "", BASE64, false),
    HMAC(AUTH_BASE64, "", BASE64, true),
    HMAC(AUTH_BASE64, "", "w9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", false),
    HMAC(AUTH_BASE64, "", HEX, false),
    {{.scheme = AUTH_HMAC_SHA1, .prefix = ""}, {.signature = SHA1}, KEY, DATA, true},
    {{.scheme = AUTH_HMAC_SHA1, .prefix = ""}, {.signature = HEX}, KEY, DATA, false},
    {{.scheme = AUTH_BEARER}, {.signature = HEX}, KEY, DATA, false},
    /* Mautic, Typeform and Meta: one digest, in three dresses */
    {{.scheme = AUTH_HMAC_SHA256, .encoding = AUTH_BASE64, .prefix = ""},
     {.signature = "F9t4aJ3LoVctQt/cimGxabKRweo+6cFp142f5XwrxV0="},
     "s3cret",
     SVIX_BODY,
     true},
    {{.scheme = AUTH_HMAC_SHA256, .encoding = AUTH_BASE64, .prefix = "sha256="},
     {.signature = "sha256=F9t4aJ3LoVctQt/cimGxabKRweo+6cFp142f5XwrxV0="},
     "s3cret",
     SVIX_BODY,
     true},
    {{.scheme = AUTH_HMAC_SHA256, .prefix = "sha256="},
     {.signature = "sha256=17db78689dcba1572d42dfdc8a61b169b291c1ea3ee9c169d78d9fe57c2bc55d"},
     "s3cret",
     SVIX_BODY,
     true},
    /* HubSpot */
    {{.scheme = AUTH_HUBSPOT},
     {.signature = HUBSPOT_V1, .version = "v1"},
     HUBSPOT_SECRET,
     HUBSPOT_BODY,
     true},
    {{.scheme = AUTH_HUBSPOT},
     {.signature = HUBSPOT_V2,
      .version = "v2",
      .method = "POST",
      .urls = {"http://www.example.com/webhook_uri", HUBSPOT_URL}},
     HUBSPOT_SECRET,
     HUBSPOT_BODY,
     true},
    {{.scheme = AUTH_HUBSPOT},
     {.signature = HUBSPOT_V2, .version = "v1", .method = "POST", .urls = {HUBSPOT_URL}},
     HUBSPOT_SECRET,
     HUBSPOT_BODY,
     false},
    {{.scheme = AUTH_HUBSPOT},
     {.signature = "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e",
      .version = "v2",
      .method = "GET",
      .urls = {HUBSPOT_URL}},
     HUBSPOT_SECRET,
     "",
     true},
    {{.scheme = AUTH_HUBSPOT, .tolerance_seconds = 300},
     {.signature = HUBSPOT_V3,
      .version = "v3",
      .timestamp = "1700000000000",
      .method = "POST",
      .urls = {HUBSPOT_URL},
      .at = 1700000299 SECONDS},
     HUBSPOT_SECRET,
     HUBSPOT_BODY,
     true},
    {{.scheme = AUTH_HUBSPOT, .tolerance_seconds = 300},
     {.signature = HUBSPOT_V3,
      .version = "v3",
      .timestamp = "1700000000000",
      .method = "POST",
      .urls = {HUBSPOT_URL},
      .at = 1700000301 SECONDS},
     HUBSPOT_SECRET,
     HUBSPOT_BODY,
     false},
    {{.scheme = AUTH_HUBSPOT, .tolerance_seconds = 300},
     {.signature = HUBSPOT_V3,
      .version = "v3",
      .timestamp = "1700000000001",
      .method = "POST",
      .urls = {HUBSPOT_URL},
      .at = 1700000000 SECONDS},
     HUBSPOT_SECRET,
     HUBSPOT_BODY,
     false},
    /* Standard Webhooks, and Svix */
    {{.scheme = AUTH_STANDARD_WEBHOOKS, .tolerance_seconds = 300},
     {.signature = SVIX, .id = SVIX_ID, .timestamp = "1614265330", .at = 1614265330 SECONDS},
     SVIX_SECRET,
     SVIX_BODY,
     true},
    {{.scheme = AUTH_STANDARD_WEBHOOKS, .tolerance_seconds = 300},
     {.signature = "v1,AAAA v1a,BBBB " SVIX,
      .id = SVIX_ID,
      .timestamp = "1614265330",
      .at = 1614265330 SECONDS},
     SVIX_SECRET,
     SVIX_BODY,
     true},
    {{.scheme = AUTH_STANDARD_WEBHOOKS, .tolerance_seconds = 300},
     {.signature = SVIX, .id = "msg_other", .timestamp = "1614265330", .at = 1614265330 SECONDS},
     SVIX_SECRET,
     SVIX_BODY,
     false},
    {{.scheme = AUTH_STANDARD_WEBHOOKS, .tolerance_seconds = 300},
     {.signature = SVIX, .id = SVIX_ID, .timestamp = "1614265330", .at = 1614265700 SECONDS},
     SVIX_SECRET,
     SVIX_BODY,
     false},
    {{.scheme = AUTH_STANDARD_WEBHOOKS, .tolerance_seconds = 300},
     {.signature = SVIX, .timestamp = "1614265330", .at = 1614265330 SECONDS},
     SVIX_SECRET,
     SVIX_BODY,
     false},
    /* a key that is shown as it is */
    {{.scheme = AUTH_KEY},
     {.signature = "a key of the sender's"},
     "a key of the sender's",
     "{}",
     true},
    {{.scheme = AUTH_KEY},
     {.signature = "a key of the sender"},
     "a key of the sender's",
     "{}",
     false},
    {{.scheme = AUTH_KEY}, {.signature = ""}, "a key of the sender's", "{}", false},
    {{.scheme = AUTH_BASIC}, {.signature = "WK123"}, "WK123", "{}", true},
};

START_TEST(a_proof_fits_or_does_not)
{
    struct source_auth auth = proofs[_i].auth;

    auth.secret = proofs[_i].secret;
    ck_assert_int_eq(
        source_auth_fits(&auth, &proofs[_i].proof, proofs[_i].body, strlen(proofs[_i].body)),
        proofs[_i].fits);
}
END_TEST

/* "{t}.{body}", as Calendly and others sign. */
START_TEST(a_dated_signature_ages)
{
    struct source_auth auth = {.scheme = AUTH_HMAC_SHA256,
                               .prefix = "v1=",
                               .over = "{t}.{body}",
                               .tolerance_seconds = 180,
                               .secret = KEY};
    struct source_auth plain = {.scheme = AUTH_HMAC_SHA256, .prefix = "", .secret = KEY};
    struct source_proof proof = {.at = 1700000100 SECONDS};
    char made[65], header[100];

    source_auth_answer(KEY, "1700000000." DATA, made);
    snprintf(header, sizeof header, "t=1700000000,v1=%s", made);
    proof.signature = header;
    ck_assert(source_auth_fits(&auth, &proof, DATA, strlen(DATA)));
    proof.at = 1700000200 SECONDS;
    ck_assert(!source_auth_fits(&auth, &proof, DATA, strlen(DATA)));
    proof.at = 1699999800 SECONDS;
    ck_assert(!source_auth_fits(&auth, &proof, DATA, strlen(DATA)));
    proof.at = 1700000100 SECONDS;
    snprintf(header, sizeof header, "v1=%s", made); /* without its date */
    ck_assert(!source_auth_fits(&auth, &proof, DATA, strlen(DATA)));
    proof.signature = made;
    ck_assert(source_auth_fits(&plain, &proof, "1700000000." DATA, strlen("1700000000." DATA)));
}
END_TEST

/* While one secret replaces the other; the old one counts until a moment, not at it. */
static const struct {
    const char *secret;
    const char *old;
    instant old_until;
    instant now;
    bool fits;
} rotations[] = {
    {KEY, NULL, INSTANT_NONE, 100, true},
    {"another", NULL, INSTANT_NONE, 100, false},
    {"another", KEY, 100, 99, true},
    {"another", KEY, 100, 100, false},
    {"another", KEY, INSTANT_NONE, 100, false},
    {KEY, "another", 100, 99, true},
    {KEY, "another", 100, 101, true},
    {"another", "a third", 100, 99, false},
    {NULL, KEY, 100, 99, false}, /* what is there cannot be opened: refused before this */
};

START_TEST(either_secret_fits_until_the_old_one_ends)
{
    struct source_auth auth = {
        .scheme = AUTH_HMAC_SHA256,
        .prefix = "",
        .secret = rotations[_i].secret,
        .old_secret = rotations[_i].old,
        .old_until = rotations[_i].old_until,
    };
    struct source_proof proof = {.signature = HEX, .at = rotations[_i].now};

    ck_assert_int_eq(source_auth_fits(&auth, &proof, DATA, strlen(DATA)), rotations[_i].fits);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "source_auth");

    EACH(t, a_proof_fits_or_does_not, proofs);
    TESTS(t, a_dated_signature_ages);
    EACH(t, either_secret_fits_until_the_old_one_ends, rotations);
}
