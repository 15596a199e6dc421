/*
 * Two workspaces, each with everything in it, and a walk over the route table: whoever holds a key
 * of one finds of the other what he finds of what never was, and changes nothing there. And who may
 * do what: every route by every set of roles, against the table below, which was written by hand.
 *
 * A route that is new fails here until it stands in probes[]; so does a path or query parameter
 * that nobody said the meaning of.
 */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include "http/route.h"

#include "base/digest.h"
#include "core/config.h"
#include "core/setup/api_key.h"
#include "store/pg/migrate.h"
#include "store/table/checkpoint_table.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE       "01939393-9393-7393-9393-939393939393"
#define NO_NAME       "nowhere"
#define SECRET        "a secret of both sides"
#define TARGET_MAX    1024 /* bytes */
#define IDS_MAX       64
#define ID_MAX        80 /* bytes */
#define TOKEN_MAX     256
#define SQL_MAX_BYTES 4096

/* ---- who may, and what fits ---- */

#define KEYLESS  0u
#define READERS  (ROLE_READ | ROLE_WORK | ROLE_ADMIN)
#define WORKERS  (ROLE_WORK | ROLE_ADMIN)
#define SENDERS  (ROLE_CAPTURE | ROLE_ADMIN)
#define SIGNERS  (ROLE_SIGN | ROLE_ADMIN)
#define COUNTERS (ROLE_REPORT | READERS)
#define EVERYONE (ROLE_CAPTURE | ROLE_WORK | ROLE_SIGN | ROLE_REPORT | ROLE_READ | ROLE_ADMIN)

struct probe {
    const char *operation;
    unsigned roles;    /* KEYLESS: public */
    const char *body;  /* that fits, with ids of the caller's own workspace */
    const char *query; /* that a read cannot do without */
    const char *header;
    const char *as; /* who may do it where it is; NULL: ana, marketing's admin */
};

static const struct probe probes[] = {
    {.operation = "leads_capture", .roles = SENDERS, .body = "{'email':'new@${at}'}"},
    {.operation = "leads_list", .roles = READERS},
    {.operation = "leads_batch", .roles = SENDERS, .body = "{'leads':[{'email':'new@${at}'}]}"},
    {.operation = "leads_get", .roles = READERS},
    {.operation = "leads_timeline", .roles = READERS},
    {.operation = "leads_verdicts", .roles = READERS},
    {.operation = "leads_export", .roles = ROLE_ADMIN},
    {.operation = "leads_update",
     .roles = ROLE_CAPTURE | WORKERS,
     .body = "{'attributes':{'seniority':'vp'}}"},
    {.operation = "leads_add_touch",
     .roles = ROLE_CAPTURE | WORKERS,
     .body = "{'kind':'page_viewed'}"},
    {.operation = "leads_set_facts",
     .as = "sam",
     .roles = WORKERS,
     .body = "{'facts':{'budget':{'value':1}}}"},
    {.operation = "leads_override",
     .roles = WORKERS,
     .body = "{'term':'mql','result':'qualified','note':'x'}"},
    {.operation = "leads_review", .roles = WORKERS, .body = "{'decision':'nurture'}"},
    {.operation = "leads_request", .roles = ROLE_WORK, .as = "sam", .body = "{'note':'x'}"},
    {.operation = "leads_merge", .roles = WORKERS, .body = "{'from':'${lou}'}"},
    {.operation = "leads_unmerge", .roles = WORKERS, .body = "{'from':'${lou}'}"},
    {.operation = "leads_keep", .roles = ROLE_ADMIN, .body = "{'reason':'x'}"},
    {.operation = "leads_erase", .roles = ROLE_ADMIN},
    {.operation = "leads_unblock",
     .roles = ROLE_ADMIN,
     .body = "{'email':'nobody@blocked.example'}"},
    {.operation = "sessions_open", .roles = EVERYONE},
    {.operation = "sessions_link", .roles = EVERYONE},
    {.operation = "sessions_mail", .roles = KEYLESS, .body = "{'email':'x@nobody.example'}"},
    {.operation = "unsubscribe", .roles = KEYLESS},
    {.operation = "sessions_list", .roles = EVERYONE},
    {.operation = "sessions_end", .roles = EVERYONE},
    {.operation = "sessions_end_current", .roles = EVERYONE},
    {.operation = "web_get", .roles = KEYLESS},
    {.operation = "handoffs_list", .roles = READERS},
    {.operation = "handoffs_get", .roles = READERS},
    {.operation = "handoffs_receipt", .roles = READERS, .as = "sam"},
    {.operation = "ledger_checkpoints", .roles = EVERYONE},
    {.operation = "ledger_consistency", .roles = EVERYONE, .query = "from=1"},
    {.operation = "ledger_entry_proof", .roles = READERS},
    {.operation = "feedback_list", .roles = READERS},
    {.operation = "events_list", .roles = READERS},
    {.operation = "events_stream", .roles = READERS},
    {.operation = "attribution_get", .roles = COUNTERS, .query = "milestone=mql"},
    {.operation = "attribution_leads", .roles = READERS, .query = "milestone=mql"},
    {.operation = "reports_stages", .roles = COUNTERS},
    {.operation = "attribution_setups_list", .roles = COUNTERS},
    {.operation = "attribution_setups_get", .roles = COUNTERS},
    {.operation = "attribution_setups_make", .roles = ROLE_ADMIN, .body = "{}"},
    {.operation = "reports_gaps", .roles = COUNTERS},
    {.operation = "reports_rejections", .roles = COUNTERS},
    {.operation = "reports_response_times", .roles = COUNTERS},
    {.operation = "reports_bypass", .roles = COUNTERS},
    {.operation = "reports_effort", .roles = COUNTERS},
    {.operation = "reports_requests", .roles = COUNTERS},
    {.operation = "reports_collisions", .roles = COUNTERS},
    {.operation = "reports_distribution", .roles = COUNTERS},
    {.operation = "reports_funnel", .roles = COUNTERS},
    {.operation = "reports_source_mix", .roles = COUNTERS},
    {.operation = "reports_capture_types", .roles = COUNTERS},
    {.operation = "reports_nurture", .roles = COUNTERS},
    {.operation = "reports_coverage", .roles = COUNTERS},
    {.operation = "reports_results", .roles = COUNTERS},
    {.operation = "reports_process", .roles = COUNTERS},
    {.operation = "reports_social", .roles = COUNTERS},
    {.operation = "reports_goals", .roles = COUNTERS},
    {.operation = "reports_scoreboard", .roles = COUNTERS},
    {.operation = "reports_five_questions", .roles = COUNTERS},
    {.operation = "reports_leads", .roles = READERS},
    {.operation = "campaigns_list", .roles = COUNTERS},
    {.operation = "attributes_list", .roles = COUNTERS | ROLE_SIGN},
    {.operation = "usage_get", .roles = ROLE_READ | ROLE_REPORT | ROLE_ADMIN},
    {.operation = "inbound_handshake", .roles = SENDERS},
    {.operation = "inbound_receive", .roles = SENDERS, .body = "{'email':'in@${at}'}"},
    {.operation = "sdk_batch", .roles = SENDERS, .body = "{}"},
    {.operation = "sdk_identify", .roles = SENDERS, .body = "{}"},
    {.operation = "sdk_track", .roles = SENDERS, .body = "{}"},
    {.operation = "sdk_page", .roles = SENDERS, .body = "{}"},
    {.operation = "sdk_screen", .roles = SENDERS, .body = "{}"},
    {.operation = "sdk_group", .roles = SENDERS, .body = "{}"},
    {.operation = "sdk_alias", .roles = SENDERS, .body = "{}"},
    {.operation = "deliveries_replay", .roles = WORKERS},
    {.operation = "deliveries_list", .roles = READERS},
    {.operation = "deliveries_get", .roles = READERS},
    {.operation = "definitions_list", .roles = EVERYONE},
    {.operation = "definitions_get", .roles = EVERYONE},
    {.operation = "definitions_draft", .roles = SIGNERS, .body = "${document}"},
    {.operation = "definitions_version", .roles = EVERYONE},
    {.operation = "definitions_replace",
     .roles = SIGNERS,
     .body = "${document}",
     .header = "If-Match: \"1\""},
    {.operation = "definitions_diff", .roles = EVERYONE, .query = "against=1"},
    {.operation = "definitions_propose", .roles = SIGNERS},
    {.operation = "definitions_sign", .roles = ROLE_SIGN, .body = "{'content_hash':'${hash}'}"},
    {.operation = "definitions_decline", .roles = ROLE_SIGN, .body = "{'note':'no'}"},
    {.operation = "definitions_acknowledge", .roles = WORKERS | ROLE_SIGN},
    {.operation = "definitions_delete", .roles = SIGNERS},
    {.operation = "definitions_revoke", .roles = ROLE_SIGN, .body = "{'reason':'no'}"},
    {.operation = "definitions_suspend", .roles = ROLE_SIGN, .body = "{'reason':'no'}"},
    {.operation = "definitions_resume", .roles = ROLE_SIGN},
    {.operation = "definitions_comment", .roles = WORKERS | ROLE_SIGN, .body = "{'text':'why'}"},
    {.operation = "definitions_edits",
     .roles = SIGNERS,
     .body = "{'comments':['0199d5a0-7d3e-7a41-9c52-3b1f0a6d2e11']}"},
    {.operation = "definitions_suggestions", .roles = SIGNERS | ROLE_READ},
    {.operation = "definitions_apply", .roles = SIGNERS, .body = "{'dry_run':true}"},
    {.operation = "backtests_create",
     .roles = SIGNERS | ROLE_READ,
     .body = "{'term':'mql','version':1}"},
    {.operation = "imports_create", .roles = ROLE_ADMIN, .body = "Id,Email"},
    {.operation = "imports_list", .roles = ROLE_ADMIN},
    {.operation = "imports_get", .roles = ROLE_ADMIN},
    {.operation = "imports_refused", .roles = ROLE_ADMIN},
    {.operation = "imports_run",
     .roles = ROLE_ADMIN,
     .body = "{'mapping':{'as':'lead','team':'marketing','external_id':{'source':'crm','at':'/Id'},"
             "'email':'/Email'},'dry_run':true}"},
    {.operation = "jobs_list", .roles = SIGNERS | ROLE_READ},
    {.operation = "jobs_get", .roles = SIGNERS | ROLE_READ},
    {.operation = "jobs_movers", .roles = SIGNERS | ROLE_READ},
    {.operation = "jobs_cancel", .roles = SIGNERS},
    {.operation = "definitions_try", .roles = SIGNERS | READERS, .body = "{'lead_id':'${kim}'}"},
    {.operation = "routes_try", .roles = READERS, .body = "{'lead_id':'${kim}'}"},
    {.operation = "teams_list", .roles = EVERYONE},
    {.operation = "teams_create",
     .roles = ROLE_ADMIN,
     .body = "{'name':'more','function':'other'}"},
    {.operation = "teams_update", .roles = ROLE_ADMIN, .body = "{'title':'x'}"},
    {.operation = "teams_calendar", .roles = EVERYONE},
    {.operation = "teams_calendar_set",
     .roles = ROLE_ADMIN,
     .body = "{'time_zone':'UTC','hours':{'mon':[['09:00','17:00']]}}"},
    {.operation = "teams_calendar_remove", .roles = ROLE_ADMIN},
    {.operation = "teams_distribution", .roles = EVERYONE},
    {.operation = "teams_distribution_set",
     .roles = ROLE_ADMIN,
     .body = "{'rules':[{'to':'queue'}]}"},
    {.operation = "teams_distribution_remove", .roles = ROLE_ADMIN},
    {.operation = "teams_distribution_try", .roles = READERS, .body = "{'lead_id':'${kim}'}"},
    {.operation = "campaigns_get", .roles = READERS},
    {.operation = "campaigns_put", .roles = WORKERS, .body = "{'title':'C'}"},
    {.operation = "rates_get", .roles = COUNTERS},
    {.operation = "rates_put", .roles = ROLE_ADMIN, .body = "{'base':'EUR','rates':{}}"},
    {.operation = "content_list", .roles = READERS},
    {.operation = "content_get", .roles = READERS},
    {.operation = "content_put",
     .roles = WORKERS,
     .body = "{'title':'C','owner_team':'marketing'}"},
    {.operation = "glossary_get", .roles = EVERYONE},
    {.operation = "stages_get", .roles = EVERYONE},
    {.operation = "stages_put", .roles = ROLE_ADMIN, .body = "{'wording':null}"},
    {.operation = "accounts_list", .roles = READERS},
    {.operation = "accounts_get", .roles = READERS},
    {.operation = "accounts_put", .roles = WORKERS, .body = "{}"},
    {.operation = "members_list", .roles = READERS},
    {.operation = "members_create",
     .roles = ROLE_ADMIN,
     .body = "{'team':'sales','name':'E','email':'e@${at}'}"},
    {.operation = "members_update", .roles = ROLE_SIGN | READERS, .body = "{'name':'x'}"},
    {.operation = "keys_list", .roles = ROLE_ADMIN},
    {.operation = "keys_create",
     .roles = ROLE_SIGN | ROLE_ADMIN,
     .body = "{'title':'k','team':'sales','roles':['read']}"},
    {.operation = "keys_revoke", .roles = ROLE_ADMIN},
    {.operation = "agreements_list", .roles = EVERYONE},
    {.operation = "responsibilities_list", .roles = EVERYONE},
    {.operation = "routes_get", .roles = EVERYONE},
    {.operation = "routes_draft", .roles = SIGNERS, .body = "{'routes':[]}"},
    {.operation = "routes_version", .roles = EVERYONE},
    {.operation = "routes_replace",
     .roles = SIGNERS,
     .body = "{'routes':[]}",
     .header = "If-Match: \"1\""},
    {.operation = "routes_delete", .roles = SIGNERS},
    {.operation = "routes_diff", .roles = EVERYONE, .query = "against=1"},
    {.operation = "routes_propose", .roles = SIGNERS},
    {.operation = "routes_sign", .roles = ROLE_SIGN, .body = "{'content_hash':'${hash}'}"},
    {.operation = "routes_decline", .roles = ROLE_SIGN, .body = "{'note':'no'}"},
    {.operation = "routes_revoke", .roles = ROLE_SIGN, .body = "{'reason':'no'}"},
    {.operation = "routes_suspend", .roles = ROLE_SIGN, .body = "{'reason':'no'}"},
    {.operation = "routes_resume", .roles = ROLE_SIGN},
    {.operation = "routes_acknowledge", .roles = WORKERS | ROLE_SIGN},
    {.operation = "routes_comment", .roles = WORKERS | ROLE_SIGN, .body = "{'text':'why'}"},
    {.operation = "goals_get", .roles = EVERYONE},
    {.operation = "goals_draft",
     .roles = SIGNERS,
     .body = "{'goals':[{'side':'sales','measure':'sql','period':'month','target':9}]}"},
    {.operation = "goals_version", .roles = EVERYONE},
    {.operation = "goals_replace",
     .roles = SIGNERS,
     .body = "{'goals':[{'side':'sales','measure':'sql','period':'month','target':9}]}",
     .header = "If-Match: \"1\""},
    {.operation = "goals_diff", .roles = EVERYONE, .query = "against=1"},
    {.operation = "goals_propose", .roles = SIGNERS},
    {.operation = "goals_sign", .roles = ROLE_SIGN, .body = "{'content_hash':'${hash}'}"},
    {.operation = "goals_decline", .roles = ROLE_SIGN, .body = "{'note':'no'}"},
    {.operation = "goals_revoke", .roles = ROLE_SIGN, .body = "{'reason':'no'}"},
    {.operation = "goals_suspend", .roles = ROLE_SIGN, .body = "{'reason':'no'}"},
    {.operation = "goals_resume", .roles = ROLE_SIGN},
    {.operation = "goals_acknowledge", .roles = WORKERS | ROLE_SIGN},
    {.operation = "goals_comment", .roles = WORKERS | ROLE_SIGN, .body = "{'text':'why'}"},
    {.operation = "goals_delete", .roles = SIGNERS},
    {.operation = "presets_list", .roles = ROLE_READ | ROLE_ADMIN},
    {.operation = "targets_list", .roles = ROLE_READ | ROLE_ADMIN},
    {.operation = "sources_list", .roles = ROLE_READ | ROLE_ADMIN},
    {.operation = "sources_create",
     .roles = ROLE_ADMIN,
     .body = "{'name':'s','team':'marketing','mapping':{'email':'/e'}}"},
    {.operation = "subscriptions_list", .roles = READERS},
    {.operation = "subscriptions_create",
     .roles = ROLE_ADMIN,
     .body = "{'name':'s','events':['*'],'target':{'kind':'webhook','url':'https://a.example'}}"},
    {.operation = "subscriptions_get", .roles = READERS},
    {.operation = "subscriptions_update", .roles = ROLE_ADMIN, .body = "{'state':'active'}"},
    {.operation = "subscriptions_delete", .roles = ROLE_ADMIN},
    {.operation = "subscriptions_rotate", .roles = ROLE_ADMIN},
    {.operation = "subscriptions_test", .roles = ROLE_ADMIN},
    {.operation = "subscriptions_replay", .roles = ROLE_ADMIN, .body = "{'failed':true}"},
    {.operation = "subscriptions_deliveries", .roles = READERS},
    {.operation = "sources_update", .roles = ROLE_ADMIN, .body = "{'active':true}"},
    {.operation = "sources_try", .roles = WORKERS, .body = "{'body':{}}"},
    {.operation = "sources_rotate",
     .roles = ROLE_ADMIN,
     .body = "{'secret':'" SECRET " ${at}','overlap_seconds':0}"}, /* which it has */
    {.operation = "sources_retire", .roles = ROLE_ADMIN},
    {.operation = "me_get", .roles = EVERYONE},
    {.operation = "handoffs_offer",
     .roles = WORKERS,
     .body = "{'lead_id':'${kim}','to_team':'sales'}"},
    {.operation = "handoffs_claim", .roles = ROLE_WORK, .body = "{'team':'sales'}"},
    {.operation = "handoffs_accept", .roles = ROLE_WORK},
    {.operation = "handoffs_reject", .roles = ROLE_WORK, .body = "{'reason':'spam'}"},
    {.operation = "handoffs_return", .roles = ROLE_WORK, .body = "{'reason':'spam'}"},
    {.operation = "handoffs_qualify", .roles = ROLE_WORK},
    {.operation = "handoffs_grant", .roles = ROLE_WORK},
    {.operation = "handoffs_decline", .roles = ROLE_WORK, .body = "{'reason':'x'}"},
    {.operation = "handoffs_withdraw", .roles = ROLE_WORK},
    {.operation = "handoffs_release", .roles = ROLE_WORK},
    {.operation = "handoffs_assign",
     .as = "sam",
     .roles = ROLE_WORK,
     .body = "{'member':'sue@acme.example'}"},
    {.operation = "handoffs_feedback", .roles = ROLE_WORK, .body = "{'rating':3}"},
    {.operation = "handoffs_dispute", .roles = ROLE_WORK, .body = "{'note':'x'}"},
    {.operation = "handoffs_appeal", .roles = ROLE_WORK, .body = "{'note':'x'}"},
    {.operation = "handoffs_uphold", .roles = ROLE_WORK},
    {.operation = "handoffs_concede", .roles = ROLE_WORK},
    {.operation = "handoffs_outcome", .roles = ROLE_WORK, .body = "{'outcome':'won'}"},
    {.operation = "livez", .roles = KEYLESS},
    {.operation = "readyz", .roles = KEYLESS},
    {.operation = "metrics", .roles = KEYLESS},
    {.operation = "docs_start", .roles = KEYLESS},
    {.operation = "docs_get", .roles = KEYLESS},
    {.operation = "problems_list", .roles = KEYLESS},
    {.operation = "problems_get", .roles = KEYLESS},
    {.operation = "openapi", .roles = KEYLESS},
};

#define PROBES_COUNT (sizeof probes / sizeof *probes)

static const struct probe *probe_of(const struct route *route)
{
    for (size_t i = 0; i < PROBES_COUNT; i++)
        if (strcmp(probes[i].operation, route->operation_id) == 0)
            return &probes[i];
    ck_abort_msg("%s %s (%s) is new: add it to probes[] with the roles that it is meant for",
                 route->method, route->pattern, route->operation_id);
    return NULL;
}

/* ---- a workspace with everything in it ---- */

static const struct step everything[] = {
    POST("marketing captures Kim, who is offered", "marketing", "/v1/leads",
         "{'email':'kim@${at}','external_ids':[{'source':'crm','id':'51'}],"
         "'attributes':{'company.employees':120,'seniority':'vp'},"
         "'touch':{'kind':'form_submitted','source':'google','campaign':'of-${at}'}}",
         201, .headers = {"Idempotency-Key: the-same-in-both"},
         .keep = {{"kim", "/lead/id"}, {"offered", "/handoff/id"}}),
    POST("and Lou", "marketing", "/v1/leads",
         "{'email':'lou@${at}','attributes':{'company.employees':120,'seniority':'vp'},"
         "'touch':{'kind':'form_submitted'}}",
         201, .keep = {{"lou", "/lead/id"}, {"accepted", "/handoff/id"}}),
    POST("whom Sam accepts", "sam", "/v1/handoffs/${accepted}/accept", NULL, 200),
    POST("and May", "marketing", "/v1/leads",
         "{'email':'may@${at}','attributes':{'company.employees':120,'seniority':'vp'},"
         "'touch':{'kind':'form_submitted'}}",
         201, .keep = {{"may", "/lead/id"}, {"rejected", "/handoff/id"}}),
    POST("whom Sam rejects", "sam", "/v1/handoffs/${rejected}/reject",
         "{'reason':'spam','note':'of ${at}'}", 200),
    POST("and Pat, who is merged away", "marketing", "/v1/leads", "{'email':'pat@${at}'}", 201,
         .keep = {{"pat", "/lead/id"}}),
    POST("into May", "ana", "/v1/leads/${may}/merge", "{'from':'${pat}'}", 200),
    POST("and Eve, who is erased", "marketing", "/v1/leads", "{'email':'eve@${at}'}", 201,
         .keep = {{"eve", "/lead/id"}}),
    POST("whole", "ana", "/v1/leads/${eve}/erase", NULL, 200),
    POST("a source whose sender signs", "ana", "/v1/sources",
         "{'name':'${name}-forms','team':'marketing','auth':{'scheme':'hmac_sha256','header':"
         "'X-Signature','secret':'" SECRET " ${at}'},'mapping':{'email':'/email'}}",
         201, .keep = {{"source", "/source/id"}}),
    POST("it delivers", "marketing", "/v1/inbound/${source}", "{'email':'in@${at}'}", 202,
         .keep = {{"delivery", "/delivery_id"}}),
    POST("and asks what its definition had done", "ana", "/v1/backtests",
         "{'term':'mql','version':1}", 202, .keep = {{"job", "/id"}}),
    POST("a file to import", "ana", "/v1/imports?name=list.csv", "Id,Email\n1,row@${at}\n", 201,
         .content_type = "text/csv", .keep = {{"import", "/id"}}),
    POST("tried", "ana", "/v1/imports/${import}/runs",
         "{'mapping':{'as':'lead','team':'marketing','external_id':{'source':'crm','at':'/Id'},"
         "'email':'/Email'},'dry_run':true}",
         202),
    POST("something is to be sent", "ana", "/v1/subscriptions",
         "{'name':'${name}-hook','events':['key.*'],'target':{'kind':'webhook',"
         "'url':'https://${at}/hook'}}",
         201, .keep = {{"subscription", "/subscription/id"}}),
    POST("and delivers what does not fit", "marketing", "/v1/inbound/${source}",
         "{'mail':'in@${at}'}", 202),
    POST("another team", "sam", "/v1/teams", "{'name':'${name}-partners','function':'sales'}", 201),
    PUT("and when it works", "sam", "/v1/teams/${name}-partners/calendar",
        "{'time_zone':'UTC','hours':{'mon':[['09:00','17:00']]}}", 200),
    PUT("and who gets what", "sam", "/v1/teams/${name}-partners/distribution",
        "{'rules':[{'to':'queue'}]}", 200),
    POST("how it counts", "ana", "/v1/attribution/setups/of-${name}", "{'window_days':30}", 201,
         .keep = {{"setup", "/name"}}),
    PUT("what it says of its campaign", "ana", "/v1/campaigns/of-${name}", "{'title':'Autumn'}",
        200, .keep = {{"campaign", "/name"}}),
    PUT("what its money is worth", "ana", "/v1/rates", "{'base':'EUR','rates':{'USD':'1.1'}}", 200),
    PUT("who made its content", "ana", "/v1/content/of-${name}",
        "{'title':'of ${at}','owner_team':'marketing'}", 200, .keep = {{"content", "/name"}}),
    PUT("what it calls a stage", "ana", "/v1/stages/mql",
        "{'wording':{'title':'of ${name}','meaning':'as ${at} says'},'guide':{'next':'${at}'}}",
        200),
    PUT("an account", "sam", "/v1/accounts/${name}.example", "{'owner':{'team':'sales'}}", 200,
        .keep = {{"domain", "/domain"}}),
    POST("a member", "sam", "/v1/members", "{'team':'sales','name':'Mia','email':'mia@${at}'}", 201,
         .keep = {{"mia", "/id"}}),
    POST("a key", "sam", "/v1/keys", "{'title':'of ${at}','team':'sales','roles':['read']}", 201,
         .keep = {{"key", "/key/id"}}),
    POST("and signs in with a browser", "ana", "/v1/sessions", NULL, 201,
         .keep = {{"session", "/id"}}),
    POST("goals", "ana", "/v1/goals/versions",
         "{'goals':[{'side':'sales','measure':'sql','period':'month','target':9}]}", 201),
    POST("that wait for signatures", "ana", "/v1/goals/versions/1/propose", NULL, 200),
    GET("the definition", "ana", "/v1/definitions/mql/versions/1", 200,
        .keep = {{"document", "/document"}, {"hash", "/content_hash"}}),
    {0},
};

/* What only the rival has: a second version, and another term. */
#define BUSY         "{'email':'busy@${at}','touch':{'kind':'page_view'}}"
#define MORE_TOUCHES 100 /* entries that the rival has in advance of ours */

static const struct step more_definitions[] = {
    POST("a second version", "ana", "/v1/definitions/mql/versions", "${document}", 201),
    POST("somebody comes", "marketing", "/v1/leads", BUSY, 201),
    {0},
};

static const struct step one_more[] = {
    POST("one more touch", "marketing", "/v1/leads", BUSY, 200),
    {0},
};

static struct stage acme, rival;
static char rival_id[ID_MAX];
static char foreign[IDS_MAX][ID_MAX]; /* every uuid of the rival that a path may ask for */
static size_t foreign_count;
static PGconn *conn;

static char *ask(const char *sql)
{
    PGresult *result = PQexec(conn, sql);

    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(conn));
    char *text = PQntuples(result) == 0 ? NULL : strdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    return text;
}

static void note_foreign_ids(void)
{
    char sql[SQL_MAX_BYTES];

    snprintf(
        sql, sizeof sql,
        "SELECT lead_id FROM lead WHERE workspace_id = '%s' UNION ALL SELECT handoff_id FROM"
        " handoff WHERE workspace_id = '%s' UNION ALL SELECT delivery_id FROM delivery WHERE"
        " workspace_id = '%s' UNION ALL SELECT member_id FROM member WHERE workspace_id ="
        " '%s' UNION ALL SELECT team_id FROM team WHERE workspace_id = '%s' UNION ALL SELECT"
        " key_id FROM api_key WHERE workspace_id = '%s' UNION ALL SELECT source_id FROM source"
        " WHERE workspace_id = '%s' UNION ALL SELECT agreement_id FROM agreement WHERE"
        " workspace_id = '%s' UNION ALL SELECT job_id FROM background_job WHERE workspace_id ="
        " '%s' UNION ALL SELECT session_id FROM session WHERE workspace_id = '%s' UNION ALL SELECT"
        " subscription_id FROM subscription WHERE workspace_id = '%s' UNION ALL SELECT"
        " import_id FROM import_file WHERE workspace_id = '%s' UNION ALL SELECT '%s'",
        rival_id, rival_id, rival_id, rival_id, rival_id, rival_id, rival_id, rival_id, rival_id,
        rival_id, rival_id, rival_id, rival_id);
    PGresult *found = PQexec(conn, sql);
    ck_assert_msg(PQresultStatus(found) == PGRES_TUPLES_OK, "%s", PQerrorMessage(conn));
    ck_assert_int_le(PQntuples(found), IDS_MAX);
    for (int i = 0; i < PQntuples(found); i++)
        snprintf(foreign[foreign_count++], ID_MAX, "%s", PQgetvalue(found, i, 0));
    PQclear(found);
    ck_assert_uint_gt(foreign_count, 25);
}

static struct stage open_workspace(const char *name)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");
    char at[ID_MAX];

    snprintf(at, sizeof at, "%s.example", name);
    story_set(stage.story, "name", name);
    story_set(stage.story, "at", at);
    story_run(stage.story, everything);
    return stage;
}

static void workspace_of(const struct stage *stage, struct uuid *out)
{
    const char *token = story_get(stage->story, "ana");
    struct api_key_text key;

    ck_assert(api_key_parse(token, strlen(token), &key));
    *out = key.workspace;
}

/* The workspace's ledger as it is now, signed; its size is known as ${checkpoint}. */
static void take_checkpoint(const struct stage *stage)
{
    static const uint8_t seed[SIGNING_SEED_BYTES] = {1};
    struct pg *pg = pg_new(&(struct pg_settings){.conninfo = stage_database(), .role = ROLE_APP});
    struct signing_key *key = signing_key_new(seed);
    struct checkpoint_turn turn;
    struct uuid workspace;
    char size[24];

    workspace_of(stage, &workspace);
    ck_assert_int_eq(checkpoint_take(pg, workspace, key, false, &turn), PG_OK);
    ck_assert_int_eq(turn.state, CHECKPOINT_MADE);
    snprintf(size, sizeof size, "%lld", (long long)turn.checkpoint.size);
    story_set(stage->story, "checkpoint", size);
    signing_key_free(key);
    pg_free(pg);
}

static void set_up(void)
{
    struct uuid id;

    foreign_count = 0; /* an earlier round had its own */
    rival = open_workspace("rival");
    take_checkpoint(&rival);
    story_run(rival.story, more_definitions);
    for (int i = 0; i < MORE_TOUCHES; i++)
        story_run(rival.story, one_more);
    take_checkpoint(&rival); /* of a size that ours never has, whenever its own are taken */
    acme = open_workspace("ours");
    take_checkpoint(&acme);
    conn = PQconnectdb(stage_database());
    ck_assert_int_eq(PQstatus(conn), CONNECTION_OK);
    workspace_of(&rival, &id);
    uuid_format(id, rival_id);
    note_foreign_ids();
}

static void tear_down(void)
{
    stage_close(&acme);
    stage_close(&rival);
    PQfinish(conn);
    stage_end();
}

/* ---- what the rival has, as one number ---- */

/* Every row of every table, as a digest each, but for those that move by themselves. */
static char *rival_rows(void)
{
    char sql[SQL_MAX_BYTES];

    snprintf(
        sql, sizeof sql,
        "SELECT string_agg(relname || ' ' || md5(query_to_xml(format('SELECT * FROM %%I t WHERE"
        " workspace_id = ''%s'' ORDER BY t::text', relname), true, false, '')::text), E'\\n'"
        " ORDER BY relname)"
        " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND"
        " relname NOT IN ('schema_migration', 'job', 'outbound', 'outbound_cursor',"
        " 'outbound_queue', 'attribution_setup', 'journey', 'rollup', 'rollup_credit', "
        "'rollup_cursor', 'rollup_spread')",
        rival_id);
    return ask(sql);
}

static char *rival_pos(void)
{
    char sql[SQL_MAX_BYTES];

    snprintf(sql, sizeof sql, "SELECT pos FROM workspace_head WHERE workspace_id = '%s'", rival_id);
    return ask(sql);
}

/* ---- asking ---- */

static char *fill(const char *text)
{
    const char *missing = NULL;
    char *filled = story_fill(acme.story, text, true, &missing);

    ck_assert_msg(filled != NULL, "%s: %s", text, missing);
    return filled;
}

static void send(const struct route *route, const char *target, const char *token, const char *json,
                 struct answer *out)
{
    const struct probe *probe = probe_of(route);
    char *body = json == NULL ? NULL : fill(json);
    struct call call = {.method = route->method,
                        .target = target,
                        .token = token,
                        .body = body,
                        .headers = {probe->header}};

    client_call(acme.client, &call, out);
    free(body);
}

static const char *code_of(const struct answer *answer)
{
    const char *code = json_string_value(json_object_get(answer->json, "code"));

    return code == NULL ? "" : code;
}

static void leave_out(char *text, const char *what)
{
    size_t len = strlen(what);

    if (len == 0)
        return;
    for (char *at = text; (at = strstr(at, what)) != NULL;)
        memmove(at, at + len, strlen(at + len) + 1);
}

/* The answer without what the asker said himself and without the id of the request. */
static char *essence(const struct answer *answer, const char *asked)
{
    char *text = strdup(answer->body == NULL ? "" : answer->body);
    const char *request_id = answer_header(answer, "X-Request-Id");

    if (request_id != NULL)
        leave_out(text, request_id);
    leave_out(text, asked);
    return text;
}

static void same_answer(const char *what, const struct answer *theirs, const char *id,
                        const struct answer *nobodys, const char *no_id)
{
    char *found = essence(theirs, id);
    char *wanted = essence(nobodys, no_id);

    ck_assert_msg(theirs->status == nobodys->status && strcmp(found, wanted) == 0,
                  "%s: of what is another's it is said %d %s, of what never was %d %s", what,
                  theirs->status, found, nobodys->status, wanted);
    free(found);
    free(wanted);
}

/* ---- ids in paths ---- */

struct param {
    const char *name;
    bool is_uuid;         /* any uuid of the rival is tried */
    const char *of_rival; /* else this value of the rival's story, … */
    const char *own;      /* … and this of our own; NULL: it is no id, but shows who calls */
    const char *nowhere;
};

/* A public id with the rival's workspace that is none. */
static char no_key[PUBLIC_ID_LEN + 1];

static const struct param params[] = {
    {"lead_id", true, NULL, "${kim}", NOWHERE},
    {"handoff_id", true, NULL, "${offered}", NOWHERE},
    {"delivery_id", true, NULL, "${delivery}", NOWHERE},
    {"job_id", true, NULL, "${job}", NOWHERE},
    {"import_id", true, NULL, "${import}", NOWHERE},
    {"token", false, NULL, NULL, "nothing"},
    {"subscription_id", true, NULL, "${subscription}", NOWHERE},
    {"member_id", true, NULL, "${mia}", NOWHERE},
    {"key_id", false, "key", "${key}", no_key},
    {"source_id", false, "source", "${source}", no_key},
    {"team", false, "team", "${name}-partners", NO_NAME},
    {"term", false, NULL, "mql", "srl"},
    {"version", false, NULL, "1", "7"},
    {"session_id", true, NULL, "${session}", NOWHERE},
    {"file", false, NULL, "index.html", "nothing"},
    {"campaign", false, "campaign", "${campaign}", "nothing"},
    {"content", false, "content", "${content}", "nothing"},
    {"stage", false, NULL, "mql", "nothing"},
    {"setup", false, "setup", "${setup}", "nothing"},
    {"domain", false, "domain", "${domain}", "nowhere.example"},
    {"size", false, "checkpoint", "${checkpoint}", "7"},
    {"pos", false, NULL, "1", "1000000"}, /* everybody's own ledger has it */
    {"code", false, NULL, "not_found", "nothing"},
    {"name", false, NULL, "http", "nothing"},
    {"report", false, NULL, "gaps", "nothing"},
};

#define PARAMS_COUNT (sizeof params / sizeof *params)

static const struct param *param_named(const char *name, size_t len)
{
    for (size_t i = 0; i < PARAMS_COUNT; i++)
        if (strlen(params[i].name) == len && strncmp(params[i].name, name, len) == 0)
            return &params[i];
    ck_abort_msg("the path parameter %.*s is new: say in params[] what it means", (int)len, name);
    return NULL;
}

/* The parameter that names something: the first, but of a definition's versions the number. */
static const struct param *subject_of(const struct route *route)
{
    const struct param *found, *subject = NULL;

    for (const char *at = route->pattern; (at = strchr(at, '{')) != NULL; at++)
        if ((found = param_named(at + 1, strcspn(at + 1, "}")))->own != NULL)
            subject = found;
    return subject;
}

/* The pattern with our own values, but for the subject. */
static void make_target(const struct route *route, const char *value, char out[TARGET_MAX])
{
    const struct param *subject = subject_of(route);
    const char *query = probe_of(route)->query;
    size_t len = 0;

    for (const char *at = route->pattern; *at != '\0'; at++) {
        if (*at != '{') {
            out[len++] = *at;
            continue;
        }
        const struct param *param = param_named(at + 1, strcspn(at + 1, "}"));
        char *own = fill(param->own == NULL ? param->nowhere : param->own);
        len += (size_t)snprintf(out + len, TARGET_MAX - len, "%s", param == subject ? value : own);
        free(own);
        at = strchr(at, '}');
    }
    out[len] = '\0';
    if (query != NULL)
        snprintf(out + len, TARGET_MAX - len, "?%s", query);
}

/* The key of one of ours whom nothing but the id stands against. */
static const char *our_key(const struct route *route)
{
    const char *as = probe_of(route)->as;

    return story_get(acme.story, as == NULL ? "ana" : as);
}

static void get_answer(const struct route *route, const char *value, struct answer *out)
{
    char target[TARGET_MAX];

    make_target(route, value, target);
    send(route, target, our_key(route), probe_of(route)->body, out);
}

/* What belongs to the rival is not there, in the words that are said of what never was. */
static void not_there(const struct route *route, const char *id, const char *nowhere)
{
    char what[TARGET_MAX];
    struct answer theirs, nobodys;

    snprintf(what, sizeof what, "%s with %s", route->operation_id, id);
    get_answer(route, id, &theirs);
    get_answer(route, nowhere, &nobodys);
    ck_assert_msg(theirs.status == 404, "%s: wanted 404, got %d %s", what, theirs.status,
                  theirs.body);
    same_answer(what, &theirs, id, &nobodys, nowhere);
    answer_release(&theirs);
    answer_release(&nobodys);
}

/* The same request with our own id gets on: else the walk proves nothing. */
static void own_is_there(const struct route *route, const struct param *subject)
{
    char *own = fill(subject->own);
    struct answer answer;

    get_answer(route, own, &answer);
    ck_assert_msg(answer.status != 400 && answer.status != 404 && answer.status != 401 &&
                      answer.status != 415 && strcmp(code_of(&answer), "forbidden") != 0 &&
                      answer.status < 500,
                  "%s with an id of our own: %d %s", route->operation_id, answer.status,
                  answer.body);
    answer_release(&answer);
    free(own);
}

/* "srl" is a word and not an id, and so is a company's domain: whoever drafts a definition of it,
 * or puts an account, makes the first of his own. */
static bool makes_the_first(const struct route *route)
{
    return strcmp(route->operation_id, "definitions_draft") == 0 ||
           strcmp(route->operation_id, "accounts_put") == 0 ||
           strcmp(route->operation_id, "attribution_setups_make") == 0 ||
           strcmp(route->operation_id, "content_put") == 0 ||
           strcmp(route->operation_id, "campaigns_put") == 0;
}

static void walk_path(const struct route *route)
{
    const struct param *subject = subject_of(route);

    if (subject == NULL || makes_the_first(route))
        return;
    if (subject->is_uuid)
        for (size_t i = 0; i < foreign_count; i++)
            not_there(route, foreign[i], subject->nowhere);
    else if (subject->of_rival != NULL)
        not_there(route, story_get(rival.story, subject->of_rival), subject->nowhere);
    else if (strcmp(subject->name, "version") == 0)
        not_there(route, "2", subject->nowhere);
}

START_TEST(an_id_of_another_workspace_is_not_there)
{
    for (size_t i = 0; i < routes_count; i++) {
        char *before = rival_pos();
        walk_path(&routes[i]);
        char *after = rival_pos();
        ck_assert_msg(strcmp(before, after) == 0, "%s moved the rival's ledger from %s to %s",
                      routes[i].operation_id, before, after);
        free(before);
        free(after);
    }
}
END_TEST

START_TEST(an_id_of_our_own_is_there)
{
    for (size_t i = 0; i < routes_count; i++)
        if (subject_of(&routes[i]) != NULL)
            own_is_there(&routes[i], subject_of(&routes[i]));
}
END_TEST

/* ---- ids in queries ---- */

static const struct {
    const char *name;
    const char *theirs; /* filled in by the rival's story; NULL: no reference to anything */
    const char *nowhere;
} query_fields[] = {
    {"q", "rival.example", "nowhere.example"},
    {"email", "kim@rival.example", "kim@nowhere.example"},
    {"external_id", "crm:rival", "crm:nowhere"},
    {"owner_team", "rival-partners", "nowhere-partners"},
    {"team", "rival-partners", "nowhere-partners"},
    {"assignee", "${mia}", NOWHERE},
    {"source", "rival-forms", "nowhere-forms"},
    {"subscription", "rival-hook", "nowhere-hook"},
    {"name", NULL, NULL}, /* of a file that is sent */
    {"format", NULL, NULL},
    {"limit", NULL, NULL},
    {"cursor", NULL, NULL},
    {"after", NULL, NULL},
    {"types", NULL, NULL},
    {"wait_seconds", NULL, NULL},
    {"stage", NULL, NULL},
    {"reached", NULL, NULL},
    {"state", NULL, NULL},
    {"direction", NULL, NULL},
    {"due_before", NULL, NULL},
    {"order", NULL, NULL},
    {"with", NULL, NULL},
    {"step", NULL, NULL},
    {"overdue", NULL, NULL},
    {"named", NULL, NULL},
    {"recorded", NULL, NULL},
    {"lead_id", "${kim}", NOWHERE},
    {"term", NULL, NULL},
    {"way", NULL, NULL},
    {"exclude", "company.rival", "nowhere"},
    {"criterion", "rivalry", "nowhere"},
    {"threshold", NULL, NULL},
    {"target", NULL, NULL},
    {"version", NULL, NULL},
    {"setup", NULL, NULL}, /* one that is not there is refused */
    {"currency", NULL, NULL},
    {"costs", NULL, NULL},
    {"left_out", NULL, NULL},
    {"min_pos", NULL, NULL},
    {"null_paths", NULL, NULL},
    {"milestone", NULL, NULL},
    {"model", NULL, NULL},
    {"by", NULL, NULL},
    {"then_by", NULL, NULL},
    {"from", NULL, NULL},
    {"as_of", NULL, NULL},
    {"to", NULL, NULL},
    {"interval", NULL, NULL},
    {"timezone", NULL, NULL},
    {"window_days", NULL, NULL},
    {"half_life_days", NULL, NULL},
    {"basis", NULL, NULL},
    {"dimension", NULL, NULL},
    {"status", NULL, NULL},
    {"against", NULL, NULL},
    {"column", NULL, NULL},
    {"number", NULL, NULL},
    {"shape", NULL, NULL},
    {"time", NULL, NULL},
    {"row", NULL, NULL},
};

#define QUERY_FIELDS_COUNT (sizeof query_fields / sizeof *query_fields)

static size_t query_field_named(const char *name)
{
    for (size_t i = 0; i < QUERY_FIELDS_COUNT; i++)
        if (strcmp(query_fields[i].name, name) == 0)
            return i;
    ck_abort_msg("the query parameter %s is new: say in query_fields[] what it refers to", name);
    return 0;
}

static void ask_with(const struct route *route, const char *name, const char *value,
                     struct answer *out)
{
    char target[TARGET_MAX];
    char *own = subject_of(route) == NULL ? strdup("") : fill(subject_of(route)->own);

    make_target(route, own, target);
    size_t len = strlen(target);
    snprintf(target + len, sizeof target - len, "%c%s=%s", strchr(target, '?') == NULL ? '?' : '&',
             name, value);
    send(route, target, story_get(acme.story, "ana"), NULL, out);
    free(own);
}

static void walk_query(const struct route *route, const char *name)
{
    size_t which = query_field_named(name);
    const char *missing;
    struct answer theirs, nobodys;

    if (query_fields[which].theirs == NULL)
        return;
    char *value = story_fill(rival.story, query_fields[which].theirs, false, &missing);
    ask_with(route, name, value, &theirs);
    ask_with(route, name, query_fields[which].nowhere, &nobodys);
    ck_assert_msg(theirs.status == 200 || theirs.status == 400, "%s?%s: %d", route->operation_id,
                  name, theirs.status);
    same_answer(name, &theirs, value, &nobodys, query_fields[which].nowhere);
    answer_release(&theirs);
    answer_release(&nobodys);
    free(value);
}

static bool takes_query(const struct route *route)
{
    return route->kind == ROUTE_READ && route->input != NULL;
}

START_TEST(a_filter_by_another_workspaces_names_finds_nothing)
{
    for (size_t i = 0; i < routes_count; i++)
        for (size_t j = 0; takes_query(&routes[i]) && j < routes[i].input->count; j++)
            if (routes[i].input->fields[j].place == INPUT_MEMBER)
                walk_query(&routes[i], routes[i].input->fields[j].name);
}
END_TEST

/* ---- what lists show ---- */

static void shows_nothing_of_the_rival(const struct route *route, const struct answer *answer)
{
    ck_assert_msg(strstr(answer->body, "rival") == NULL, "%s shows the rival: %s",
                  route->operation_id, answer->body);
    for (size_t i = 0; i < foreign_count; i++)
        ck_assert_msg(strstr(answer->body, foreign[i]) == NULL, "%s shows %s: %s",
                      route->operation_id, foreign[i], answer->body);
    ck_assert_msg(strstr(answer->body, story_get(rival.story, "key")) == NULL,
                  "%s shows the rival's key", route->operation_id);
}

/* Where the rival's feed or list goes on. */
static char *rival_place(const struct route *route)
{
    char target[TARGET_MAX];
    struct answer answer;
    bool is_feed = strcmp(route->operation_id, "events_list") == 0 ||
                   strcmp(route->operation_id, "feedback_list") == 0;

    snprintf(target, sizeof target, "%s?limit=1", route->pattern);
    send(route, target, story_get(rival.story, "ana"), NULL, &answer);
    const char *next = json_string_value(json_object_get(answer.json, "next"));
    char *place = NULL;
    if (next != NULL && asprintf(&place, "%s=%s", is_feed ? "after" : "cursor", next) < 0)
        place = NULL;
    answer_release(&answer);
    return place;
}

static void walk_list(const struct route *route)
{
    char target[TARGET_MAX];
    struct answer answer;

    make_target(route, "", target);
    send(route, target, story_get(acme.story, "ana"), NULL, &answer);
    ck_assert_msg(answer.status == 200, "%s: %d %s", target, answer.status, answer.body);
    shows_nothing_of_the_rival(route, &answer);
    answer_release(&answer);
    char *place = probe_of(route)->query == NULL && takes_query(route) ? rival_place(route) : NULL;
    if (place == NULL)
        return;
    snprintf(target, sizeof target, "%s?%s", route->pattern, place);
    send(route, target, story_get(acme.story, "ana"), NULL, &answer);
    ck_assert_msg(answer.status == 200 || answer.status == 400, "%s: %d", target, answer.status);
    shows_nothing_of_the_rival(route, &answer);
    answer_release(&answer);
    free(place);
}

START_TEST(no_list_shows_another_workspace)
{
    for (size_t i = 0; i < routes_count; i++)
        if (strcmp(routes[i].method, "GET") == 0 && !(routes[i].flags & ROUTE_PUBLIC) &&
            subject_of(&routes[i]) == NULL)
            walk_list(&routes[i]);
}
END_TEST

/* ---- ids in bodies ---- */

/* # is the reference. */
static const struct {
    const char *operation;
    const char *body;
    const char *theirs; /* by the rival's story */
    const char *nowhere;
} references[] = {
    {"leads_merge", "{'from':'#'}", "${kim}", NOWHERE},
    {"leads_merge", "{'from':'#'}", "${pat}", NOWHERE},
    {"leads_merge", "{'from':'#'}", "${eve}", NOWHERE},
    {"leads_unmerge", "{'from':'#'}", "${kim}", NOWHERE},
    {"leads_unmerge", "{'from':'#'}", "${pat}", NOWHERE},
    {"handoffs_offer", "{'lead_id':'#','to_team':'sales'}", "${kim}", NOWHERE},
    {"handoffs_offer", "{'lead_id':'#','to_team':'sales'}", "${eve}", NOWHERE},
    {"handoffs_offer", "{'lead_id':'${may}','to_team':'#'}", "rival-partners", NO_NAME},
    {"handoffs_claim", "{'team':'#'}", "rival-partners", NO_NAME},
    {"handoffs_assign", "{'member':'#'}", "${mia}", NOWHERE},
    {"handoffs_assign", "{'member':'#'}", "mia@rival.example", "mia@nowhere.example"},
    {"keys_create", "{'title':'k','member':'#','roles':['read']}", "${mia}", NOWHERE},
    {"keys_create", "{'title':'k','member':'#','roles':['read']}", "mia@rival.example",
     "mia@nowhere.example"},
    {"keys_create", "{'title':'k','team':'#','roles':['read']}", "rival-partners", NO_NAME},
    {"members_create", "{'team':'#','name':'E','email':'e@x.example'}", "rival-partners", NO_NAME},
    {"sources_create", "{'name':'x','team':'#','mapping':{'email':'/e'}}", "rival-partners",
     NO_NAME},
    {"sources_update", "{'team':'#'}", "rival-partners", NO_NAME},
    {"routes_draft", "{'routes':[{'from':'#','to':'sales','gates':['mql']}]}", "rival-partners",
     NO_NAME},
    {"routes_draft", "{'routes':[{'from':'marketing','to':'#','gates':['mql']}]}", "rival-partners",
     NO_NAME},
};

#define REFERENCES_COUNT (sizeof references / sizeof *references)

static const struct route *route_of(const char *operation)
{
    for (size_t i = 0; i < routes_count; i++)
        if (strcmp(routes[i].operation_id, operation) == 0)
            return &routes[i];
    ck_abort_msg("no route is %s", operation);
    return NULL;
}

static void refer(size_t which, const char *value, struct answer *out)
{
    const struct route *route = route_of(references[which].operation);
    char target[TARGET_MAX], body[TARGET_MAX];
    char *own = subject_of(route) == NULL ? strdup("") : fill(subject_of(route)->own);
    const char *hash = strchr(references[which].body, '#');

    snprintf(body, sizeof body, "%.*s%s%s", (int)(hash - references[which].body),
             references[which].body, value, hash + 1);
    make_target(route, own, target);
    send(route, target, our_key(route), body, out);
    free(own);
}

START_TEST(a_reference_to_another_workspace_leads_nowhere)
{
    const char *missing;
    struct answer theirs, nobodys;
    char *value = story_fill(rival.story, references[_i].theirs, false, &missing);

    refer((size_t)_i, value, &theirs);
    refer((size_t)_i, references[_i].nowhere, &nobodys);
    ck_assert_msg(theirs.status == 404 || theirs.status == 422,
                  "%s %s: wanted 404 or 422, got %d %s", references[_i].operation,
                  references[_i].body, theirs.status, theirs.body);
    same_answer(references[_i].operation, &theirs, value, &nobodys, references[_i].nowhere);
    answer_release(&theirs);
    answer_release(&nobodys);
    free(value);
}
END_TEST

static const struct step the_same_person[] = {
    POST("the rival's Kim is a new lead here, and nobody is said to be like her", "marketing",
         "/v1/leads",
         "{'email':'kim@rival.example','external_ids':[{'source':'crm','id':'rival-51'}]}", 201,
         .checks = {{"/created", "true"}, {"/possible_duplicates", "[]"}}),
    POST("a member of the rival's is nobody here", "sales", "/v1/handoffs/${accepted}/qualify",
         NULL, 422, .headers = {"Baton-Actor: mia@rival.example"},
         .checks = {{"/code", "'actor_required'"}}),
    {0},
};

START_TEST(a_person_of_both_is_two_leads)
{
    story_run(acme.story, the_same_person);
    ck_assert_str_ne(story_get(acme.story, "kim"), story_get(rival.story, "kim"));
}
END_TEST

/* ---- keys ---- */

static int me(const char *token)
{
    struct answer answer;

    client_call(acme.client, &(struct call){.method = "GET", .target = "/v1/me", .token = token},
                &answer);
    int status = answer.status;
    answer_release(&answer);
    return status;
}

/* A key with the workspace, the id and the secret of these. */
static int me_of(const char *workspace, const char *id, const char *secret)
{
    struct api_key_text a, b, c;
    char token[API_KEY_TEXT_LEN + 1];

    ck_assert(api_key_parse(workspace, strlen(workspace), &a));
    ck_assert(api_key_parse(id, strlen(id), &b));
    ck_assert(api_key_parse(secret, strlen(secret), &c));
    struct api_key_text mixed = {.workspace = a.workspace, .key = b.key};
    memcpy(mixed.secret, c.secret, sizeof mixed.secret);
    api_key_format(&mixed, token);
    return me(token);
}

START_TEST(a_key_opens_its_own_workspace_alone)
{
    const char *ours = story_get(acme.story, "ana");
    const char *theirs = story_get(rival.story, "ana");

    ck_assert_int_eq(me_of(ours, ours, ours), 200);
    ck_assert_int_eq(me_of(theirs, ours, ours), 401);
    ck_assert_int_eq(me_of(ours, theirs, theirs), 401);
    ck_assert_int_eq(me_of(ours, ours, theirs), 401);
    ck_assert_int_eq(me_of(theirs, theirs, ours), 401);
    ck_assert_int_eq(me_of(ours, theirs, ours), 401);
}
END_TEST

static void sign(const char *secret, const char *body, char out[2 * DIGEST_BYTES + 1])
{
    struct digest_part part = {body, strlen(body)};
    uint8_t mac[DIGEST_BYTES];

    digest_hmac((const uint8_t *)secret, strlen(secret), &part, 1, mac);
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", mac[i]);
}

static int deliver(const char *source, const char *secret)
{
    static const char body[] = "{\"email\":\"signed@x.example\"}";
    char target[TARGET_MAX], hex[2 * DIGEST_BYTES + 1], header[TARGET_MAX];
    struct answer answer;

    sign(secret, body, hex);
    snprintf(target, sizeof target, "/v1/inbound/%s", source);
    snprintf(header, sizeof header, "X-Signature: %s", hex);
    client_call(
        acme.client,
        &(struct call){.method = "POST", .target = target, .body = body, .headers = {header}},
        &answer);
    int status = answer.status;
    answer_release(&answer);
    return status;
}

START_TEST(a_signature_opens_its_own_source_alone)
{
    char *before = rival_rows();

    ck_assert_int_eq(deliver(story_get(rival.story, "source"), SECRET " ours.example"), 401);
    ck_assert_int_eq(deliver(no_key, SECRET " ours.example"), 401);
    ck_assert_int_eq(deliver("nothing", SECRET " ours.example"), 401);
    char *after = rival_rows();
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
    ck_assert_int_eq(deliver(story_get(acme.story, "source"), SECRET " ours.example"), 202);
}
END_TEST

/* ---- roles ---- */

struct holder {
    const char *what;
    char token[TOKEN_MAX];
    bool stands; /* the key is valid */
    unsigned roles;
};

static struct holder holders[16];
static size_t holder_count;

static struct holder *add_holder(const char *what, const char *token, bool stands, unsigned roles)
{
    struct holder *holder = &holders[holder_count++];

    *holder = (struct holder){.what = what, .stands = stands, .roles = roles};
    snprintf(holder->token, sizeof holder->token, "%s", token);
    return holder;
}

static const struct step some_keys[] = {
    POST("a key with one role", "ana", "/v1/keys",
         "{'title':'one role','member':'ana@acme.example','roles':['${role}']}", 201,
         .keep = {{"token", "/token"}, {"key_made", "/key/id"}}),
    {0},
};

static const struct step revoking[] = {
    POST("it is revoked", "ana", "/v1/keys/${key_made}/revoke", NULL, 200),
    {0},
};

static const struct step leaving[] = {
    POST("Ida joins", "ana", "/v1/members",
         "{'team':'marketing','name':'Ida','email':'ida@acme.example'}", 201,
         .keep = {{"ida", "/id"}}),
    POST("with a key for everything", "ana", "/v1/keys",
         "{'title':'hers','member':'${ida}',"
         "'roles':['capture','work','sign','report','read','admin']}",
         201, .keep = {{"token", "/token"}}),
    PATCH("and leaves", "ana", "/v1/members/${ida}", "{'active':false}", 200),
    {0},
};

static void make_holders(void)
{
    char token[TOKEN_MAX];

    for (unsigned role = 1; role <= ROLE_ADMIN; role <<= 1) {
        story_set(acme.story, "role", role_name(role));
        story_run(acme.story, some_keys);
        add_holder(role_name(role), story_get(acme.story, "token"), true, role);
    }
    story_run(acme.story, some_keys);
    add_holder("a revoked key", story_get(acme.story, "token"), false, 0);
    story_run(acme.story, revoking);
    story_run(acme.story, leaving);
    add_holder("a member who left", story_get(acme.story, "token"), false, 0);
    add_holder("nobody", "", false, 0);
    add_holder("garbage", "baton_garbage", false, 0);
    snprintf(token, sizeof token, "%s", story_get(acme.story, "ana"));
    token[strlen(token) - 2] = token[strlen(token) - 2] == 'a' ? 'b' : 'a';
    add_holder("another secret", token, false, 0);
}

static void judge(const struct route *route, const struct holder *holder)
{
    unsigned roles = probe_of(route)->roles;
    const struct param *subject = subject_of(route);
    char target[TARGET_MAX];
    struct answer answer;

    make_target(route, subject == NULL ? "" : subject->nowhere, target);
    send(route, target, holder->token[0] == '\0' ? NULL : holder->token,
         route->body_max > 0 ? "{}" : NULL, &answer);
    int wanted = roles == KEYLESS ? 0 : !holder->stands ? 401 : roles & holder->roles ? 0 : 403;
    bool refused = answer.status == 401 || strcmp(code_of(&answer), "forbidden") == 0;
    ck_assert_msg(wanted == 0 ? !refused : answer.status == wanted,
                  "%s by %s: wanted %s, got %d %s", route->operation_id, holder->what,
                  wanted == 0     ? "to be let in"
                  : wanted == 401 ? "401"
                                  : "403",
                  answer.status, answer.body);
    answer_release(&answer);
}

START_TEST(whoever_has_not_the_role_is_refused)
{
    holder_count = 0;
    make_holders();
    for (size_t i = 0; i < routes_count; i++)
        for (size_t j = 0; j < holder_count; j++)
            judge(&routes[i], &holders[j]);
}
END_TEST

START_TEST(the_table_of_routes_says_the_same)
{
    ck_assert_uint_eq(routes_count, PROBES_COUNT);
    for (size_t i = 0; i < routes_count; i++)
        ck_assert_msg(routes[i].roles == probe_of(&routes[i])->roles,
                      "%s: the route table says roles %#x, this test %#x", routes[i].operation_id,
                      routes[i].roles, probe_of(&routes[i])->roles);
}
END_TEST

/* ---- all of it ---- */

static char *rows_before;

static void begin(void)
{
    struct uuid workspace, nothing;

    set_up();
    story_set(rival.story, "team", "rival-partners");
    workspace_of(&rival, &workspace);
    ck_assert(uuid_parse(NOWHERE, &nothing));
    public_id_format(workspace, nothing, no_key);
    stage_wait_job(&rival, "done"); /* so that nothing of the rival moves by itself */
    rows_before = rival_rows();
}

START_TEST(the_rival_has_what_it_had)
{
    char *now = rival_rows();

    ck_assert_str_eq(now, rows_before);
    free(now);
    free(rows_before);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "isolation");

    setenv("BATON_WRONG_KEY_RATE", "0", 1); /* hundreds a minute are sent here */
    tcase_add_unchecked_fixture(t, begin, tear_down);
    TESTS(t, the_table_of_routes_says_the_same, an_id_of_another_workspace_is_not_there,
          a_filter_by_another_workspaces_names_finds_nothing, no_list_shows_another_workspace);
    tcase_add_loop_test(t, a_reference_to_another_workspace_leads_nowhere, 0, REFERENCES_COUNT);
    TESTS(t, a_key_opens_its_own_workspace_alone, whoever_has_not_the_role_is_refused,
          an_id_of_our_own_is_there, the_rival_has_what_it_had,
          a_signature_opens_its_own_source_alone, a_person_of_both_is_two_leads);
}
