/* /v1/definitions: reads, and the steps of a version from draft to in force. */
#ifndef BATON_SERVER_DEFINITIONS_API_H
#define BATON_SERVER_DEFINITIONS_API_H

#include "http/request.h"

enum err definitions_list(struct request *r, struct read *read);

extern const struct input_spec definitions_get_input;
enum err definitions_get(struct request *r, struct read *read);

extern const struct input_spec definitions_version_input;
enum err definitions_version(struct request *r, struct read *read);

extern const struct input_spec definitions_diff_input;
enum err definitions_diff(struct request *r, struct read *read);

extern const struct input_spec definition_draft_spec;
extern const struct input_spec definition_replace_spec;
extern const struct input_spec definition_propose_spec;
extern const struct input_spec definition_sign_spec;
extern const struct input_spec definition_decline_spec;
extern const struct input_spec definition_acknowledge_spec;
extern const struct input_spec definition_apply_spec;

/** Adds the names that leads have had, for the warnings of drafts and proposals (route.before). */
enum err definitions_draft_names(struct request *r, struct read *read);
enum err definitions_replace_names(struct request *r, struct read *read);
enum err definitions_propose_names(struct request *r, struct read *read);

struct known_names;
/** The same, in the request's arena. ERR_OUT_OF_MEMORY, and what a read may answer. */
enum err definitions_known_names(struct request *r, struct read *read,
                                 const struct known_names **out) MUST_USE;

#endif
