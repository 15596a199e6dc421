/*
 * Opens a connection to the host of a connection string that takes writes. A round tries every
 * address of every host, the one that was good last time first, each a moment after the one
 * before, and the first that is there and takes writes wins: a silent host costs that moment and
 * not its timeout. One thread at a time.
 *
 * libpq's own list of hosts does not do that: it tries them one after the other from the first on,
 * each time, and waits at a silent one for connect_timeout, which is 2 s at least. Measured, five
 * connections in turn with the first host of two
 *   silent (power lost, packets dropped): libpq 2,008 to 2,015 ms each; here 105 ms, then 2 to 7
 * ms; dead (connection refused):            libpq 3 to 28 ms; here 4 to 11 ms. After a failover
 * each of the connections would so stand still for two seconds whenever it is opened.
 */
#ifndef BATON_STORE_PG_HOSTS_H
#define BATON_STORE_PG_HOSTS_H

#include "base/error.h"

#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

/** Addresses that one round tries, at most; the rest of a longer list is left out. */
#define PG_HOSTS_MAX 32
/** After this time without an answer the next address is tried too. */
#define PG_HOSTS_NEXT_MS 100
/** An attempt is given up after this time, unless the string has a connect_timeout. */
#define PG_HOSTS_WAIT_MS       2000
#define PG_HOSTS_WHY_MAX_BYTES 256

struct pg_hosts;

enum pg_hosts_state {
    PG_HOSTS_OPEN,
    PG_HOSTS_PENDING, /* nothing yet: the next call goes on with what was begun */
    PG_HOSTS_NONE,    /* no host of the round takes writes; the next call begins another */
};

/** URL or keyword string, as libpq takes it; it is copied. NULL when memory is short. */
struct pg_hosts *pg_hosts_new(const char *conninfo);

/** Also ends the attempts that are under way. */
void pg_hosts_free(struct pg_hosts *hosts);

/**
 * Goes on until there is a connection, until there can be none, or until the deadline (pg_now_ms).
 * *conn belongs to the caller; it is NULL unless PG_HOSTS_OPEN. why: of PG_HOSTS_NONE, in words of
 * libpq.
 */
enum pg_hosts_state pg_hosts_open(struct pg_hosts *hosts, int64_t deadline, PGconn **conn,
                                  char why[PG_HOSTS_WHY_MAX_BYTES]) MUST_USE;

#endif
