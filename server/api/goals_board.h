/* What both sides promised, as signed, and how far each promise is: what the reports of goals, the
 * scoreboard and the five questions say of it. */
#ifndef BATON_SERVER_GOALS_BOARD_H
#define BATON_SERVER_GOALS_BOARD_H

#include "http/request.h"

#include "base/text_out.h"
#include "core/report/goal_progress.h"
#include "core/report/report.h"
#include "store/read/read.h"

/** A goal with all that is known of it. */
struct standing {
    const struct goal *goal;
    const struct goal_basis *basis; /* the report and columns that it rests on */
    struct goal_span span;
    struct report_query query;
    struct report_row row; /* of that report */
    struct goal_count count;
    struct goal_progress progress;
};

struct goals_board {
    const struct agreement_version *version; /* NULL: nothing was promised */
    instant at;
    instant as_of; /* INSTANT_NONE: now */
    struct standing *standings;
    size_t count;
};

/** The goals that were in force at as_of (INSTANT_NONE: now), in their present periods. */
enum err goals_board_read(struct request *r, const struct read *read, instant as_of,
                          struct goals_board *out) MUST_USE;

const char *goals_board_side(enum side side);

/** {"kind": "goals", "version", "state"}, or null. */
void goals_board_write_agreement(const struct goals_board *board, struct json_out *out);

/** An object with everything, its links too. */
void standing_write(const struct standing *standing, struct json_out *out);

/** To what its number counts. */
void standing_put_link(const struct standing *standing, struct text_out *out);

#endif
