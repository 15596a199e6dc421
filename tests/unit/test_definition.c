/* Compiling a definition: what a good document becomes, every fault of a bad one by its pointer,
 * and what is allowed but warned about. */
#include "core/definition/definition.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (1 << 22)

static struct arena *arena;
static struct faults faults;
static struct faults warnings;

static void set_up(void)
{
    arena = arena_new(ARENA_BYTES);
    faults_init(&faults, arena);
    faults_init(&warnings, arena);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* Documents are written with single quotes for reading's sake. */
static json_t *parse(const char *text)
{
    char *copy = arena_strdup(arena, text);
    json_error_t error;

    for (char *p = copy; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    json_t *json = json_loads(copy, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        ck_abort_msg("%s in %s", error.text, text);
    return json;
}

static enum err compile(const char *text, struct definition **out)
{
    json_t *document = parse(text);

    faults_init(&faults, arena);
    faults_init(&warnings, arena);
    enum err err = definition_compile(document, &faults, &warnings, out);
    json_decref(document);
    return err;
}

static struct definition *compile_good(const char *text)
{
    struct definition *definition;
    enum err err = compile(text, &definition);

    if (faults.count > 0)
        ck_abort_msg("%s: %s", faults.items[0].pointer, faults.items[0].detail);
    ck_assert_int_eq(err, ERR_NONE);
    return definition;
}

static const struct fault *find(const struct faults *list, const char *pointer, const char *code)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].pointer, pointer) == 0 && strcmp(list->items[i].code, code) == 0)
            return &list->items[i];
    return NULL;
}

static const char *show(const struct faults *list)
{
    const char *text = "";

    for (size_t i = 0; i < list->count; i++)
        text = arena_printf(arena, "%s\n  %s %s (%s)", text, list->items[i].pointer,
                            list->items[i].code, list->items[i].detail);
    return text;
}

static void assert_has(const struct faults *list, const char *pointer, const char *code)
{
    if (find(list, pointer, code) == NULL)
        ck_abort_msg("wanted %s %s, got:%s", pointer, code, show(list));
}

/* ---- good documents ---- */

#define SIZE_CRITERION                                                                             \
    "{'id':'size','title':'Big','kind':'fit','points':20,"                                         \
    "'test':{'attribute':'company.employees','op':'gte','value':50}}"
#define ROLE_CRITERION                                                                             \
    "{'id':'role','title':'Decides','kind':'fit','required':true,"                                 \
    "'test':{'all':[{'attribute':'seniority','op':'in','value':['vp','owner']},"                   \
    "{'fact':'authority','op':'exists'},"                                                          \
    "{'touches':{'kind':['call','form_submitted']},'op':'gte','value':1}]}}"

START_TEST(a_document_becomes_a_definition)
{
    struct definition *definition = compile_good(
        "{'term':'srl','title':'Ready','statement':'Said so.','criteria':[" SIZE_CRITERION
        "," ROLE_CRITERION "],'thresholds':{'fit':10},"
        "'reasons':[{'code':'small','title':'Small','about':'criterion','criterion':'size',"
        "'then':'nurture'},{'code':'dup','title':'Known','about':'process','then':'disqualify'}],"
        "'exceptions':[{'kind':'account_based','limit_per_month':5}],"
        "'respond_within':{'minutes':60},'decide_within_days':7,'nurture_days':45}");

    ck_assert_int_eq(definition->term, TERM_SRL);
    ck_assert_str_eq(definition->title, "Ready");
    ck_assert_str_eq(definition->statement, "Said so.");
    ck_assert_int_eq(definition->respond_minutes, 60);
    ck_assert_int_eq(definition->decide_days, 7);
    ck_assert_int_eq(definition->nurture_days, 45);
    ck_assert_uint_eq(definition->criteria_count, 2);
    ck_assert_int_eq(definition->criteria[0].points, 20);
    ck_assert(definition->criteria[1].required);
    ck_assert(definition->has_threshold[CRITERION_FIT]);
    ck_assert(!definition->has_threshold[THRESHOLD_TOTAL]);
    ck_assert_int_eq(definition->thresholds[CRITERION_FIT], 10);
    ck_assert(definition->exceptions[EXCEPTION_ACCOUNT_BASED].allowed);
    ck_assert_int_eq(definition->exceptions[EXCEPTION_ACCOUNT_BASED].limit_per_month, 5);
    ck_assert(!definition->exceptions[EXCEPTION_STRATEGIC].allowed);
    ck_assert_int_eq(definition_reason(definition, "small")->criterion, 0);
    ck_assert_int_eq(definition_reason(definition, "dup")->then, THEN_DISQUALIFY);
    ck_assert_ptr_null(definition_reason(definition, "other"));
    ck_assert_int_eq(definition_criterion(definition, "role"), 1);
    ck_assert_int_eq(definition_criterion(definition, "none"), -1);
    ck_assert_str_eq(show(&warnings), "");
    definition_free(definition);
}
END_TEST

START_TEST(it_knows_what_it_uses)
{
    struct definition *definition = compile_good(
        "{'term':'mql','title':'T','criteria':[" SIZE_CRITERION "," ROLE_CRITERION "]}");

    ck_assert(definition_uses_attribute(definition, "company.employees"));
    ck_assert(definition_uses_attribute(definition, "seniority"));
    ck_assert(!definition_uses_attribute(definition, "authority"));
    ck_assert(definition_criterion_uses(definition, 1, "seniority", false));
    ck_assert(!definition_criterion_uses(definition, 0, "seniority", false));
    ck_assert_uint_eq(definition->names_count, 3);
    ck_assert_uint_eq(definition->attributes_count, 2);
    ck_assert_str_eq(definition->names[0].name, "company.employees");
    ck_assert_str_eq(definition->names[2].name, "authority");
    ck_assert_uint_eq(definition->kinds_count, 2);
    ck_assert_str_eq(definition->kinds[0], "call");
    definition_free(definition);
}
END_TEST

START_TEST(what_is_silent_has_defaults)
{
    struct definition *definition =
        compile_good("{'term':'sql','title':'T','criteria':[" ROLE_CRITERION "]}");

    ck_assert_int_eq(definition->respond_minutes, RESPOND_MINUTES_DEFAULT);
    ck_assert_int_eq(definition->decide_days, DECIDE_DAYS_DEFAULT);
    ck_assert_int_eq(definition->nurture_days, NURTURE_DAYS_DEFAULT);
    ck_assert_str_eq(definition->statement, "");
    definition_free(definition);
}
END_TEST

START_TEST(names_may_have_spaces_and_capitals)
{
    struct definition *definition = compile_good(
        "{'term':'mql','title':'T','criteria':[{'id':'a','title':'A','kind':'fit','required':true,"
        "'test':{'attribute':'Lead Quality','op':'ne','value':'Worst'}}]}");

    ck_assert(definition_uses_attribute(definition, "Lead Quality"));
    definition_free(definition);
}
END_TEST

START_TEST(the_document_may_go_before_its_definition)
{
    json_t *document = parse("{'term':'mql','title':'Kept','criteria':[" SIZE_CRITERION
                             "],'thresholds':{'total':20}}");
    struct definition *definition;

    ck_assert_int_eq(definition_compile(document, NULL, NULL, &definition), ERR_NONE);
    json_decref(document);
    ck_assert_str_eq(definition->title, "Kept");
    ck_assert_str_eq(definition->names[0].name, "company.employees");
    definition_free(definition);
}
END_TEST

/* ---- faults ---- */

START_TEST(ten_faults_are_all_named_at_once)
{
    static const struct {
        const char *pointer;
        const char *code;
    } wanted[] = {
        {"/colour", "unknown_member"},
        {"/title", "required"},
        {"/criteria/0/test/op", "unknown_operator"},
        {"/criteria/1/id", "duplicate"},
        {"/criteria/1/test/value", "date"},
        {"/criteria/2/points", "required"},
        {"/criteria/3/points", "not_allowed"},
        {"/reasons/0/criterion", "unknown_criterion"},
        {"/thresholds/luck", "unknown_member"},
        {"/respond_within/minutes", "type"},
    };
    struct definition *definition;
    enum err err =
        compile("{'term':'mql','colour':'red','criteria':["
                "{'id':'a','title':'A','kind':'fit','points':1,"
                "'test':{'attribute':'x','op':'bigger','value':1}},"
                "{'id':'a','title':'A','kind':'fit','points':1,"
                "'test':{'attribute':'x','op':'gt','value':'tomorrow'}},"
                "{'id':'c','title':'C','kind':'fit','test':{'attribute':'x','op':'exists'}},"
                "{'id':'d','title':'D','kind':'disqualifier','points':5,"
                "'test':{'attribute':'x','op':'exists'}}],"
                "'thresholds':{'luck':1},"
                "'reasons':[{'code':'r','title':'R','about':'criterion','criterion':'zz','then':'"
                "nurture'}],"
                "'respond_within':{'minutes':'soon'}}",
                &definition);

    ck_assert_int_eq(err, ERR_INVALID_DEFINITION);
    ck_assert_ptr_null(definition);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_has(&faults, wanted[i].pointer, wanted[i].code);
    if (faults.count != sizeof wanted / sizeof *wanted)
        ck_abort_msg("ten faults wanted:%s", show(&faults));
}
END_TEST

/* Each a criterion's test with one fault below /criteria/0/test. */
static const struct {
    const char *test;
    const char *pointer;
    const char *code;
} test_faults[] = {
    {"{}", "", "required"},
    {"{'attribute':'x'}", "/op", "required"},
    {"{'attribute':'x','op':'eq'}", "/value", "required"},
    {"{'attribute':'x','op':'eq','value':null}", "/value", "type"},
    {"{'attribute':'x','op':'eq','value':[1]}", "/value", "type"},
    {"{'attribute':'x','op':'eq','value':''}", "/value", "empty"},
    {"{'attribute':'','op':'exists'}", "/attribute", "length"},
    {"{'attribute':' x','op':'exists'}", "/attribute", "name"},
    {"{'attribute':7,'op':'exists'}", "/attribute", "type"},
    {"{'attribute':'x','op':'exists','value':'yes'}", "/value", "type"},
    {"{'attribute':'x','op':'exists','extra':1}", "/extra", "unknown_member"},
    {"{'attribute':'x','fact':'y','op':'exists'}", "", "ambiguous"},
    {"{'attribute':'x','op':'lt','value':'soon'}", "/value", "date"},
    {"{'attribute':'x','op':'lt','value':'2026-02-30'}", "/value", "date"},
    {"{'attribute':'x','op':'lt','value':true}", "/value", "type"},
    {"{'attribute':'x','op':'in','value':'a'}", "/value", "type"},
    {"{'attribute':'x','op':'in','value':[]}", "/value", "empty"},
    {"{'attribute':'x','op':'not_in','value':['a',null]}", "/value/1", "type"},
    {"{'attribute':'x','op':'starts_with','value':5}", "/value", "type"},
    {"{'attribute':'x','op':'matches_domain','value':'acme example'}", "/value", "domain"},
    {"{'attribute':'x','op':'matches_domain','value':['.example']}", "/value/0", "domain"},
    {"{'attribute':'x','op':'within_days','value':0}", "/value", "range"},
    {"{'attribute':'x','op':'within_days','value':1.5}", "/value", "type"},
    {"{'touches':{},'op':'contains','value':'a'}", "/op", "operator_subject"},
    {"{'touches':{},'op':'within_days','value':3}", "/op", "operator_subject"},
    {"{'touches':{'per_days':7},'op':'gte','value':1}", "/touches/per_days", "required"},
    {"{'touches':{'per_days':7,'within_days':6},'op':'gte','value':1}", "/touches/per_days",
     "range"},
    {"{'touches':{'per_days':7,'within_days':28,'half_life_days':9},'op':'gte','value':1}",
     "/touches/per_days", "half_life"},
    {"{'attribute':'a','op':'eq','value':1,'missing':'met'}", "/missing", "unknown_value"},
    {"{'touches':{},'op':'gte','value':1,'missing':'unmet'}", "/missing", "unknown_member"},
    {"{'touches':{},'op':'gte','value':1.5}", "/value", "type"},
    {"{'touches':{},'op':'gte','value':-1}", "/value", "range"},
    {"{'touches':{'kind':[]},'op':'gte','value':1}", "/touches/kind", "empty"},
    {"{'touches':{'kind':['Form']},'op':'gte','value':1}", "/touches/kind/0", "code"},
    {"{'touches':{'within_days':0},'op':'gte','value':1}", "/touches/within_days", "range"},
    {"{'touches':{'direction':'up'},'op':'gte','value':1}", "/touches/direction", "unknown_value"},
    {"{'touches':{'source':5},'op':'gte','value':1}", "/touches/source", "type"},
    {"{'touches':{'colour':'red'},'op':'gte','value':1}", "/touches/colour", "unknown_member"},
    {"{'touches':{'half_life_days':0},'op':'gte','value':1}", "/touches/half_life_days", "range"},
    {"{'all':[]}", "/all", "empty"},
    {"{'any':{'attribute':'x','op':'exists'}}", "/any", "type"},
    {"{'not':[]}", "/not", "type"},
    {"{'all':[{'attribute':'x','op':'nope'}]}", "/all/0/op", "unknown_operator"},
    {"{'at_least':2,'of':[{'attribute':'x','op':'exists'}]}", "/at_least", "unreachable"},
    {"{'at_least':0,'of':[{'attribute':'x','op':'exists'}]}", "/at_least", "range"},
    {"{'at_least':1}", "/of", "required"},
    {"{'not':{'not':{'not':{'not':{'not':{'not':{'not':{'not':{'attribute':'x','op':'exists'}}}}}}}"
     "}}",
     "/not/not/not/not/not/not/not", "too_deep"},
};

START_TEST(a_test_with_a_fault_is_refused_by_its_pointer)
{
    struct definition *definition;
    const char *text = arena_printf(arena,
                                    "{'term':'mql','title':'T','criteria':[{'id':'a','title':'A',"
                                    "'kind':'fit','required':true,'test':%s}]}",
                                    test_faults[_i].test);
    const char *pointer = arena_printf(arena, "/criteria/0/test%s", test_faults[_i].pointer);

    ck_assert_int_eq(compile(text, &definition), ERR_INVALID_DEFINITION);
    assert_has(&faults, pointer, test_faults[_i].code);
    if (faults.count != 1)
        ck_abort_msg("one fault wanted for %s:%s", test_faults[_i].test, show(&faults));
}
END_TEST

/* Each the members of a document beside term, title and a good criterion. */
static const struct {
    const char *members;
    const char *pointer;
    const char *code;
} document_faults[] = {
    {"'term':'hql','criteria':[" SIZE_CRITERION "]", "/term", "unknown_value"},
    {"'term':'mql','criteria':[]", "/criteria", "empty"},
    {"'term':'mql','criteria':{}", "/criteria", "type"},
    {"'term':'mql'", "/criteria", "required"},
    {"'term':'mql','criteria':[7]", "/criteria/0", "type"},
    {"'term':'mql','statement':7,'criteria':[" SIZE_CRITERION "]", "/statement", "type"},
    {"'term':'mql','effective_from':'2026-01-01','criteria':[" SIZE_CRITERION "]",
     "/effective_from", "unknown_member"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],'thresholds':{'total':21}", "/thresholds/total",
     "unreachable"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],'thresholds':{'engagement':1}",
     "/thresholds/engagement", "unreachable"},
    {"'term':'mql','criteria':[" SIZE_CRITERION ",{'id':'b','title':'B','kind':'fit',"
     "'required':true,'points':-5,'test':{'attribute':'x','op':'exists'}}],"
     "'thresholds':{'total':20}",
     "/thresholds/total", "unreachable"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],'thresholds':{'total':'9'}", "/thresholds/total",
     "type"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],'decide_within_days':0", "/decide_within_days",
     "range"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],'respond_within':{}", "/respond_within/minutes",
     "required"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],'respond_within':480", "/respond_within",
     "type"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],"
     "'exceptions':[{'kind':'friend','limit_per_month':1}]",
     "/exceptions/0/kind", "unknown_value"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],'exceptions':[{'kind':'strategic'}]",
     "/exceptions/0/limit_per_month", "required"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],'exceptions':["
     "{'kind':'strategic','limit_per_month':1},{'kind':'strategic','limit_per_month':2}]",
     "/exceptions/1/kind", "duplicate"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],"
     "'reasons':[{'code':'Too Small','title':'T','about':'gap','then':'nurture'}]",
     "/reasons/0/code", "code"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],"
     "'reasons':[{'code':'a','title':'T','about':'gap','then':'forget'}]",
     "/reasons/0/then", "unknown_value"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],"
     "'reasons':[{'code':'a','title':'T','about':'criterion','then':'nurture'}]",
     "/reasons/0/criterion", "required"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],"
     "'reasons':[{'code':'a','title':'T','about':'gap','criterion':'size','then':'nurture'}]",
     "/reasons/0/criterion", "not_allowed"},
    {"'term':'mql','criteria':[" SIZE_CRITERION "],"
     "'reasons':[{'code':'a','title':'T','about':'gap','then':'nurture'},"
     "{'code':'a','title':'U','about':'gap','then':'nurture'}]",
     "/reasons/1/code", "duplicate"},
    {"'term':'mql','criteria':[{'id':'a','title':'A','kind':'luck','points':1,"
     "'test':{'attribute':'x','op':'exists'}}]",
     "/criteria/0/kind", "unknown_value"},
    {"'term':'mql','criteria':[{'id':'a','title':'A','kind':'fit','points':1}]", "/criteria/0/test",
     "required"},
    {"'term':'mql','criteria':[{'id':'a','title':'A','kind':'fit','points':1.5,"
     "'test':{'attribute':'x','op':'exists'}}]",
     "/criteria/0/points", "type"},
    {"'term':'mql','criteria':[{'id':'a','title':'A','kind':'disqualifier','required':true,"
     "'test':{'attribute':'x','op':'exists'}}]",
     "/criteria/0/required", "not_allowed"},
    {"'term':'mql','criteria':[{'id':'a','title':'A','kind':'fit','points':5,"
     "'test':{'attribute':'x','op':'gt','value':1},'tiers':[{'gt':5}]}]",
     "/criteria/0/tiers/0/points", "required"},
    {"'term':'mql','criteria':[{'id':'a','title':'A','kind':'fit','points':5,"
     "'test':{'attribute':'x','op':'gt','value':1},'tiers':[{'points':5}]}]",
     "/criteria/0/tiers/0", "required"},
    {"'term':'mql','criteria':[{'id':'a','title':'A','kind':'fit','points':5,"
     "'test':{'attribute':'x','op':'gt','value':1},'tiers':[{'above':5,'points':9}]}]",
     "/criteria/0/tiers/0/above", "unknown_member"},
    {"'term':'mql','criteria':[{'id':'a','title':'A','kind':'fit','points':5,"
     "'test':{'attribute':'x','op':'gt','value':1},'tiers':[{'gt':'many','points':9}]}]",
     "/criteria/0/tiers/0/gt", "date"},
    {"'term':'mql','criteria':[{'id':'a','title':'A','kind':'fit','points':5,"
     "'test':{'all':[{'attribute':'x','op':'gt','value':1}]},'tiers':[{'gt':5,'points':9}]}]",
     "/criteria/0/tiers/0", "needs_test"},
    {"'term':'mql','criteria':[{'id':'a','title':'A','kind':'fit',"
     "'tiers':[{'gt':5,'points':9}]}]",
     "/criteria/0/tiers/0", "needs_test"},
    {"'term':'mql','criteria':[{'id':'a','title':'A','kind':'fit','points':3,"
     "'tiers':[{'test':{'attribute':'x','op':'exists'},'points':9}]}]",
     "/criteria/0/points", "not_allowed"},
};

START_TEST(a_document_with_a_fault_is_refused_by_its_pointer)
{
    struct definition *definition;
    const char *text = arena_printf(arena, "{'title':'T',%s}", document_faults[_i].members);

    ck_assert_int_eq(compile(text, &definition), ERR_INVALID_DEFINITION);
    assert_has(&faults, document_faults[_i].pointer, document_faults[_i].code);
    if (faults.count != 1)
        ck_abort_msg("one fault wanted for %s:%s", text, show(&faults));
}
END_TEST

START_TEST(what_is_no_object_is_refused)
{
    struct definition *definition;

    ck_assert_int_eq(compile("[]", &definition), ERR_INVALID_DEFINITION);
    assert_has(&faults, "", "type");
}
END_TEST

START_TEST(more_tests_than_there_is_room_for_are_refused)
{
    const char *leaf = "{'attribute':'x','op':'exists'}";
    const char *list = leaf;
    const char *criteria = "";
    struct definition *definition;

    for (int i = 1; i < TEST_CHILDREN_MAX; i++)
        list = arena_printf(arena, "%s,%s", list, leaf);
    for (int i = 0; i < 11; i++)
        criteria = arena_printf(arena,
                                "%s%s{'id':'c%d','title':'C','kind':'fit','required':true,"
                                "'test':{'all':[%s]}}",
                                criteria, i == 0 ? "" : ",", i, list);
    enum err err = compile(
        arena_printf(arena, "{'term':'mql','title':'T','criteria':[%s]}", criteria), &definition);
    ck_assert_int_eq(err, ERR_INVALID_DEFINITION);
    ck_assert_str_eq(faults.items[0].code, "too_many");
}
END_TEST

/* ---- warnings ---- */

#define REQUIRED(id, test)                                                                         \
    "{'id':'" id "','title':'T','kind':'fit','required':true,'test':" test "}"

static const struct {
    const char *members;
    const char *pointer; /* NULL: no warning wanted */
    const char *code;
} warned[] = {
    {"'criteria':[" REQUIRED("a", "{'attribute':'x','op':'eq','value':'one'}") "," REQUIRED(
         "b", "{'attribute':'x','op':'in','value':['two','three']}") "]",
     "/criteria/1", "excluded"},
    {"'criteria':[" REQUIRED("a", "{'attribute':'x','op':'gt','value':10}") "," REQUIRED(
         "b", "{'attribute':'x','op':'lte','value':10}") "]",
     "/criteria/1", "excluded"},
    {"'criteria':[" REQUIRED("a", "{'attribute':'x','op':'gte','value':10}") "," REQUIRED(
         "b", "{'attribute':'x','op':'lte','value':10}") "]",
     NULL, NULL},
    {"'criteria':[" REQUIRED("a", "{'attribute':'x','op':'gt','value':'2026-01-01'}") "," REQUIRED(
         "b", "{'attribute':'x','op':'lt','value':'2025-01-01'}") "]",
     "/criteria/1", "excluded"},
    {"'criteria':[" REQUIRED("a", "{'all':[{'attribute':'x','op':'eq','value':1},"
                                  "{'attribute':'x','op':'eq','value':2}]}") "]",
     "/criteria/0", "never_met"},
    {"'criteria':[" REQUIRED(
         "a",
         "{'attribute':'x','op':'eq','value':'r'}") ","
                                                    "{'id':'d','title':'D','kind':'disqualifier',"
                                                    "'test':{'attribute':'x','op':'in','value':['r'"
                                                    ",'s']}}]",
     "/criteria/1", "excluded"},
    {"'criteria':[" SIZE_CRITERION "],'thresholds':{'total':0}", "/thresholds/total",
     "always_reached"},
    {"'criteria':[" SIZE_CRITERION "," REQUIRED("b", "{'attribute':'y','op':'exists'}") "]",
     "/criteria/0", "no_effect"},
    {"'criteria':[{'id':'a','title':'T','kind':'fit','points':5,"
     "'test':{'attribute':'x','op':'gte','value':50},'tiers':[{'lt':10,'points':9}]}],"
     "'thresholds':{'fit':5}",
     "/criteria/0/tiers/0", "never_met"},
    {"'criteria':[{'id':'a','title':'T','kind':'fit','points':5,"
     "'test':{'attribute':'x','op':'gte','value':50},"
     "'tiers':[{'gte':100,'points':9},{'gte':500,'points':7}]}],'thresholds':{'fit':5}",
     "/criteria/0/tiers/1", "no_effect"},
    {"'criteria':[" REQUIRED("a", "{'touches':{},'op':'gte','value':0}") "]", "/criteria/0",
     "always_met"},
    {"'criteria':[" REQUIRED("a", "{'attribute':'x','op':'in','value':['a','b','a']}") "]",
     "/criteria/0/test/value", "repeated"},
};

START_TEST(what_looks_wrong_is_warned_about)
{
    struct definition *definition = compile_good(
        arena_printf(arena,
                     "{'term':'mql','title':'T',%s,"
                     "'reasons':[{'code':'r','title':'R','about':'gap','then':'nurture'}]}",
                     warned[_i].members));

    if (warned[_i].pointer != NULL)
        assert_has(&warnings, warned[_i].pointer, warned[_i].code);
    if (warnings.count != (warned[_i].pointer != NULL))
        ck_abort_msg("%s: %s", warned[_i].members, show(&warnings));
    definition_free(definition);
}
END_TEST

START_TEST(a_definition_that_lets_all_pass_is_warned_about)
{
    struct definition *definition = compile_good(
        "{'term':'mql','title':'T','criteria':[{'id':'d','title':'D','kind':'disqualifier',"
        "'test':{'attribute':'x','op':'exists'}}]}");

    assert_has(&warnings, "/thresholds", "no_effect");
    assert_has(&warnings, "/reasons", "required");
    definition_free(definition);
}
END_TEST

/* ---- the hash that is signed ---- */

static const char *hash_of(const char *text, instant effective_from)
{
    json_t *document = parse(text);
    uint8_t hash[DIGEST_BYTES];
    char *hex = arena_alloc(arena, 2 * DIGEST_BYTES + 1);

    ck_assert_int_eq(definition_hash(document, effective_from, hash), ERR_NONE);
    for (int i = 0; i < DIGEST_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    json_decref(document);
    return hex;
}

/* printf %s '{"document":{"a":[1,0.5,"é\n"],"b":null},"effective_from":null}' | sha256sum */
START_TEST(the_hash_is_that_of_the_canonical_text)
{
    ck_assert_str_eq(hash_of("{'b':null,'a':[1,0.50,'\u00e9\\n']}", INSTANT_NONE),
                     "83a406489da3c2a32298b22f539edb2dec093b3cfe03d66a98c554a00539b89e");
}
END_TEST

START_TEST(order_and_space_do_not_change_the_hash_but_content_does)
{
    const char *hash = hash_of("{'a':1,'b':{'c':2,'d':3}}", INSTANT_NONE);

    ck_assert_str_eq(hash, hash_of("{ 'b' : {'d':3, 'c':2}, 'a':1}", INSTANT_NONE));
    ck_assert_str_ne(hash, hash_of("{'a':1,'b':{'c':2,'d':4}}", INSTANT_NONE));
    ck_assert_str_ne(hash, hash_of("{'a':1,'b':{'c':2,'d':3}}", INSTANT_DAY));
}
END_TEST

/* ---- what may not be missing ---- */

static const char whole[] =
    "{'term': 'mql', 'title': 'MQL', 'criteria': ["
    "{'id': 'size', 'title': 'Large', 'kind': 'fit', 'points': 5,"
    " 'test': {'attribute': 'size', 'op': 'gte', 'value': 50}},"
    "{'id': 'tier', 'title': 'By tiers', 'kind': 'fit', 'tiers': ["
    "  {'test': {'fact': 'budget', 'op': 'gte', 'value': 5}, 'points': 3}]},"
    "{'id': 'seen', 'title': 'Seen', 'kind': 'engagement', 'required': true, 'test': {'all': ["
    "  {'touches': {'kind': ['call']}, 'op': 'gte', 'value': 1},"
    "  {'of': [{'attribute': 'a', 'op': 'eq', 'value': 1},"
    "          {'attribute': 'b', 'op': 'eq', 'value': 1}], 'at_least': 1}]}}],"
    "'thresholds': {'total': 5}, 'reasons': [{'code': 'small', 'title': 'Small', "
    "'about': 'criterion', 'criterion': 'size', 'then': 'nurture'}],"
    "'exceptions': [{'kind': 'strategic', 'limit_per_month': 2}],"
    "'respond_within': {'minutes': 60}}";

/* Members of it that there has to be, each by its pointer. */
static const char *const required[] = {
    "/term",
    "/title",
    "/criteria",
    "/criteria/0/id",
    "/criteria/0/title",
    "/criteria/0/kind",
    "/criteria/1/tiers/0/points",
    "/criteria/0/test/op",
    "/criteria/1/tiers/0/test/op",
    "/criteria/2/test/all/0/op",
    "/reasons/0/code",
    "/reasons/0/title",
    "/reasons/0/about",
    "/reasons/0/then",
    "/reasons/0/criterion",
    "/exceptions/0/kind",
    "/exceptions/0/limit_per_month",
    "/respond_within/minutes",
};

static void take_out(json_t *from, const char *at)
{
    const char *last = strrchr(at, '/') + 1;

    for (const char *part = at + 1; part < last;) {
        size_t len = strcspn(part, "/");
        const char *name = arena_copy(arena, part, len);
        from = json_is_array(from) ? json_array_get(from, (size_t)strtol(name, NULL, 10))
                                   : json_object_get(from, name);
        part += len + 1;
    }
    ck_assert_msg(json_object_del(from, last) == 0, "%s is not there", at);
}

/* A document that has not all it needs is not judged further: what it says of itself, such as a
 * total that cannot be reached, would be about something else than what is meant. */
START_TEST(what_is_not_whole_is_not_looked_at_further)
{
    static const char *const taken[] = {"/criteria/0/test", "/criteria/0/kind", "/reasons/0/then",
                                        "/exceptions/0/kind", "/respond_within/minutes"};
    struct definition *definition = NULL;

    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        json_t *document = parse(whole);
        faults_init(&faults, arena);
        faults_init(&warnings, arena);
        json_object_set_new(json_object_get(document, "thresholds"), "total", json_integer(1000));
        take_out(document, taken[i]);
        ck_assert_int_eq(definition_compile(document, &faults, &warnings, &definition),
                         ERR_INVALID_DEFINITION);
        ck_assert_ptr_null(definition);
        ck_assert_msg(faults.count == 1 && warnings.count == 0, "without %s:%s%s", taken[i],
                      show(&faults), show(&warnings));
        json_decref(document);
    }
}
END_TEST

START_TEST(what_is_missing_is_missed)
{
    json_t *document = parse(whole);
    struct definition *definition = NULL;

    take_out(document, required[_i]);
    enum err err = definition_compile(document, &faults, &warnings, &definition);
    json_decref(document);
    ck_assert_msg(err == ERR_INVALID_DEFINITION, "without %s: %s", required[_i], error_code(err));
    ck_assert_msg(find(&faults, required[_i], "required") != NULL,
                  "%s is missing, and what is said:%s", required[_i], show(&faults));
    definition_free(compile_good(whole));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *good = suite_case(suite, "good");
    TCase *bad = suite_case(suite, "bad");
    TCase *doubtful = suite_case(suite, "doubtful");
    TCase *hash = suite_case(suite, "hash");

    tcase_add_checked_fixture(good, set_up, tear_down);
    TESTS(good, a_document_becomes_a_definition, what_is_not_whole_is_not_looked_at_further);
    EACH(good, what_is_missing_is_missed, required);
    TESTS(good, it_knows_what_it_uses, what_is_silent_has_defaults,
          names_may_have_spaces_and_capitals, the_document_may_go_before_its_definition);
    tcase_add_checked_fixture(bad, set_up, tear_down);
    TESTS(bad, ten_faults_are_all_named_at_once);
    EACH(bad, a_test_with_a_fault_is_refused_by_its_pointer, test_faults);
    EACH(bad, a_document_with_a_fault_is_refused_by_its_pointer, document_faults);
    TESTS(bad, what_is_no_object_is_refused, more_tests_than_there_is_room_for_are_refused);
    tcase_add_checked_fixture(doubtful, set_up, tear_down);
    EACH(doubtful, what_looks_wrong_is_warned_about, warned);
    TESTS(doubtful, a_definition_that_lets_all_pass_is_warned_about);
    tcase_add_checked_fixture(hash, set_up, tear_down);
    TESTS(hash, the_hash_is_that_of_the_canonical_text,
          order_and_space_do_not_change_the_hash_but_content_does);
}
