/* Questions about the service itself: alive, ready, counters, contract. */
#ifndef BATON_SERVER_HEALTH_API_H
#define BATON_SERVER_HEALTH_API_H

#include "base/error.h"

struct request;

enum err health_live(struct request *r) MUST_USE;
enum err health_ready(struct request *r) MUST_USE;
enum err health_metrics(struct request *r) MUST_USE;
enum err health_openapi(struct request *r) MUST_USE;

#endif
