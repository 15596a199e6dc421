/*
 * A sequence of steps, done to a workspace of its own by clients over HTTP, and what they heard.
 */
#ifndef BATON_TESTS_PLAY_H
#define BATON_TESTS_PLAY_H

#include "model.h"
#include "service.h"

#define PLAY_READS_MAX (MODEL_LEADS_MAX + MODEL_HANDOFFS_MAX)

/* What the ledger says of one lead. */
struct play_trail {
    struct uuid lead;
    uint8_t kinds[MODEL_TRAIL_MAX];
    uint8_t actors[MODEL_TRAIL_MAX]; /* as in struct model_lead */
    int64_t times[MODEL_TRAIL_MAX];  /* µs */
    int count;
    int touch_count; /* what the lead's row says … */
    int touches;     /* … and how many rows there are */
};

struct play {
    struct deed *deeds; /* by step, then the reads at the end */
    size_t count;
    struct play_trail *trails;
    int trail_count;
    long long handoff_count; /* rows */
};

struct play_setting {
    const char *conninfo; /* of a superuser */
    struct service *service;
    int clients; /* 1: one after the other, in the order of the sequence */
    int kills;   /* of the server, meanwhile */
};

/**
 * Makes a workspace and plays; then reads every lead and handoff that anybody heard of, and the
 * ledger. A write that was not answered is repeated with its key until it is, a PATCH, which has
 * none, is not. The test fails when the service does not answer at all. play_free() it.
 */
struct play *play_sequence(const struct play_setting *setting, const struct sequence *sequence);

void play_free(struct play *play);

#endif
