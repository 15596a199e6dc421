/* /v1/keys */
#ifndef BATON_SERVER_KEYS_API_H
#define BATON_SERVER_KEYS_API_H

#include "http/request.h"

extern const struct input_spec keys_list_input;
enum err keys_list(struct request *r, struct read *read);

extern const struct input_spec key_create_spec;
extern const struct input_spec key_revoke_spec;

#endif
