/* /v1/me */
#ifndef BATON_SERVER_ME_API_H
#define BATON_SERVER_ME_API_H

#include "http/request.h"

enum err me_get(struct request *r, struct read *read);

#endif
