/*
 * Clients that take up connections and hardly use them, one action a second each: some send their
 * headers or a body byte by byte, some read a large answer so, some say nothing at all, some have
 * had one answer and stay. Whoever is cut off comes again some seconds later.
 */
#ifndef BATON_TESTS_CROWD_H
#define BATON_TESTS_CROWD_H

#include "trial.h"

struct crowd;

struct crowd_counts {
    int open;         /* connections now */
    long long cut;    /* were closed by the server */
    long long missed; /* could not be opened */
};

/** So many connections to the first server, made within a second; they may need the limit of open
 *  files raised. */
struct crowd *crowd_start(const struct trial *trial, int connections);

struct crowd_counts crowd_counts(struct crowd *crowd);

/** Closes them all. */
void crowd_stop(struct crowd *crowd);

#endif
