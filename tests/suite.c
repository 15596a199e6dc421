#include "suite.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 128
#define SKIPPED        77

static char name[NAME_MAX_BYTES];
static int skipped;

__attribute__((weak)) bool suite_round_begin(int round)
{
    return round == 0;
}

__attribute__((weak)) void suite_round_cases(Suite *suite)
{
    (void)suite;
}

__attribute__((weak)) void suite_round_end(void)
{
}

TCase *suite_case(Suite *suite, const char *case_name)
{
    TCase *tcase = tcase_create(case_name);

    tcase_set_timeout(tcase, 0);
    suite_add_tcase(suite, tcase);
    return tcase;
}

void suite_add_tests(TCase *tcase, const TTest *const *tests)
{
    for (; *tests != NULL; tests++)
        tcase_add_test(tcase, *tests);
}

/* START_TEST(this) makes a function this_fn(). */
void suite_skip(const char *test, const char *format, ...)
{
    size_t len = strlen(test);
    va_list arguments;

    if (len > 3 && strcmp(test + len - 3, "_fn") == 0)
        len -= 3;
    printf("skipped: %s: %.*s: ", name, (int)len, test);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
    skipped++;
}

_Noreturn void suite_skip_all(const char *why)
{
    printf("skipped: %s: %s\n", name, why);
    exit(SKIPPED);
}

/* "http_leads" is http/leads. */
static void take_name(void)
{
    snprintf(name, sizeof name, "%s", program_invocation_short_name);
    char *folder = strchr(name, '_');
    if (folder != NULL)
        *folder = '/';
}

int main(void)
{
    int failed = 0;

    take_name();
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int round = 0; suite_round_begin(round); round++) {
        Suite *suite = suite_create(name);
        SRunner *runner = srunner_create(suite);
        if (getenv("CK_FORK") == NULL)
            srunner_set_fork_status(runner, CK_NOFORK);
        suite_cases(suite);
        suite_round_cases(suite);
        srunner_run_all(runner, CK_ENV);
        failed += srunner_ntests_failed(runner);
        srunner_free(runner);
        suite_round_end();
    }
    return failed > 0 ? EXIT_FAILURE : skipped > 0 ? SKIPPED : EXIT_SUCCESS;
}
