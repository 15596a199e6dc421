#include "delivery/feed_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Listeners who are further behind than that begin anew. */
#define BEHIND_MAX 10000
/** Listeners, at most, for whom older entries lie in memory at the same time. */
#define BACKLOGS_MAX 32
/** A sign of life for listeners and whatever is between. */
#define BEAT_MS 15000
/** Whoever takes nothing for so long is cut off. */
#define STALLED_MS 45000
/** When clients come again, in milliseconds: of a stream that broke, of one that a server ended. */
#define RETRY_HINT       "retry: 3000\n"
#define RETRY_HINT_ENDED "retry: 1000\n\n"

bool feed_filter_wants(const struct feed_filter *filter, int kind,
                       const struct uuid teams[FEED_TEAMS])
{
    bool concerns = uuid_is_nil(filter->team);

    for (int i = 0; !concerns && i < FEED_TEAMS; i++)
        concerns = uuid_equal(teams[i], filter->team);
    return concerns && kind_set_has(&filter->kinds, kind);
}

/* ---- what one gets: HTTP thread ---- */

/* As many whole lines as fit; one that is longer than that is sent in parts. */
static size_t take_lines(struct feed_listener *listener, char *to, size_t max)
{
    const struct channel *channel = listener->channel;
    size_t len = 0;

    while (listener->pos < channel->head) {
        const struct line *line = channel_line(channel, listener->pos + 1);
        bool wanted = feed_filter_wants(&listener->filter, line->kind, line->teams);
        if (wanted && line->len > max - len) {
            if (len == 0) {
                listener->text = strdup(line->text);
                listener->len = listener->text == NULL ? 0 : line->len;
                listener->pos += listener->text != NULL;
            }
            break;
        }
        if (wanted) {
            memcpy(to + len, line->text, line->len);
            len += line->len;
        }
        listener->pos++;
    }
    return len;
}

static size_t take_text(struct feed_listener *listener, char *to, size_t max)
{
    size_t left = listener->len - listener->sent;
    size_t len = left < max ? left : max;

    memcpy(to, listener->text + listener->sent, len);
    listener->sent += len;
    if (listener->sent == listener->len) {
        free(listener->text);
        listener->text = NULL;
        listener->len = listener->sent = 0;
    }
    return len;
}

static bool is_caught_up(const struct feed_listener *listener)
{
    return listener->placed && listener->pos + 1 >= channel_oldest(listener->channel);
}

/* The texts that are written here always fit. */
static ssize_t next_piece(struct feed_listener *listener, char *to, size_t max)
{
    size_t len = 0;

    if (!listener->greeted && listener->placed) {
        listener->greeted = true;
        return snprintf(to, max, RETRY_HINT "id: %" PRId64 "\n\n", listener->pos);
    }
    if (listener->over && listener->text == NULL)
        return STREAM_END;
    if (listener->resets) {
        listener->resets = false;
        return snprintf(to, max, "event: reset\nid: %" PRId64 "\ndata: {\"pos\":%" PRId64 "}\n\n",
                        listener->pos, listener->pos);
    }
    if (listener->text == NULL && is_caught_up(listener))
        len = take_lines(listener, to, max);
    if (len == 0 && listener->text != NULL)
        len = take_text(listener, to, max);
    if (len > 0)
        return (ssize_t)len;
    if (listener->ends) {
        listener->over = true;
        return snprintf(to, max, RETRY_HINT_ENDED);
    }
    if (!listener->beats)
        return 0;
    listener->beats = false;
    return listener->placed ? snprintf(to, max, "id: %" PRId64 "\n\n", listener->pos)
                            : snprintf(to, max, ":\n\n");
}

static ssize_t pull(void *self, char *to, size_t max)
{
    struct feed_listener *listener = self;
    struct feed *feed = listener->feed;

    pthread_mutex_lock(&feed->mutex);
    ssize_t len = next_piece(listener, to, max);
    bool behind = len == 0 && listener->placed && !is_caught_up(listener);
    if (behind) {
        listener->channel->signalled = true;
        pthread_cond_signal(&feed->wake);
    }
    pthread_mutex_unlock(&feed->mutex);
    return len;
}

static bool open_stream(void *self)
{
    struct feed_listener *listener = self;
    struct feed *feed = listener->feed;

    pthread_mutex_lock(&feed->mutex);
    bool room = !feed->draining && feed->listener_count < feed->settings.listeners_max;
    struct channel *channel = room ? channel_of(feed, listener->caller.workspace) : NULL;
    if (channel != NULL) {
        listener->channel = channel;
        listener->number = ++feed->listener_number;
        listener->asks = channel->asks;
        listener->beat_ms = pg_now_ms();
        listener->next = channel->listeners;
        channel->listeners = listener;
        channel->signalled = true;
        feed->listener_count++;
        pthread_cond_signal(&feed->wake);
    }
    pthread_mutex_unlock(&feed->mutex);
    return channel != NULL;
}

static void close_stream(void *self)
{
    struct feed_listener *listener = self;
    struct feed *feed = listener->feed;
    struct channel *channel = listener->channel;

    pthread_mutex_lock(&feed->mutex);
    struct feed_listener **at = &channel->listeners;
    while (*at != listener)
        at = &(*at)->next;
    *at = listener->next;
    channel->used_ms = pg_now_ms();
    feed->listener_count--;
    free(listener->text);
    listener->text = NULL;
    pthread_mutex_unlock(&feed->mutex);
}

const struct stream_source feed_stream_source = {open_stream, pull, close_stream};

/* ---- handing out: the feed's thread ---- */

static void reset(struct feed_listener *listener)
{
    listener->pos = listener->channel->head;
    listener->placed = listener->resets = true;
    listener->resumes = false;
}

/* A position beyond the head is one of another database, unless the head was read before the
 * listener came. */
static void place(struct feed_listener *listener)
{
    const struct channel *channel = listener->channel;

    if (listener->after == FEED_NOW) {
        listener->pos = channel->head;
        listener->placed = true;
    } else if (listener->after > channel->head) {
        if (channel->asks > listener->asks)
            reset(listener);
    } else if (channel->head - listener->after > BEHIND_MAX) {
        reset(listener);
    } else {
        listener->pos = listener->after;
        listener->placed = listener->resumes = true;
    }
}

static void check_key(struct feed_listener *listener)
{
    const struct config *config = listener->channel->config;
    const struct api_key *key = config_key(config, listener->caller.key);
    const struct member *member = config_member(config, listener->caller.member);

    if (key == NULL || !config_key_stands(config, key) || (member != NULL && !member->active))
        listener->ends = listener->over = true;
}

void listeners_check_keys(struct channel *channel)
{
    for (struct feed_listener *l = channel->listeners; l != NULL; l = l->next)
        check_key(l);
}

void listeners_begin_anew(struct channel *channel)
{
    for (struct feed_listener *l = channel->listeners; l != NULL; l = l->next)
        if (l->placed && l->pos > channel->head)
            reset(l);
}

/* Whether it has anything new to say; who is too slow is cut off here. */
static bool has_something(struct feed_listener *listener, int64_t now_ms)
{
    const struct channel *channel = listener->channel;

    if (!listener->placed && channel->loaded)
        place(listener);
    if (listener->resumes && is_caught_up(listener))
        listener->resumes = false;
    listener->ends = listener->ends || now_ms > listener->until_ms;
    bool overtaken = listener->placed && !listener->resumes && !is_caught_up(listener);
    bool stalled = now_ms - stream_asked_us(&listener->stream) / 1000 > STALLED_MS;
    if ((overtaken || stalled) && !listener->cut) {
        listener->cut = listener->over = true;
        stream_cut(&listener->stream);
    }
    if (now_ms - listener->beat_ms >= BEAT_MS) {
        listener->beat_ms = now_ms;
        listener->beats = true;
    }
    bool greets = listener->placed && !listener->greeted;
    return greets || listener->beats || listener->resets || listener->ends ||
           listener->text != NULL || (is_caught_up(listener) && listener->pos < channel->head);
}

void listeners_wake(struct channel *channel, int64_t now_ms)
{
    for (struct feed_listener *l = channel->listeners; l != NULL; l = l->next)
        if (has_something(l, now_ms))
            stream_wake(&l->stream);
}

struct feed_listener *listener_find_behind(struct channel *channel)
{
    struct feed_listener *found = NULL;
    int backlogs = 0;

    for (struct feed_listener *l = channel->listeners; l != NULL; l = l->next) {
        backlogs += l->text != NULL;
        if (found == NULL && l->resumes && l->text == NULL && !l->over && !is_caught_up(l))
            found = l;
    }
    return backlogs < BACKLOGS_MAX ? found : NULL;
}
