/*
 * Runs a back-test over the leads of a workspace, page by page, in bounded memory (backtest.h says
 * what is kept of them). Two threads, one of them the caller's, read and judge, each on its own
 * connection.
 */
#ifndef BATON_STORE_BACKTEST_RUN_H
#define BATON_STORE_BACKTEST_RUN_H

#include "core/evidence/backtest_request.h"
#include "store/pg/pg.h"

/** How long one page may take. */
#define BACKTEST_PAGE_TIMEOUT_MS 30000

struct backtest_watch {
    /** Called on the caller's thread after each of its pages and at the end, between transactions:
     *  meanwhile no other page is begun, and the connection is free. False ends the run. May take
     *  its time. */
    bool (*page)(void *context, int64_t done, int64_t total);
    void *context;
};

/** What comes of it. */
struct backtest_output {
    struct json_out json;  /* the caller's: the result goes there */
    const uint8_t *movers; /* MOVER_BYTES each, in the arena of the JSON; NULL: none */
    size_t movers_len;
};

/**
 * Runs on this connection (role baton_app) and on another like it, which is closed at the end.
 * ERR_UNAVAILABLE when the database is away, ERR_STATE_CONFLICT when the watch ended the run,
 * ERR_OUT_OF_MEMORY, ERR_INTERNAL.
 */
enum err backtest_run(struct pg *pg, const struct config *config,
                      const struct backtest_question *question, const struct backtest_watch *watch,
                      struct backtest_output *out) MUST_USE;

#endif
