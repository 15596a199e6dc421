/* Reads leads: one by its id, and pages of them. */
#ifndef BATON_STORE_LEAD_READ_H
#define BATON_STORE_LEAD_READ_H

#include "core/lead/lead.h"
#include "store/read/read.h"

/** A lead and its open handoff's id, or nil. */
struct lead_view {
    struct lead *lead;
    struct uuid open;
};

/** Merges are followed to the survivor. ERR_NOT_FOUND; ERR_GONE when it was erased; else as
 *  read_run(). */
enum err lead_read_by_id(const struct read *read, struct uuid id, struct lead_view *out) MUST_USE;

/** The same for several at once: out[i] and errs[i], ERR_NONE, ERR_NOT_FOUND or ERR_GONE, are those
 *  of ids[i]. What is returned concerns them all. */
enum err lead_read_by_ids(const struct read *read, const struct uuid *ids, size_t count,
                          struct lead_view *out, enum err *errs) MUST_USE;

/** For reads of something that belongs to a lead, in the same round trip: does the lead, or its
 *  survivor, exist? ERR_NOT_FOUND, ERR_GONE. */
struct read_query lead_standing_ask(const struct read *read, struct uuid id);
enum err lead_standing_read(const struct pg_result *result) MUST_USE;

struct lead_filter {
    const struct identity *email;    /* normalised; NULL: any */
    const struct identity *external; /* NULL: any */
    enum stage stage;                /* STAGE_COUNT: any */
    struct uuid owner_team;          /* nil: any */
    struct uuid before;              /* the last of the page before; nil: the first page */
    bool by_date;                    /* by next date, which step and due_before ask about … */
    enum lead_step step;             /* STEP_NONE: any */
    instant due_before;              /* INSTANT_NONE: any */
    instant after; /* … after this date and before.id; INSTANT_NONE: the first */
};

struct lead_page {
    struct lead_view *items;
    size_t count;
    bool more;
};

/** Newest first; by_date: first due first. */
enum err lead_read_page(const struct read *read, const struct lead_filter *filter, int limit,
                        struct lead_page *out) MUST_USE;

/** A lead that changed; lead->status says whether it is a tombstone. */
struct lead_change_item {
    int64_t pos; /* of its latest change among the entries that were looked at */
    struct lead *lead;
    struct uuid open;
    struct uuid survivor; /* of a merged one */
};

struct lead_feed {
    struct lead_change_item *items;
    size_t count;
    int64_t next; /* the position to go on from */
    bool more;    /* there are already entries after it */
};

/** Leads that have reached the milestone and changed after this position, each once, in the order
 *  of their latest change. A page may be empty without being the last. */
enum err lead_read_feed(const struct read *read, enum milestone milestone, int64_t after, int limit,
                        struct lead_feed *out) MUST_USE;

#endif
