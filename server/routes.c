#include "attribution_api.h"
#include "definitions_api.h"
#include "deliveries_read_api.h"
#include "etag_reply.h"
#include "feeds_api.h"
#include "handoffs_read_api.h"
#include "health_api.h"
#include "keys_api.h"
#include "leads_api.h"
#include "leads_read_api.h"
#include "me_api.h"
#include "members_api.h"
#include "reports_api.h"
#include "route.h"
#include "routes_api.h"
#include "setup_input.h"
#include "sources_api.h"
#include "teams_api.h"
#include "vocabulary_api.h"

#include "core/config.h"

const struct route routes[] = {
    {"POST", "/v1/leads", "leads_capture", ROLE_CAPTURE | ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .prepare = leads_capture},
    {"GET", "/v1/leads", "leads_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .query = &leads_list_query, .read = leads_list},
    {"POST", "/v1/leads/batch", "leads_batch", ROLE_CAPTURE | ROLE_ADMIN, ROUTE_WRITE,
     BATCH_BODY_MAX_BYTES, ROUTE_RAW_BODY, .prepare = leads_batch},
    {"GET", "/v1/leads/{lead_id}", "leads_get", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .read = leads_get},
    {"GET", "/v1/leads/{lead_id}/timeline", "leads_timeline", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .query = &leads_timeline_query, .read = leads_timeline},
    {"GET", "/v1/leads/{lead_id}/verdicts", "leads_verdicts", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .query = &leads_verdicts_query, .read = leads_verdicts},
    {"PATCH", "/v1/leads/{lead_id}", "leads_update", ROLE_WORK | ROLE_CAPTURE | ROLE_ADMIN,
     ROUTE_WRITE, LEAD_BODY_MAX_BYTES, .prepare = leads_update},
    {"POST", "/v1/leads/{lead_id}/touches", "leads_add_touch",
     ROLE_CAPTURE | ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE, LEAD_BODY_MAX_BYTES,
     .prepare = leads_add_touch},
    {"POST", "/v1/leads/{lead_id}/facts", "leads_set_facts", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .prepare = leads_set_facts},
    {"POST", "/v1/leads/{lead_id}/override", "leads_override", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .prepare = leads_override},
    {"POST", "/v1/leads/{lead_id}/merge", "leads_merge", ROLE_WORK | ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .prepare = leads_merge},
    {"POST", "/v1/leads/{lead_id}/erase", "leads_erase", ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, ROUTE_NO_BODY_OK, .prepare = leads_erase},
    {"GET", "/v1/handoffs", "handoffs_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .query = &handoffs_list_query, .read = handoffs_list},
    {"GET", "/v1/handoffs/{handoff_id}", "handoffs_get", ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .read = handoffs_get},
    {"GET", "/v1/feedback", "feedback_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .query = &feeds_query, .read = feedback_list},
    {"GET", "/v1/events", "events_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .query = &feeds_query, .read = events_list},
    {"GET", "/v1/attribution", "attribution_get", ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .query = &attribution_query_spec, .read = attribution_get},
    {"GET", "/v1/reports/funnel", "reports_funnel",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ, .query = &reports_funnel_query,
     .read = reports_funnel},
    {"GET", "/v1/campaigns", "campaigns_list", ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_ADMIN,
     ROUTE_READ, .query = &campaigns_query, .read = campaigns_list},
    {"GET", "/v1/attributes", "attributes_list",
     ROLE_REPORT | ROLE_READ | ROLE_WORK | ROLE_SIGN | ROLE_ADMIN, ROUTE_READ,
     .read = attributes_list},
    {"GET", "/v1/deliveries", "deliveries_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .query = &deliveries_query, .read = deliveries_list},
    {"GET", "/v1/definitions", "definitions_list", 0, ROUTE_READ, .flags = ROUTE_FRESH,
     .read = definitions_list},
    {"GET", "/v1/definitions/{term}", "definitions_get", 0, ROUTE_READ, .flags = ROUTE_FRESH,
     .read = definitions_get},
    {"POST", "/v1/definitions/{term}/versions", "definitions_draft", ROLE_SIGN | ROLE_ADMIN,
     ROUTE_WRITE, DEFINITION_BODY_MAX_BYTES, .prepare = definitions_draft,
     .before = definitions_draft_names, .finish = etag_reply_document},
    {"GET", "/v1/definitions/{term}/versions/{version}", "definitions_version", 0, ROUTE_READ,
     .flags = ROUTE_FRESH, .read = definitions_version},
    {"PUT", "/v1/definitions/{term}/versions/{version}", "definitions_replace",
     ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, DEFINITION_BODY_MAX_BYTES, .prepare = definitions_replace,
     .before = definitions_replace_names, .finish = etag_reply_document},
    {"GET", "/v1/definitions/{term}/versions/{version}/diff", "definitions_diff", 0, ROUTE_READ,
     .flags = ROUTE_FRESH, .query = &definitions_diff_query, .read = definitions_diff},
    {"POST", "/v1/definitions/{term}/versions/{version}/propose", "definitions_propose",
     ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES, ROUTE_NO_BODY_OK,
     .prepare = definitions_propose, .before = definitions_propose_names},
    {"POST", "/v1/definitions/{term}/versions/{version}/sign", "definitions_sign", ROLE_SIGN,
     ROUTE_WRITE, SETUP_BODY_MAX_BYTES, .prepare = definitions_sign},
    {"POST", "/v1/definitions/{term}/versions/{version}/decline", "definitions_decline", ROLE_SIGN,
     ROUTE_WRITE, SETUP_BODY_MAX_BYTES, .prepare = definitions_decline},
    {"POST", "/v1/definitions/{term}/versions/{version}/acknowledge", "definitions_acknowledge",
     ROLE_WORK | ROLE_SIGN | ROLE_ADMIN, ROUTE_WRITE, .prepare = definitions_acknowledge},
    {"GET", "/v1/teams", "teams_list", 0, ROUTE_READ, .flags = ROUTE_FRESH, .read = teams_list},
    {"POST", "/v1/teams", "teams_create", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .prepare = teams_create, .finish = etag_reply_body},
    {"PATCH", "/v1/teams/{team}", "teams_update", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .prepare = teams_update, .before = teams_update_used, .finish = etag_reply_body},
    {"GET", "/v1/members", "members_list", ROLE_READ | ROLE_WORK | ROLE_ADMIN, ROUTE_READ,
     .flags = ROUTE_FRESH, .query = &members_query, .read = members_list},
    {"POST", "/v1/members", "members_create", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .prepare = members_create, .finish = etag_reply_body},
    {"PATCH", "/v1/members/{member_id}", "members_update", ROLE_ADMIN, ROUTE_WRITE,
     SETUP_BODY_MAX_BYTES, .prepare = members_update, .finish = etag_reply_body},
    {"GET", "/v1/keys", "keys_list", ROLE_ADMIN, ROUTE_READ, .flags = ROUTE_FRESH,
     .query = &keys_query, .read = keys_list},
    {"POST", "/v1/keys", "keys_create", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .prepare = keys_create},
    {"POST", "/v1/keys/{key_id}/revoke", "keys_revoke", ROLE_ADMIN, ROUTE_WRITE,
     .prepare = keys_revoke},
    {"GET", "/v1/routes", "routes_get", ROLE_READ | ROLE_WORK | ROLE_SIGN | ROLE_ADMIN, ROUTE_READ,
     .flags = ROUTE_FRESH, .read = routes_get},
    {"PUT", "/v1/routes", "routes_replace", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .prepare = routes_put, .finish = etag_reply_body},
    {"GET", "/v1/sources", "sources_list", ROLE_READ | ROLE_ADMIN, ROUTE_READ, .flags = ROUTE_FRESH,
     .read = sources_list},
    {"POST", "/v1/sources", "sources_create", ROLE_ADMIN, ROUTE_WRITE, SETUP_BODY_MAX_BYTES,
     .prepare = sources_create, .finish = etag_reply_source},
    {"PATCH", "/v1/sources/{source_id}", "sources_update", ROLE_ADMIN, ROUTE_WRITE,
     SETUP_BODY_MAX_BYTES, .prepare = sources_update, .finish = etag_reply_body},
    {"GET", "/v1/me", "me_get", 0, ROUTE_READ, .flags = ROUTE_FRESH, .read = me_get},
    {"GET", "/livez", "livez", .flags = ROUTE_PUBLIC, .direct = health_live},
    {"GET", "/readyz", "readyz", .flags = ROUTE_PUBLIC, .direct = health_ready},
    {"GET", "/metrics", "metrics", .flags = ROUTE_PUBLIC, .direct = health_metrics},
    {"GET", "/openapi.yaml", "openapi", .flags = ROUTE_PUBLIC, .direct = health_openapi},
};

const size_t routes_count = sizeof routes / sizeof *routes;
