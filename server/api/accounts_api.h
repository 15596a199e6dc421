/* /v1/accounts */
#ifndef BATON_SERVER_ACCOUNTS_API_H
#define BATON_SERVER_ACCOUNTS_API_H

#include "http/request.h"

extern const struct input_spec account_put_spec;
extern const struct input_spec accounts_get_input;
extern const struct input_spec accounts_list_input;
enum err accounts_get(struct request *r, struct read *read);
enum err accounts_list_fill(struct request *r, void *filled);
enum err accounts_list(struct request *r, struct read *read);

#endif
