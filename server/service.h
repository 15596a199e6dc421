/* The whole service: everything that runs between the start of `baton serve` and its end. */
#ifndef BATON_SERVER_SERVICE_H
#define BATON_SERVER_SERVICE_H

#include "settings.h"

#include <stdatomic.h>

struct keyring;
struct running;
struct signing_key;

/** Given in addition to the settings; borrowed. */
struct service_keys {
    struct keyring *secrets;     /* opens sealed values in the database */
    struct signing_key *signing; /* signs checkpoints; NULL: this server makes none */
};

/**
 * Serves until SIGTERM, SIGINT or SIGHUP, drains, and answers an exit code (enum cli_exit). They
 * are blocked in the calling thread, so that it takes them by sigwait or signalfd. The database
 * stands behind settings->database_url and settings->job_url, its schema is checked; the private
 * cluster is watched by the caller. *ending
 * becomes true when it has drained; may be NULL. What *self says is noted in
 * settings->run_directory while it listens; its url is set here.
 */
int service_run(const struct settings *settings, const struct service_keys *keys,
                struct running *self, atomic_bool *ending) MUST_USE;

#endif
