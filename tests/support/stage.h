/*
 * Where stories play: one server with a database and a clock of its own per program, and a new
 * workspace for each story, so that stories do not see each other. Time that passes in one has
 * passed for those after it.
 *
 * Of a workspace the story knows its name as ${workspace}, ${ana} and ${max} (members of marketing,
 * ana is admin), ${sam} and
 * ${sue} (of sales, sam is admin), each the key of that member, and ${marketing} and ${sales}, the
 * keys of the teams themselves. With --sdr among the options there is no sales team; who is named
 * there is known in the same way.
 */
#ifndef BATON_TESTS_STAGE_H
#define BATON_TESTS_STAGE_H

#include "service.h"
#include "story.h"
#include "suite.h"
#include "test_clock.h"

struct stage {
    struct client *client;
    struct story *story;
};

/**
 * A new workspace and its story. options are more words for `baton workspace create`, such as
 * "--starter mql --sign"; "" for none. The server starts with the first of them.
 */
struct stage stage_open(const char *options);

void stage_close(struct stage *stage);

/** Plays a story in a new workspace. */
void stage_play(const char *options, const struct step *steps);

/** Makes another workspace; its keys get the names with this prefix: ${other_ana} … */
void stage_add_workspace(struct stage *stage, const char *prefix, const char *options);

/** The name of the workspace that was made last. */
const char *stage_workspace(void);

/** The folder of a real funnel's files (BATON_FUNNEL, or where the source's neighbour has them):
 * the marketing funnel of Olist, marketing_qualified_leads.csv and closed_deals.csv. NULL: there is
 *  none. */
const char *stage_real_funnel(void);
#define STAGE_NO_FUNNEL "there is no real funnel: BATON_FUNNEL names a folder with Olist's files"

/** Calls as the one whom the story knows by this name; the test fails unless it is answered with
 * this status. The caller releases the answer. */
struct answer stage_call(struct stage *stage, const char *as, const char *method,
                         const char *target, const char *body, int status);

/** Makes a document agreed on: drafted, proposed and signed by ana and sam, so that it is in force.
 * what is "routes", "goals" or "definitions/mql"; the document is JSON. */
void stage_agree(struct stage *stage, const char *what, const char *document);

/** The server of this program, and the database's connection string. */
struct service *stage_service(void);
const char *stage_database(void);

/** Runs SQL there, several statements if need be; the test fails when it does. */
void stage_sql(const char *sql);

/** Waits until the background job that the story knows as ${job} is over, as ana; the test fails
 *  unless it ended in this state. */
void stage_wait_job(struct stage *stage, const char *state);

/** Runs `baton <words>` on the stage's database; its stdout, which the caller frees. The test fails
 *  unless it ends with this exit code. */
char *stage_baton(const char *words, int code);

/** What every round of a suite of stories ends with, by itself (suite.h): what the stories left
 *  in the tables is what its ledger says, and the server drains and ends cleanly. Rounds have
 * groups of 1, 2 and 256 commands: the lane fills its groups up to that size with commands that are
 * refused.
 */
void stage_end(void);

/** For a file whose tests play on a stage of their own each: `stage`, and the two functions of a
 *  fixture, which opens it, plays the steps (NULL: none), and closes it. */
#define STAGE_FIXTURE(options, steps)                                                              \
    static struct stage stage;                                                                     \
                                                                                                   \
    static void set_up(void)                                                                       \
    {                                                                                              \
        stage = stage_open(options);                                                               \
        if ((steps) != NULL)                                                                       \
            story_run(stage.story, steps);                                                         \
    }                                                                                              \
                                                                                                   \
    static void tear_down(void)                                                                    \
    {                                                                                              \
        stage_close(&stage);                                                                       \
    }

/** A test that is one story. */
#define STORY(name, options, steps)                                                                \
    START_TEST(name)                                                                               \
    {                                                                                              \
        stage_play(options, steps);                                                                \
    }                                                                                              \
    END_TEST

#endif
