/* The JSON shapes of routes and of definitions' versions as openapi.yaml has them. */
#ifndef BATON_CORE_SHAPE_AGREEMENT_H
#define BATON_CORE_SHAPE_AGREEMENT_H

#include "core/agreement/definition_rules.h"

/** RouteList: {data: [Route]} */
void shape_routes(const struct config *config, const struct route_rule *routes, size_t count,
                  struct json_out *out);

/** DefinitionVersion; the actions are bits of enum definition_action, warnings may be NULL. */
void shape_definition_version(const struct config *config, const struct definition_version *version,
                              const struct faults *warnings, unsigned actions,
                              struct json_out *out);

/** VersionSummary */
void shape_version_summary(const struct definition_version *version, struct json_out *out);

#endif
