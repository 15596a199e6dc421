/* /v1/routes: from which team to which a lead may go (the table of URLs is in routes.c). */
#ifndef BATON_SERVER_ROUTES_API_H
#define BATON_SERVER_ROUTES_API_H

#include "http/request.h"

enum err routes_get(struct request *r, struct read *read);

extern const struct input_spec routes_replace_spec;

#endif
