/* /v1/members */
#ifndef BATON_SERVER_MEMBERS_API_H
#define BATON_SERVER_MEMBERS_API_H

#include "http/request.h"

extern const struct input_spec members_list_input;
enum err members_list_fill(struct request *r, void *input);
enum err members_list(struct request *r, struct read *read);

extern const struct input_spec member_create_spec;
extern const struct input_spec member_update_spec;

#endif
