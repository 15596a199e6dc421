/*
 * Runs background jobs, one at a time per server: claims the oldest that is due, gives way to
 * captures that wait, and reports progress. When a server dies, another takes over its job after
 * the lease has lapsed. A command of the command line runs the job that it requested on its own
 * thread.
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
    bool imports; /* it runs imports, and else all others: a long file holds up no back-test */
};

/** Called after each page and chunk; false leaves the job where it is. */
struct background_watch {
    bool (*progress)(void *context, int64_t done, int64_t total);
    void *context;
};

/** Starts its thread; NULL when memory is short or no thread can be started. */
struct background *background_start(const struct background_settings *settings);

/** Leaves the present job to another server, and ends the thread. NULL is fine. */
void background_stop(struct background *background);

/**
 * Runs this one job on the caller's thread until it has ended or the watch leaves it; in that case
 * another takes it over when its lease has lapsed. *ran is false when another server runs it, or it
 * has ended: nothing was done. ERR_UNAVAILABLE, ERR_OUT_OF_MEMORY when it could not begin; its row
 * says how it ended.
 */
enum err background_run(const struct background_settings *settings, struct uuid workspace,
                        struct uuid job, const struct background_watch *watch, bool *ran) MUST_USE;

#endif
