#include "http/stream.h"

#include "http/httpd_inside.h"
#include "http/watch.h"

#include <microhttpd.h>

/* The largest piece that is sent at once. */
#define PIECE_BYTES 4096

/* To suspend and to be woken exclude each other; to pull and to be woken do not, since the source
 * may wake with locks held that pulling needs. So whoever was woken since it last looked, looks
 * again. */
static ssize_t read_piece(void *self, uint64_t pos, char *to, size_t max)
{
    struct stream *stream = self;

    (void)pos;
    for (;;) {
        pthread_mutex_lock(&stream->mutex);
        uint64_t wakes = stream->wakes;
        stream->asked_us = httpd_now_us();
        pthread_mutex_unlock(&stream->mutex);
        ssize_t len = stream->source->pull(stream->self, to, max);
        if (len == STREAM_END)
            return MHD_CONTENT_READER_END_OF_STREAM;
        if (len > 0)
            return len;
        pthread_mutex_lock(&stream->mutex);
        bool idle = stream->wakes == wakes;
        if (idle) {
            stream->suspended = true;
            MHD_suspend_connection(stream->request->connection);
        }
        pthread_mutex_unlock(&stream->mutex);
        if (idle)
            return 0;
    }
}

void stream_wake(struct stream *stream)
{
    pthread_mutex_lock(&stream->mutex);
    stream->wakes++;
    if (stream->suspended) {
        stream->suspended = false;
        MHD_resume_connection(stream->request->connection);
    }
    pthread_mutex_unlock(&stream->mutex);
}

int64_t stream_asked_us(struct stream *stream)
{
    pthread_mutex_lock(&stream->mutex);
    int64_t asked_us = stream->asked_us;
    pthread_mutex_unlock(&stream->mutex);
    return asked_us;
}

void stream_cut(struct stream *stream)
{
    watch_expect(stream->request->client, 0);
}

static ssize_t read_nothing(void *self, uint64_t pos, char *to, size_t max)
{
    (void)self;
    (void)pos;
    (void)to;
    (void)max;
    return MHD_CONTENT_READER_END_OF_STREAM;
}

struct MHD_Response *stream_head_response(void)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1, read_nothing, NULL, NULL);
}

struct MHD_Response *stream_response(struct stream *stream)
{
    pthread_mutex_init(&stream->mutex, NULL);
    stream->asked_us = httpd_now_us();
    if (!stream->source->open(stream->self)) {
        pthread_mutex_destroy(&stream->mutex);
        return NULL;
    }
    stream->open = true;
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, read_piece, stream, NULL);
    if (response == NULL)
        stream_close(stream);
    return response;
}

void stream_close(struct stream *stream)
{
    if (!stream->open)
        return;
    stream->open = false;
    stream->source->close(stream->self);
    pthread_mutex_destroy(&stream->mutex);
}
