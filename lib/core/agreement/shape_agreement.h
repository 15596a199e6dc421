/* The JSON shapes of agreements and their versions as openapi.yaml has them. */
#ifndef BATON_CORE_SHAPE_AGREEMENT_H
#define BATON_CORE_SHAPE_AGREEMENT_H

#include "core/agreement/agreement_rules.h"

/** DefinitionVersion, or AgreementVersion of routes and goals; the actions are bits of enum
 * agreement_action, warnings may be NULL. */
void shape_agreement_version(const struct config *config, const struct agreement_version *version,
                             const struct faults *warnings, unsigned actions, struct json_out *out);

/** AgreementList: each with what is open of it, as this caller may act on it. */
void shape_agreements(const struct config *config, const struct caller *caller,
                      struct json_out *out);

/** MemberRef */
void shape_member_ref(const struct config *config, struct uuid member, struct json_out *out);

/** VersionSummary */
void shape_version_summary(const struct agreement_version *version, struct json_out *out);

#endif
