/*
 * Whose chains a verification of a range of positions follows: every chain that is no lead's, and
 * the chains of the leads that have an entry in the range. In batches, each subject once.
 */
#ifndef BATON_STORE_VERIFY_SUBJECTS_H
#define BATON_STORE_VERIFY_SUBJECTS_H

#include "store/pg/pg.h"
#include "store/verify/verify_report.h"

#define VERIFY_SUBJECTS_MAX 1000 /* of a batch */

struct verify_subjects;

/** NULL when memory is short. */
struct verify_subjects *verify_subjects_new(struct pg *pg, struct uuid workspace,
                                            const struct verify_report *report);
void verify_subjects_free(struct verify_subjects *subjects);

/** The next batch into ids; count 0 after the last one. reached: up to which position all leads
 *  have been given out. Not while a round trip of pg is being read. */
enum pg_status verify_subjects_next(struct verify_subjects *subjects,
                                    struct uuid ids[VERIFY_SUBJECTS_MAX], size_t *count,
                                    int64_t *reached) MUST_USE;

extern const struct statement *const verify_subjects_statements[];

#endif
