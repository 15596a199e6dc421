/* How a step is put and how its answer is read; see play.h. */
#ifndef BATON_TESTS_PLAY_INSIDE_H
#define BATON_TESTS_PLAY_INSIDE_H

#include "client.h"
#include "play.h"

#include "base/instant.h"

#define PLAY_TARGET_MAX 160  /* bytes */
#define PLAY_BODY_MAX   4096 /* bytes */
#define PLAY_KEY_MAX    128  /* bytes */

struct play_request {
    const char *method;
    char target[PLAY_TARGET_MAX];
    char body[PLAY_BODY_MAX]; /* "": none */
    char idempotency_key[32]; /* "": none */
    enum who who;
};

/** The moment that the model calls 0. */
instant play_beginning(void);

/** For all but ACT_DEFINE, ACT_REPEAT and ACT_REUSE. */
void play_put(const struct deed *deed, struct play_request *out);

/** A version of mql that asks for so many employees; of sql. The caller frees it. */
char *play_mql(int employees);
/** A document of routes: the one from marketing to sales. The caller frees it. */
char *play_routes(bool automatic);
const char *play_sql(void);

/** members: ids of those who have keys of their own. */
void play_hear(enum act act, const struct answer *answer, const struct uuid members[WHO_MARKETING],
               struct reply *out);

#endif
