#include "health_api.h"
#include "route.h"

const struct route routes[] = {
    {"GET", "/livez", "livez", .flags = ROUTE_PUBLIC, .direct = health_live},
    {"GET", "/readyz", "readyz", .flags = ROUTE_PUBLIC, .direct = health_ready},
    {"GET", "/metrics", "metrics", .flags = ROUTE_PUBLIC, .direct = health_metrics},
    {"GET", "/openapi.yaml", "openapi", .flags = ROUTE_PUBLIC, .direct = health_openapi},
};

const size_t routes_count = sizeof routes / sizeof *routes;
