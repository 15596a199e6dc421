/*
 * The log: JSON lines on stderr, one write each. Never personal data, bodies, query values or
 * secrets: lines about requests carry ids, route patterns and numbers. Any thread; never waits:
 * lines that stderr does not take are dropped, and a later line says how many.
 */
#ifndef BATON_SERVER_LOG_H
#define BATON_SERVER_LOG_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_LINE_MAX_BYTES 2048

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

struct request;

/** Logs from this level on; access lines (level info) only when access is true. Before any thread
 *  starts. */
void log_set(enum log_level level, bool access);

/** {"time","level","event","detail"}: event is a fixed word, detail a sentence (NULL: none). */
void log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** As log_event, for a request: adds its id and operation. */
void log_request_event(enum log_level level, const struct request *r, const char *event,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/** The access line of a request that has ended. cut: its client was gone before the end. */
void log_access(const struct request *r, int64_t duration_us, bool cut);

#endif
