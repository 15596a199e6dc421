/*
 * What the clients of a fault test were promised: every write that got a decided answer, with its
 * key, its body and the bytes of the answer. Any thread, and since libcheck cannot be left from
 * any, a promise that is broken ends the program with a message.
 */
#ifndef BATON_TESTS_JOURNAL_H
#define BATON_TESTS_JOURNAL_H

#include "client.h"

#include <stdint.h>

/** From the first try of a write to its decided answer. */
#define JOURNAL_WAIT_MS 30000
/** Every so manyth write is repeated at once and must answer the same bytes. */
#define JOURNAL_REPEAT_EVERY 10

struct journal;

/** All texts are copied. */
struct write {
    const char *method; /* NULL: POST */
    const char *target;
    const char *token;
    const char *key; /* Idempotency-Key; NULL: one of the server's own, to keep and never repeat */
    const char *body;
};

struct journal_counts {
    long long acknowledged; /* answered 2xx */
    long long refused;      /* decided otherwise: 4xx */
    long long captured;     /* of the acknowledged, leads that were created */
    long long tries;        /* requests sent */
    long long unanswered;   /* of these, without an answer or with 503 */
    int64_t slowest_ms;     /* the longest wait for a decided answer */
};

struct journal *journal_new(void);
void journal_free(struct journal *journal);

/**
 * Sends a write and repeats it with its key, without an answer or after 503, until it is decided;
 * the program ends when that takes too long, or when a 503 has no Retry-After. Returns the status;
 * out, if not NULL, is the answer, which the caller releases.
 */
int journal_write(struct journal *journal, struct client *client, const struct write *write,
                  struct answer *out);

/** Keeps what was decided in another way, such as a write that is not repeated. */
void journal_keep(struct journal *journal, const struct write *write, const struct answer *answer);

struct journal_counts journal_counts(struct journal *journal);

/** Repeats every kept write, or `at_most` of them spread over all; each must answer the status and
 *  bytes that it did. */
void journal_repeat(struct journal *journal, struct client *client, size_t at_most);

/** The ids of the leads of acknowledged captures, one for each capture: "/lead/id". visit must
 *  not use the journal. */
void journal_each_capture(struct journal *journal, void (*visit)(void *context, const char *lead),
                          void *context);

#endif
