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
extern const struct input_spec definition_suspend_spec;
extern const struct input_spec definition_delete_spec;
extern const struct input_spec definition_comment_spec;
extern const struct input_spec definition_edits_spec;
extern const struct input_spec definition_apply_spec;
/** Of struct lead_try_input. */
extern const struct input_spec definition_try_spec;
/** Of struct routes_try_input. */
extern const struct input_spec routes_try_spec;

/* ---- routes and goals ---- */

enum err agreements_list(struct request *r, struct read *read);
enum err responsibilities_list(struct request *r, struct read *read);
enum err routes_get(struct request *r, struct read *read);
enum err goals_get(struct request *r, struct read *read);

extern const struct input_spec agreements_version_input;
extern const struct input_spec agreements_diff_input;
extern const struct input_spec agreement_draft_spec;
extern const struct input_spec agreement_replace_spec;
extern const struct input_spec agreement_propose_spec;
extern const struct input_spec agreement_sign_spec;
extern const struct input_spec agreement_decline_spec;
extern const struct input_spec agreement_suspend_spec;
extern const struct input_spec agreement_named_spec;
extern const struct input_spec agreement_comment_spec;

/** Say of which of the two an input is (route.fill). */
enum err agreement_of_routes(struct request *r, void *input);
enum err agreement_of_goals(struct request *r, void *input);

/** Adds the names that leads have had, for the warnings of drafts and proposals (route.before). */
enum err definitions_draft_names(struct request *r, struct read *read);
enum err definitions_replace_names(struct request *r, struct read *read);
enum err definitions_propose_names(struct request *r, struct read *read);

struct known_names;
/** The same, in the request's arena. ERR_OUT_OF_MEMORY, and what a read may answer. */
enum err definitions_known_names(struct request *r, struct read *read,
                                 const struct known_names **out) MUST_USE;

#endif
