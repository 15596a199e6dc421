#include "delivery/feed_inside.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/** How often a ledger is looked at when nothing is heard from this process's own lanes. */
#define POLL_MS 500
/** How often at most. */
#define GAP_MS 20
/** A channel without listeners is forgotten. */
#define IDLE_MS 30000

/* ---- what was read ---- */

/* The database was replaced by one that has less: nobody's position counts any more. */
static void begin_anew(struct channel *channel, int64_t head)
{
    channel_forget_lines(channel);
    channel->head = head;
    listeners_begin_anew(channel);
}

static void take_news(struct channel *channel, struct news *news)
{
    if (channel->loaded && news->page.head < channel->head)
        begin_anew(channel, news->page.head);
    else if (!channel->loaded)
        channel->head = news->page.count == 0 ? news->page.head : channel->head;
    channel->loaded = true;
    for (size_t i = 0; i < news->page.count; i++) {
        channel_add(channel, &news->lines[i]);
        news->lines[i].text = NULL;
    }
    if (news->page.head > channel->head)
        channel->signalled = true;
    if (news->config == NULL)
        return;
    config_release(channel->config);
    channel->config = news->config;
    news->config = NULL;
    listeners_check_keys(channel);
}

/* ---- reads that wait ---- */

static bool has_come(const struct channel *channel, const struct feed_wait *wait)
{
    int64_t pos = wait->after + 1;

    if (!channel->loaded || pos > channel->head)
        return false;
    if (pos < channel_oldest(channel))
        return true;
    while (pos <= channel->head && wait->wants != NULL &&
           !wait->wants(channel_line(channel, pos)->kind))
        pos++;
    return pos <= channel->head;
}

/* Takes those off whose wait is over; the caller wakes them without the mutex. */
static struct feed_wait *take_waits(struct feed *feed, struct channel *channel, int64_t now_ms)
{
    struct feed_wait *over = NULL;

    for (struct feed_wait **at = &channel->waits; *at != NULL;) {
        struct feed_wait *wait = *at;
        if (!feed->draining && now_ms < wait->until_ms && !has_come(channel, wait)) {
            at = &wait->next;
            continue;
        }
        *at = wait->next;
        wait->next = over;
        over = wait;
        feed->wait_count--;
        channel->used_ms = now_ms;
    }
    return over;
}

bool feed_wait(struct feed *feed, struct feed_wait *wait)
{
    pthread_mutex_lock(&feed->mutex);
    bool room = !feed->draining && feed->wait_count < feed->settings.waits_max;
    struct channel *channel = room ? channel_of(feed, wait->workspace) : NULL;
    if (channel != NULL) {
        wait->next = channel->waits;
        channel->waits = wait;
        channel->signalled = true;
        feed->wait_count++;
        pthread_cond_signal(&feed->wake);
    }
    pthread_mutex_unlock(&feed->mutex);
    return channel != NULL;
}

/* ---- older entries for those who come again ---- */

/* Called and left with the mutex held. The listener may be gone when its page has been read: it is
 * found again by its number. */
static bool read_backlog(struct feed *feed, struct channel *channel, struct news *news)
{
    struct feed_listener *listener = listener_find_behind(channel);

    if (listener == NULL)
        return false;
    const uint64_t number = listener->number;
    const int64_t after = listener->pos;
    const struct feed_filter filter = listener->filter;
    const struct config *config = config_hold(channel->config);
    pthread_mutex_unlock(&feed->mutex);
    enum err err = news_read(feed, channel->workspace, after, config, news);
    size_t len = 0;
    char *text = err == ERR_NONE && news->page.count > 0 ? news_join(news, &filter, &len) : NULL;
    int64_t upto = news->page.count == 0 ? after : news->lines[news->page.count - 1].pos;
    news_drop(news);
    config_release(config);
    pthread_mutex_lock(&feed->mutex);
    for (listener = channel->listeners; listener != NULL && listener->number != number;)
        listener = listener->next;
    if (listener == NULL || text == NULL || len == 0) {
        free(text);
        text = NULL;
    }
    if (listener != NULL && err == ERR_NONE) {
        listener->pos = upto;
        listener->text = text;
        listener->len = len;
        stream_wake(&listener->stream);
    }
    return err == ERR_NONE;
}

/* ---- the thread ---- */

static bool is_due(const struct channel *channel, int64_t now_ms)
{
    int64_t since_ms = now_ms - channel->asked_ms;

    return since_ms >= POLL_MS || (channel->signalled && since_ms >= GAP_MS);
}

/* Called and left with the mutex held. */
static void look(struct feed *feed, struct channel *channel, struct news *news)
{
    const struct config *config = channel->config == NULL ? NULL : config_hold(channel->config);
    int64_t after = channel->loaded ? channel->head : -PAGE_ENTRIES;

    channel->signalled = false;
    channel->asked_ms = pg_now_ms();
    channel->asks++;
    pthread_mutex_unlock(&feed->mutex);
    enum err err = news_read(feed, channel->workspace, after, config, news);
    pthread_mutex_lock(&feed->mutex);
    if (err == ERR_NONE)
        take_news(channel, news);
    news_drop(news);
    config_release(config);
    while (read_backlog(feed, channel, news))
        ;
}

static void serve(struct feed *feed, struct channel *channel, struct news *news)
{
    if (is_due(channel, pg_now_ms()))
        look(feed, channel, news);
    int64_t now_ms = pg_now_ms();
    listeners_wake(channel, now_ms);
    struct feed_wait *over = take_waits(feed, channel, now_ms);
    if (over == NULL)
        return;
    pthread_mutex_unlock(&feed->mutex);
    for (struct feed_wait *next; over != NULL; over = next) {
        next = over->next;
        over->wake(over);
    }
    pthread_mutex_lock(&feed->mutex);
}

/* Listeners come and go only at the channels' lists, and channels go only here. */
static void serve_all(struct feed *feed, struct news *news)
{
    for (struct channel **at = &feed->channels; *at != NULL && !feed->stopping;) {
        struct channel *channel = *at;
        if (channel->listeners != NULL || channel->waits != NULL) {
            serve(feed, channel, news);
        } else if (pg_now_ms() - channel->used_ms > IDLE_MS) {
            *at = channel->next;
            channel_free(channel);
            continue;
        }
        at = &channel->next;
    }
}

static bool is_signalled(const struct feed *feed)
{
    for (const struct channel *channel = feed->channels; channel != NULL; channel = channel->next)
        if (channel->signalled && (channel->listeners != NULL || channel->waits != NULL))
            return true;
    return false;
}

static void rest(struct feed *feed, long ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&feed->wake, &feed->mutex, &until);
}

static void *follow(void *argument)
{
    struct feed *feed = argument;
    struct news *news = calloc(1, sizeof *news);

    pthread_mutex_lock(&feed->mutex);
    while (!feed->stopping && news != NULL) {
        serve_all(feed, news);
        if (feed->stopping)
            break;
        if (feed->channels == NULL)
            pthread_cond_wait(&feed->wake, &feed->mutex);
        else
            rest(feed, is_signalled(feed) ? GAP_MS : POLL_MS);
    }
    pthread_mutex_unlock(&feed->mutex);
    free(news);
    return NULL;
}

void feed_signal(void *self, struct uuid workspace)
{
    struct feed *feed = self;

    pthread_mutex_lock(&feed->mutex);
    struct channel *channel = channel_find(feed, workspace);
    if (channel != NULL && (channel->listeners != NULL || channel->waits != NULL)) {
        channel->signalled = true;
        pthread_cond_signal(&feed->wake);
    }
    pthread_mutex_unlock(&feed->mutex);
}

/* ---- life ---- */

struct feed *feed_start(const struct feed_settings *settings)
{
    struct feed *feed = calloc(1, sizeof *feed);
    pthread_condattr_t monotonic;

    if (feed == NULL)
        return NULL;
    feed->settings = *settings;
    feed->pg = pg_new(&settings->database);
    pthread_mutex_init(&feed->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&feed->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (feed->pg != NULL && pthread_create(&feed->thread, NULL, follow, feed) == 0)
        return feed;
    pg_free(feed->pg);
    free(feed);
    return NULL;
}

void feed_drain(struct feed *feed)
{
    pthread_mutex_lock(&feed->mutex);
    feed->draining = true;
    for (struct channel *c = feed->channels; c != NULL; c = c->next) {
        for (struct feed_listener *l = c->listeners; l != NULL; l = l->next) {
            l->ends = true;
            stream_wake(&l->stream);
        }
    }
    pthread_cond_signal(&feed->wake);
    pthread_mutex_unlock(&feed->mutex);
}

void feed_stop(struct feed *feed)
{
    if (feed == NULL)
        return;
    pthread_mutex_lock(&feed->mutex);
    feed->stopping = true;
    pthread_cond_signal(&feed->wake);
    pthread_mutex_unlock(&feed->mutex);
    pthread_join(feed->thread, NULL);
    for (struct channel *next, *c = feed->channels; c != NULL; c = next) {
        next = c->next;
        channel_free(c);
    }
    pg_free(feed->pg);
    pthread_mutex_destroy(&feed->mutex);
    pthread_cond_destroy(&feed->wake);
    free(feed);
}
