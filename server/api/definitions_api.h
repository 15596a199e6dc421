/* /v1/definitions: reads, and the ways of a version from draft to in force. */
#ifndef BATON_SERVER_DEFINITIONS_API_H
#define BATON_SERVER_DEFINITIONS_API_H

#include "http/request.h"

#include "core/definition/definition.h"

#define DEFINITION_BODY_MAX_BYTES (256 << 10)

enum err definitions_list(struct request *r, struct reader *reader);
enum err definitions_get(struct request *r, struct reader *reader);
enum err definitions_version(struct request *r, struct reader *reader);

extern const struct input_spec definitions_diff_query;
enum err definitions_diff(struct request *r, struct reader *reader);

enum err definitions_draft(struct request *r, struct command *command);
enum err definitions_replace(struct request *r, struct command *command);
enum err definitions_propose(struct request *r, struct command *command);
enum err definitions_sign(struct request *r, struct command *command);
enum err definitions_decline(struct request *r, struct command *command);
enum err definitions_acknowledge(struct request *r, struct command *command);
enum err definitions_apply(struct request *r, struct command *command);

/** What leads have had, for the warnings of drafts and proposals (route.before). */
enum err definitions_draft_names(struct request *r, struct reader *reader);
enum err definitions_replace_names(struct request *r, struct reader *reader);
enum err definitions_propose_names(struct request *r, struct reader *reader);

struct known_names;
/** The same, in the request's arena. On error the reply is made. */
enum err definitions_known_names(struct request *r, struct reader *reader,
                                 const struct known_names **out) MUST_USE;

/** The term and version that the path names; 404 when they are none. Shared with the reads. */
enum err definitions_path(struct request *r, enum term *term, int *version) MUST_USE;

#endif
