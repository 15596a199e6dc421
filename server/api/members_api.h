/* /v1/members */
#ifndef BATON_SERVER_MEMBERS_API_H
#define BATON_SERVER_MEMBERS_API_H

#include "http/request.h"

extern const struct input_spec members_query;

enum err members_list(struct request *r, struct reader *reader);
enum err members_create(struct request *r, struct command *command);
enum err members_update(struct request *r, struct command *command);

#endif
