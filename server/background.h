/*
 * Runs background jobs, one at a time per server: claims the oldest that is due, gives way to
 * captures that wait, and says how far it is. A job of a server that died is taken over when its
 * lease has lapsed. The command line runs the job that it asked for in its own thread.
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

/** Told after each page and chunk; false leaves the job where it is. */
struct background_watch {
    bool (*told)(void *context, int64_t done, int64_t total);
    void *context;
};

/** Starts its thread; NULL when memory or threads are short. */
struct background *background_start(const struct background_settings *settings);

/** Leaves the job at hand for another server, and ends the thread. NULL is fine. */
void background_stop(struct background *background);

/**
 * Runs this one job in the caller's thread until it has ended, or the watch leaves it: then another
 * takes it over when its lease has lapsed. *ran is false when it is another's, or has ended:
 * nothing was done. ERR_UNAVAILABLE, ERR_OUT_OF_MEMORY when it could not be begun; how it ended
 * stands in its row.
 */
enum err background_run(const struct background_settings *settings, struct uuid workspace,
                        struct uuid job, const struct background_watch *watch, bool *ran) MUST_USE;

#endif
