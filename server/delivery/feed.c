#include "delivery/feed.h"

#include "base/json_out.h"
#include "store/read/feed_read.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** How often a ledger is looked at when nothing is heard from this process's own lanes. */
#define POLL_MS 500
/** How often at most. */
#define GAP_MS 20
/** Entries in one read. */
#define PAGE_ENTRIES 256
/** Entries that are kept for listeners to catch up with. */
#define RING_ENTRIES 512
/** Listeners who are further behind than that begin anew. */
#define BEHIND_MAX 10000
/** Listeners, at most, for whom older entries lie in memory at the same time. */
#define BACKLOGS_MAX 32
/** A sign of life for listeners and whatever is between. */
#define BEAT_MS 15000
/** Whoever takes nothing for so long is cut off. */
#define STALLED_MS 45000
/** A channel without listeners is forgotten. */
#define IDLE_MS    30000
#define READ_MS    2000
#define LINE_BYTES (16 << 10)
/** When clients come again, in milliseconds: of a stream that broke, of one that a server ended. */
#define RETRY_HINT       "retry: 3000\n"
#define RETRY_HINT_ENDED "retry: 1000\n\n"

/* An entry as it is sent. */
struct line {
    int64_t pos;
    int kind;
    struct uuid teams[FEED_TEAMS];
    char *text;
    size_t len;
};

/* One workspace that somebody listens to. */
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

/* ---- channels: under the mutex ---- */

static struct channel *find_channel(struct feed *feed, struct uuid workspace)
{
    struct channel *channel = feed->channels;

    while (channel != NULL && !uuid_equal(channel->workspace, workspace))
        channel = channel->next;
    return channel;
}

static struct channel *channel_of(struct feed *feed, struct uuid workspace)
{
    struct channel *channel = find_channel(feed, workspace);

    if (channel != NULL)
        return channel;
    channel = calloc(1, sizeof *channel);
    if (channel == NULL)
        return NULL;
    channel->workspace = workspace;
    channel->next = feed->channels;
    feed->channels = channel;
    return channel;
}

static void forget_lines(struct channel *channel)
{
    for (size_t i = 0; i < RING_ENTRIES; i++)
        free(channel->ring[i].text);
    memset(channel->ring, 0, sizeof channel->ring);
    channel->first = channel->count = 0;
}

static void free_channel(struct channel *channel)
{
    forget_lines(channel);
    config_release(channel->config);
    free(channel);
}

/* Positions are dense, so the lines are the last ones up to the head. */
static int64_t oldest(const struct channel *channel)
{
    return channel->head - (int64_t)channel->count + 1;
}

static const struct line *line_at(const struct channel *channel, int64_t pos)
{
    return &channel->ring[(channel->first + (size_t)(pos - oldest(channel))) % RING_ENTRIES];
}

static void add_line(struct channel *channel, const struct line *line)
{
    size_t place = (channel->first + channel->count) % RING_ENTRIES;

    if (channel->count == RING_ENTRIES) {
        free(channel->ring[place].text);
        channel->first = (channel->first + 1) % RING_ENTRIES;
        channel->count--;
    }
    channel->ring[place] = *line;
    channel->count++;
    channel->head = line->pos;
}

static bool interests(const struct feed_filter *filter, int kind,
                      const struct uuid teams[FEED_TEAMS])
{
    bool concerns = uuid_is_nil(filter->team);

    for (int i = 0; !concerns && i < FEED_TEAMS; i++)
        concerns = uuid_equal(teams[i], filter->team);
    return concerns && kind_set_has(&filter->kinds, kind);
}

/* ---- what one listener gets: HTTP thread ---- */

/* As many whole lines as fit; one that is longer than that is sent in parts. */
static size_t take_lines(struct feed_listener *listener, char *to, size_t max)
{
    const struct channel *channel = listener->channel;
    size_t len = 0;

    while (listener->pos < channel->head) {
        const struct line *line = line_at(channel, listener->pos + 1);
        bool wanted = interests(&listener->filter, line->kind, line->teams);
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
    return listener->placed && listener->pos + 1 >= oldest(listener->channel);
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

/* ---- reading: the feed's thread, without the mutex ---- */

static void write_line(const struct feed_item *item, const struct config *config,
                       struct json_out *json, struct text_out *out)
{
    json_out_clear(json);
    event_write(&item->event, config, json);
    text_out_format(out, "id: %" PRId64 "\nevent: %s\ndata: ", item->event.pos,
                    ledger_kind_name((int)item->event.kind));
    text_out_put_len(out, json->written.text, json->written.len);
    text_out_put(out, "\n\n");
}

static struct read begin_read(struct feed *feed, struct uuid workspace)
{
    return (struct read){
        .pg = feed->pg,
        .arena = arena_new(READ_MEMORY_MAX_BYTES),
        .workspace = workspace,
        .deadline = pg_deadline_in(READ_MS),
    };
}

/* The lines of a page, malloc'd. */
static enum err make_lines(struct arena *arena, const struct feed_page *page,
                           const struct config *config, struct line *lines)
{
    struct json_out json;
    struct text_out out;

    json_out_init(&json, arena, LINE_BYTES);
    text_out_init(&out, arena, LINE_BYTES);
    for (size_t i = 0; i < page->count; i++) {
        const struct feed_item *item = &page->items[i];
        text_out_clear(&out);
        write_line(item, config, &json, &out);
        lines[i] = (struct line){.pos = item->event.pos, .kind = (int)item->event.kind};
        memcpy(lines[i].teams, item->teams, sizeof lines[i].teams);
        lines[i].text = arena_failed(arena) ? NULL : strdup(out.text);
        lines[i].len = out.len;
        if (lines[i].text == NULL)
            return ERR_OUT_OF_MEMORY;
    }
    return ERR_NONE;
}

/* One read of a channel. */
struct news {
    struct feed_page page;
    struct line lines[PAGE_ENTRIES];
    const struct config *config; /* newer than the channel's, or NULL */
};

static enum err read_news(struct feed *feed, struct uuid workspace, int64_t after,
                          const struct config *config, struct news *news)
{
    struct read read = begin_read(feed, workspace);

    memset(news, 0, sizeof *news);
    if (read.arena == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = feed_read(&read, after, PAGE_ENTRIES, &news->page);
    bool changed = config == NULL || config->version != news->page.config_version;
    if (err == ERR_NONE && changed &&
        config_cache_load(feed->settings.cache, feed->pg, workspace, news->page.config_version,
                          pg_deadline_in(READ_MS), &news->config) != PG_OK)
        err = ERR_UNAVAILABLE;
    if (err == ERR_NONE && changed && news->config == NULL)
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE)
        err = make_lines(read.arena, &news->page, changed ? news->config : config, news->lines);
    news->page.items = NULL;
    arena_free(read.arena);
    return err;
}

static void drop_news(struct news *news)
{
    for (size_t i = 0; i < PAGE_ENTRIES; i++)
        free(news->lines[i].text);
    config_release(news->config);
}

/* ---- handing out: under the mutex ---- */

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

/* The database was replaced by one that has less: nobody's position counts any more. */
static void begin_anew(struct channel *channel, int64_t head)
{
    forget_lines(channel);
    channel->head = head;
    for (struct feed_listener *l = channel->listeners; l != NULL; l = l->next)
        if (l->placed && l->pos > head)
            reset(l);
}

static void take_news(struct channel *channel, struct news *news)
{
    if (channel->loaded && news->page.head < channel->head)
        begin_anew(channel, news->page.head);
    else if (!channel->loaded)
        channel->head = news->page.count == 0 ? news->page.head : channel->head;
    channel->loaded = true;
    for (size_t i = 0; i < news->page.count; i++) {
        add_line(channel, &news->lines[i]);
        news->lines[i].text = NULL;
    }
    if (news->page.head > channel->head)
        channel->signalled = true;
    if (news->config == NULL)
        return;
    config_release(channel->config);
    channel->config = news->config;
    news->config = NULL;
    for (struct feed_listener *l = channel->listeners; l != NULL; l = l->next)
        check_key(l);
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

static void wake_listeners(struct channel *channel, int64_t now_ms)
{
    for (struct feed_listener *l = channel->listeners; l != NULL; l = l->next)
        if (has_something(l, now_ms))
            stream_wake(&l->stream);
}

static bool has_come(const struct channel *channel, const struct feed_wait *wait)
{
    int64_t pos = wait->after + 1;

    if (!channel->loaded || pos > channel->head)
        return false;
    if (pos < oldest(channel))
        return true;
    while (pos <= channel->head && wait->wants != NULL && !wait->wants(line_at(channel, pos)->kind))
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

/* One for whom they can be read now. */
static struct feed_listener *find_behind(struct channel *channel)
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

static char *join_lines(struct news *news, const struct feed_filter *filter, size_t *len)
{
    size_t total = 0;

    for (size_t i = 0; i < news->page.count; i++)
        total += news->lines[i].len;
    char *text = malloc(total + 1);
    *len = 0;
    for (size_t i = 0; text != NULL && i < news->page.count; i++) {
        const struct line *line = &news->lines[i];
        if (!interests(filter, line->kind, line->teams))
            continue;
        memcpy(text + *len, line->text, line->len);
        *len += line->len;
    }
    return text;
}

/* Called and left with the mutex held. The listener may be gone when its page has been read: it is
 * found again by its number. */
static bool read_backlog(struct feed *feed, struct channel *channel, struct news *news)
{
    struct feed_listener *listener = find_behind(channel);

    if (listener == NULL)
        return false;
    const uint64_t number = listener->number;
    const int64_t after = listener->pos;
    const struct feed_filter filter = listener->filter;
    const struct config *config = config_hold(channel->config);
    pthread_mutex_unlock(&feed->mutex);
    enum err err = read_news(feed, channel->workspace, after, config, news);
    size_t len = 0;
    char *text = err == ERR_NONE && news->page.count > 0 ? join_lines(news, &filter, &len) : NULL;
    int64_t upto = news->page.count == 0 ? after : news->lines[news->page.count - 1].pos;
    drop_news(news);
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
    enum err err = read_news(feed, channel->workspace, after, config, news);
    pthread_mutex_lock(&feed->mutex);
    if (err == ERR_NONE)
        take_news(channel, news);
    drop_news(news);
    config_release(config);
    while (read_backlog(feed, channel, news))
        ;
}

static void serve(struct feed *feed, struct channel *channel, struct news *news)
{
    if (is_due(channel, pg_now_ms()))
        look(feed, channel, news);
    int64_t now_ms = pg_now_ms();
    wake_listeners(channel, now_ms);
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
            free_channel(channel);
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
    struct channel *channel = find_channel(feed, workspace);
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
        free_channel(c);
    }
    pg_free(feed->pg);
    pthread_mutex_destroy(&feed->mutex);
    pthread_cond_destroy(&feed->wake);
    free(feed);
}
