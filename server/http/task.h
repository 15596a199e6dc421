/*
 * A request on its way through the store: looked up, read, or decided in a lane. Lives in the
 * request's arena. A batch is several jobs of one task.
 */
#ifndef BATON_SERVER_TASK_H
#define BATON_SERVER_TASK_H

#include "http/request.h"

#include "core/intake/lead_batch.h"
#include "core/setup/session.h"
#include "store/lane.h"
#include "store/read/reader.h"

#include <stdatomic.h>

struct address_rules;
struct feed;

/** One chunk of a batch, or a whole command. */
struct task_job {
    struct lane_job lane;
    struct task *task;
    struct batch_input chunk;
    char *answer; /* of a chunk: its JSON items, in the request's arena */
    size_t answer_len;
    bool replayed;
    enum err err;
};

struct task {
    struct request *r;
    struct lanes *lanes;
    struct readers *readers;
    struct reader_job reading;
    struct task_job *jobs;
    size_t job_count;
    atomic_size_t pending;      /* jobs that have not answered */
    struct session_text *token; /* of a session; NULL: there is none */
    struct session session;     /* found by it */
    bool looked_up;             /* the configuration was confirmed for this request */
    enum err lookup_err;
    atomic_bool is_read;               /* with a reader now, not in a lane */
    struct feed *feed;                 /* of the service; for those who listen */
    const struct address_rules *rules; /* likewise; for those to whom is sent */
    bool mails;                        /* mail can be sent */
    /** Puts a read that has found nothing aside, and starts it again (task_read_again()) when there
     *  may be something; false: it is not to wait. Set by a read's handler, NULL otherwise. */
    bool (*wait)(struct task *task);
    void *waits_for;    /* what the handler keeps from one time to the next */
    bool waited_enough; /* the handler is to answer with what it finds */
};

/** The request's task; made on first use. NULL when memory is short. */
struct task *task_of(struct request *r, struct lanes *lanes, struct readers *readers);

/** Queues the prepared command, or the read. Answers the request itself when it cannot. */
void task_start(struct task *task);

/** Queues the storing of a piece of an upload. Answers the request itself when it cannot. */
void task_store(struct task *task);

/** Queues a read that was put aside. Any thread. */
void task_read_again(struct task *task);

/** Takes back what no thread has begun. */
bool task_cancel(struct task *task);

#endif
