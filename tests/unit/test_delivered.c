/* What a sender's bytes say, whichever way they were sent. */
#include "base/gzip.h"
#include "core/intake/delivered.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define FORM  "application/x-www-form-urlencoded"
#define PARTS "multipart/form-data; boundary=\"xYz\""

#define PART(name, value)                                                                          \
    "--xYz\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"

static const struct {
    const char *type;
    const char *body;
    const char *wanted; /* NULL: it cannot be read */
    const char *error;
} bodies[] = {
    {"application/json", "{\"a\":1}", "{\"a\":1}", NULL},
    {"", "[1]", "[1]", NULL},
    {"text/plain", "{\"a\":1}\n", "{\"a\":1}", NULL},
    {"application/json", "{\"a\":\"\xe4\"}", "{\"a\":\"\xc3\xa4\"}", NULL},
    {"application/x-ndjson", "{\"a\":1}\n\n{\"a\":2}\r\n", "[{\"a\":1},{\"a\":2}]", NULL},
    {"", "{\"a\":1}\n{\"a\":\n{\"a\":3}", "[{\"a\":1},\"{\\\"a\\\":\",{\"a\":3}]", NULL},
    {"", "{\"a\":1}\nnothing", NULL, "not_json at line 2, column 7"},
    {"application/json", "", NULL, "empty"},
    {"application/json", " \n", NULL, "empty"},
    {"application/xml", "<a/>", NULL, "not_json at line 1, column 1"},
    {FORM, "a=1&b=x+y", "{\"a\":\"1\",\"b\":\"x y\"}", NULL},
    {FORM, "a[]=1&a[]=2", "{\"a[]\":[\"1\",\"2\"],\"a\":[\"1\",\"2\"]}", NULL},
    {FORM, "a[b]=1&a[c]=2", "{\"a[b]\":\"1\",\"a[c]\":\"2\",\"a\":{\"b\":\"1\",\"c\":\"2\"}}",
     NULL},
    {FORM, "a[b][c]=1", "{\"a[b][c]\":\"1\",\"a\":{\"b\":{\"c\":\"1\"}}}", NULL},
    {FORM, "a=0&a[b]=1", "{\"a\":\"0\",\"a[b]\":\"1\"}", NULL},
    {FORM, "a[b=1", "{\"a[b\":\"1\"}", NULL},
    {FORM, "payload=%7B%22a%22%3A1%7D", "{\"payload\":{\"a\":1}}", NULL},
    {FORM, "note=%7Bnot+json", "{\"note\":\"{not json\"}", NULL},
    {FORM, "a=%4", NULL, "not_a_form: Field 1: a % is not followed by two hex digits"},
    {PARTS, PART("email", "kim@acme.example") PART("n", "a\r\nb") "--xYz--\r\n",
     "{\"email\":\"kim@acme.example\",\"n\":\"a\\r\\nb\"}", NULL},
    {PARTS, PART("a", "1") PART("a", "2") "--xYz--", "{\"a\":[\"1\",\"2\"]}", NULL},
    {PARTS, PART("raw", "{\"q\":\"x\"}") "--xYz--", "{\"raw\":{\"q\":\"x\"}}", NULL},
    {PARTS,
     "--xYz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"cv.pdf\"\r\n"
     "Content-Type: application/pdf\r\n\r\n%PDF\r\n--xYz--",
     "{\"f\":\"cv.pdf\"}", NULL},
    {PARTS, PART("a", "1"), NULL, "not_a_form: its parts do not end, or are too many"},
    {"multipart/form-data", PART("a", "1") "--xYz--", NULL,
     "not_a_form: its parts do not end, or are too many"},
};

static void check(const char *type, const char *body, size_t len, const char *wanted,
                  const char *error, struct arena *arena)
{
    struct delivered delivered;

    ck_assert_int_eq(delivered_read(type, body, len, arena, &delivered), ERR_NONE);
    if (wanted == NULL) {
        ck_assert_ptr_null(delivered.document);
        ck_assert_str_eq(delivered.error, error);
        return;
    }
    ck_assert_msg(delivered.document != NULL, "%s: %s", body, delivered.error);
    char *text = json_dumps(delivered.document, JSON_COMPACT);
    ck_assert_str_eq(text, wanted);
    free(text);
    json_decref(delivered.document);
}

START_TEST(bytes_become_a_document)
{
    struct arena *arena = arena_new(1 << 20);

    check(bodies[_i].type, bodies[_i].body, strlen(bodies[_i].body), bodies[_i].wanted,
          bodies[_i].error, arena);
    arena_free(arena);
}
END_TEST

/* Whatever they are, they may be compressed. */
START_TEST(compressed_bytes_too)
{
    struct arena *arena = arena_new(1 << 20);
    size_t len;
    char *packed = gzip_compress(bodies[_i].body, strlen(bodies[_i].body), arena, &len);

    if (strlen(bodies[_i].body) > 0)
        check(bodies[_i].type, packed, len, bodies[_i].wanted, bodies[_i].error, arena);
    check("", packed, len - 1, NULL, "gzip", arena);
    arena_free(arena);
}
END_TEST

/* A small body that becomes a large one is not expanded to its end. */
START_TEST(a_bomb_is_refused)
{
    struct arena *arena = arena_new(64 << 20);
    size_t size = 32 << 20, len;
    char *text = calloc(1, size);
    char *packed = gzip_compress(text, size, arena, &len);

    free(text);
    check("", packed, len, NULL, "gzip", arena);
    arena_free(arena);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "delivered");

    EACH(t, bytes_become_a_document, bodies);
    EACH(t, compressed_bytes_too, bodies);
    TESTS(t, a_bomb_is_refused);
}
