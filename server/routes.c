#include "health_api.h"
#include "leads_api.h"
#include "route.h"

#include "core/config.h"

const struct route routes[] = {
    {"POST", "/v1/leads", "leads_capture", ROLE_CAPTURE | ROLE_ADMIN, ROUTE_WRITE,
     LEAD_BODY_MAX_BYTES, .prepare = leads_capture},
    {"POST", "/v1/leads/batch", "leads_batch", ROLE_CAPTURE | ROLE_ADMIN, ROUTE_WRITE,
     BATCH_BODY_MAX_BYTES, ROUTE_RAW_BODY, .prepare = leads_batch},
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
    {"GET", "/livez", "livez", .flags = ROUTE_PUBLIC, .direct = health_live},
    {"GET", "/readyz", "readyz", .flags = ROUTE_PUBLIC, .direct = health_ready},
    {"GET", "/metrics", "metrics", .flags = ROUTE_PUBLIC, .direct = health_metrics},
    {"GET", "/openapi.yaml", "openapi", .flags = ROUTE_PUBLIC, .direct = health_openapi},
};

const size_t routes_count = sizeof routes / sizeof *routes;
