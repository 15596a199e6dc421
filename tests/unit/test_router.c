/* The router: which raw target means which operation. */
#include "http/route.h"
#include "suite.h"

#include "core/config.h"

#include <stdlib.h>
#include <string.h>

static const struct input_field lead_fields[] = {{"lead_id", &input_uuid, .place = INPUT_PATH}};
static const struct input_spec lead_input = INPUT_SPEC(lead_fields, struct uuid);

static const struct input_field version_fields[] = {
    {"term", &input_uuid, .place = INPUT_PATH},
    {"version", &input_uuid, .place = INPUT_PATH},
    {"limit", &input_uuid, .offset = 0},
};
static const struct input_spec version_input = INPUT_SPEC(version_fields, struct uuid);

static const struct route table[] = {
    {.method = "GET", .pattern = "/livez", .operation_id = "livez", .flags = ROUTE_PUBLIC},
    {.method = "GET", .pattern = "/v1/leads", .operation_id = "leads_list", .roles = ROLE_ANY},
    {.method = "POST", .pattern = "/v1/leads", .operation_id = "leads_capture", .roles = ROLE_ANY},
    {.method = "POST",
     .pattern = "/v1/leads/batch",
     .operation_id = "leads_batch",
     .roles = ROLE_ANY},
    {.method = "GET",
     .pattern = "/v1/leads/{lead_id}",
     .operation_id = "leads_get",
     .roles = ROLE_ANY,
     .input = &lead_input},
    {.method = "POST",
     .pattern = "/v1/leads/{lead_id}",
     .operation_id = "leads_odd",
     .roles = ROLE_ANY,
     .input = &lead_input},
    {.method = "PATCH",
     .pattern = "/v1/leads/{lead_id}",
     .operation_id = "leads_update",
     .roles = ROLE_ANY,
     .input = &lead_input},
    {.method = "GET",
     .pattern = "/v1/definitions/{term}/versions/{version}",
     .operation_id = "definitions_version",
     .roles = ROLE_ANY,
     .input = &version_input},
};

#define TABLE_COUNT (sizeof table / sizeof *table)

static struct arena *arena;
static struct router *router;

static void set_up(void)
{
    arena = arena_new(1 << 20);
    router = router_new(table, TABLE_COUNT);
}

static void tear_down(void)
{
    router_free(router);
    arena_free(arena);
}

static const struct {
    const char *method;
    const char *target;
    enum err wanted;
    const char *found; /* operation, or what is allowed */
    const char *params[2];
    const char *query;
} cases[] = {
    {"GET", "/livez", ERR_NONE, "livez", {NULL}, NULL},
    {"HEAD", "/livez", ERR_NONE, "livez", {NULL}, NULL},
    {"GET", "/livez?", ERR_NONE, "livez", {NULL}, ""},
    {"GET", "/v1/leads?limit=3&x=/livez?y", ERR_NONE, "leads_list", {NULL}, "limit=3&x=/livez?y"},
    {"POST", "/v1/leads", ERR_NONE, "leads_capture", {NULL}, NULL},
    {"POST", "/v1/leads/batch", ERR_NONE, "leads_batch", {NULL}, NULL},
    {"GET", "/v1/leads/batch", ERR_NONE, "leads_get", {"batch"}, NULL},
    {"POST", "/v1/leads/other", ERR_NONE, "leads_odd", {"other"}, NULL},
    {"GET", "/v1/leads/a%2Fb", ERR_NONE, "leads_get", {"a/b"}, NULL},
    {"GET", "/v1/leads/a%252Fb", ERR_NONE, "leads_get", {"a%2Fb"}, NULL},
    {"GET", "/v1/leads/a+b%C3%A9", ERR_NONE, "leads_get", {"a+b\xc3\xa9"}, NULL},
    {"GET", "/v1/definitions/mql/versions/3", ERR_NONE, "definitions_version", {"mql", "3"}, NULL},
    {"GET", "/v1/leads/..", ERR_NONE, "leads_get", {".."}, NULL},

    {"GET", "/", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "//livez", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/livez/", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/LIVEZ", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/live%7A", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/v1/../livez", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/%00x", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/livez%00", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/v1/leads/", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"DELETE", "/v1/leads/", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/v1/leads/%00", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/v1/leads/a%0Ab", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/v1/leads/%FF", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/v1/leads/%C0%AF", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/v1/leads/%ED%A0%80", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/v1/leads/%4", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/v1/leads/%zz", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/v1/leads/x/y", ERR_NOT_FOUND, NULL, {NULL}, NULL},
    {"GET", "/1/2/3/4/5/6/7/8/9", ERR_NOT_FOUND, NULL, {NULL}, NULL},

    {"POST", "/livez", ERR_METHOD_NOT_ALLOWED, "GET, HEAD", {NULL}, NULL},
    {"DELETE", "/v1/leads", ERR_METHOD_NOT_ALLOWED, "GET, HEAD, POST", {NULL}, NULL},
    {"OPTIONS", "/v1/leads/x", ERR_METHOD_NOT_ALLOWED, "GET, HEAD, POST, PATCH", {NULL}, NULL},
    {"HEAD", "/v1/leads/x", ERR_NONE, "leads_get", {"x"}, NULL},
};

static void check_text(const char *what, const char *got, const char *wanted)
{
    if (wanted == NULL)
        ck_assert_msg(got == NULL, "%s: wanted nothing, got %s", what, got);
    else
        ck_assert_str_eq(got, wanted);
}

START_TEST(the_table_holds)
{
    struct route_match match;
    const char *target = cases[_i].target;
    enum err err = router_find(router, cases[_i].method, target, arena, &match);

    ck_assert_msg(err == cases[_i].wanted, "%s %s: wanted %s, got %s", cases[_i].method, target,
                  error_code(cases[_i].wanted), error_code(err));
    if (err == ERR_METHOD_NOT_ALLOWED)
        ck_assert_str_eq(match.allow, cases[_i].found);
    if (err != ERR_NONE)
        return;
    ck_assert_str_eq(match.route->operation_id, cases[_i].found);
    check_text(target, match.params[0], cases[_i].params[0]);
    check_text(target, match.params[1], cases[_i].params[1]);
    check_text(target, match.query, cases[_i].query);
}
END_TEST

START_TEST(a_parameter_has_a_bound)
{
    struct route_match match;
    char target[ROUTE_PARAM_MAX_BYTES + 32] = "/v1/leads/";
    size_t begin = strlen(target);

    memset(target + begin, 'a', ROUTE_PARAM_MAX_BYTES);
    target[begin + ROUTE_PARAM_MAX_BYTES] = '\0';
    ck_assert_int_eq(router_find(router, "GET", target, arena, &match), ERR_NONE);
    target[begin + ROUTE_PARAM_MAX_BYTES] = 'a';
    ck_assert_int_eq(router_find(router, "GET", target, arena, &match), ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_table_that_means_two_things_is_refused)
{
    static const struct route twice[] = {
        {.method = "GET", .pattern = "/a/{lead_id}", .roles = ROLE_READ, .input = &lead_input},
        {.method = "GET", .pattern = "/a/{lead_id}", .roles = ROLE_READ, .input = &lead_input}};
    static const struct route rootless[] = {{.method = "GET", .pattern = "a", .roles = ROLE_READ}};

    ck_assert_ptr_null(router_new(twice, 2));
    ck_assert_ptr_null(router_new(rootless, 1));
}
END_TEST

START_TEST(a_route_reads_what_its_path_names)
{
    static const struct route rows[] = {
        {.method = "GET", .pattern = "/a/{lead_id}", .roles = ROLE_READ, .input = &lead_input},
        {.method = "GET", .pattern = "/a/{lead_id}", .roles = ROLE_READ},
        {.method = "GET", .pattern = "/a/{lead}", .roles = ROLE_READ, .input = &lead_input},
        {.method = "GET", .pattern = "/a", .roles = ROLE_READ, .input = &lead_input},
    };
    struct router *good = router_new(&rows[0], 1);

    ck_assert_ptr_nonnull(good);
    router_free(good);
    for (int i = 1; i < 4; i++)
        ck_assert_ptr_null(router_new(&rows[i], 1));
}
END_TEST

START_TEST(a_route_says_who_may)
{
    static const struct route nobody[] = {{.method = "GET", .pattern = "/a"}};
    static const struct route both[] = {
        {.method = "GET", .pattern = "/a", .roles = ROLE_READ, .flags = ROUTE_PUBLIC}};
    static const struct route public[] = {
        {.method = "GET", .pattern = "/a", .flags = ROUTE_PUBLIC}};

    ck_assert_ptr_null(router_new(nobody, 1));
    ck_assert_ptr_null(router_new(both, 1));
    struct router *open = router_new(public, 1);
    ck_assert_ptr_nonnull(open);
    router_free(open);
}
END_TEST

START_TEST(the_services_own_table_is_sound)
{
    struct router *own = router_new(routes, routes_count);

    ck_assert_ptr_nonnull(own);
    router_free(own);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "router");

    tcase_add_checked_fixture(t, set_up, tear_down);
    EACH(t, the_table_holds, cases);
    TESTS(t, a_parameter_has_a_bound, a_table_that_means_two_things_is_refused,
          a_route_reads_what_its_path_names, a_route_says_who_may, the_services_own_table_is_sound);
}
