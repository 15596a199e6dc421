/*
 * What reports count of leads, kept as rollups are: by day and month in UTC, uncut and by each
 * dimension. The numbers below are stored.
 *
 * By cohort a lead counts at the day on which it began, with its first touch or, without one, its
 * capture: as a lead, with each milestone that it has reached and each step from one to the next.
 * By flow each milestone and step counts at its own day. How many different leads a period has by
 * flow is how many events it has less those pairs of two events in a row of one lead that both lie
 * in it: a pair is counted at the day of its second, with the day of its first as second value.
 */
#ifndef BATON_CORE_ROLLUP_REPORTS_H
#define BATON_CORE_ROLLUP_REPORTS_H

#include "core/attribution/rollup.h"

/** In the place of a setup: reports are of none, in UTC. */
#define ROLLUP_REPORTS_SETUP INT64_MIN

/* What is counted, of each basis; it began, and the milestones, are events. */
enum {
    REPORTED_LEADS,
    REPORTED_BEGUN,
    REPORTED_REACHED,                                   /* + enum milestone */
    REPORTED_STEP = REPORTED_REACHED + MILESTONE_COUNT, /* + enum milestone it leads to */
    REPORTED_PAIRS = REPORTED_STEP + MILESTONE_COUNT,
    /* of no basis: leads at the day of their capture */
    REPORTED_CAPTURED = REPORTED_PAIRS + 1,
    REPORTED_NOT_READY, /* of these who never met a gate and never reached sales */
    REPORTED_STANDING,  /* at the day on which it began, by stage + 1 */
    REPORTED_CLAIMED,
    REPORTED_COUNT
};

#define ROLLUP_COHORT(reported) (4096 + (reported))
#define ROLLUP_FLOW(reported)   (4160 + (reported))
#define ROLLUP_OTHER(reported)  (4224 + (reported))

/* By what: nothing, a word of its first touch, or what stands in the lead. */
#define ROLLUP_CUT_MOTION   4001
#define ROLLUP_CUT_FUNCTION 4002
#define ROLLUP_CUT_TEAM     4003

/** Adds (times 1) or subtracts (-1) what a lead gives to reports. */
void rollup_reports_add(struct rollup_sums *sums, const struct rollup_lead *lead, int times);

/** The number of a dimension of reports, as ROLLUP_CUT_MOTION or rollup_cut(); -1: reports are not
 *  kept counted by it. */
int rollup_report_cut(const char *dimension);

#endif
