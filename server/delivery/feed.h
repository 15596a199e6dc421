/*
 * Those who listen: streams, and reads that wait for something new. One thread follows the ledger
 * of each workspace that somebody listens to and hands what comes to all of them, so that a
 * thousand listeners read the database as often as one. It learns of what this process writes at
 * once (feed_signal()), and of what others write within half a second.
 */
#ifndef BATON_SERVER_FEED_H
#define BATON_SERVER_FEED_H

#include "http/stream.h"

#include "core/command.h"
#include "core/ledger/kind_set.h"
#include "store/config_cache.h"
#include "store/pg/pg.h"

struct feed;

struct feed_settings {
    struct pg_settings database; /* role baton_app */
    struct config_cache *cache;  /* borrowed */
    int listeners_max;           /* streams at once */
    int waits_max;               /* reads that wait at once */
};

/** NULL when there is not enough memory or the thread does not start. */
struct feed *feed_start(const struct feed_settings *settings);

/** Ends the streams, each with a hint when to come again, and the waits; takes no new ones. */
void feed_drain(struct feed *feed);

/** After the last stream was closed. NULL is fine. */
void feed_stop(struct feed *feed);

/** The ledger of this workspace may have grown. Any thread; never waits. */
void feed_signal(void *feed, struct uuid workspace);

/* ---- streams ---- */

#define FEED_NOW INT64_C(-1)

struct feed_filter {
    struct kind_set kinds;
    struct uuid team; /* only what concerns it; nil: everything */
};

/** A stream of events. Lives in the request's arena; the first six are filled in by whoever makes
 *  it, the rest is zero. */
struct feed_listener {
    struct feed *feed;
    struct feed_filter filter;
    struct caller caller; /* whose key is looked at again when the configuration changes */
    int64_t after;        /* position to go on from; FEED_NOW: the present one */
    int64_t until_ms;     /* pg_now_ms(): it ends then, and whoever comes again is looked at anew */
    struct stream stream; /* its source is feed_stream_source, its self this listener */
    /* for feed.c */
    struct channel *channel;
    struct feed_listener *next;
    uint64_t number; /* of all listeners there have been */
    uint64_t asks;   /* how often its channel had been read when it came */
    int64_t pos;     /* all up to here was sent, or is of no interest */
    int64_t beat_ms; /* when it last had a sign of life; pg_now_ms() */
    char *text;      /* what is being sent; malloc'd */
    size_t len, sent;
    bool greeted, placed, resumes, resets, beats, ends, over, cut;
};

extern const struct stream_source feed_stream_source;

/* ---- reads that wait ---- */

struct feed_wait {
    struct uuid workspace;
    int64_t after;                        /* position up to which the read has seen all */
    bool (*wants)(int kind);              /* which entries may be what it waits for; NULL: all */
    int64_t until_ms;                     /* pg_now_ms() */
    void (*wake)(struct feed_wait *wait); /* once, on the feed's thread: read again */
    void *owner;
    struct feed_wait *next; /* for feed.c */
};

/** False when there are too many, or the service is ending: it is not waited for. Otherwise wake is
 *  called, perhaps before this returns. */
bool feed_wait(struct feed *feed, struct feed_wait *wait);

#endif
