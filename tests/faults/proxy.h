/*
 * Stands between a server and its PostgreSQL, on a TCP port of 127.0.0.1, and does to their
 * connections what networks do, at a moment that the test names. It reads the protocol's messages
 * as they pass, so that a moment can be "when COMMIT has been sent".
 *
 *     struct proxy *proxy = proxy_start(database_cluster());
 *     proxy_arm(proxy, &(struct proxy_rule){.at = PROXY_COMMIT_SENT, .act = PROXY_CUT});
 *     … a write …
 *     proxy_wait_fired(proxy);
 *
 * A connection through it must have sslmode=disable. One thread of the test does the work; the
 * functions may be called from any other.
 */
#ifndef BATON_TESTS_PROXY_H
#define BATON_TESTS_PROXY_H

#include <stdbool.h>
#include <stdint.h>

#define PROXY_LINKS_MAX     64
#define PROXY_MESSAGE_MAX   (64 * 1024 * 1024) /* bytes */
#define PROXY_FIRED_WAIT_MS 15000
#define PROXY_STATEMENT_MAX 64 /* bytes of a statement's name */

struct proxy;

enum proxy_at {
    PROXY_NEVER,
    /* of COMMIT in a transaction that is not READ ONLY */
    PROXY_COMMIT_HELD,     /* its Execute has come and was not handed on */
    PROXY_COMMIT_SENT,     /* its Execute was handed on, with all that had come with it */
    PROXY_COMMIT_ANSWERED, /* its CommandComplete has come and was not handed on */
    PROXY_STATEMENT,       /* the Execute of rule.statement was handed on, and nothing after it */
    /* counted from when the rule was armed or fired last, over the connections on which
     * rule.statement was ever bound, all without one; the last byte goes through */
    PROXY_FRONTEND_BYTES,
    PROXY_BACKEND_BYTES,
};

enum proxy_act {
    PROXY_PASS,
    PROXY_CUT,       /* both sides are closed */
    PROXY_RESET,     /* the same, by RST */
    PROXY_BLACKHOLE, /* what comes from either side is swallowed, also its end */
    PROXY_SLOW,      /* bytes_per_ms from here on */
    PROXY_ORPHAN,    /* the client's side is cut; what it had sent, COMMIT included, goes on to
                        PostgreSQL after hold_ms */
};

struct proxy_rule {
    enum proxy_at at;
    enum proxy_act act;
    /* Only in a transaction in which this statement was bound, before; NULL: any. The name of a
     * statement that only writes of a lane have is answer_insert. */
    const char *statement;
    int64_t bytes;
    int bytes_per_ms;
    int hold_ms;
    int times; /* so often it fires; 0: once */
};

/** What a new connection meets. */
enum proxy_door {
    PROXY_OPEN,
    PROXY_REFUSING,  /* nobody listens */
    PROXY_SILENT,    /* it is taken and nothing is said */
    PROXY_ANSWERING, /* an error, with the code that proxy_door_error() names */
};

struct proxy_counts {
    int connections;                       /* opened since it started */
    int links;                             /* open now, black-holed ones included */
    int fired;                             /* rules, since the last was armed */
    int64_t frontend_bytes, backend_bytes; /* handed on since the rule was armed or fired */
};

/** To the unix socket that this keyword string names. Ends the program when it cannot. */
struct proxy *proxy_start(const char *conninfo);

/** Closes everything. Harmless with NULL. */
void proxy_stop(struct proxy *proxy);

/** The port that it listens on; it stays the same. */
int proxy_port(const struct proxy *proxy);

/** Instead of the rule before; NULL: none. */
void proxy_arm(struct proxy *proxy, const struct proxy_rule *rule);

/** Waits until the rule has fired so often as it may; the test fails when it does not. */
void proxy_wait_fired(struct proxy *proxy);

/** Does this to every connection that is open, now. */
void proxy_do(struct proxy *proxy, enum proxy_act act);

void proxy_door(struct proxy *proxy, enum proxy_door door);

/** PROXY_ANSWERING, with this SQLSTATE. */
void proxy_door_error(struct proxy *proxy, const char *sqlstate);

/** Every piece is handed on so many milliseconds after it came; 0: at once. */
void proxy_delay(struct proxy *proxy, int ms);

/** No more than so many bytes in a millisecond and direction, of every connection; 0: any. */
void proxy_rate(struct proxy *proxy, int bytes_per_ms);

/** Nothing more happens to anybody: no rule, open door, no delay; what is black-holed is closed. */
void proxy_heal(struct proxy *proxy);

struct proxy_counts proxy_counts(struct proxy *proxy);

#endif
