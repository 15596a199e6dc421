/* Reports of random leads against a script that counts them one by one, and knows nothing of their
 * statements (report_recount.py). */
#include "stage.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

#define RECOUNT "/usr/bin/python3 " SOURCE_DIR "/tests/http/report_recount.py"
#define ROUNDS  5
#define HOUR    3600

static const int hours[ROUNDS] = {1, 20, 3, 30, 100}; /* after each round */

static void play(struct stage *stage, int round)
{
    static const char *const keys[] = {"ana", "sam", "sue", "marketing", "sales"};
    char command[4096];
    size_t len = (size_t)snprintf(command, sizeof command, RECOUNT " play %s %d",
                                  service_url(stage_service()), round);

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        len += (size_t)snprintf(command + len, sizeof command - len, " %s",
                                story_get(stage->story, keys[i]));
    ck_assert_int_eq(system(command), 0);
}

START_TEST(every_number_is_what_a_plain_count_finds)
{
    struct stage stage = stage_open("--starter mql --sign");
    char command[1024];

    for (int round = 0; round < ROUNDS; round++) {
        play(&stage, round + 1);
        test_clock_pass(hours[round] * HOUR);
    }
    snprintf(command, sizeof command, RECOUNT " count %s %s", service_url(stage_service()),
             story_get(stage.story, "ana"));
    ck_assert_int_eq(system(command), 0);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "report recount");

    TESTS(t, every_number_is_what_a_plain_count_finds);
}
