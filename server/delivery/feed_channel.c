#include "delivery/feed_inside.h"

#include <stdlib.h>
#include <string.h>

struct channel *channel_find(struct feed *feed, struct uuid workspace)
{
    struct channel *channel = feed->channels;

    while (channel != NULL && !uuid_equal(channel->workspace, workspace))
        channel = channel->next;
    return channel;
}

struct channel *channel_of(struct feed *feed, struct uuid workspace)
{
    struct channel *channel = channel_find(feed, workspace);

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

void channel_forget_lines(struct channel *channel)
{
    for (size_t i = 0; i < RING_ENTRIES; i++)
        free(channel->ring[i].text);
    memset(channel->ring, 0, sizeof channel->ring);
    channel->first = channel->count = 0;
}

void channel_free(struct channel *channel)
{
    channel_forget_lines(channel);
    config_release(channel->config);
    free(channel);
}

/* Positions are dense, so the lines are the last ones up to the head. */
int64_t channel_oldest(const struct channel *channel)
{
    return channel->head - (int64_t)channel->count + 1;
}

const struct line *channel_line(const struct channel *channel, int64_t pos)
{
    return &channel
                ->ring[(channel->first + (size_t)(pos - channel_oldest(channel))) % RING_ENTRIES];
}

void channel_add(struct channel *channel, const struct line *line)
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
