/* What the tests' build of the program adds (tests/hooks) does what the tests count on. */
#include "stage.h"
#include "suite.h"

#include "database.h"
#include "dump.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DAY    (24 * 60 * 60)
#define FILLED "groups are filled up to 8"

/* The first 48 bits of a request's id are the server's milliseconds. */
static int64_t server_ms(struct stage *stage)
{
    struct answer answer;
    char digits[13] = "";
    size_t count = 0;

    client_call(stage->client, &(struct call){.method = "GET", .target = "/healthz"}, &answer);
    const char *id = answer_header(&answer, "X-Request-Id");
    ck_assert_ptr_nonnull(id);
    for (const char *p = strncmp(id, "req_", 4) == 0 ? id + 4 : id; *p != '\0' && count < 12; p++)
        if (*p != '-')
            digits[count++] = *p;
    answer_release(&answer);
    return strtoll(digits, NULL, 16);
}

/* The database's is seen by the stories of http/clock. */
START_TEST(the_servers_clock_is_moved_while_it_runs)
{
    struct stage stage = stage_open("");
    int64_t before = server_ms(&stage);

    test_clock_pass(DAY);
    int64_t passed = server_ms(&stage) - before;
    ck_assert_int_ge(passed, DAY * INT64_C(1000));
    ck_assert_int_lt(passed, (DAY + 60) * INT64_C(1000));
    stage_close(&stage);
}
END_TEST

/* What a group was filled with is refused, and leaves nothing that could be seen but a line in the
 * log. */
START_TEST(groups_are_filled)
{
    static const struct service_setting full[] = {{"BATON_TEST_GROUP_FILL", "8"}, {NULL, NULL}};
    static const struct step capture[] = {
        POST("a lead is captured", "marketing", "/v1/leads", "{'email':'kim@corp.example'}", 201),
        {0}};
    struct stage stage = stage_open("");
    struct service *second = service_start(stage_database(), full);
    struct client *client = client_new(service_url(second));
    struct story *story = story_new(client);

    story_set(story, "marketing", story_get(stage.story, "marketing"));
    story_run(story, capture);
    ck_assert_msg(dump_file_has(service_log(second), FILLED, strlen(FILLED)),
                  "no group was filled");
    story_free(story);
    client_free(client);
    service_stop(second);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "hooks");

    TESTS(tcase, the_servers_clock_is_moved_while_it_runs, groups_are_filled);
}
