/* Deals as other systems export them: recognised by their columns, found by their contacts. */
#include "stage.h"
#include "suite.h"

#include "test_cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE                                                                                     \
    "{\"as\":\"lead\",\"team\":\"marketing\",\"external_id\":{\"source\":\"%s\",\"at\":\"/id\"},"  \
    "\"occurred_at\":{\"value\":\"2026-01-05\"}}"

/* Each export of three deals, of the people 1, 2 and 3: won for 1200, lost, and open still; with
 * a column that is not understood. Its second, later form brings the end of the third. */
static const struct deals {
    const char *source, *name, *columns, *rows, *later, *unknown;
} exports[] = {
    {"hubspot", "hubspot-deals",
     "Record ID,Deal Name,Pipeline,Deal Stage,Create Date,Close Date,Amount,Currency,Closed Lost "
     "Reason,Associated Contact,Associated Contact IDs,Shoe Size\n",
     "901,Kite,Sales Pipeline,Closed Won,2026-02-01 09:00,2026-02-20 10:00,1200.00,EUR,,Kim "
     "Lee,1,4\n"
     "902,Tower,Sales Pipeline,Closed Lost,2026-02-02 09:00,2026-02-21 "
     "10:00,800,EUR,Too dear,Tom Ray (tom@tower.example),2,4\n"
     "903,Iris,Sales Pipeline,Contract Sent,2026-02-03 09:00,2099-03-31 10:00,500,EUR,,Ina "
     "Bo;Kim Lee,3;1,\n",
     "903,Iris,Sales Pipeline,Closed Lost,2026-02-03 09:00,2026-03-01 10:00,500,EUR,,Ina Bo,3,\n",
     "Shoe Size"},
    {"pipedrive", "pipedrive-deals",
     "Deal - ID,Deal - Title,Deal - Value,Deal - Currency,Deal - Pipeline,Deal - Stage,Deal - "
     "Status,Deal - Deal created,Deal - Won time,Deal - Lost time,Deal - Lost reason,Person - "
     "ID,Person - Name,Shoe Size\n",
     "11,Kite deal,1200,EUR,Pipeline,Negotiations,Won,2026-02-01 09:00:00,2026-02-20 "
     "10:00:00,,,1,Kim Lee,4\n"
     "12,Tower deal,800,EUR,Pipeline,Qualified,Lost,2026-02-02 09:00:00,,2026-02-21 "
     "10:00:00,Too dear,2,Tom Ray,4\n"
     "13,Iris deal,500,EUR,Pipeline,Proposal Made,Open,2026-02-03 09:00:00,,,,3,Ina Bo,4\n",
     "13,Iris deal,500,EUR,Pipeline,Proposal Made,Lost,2026-02-03 09:00:00,,2026-03-01 "
     "10:00:00,,3,Ina Bo,4\n",
     "Shoe Size"},
    {"odoo", "odoo-opportunities",
     "External ID,Opportunity,Email,Stage,Active,Lost Reason,Expected Revenue,Currency,Created "
     "on,Closed Date,Shoe Size\n",
     "1,Kite,kim@kite.example,Won,True,,1200.0,EUR,2026-02-01 09:00:00,2026-02-20 10:00:00,4\n"
     "2,Tower,tom@tower.example,New,False,Too dear,800.0,EUR,2026-02-02 09:00:00,2026-02-21 "
     "10:00:00,4\n"
     "3,Iris,ina@iris.example,Proposition,True,,500.0,EUR,2026-02-03 09:00:00,,4\n",
     "3,Iris,ina@iris.example,Proposition,False,,500.0,EUR,2026-02-03 09:00:00,2026-03-01 "
     "10:00:00,4\n",
     "Shoe Size"},
    {"salesforce", "salesforce-opportunities",
     "Id,AccountId,Name,StageName,Amount,CurrencyIsoCode,CloseDate,IsClosed,IsWon,ContactId,"
     "CreatedDate\n",
     "006A,001A,Kite,Closed "
     "Won,1200.0,EUR,2026-02-20,true,true,1,2026-02-01T09:00:00.000+0000\n"
     "006B,001B,Tower,Closed "
     "Lost,800.0,EUR,2026-02-21,true,false,2,2026-02-02T09:00:00.000+0000\n"
     "006C,001C,Iris,Negotiation/Review,500.0,EUR,2099-03-31,false,false,3,"
     "2026-02-03T09:00:00.000+0000\n",
     "006C,001C,Iris,Closed "
     "Lost,500.0,EUR,2026-03-01,true,false,3,2026-02-03T09:00:00.000+0000\n",
     "AccountId"},
};

static const char *folder;

static void write_file(const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void write_rows(const char *columns, const char *rows)
{
    char text[2000];

    snprintf(text, sizeof text, "%s%s", columns, rows);
    write_file("rows.csv", text);
}

static void import(const char *options, int code, const char *const *said)
{
    char words[512];

    snprintf(words, sizeof words, "import %s %s %s/rows.csv 2>&1", stage_workspace(), options,
             folder);
    char *out = stage_baton(words, code);
    for (; *said != NULL; said++)
        ck_assert_msg(strstr(out, *said) != NULL, "wanted \"%s\" in: %s", *said, out);
    free(out);
}

static void import_people(const char *source)
{
    static const char *const said[] = {"3 new, 0 updated, 0 unchanged, 0 refused", NULL};
    char text[300], options[300];

    snprintf(text, sizeof text, PEOPLE, source);
    write_file("people.json", text);
    snprintf(options, sizeof options, "--mapping %s/people.json", folder);
    write_rows("id\n", "1\n2\n3\n");
    import(options, 0, said);
}

static const struct step before[] = {
    GET("won", "ana", "/v1/leads?external_id=${source}:1", 200,
        .checks = {{"/data/0/stage", "'customer'"},
                   {"/data/0/amount/minor", "120000"},
                   {"/data/0/milestones/customer", "~2026-02-20T"}}),
    GET("lost", "ana", "/v1/leads?external_id=${source}:2", 200,
        .checks = {{"/data/0/stage", "'nurture'"}, {"/data/0/owner_team", "'marketing'"}}),
    GET("open", "ana", "/v1/leads?external_id=${source}:3", 200,
        .checks = {{"/data/0/stage", "'sql'"}, {"/data/0/milestones/sql", "~2026-02-03T"}}),
    {0}};

static const struct step after[] = {
    GET("lost since", "ana", "/v1/leads?external_id=${source}:3", 200,
        .checks = {{"/data/0/stage", "'nurture'"}, {"/data/0/owner_team", "'marketing'"}}),
    {0}};

START_TEST(deals_of_other_systems)
{
    const struct deals *deals = &exports[_i];
    const char *const no_team[] = {"deals want --to, the team that had them", NULL};
    const char *const first[] = {deals->name, "columns that are not imported:", deals->unknown,
                                 "3 rows: 3 new, 0 updated, 0 unchanged, 0 refused", NULL};
    const char *const again[] = {"0 new, 0 updated, 3 unchanged, 0 refused; nothing changed", NULL};
    const char *const later[] = {"1 rows: 0 new, 1 updated, 0 unchanged, 0 refused", NULL};
    struct stage stage = stage_open("");
    char *scratch = scratch_new();

    folder = scratch;
    story_set(stage.story, "source", deals->source);
    import_people(deals->source);
    write_rows(deals->columns, deals->rows);
    import("--team marketing", 2, no_team);
    import("--team marketing --to sales", 0, first);
    import("--team marketing --to sales", 0, again);
    story_run(stage.story, before);
    write_rows(deals->columns, deals->later);
    import("--team marketing --to sales", 0, later);
    write_rows(deals->columns, deals->rows); /* the old one again */
    import("--team marketing --to sales", 0, again);
    story_run(stage.story, after);
    scratch_free(scratch);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "import_exports");

    EACH(tcase, deals_of_other_systems, exports);
}
