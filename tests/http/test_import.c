/* History from files: small ones of our own, and a real funnel where it is at hand. */
#include "stage.h"
#include "suite.h"

#include "database.h"
#include "test_cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES SOURCE_DIR "/tests/http/import/"
#define WORDS "import %s --mapping " FILES "%s %s%s 2>&1"

/* Another process made them: it takes the server a moment to know. */
static const struct step known_teams[] = {
    UNTIL("the teams", "ana", "/v1/teams", 200, .checks = {{"/data", "#4"}}), {0}};

static struct stage open_stage(void)
{
    struct stage stage = stage_open("");
    char words[128];

    snprintf(words, sizeof words, "team create %s sdr --function sales", stage_workspace());
    free(stage_baton(words, 0));
    snprintf(words, sizeof words, "team create %s ae --function sales", stage_workspace());
    free(stage_baton(words, 0));
    story_run(stage.story, known_teams);
    return stage;
}

/* What it says has each of these texts, in this order; NULL ends them. */
static void import(const char *mapping, const char *folder, const char *file, int code,
                   const char *const *said)
{
    char words[1024];

    snprintf(words, sizeof words, WORDS, stage_workspace(), mapping, folder, file);
    char *out = stage_baton(words, code);
    const char *at = out;
    for (; *said != NULL; said++) {
        const char *found = strstr(at, *said);
        if (found == NULL)
            ck_abort_msg("%s of %s: wanted \"%s\" in: %s", file, mapping, *said, out);
        at = found + strlen(*said);
    }
    free(out);
}

static void import_leads(void)
{
    static const char *const said[] = {
        "leads.csv: 1 refused, line 6: /E-Mail: This is not an email address",
        "leads.csv: 1 refused, line 7: /First Contact: This is not a date such as 2026-11-23 or "
        "2026-11-23T10:00:00Z",
        "leads.csv: 1 refused, line 8: it has 10 cells, and the first row names 8 columns",
        "leads.csv: 1 refused, line 9: /E-Mail: Neither email nor external id",
        "leads.csv: 8 rows: 4 new, 0 updated, 0 unchanged, 4 refused",
        NULL,
    };

    import("leads.json", FILES, "leads.csv", 1, said);
}

static void import_deals(void)
{
    static const char *const said[] = {
        "deals.csv: 1 refused, line 5: No lead has this external id",
        "deals.csv: 4 rows: 3 new, 0 updated, 0 unchanged, 1 refused",
        "3 members were made, without keys",
        NULL,
    };

    import("deals.json", FILES, "deals.csv", 1, said);
}

static const struct step after_leads[] = {
    GET("a lead as it was imported", "ana", "/v1/leads?external_id=crm:L1", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/email", "'kim@acme.example'"},
                   {"/data/0/stage", "'inquiry'"},
                   {"/data/0/claimed_stage", "'mql'"},
                   {"/data/0/owner_team", "'marketing'"},
                   {"/data/0/attributes/company.employees", "120"},
                   {"/data/0/attributes/Zip", "'01234'"},
                   {"/data/0/attributes/remarks", "'asked \\\"when\\\",\\r\\nthen left'"},
                   {"/data/0/open_handoff", "null"}},
        .keep = {{"l1", "/data/0/id"}}),
    GET("nobody judged it", "ana", "/v1/leads/${l1}/verdicts", 200, .checks = {{"/data", "#0"}}),
    GET("its entry in the ledger says how it came", "ana", "/v1/leads/${l1}/timeline", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/type", "'lead.imported'"},
                   {"/data/0/actor/type", "'system'"},
                   {"/data/0/actor/cause", "'import'"},
                   {"/data/0/touch/occurred_at", "'2026-01-10T00:00:00Z'"},
                   {"/data/0/touch/source", "'google'"}}),
    GET("a row that was refused made no lead", "ana", "/v1/leads?external_id=crm:L5", 200,
        .checks = {{"/data", "#0"}}),
    {0}};

static const struct step after_deals[] = {
    GET("the lead of a deal is a customer of the last team", "ana", "/v1/leads/${l1}", 200,
        .checks = {{"/stage", "'customer'"},
                   {"/owner_team", "'ae'"},
                   {"/next", "null"},
                   {"/attributes/segment", "'pet'"},
                   {"/milestones/mql", "null"},
                   {"/milestones/sal", "'2026-02-01T12:00:00Z'"},
                   {"/milestones/sql", "'2026-02-01T12:00:00Z'"},
                   {"/milestones/opportunity", "null"},
                   {"/milestones/customer", "'2026-02-01T12:00:00Z'"}}),
    GET("the deal is a chain of handoffs", "ana", "/v1/leads/${l1}/timeline", 200,
        .checks = {{"/data", "#3"},
                   {"/data/1/type", "'handoff.imported'"},
                   {"/data/1/new_stage", "'sql'"},
                   {"/data/2/new_stage", "'customer'"}},
        .keep = {{"first", "/data/1/handoff_id"}, {"second", "/data/2/handoff_id"}}),
    GET("of which the second", "ana", "/v1/handoffs/${second}", 200,
        .checks = {{"/kind", "'imported'"},
                   {"/state", "'qualified'"},
                   {"/from_team", "'sdr'"},
                   {"/to_team", "'ae'"},
                   {"/gate", "null"},
                   {"/definition", "null"},
                   {"/outcome", "'won'"},
                   {"/accepted_at", "'2026-02-01T12:00:00Z'"}}),
    GET("an id on two teams is two members", "ana", "/v1/members?team=sdr", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/external_id/source", "'crm'"},
                   {"/data/0/external_id/id", "'7'"},
                   {"/data/0/email", "null"}}),
    GET("credit goes to the first touch, also to one that came late", "ana",
        "/v1/attribution?milestone=customer&model=first&by=source", 200,
        .checks = {{"/totals/leads", "4"},
                   {"/totals/conversions", "3"},
                   {"/notes/late_first_touch", "1"},
                   {"/data", "#3"},
                   {"/data/0/source", "'google'"},
                   {"/data/0/leads", "2"},
                   {"/data/0/credit", "'1.000000000'"},
                   {"/data/1/source", "'newsletter'"},
                   {"/data/2/source", "null"},
                   {"/data/2/credit", "'1.000000000'"}}),
    {0}};

START_TEST(leads_and_their_deals)
{
    static const char *const leads_again[] = {
        "leads.csv: 8 rows: 0 new, 0 updated, 4 unchanged, 4 refused; nothing changed", NULL};
    static const char *const deals_again[] = {
        "deals.csv: 4 rows: 0 new, 0 updated, 3 unchanged, 1 refused; nothing changed", NULL};
    struct stage stage = open_stage();
    char words[64];

    import_leads();
    story_run(stage.story, after_leads);
    import_deals();
    story_run(stage.story, after_deals);
    snprintf(words, sizeof words, "verify %s", stage_workspace());
    char *before = stage_baton(words, 0);
    import("leads.json", FILES, "leads.csv", 1, leads_again);
    import("deals.json", FILES, "deals.csv", 1, deals_again);
    char *after = stage_baton(words, 0);
    ck_assert_str_eq(after, before);
    free(before);
    free(after);
    stage_close(&stage);
}
END_TEST

START_TEST(lines_of_json)
{
    static const char *const said[] = {
        "visits.ndjson: 1 refused, line 4: it is no JSON object",
        "visits.ndjson: 1 refused, line 5: /who/id: Neither email nor external id",
        "visits.ndjson: 5 rows: 1 new, 1 updated, 1 unchanged, 2 refused",
        NULL,
    };
    static const char *const again[] = {
        "-: 5 rows: 0 new, 0 updated, 3 unchanged, 2 refused; nothing changed", NULL};
    static const struct step steps[] = {
        GET("the earlier touch is the first one now", "ana",
            "/v1/attribution?milestone=mql&model=first&by=source", 200,
            .checks = {{"/totals/leads", "5"}, {"/data/3/source", "'partner'"}}),
        {0}};
    struct stage stage = open_stage();

    import_leads();
    import("visits.json", FILES, "visits.ndjson", 1, said);
    import("visits.json", "--format ndjson -", " <" FILES "visits.ndjson", 1, again);
    story_run(stage.story, steps);
    stage_close(&stage);
}
END_TEST

START_TEST(a_list_from_a_spreadsheet)
{
    static const char *const said[] = {
        "semicolons.csv: warning: it has no column \"Remarks\"",
        "semicolons.csv: 1 refused, line 4: /Page: it is not UTF-8",
        "semicolons.csv: 3 rows: 2 new, 0 updated, 0 unchanged, 1 refused", NULL};
    static const char *const latin[] = {"latin1.csv: 1 rows: 1 new",
                                        "latin1.csv: read as windows-1252", NULL};
    static const struct step steps[] = {
        GET("commas and line ends inside its cells", "ana", "/v1/leads?external_id=crm:S1", 200,
            .checks = {{"/data/0/email", "'sue@acme.example'"},
                       {"/data/0/attributes/company.employees", "1.5"},
                       {"/data/0/attributes/Zip", "'1,2;3'"}}),
        GET("of Windows-1252", "ana", "/v1/leads?email=J%C3%9CRGEN@acme.example", 200,
            .checks = {{"/data/0/attributes/Zip", "'80\u20ac'"}}),
        {0}};
    struct stage stage = open_stage();

    import("leads.json", FILES, "semicolons.csv", 1, said);
    import("leads.json", FILES, "latin1.csv", 0, latin);
    story_run(stage.story, steps);
    stage_close(&stage);
}
END_TEST

/* ---- as programs write them ---- */

#define CONTACTS                                                                                   \
    "{\"as\":\"lead\",\"team\":\"marketing\",\"external_id\":{\"source\":\"crm\",\"at\":\"/Id\"}," \
    "\"email\":\"/Email\",\"attributes\":{\"note\":\"/Note\"},\"touch\":{\"kind\":{\"value\":"     \
    "\"form_submitted\"}}}"

static const struct {
    const char *what;
    const char *bytes;
    size_t len;
    int code;
    const char *said[5];
} written[] = {
#define FILE_OF(what, bytes, code, ...)                                                            \
    {                                                                                              \
        what, bytes, sizeof(bytes) - 1, code,                                                      \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
    FILE_OF("UTF-16 with tabs",
            "\xff\xfeI\0d\0\t\0E\0m\0a\0i\0l\0\n\0u\0\061\0\t\0u\0@\0q\0.\0e\0u\0\n\0", 0,
            "1 rows: 1 new", "read as UTF-16LE"),
    FILE_OF("lines of an old Mac", "Id,Email\ru2,u2@q.example\r", 0, "1 rows: 1 new"),
    FILE_OF("Excel's sep=", "sep=;\nId;Email\nu3;u3@q.example\n", 0, "1 rows: 1 new"),
    FILE_OF("two columns of a name that nobody wants",
            "Id,Email,Remark,Remark\nu4,u4@q.example,a,b\n", 0, "1 rows: 1 new"),
    FILE_OF("two columns of a name that is wanted", "Id,Email,NOTE,note\nu4,u4@q.example,a,b\n", 1,
            "columns 3 and 4 are both called \"NOTE\""),
    FILE_OF("one of two is written alike", "Id,Email,NOTE,Note\nu4,u4@q.example,a,b\n", 0,
            "1 rows: 0 new, 1 updated"),
    FILE_OF("short rows, blank rows, and cells beyond the columns",
            "Id,Email,Note\nu5,u5@q.example\n,,\nu6,u6@q.example,n,,\n", 0, "2 rows: 2 new"),
    FILE_OF("names with no-break spaces, in other letters",
            "ID , E\xc2\xa0mail\xc2\xa0\nu7,u7@q.example\n", 0, "1 rows: 1 new"),
    FILE_OF("columns without a name", "Id,,Email,\nu8,x,u8@q.example,y\n", 0, "1 rows: 1 new"),
    FILE_OF("a page", "<html><table><tr><td>Id</td></tr></table></html>", 1,
            "this is a page (HTML)", "save it as CSV"),
    FILE_OF("a page in UTF-16", "\xff\xfe<\0h\0t\0m\0l\0>\0", 1, "this is a page (HTML)"),
    FILE_OF("a workbook", "PK\003\004\024\0\006\0\010\0\0\0", 1, "this is a workbook"),
    FILE_OF("an old workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 1, "this is an old workbook"),
    FILE_OF("compressed", "\x1f\x8b\x08\0\0", 1, "compressed by gzip"),
    FILE_OF("JSON", "[{\"Id\": 1}]\n", 1, "begins like JSON"),
    FILE_OF("nothing", "", 1, "it is empty"),
    FILE_OF("no column for who it is", "Lead ID,Email\nu9,u9@q.example\n", 1,
            "it has no column \"Id\"", "Its columns are: Lead ID, Email"),
    FILE_OF("a slip in its name", "Id,Emial\nu9,u9@q.example\n", 1,
            "it has no column \"Email\": did you mean \"Emial\"?"),
    FILE_OF("a slip in another", "Id,Email,Nota\nu10,u10@q.example,x\n", 0,
            "warning: it has no column \"Note\": did you mean \"Nota\"?", "1 rows: 1 new"),
#undef FILE_OF
};

static void write_file(const char *folder, const char *name, const char *bytes, size_t len)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL, "%s cannot be written", path);
    ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

/* `baton import` of files in the folder, whose words must have these texts, in this order; a NULL
 * ends them. */
static void import_there(const char *folder, const char *options, int code, const char *const *said)
{
    char words[1024];

    snprintf(words, sizeof words, "import %s --mapping %s/mapping.json %s %s/rows.csv 2>&1",
             stage_workspace(), folder, options, folder);
    char *out = stage_baton(words, code);
    const char *at = out;
    for (size_t i = 0; said[i] != NULL; i++) {
        const char *found = strstr(at, said[i]);
        if (found == NULL)
            ck_abort_msg("wanted \"%s\" in: %s", said[i], out);
        at = found + strlen(said[i]);
    }
    free(out);
}

START_TEST(as_programs_write_them)
{
    struct stage stage = open_stage();
    char *folder = scratch_new();

    write_file(folder, "mapping.json", CONTACTS, strlen(CONTACTS));
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        write_file(folder, "rows.csv", written[i].bytes, written[i].len);
        import_there(folder, "", written[i].code, written[i].said);
    }
    scratch_free(folder);
    stage_close(&stage);
}
END_TEST

/* ---- what is asked of an import ---- */

#define LIST                                                                                       \
    "{\"as\":\"lead\",\"team\":\"marketing\",\"id\":\"row\",\"email\":\"/Email\","                 \
    "\"where\":{\"/Status\":[\"new\",\"open\"]},\"occurred_at\":\"/Day\","                         \
    "\"touch\":{\"kind\":{\"value\":\"event_attended\"},\"source\":\"/From\"}}"
#define LIST_ROWS                                                                                  \
    "Email,Status,Day,From\n"                                                                      \
    "kim@kite.example,New,2026-02-01,fair\n"                                                       \
    "kim@kite.example,open,2026-02-02,fair\n"                                                      \
    "tom@tower.example,closed,2026-02-02,fair\n"                                                   \
    "no address,new,2026-02-02,\"the \"\"big\"\" fair\"\n"                                         \
    "\"=no, address\",new,2026-02-02,=1+1\n"                                                       \
    "ina@iris.example,new,,fair\n"

START_TEST(a_list_without_ids)
{
    static const char *const dry[] = {
        "2 refused, lines 5, 6: /Email: This is not an email address: ",
        "1 undated, line 7: Nothing says when it happened: it counts as of now",
        "6 rows: 2 new, 1 updated, 0 unchanged, 2 refused, 1 not wanted; a dry run: nothing was "
        "kept",
        NULL,
    };
    static const char *const first[] = {
        "6 rows: 2 new, 1 updated, 0 unchanged, 2 refused, 1 not wanted\n", NULL};
    static const char *const again[] = {
        "6 rows: 0 new, 0 updated, 3 unchanged, 2 refused, 1 not wanted; nothing changed", NULL};
    static const char *const mended[] = {"2 rows: 2 new, 0 updated, 0 unchanged, 0 refused\n",
                                         NULL};
    static const struct step none[] = {GET("a dry run keeps nothing", "ana",
                                           "/v1/leads?email=kim@kite.example", 200,
                                           .checks = {{"/data", "#0"}}),
                                       {0}};
    static const struct step steps[] = {
        GET("two rows of one person", "ana", "/v1/leads?email=kim@kite.example", 200,
            .checks = {{"/data", "#1"}}, .keep = {{"kim", "/data/0/id"}}),
        GET("are two touches, and no more when they came again", "ana", "/v1/leads/${kim}/timeline",
            200,
            .checks = {{"/data", "#2"}, {"/data/0/touch/occurred_at", "'2026-02-01T00:00:00Z'"}}),
        GET("who was not wanted is not there", "ana", "/v1/leads?email=tom@tower.example", 200,
            .checks = {{"/data", "#0"}}),
        GET("a mended row", "ana", "/v1/leads?email=mended@a.example", 200,
            .checks = {{"/data", "#1"}}, .keep = {{"mended", "/data/0/id"}}),
        GET("has what it had", "ana", "/v1/leads/${mended}/timeline", 200,
            .checks = {{"/data/0/touch/source", "'the \\\"big\\\" fair'"}}),
        GET("without a date: of the import's own", "ana", "/v1/leads?email=ina@iris.example", 200,
            .keep = {{"ina", "/data/0/id"}}),
        GET("which was given", "ana", "/v1/leads/${ina}/timeline", 200,
            .checks = {{"/data/0/touch/occurred_at", "'2026-01-31T00:00:00Z'"}}),
        {0}};
    struct stage stage = open_stage();
    char *folder = scratch_new();
    char words[512];

    write_file(folder, "mapping.json", LIST, strlen(LIST));
    write_file(folder, "rows.csv", LIST_ROWS, strlen(LIST_ROWS));
    import_there(folder, "--dry-run", 1, dry);
    story_run(stage.story, none);
    snprintf(words, sizeof words, "--date 2026-01-31 --refused %s/refused.csv", folder);
    import_there(folder, words, 1, first);
    import_there(folder, words, 1, again);
    snprintf(words, sizeof words,
             "sed -e 's/^no address/mended@a.example/' -e 's/^\"=no, address\"/mended@b.example/' "
             "%s/refused.csv > %s/rows.csv",
             folder, folder);
    ck_assert_int_eq(system(words), 0);
    import_there(folder, "", 0, mended);
    story_run(stage.story, steps);
    scratch_free(folder);
    stage_close(&stage);
}
END_TEST

#define PIPELINE                                                                                   \
    "{\"as\":\"deal\",\"team\":\"marketing\",\"external_id\":{\"source\":\"crm\",\"at\":"          \
    "\"/lead\"},\"steps\":[{\"team\":\"ae\",\"at\":\"/begun\"}],\"outcome\":{\"kind\":{\"at\":"    \
    "\"/stage\",\"map\":{\"Proposal\":\"opportunity\",\"Won\":\"won\",\"Lost\":\"lost\"}},\"at\":" \
    "\"/changed\",\"reason\":\"/why\",\"amount\":\"/value\",\"currency\":{\"value\":\"EUR\"}}}"
#define PIPELINE_ROW(rest) "lead,begun,stage,changed,value,why\n" rest

/* The same export week after week, and once an old one by mistake. */
START_TEST(deals_move_on)
{
    static const struct {
        const char *rows;
        int code;
        const char *said;
    } weeks[] = {
        {PIPELINE_ROW("L1,2026-02-01,New,,,\nL2,2026-02-01,Proposal,2026-02-03,100,\n"), 0,
         "2 rows: 2 new, 0 updated, 0 unchanged, 0 refused"},
        {PIPELINE_ROW(
             "L1,2026-02-01,Proposal,2026-02-10,50,\nL2,2026-02-01,Proposal,2026-02-09,120,\n"),
         0, "2 rows: 0 new, 2 updated, 0 unchanged, 0 refused"},
        {PIPELINE_ROW(
             "L1,2026-02-01,Won,2026-02-17,55,\nL2,2026-02-01,Lost,2026-02-16,,too_dear\n"),
         0, "2 rows: 0 new, 2 updated, 0 unchanged, 0 refused"},
        {PIPELINE_ROW(
             "L1,2026-02-01,Proposal,2026-02-10,50,\nL2,2026-02-01,Lost,2026-02-16,,too_dear\n"),
         0, "2 rows: 0 new, 0 updated, 2 unchanged, 0 refused; nothing changed"},
        {PIPELINE_ROW("L1,2026-02-01,Lost,2026-02-20,,too_dear\n"), 1,
         "1 refused, line 2: The deal has ended otherwise already"},
    };
    static const struct step ended[] = {
        GET("who was won", "ana", "/v1/leads?external_id=crm:L1", 200,
            .checks = {{"/data/0/stage", "'customer'"}, {"/data/0/amount/minor", "5500"}}),
        GET("and who was lost, and is back", "ana", "/v1/leads?external_id=crm:L2", 200,
            .checks = {{"/data/0/stage", "'nurture'"}, {"/data/0/owner_team", "'marketing'"}}),
        {0}};
    struct stage stage = open_stage();
    char *folder = scratch_new();

    import_leads();
    write_file(folder, "mapping.json", PIPELINE, strlen(PIPELINE));
    for (size_t i = 0; i < sizeof weeks / sizeof *weeks; i++) {
        const char *const said[] = {weeks[i].said, NULL};
        write_file(folder, "rows.csv", weeks[i].rows, strlen(weeks[i].rows));
        import_there(folder, "", weeks[i].code, said);
    }
    story_run(stage.story, ended);
    scratch_free(folder);
    stage_close(&stage);
}
END_TEST

#define SIFTED                                                                                     \
    "{\"as\":\"deal\",\"team\":\"marketing\",\"external_id\":{\"source\":\"crm\",\"at\":"          \
    "\"/lead\"},\"steps\":[{\"team\":\"sdr\",\"at\":\"/begun\"},{\"team\":\"ae\",\"at\":"          \
    "\"/begun\",\"reject\":{\"is\":{\"/stage\":\"Disqualified\"},\"at\":\"/changed\",\"reason\":"  \
    "{\"at\":\"/why\",\"map\":{\"No budget\":\"no_budget\"}}}}],\"outcome\":{\"kind\":{\"at\":"    \
    "\"/stage\",\"map\":{\"Won\":\"won\"}},\"at\":\"/changed\"}}"
#define SIFTED_ROW(rest) "lead,begun,stage,changed,why\n" rest

/* Sales took some up and sent others back; exports come twice, late, and in the wrong order. */
START_TEST(deals_that_sales_rejected)
{
    static const struct {
        const char *rows;
        int code;
        const char *said;
    } weeks[] = {
        {SIFTED_ROW("L1,2026-02-01,Disqualified,2026-02-05,No budget\nL2,2026-02-01,New,,\n"), 0,
         "2 rows: 2 new, 0 updated, 0 unchanged, 0 refused"},
        {SIFTED_ROW("L1,2026-02-01,Disqualified,2026-02-05,No budget\nL2,2026-02-01,New,,\n"), 0,
         "2 rows: 0 new, 0 updated, 2 unchanged, 0 refused; nothing changed"},
        {SIFTED_ROW("L1,2026-02-01,New,,\n"), 0, "1 unchanged, 0 refused; nothing changed"},
        {SIFTED_ROW("L1,2026-02-01,Won,2026-02-20,\n"), 1,
         "1 refused, line 2: The deal has ended otherwise already"},
        {SIFTED_ROW("L2,2026-02-01,Disqualified,2026-02-09,Other\n"), 1,
         "1 refused, line 2: A deal that was lost or rejected needs a reason"},
        {SIFTED_ROW("L2,2026-02-01,Disqualified,2026-02-09,No budget\n"), 0,
         "1 rows: 0 new, 1 updated, 0 unchanged, 0 refused"},
        {SIFTED_ROW("L2,2026-02-01,Disqualified,2026-02-09,No budget\n"), 0,
         "1 unchanged, 0 refused; nothing changed"},
    };
    static const struct step ended[] = {
        GET("who was rejected is with the team that offered", "ana", "/v1/leads?external_id=crm:L1",
            200, .keep = {{"l1", "/data/0/id"}},
            .checks = {{"/data/0/stage", "'nurture'"},
                       {"/data/0/owner_team", "'sdr'"},
                       {"/data/0/open_handoff", "null"}}),
        GET("as its history says", "ana", "/v1/leads/${l1}/timeline", 200,
            .checks = {{"/data", "#3"}, {"/data/2/type", "'handoff.imported'"}},
            .keep = {{"rejected", "/data/2/handoff_id"}}),
        GET("which is a handoff like any other", "ana", "/v1/handoffs/${rejected}", 200,
            .checks = {{"/kind", "'imported'"},
                       {"/state", "'rejected'"},
                       {"/reason", "'no_budget'"},
                       {"/class", "null"},
                       {"/accepted_at", "null"},
                       {"/closed_at", "'2026-02-05T00:00:00Z'"},
                       {"/outcome", "null"}}),
        GET("who was sent back after being taken up is lost", "ana", "/v1/leads?external_id=crm:L2",
            200, .checks = {{"/data/0/stage", "'nurture'"}, {"/data/0/owner_team", "'marketing'"}}),
        {0}};
    struct stage stage = open_stage();
    char *folder = scratch_new();
    char words[64];

    import_leads();
    write_file(folder, "mapping.json", SIFTED, strlen(SIFTED));
    for (size_t i = 0; i < sizeof weeks / sizeof *weeks; i++) {
        const char *const said[] = {weeks[i].said, NULL};
        write_file(folder, "rows.csv", weeks[i].rows, strlen(weeks[i].rows));
        import_there(folder, "", weeks[i].code, said);
    }
    story_run(stage.story, ended);
    snprintf(words, sizeof words, "verify %s --state", stage_workspace());
    free(stage_baton(words, 0));
    scratch_free(folder);
    stage_close(&stage);
}
END_TEST

START_TEST(what_cannot_begin)
{
    static const char *const faults[] = {"wrong.json is not a mapping", "/colour", NULL};
    static const char *const no_format[] = {"say with --format", NULL};
    static const char *const no_file[] = {"/nowhere.csv: No such file", NULL};
    static const char *const no_team[] = {"a team \"sdr\"", "baton team create", NULL};
    static const char *const two_columns[] = {
        "twice.csv:1: columns 1 and 3 are both called \"Lead No\": which of them is meant?", NULL};
    struct stage stage = open_stage();

    import("wrong.json", FILES, "deals.csv", 2, faults);
    import("leads.json", FILES, "leads.json", 2, no_format);
    import("leads.json", "", "/nowhere.csv", 1, no_file);
    import("leads.json", FILES, "twice.csv", 1, two_columns);
    stage_close(&stage);
    stage = stage_open("");
    import("deals.json", FILES, "deals.csv", 1, no_team);
    stage_close(&stage);
}
END_TEST

/* ---- a real funnel ---- */

static const struct step funnel[] = {
    UNTIL("first touch by source", "ana",
          "/v1/attribution?milestone=customer&model=first&by=source", 200,
          .checks = {{"/totals/leads", "8000"},
                     {"/totals/conversions", "842"},
                     {"/notes/late_first_touch", "1"},
                     {"/notes/outside_window", "0"},
                     {"/data", "#11"}},
          .keep = {{"data", "@body"}}),
    GET("credit within ninety days", "ana",
        "/v1/attribution?milestone=customer&model=first&by=source&window_days=90", 200,
        .checks = {{"/totals/conversions", "842"}, {"/notes/outside_window", "151"}}),
    GET("the funnel", "ana", "/v1/reports/stages", 200,
        .checks = {{"/totals/leads", "8000"},
                   {"/data/1/stage", "'inquiry'"},
                   {"/data/1/leads", "7158"},
                   {"/data/5/stage", "'customer'"},
                   {"/data/5/leads", "842"}}),
    {0}};

static const struct {
    const char *source;
    int leads, won;
} origins[] = {
    {"organic_search", 2296, 271},
    {"paid_search", 1586, 195},
    {"unknown", 1099, 179},
    {"social", 1350, 75},
    {"direct_traffic", 499, 56},
    {"referral", 284, 24},
    {"email", 493, 15},
    {NULL, 60, 14},
    {"display", 118, 6},
    {"other", 150, 4},
    {"other_publicities", 65, 3},
};

static void check_origins(const char *body)
{
    json_t *json = json_loads(body, 0, NULL);
    const json_t *data = json_object_get(json, "data");
    char credit[32];

    for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
        const json_t *row = json_array_get(data, i);
        const char *source = json_string_value(json_object_get(row, "source"));
        snprintf(credit, sizeof credit, "%d.000000000", origins[i].won);
        ck_assert_str_eq(source == NULL ? "null" : source,
                         origins[i].source == NULL ? "null" : origins[i].source);
        ck_assert_int_eq(json_integer_value(json_object_get(row, "leads")), origins[i].leads);
        ck_assert_str_eq(json_string_value(json_object_get(row, "credit")), credit);
    }
    json_decref(json);
}

START_TEST(a_real_funnel)
{
    static const char *const leads[] = {"8000 rows: 8000 new, 0 updated, 0 unchanged, 0 refused",
                                        NULL};
    static const char *const deals[] = {"842 rows: 842 new, 0 updated, 0 unchanged, 0 refused",
                                        "54 members were made", NULL};
    static const char *const leads_again[] = {"8000 unchanged, 0 refused; nothing changed", NULL};
    static const char *const deals_again[] = {"842 unchanged, 0 refused; nothing changed", NULL};

    const char *folder = stage_real_funnel();

    if (folder == NULL)
        SKIP(STAGE_NO_FUNNEL);
    struct stage stage = open_stage();
    import("olist_leads.json", folder, "/marketing_qualified_leads.csv", 0, leads);
    import("olist_deals.json", folder, "/closed_deals.csv", 0, deals);
    story_run(stage.story, funnel);
    check_origins(story_get(stage.story, "data"));
    import("olist_leads.json", folder, "/marketing_qualified_leads.csv", 0, leads_again);
    import("olist_deals.json", folder, "/closed_deals.csv", 0, deals_again);
    char words[64];
    snprintf(words, sizeof words, "verify %s", stage_workspace());
    free(stage_baton(words, 0));
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "import");

    TESTS(tcase, leads_and_their_deals, deals_move_on, deals_that_sales_rejected, lines_of_json,
          what_cannot_begin, a_list_from_a_spreadsheet, as_programs_write_them, a_list_without_ids,
          a_real_funnel);
}
