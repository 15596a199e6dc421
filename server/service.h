/* The service as a whole: what runs between the start of `baton serve` and its end. */
#ifndef BATON_SERVER_SERVICE_H
#define BATON_SERVER_SERVICE_H

#include "settings.h"

#include <stdatomic.h>

struct signing_key;

/**
 * Serves until SIGTERM, SIGINT or SIGHUP, drains, and answers an exit code (enum cli_exit). They
 * are blocked in the calling thread, so that it takes them by sigwait or signalfd. The database
 * stands behind settings->database_url and settings->job_url, its schema is checked; the private
 * cluster is watched by the caller. signing_key signs checkpoints; NULL: none are made. *ending
 * becomes true when it has drained; may be NULL.
 */
int service_run(const struct settings *settings, const struct signing_key *signing_key,
                atomic_bool *ending) MUST_USE;

#endif
