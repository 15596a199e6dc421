/* /v1/rates */
#ifndef BATON_SERVER_RATES_API_H
#define BATON_SERVER_RATES_API_H

#include "http/request.h"

extern const struct input_spec rates_put_spec;
enum err rates_get(struct request *r, struct read *read);

#endif
