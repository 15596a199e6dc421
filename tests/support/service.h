/*
 * A server for one test: `baton serve` (BATON_BINARY) on a free port of 127.0.0.1, with a log file
 * of its own. It dies with the test program.
 */
#ifndef BATON_TESTS_SERVICE_H
#define BATON_TESTS_SERVICE_H

#include <stdbool.h>
#include <sys/types.h>

#define SERVICE_READY_WAIT_MS 30000
#define SERVICE_STOP_WAIT_MS  30000

struct service;

struct service_setting {
    const char *name; /* of the environment */
    const char *value;
};

/**
 * Starts it and waits until /readyz answers 200. The settings, up to the one without a name, are
 * added to the environment (NULL: none). Ends the program, with the log, when it does not get
 * ready; skips the suite when BATON_BINARY is not set.
 */
struct service *service_start(const char *database_url, const struct service_setting *settings);

/** The same without a process: service_launch() or service_restart() starts it. */
struct service *service_new(const char *database_url, const struct service_setting *settings);

/** Starts the process and does not wait for it. */
void service_launch(struct service *service);

/** SIGTERM; the test fails unless the server drains and exits 0 and its log has no line of level
 *  error. Then as service_free. */
void service_stop(struct service *service);

/** SIGKILL, and waits for the end of the process. It can be started again. */
void service_kill(struct service *service);

/** Sends it this signal, which is to end it, and waits for the end: the status as of waitpid(). It
 *  can be started again. */
int service_end(struct service *service, int signal_number);

/** Starts an ended server again: same port, same settings, the log goes on. */
void service_restart(struct service *service);

/** Kills what still runs and removes the log. */
void service_free(struct service *service);

/** "http://127.0.0.1:<port>" */
const char *service_url(const struct service *service);

/** The sample baton_<name> of /metrics, which has no labels; the test fails when there is none. */
long long service_metric(const struct service *service, const char *name);

pid_t service_pid(const struct service *service);

/** Path of the log: one JSON object a line. */
const char *service_log(const struct service *service);

/** Lines of the log whose "level" is this. */
int service_log_count(const struct service *service, const char *level);

#endif
