/* What the bodies of the configuration's resources have in common. */
#ifndef BATON_SERVER_SETUP_INPUT_H
#define BATON_SERVER_SETUP_INPUT_H

#include "http/request.h"

#define SETUP_BODY_MAX_BYTES  (64 << 10)
#define SETUP_TITLE_MAX_CHARS 200
#define SETUP_NAME_MAX_CHARS  63

/** Room for the input of a command, zeroed; NULL: memory is short, and the request is refused. */
void *setup_new_input(struct request *r, size_t size);

/** As request_gather; a fault too when no member is given. */
enum err setup_read_change(struct request *r, const struct input_spec *spec, void *out) MUST_USE;

/** Adds a fault unless it is a name as teams, sources and workspaces have. NULL is none. */
void setup_check_name(struct request *r, const char *name, const char *pointer);

/** The normal form, or a fault. NULL stays NULL. */
const char *setup_email(struct request *r, const char *email, const char *pointer);

/** A path parameter that is a public id of this workspace; else 404. */
enum err setup_param_id(struct request *r, const char *name, struct uuid *out) MUST_USE;

/** A copy of *given in the arena, or NULL when it is not given: what an update leaves alone. */
const bool *setup_optional_bool(struct request *r, enum input_presence presence, bool given);

#endif
