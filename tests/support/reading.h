/*
 * A database with a workspace in it and a read under baton_app, for tests of what is read. Rows are
 * written by plain SQL, in which the short names below stand for ids.
 */
#ifndef BATON_TESTS_READING_H
#define BATON_TESTS_READING_H

#include "core/command.h"
#include "database.h"
#include "store/lane.h"
#include "store/read/read.h"

#define READING_WAIT_MS 20000

struct reading {
    struct database *database;
    struct pg *pg;
    struct arena *arena;
    struct read read;
    struct uuid marketing, sdr, ana, sam; /* teams, and a member of each */
    struct config_cache *cache;
    struct lanes *lanes; /* started by the first reading_do() */
};

/** With the workspace "acme" (:w), its teams :marketing and :sdr, and their members :ana and :sam.
 */
void reading_begin(struct reading *reading);
void reading_end(struct reading *reading);

/** The id that a name of at most 16 letters stands for: its letters, filled up with zeros and a
 * one. Ids of leads and handoffs stand in the order of such names. */
struct uuid reading_id(const char *name);

/** Runs SQL in which :name is replaced by the id of that name, quoted; :w is the workspace. */
void reading_exec(const struct reading *reading, const char *sql);

/** Ana does something through the lane; the test fails unless it is done. */
void reading_do(struct reading *reading, enum command_kind kind, const void *input);

/** A capture by marketing of a lead with this email and, unless NULL, a touch of this source. */
void reading_capture(struct reading *reading, const char *email, const char *source);

/** The id of the lead that has this email now. */
struct uuid reading_lead(const struct reading *reading, const char *email);

#endif
