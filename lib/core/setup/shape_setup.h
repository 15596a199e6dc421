/* The JSON shapes of the configuration as in openapi.yaml: one place for the answers of writes and
 * of reads. */
#ifndef BATON_CORE_SHAPE_SETUP_H
#define BATON_CORE_SHAPE_SETUP_H

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

/** Who made a key, as shape_actor() shows it. */
void shape_made_by(const struct config *config, struct actor actor, struct json_out *out);

/** Writes a member of the object: the public id of the key or source, which names the workspace. */
void shape_public_id(const struct config *config, const char *name, struct uuid id,
                     struct json_out *out);

/** Source, without its secret. */
void shape_source(const struct config *config, const struct source *source, struct json_out *out);

#endif
