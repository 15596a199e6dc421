/* The page of a version: an English sentence for every operator and combination, and Markdown and
 * HTML that say the same. */
#include "core/definition/definition_page.h"
#include "core/definition/definition_sentence.h"
#include "core/definition/starter.h"
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

/* Documents are written with single quotes for reading's sake. */
static struct definition *compile(const char *text)
{
    char *copy = arena_strdup(arena, text);
    struct faults faults;
    struct definition *definition;
    json_error_t error;

    for (char *p = copy; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    json_t *document = json_loads(copy, 0, &error);
    if (document == NULL)
        ck_abort_msg("%s in %s", error.text, copy);
    faults_init(&faults, arena);
    enum err err = definition_compile(document, &faults, NULL, &definition);
    if (faults.count > 0)
        ck_abort_msg("%s: %s", faults.items[0].pointer, faults.items[0].detail);
    ck_assert_int_eq(err, ERR_NONE);
    json_decref(document);
    return definition;
}

static const char *sentence(const char *test)
{
    struct definition *definition =
        compile(arena_printf(arena,
                             "{'term':'mql','title':'T','criteria':[{'id':'a','title':'A',"
                             "'kind':'fit','required':true,'test':%s}]}",
                             test));
    struct text_out out;

    text_out_init(&out, arena, SENTENCE_MAX_BYTES);
    definition_sentence(definition, definition->criteria[0].test, &out);
    definition_free(definition);
    return out.text;
}

/* ---- sentences ---- */

static const struct {
    const char *test;
    const char *says;
    const char *denies; /* what it says under `not` */
} golden[] = {
    {"{'attribute':'a','op':'eq','value':'x'}", "a is \"x\"", "a is not \"x\""},
    {"{'attribute':'a','op':'eq','value':5}", "a is 5", "a is not 5"},
    {"{'attribute':'a','op':'eq','value':0.1}", "a is 0.1", "a is not 0.1"},
    {"{'attribute':'a','op':'eq','value':true}", "a is true", "a is not true"},
    {"{'attribute':'a','op':'ne','value':'x'}", "a is not \"x\"", "a is \"x\""},
    {"{'attribute':'a','op':'lt','value':5}", "a is less than 5", "a is at least 5"},
    {"{'attribute':'a','op':'lte','value':5}", "a is at most 5", "a is more than 5"},
    {"{'attribute':'a','op':'gt','value':5}", "a is more than 5", "a is at most 5"},
    {"{'attribute':'a','op':'gte','value':5}", "a is at least 5", "a is less than 5"},
    {"{'attribute':'a','op':'lt','value':'2026-01-01'}", "a is before 2026-01-01",
     "a is on or after 2026-01-01"},
    {"{'attribute':'a','op':'lte','value':'2026-01-01'}", "a is on or before 2026-01-01",
     "a is after 2026-01-01"},
    {"{'attribute':'a','op':'gt','value':'2026-01-01'}", "a is after 2026-01-01",
     "a is on or before 2026-01-01"},
    {"{'attribute':'a','op':'gte','value':'2026-01-01'}", "a is on or after 2026-01-01",
     "a is before 2026-01-01"},
    {"{'attribute':'a','op':'in','value':['x']}", "a is \"x\"", "a is not \"x\""},
    {"{'attribute':'a','op':'in','value':['x',2,true]}", "a is \"x\", 2 or true",
     "a is none of \"x\", 2 or true"},
    {"{'attribute':'a','op':'not_in','value':['x','y']}", "a is neither \"x\" nor \"y\"",
     "a is \"x\" or \"y\""},
    {"{'fact':'b','op':'in','value':['x','y'],'missing':'unknown'}", "the fact b is \"x\" or \"y\"",
     "the fact b is neither \"x\" nor \"y\""},
    {"{'touches':{'kind':['a'],'within_days':28,'per_days':7},'op':'gte','value':1.5}",
     "touches of kind a in the last 28 days come to at least 1.5 a week on average",
     "touches of kind a in the last 28 days come to less than 1.5 a week on average"},
    {"{'touches':{'within_days':30,'per_days':10},'op':'lt','value':2}",
     "touches in the last 30 days come to less than 2 in 10 days on average",
     "touches in the last 30 days come to at least 2 in 10 days on average"},
    {"{'attribute':'a','op':'contains','value':'x'}", "a contains \"x\"",
     "a does not contain \"x\""},
    {"{'attribute':'a','op':'starts_with','value':'x'}", "a starts with \"x\"",
     "a does not start with \"x\""},
    {"{'attribute':'a','op':'exists'}", "a has a value", "a is known to be empty"},
    {"{'attribute':'a','op':'exists','value':false}", "a is known to be empty", "a has a value"},
    {"{'attribute':'a','op':'matches_domain','value':'Acme.Example'}",
     "a is within the domain acme.example", "a is outside the domain acme.example"},
    {"{'attribute':'a','op':'matches_domain','value':['x.example','y.example']}",
     "a is within one of the domains x.example or y.example",
     "a is outside the domains x.example and y.example"},
    {"{'attribute':'a','op':'within_days','value':1}", "a lies within the last day",
     "a does not lie within the last day"},
    {"{'attribute':'a','op':'within_days','value':90}", "a lies within the last 90 days",
     "a does not lie within the last 90 days"},
    {"{'fact':'budget','op':'gte','value':5000}", "the fact budget is at least 5000",
     "the fact budget is less than 5000"},
    {"{'touches':{},'op':'gte','value':1}", "there was at least 1 touch", "there was no touch"},
    {"{'touches':{'kind':['call']},'op':'gte','value':3}",
     "there were at least 3 touches of kind call", "there were at most 2 touches of kind call"},
    {"{'touches':{},'op':'gt','value':0}", "there was at least 1 touch", "there was no touch"},
    {"{'touches':{},'op':'gt','value':2}", "there were at least 3 touches",
     "there were at most 2 touches"},
    {"{'touches':{},'op':'lt','value':1}", "there was no touch", "there was at least 1 touch"},
    {"{'touches':{},'op':'lte','value':1}", "there was at most 1 touch",
     "there were at least 2 touches"},
    {"{'touches':{},'op':'eq','value':0}", "there was no touch", "there was at least 1 touch"},
    {"{'touches':{},'op':'eq','value':2}", "there were exactly 2 touches",
     "the number of touches is not 2"},
    {"{'touches':{},'op':'ne','value':2}", "the number of touches is not 2",
     "there were exactly 2 touches"},
    {"{'touches':{'kind':['a','b'],'within_days':30,'direction':'inbound','source':'google',"
     "'medium':['cpc','email']},'op':'gte','value':2}",
     "there were at least 2 inbound touches of kind a or b, with source google, with medium cpc or "
     "email, in the last 30 days",
     "there was at most 1 inbound touch of kind a or b, with source google, with medium cpc or "
     "email, in the last 30 days"},
    {"{'touches':{'kind':['a'],'half_life_days':30},'op':'gte','value':2.5}",
     "touches of kind a, each losing half its weight every 30 days, add up to at least 2.5",
     "touches of kind a, each losing half its weight every 30 days, add up to less than 2.5"},
};

#define GOLDEN_COUNT (sizeof golden / sizeof *golden)
#define OTHER        "{'attribute':'b','op':'eq','value':1}"
#define THIRD        "{'attribute':'c','op':'eq','value':2}"

static void assert_says(const char *test, const char *wanted)
{
    ck_assert_str_eq(sentence(test), wanted);
}

START_TEST(every_operator_has_its_sentence_in_every_place)
{
    const char *test = golden[_i].test;
    const char *says = golden[_i].says;
    const char *denies = golden[_i].denies;

    assert_says(test, says);
    assert_says(arena_printf(arena, "{'not':%s}", test), denies);
    assert_says(arena_printf(arena, "{'not':{'not':%s}}", test), says);
    assert_says(arena_printf(arena, "{'all':[%s," OTHER "]}", test),
                arena_printf(arena, "%s, and b is 1", says));
    assert_says(arena_printf(arena, "{'any':[%s," OTHER "]}", test),
                arena_printf(arena, "%s, or b is 1", says));
    assert_says(
        arena_printf(arena, "{'at_least':2,'of':[%s," OTHER "," THIRD "]}", test),
        arena_printf(arena, "at least 2 of these hold: (1) %s; (2) b is 1; (3) c is 2", says));
    assert_says(arena_printf(arena, "{'not':{'all':[%s," OTHER "]}}", test),
                arena_printf(arena, "%s, or b is not 1", denies));
    assert_says(arena_printf(arena, "{'not':{'any':[%s," OTHER "]}}", test),
                arena_printf(arena, "%s, and b is not 1", denies));
    assert_says(
        arena_printf(arena, "{'not':{'at_least':2,'of':[%s," OTHER "," THIRD "]}}", test),
        arena_printf(arena, "fewer than 2 of these hold: (1) %s; (2) b is 1; (3) c is 2", says));
    assert_says(arena_printf(arena, "{'all':[{'not':%s}," OTHER "]}", test),
                arena_printf(arena, "%s, and b is 1", denies));
}
END_TEST

#define SILENT "{'attribute':'a','op':'gte','value':5,'missing':'unmet'}"

START_TEST(what_silence_means_is_said)
{
    assert_says(SILENT, "a is known and is at least 5");
    assert_says("{'not':" SILENT "}", "a is not known or is less than 5");
    assert_says("{'all':[" SILENT "," OTHER "]}", "a is known and is at least 5, and b is 1");
    assert_says("{'all':[{'not':" SILENT "}," OTHER "]}",
                "(a is not known or is less than 5), and b is 1");
    assert_says("{'any':[{'not':" SILENT "}," OTHER "]}",
                "a is not known or is less than 5, or b is 1");
    assert_says("{'fact':'b','op':'exists','missing':'unmet'}",
                "the fact b is known and has a value");
}
END_TEST

START_TEST(combinations_within_combinations_stand_in_brackets)
{
    assert_says("{'all':[{'any':[" OTHER "," THIRD "]}," THIRD "]}",
                "(b is 1, or c is 2), and c is 2");
    assert_says("{'not':{'all':[{'any':[" OTHER "," THIRD "]}," THIRD "]}}",
                "(b is not 1, and c is not 2), or c is not 2");
    assert_says("{'all':[{'all':[{'any':[" OTHER "," THIRD "]}]}," THIRD "]}",
                "(b is 1, or c is 2), and c is 2");
    assert_says("{'any':[{'at_least':2,'of':[" OTHER "," THIRD "," OTHER "]}," THIRD "]}",
                "(at least 2 of these hold: (1) b is 1; (2) c is 2; (3) b is 1), or c is 2");
    assert_says("{'at_least':2,'of':[" OTHER ",{'at_least':2,'of':[" OTHER "," THIRD "," OTHER
                "]}," THIRD "]}",
                "at least 2 of these hold: (1) b is 1; (2) (at least 2 of these hold: (1) b is 1; "
                "(2) c is 2; (3) b is 1); (3) c is 2");
}
END_TEST

START_TEST(at_least_one_is_any_and_at_least_all_is_all)
{
    assert_says("{'at_least':1,'of':[" OTHER "," THIRD "]}", "b is 1, or c is 2");
    assert_says("{'at_least':2,'of':[" OTHER "," THIRD "]}", "b is 1, and c is 2");
    assert_says("{'not':{'at_least':1,'of':[" OTHER "," THIRD "]}}", "b is not 1, and c is not 2");
    assert_says("{'not':{'at_least':2,'of':[" OTHER "," THIRD "]}}", "b is not 1, or c is not 2");
    assert_says("{'all':[" OTHER "]}", "b is 1");
}
END_TEST

/* ---- pages ---- */

static const char awkward[] =
    "{'term':'mql','title':'Big <b>&</b> *bold*','statement':'- first\\nsecond | third',"
    "'criteria':[{'id':'size','title':'Size | <script>alert(1)</script>','kind':'fit',"
    "'points':20,'test':{'attribute':'Company | Size `x`','op':'gte','value':50},"
    "'tiers':[{'gte':1000,'points':30}]},"
    "{'id':'rival','title':'Rival','kind':'disqualifier',"
    "'test':{'attribute':'company.domain','op':'matches_domain','value':'rival.example'}}],"
    "'thresholds':{'total':20},"
    "'reasons':[{'code':'small','title':'Too small','about':'criterion','criterion':'size',"
    "'then':'nurture'}],"
    "'exceptions':[{'kind':'strategic','limit_per_month':3}],'respond_within':{'minutes':90}}";

static const char *page_of(const struct definition *definition, const struct definition_page *facts,
                           enum page_format format)
{
    struct text_out out;

    text_out_init(&out, arena, DEFINITION_PAGE_BYTES);
    ck_assert_int_eq(definition_page_write(definition, facts, format, &out), ERR_NONE);
    ck_assert_uint_eq(strlen(out.text), out.len);
    return out.text;
}

static void assert_holds(const char *page, const char *wanted)
{
    if (strstr(page, wanted) == NULL)
        ck_abort_msg("no \"%s\" in:\n%s", wanted, page);
}

static void assert_lacks(const char *page, const char *unwanted)
{
    if (strstr(page, unwanted) != NULL)
        ck_abort_msg("\"%s\" stands in:\n%s", unwanted, page);
}

START_TEST(both_pages_say_everything)
{
    struct definition *definition = compile(awkward);
    uint8_t hash[DIGEST_BYTES] = {0xab, 0xcd};
    struct page_signature signatures[] = {
        {.side = FUNCTION_MARKETING,
         .member = "Ana",
         .signed_at = 1795341600000000,
         .key_made_by = "Ops"},
        {.side = FUNCTION_SALES, .member = "Sam", .signed_at = 1795341600000000},
    };
    struct definition_page facts = {.version = 3,
                                    .state = "in_force",
                                    .hash = hash,
                                    .effective_from = INSTANT_NONE,
                                    .in_force_from = 1795341600000000,
                                    .superseded_at = INSTANT_NONE,
                                    .signatures = signatures,
                                    .signatures_count = 2};
    const char *wanted[] = {
        "MQL, version 3",
        "in force",
        "abcd0000",
        "the total score is at least 20, of 30 at most",
        "no disqualifier is met",
        "is at least 50",
        "20 points",
        "30 points instead when",
        "is at least 1000",
        "rules the lead out",
        "rival.example",
        "Too small",
        "nurture",
        "strategic",
        "at most 3 a month",
        "90 minutes",
        "14 days",
        "30 days",
        "Ana",
        "Sam",
        "Ops",
        "22 November 2026, 10:00 UTC",
    };

    for (int format = PAGE_MARKDOWN; format <= PAGE_HTML; format++) {
        const char *page = page_of(definition, &facts, (enum page_format)format);
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
            assert_holds(page, wanted[i]);
    }
    definition_free(definition);
}
END_TEST

START_TEST(html_is_escaped_and_stands_alone)
{
    struct definition *definition = compile(awkward);
    struct definition_page facts = {.version = 1, .state = "draft"};
    const char *page = page_of(definition, &facts, PAGE_HTML);

    assert_holds(page, "<title>MQL, version 1: Big &lt;b&gt;&amp;&lt;/b&gt; *bold*</title>");
    assert_holds(page, "<header>Baton</header>\n<main>");
    assert_holds(page, "</main>\n</body>");
    assert_holds(page, "<th scope=\"col\">");
    assert_holds(page, "<td data-label=\"");
    assert_holds(page, "Size | &lt;script&gt;alert(1)&lt;/script&gt;");
    assert_holds(page, "<code>Company | Size `x`</code> is at least 50");
    assert_holds(page, "<blockquote>- first<br>second | third</blockquote>");
    assert_lacks(page, "<script");
    assert_lacks(page, "http");
    definition_free(definition);
}
END_TEST

START_TEST(markdown_is_escaped)
{
    struct definition *definition = compile(awkward);
    struct definition_page facts = {.version = 1, .state = "draft"};
    const char *page = page_of(definition, &facts, PAGE_MARKDOWN);

    assert_holds(page, "# Big \\<b\\>\\&\\</b\\> \\*bold\\* (MQL, version 1)\n");
    assert_holds(page, "> \\- first\\\n> second \\| third\n");
    assert_holds(page, "| **Size \\| \\<script\\>alert(1)\\</script\\>** `size` | fit |");
    assert_holds(page, "`` Company \\| Size `x` `` is at least 50");
    definition_free(definition);
}
END_TEST

START_TEST(a_page_shows_what_changed)
{
    struct definition *definition = compile(awkward);
    struct definition_change change = {.words = "The title was \"A\" and is now \"B\"."};
    struct definition_diff diff = {.items = &change, .count = 1};
    struct definition_page facts = {
        .version = 2, .state = "proposed", .diff = &diff, .diff_against = 1};

    assert_holds(page_of(definition, &facts, PAGE_MARKDOWN),
                 "## Changed since version 1\n\n- The title was \"A\" and is now \"B\".\n");
    definition_free(definition);
}
END_TEST

START_TEST(who_proposed_signed_and_read_it_stands_on_the_page)
{
    struct definition *definition = compile(awkward);
    const char *const jobs[] = {"0199d5a0", "0199d5a1"};
    struct page_signature signatures[] = {
        {FUNCTION_MARKETING, "Ana", 1795341600000000, "Ops", jobs, 2},
        {FUNCTION_SALES, "Sam", 1795341600000000, "Ops", NULL, 0},
    };
    struct page_reader reader = {"Kim", 1795341600000000};
    struct page_comment comment = {"Sam", 1795341600000000, NULL, "Too few.", true};
    struct definition_page facts = {.version = 2,
                                    .state = "superseded",
                                    .proposed_by = "Ana",
                                    .proposed_at = 1795341600000000,
                                    .in_force_from = 1795341600000000,
                                    .superseded_at = 1795341600000000,
                                    .signatures = signatures,
                                    .signatures_count = 2,
                                    .readers = &reader,
                                    .readers_count = 1,
                                    .comments = &comment,
                                    .comments_count = 1};
    const char *page = page_of(definition, &facts, PAGE_MARKDOWN);

    assert_holds(page, "- **Proposed by**: Ana, 22 November 2026, 10:00 UTC\n");
    assert_holds(page, "- **No longer in force since**: 22 November 2026, 10:00 UTC\n");
    assert_lacks(page, "Superseded at");
    assert_holds(page, "| Ops | back-test `0199d5a0`, `0199d5a1` |\n");
    assert_holds(page, "| Ops | none |\n");
    assert_holds(page, "## Read by\n\n- **Kim**, 22 November 2026, 10:00 UTC\n");
    assert_holds(page, "22 November 2026, 10:00 UTC, asks for changes: Too few.");
    facts.in_force_from = INSTANT_NONE;
    signatures[0].evidence_count = 0;
    page = page_of(definition, &facts, PAGE_MARKDOWN);
    assert_holds(page, "- **Superseded at**: 22 November 2026, 10:00 UTC\n");
    assert_lacks(page, "No longer in force");
    assert_lacks(page, "Evidence");
    definition_free(definition);
}
END_TEST

/* Only what the tests have to do with is explained. */
static const struct {
    const char *test;
    const char *said[4]; /* labels, in their order */
} readings[] = {
    {"{'attribute':'a','op':'in','value':[1,'x']}", {"Case"}},
    {"{'attribute':'a','op':'eq','value':5}", {NULL}},
    {"{'attribute':'a','op':'contains','value':'x'}", {"Parts of a text"}},
    {"{'attribute':'a','op':'contains','value':5}", {NULL}},
    {"{'attribute':'a','op':'gte','value':'2026-01-01'}", {"Dates"}},
    {"{'attribute':'a','op':'gte','value':'2026-01-01T00:00:00Z'}", {NULL}},
    {"{'attribute':'a','op':'within_days','value':9}", {"Days"}},
    {"{'touches':{'within_days':9},'op':'gte','value':1}", {"Days"}},
    {"{'touches':{},'op':'gte','value':1}", {NULL}},
    {"{'any':[{'attribute':'a','op':'ne','value':'x'},{'fact':'b','op':'starts_with','value':'x'}]"
     "}",
     {"Case", "Parts of a text"}},
};

START_TEST(how_tests_are_to_be_read_is_said_where_it_matters)
{
    static const char *const labels[] = {"Case", "Parts of a text", "Dates", "Days"};
    struct definition *definition =
        compile(arena_printf(arena,
                             "{'term':'mql','title':'T','criteria':[{'id':'a','title':'A',"
                             "'kind':'fit','required':true,'test':%s}]}",
                             readings[_i].test));
    struct definition_page facts = {.version = 1, .state = "draft"};
    const char *page = page_of(definition, &facts, PAGE_MARKDOWN);

    for (size_t i = 0, said = 0; i < sizeof labels / sizeof *labels; i++) {
        const char *line = arena_printf(arena, "- **%s**: ", labels[i]);
        const char *wanted = readings[_i].said[said];
        if (wanted != NULL && strcmp(wanted, labels[i]) == 0) {
            assert_holds(page, line);
            said++;
        } else {
            assert_lacks(page, line);
        }
    }
    definition_free(definition);
}
END_TEST

START_TEST(a_decline_stands_on_the_page_with_its_note)
{
    struct definition *definition = compile(awkward);
    struct definition_page facts = {
        .version = 2, .state = "declined", .declined_by = "Sam", .declined_note = "Too low."};

    assert_holds(page_of(definition, &facts, PAGE_HTML),
                 "<strong>Declined</strong> by Sam: Too low.");
    definition_free(definition);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *sentences = suite_case(suite, "sentences");
    TCase *pages = suite_case(suite, "pages");

    tcase_add_checked_fixture(sentences, set_up, tear_down);
    tcase_add_loop_test(sentences, every_operator_has_its_sentence_in_every_place, 0, GOLDEN_COUNT);
    TESTS(sentences, what_silence_means_is_said, combinations_within_combinations_stand_in_brackets,
          at_least_one_is_any_and_at_least_all_is_all);
    tcase_add_checked_fixture(pages, set_up, tear_down);
    TESTS(pages, both_pages_say_everything, html_is_escaped_and_stands_alone, markdown_is_escaped,
          a_page_shows_what_changed, who_proposed_signed_and_read_it_stands_on_the_page,
          a_decline_stands_on_the_page_with_its_note);
    tcase_add_loop_test(pages, how_tests_are_to_be_read_is_said_where_it_matters, 0,
                        sizeof readings / sizeof *readings);
}
