/*
 * Movers: leads of which two definitions of a term say different things, one that they qualify and
 * the other that they do not. Each has one cause, in the definition under which it does not
 * qualify:
 *   - the first criterion, in the order of the document, that stands in its way: a disqualifier
 *     that is met, or a required one that is not;
 *   - else a threshold is missed: the criterion that gives the fewest points compared with the
 *     other definition, the first of several;
 *   - else, where no criterion gives fewer, that threshold itself.
 * Criteria of the two definitions are the same when their ids are.
 */
#ifndef BATON_CORE_MOVER_H
#define BATON_CORE_MOVER_H

#include "core/definition/verdict.h"
#include "core/evidence/history.h"

/** Of one way, those that are kept by name: a sample by the random part of their ids, which is all
 *  of them when there are not more. */
#define MOVERS_KEPT_MAX 100000

enum mover_way { MOVER_IN, MOVER_OUT, MOVER_WAY_COUNT };

/** "in", "out" */
const char *mover_way_name(enum mover_way way);
extern const struct input_type mover_way_type;

/* Causes: criteria of the definition under which it does not qualify, by index; from
 * MOVER_CAUSE_OTHER on those of the one under which it does (the other has none of that id); from
 * MOVER_CAUSE_THRESHOLD on thresholds. */
#define MOVER_CAUSE_OTHER     CRITERIA_MAX
#define MOVER_CAUSE_THRESHOLD (2 * CRITERIA_MAX)
#define MOVER_CAUSES          (MOVER_CAUSE_THRESHOLD + THRESHOLD_COUNT)

struct mover_cause {
    int cause;
    bool alone; /* nothing else stood in its way */
};

/** Why it does not qualify by the one and does by the other. */
struct mover_cause mover_cause(const struct definition *failing, const struct verdict *failed,
                               const struct definition *passing, const struct verdict *passed);

/** The criterion's id or, when that is NULL, the threshold's name. */
void mover_cause_name(int cause, const struct definition *failing, const struct definition *passing,
                      const char **criterion, const char **threshold);

struct mover {
    struct uuid lead;
    instant judged_at;
    int32_t score;         /* by the definition that is tested */
    int32_t score_against; /* by the one that it is compared with */
    uint8_t cause;
    bool alone;
    bool answered;
    uint8_t outcomes[TARGET_COUNT]; /* enum history_outcome, when answered */
};

/** Of one way. */
struct mover_list {
    struct mover *items; /* once full a heap, the greatest random part first */
    size_t count, size;
};

/** A shortage of memory marks the arena. */
void mover_list_add(struct mover_list *list, const struct mover *mover, struct arena *arena);
void mover_list_merge(struct mover_list *list, const struct mover_list *other, struct arena *arena);

/** The first of them as a sample, whatever their order is: at most max, the ids; how many. */
size_t mover_list_sample(const struct mover_list *list, struct uuid *out, size_t max);

/** The order of a sample: by the last eight bytes of a UUIDv7, which are random. */
int mover_sample_order(const struct uuid *a, const struct uuid *b);

/* ---- as a job keeps them ---- */

/** Bytes of one. */
#define MOVER_BYTES 40

/** Sorts them by the rank of their cause, then as a sample. */
void mover_list_sort(struct mover_list *list, const uint8_t ranks[MOVER_CAUSES]);

void mover_encode(const struct mover *mover, uint8_t out[MOVER_BYTES]);
void mover_decode(const uint8_t bytes[MOVER_BYTES], struct mover *out);

#endif
