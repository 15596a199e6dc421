/*
 * An answer that goes on: a body that is sent piece by piece for as long as its source has any and
 * the client is there. It is the answer of a read: the handler fills in a struct stream, and it
 * begins when the answer is sent. A stream that has nothing to send is suspended and costs no
 * thread.
 */
#ifndef BATON_SERVER_STREAM_H
#define BATON_SERVER_STREAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct MHD_Response;
struct request;

/** What stream_pull returns when there will be nothing more. */
#define STREAM_END ((ssize_t)-1)

struct stream_source {
    /** The answer is about to be sent. False: it cannot be, and the client gets 503. */
    bool (*open)(void *self);
    /** Writes up to max bytes; 0: there is nothing yet, stream_wake() will be called. */
    ssize_t (*pull)(void *self, char *to, size_t max);
    /** The client has gone, or the end was sent. Once for each open. */
    void (*close)(void *self);
};

/* All but the first three members are for stream.c; zero at first. Lives in the request's arena. */
struct stream {
    struct request *request;
    const struct stream_source *source; /* its functions are called on the HTTP thread */
    void *self;
    bool open;
    bool suspended;   /* under mutex, as all below */
    uint64_t wakes;   /* how often it was woken */
    int64_t asked_us; /* when the client last took something; monotonic */
    pthread_mutex_t mutex;
};

/** There may be more. Any thread, between open and close. */
void stream_wake(struct stream *stream);

/** Since when the client takes nothing, or has nothing to take; monotonic. */
int64_t stream_asked_us(struct stream *stream);

/** Ends the connection of a client that is too slow. Any thread, between open and close. */
void stream_cut(struct stream *stream);

/* ---- for intake and httpd ---- */

/** What HEAD gets: the headers of one, whose length nobody knows. NULL: short of memory. */
struct MHD_Response *stream_head_response(void);

/** Opens it. NULL: it could not be. */
struct MHD_Response *stream_response(struct stream *stream);
/** The request has ended; harmless when it was never opened. */
void stream_close(struct stream *stream);

#endif
