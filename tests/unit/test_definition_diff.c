/* What changed between two versions, by criterion and in words. */
#include "core/definition/definition_diff.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (1 << 22)

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(ARENA_BYTES);
}

static void tear_down(void)
{
    arena_free(arena);
}

static struct definition *compile(const char *text)
{
    char *copy = arena_strdup(arena, text);
    struct definition *definition;

    for (char *p = copy; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    json_t *document = json_loads(copy, 0, NULL);
    ck_assert_ptr_nonnull(document);
    ck_assert_int_eq(definition_compile(document, NULL, NULL, &definition), ERR_NONE);
    json_decref(document);
    return definition;
}

static struct definition_diff diff_of(const char *before, const char *after)
{
    struct definition *left = compile(before);
    struct definition *right = compile(after);
    struct definition_diff diff;

    ck_assert_int_eq(definition_diff(left, right, arena, &diff), ERR_NONE);
    definition_free(left);
    definition_free(right);
    return diff;
}

static const struct definition_change *find(const struct definition_diff *diff, const char *what,
                                            const char *id, const char *member)
{
    for (size_t i = 0; i < diff->count; i++) {
        const struct definition_change *change = &diff->items[i];
        if (strcmp(change->what, what) == 0 && strcmp(change->id, id) == 0 &&
            (member == NULL || (change->member != NULL && strcmp(change->member, member) == 0)))
            return change;
    }
    ck_abort_msg("no change of %s %s", what, id);
    return NULL;
}

#define OLD                                                                                        \
    "{'term':'mql','title':'Lead','statement':'Old words.','criteria':["                           \
    "{'id':'size','title':'Size','kind':'fit','points':20,"                                        \
    "'test':{'attribute':'company.employees','op':'gte','value':20}},"                             \
    "{'id':'gone','title':'Gone','kind':'fit','points':5,"                                         \
    "'test':{'attribute':'x','op':'exists'}},"                                                     \
    "{'id':'same','title':'Same','kind':'fit','required':true,"                                    \
    "'test':{'attribute':'y','op':'exists'}}],"                                                    \
    "'thresholds':{'total':20,'fit':10},"                                                          \
    "'reasons':[{'code':'small','title':'Small','about':'criterion','criterion':'size',"           \
    "'then':'nurture'},{'code':'dup','title':'Known','about':'process','then':'disqualify'}],"     \
    "'exceptions':[{'kind':'strategic','limit_per_month':3}],'respond_within':{'minutes':60}}"

#define NEW                                                                                        \
    "{'term':'mql','title':'Lead','statement':'New words.','criteria':["                           \
    "{'id':'same','title':'Same','kind':'fit','required':true,"                                    \
    "'test':{'attribute':'y','op':'exists'}},"                                                     \
    "{'id':'size','title':'Size','kind':'fit','points':20,"                                        \
    "'test':{'attribute':'company.employees','op':'gte','value':50},"                              \
    "'tiers':[{'gte':1000,'points':30}]},"                                                         \
    "{'id':'new','title':'New','kind':'readiness','points':10,"                                    \
    "'test':{'touches':{'kind':['demo_requested']},'op':'gte','value':1}}],"                       \
    "'thresholds':{'total':30,'readiness':10},"                                                    \
    "'reasons':[{'code':'small','title':'Small','about':'criterion','criterion':'size',"           \
    "'then':'disqualify'},{'code':'spam','title':'Spam','about':'process',"                        \
    "'then':'disqualify'}],"                                                                       \
    "'exceptions':[{'kind':'unclear','limit_per_month':3}],'respond_within':{'minutes':120}}"

START_TEST(criteria_are_compared_by_id)
{
    struct definition_diff diff = diff_of(OLD, NEW);
    const struct definition_change *test = find(&diff, "criterion", "size", "test");
    const struct definition_change *worth = find(&diff, "criterion", "size", "worth");
    const struct definition_change *added = find(&diff, "criterion", "new", NULL);
    const struct definition_change *removed = find(&diff, "criterion", "gone", NULL);

    ck_assert_str_eq(test->change, "changed");
    ck_assert_str_eq(test->old, "company.employees is at least 20");
    ck_assert_str_eq(test->new, "company.employees is at least 50");
    ck_assert_str_eq(test->words,
                     "Criterion \"Size\": its test was \"company.employees is at least 20\" and is "
                     "now \"company.employees is at least 50\".");
    ck_assert_str_eq(worth->old, "20 points");
    ck_assert_str_eq(worth->new,
                     "20 points; 30 points instead when company.employees is at least 1000");
    ck_assert_str_eq(added->change, "added");
    ck_assert_ptr_null(added->old);
    ck_assert_str_eq(added->words, "Criterion \"New\" is new: there was at least 1 touch of kind "
                                   "demo_requested; 10 points.");
    ck_assert_str_eq(removed->change, "removed");
    ck_assert_ptr_null(removed->new);
    for (size_t i = 0; i < diff.count; i++)
        ck_assert_str_ne(diff.items[i].id, "same");
}
END_TEST

START_TEST(all_else_that_changed_is_told_too)
{
    struct definition_diff diff = diff_of(OLD, NEW);

    ck_assert_str_eq(find(&diff, "definition", "statement", NULL)->words,
                     "The statement was \"Old words.\" and is now \"New words.\".");
    ck_assert_str_eq(find(&diff, "threshold", "total", NULL)->words,
                     "The threshold of the total score was \"at least 20\" and is now \"at least "
                     "30\".");
    ck_assert_str_eq(find(&diff, "threshold", "fit", NULL)->change, "removed");
    ck_assert_str_eq(find(&diff, "threshold", "readiness", NULL)->change, "added");
    ck_assert_str_eq(find(&diff, "reason", "small", NULL)->new,
                     "Small, about criterion size, then disqualify");
    ck_assert_str_eq(find(&diff, "reason", "spam", NULL)->change, "added");
    ck_assert_str_eq(find(&diff, "reason", "dup", NULL)->change, "removed");
    ck_assert_str_eq(find(&diff, "exception", "strategic", NULL)->change, "removed");
    ck_assert_str_eq(find(&diff, "exception", "unclear", NULL)->new, "at most 3 a month");
    ck_assert_str_eq(find(&diff, "clock", "respond_within", NULL)->new, "2 hours");
    ck_assert_uint_eq(diff.count, 14);
}
END_TEST

#define LISTED(values, more)                                                                       \
    "{'term':'mql','title':'T','criteria':[{'id':'role','title':'Role','kind':'fit','points':1,"   \
    "'test':{'attribute':'role','op':'in','value':" values more "}}]}"

START_TEST(of_a_list_what_came_and_what_went)
{
    struct definition_diff diff = diff_of(LISTED("['vp','owner','intern']", ""),
                                          LISTED("['owner','founder','vp','partner']", ""));

    ck_assert_uint_eq(diff.count, 1);
    ck_assert_str_eq(diff.items[0].words, "Criterion \"Role\": its list has now also \"founder\", "
                                          "\"partner\", and has no longer \"intern\".");
    ck_assert_str_eq(diff.items[0].old, "role is \"vp\", \"owner\" or \"intern\"");
    diff = diff_of(LISTED("['vp']", ""), LISTED("['vp','owner']", ""));
    ck_assert_str_eq(diff.items[0].words, "Criterion \"Role\": its list has now also \"owner\".");
    diff = diff_of(LISTED("['vp','owner']", ""), LISTED("['vp']", ""));
    ck_assert_str_eq(diff.items[0].words, "Criterion \"Role\": its list has no longer \"owner\".");
    diff = diff_of(LISTED("['vp']", ""), LISTED("['vp','owner']", ",'missing':'unmet'"));
    ck_assert_str_eq(diff.items[0].words,
                     "Criterion \"Role\": its test was \"role is \"vp\"\" and is now \"role is "
                     "known and is \"vp\" or \"owner\"\".");
}
END_TEST

START_TEST(equal_versions_differ_in_nothing)
{
    ck_assert_uint_eq(diff_of(OLD, OLD).count, 0);
}
END_TEST

START_TEST(it_is_written_as_json)
{
    struct definition_diff diff = diff_of(OLD, NEW);
    struct json_out out;
    json_error_t error;

    json_out_init(&out, arena, ARENA_BYTES);
    definition_diff_write(&diff, &out);
    ck_assert(!arena_failed(arena));
    json_t *list = json_loads(out.written.text, 0, &error);
    ck_assert_uint_eq(json_array_size(list), diff.count);
    const json_t *first = json_array_get(list, 0);
    ck_assert_uint_eq(json_object_size(first), 7);
    ck_assert_str_eq(json_string_value(json_object_get(first, "what")), "definition");
    ck_assert_str_eq(json_string_value(json_object_get(first, "old")), "Old words.");
    json_decref(list);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *diffs = suite_case(suite, "diffs");

    tcase_add_checked_fixture(diffs, set_up, tear_down);
    TESTS(diffs, criteria_are_compared_by_id, all_else_that_changed_is_told_too,
          of_a_list_what_came_and_what_went, equal_versions_differ_in_nothing,
          it_is_written_as_json);
}
