/*
 * Counters for Prometheus, text format 0.0.4. Counting is lock-free; any thread.
 */
#ifndef BATON_SERVER_METRICS_H
#define BATON_SERVER_METRICS_H

#include "base/json_out.h"

#include <stddef.h>
#include <stdint.h>

#define METRICS_MAX_BYTES (1 << 20) /* of the whole text */
#define METRICS_ADDED_MAX 64

struct request;
struct route;

enum metric {
    METRIC_CONNECTIONS,  /* gauge: open */
    METRIC_ACTIVE,       /* gauge: requests that have begun and not ended */
    METRIC_WAITING,      /* gauge: suspended, at the backend */
    METRIC_GUARDED,      /* counter: refused by the guard */
    METRIC_OVERLOADED,   /* counter: refused because too much is waiting */
    METRIC_RATE_LIMITED, /* counter: refused because a key or address asked for too much */
    METRIC_OVERDUE,      /* counter: answered by the deadline */
    METRIC_LATE,         /* counter: results that came after their deadline */
    METRIC_CUT_OFF,      /* counter: connections of slow clients that were closed */
    METRIC_COUNT
};

void metrics_add(enum metric metric, int64_t by);
int64_t metrics_value(enum metric metric);

/** The routes to count by; borrowed. Before the first request. */
void metrics_routes(const struct route *table, size_t count);

/** A request has ended. route NULL: none was found. */
void metrics_request(const struct route *route, int status, int64_t duration_us);

enum metric_kind { METRIC_IS_COUNTER, METRIC_IS_GAUGE };

/** Adds a number of another part, read whenever the metrics are asked for. name is without
 *  "baton_"; name and help are static. Before httpd_start. False when there are METRICS_ADDED_MAX
 *  already. */
bool metrics_register(enum metric_kind kind, const char *name, const char *help,
                      int64_t (*read)(void *self), void *self);

/** Writes the metrics as text. */
void metrics_write(struct text_out *text);

#endif
