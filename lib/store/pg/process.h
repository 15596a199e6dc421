/* Starts other programs, also as another user, and waits for them to end. */
#ifndef BATON_STORE_PROCESS_H
#define BATON_STORE_PROCESS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESS_GROUPS_MAX 64

/** Whom a program runs as. */
struct process_user {
    bool change; /* false: as we are */
    uid_t uid;
    gid_t gid;
    gid_t groups[PROCESS_GROUPS_MAX];
    int group_count;
    char name[64];
};

struct process_spec {
    const char *const *argv; /* argv[0] is a path; NULL ends it */
    const struct process_user *user;
    int output; /* descriptor for stdout and stderr; -1: nowhere */
    /* Sent to it when the thread that started it ends; 0: none. So that thread must be one that
     * lives as long as the program is wanted. */
    int death_signal;
};

/** Its environment is only PATH and the locale. It gets its own session, so that a Ctrl-C in the
 * terminal does not reach it. Process id, or -1. */
pid_t process_start(const struct process_spec *spec) MUST_USE;

/** Starts it and waits; -1: it did not start, was killed, or the deadline (pg_now_ms) passed, and
 * it was killed then. Else its exit code. */
int process_run(const struct process_spec *spec, int64_t deadline) MUST_USE;

/** Whether our child has ended; reaps it. True also when it is not our child and is gone. */
bool process_has_ended(pid_t pid);

/** Waits until it has ended. False when the deadline passed. */
bool process_wait(pid_t pid, int64_t deadline) MUST_USE;

#endif
