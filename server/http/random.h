/* Ids that are new. Any thread. */
#ifndef BATON_SERVER_RANDOM_H
#define BATON_SERVER_RANDOM_H

#include "base/uuid.h"

/** A UUIDv7 of the present moment. */
struct uuid random_uuid(void);

#endif
