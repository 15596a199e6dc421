/* /v1/attribution/setups */
#ifndef BATON_SERVER_ATTRIBUTION_SETUPS_API_H
#define BATON_SERVER_ATTRIBUTION_SETUPS_API_H

#include "http/request.h"

extern const struct input_spec attribution_setup_spec;
enum err attribution_setups_fill(struct request *r, void *filled);

extern const struct input_spec attribution_setups_list_input;
extern const struct input_spec attribution_setups_get_input;
enum err attribution_setups_list(struct request *r, struct read *read);
enum err attribution_setups_get(struct request *r, struct read *read);

#endif
