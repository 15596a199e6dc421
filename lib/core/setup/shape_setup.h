/* The JSON shapes of configuration as openapi.yaml has them: one place for decided answers and for
 * reads. */
#ifndef BATON_CORE_SHAPE_SETUP_H
#define BATON_CORE_SHAPE_SETUP_H

#include "core/agreement/definition_rules.h"
#include "core/command.h"

/** Team */
void shape_team(const struct team *team, struct json_out *out);

/** Member; team is the member's. */
void shape_member(const struct member *member, const struct team *team, struct json_out *out);

/** Key; team is the key's. */
void shape_key(const struct config *config, const struct api_key *key, const struct team *team,
               struct json_out *out);

/** ["capture", …] */
void shape_roles(unsigned roles, struct json_out *out);

/** RouteList: {data: [Route]} */
void shape_routes(const struct config *config, const struct route_rule *routes, size_t count,
                  struct json_out *out);

/** Source, without its secret. */
void shape_source(const struct config *config, const struct source *source, struct json_out *out);

/** DefinitionVersion; the actions are bits of enum definition_action, warnings may be NULL. */
void shape_definition_version(const struct config *config, const struct definition_version *version,
                              const struct faults *warnings, unsigned actions,
                              struct json_out *out);

/** VersionSummary */
void shape_version_summary(const struct definition_version *version, struct json_out *out);

#endif
