/* Setups of attribution over HTTP: versions, what they count, and that an answer counts what its
 * asker has just written. */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNED "--starter " MQL_FILE " --sign"

#define SETUPS "/v1/attribution/setups"

#define CAPTURE(email, source, medium, at)                                                         \
    POST("marketing captures " email, "marketing", "/v1/leads",                                    \
         "{'email':'" email "','attributes':{'company.employees':250},'touch':{'kind':"            \
         "'form_submitted','source':'" source "','medium':'" medium "','occurred_at':'" at "'}}",  \
         201)

static const struct step versions[] = {
    CAPTURE("kim@acme.example", "google", "cpc", "2020-10-01T23:30:00Z"),
    GET("the default is there", "sam", SETUPS "/default", 200,
        .checks = {{"/version", "1"}, {"/record/window_days", "0"}, {"/record/timezone", "'UTC'"}}),
    GET("and alone", "sam", SETUPS, 200,
        .checks = {{"/data", "#1"}, {"/data/0/name", "'default'"}, {"/next", "null"}}),
    GET("another is not", "sam", SETUPS "/board", 404),
    GET("nor another version", "sam", SETUPS "/default?version=2", 404),
    GET("and cannot be asked for", "sam", "/v1/attribution?milestone=mql&setup=board", 400,
        .checks = {{"/errors/0/code", "'unknown_setup'"}}),
    POST("a key that captures may not make one", "marketing", SETUPS "/board", "{}", 403),
    POST("it says in what zone, and what counts together", "ana", SETUPS "/board",
         "{'timezone':'Europe/Berlin','pairs':[{'by':'medium','then_by':'source'}]}", 201,
         .checks = {{"/name", "'board'"},
                    {"/version", "1"},
                    {"/state", "'building'"},
                    {"/record/half_life_days", "7"},
                    {"/record/direct", "['direct','(direct)']"}}),
    POST("the same again is no new version", "ana", SETUPS "/board",
         "{'pairs':[{'by':'medium','then_by':'source'}],'timezone':'Europe/Berlin'}", 200,
         .checks = {{"/version", "1"}}),
    UNTIL("it is counted", "sam", SETUPS "/board", 200, .checks = {{"/state", "'counted'"}}),
    GET("by its days", "sam",
        "/v1/attribution?milestone=mql&setup=board&interval=day&by=source&then_by=medium", 200,
        .checks = {{"/query/setup", "{'name':'board','version':1}"},
                   {"/query/timezone", "'Europe/Berlin'"},
                   {"/query/counted_to", "<integer>"},
                   {"/data/0/time", "'2020-10-02'"},
                   {"/data/0/source", "'google'"},
                   {"/data/0/medium", "'cpc'"},
                   {"/data/0/leads", "1"}}),
    GET("in another zone the leads are read", "sam",
        "/v1/attribution?milestone=mql&setup=board&interval=day&timezone=UTC", 200,
        .checks = {{"/query/counted_to", "null"}, {"/data/0/time", "'2020-10-01'"}}),
    GET("a pair that is not declared too", "sam",
        "/v1/attribution?milestone=mql&setup=board&by=source&then_by=campaign", 200,
        .checks = {{"/query/counted_to", "null"}, {"/totals/leads", "1"}}),
    POST("a new version has a window", "ana", SETUPS "/board",
         "{'window_days':30,'half_life_days':14,'position_based':[50,0,50],'direct':[],"
         "'kinds':['webinar_attended']}",
         201, .checks = {{"/version", "2"}}),
    UNTIL("the first is replaced", "sam", SETUPS "/board?version=1", 200,
          .checks = {{"/state", "'retired'"}}),
    GET("by the second", "sam", "/v1/attribution?milestone=mql&setup=board&model=time_decay", 200,
        .checks = {{"/query/setup/version", "2"},
                   {"/query/window_days", "30"},
                   {"/query/half_life_days", "14"},
                   {"/data/0/source", "null"}, /* no touch of a kind that counts */
                   {"/totals/leads", "1"}}),
    GET("and its leads are behind it", "sam",
        "/v1/attribution/leads?milestone=mql&setup=board&number=leads&row=%5Bnull%5D", 200,
        .checks = {{"/data", "#1"}}),
    POST("the default has versions too", "ana", SETUPS "/default", "{'half_life_days':30}", 201,
         .checks = {{"/version", "2"}}),
    GET("each by its name, the newest", "sam", SETUPS "?limit=1", 200,
        .checks = {{"/data/0/name", "'board'"}, {"/data/0/version", "2"}},
        .keep = {{"next", "/next"}}),
    GET("and the next", "sam", SETUPS "?cursor=${next}", 200,
        .checks = {{"/data/0/name", "'default'"}, {"/data", "#1"}}),
    {0}};

STORY(setups_have_versions, SIGNED, versions)

static const struct step refused[] = {
    POST("what is not a setup", "ana", SETUPS "/board",
         "{'window_days':-1,'half_life_days':0,'position_based':[40,40,40],'timezone':'Mars?',"
         "'kinds':['Form'],'pairs':[{'by':'source','then_by':'source'},{'by':'mood'}],'mood':1}",
         400, .checks = {{"/errors", "#8"}}),
    POST("a zone that is none", "ana", SETUPS "/board", "{'timezone':'Europe/Nowhere'}", 422,
         .checks = {{"/errors/0/pointer", "'/timezone'"}}),
    POST("a name that is too long", "ana",
         SETUPS "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "{}",
         404),
    POST("parts of a whole", "ana", SETUPS "/board", "{'position_based':[40,40,40]}", 400,
         .checks = {{"/errors/0/code", "'sum'"}}),
    POST("a pair twice", "ana", SETUPS "/board",
         "{'pairs':[{'by':'source','then_by':'medium'},{'by':'medium','then_by':'source'}]}", 400,
         .checks = {{"/errors/0/pointer", "'/pairs/1'"}}),
    GET("a position that is none", "ana", "/v1/attribution?milestone=mql&min_pos=999999", 400,
        .checks = {{"/errors/0/parameter", "'min_pos'"}}),
    {0}};

STORY(what_is_no_setup_is_refused, SIGNED, refused)

#define ONE_MORE(name)                                                                             \
    POST("one more: " name, "ana", SETUPS "/" name, "{}", 201, .checks = {{"/version", "1"}})

static const struct step many[] = {
    ONE_MORE("a"),
    ONE_MORE("b"),
    ONE_MORE("c"),
    ONE_MORE("d"),
    ONE_MORE("e"),
    ONE_MORE("f"),
    ONE_MORE("g"),
    ONE_MORE("h"),
    ONE_MORE("i"),
    ONE_MORE("j"),
    ONE_MORE("k"),
    ONE_MORE("l"),
    ONE_MORE("m"),
    ONE_MORE("n"),
    ONE_MORE("o"),
    ONE_MORE("p"),
    ONE_MORE("q"),
    ONE_MORE("r"),
    ONE_MORE("s"),
    ONE_MORE("t"),
    POST("that is enough", "ana", SETUPS "/u", "{}", 422,
         .checks = {{"/code", "'limit_reached'"},
                    {"/detail", "'A workspace has at most 20 setups besides the default. Make the "
                                "next version of one of them.'"}}),
    POST("those there are have versions", "ana", SETUPS "/t", "{'window_days':30}", 201,
         .checks = {{"/version", "2"}}),
    POST("and so has the default", "ana", SETUPS "/default", "{'window_days':30}", 201,
         .checks = {{"/version", "2"}}),
    {0}};

STORY(names_of_setups_are_limited, SIGNED, many)

static const struct step own_writes[] = {
    CAPTURE("kim@acme.example", "google", "cpc", "2020-10-01T10:00:00Z"),
    GET("where the ledger is", "sam", "/v1/events?limit=500", 200,
        .keep = {{"pos", "/data/0/pos"}}),
    GET("what was just written is counted", "sam", "/v1/attribution?milestone=mql&min_pos=${pos}",
        200, .checks = {{"/totals/leads", "1"}, {"/data/0/source", "'google'"}}),
    CAPTURE("lee@acme.example", "bing", "cpc", "2020-10-02T10:00:00Z"),
    POST("a late touch", "marketing", "/v1/leads",
         "{'email':'lee@acme.example','touch':{'kind':'form_submitted','source':'partner',"
         "'occurred_at':'2020-09-01T10:00:00Z'}}",
         200),
    GET("moves a lead to another source", "sam", "/v1/attribution?milestone=mql", 200,
        .checks = {{"/totals/leads", "2"},
                   {"/data", "#2"},
                   {"/data/0/source", "'google'"},
                   {"/data/1/source", "'partner'"},
                   {"/data/1/leads", "1"}}),
    GET("with ways that were lost", "sam",
        "/v1/attribution?milestone=mql&model=markov&null_paths=true", 200,
        .checks = {{"/data/0/link", "null"}}),
    GET("which are not read one by one", "sam",
        "/v1/attribution?milestone=mql&model=markov&null_paths=true&window_days=3", 400,
        .checks = {{"/errors/0/parameter", "'null_paths'"}}),
    GET("nor opened", "sam", "/v1/attribution/leads?milestone=mql&model=markov&null_paths=true",
        400, .checks = {{"/errors/0/parameter", "'null_paths'"}}),
    {0}};

STORY(an_answer_counts_what_its_asker_wrote, SIGNED, own_writes)

static const struct step before_rebuilding[] = {
    CAPTURE("kim@acme.example", "google", "cpc", "2020-10-01T10:00:00Z"),
    GET("it is counted", "sam", "/v1/attribution?milestone=mql", 200, .keep = {{"as", "/data"}}),
    {0}};

static const struct step after_rebuilding[] = {
    GET("it is counted as before", "sam", "/v1/attribution?milestone=mql", 200,
        .checks = {{"/data", "${as}"}, {"/query/counted_to", "<integer>"}}),
    {0}};

START_TEST(rebuilding_changes_nothing)
{
    struct stage stage = stage_open(SIGNED);
    char words[128];

    story_run(stage.story, before_rebuilding);
    snprintf(words, sizeof words, "rollups rebuild %s", stage_workspace());
    char *said = stage_baton(words, 0);
    ck_assert_ptr_nonnull(strstr(said, "counted anew, up to position"));
    free(said);
    story_run(stage.story, after_rebuilding);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "setups");

    TESTS(t, setups_have_versions, what_is_no_setup_is_refused, names_of_setups_are_limited,
          an_answer_counts_what_its_asker_wrote, rebuilding_changes_nothing);
}
