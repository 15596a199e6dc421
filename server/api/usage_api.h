/* /v1/usage */
#ifndef BATON_SERVER_USAGE_API_H
#define BATON_SERVER_USAGE_API_H

#include "http/request.h"

enum err usage_get(struct request *r, struct read *read);

#endif
