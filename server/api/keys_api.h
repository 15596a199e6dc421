/* /v1/keys */
#ifndef BATON_SERVER_KEYS_API_H
#define BATON_SERVER_KEYS_API_H

#include "http/request.h"

extern const struct input_spec keys_query;

enum err keys_list(struct request *r, struct reader *reader);
enum err keys_create(struct request *r, struct command *command);
enum err keys_revoke(struct request *r, struct command *command);

#endif
