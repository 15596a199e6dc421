/* /v1/campaigns/{campaign} */
#ifndef BATON_SERVER_CAMPAIGNS_API_H
#define BATON_SERVER_CAMPAIGNS_API_H

#include "http/request.h"

extern const struct input_spec campaign_put_spec;
extern const struct input_spec campaigns_get_input;
enum err campaigns_get(struct request *r, struct read *read);

#endif
