/*
 * Runs background jobs, one at a time per server: claims the oldest that is due, gives way to
 * captures that wait, and says how far it is. A job of a server that died is taken over when its
 * lease has lapsed.
 */
#ifndef BATON_SERVER_BACKGROUND_H
#define BATON_SERVER_BACKGROUND_H

#include "store/config_cache.h"
#include "store/lane.h"

struct background;

struct background_settings {
    struct pg_settings app;     /* for the work */
    struct pg_settings job;     /* for the claim */
    struct lanes *lanes;        /* borrowed */
    struct config_cache *cache; /* borrowed */
};

/** Starts its thread; NULL when memory or threads are short. */
struct background *background_start(const struct background_settings *settings);

/** Leaves the job at hand for another server, and ends the thread. NULL is fine. */
void background_stop(struct background *background);

#endif
