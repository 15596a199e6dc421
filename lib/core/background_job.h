/*
 * A background job: work that somebody asked for and that takes longer than a request. It is
 * queued by a command, run by whichever server claims it, and read and cancelled as /v1/jobs/{id}.
 *
 *     queued ──▶ running ──▶ done | failed
 *        └──────────┴──────▶ cancelled
 */
#ifndef BATON_CORE_BACKGROUND_JOB_H
#define BATON_CORE_BACKGROUND_JOB_H

#include "core/config.h"
#include "core/lead/lead.h"

/** Jobs of one workspace that may be queued or running at once. Each holds a slot, numbered from 1,
 *  which a unique index keeps apart. */
#define BACKGROUND_SLOTS 16

enum background_kind {
    BACKGROUND_BACKTEST,
    BACKGROUND_APPLY,
    BACKGROUND_IMPORT,
    BACKGROUND_KIND_COUNT
};

const char *background_kind_name(enum background_kind kind);

enum background_state {
    BACKGROUND_QUEUED,
    BACKGROUND_RUNNING,
    BACKGROUND_DONE,
    BACKGROUND_FAILED,
    BACKGROUND_CANCELLED,
    BACKGROUND_STATE_COUNT
};

const char *background_state_name(enum background_state state);

struct background_job {
    enum row_state row;
    struct uuid id;
    enum background_kind kind;
    enum background_state state;
    int slot;            /* while queued or running; 0: from before there were slots */
    const char *request; /* JSON: the request, in the form of its kind */
    size_t request_len;
    int64_t done;       /* leads, or rows of an import */
    int64_t total;      /* approximate; 0 while unknown */
    const char *result; /* JSON, when done */
    size_t result_len;
    const char *error;    /* a code of base/error.h, when failed */
    struct uuid asked_by; /* the member; nil: by a team's key */
    struct uuid team;
    instant created_at;
    instant started_at;
    instant ended_at;
};

/** As the API shows it. */
void background_write(const struct config *config, const struct background_job *job,
                      struct json_out *out);

#endif
