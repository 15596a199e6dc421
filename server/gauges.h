/*
 * Numbers over all workspaces that an operator sets alarms on, for /metrics: read by the jobs'
 * thread, a few workspaces at a time, and published when a round is complete; a scrape reads
 * numbers and never the database. Without names of workspaces: /metrics needs no key.
 */
#ifndef BATON_SERVER_GAUGES_H
#define BATON_SERVER_GAUGES_H

#include "store/pg/pg.h"

struct gauges;

struct gauges *gauges_new(void);
void gauges_free(struct gauges *gauges);

/** Adds them to the metrics. Before httpd_start(); they must live as long as it does. */
void gauges_register(struct gauges *gauges);

/** Continues the round, or begins one when the last was GAUGES_EVERY_MS ago. Sessions of baton_job
 *  and baton_app; one thread. */
void gauges_go_on(struct gauges *gauges, struct pg *job, struct pg *app);

#define GAUGES_EVERY_MS 10000

#endif
