/* What the entries are about that are gone through for subscriptions, as it stands now. */
#ifndef BATON_STORE_OUTBOUND_SUBJECTS_H
#define BATON_STORE_OUTBOUND_SUBJECTS_H

#include "core/handoff/handoff.h"
#include "store/pg/pg_scope.h"

/** Leads and handoffs that entries are about, each once. */
struct outbound_wanted {
    const struct uuid *leads, *handoffs;
    size_t lead_count, handoff_count;
};

/** Those that there are, in any order. */
struct outbound_subjects {
    struct lead **leads;
    size_t lead_count;
    struct handoff **handoffs;
    size_t handoff_count;
};

/** Within the transaction of outbound_gather_begin(). */
enum pg_status outbound_gather_subjects(const struct pg_scope *scope,
                                        const struct outbound_wanted *wanted, int64_t deadline,
                                        struct outbound_subjects *out) MUST_USE;

#endif
