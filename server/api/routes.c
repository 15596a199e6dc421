#include "api/accounts_api.h"
#include "api/attribution_api.h"
#include "api/attribution_setups_api.h"
#include "api/campaigns_api.h"
#include "api/content_api.h"
#include "api/definitions_api.h"
#include "api/deliveries_read_api.h"
#include "api/docs_api.h"
#include "api/feeds_api.h"
#include "api/five_questions_api.h"
#include "api/glossary_api.h"
#include "api/goals_report_api.h"
#include "api/handoffs_api.h"
#include "api/handoffs_read_api.h"
#include "api/health_api.h"
#include "api/imports_api.h"
#include "api/inbound_api.h"
#include "api/jobs_api.h"
#include "api/keys_api.h"
#include "api/lead_export_api.h"
#include "api/leads_api.h"
#include "api/leads_read_api.h"
#include "api/ledger_api.h"
#include "api/me_api.h"
#include "api/members_api.h"
#include "api/movers_api.h"
#include "api/outbound_api.h"
#include "api/problems_api.h"
#include "api/rates_api.h"
#include "api/reports_api.h"
#include "api/sessions_api.h"
#include "api/sources_api.h"
#include "api/stream_api.h"
#include "api/subscriptions_api.h"
#include "api/suggestions_api.h"
#include "api/teams_api.h"
#include "api/unsubscribe_api.h"
#include "api/usage_api.h"
#include "api/vocabulary_api.h"
#include "http/etag_reply.h"
#include "http/route.h"

#include "core/config.h"

/* How large a body may be, in bytes. */
#define LEAD_BODY_MAX_BYTES       (256 << 10)
#define BATCH_BODY_MAX_BYTES      (4 << 20)
#define INBOUND_BODY_MAX_BYTES    (1 << 20)
#define REPLAY_BODY_MAX_BYTES     (16 << 10)
#define TRY_BODY_MAX_BYTES        (512 << 10)
#define HANDOFF_BODY_MAX_BYTES    (64 << 10)
#define CAMPAIGN_BODY_MAX_BYTES   (256 << 10)
#define SETUP_BODY_MAX_BYTES      (64 << 10)
#define MAIL_BODY_MAX_BYTES       1024
#define DEFINITION_BODY_MAX_BYTES (256 << 10)
#define BACKTEST_BODY_MAX_BYTES   (512 << 10)

/* The life of a version of the routes or the goals, as a definition's has it. */
#define AGREEMENT_ROUTES_OF(name, of, get)                                                         \
    {"GET", "/v1/" name, name "_get", ROLE_ANY, ROUTE_READ, .flags = ROUTE_FRESH, .read = get},    \
        {"POST",                                                                                   \
         "/v1/" name "/versions",                                                                  \
         name "_draft",                                                                            \
         ROLE_SIGN | ROLE_ADMIN,                                                                   \
         ROUTE_WRITE,                                                                              \
         DEFINITION_BODY_MAX_BYTES,                                                                \
         .input = &agreement_draft_spec,                                                           \
         .fill = of,                                                                               \
         .command = COMMAND_AGREEMENT_DRAFT,                                                       \
         .finish = etag_reply_document},                                                           \
        {"GET",                                                                                    \
         "/v1/" name "/versions/{version}",                                                        \
         name "_version",                                                                          \
         ROLE_ANY,                                                                                 \
         ROUTE_READ,                                                                               \
         .flags = ROUTE_FRESH,                                                                     \
         .input = &agreements_version_input,                                                       \
         .fill = of,                                                                               \
         .thing = "version",                                                                       \
         .read = definitions_version},                                                             \
        {"PUT",                                                                                    \
         "/v1/" name "/versions/{version}",                                                        \
         name "_replace",                                                                          \
         ROLE_SIGN | ROLE_ADMIN,                                                                   \
         ROUTE_WRITE,                                                                              \
         DEFINITION_BODY_MAX_BYTES,                                                                \
         .input = &agreement_replace_spec,                                                         \
         .fill = of,                                                                               \
         .command = COMMAND_AGREEMENT_REPLACE,                                                     \
         .finish = etag_reply_document},                                                           \
        {"DELETE",       "/v1/" name "/versions/{version}",                                        \
         name "_delete", ROLE_SIGN | ROLE_ADMIN,                                                   \
         ROUTE_WRITE,    .input = &agreement_named_spec,                                           \
         .fill = of,     .command = COMMAND_AGREEMENT_DELETE},                                     \
        {"GET",                                                                                    \
         "/v1/" name "/versions/{version}/diff",                                                   \
         name "_diff",                                                                             \
         ROLE_ANY,                                                                                 \
         ROUTE_READ,                                                                               \
         .flags = ROUTE_FRESH,                                                                     \
         .input = &agreements_diff_input,                                                          \
         .fill = of,                                                                               \
         .thing = "version",                                                                       \
         .read = definitions_diff},                                                                \
        {"POST",           "/v1/" name "/versions/{version}/propose",                              \
         name "_propose",  ROLE_SIGN | ROLE_ADMIN,                                                 \
         ROUTE_WRITE,      SETUP_BODY_MAX_BYTES,                                                   \
         ROUTE_NO_BODY_OK, .input = &agreement_propose_spec,                                       \
         .fill = of,       .command = COMMAND_AGREEMENT_PROPOSE},                                  \
        {"POST",                                                                                   \
         "/v1/" name "/versions/{version}/sign",                                                   \
         name "_sign",                                                                             \
         ROLE_SIGN,                                                                                \
         ROUTE_WRITE,                                                                              \
         SETUP_BODY_MAX_BYTES,                                                                     \
         .input = &agreement_sign_spec,                                                            \
         .fill = of,                                                                               \
         .command = COMMAND_AGREEMENT_SIGN},                                                       \
        {"POST",                                                                                   \
         "/v1/" name "/versions/{version}/decline",                                                \
         name "_decline",                                                                          \
         ROLE_SIGN,                                                                                \
         ROUTE_WRITE,                                                                              \
         SETUP_BODY_MAX_BYTES,                                                                     \
         .input = &agreement_decline_spec,                                                         \
         .fill = of,                                                                               \
         .command = COMMAND_AGREEMENT_DECLINE},                                                    \
        {"POST",                                                                                   \
         "/v1/" name "/versions/{version}/revoke",                                                 \
         name "_revoke",                                                                           \
         ROLE_SIGN,                                                                                \
         ROUTE_WRITE,                                                                              \
         SETUP_BODY_MAX_BYTES,                                                                     \
         .input = &agreement_suspend_spec,                                                         \
         .fill = of,                                                                               \
         .command = COMMAND_AGREEMENT_REVOKE},                                                     \
        {"POST",                                                                                   \
         "/v1/" name "/versions/{version}/suspend",                                                \
         name "_suspend",                                                                          \
         ROLE_SIGN,                                                                                \
         ROUTE_WRITE,                                                                              \
         SETUP_BODY_MAX_BYTES,                                                                     \
         .input = &agreement_suspend_spec,                                                         \
         .fill = of,                                                                               \
         .command = COMMAND_AGREEMENT_SUSPEND},                                                    \
        {"POST",         "/v1/" name "/versions/{version}/resume",                                 \
         name "_resume", ROLE_SIGN,                                                                \
         ROUTE_WRITE,    .input = &agreement_named_spec,                                           \
         .fill = of,     .command = COMMAND_AGREEMENT_RESUME},                                     \
        {"POST",                                                                                   \
         "/v1/" name "/versions/{version}/acknowledge",                                            \
         name "_acknowledge",                                                                      \
         ROLE_WORK | ROLE_SIGN | ROLE_ADMIN,                                                       \
         ROUTE_WRITE,                                                                              \
         .input = &agreement_named_spec,                                                           \
         .fill = of,                                                                               \
         .command = COMMAND_AGREEMENT_ACKNOWLEDGE},                                                \
    {                                                                                              \
        "POST", "/v1/" name "/versions/{version}/comments", name "_comment",                       \
            ROLE_WORK | ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,                 \
            .input = &agreement_comment_spec, .fill = of, .command = COMMAND_AGREEMENT_COMMENT     \
    }

/* What the libraries of Segment and RudderStack post to, whatever host they are pointed at. */
#define SDK_ROUTE(call)                                                                            \
    {                                                                                              \
        "POST", "/v1/" call, "sdk_" call, ROLE_CAPTURE | ROLE_ADMIN, ROUTE_WRITE,                  \
            INBOUND_BODY_MAX_BYTES,                                                                \
            ROUTE_ANY_TYPE | ROUTE_RAW_BODY | ROUTE_BODY_AUTH | ROUTE_ANY_QUERY,                   \
            .input = &inbound_sdk_spec, .command = COMMAND_INBOUND_RECEIVE,                        \
            .fill = inbound_receive_fill                                                           \
    }

const struct route routes[] = {
    {"POST", "/v1/leads", "leads_capture", ROLE_CAPTURE | ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .input = &capture_spec, .command = COMMAND_LEAD_CAPTURE,
     .fill = leads_capture_fill},
    {"GET", "/v1/leads", "leads_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .cost = READ_LIST, .input = &leads_list_input, .thing = "lead", .read = leads_list,
     .fill = leads_list_fill},
    {"POST", "/v1/leads/batch", "leads_batch", ROLE_CAPTURE | ROLE_ADMIN, ROUTE_WRITE,
     BATCH_BODY_MAX_BYTES, ROUTE_RAW_BODY, .cost = READ_REPORT, .input = &batch_spec,
     .command = COMMAND_LEAD_BATCH, .fill = leads_batch_fill},
    {"GET", "/v1/leads/{lead_id}", "leads_get", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .input = &leads_get_input, .thing = "lead", .read = leads_get, .read_all = leads_get_all},
    {"GET", "/v1/leads/{lead_id}/timeline", "leads_timeline", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .cost = READ_LIST, .input = &leads_timeline_input, .thing = "lead",
     .read = leads_timeline},
    {"GET", "/v1/leads/{lead_id}/verdicts", "leads_verdicts", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .cost = READ_LIST, .input = &leads_verdicts_input, .thing = "lead",
     .read = leads_verdicts},
    {"GET", "/v1/leads/{lead_id}/export", "leads_export", ROLE_ADMIN, ROUTE_READ, .cost = READ_LIST,
     .input = &leads_export_input, .thing = "lead", .read = leads_export},
    {"PATCH", "/v1/leads/{lead_id}", "leads_update", ROLE_WORK | ROLE_CAPTURE | ROLE_ADMIN,
     ROUTE_WRITE, LEAD_BODY_MAX_BYTES, .input = &lead_update_spec, .command = COMMAND_LEAD_UPDATE},
    {"POST", "/v1/leads/{lead_id}/touches", "leads_add_touch",
     ROLE_CAPTURE | ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE, LEAD_BODY_MAX_BYTES,
     .input = &add_touch_spec, .command = COMMAND_LEAD_TOUCH},
    {"POST", "/v1/leads/{lead_id}/facts", "leads_set_facts", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .input = &facts_spec, .command = COMMAND_LEAD_FACTS},
    {"POST", "/v1/leads/{lead_id}/override", "leads_override", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .input = &override_spec, .command = COMMAND_LEAD_OVERRIDE},
    {"POST", "/v1/leads/{lead_id}/review", "leads_review", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .input = &review_spec, .command = COMMAND_LEAD_REVIEW},
    {"POST", "/v1/leads/{lead_id}/request", "leads_request", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, .input = &handoff_request_spec, .command = COMMAND_HANDOFF_REQUEST},
    {"POST", "/v1/leads/{lead_id}/merge", "leads_merge", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .input = &merge_spec, .command = COMMAND_LEAD_MERGE},
    {"POST", "/v1/leads/{lead_id}/unmerge", "leads_unmerge", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .input = &unmerge_spec, .command = COMMAND_LEAD_UNMERGE},
    {"POST", "/v1/leads/{lead_id}/erase", "leads_erase", ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, ROUTE_NO_BODY_OK, .input = &erase_spec, .command = COMMAND_LEAD_ERASE},
    {"POST", "/v1/leads/unblock", "leads_unblock", ROLE_ADMIN, ROUTE_WRITE, LEAD_BODY_MAX_BYTES,
     .input = &lift_spec, .command = COMMAND_BLOCK_LIFT},
    {"POST", "/v1/leads/{lead_id}/erase/decline", "leads_keep", ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .input = &keep_spec, .command = COMMAND_LEAD_KEEP},
    {"GET", "/v1/handoffs", "handoffs_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .cost = READ_LIST, .input = &handoffs_list_input, .thing = "handoff", .read = handoffs_list,
     .fill = handoffs_list_fill},
    {"GET", "/v1/handoffs/{handoff_id}", "handoffs_get", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .input = &handoffs_get_input, .thing = "handoff", .read = handoffs_get},
    {"GET", "/v1/handoffs/{handoff_id}/receipt", "handoffs_receipt",
     ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .input = &handoffs_receipt_input,
     .thing = "handoff", .read = handoffs_receipt},
    {"GET", "/v1/ledger/checkpoints", "ledger_checkpoints", ROLE_ANY, ROUTE_READ, .cost = READ_LIST,
     .input = &ledger_checkpoints_input, .thing = "checkpoint", .read = ledger_checkpoints},
    {"GET", "/v1/ledger/checkpoints/{size}/consistency", "ledger_consistency", ROLE_ANY, ROUTE_READ,
     .cost = READ_LIST, .input = &ledger_consistency_input, .thing = "checkpoint",
     .read = ledger_consistency},
    {"GET", "/v1/ledger/entries/{pos}/proof", "ledger_entry_proof",
     ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .input = &ledger_entry_proof_input,
     .thing = "entry", .read = ledger_entry_proof},
    {"GET", "/v1/feedback", "feedback_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .cost = READ_LIST, .input = &feedback_list_input, .read = feedback_list},
    {"GET", "/v1/events", "events_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .cost = READ_LIST, .input = &events_list_input, .read = events_list},
    {"GET", "/v1/events/stream", "events_stream", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .input = &events_stream_input, .read = events_stream, .fill = events_stream_fill},
    {"GET", "/v1/attribution", "attribution_get", ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .cost = READ_REPORT, .input = &attribution_input, .read = attribution_get},
    {"GET", "/v1/attribution/leads", "attribution_leads", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .cost = READ_REPORT, .input = &attribution_leads_input, .read = attribution_leads},
    {"GET", "/v1/reports/stages", "reports_stages",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_stages_input, .read = reports_stages},
    {"GET", "/v1/attribution/setups", "attribution_setups_list",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_LIST,
     .input = &attribution_setups_list_input, .read = attribution_setups_list},
    {"GET", "/v1/attribution/setups/{setup}", "attribution_setups_get",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .input = &attribution_setups_get_input, .thing = "setup", .read = attribution_setups_get},
    {"POST", "/v1/attribution/setups/{setup}", "attribution_setups_make", ROLE_ADMIN, ROUTE_WRITE,
     SETUP_BODY_MAX_BYTES, .input = &attribution_setup_spec,
     .command = COMMAND_ATTRIBUTION_SETUP_MAKE, .fill = attribution_setups_fill},
    {"GET", "/v1/reports/gaps", "reports_gaps", ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .cost = READ_REPORT, .input = &reports_input, .read = reports_gaps},
    {"GET", "/v1/reports/rejections", "reports_rejections",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_rejections},
    {"GET", "/v1/reports/response-times", "reports_response_times",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_response_times},
    {"GET", "/v1/reports/bypass", "reports_bypass",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_bypass},
    {"GET", "/v1/reports/effort", "reports_effort",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_effort},
    {"GET", "/v1/reports/requests", "reports_requests",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_requests},
    {"GET", "/v1/reports/collisions", "reports_collisions",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_collisions},
    {"GET", "/v1/reports/distribution", "reports_distribution",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_distribution},
    {"GET", "/v1/reports/funnel", "reports_funnel",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_funnel},
    {"GET", "/v1/reports/source-mix", "reports_source_mix",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_source_mix},
    {"GET", "/v1/reports/capture-types", "reports_capture_types",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_capture_types},
    {"GET", "/v1/reports/nurture", "reports_nurture",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_nurture},
    {"GET", "/v1/reports/coverage", "reports_coverage",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_coverage},
    {"GET", "/v1/reports/results", "reports_results",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_results},
    {"GET", "/v1/reports/process", "reports_process",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_process},
    {"GET", "/v1/reports/social", "reports_social",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_input, .read = reports_social},
    {"GET", "/v1/reports/goals", "reports_goals", ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .cost = READ_REPORT, .input = &reports_goals_input, .read = reports_goals},
    {"GET", "/v1/reports/scoreboard", "reports_scoreboard",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_goals_input, .read = reports_scoreboard},
    {"GET", "/v1/reports/five-questions", "reports_five_questions",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .input = &reports_five_questions_input, .read = reports_five_questions},
    {"GET", "/v1/reports/{report}/leads", "reports_leads", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .cost = READ_REPORT, .input = &reports_leads_input, .thing = "report",
     .read = reports_leads},
    {"GET", "/v1/campaigns", "campaigns_list", ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .cost = READ_LIST, .input = &campaigns_list_input, .read = campaigns_list},
    {"GET", "/v1/attributes", "attributes_list",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_SIGN | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT,
     .read = attributes_list},
    {"GET", "/v1/inbound/{source_id}", "inbound_handshake", ROLE_CAPTURE | ROLE_ADMIN, ROUTE_DIRECT,
     .flags = ROUTE_BODY_AUTH | ROUTE_ANY_QUERY, .input = &inbound_handshake_spec,
     .direct = inbound_handshake},
    {"POST", "/v1/inbound/{source_id}", "inbound_receive", ROLE_CAPTURE | ROLE_ADMIN, ROUTE_WRITE,
     INBOUND_BODY_MAX_BYTES, ROUTE_ANY_TYPE | ROUTE_RAW_BODY | ROUTE_BODY_AUTH | ROUTE_ANY_QUERY,
     .input = &inbound_spec, .command = COMMAND_INBOUND_RECEIVE, .fill = inbound_receive_fill},
    SDK_ROUTE("batch"),
    SDK_ROUTE("identify"),
    SDK_ROUTE("track"),
    SDK_ROUTE("page"),
    SDK_ROUTE("screen"),
    SDK_ROUTE("group"),
    SDK_ROUTE("alias"),
    {"POST", "/v1/deliveries/{delivery_id}/replay", "deliveries_replay", ROLE_WORK | ROLE_ADMIN,
     ROUTE_WRITE, REPLAY_BODY_MAX_BYTES, ROUTE_NO_BODY_OK, .input = &delivery_replay_spec,
     .command = COMMAND_DELIVERY_REPLAY},
    {"GET", "/v1/deliveries", "deliveries_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .cost = READ_LIST, .flags = ROUTE_FRESH | ROUTE_SECRET, .input = &deliveries_list_input,
     .thing = "delivery", .read = deliveries_list, .fill = deliveries_list_fill},
    {"GET", "/v1/deliveries/{delivery_id}", "deliveries_get", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .flags = ROUTE_SECRET, .input = &deliveries_get_input, .thing = "delivery",
     .read = deliveries_get},
    {"GET", "/v1/definitions", "definitions_list", ROLE_ANY, ROUTE_READ, .cost = READ_LIST,
     .flags = ROUTE_FRESH, .read = definitions_list},
    {"GET", "/v1/definitions/{term}", "definitions_get", ROLE_ANY, ROUTE_READ, .flags = ROUTE_FRESH,
     .input = &definitions_get_input, .thing = "definition", .read = definitions_get},
    {"GET", "/v1/definitions/{term}/suggestions", "definitions_suggestions",
     ROLE_SIGN | ROLE_READ | ROLE_ADMIN, ROUTE_READ, .cost = READ_REPORT, .flags = ROUTE_FRESH,
     .input = &suggestions_input, .thing = "definition", .read = definitions_suggestions},
    {"POST", "/v1/definitions/{term}/versions", "definitions_draft", ROLE_SIGN | ROLE_ADMIN,
     ROUTE_WRITE, DEFINITION_BODY_MAX_BYTES, .input = &definition_draft_spec,
     .command = COMMAND_AGREEMENT_DRAFT, .before = definitions_draft_names,
     .finish = etag_reply_document},
    {"GET", "/v1/definitions/{term}/versions/{version}", "definitions_version", ROLE_ANY,
     ROUTE_READ, .flags = ROUTE_FRESH, .input = &definitions_version_input, .thing = "version",
     .read = definitions_version},
    {"PUT", "/v1/definitions/{term}/versions/{version}", "definitions_replace",
     ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, DEFINITION_BODY_MAX_BYTES,
     .input = &definition_replace_spec, .command = COMMAND_AGREEMENT_REPLACE,
     .before = definitions_replace_names, .finish = etag_reply_document},
    {"GET", "/v1/definitions/{term}/versions/{version}/diff", "definitions_diff", ROLE_ANY,
     ROUTE_READ, .flags = ROUTE_FRESH, .input = &definitions_diff_input, .thing = "version",
     .read = definitions_diff},
    {"POST", "/v1/definitions/{term}/versions/{version}/propose", "definitions_propose",
     ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES, ROUTE_NO_BODY_OK,
     .input = &definition_propose_spec, .command = COMMAND_AGREEMENT_PROPOSE,
     .before = definitions_propose_names},
    {"POST", "/v1/definitions/{term}/versions/{version}/sign", "definitions_sign", ROLE_SIGN,
     ROUTE_WRITE, SETUP_BODY_MAX_BYTES, .input = &definition_sign_spec,
     .command = COMMAND_AGREEMENT_SIGN},
    {"POST", "/v1/definitions/{term}/versions/{version}/decline", "definitions_decline", ROLE_SIGN,
     ROUTE_WRITE, SETUP_BODY_MAX_BYTES, .input = &definition_decline_spec,
     .command = COMMAND_AGREEMENT_DECLINE},
    {"POST", "/v1/definitions/{term}/versions/{version}/acknowledge", "definitions_acknowledge",
     ROLE_WORK | ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, .input = &definition_acknowledge_spec,
     .command = COMMAND_AGREEMENT_ACKNOWLEDGE},
    {"DELETE", "/v1/definitions/{term}/versions/{version}", "definitions_delete",
     ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, .input = &definition_delete_spec,
     .command = COMMAND_AGREEMENT_DELETE},
    {"POST", "/v1/definitions/{term}/versions/{version}/revoke", "definitions_revoke", ROLE_SIGN,
     ROUTE_WRITE, SETUP_BODY_MAX_BYTES, .input = &definition_suspend_spec,
     .command = COMMAND_AGREEMENT_REVOKE},
    {"POST", "/v1/definitions/{term}/versions/{version}/suspend", "definitions_suspend", ROLE_SIGN,
     ROUTE_WRITE, SETUP_BODY_MAX_BYTES, .input = &definition_suspend_spec,
     .command = COMMAND_AGREEMENT_SUSPEND},
    {"POST", "/v1/definitions/{term}/versions/{version}/resume", "definitions_resume", ROLE_SIGN,
     ROUTE_WRITE, .input = &definition_acknowledge_spec, .command = COMMAND_AGREEMENT_RESUME},
    {"POST", "/v1/definitions/{term}/versions/{version}/comments", "definitions_comment",
     ROLE_WORK | ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .input = &definition_comment_spec, .command = COMMAND_AGREEMENT_COMMENT},
    {"POST", "/v1/definitions/{term}/versions/{version}/edits", "definitions_edits",
     ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES, .input = &definition_edits_spec,
     .command = COMMAND_AGREEMENT_TAKE_EDITS},
    {"POST", "/v1/definitions/{term}/versions/{version}/try", "definitions_try",
     ROLE_READ | ROLE_WORK | ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, TRY_BODY_MAX_BYTES,
     .input = &definition_try_spec, .command = COMMAND_LEAD_TRY},
    {"POST", "/v1/definitions/{term}/versions/{version}/apply", "definitions_apply",
     ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES, ROUTE_NO_BODY_OK,
     .input = &definition_apply_spec, .command = COMMAND_DEFINITION_APPLY},
    {"POST", "/v1/backtests", "backtests_create", ROLE_SIGN | ROLE_READ | ROLE_ADMIN, ROUTE_WRITE,
     BACKTEST_BODY_MAX_BYTES, .input = &backtest_spec, .command = COMMAND_BACKTEST_REQUEST},
    {"POST", "/v1/imports", "imports_create", ROLE_ADMIN, ROUTE_READ, IMPORT_FILE_MAX_BYTES,
     ROUTE_UPLOAD | ROUTE_ANY_TYPE | ROUTE_RAW_BODY | ROUTE_FRESH, .input = &imports_create_input,
     .thing = "import", .piece = imports_piece, .read = imports_create},
    {"GET", "/v1/imports", "imports_list", ROLE_ADMIN, ROUTE_READ, .cost = READ_LIST,
     .flags = ROUTE_SECRET, .input = &imports_list_input, .thing = "import", .read = imports_list},
    {"GET", "/v1/imports/{import_id}", "imports_get", ROLE_ADMIN, ROUTE_READ, .flags = ROUTE_SECRET,
     .input = &imports_get_input, .thing = "import", .read = imports_get},
    {"GET", "/v1/imports/{import_id}/refused", "imports_refused", ROLE_ADMIN, ROUTE_READ,
     .cost = READ_LIST, .flags = ROUTE_SECRET, .input = &imports_get_input, .thing = "import",
     .read = imports_refused},
    {"POST", "/v1/imports/{import_id}/runs", "imports_run", ROLE_ADMIN, ROUTE_WRITE,
     TRY_BODY_MAX_BYTES, .input = &imports_run_spec, .thing = "import",
     .command = COMMAND_IMPORT_REQUEST, .before = imports_run_check},
    {"GET", "/v1/jobs", "jobs_list", ROLE_SIGN | ROLE_READ | ROLE_ADMIN, ROUTE_READ,
     .cost = READ_LIST, .input = &jobs_list_input, .thing = "job", .read = jobs_list},
    {"GET", "/v1/jobs/{job_id}", "jobs_get", ROLE_SIGN | ROLE_READ | ROLE_ADMIN, ROUTE_READ,
     .input = &jobs_get_input, .thing = "job", .read = jobs_get},
    {"GET", "/v1/jobs/{job_id}/movers", "jobs_movers", ROLE_SIGN | ROLE_READ | ROLE_ADMIN,
     ROUTE_READ, .cost = READ_REPORT, .input = &jobs_movers_input, .thing = "job",
     .read = jobs_movers},
    {"DELETE", "/v1/jobs/{job_id}", "jobs_cancel", ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE,
     .input = &job_cancel_spec, .command = COMMAND_JOB_CANCEL},
    {"GET", "/v1/teams", "teams_list", ROLE_ANY, ROUTE_READ, .cost = READ_LIST,
     .flags = ROUTE_FRESH, .read = teams_list},
    {"POST", "/v1/teams", "teams_create", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .input = &team_create_spec, .command = COMMAND_TEAM_CREATE, .finish = etag_reply_body},
    {"PATCH", "/v1/teams/{team}", "teams_update", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .input = &team_update_spec, .command = COMMAND_TEAM_UPDATE, .before = teams_update_used,
     .finish = etag_reply_body},
    {"GET", "/v1/teams/{team}/calendar", "teams_calendar", ROLE_ANY, ROUTE_READ,
     .flags = ROUTE_FRESH, .input = &team_calendar_get_spec, .thing = "calendar",
     .read = teams_calendar},
    {"PUT", "/v1/teams/{team}/calendar", "teams_calendar_set", ROLE_ADMIN, ROUTE_WRITE,
     SETUP_BODY_MAX_BYTES, .input = &team_calendar_spec, .command = COMMAND_TEAM_CALENDAR,
     .finish = etag_reply_body},
    {"DELETE", "/v1/teams/{team}/calendar", "teams_calendar_remove", ROLE_ADMIN, ROUTE_WRITE,
     .input = &team_calendar_remove_spec, .command = COMMAND_TEAM_CALENDAR},
    {"GET", "/v1/teams/{team}/distribution", "teams_distribution", ROLE_ANY, ROUTE_READ,
     .flags = ROUTE_FRESH, .input = &team_distribution_get_spec, .thing = "distribution",
     .read = teams_distribution},
    {"PUT", "/v1/teams/{team}/distribution", "teams_distribution_set", ROLE_ADMIN, ROUTE_WRITE,
     SETUP_BODY_MAX_BYTES, .input = &team_distribution_spec, .command = COMMAND_TEAM_DISTRIBUTION,
     .finish = etag_reply_body},
    {"DELETE", "/v1/teams/{team}/distribution", "teams_distribution_remove", ROLE_ADMIN,
     ROUTE_WRITE, .input = &team_distribution_remove_spec, .command = COMMAND_TEAM_DISTRIBUTION},
    {"POST", "/v1/teams/{team}/distribution/dry_run", "teams_distribution_try",
     ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .input = &distribution_try_spec, .command = COMMAND_DISTRIBUTION_TRY},
    {"GET", "/v1/campaigns/{campaign}", "campaigns_get", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .input = &campaigns_get_input, .thing = "campaign", .read = campaigns_get},
    {"PUT", "/v1/campaigns/{campaign}", "campaigns_put", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     CAMPAIGN_BODY_MAX_BYTES, .input = &campaign_put_spec, .command = COMMAND_CAMPAIGN_PUT,
     .finish = etag_reply_body},
    {"GET", "/v1/content", "content_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .cost = READ_REPORT, .input = &content_list_input, .fill = content_list_fill,
     .read = content_list},
    {"GET", "/v1/content/{content}", "content_get", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .input = &content_get_input, .thing = "content", .read = content_get},
    {"PUT", "/v1/content/{content}", "content_put", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     SETUP_BODY_MAX_BYTES, .input = &content_put_spec, .command = COMMAND_CONTENT_PUT,
     .finish = etag_reply_body},
    {"GET", "/v1/rates", "rates_get", ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .read = rates_get},
    {"PUT", "/v1/rates", "rates_put", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .input = &rates_put_spec, .command = COMMAND_RATES_PUT, .finish = etag_reply_body},
    {"GET", "/v1/glossary", "glossary_get", ROLE_ANY, ROUTE_READ, .flags = ROUTE_FRESH,
     .read = glossary_get},
    {"GET", "/v1/stages/{stage}", "stages_get", ROLE_ANY, ROUTE_READ, .flags = ROUTE_FRESH,
     .input = &stages_get_input, .thing = "stage", .read = stages_get},
    {"PUT", "/v1/stages/{stage}", "stages_put", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .input = &stage_put_spec, .command = COMMAND_STAGE_PUT, .finish = etag_reply_body},
    {"GET", "/v1/accounts", "accounts_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .cost = READ_LIST, .input = &accounts_list_input, .thing = "account", .read = accounts_list,
     .fill = accounts_list_fill},
    {"GET", "/v1/accounts/{domain}", "accounts_get", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .input = &accounts_get_input, .thing = "account", .read = accounts_get},
    {"PUT", "/v1/accounts/{domain}", "accounts_put", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     SETUP_BODY_MAX_BYTES, .input = &account_put_spec, .command = COMMAND_ACCOUNT_PUT,
     .finish = etag_reply_body},
    {"GET", "/v1/members", "members_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .cost = READ_LIST, .flags = ROUTE_FRESH, .input = &members_list_input, .thing = "member",
     .read = members_list, .fill = members_list_fill},
    {"POST", "/v1/members", "members_create", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .input = &member_create_spec, .command = COMMAND_MEMBER_CREATE, .finish = etag_reply_body},
    {"PATCH", "/v1/members/{member_id}", "members_update",
     ROLE_WORK | ROLE_SIGN | ROLE_READ | ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .input = &member_update_spec, .command = COMMAND_MEMBER_UPDATE, .finish = etag_reply_body},
    {"GET", "/v1/keys", "keys_list", ROLE_ADMIN, ROUTE_READ, .cost = READ_LIST,
     .flags = ROUTE_FRESH | ROUTE_SECRET, .input = &keys_list_input, .thing = "key",
     .read = keys_list},
    {"POST", "/v1/keys", "keys_create", ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .input = &key_create_spec, .command = COMMAND_KEY_CREATE},
    {"POST", "/v1/keys/{key_id}/revoke", "keys_revoke", ROLE_ADMIN, ROUTE_WRITE,
     .input = &key_revoke_spec, .command = COMMAND_KEY_REVOKE},
    {"GET", "/v1/agreements", "agreements_list", ROLE_ANY, ROUTE_READ, .cost = READ_LIST,
     .flags = ROUTE_FRESH, .read = agreements_list},
    {"GET", "/v1/responsibilities", "responsibilities_list", ROLE_ANY, ROUTE_READ,
     .cost = READ_LIST, .flags = ROUTE_FRESH, .read = responsibilities_list},
    AGREEMENT_ROUTES_OF("routes", agreement_of_routes, routes_get),
    {"POST", "/v1/routes/versions/{version}/try", "routes_try", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_WRITE, TRY_BODY_MAX_BYTES, .input = &routes_try_spec, .command = COMMAND_ROUTES_TRY},
    AGREEMENT_ROUTES_OF("goals", agreement_of_goals, goals_get),
    {"GET", "/v1/presets", "presets_list", ROLE_READ | ROLE_ADMIN, ROUTE_DIRECT,
     .flags = ROUTE_SECRET, .direct = presets_list},
    {"GET", "/v1/sources", "sources_list", ROLE_READ | ROLE_ADMIN, ROUTE_READ, .cost = READ_LIST,
     .flags = ROUTE_FRESH | ROUTE_SECRET, .read = sources_list},
    {"POST", "/v1/sources", "sources_create", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .input = &source_create_spec, .command = COMMAND_SOURCE_CREATE, .finish = etag_reply_source,
     .fill = source_create_fill},
    {"PATCH", "/v1/sources/{source_id}", "sources_update", ROLE_ADMIN, ROUTE_WRITE,
     SETUP_BODY_MAX_BYTES, .input = &source_update_spec, .command = COMMAND_SOURCE_UPDATE,
     .finish = etag_reply_body},
    {"POST", "/v1/sources/{source_id}/try", "sources_try", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     TRY_BODY_MAX_BYTES, .input = &source_try_spec, .command = COMMAND_SOURCE_TRY},
    {"POST", "/v1/sources/{source_id}/secret/rotate", "sources_rotate", ROLE_ADMIN, ROUTE_WRITE,
     SETUP_BODY_MAX_BYTES, ROUTE_NO_BODY_OK, .input = &source_rotate_spec,
     .command = COMMAND_SOURCE_ROTATE, .finish = etag_reply_source},
    {"POST", "/v1/sources/{source_id}/secret/retire", "sources_retire", ROLE_ADMIN, ROUTE_WRITE,
     .input = &source_retire_spec, .command = COMMAND_SOURCE_RETIRE, .finish = etag_reply_body},
    {"GET", "/v1/targets", "targets_list", ROLE_READ | ROLE_ADMIN, ROUTE_DIRECT,
     .direct = targets_list},
    {"GET", "/v1/subscriptions", "subscriptions_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .cost = READ_LIST, .flags = ROUTE_FRESH, .input = &subscriptions_list_input,
     .thing = "subscription", .read = subscriptions_list},
    {"POST", "/v1/subscriptions", "subscriptions_create", ROLE_ADMIN, ROUTE_WRITE,
     SETUP_BODY_MAX_BYTES, .input = &subscription_create_spec,
     .command = COMMAND_SUBSCRIPTION_CREATE, .fill = subscriptions_create_fill,
     .before = subscriptions_create_names},
    {"GET", "/v1/subscriptions/{subscription_id}", "subscriptions_get",
     ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .flags = ROUTE_FRESH,
     .input = &subscriptions_get_input, .thing = "subscription", .read = subscriptions_get},
    {"PATCH", "/v1/subscriptions/{subscription_id}", "subscriptions_update", ROLE_ADMIN,
     ROUTE_WRITE, SETUP_BODY_MAX_BYTES, .input = &subscription_update_spec,
     .command = COMMAND_SUBSCRIPTION_UPDATE, .fill = subscriptions_update_fill,
     .before = subscriptions_update_names, .finish = etag_reply_body},
    {"POST", "/v1/subscriptions/{subscription_id}/secret/rotate", "subscriptions_rotate",
     ROLE_ADMIN, ROUTE_WRITE, .input = &subscription_named_spec,
     .command = COMMAND_SUBSCRIPTION_ROTATE},
    {"POST", "/v1/subscriptions/{subscription_id}/test", "subscriptions_test", ROLE_ADMIN,
     ROUTE_WRITE, .input = &subscription_named_spec, .command = COMMAND_SUBSCRIPTION_TEST},
    {"POST", "/v1/subscriptions/{subscription_id}/replay", "subscriptions_replay", ROLE_ADMIN,
     ROUTE_WRITE, SETUP_BODY_MAX_BYTES, .input = &subscription_replay_spec,
     .command = COMMAND_SUBSCRIPTION_REPLAY},
    {"GET", "/v1/subscriptions/{subscription_id}/deliveries", "subscriptions_deliveries",
     ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .cost = READ_LIST,
     .flags = ROUTE_FRESH | ROUTE_SECRET, .input = &subscriptions_deliveries_input,
     .thing = "subscription", .read = subscriptions_deliveries},
    {"DELETE", "/v1/subscriptions/{subscription_id}", "subscriptions_delete", ROLE_ADMIN,
     ROUTE_WRITE, .input = &subscription_named_spec, .command = COMMAND_SUBSCRIPTION_DELETE},
    {"POST", "/v1/unsubscribe/{token}", "unsubscribe", .kind = ROUTE_WRITE,
     .body_max = MAIL_BODY_MAX_BYTES,
     .flags = ROUTE_TOKEN | ROUTE_ANY_TYPE | ROUTE_RAW_BODY | ROUTE_NO_BODY_OK,
     .input = &unsubscribe_spec, .command = COMMAND_MEMBER_UPDATE},
    {"GET", "/v1/usage", "usage_get", ROLE_READ | ROLE_REPORT | ROLE_ADMIN, ROUTE_READ,
     .cost = READ_LIST, .flags = ROUTE_FRESH, .read = usage_get},
    {"GET", "/v1/me", "me_get", ROLE_ANY, ROUTE_READ, .flags = ROUTE_FRESH, .read = me_get},
    {"POST", "/v1/sessions", "sessions_open", ROLE_ANY, ROUTE_READ,
     .flags = ROUTE_FRESH | ROUTE_SECRET, .read = sessions_open},
    {"POST", "/v1/sessions/mail", "sessions_mail", .kind = ROUTE_DIRECT,
     .body_max = MAIL_BODY_MAX_BYTES, .flags = ROUTE_PUBLIC, .input = &sessions_mail_spec,
     .direct = sessions_mail},
    {"POST", "/v1/sessions/links", "sessions_link", ROLE_ANY, ROUTE_READ,
     .flags = ROUTE_FRESH | ROUTE_SECRET, .read = sessions_link},
    {"GET", "/v1/sessions", "sessions_list", ROLE_ANY, ROUTE_READ, .cost = READ_LIST,
     .flags = ROUTE_FRESH | ROUTE_SECRET, .read = sessions_list},
    {"DELETE", "/v1/sessions/current", "sessions_end_current", ROLE_ANY, ROUTE_READ,
     .flags = ROUTE_FRESH | ROUTE_SECRET, .thing = "session", .read = sessions_end_current},
    {"DELETE", "/v1/sessions/{session_id}", "sessions_end", ROLE_ANY, ROUTE_READ,
     .flags = ROUTE_FRESH | ROUTE_SECRET, .input = &sessions_end_input, .thing = "session",
     .read = sessions_end},
    {"POST", "/v1/handoffs", "handoffs_offer", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, .input = &offer_spec, .command = COMMAND_HANDOFF_OFFER},
    {"POST", "/v1/handoffs/claim", "handoffs_claim", ROLE_WORK, ROUTE_WRITE, HANDOFF_BODY_MAX_BYTES,
     .input = &claim_spec, .command = COMMAND_HANDOFF_CLAIM, .before = handoffs_claim_look},
    {"POST", "/v1/handoffs/{handoff_id}/accept", "handoffs_accept", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, ROUTE_NO_BODY_OK, .input = &handoff_note_spec,
     .command = COMMAND_HANDOFF_ACCEPT},
    {"POST", "/v1/handoffs/{handoff_id}/reject", "handoffs_reject", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, .input = &handoff_reject_spec, .command = COMMAND_HANDOFF_REJECT},
    {"POST", "/v1/handoffs/{handoff_id}/return", "handoffs_return", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, .input = &handoff_reject_spec, .command = COMMAND_HANDOFF_RETURN},
    {"POST", "/v1/handoffs/{handoff_id}/qualify", "handoffs_qualify", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, ROUTE_NO_BODY_OK, .input = &handoff_qualify_spec,
     .command = COMMAND_HANDOFF_QUALIFY},
    {"POST", "/v1/handoffs/{handoff_id}/grant", "handoffs_grant", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, ROUTE_NO_BODY_OK, .input = &handoff_grant_spec,
     .command = COMMAND_HANDOFF_GRANT},
    {"POST", "/v1/handoffs/{handoff_id}/decline", "handoffs_decline", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, .input = &handoff_decline_spec, .command = COMMAND_HANDOFF_DECLINE},
    {"POST", "/v1/handoffs/{handoff_id}/withdraw", "handoffs_withdraw", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, ROUTE_NO_BODY_OK, .input = &handoff_withdraw_spec,
     .command = COMMAND_HANDOFF_WITHDRAW},
    {"POST", "/v1/handoffs/{handoff_id}/release", "handoffs_release", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, ROUTE_NO_BODY_OK, .input = &release_spec,
     .command = COMMAND_HANDOFF_RELEASE},
    {"POST", "/v1/handoffs/{handoff_id}/assign", "handoffs_assign", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, .input = &assign_spec, .command = COMMAND_HANDOFF_ASSIGN},
    {"POST", "/v1/handoffs/{handoff_id}/feedback", "handoffs_feedback", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, .input = &feedback_spec, .command = COMMAND_FEEDBACK_GIVE},
    {"POST", "/v1/handoffs/{handoff_id}/dispute", "handoffs_dispute", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, .input = &dispute_spec, .command = COMMAND_FEEDBACK_DISPUTE},
    {"POST", "/v1/handoffs/{handoff_id}/appeal", "handoffs_appeal", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, .input = &dispute_spec, .command = COMMAND_FEEDBACK_APPEAL},
    {"POST", "/v1/handoffs/{handoff_id}/uphold", "handoffs_uphold", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, ROUTE_NO_BODY_OK, .input = &dispute_answer_spec,
     .command = COMMAND_FEEDBACK_UPHOLD},
    {"POST", "/v1/handoffs/{handoff_id}/concede", "handoffs_concede", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, ROUTE_NO_BODY_OK, .input = &dispute_answer_spec,
     .command = COMMAND_FEEDBACK_CONCEDE},
    {"POST", "/v1/handoffs/{handoff_id}/outcome", "handoffs_outcome", ROLE_WORK, ROUTE_WRITE,
     HANDOFF_BODY_MAX_BYTES, .input = &handoff_outcome_spec, .command = COMMAND_HANDOFF_OUTCOME},
    {"GET", "/livez", "livez", .flags = ROUTE_PUBLIC, .direct = health_live},
    {"GET", "/readyz", "readyz", .flags = ROUTE_PUBLIC, .direct = health_ready},
    {"GET", "/metrics", "metrics", .flags = ROUTE_PUBLIC, .direct = health_metrics},
    {"GET", "/", "docs_start", .flags = ROUTE_PUBLIC, .direct = docs_start},
    {"GET", "/web/{file}", "web_get", .flags = ROUTE_PUBLIC, .input = &web_get_input,
     .direct = web_get},
    {"GET", "/docs/{name}", "docs_get", .flags = ROUTE_PUBLIC, .input = &docs_get_input,
     .direct = docs_get},
    {"GET", "/problems", "problems_list", .flags = ROUTE_PUBLIC, .direct = problems_list},
    {"GET", "/problems/{code}", "problems_get", .flags = ROUTE_PUBLIC, .input = &problems_get_input,
     .direct = problems_get},
    {"GET", "/openapi.yaml", "openapi", .flags = ROUTE_PUBLIC, .direct = health_openapi},
};

const size_t routes_count = sizeof routes / sizeof *routes;
