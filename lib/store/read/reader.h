/*
 * Readers: threads with a connection each, for everything that only reads. A read is one round
 * trip in a transaction of its own, with its row-level-security context (pg_queue_begin_read()).
 * They are dealt to workspaces and classes of cost in turn (read_queue.h).
 */
#ifndef BATON_STORE_READER_H
#define BATON_STORE_READER_H

#include "store/config_cache.h"
#include "store/pg/pg.h"
#include "store/read/read_queue.h"

struct readers;
struct reader;

/** A read is given up after this time, connecting included. */
#define READ_TIMEOUT_MS 5000
/** Without a database, reads are answered this long after they were submitted … */
#define READ_AWAY_MS 700
/** … or this long after a thread took them, if that is later. */
#define READ_AWAY_LEAST_MS 20
/** For checking the configuration's version. */
#define READ_REFRESH_MS 800

struct readers_settings {
    struct pg_settings database;
    struct config_cache *cache; /* borrowed */
    int threads;
};

struct readers *readers_start(const struct readers_settings *settings);
/** Runs the waiting jobs, then ends the threads. */
void readers_stop(struct readers *readers);

/** ERR_OVERLOADED (read_queue_put()), ERR_OUT_OF_MEMORY, ERR_UNAVAILABLE when stopping. Any thread;
 *  never waits. */
enum err readers_submit(struct readers *readers, struct reader_job *job) MUST_USE;
/** Takes back a job that no thread has taken yet. */
bool readers_cancel(struct readers *readers, struct reader_job *job);

/** For the store's read functions: the reader's connection. */
struct pg *reader_pg(struct reader *reader);

/** Until when a read may take, in terms of pg_now_ms(). */
int64_t reader_deadline(const struct reader *reader);

/** Connects when needed; returns ERR_UNAVAILABLE quickly when the database is away. Before a job's
 *  first read. */
enum err reader_connect(struct reader *reader) MUST_USE;

/** reader_connect(), then config_cache_refresh() on the reader's connection. */
enum err reader_refresh(struct reader *reader, struct uuid workspace, int64_t max_age_ms,
                        const struct config **out) MUST_USE;

#endif
