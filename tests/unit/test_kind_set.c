/* Choices of event types. */
#include "suite.h"

#include "core/ledger/kind_set.h"
#include "core/ledger/ledger.h"

#include <string.h>

static const struct {
    const char *pattern;
    bool is_one;
    int in, out;
} patterns[] = {
    {"handoff.offered", true, LEDGER_HANDOFF_OFFERED, LEDGER_HANDOFF_CLAIMED},
    {"lead.*", true, LEDGER_LEAD_UPDATED, LEDGER_HANDOFF_OFFERED},
    {"handoff.outcome", true, LEDGER_OUTCOME_WON, LEDGER_HANDOFF_DISPUTED}, /* one of three kinds */
    {"*", true, LEDGER_SOURCE_SECRET_RETIRED, 0},
    {"lead", false, 0, LEDGER_LEAD_CAPTURED},
    {"lead*", false, 0, LEDGER_LEAD_CAPTURED},
    {"lead.", false, 0, LEDGER_LEAD_CAPTURED},
    {"lead.capture", false, 0, LEDGER_LEAD_CAPTURED},
    {"nothing.*", false, 0, LEDGER_LEAD_CAPTURED},
    {".*", false, 0, LEDGER_LEAD_CAPTURED},
    {"", false, 0, LEDGER_LEAD_CAPTURED},
};

START_TEST(a_pattern_names_types)
{
    struct kind_set set = {{0}};

    ck_assert_int_eq(kind_set_add(&set, patterns[_i].pattern, strlen(patterns[_i].pattern)),
                     patterns[_i].is_one);
    ck_assert_int_eq(kind_set_has(&set, patterns[_i].in), patterns[_i].is_one);
    ck_assert(!kind_set_has(&set, patterns[_i].out));
}
END_TEST

START_TEST(a_number_that_is_no_kind_is_in_none)
{
    struct kind_set set = {{0}};

    ck_assert(kind_set_add(&set, "*", 1));
    ck_assert(!kind_set_has(&set, -1));
    ck_assert(!kind_set_has(&set, KIND_SET_MAX));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "kind_set");

    EACH(tcase, a_pattern_names_types, patterns);
    TESTS(tcase, a_number_that_is_no_kind_is_in_none);
}
