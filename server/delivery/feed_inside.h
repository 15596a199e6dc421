/*
 * The inside of the feed, for its files alone: channels with the newest entries (feed_channel.c),
 * how they are read (feed_news.c), what each listener gets of them (feed_listener.c), and the
 * thread that goes round (feed.c). All but the reading is under the feed's mutex.
 */
#ifndef BATON_SERVER_FEED_INSIDE_H
#define BATON_SERVER_FEED_INSIDE_H

#include "delivery/feed.h"

#include "store/read/feed_read.h"

#include <pthread.h>

/** Entries in one read. */
#define PAGE_ENTRIES 256
/** Entries that are kept for listeners to catch up with. */
#define RING_ENTRIES 512

/** An entry as it is sent. */
struct line {
    int64_t pos;
    int kind;
    struct uuid teams[FEED_TEAMS];
    char *text;
    size_t len;
};

/** One workspace that somebody listens to. */
struct channel {
    struct uuid workspace;
    struct channel *next;
    bool loaded;
    bool signalled;
    uint64_t asks;    /* reads that have begun */
    int64_t asked_ms; /* when the last did */
    int64_t used_ms;
    int64_t head; /* position of the newest line */
    struct line ring[RING_ENTRIES];
    size_t first, count;
    const struct config *config;
    struct feed_listener *listeners;
    struct feed_wait *waits;
};

struct feed {
    struct feed_settings settings;
    struct pg *pg;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct channel *channels;
    int listener_count, wait_count;
    uint64_t listener_number;
    bool draining, stopping;
};

/* ---- channels ---- */

/** NULL when there is none. */
struct channel *channel_find(struct feed *feed, struct uuid workspace);
/** Made when there is none; NULL when memory is short. */
struct channel *channel_of(struct feed *feed, struct uuid workspace);
void channel_forget_lines(struct channel *channel);
void channel_free(struct channel *channel);
/** Position of the oldest line that is kept, one after the head when there is none. */
int64_t channel_oldest(const struct channel *channel);
/** One that is kept. */
const struct line *channel_line(const struct channel *channel, int64_t pos);
/** The next one; its text becomes the channel's. */
void channel_add(struct channel *channel, const struct line *line);

/* ---- news ---- */

/** One read of a channel. */
struct news {
    struct feed_page page;
    struct line lines[PAGE_ENTRIES];
    const struct config *config; /* newer than the channel's, or NULL */
};

/** Entries after a position; config is the channel's, or NULL. The feed's thread, without the
 *  mutex. news_drop() gives it back, whatever came of it. */
enum err news_read(struct feed *feed, struct uuid workspace, int64_t after,
                   const struct config *config, struct news *news);
void news_drop(struct news *news);
/** Those that the filter wants, one after the other, malloc'd; NULL when memory is short. */
char *news_join(struct news *news, const struct feed_filter *filter, size_t *len);

/* ---- listeners ---- */

bool feed_filter_wants(const struct feed_filter *filter, int kind,
                       const struct uuid teams[FEED_TEAMS]);
/** Those who have something new to say are asked for it; who is too slow is cut off. */
void listeners_wake(struct channel *channel, int64_t now_ms);
/** The database was replaced by one that has less: nobody's position counts any more. */
void listeners_begin_anew(struct channel *channel);
/** The configuration is another: whose key has gone ends. */
void listeners_check_keys(struct channel *channel);
/** One for whom older entries can be read now, or NULL. */
struct feed_listener *listener_find_behind(struct channel *channel);

#endif
