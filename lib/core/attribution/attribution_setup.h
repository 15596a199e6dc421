/*
 * A setup of attribution: what a workspace has chosen where the models leave a choice. Setups have
 * names, and a change makes the next version of one; what a version counts is never changed, so
 * that an answer which names its version can be had again. Credit is kept counted for the newest
 * version of each name (core/attribution/rollup.h).
 */
#ifndef BATON_CORE_ATTRIBUTION_SETUP_H
#define BATON_CORE_ATTRIBUTION_SETUP_H

#include "base/json_out.h"
#include "core/attribution/credit.h"
#include "core/attribution/cut.h"

#define ATTRIBUTION_SETUP_NAME_CHARS  64
#define ATTRIBUTION_SETUP_PAIRS_MAX   10
#define ATTRIBUTION_SETUP_KINDS_MAX   50
#define ATTRIBUTION_SETUP_DIRECT_MAX  20
#define ATTRIBUTION_SETUP_WINDOW_DAYS 3650 /* at most; so is the half-life */

/** The setup that is there from the beginning and meant when none is named. */
#define ATTRIBUTION_SETUP_DEFAULT "default"

/** Two dimensions that credit is also kept by together. */
struct attribution_pair {
    enum attribution_cut cuts[2];
};

struct attribution_setup {
    const char *name;
    int version;
    int32_t window_days; /* 0: none */
    struct credit_rules rules;
    const char *timezone;
    const char *const *direct; /* sources that are none; a touch without a source is direct too */
    size_t direct_count;
    const char *const *kinds; /* of touches that count; none: all do */
    size_t kind_count;
    const struct attribution_pair *pairs;
    size_t pair_count;
};

/** Version 1 of ATTRIBUTION_SETUP_DEFAULT, and what a new setup says where nothing else is given.
 */
extern const struct attribution_setup ATTRIBUTION_SETUP_USUAL;

/** The number of a name in keys; 0 for the default's. */
int64_t attribution_setup_id(const char *name);

/** Whether both dimensions are a declared pair, in either order. */
bool attribution_setup_pairs(const struct attribution_setup *setup, enum attribution_cut a,
                             enum attribution_cut b);

/** The members of a setup that are chosen, as they are stored and sent, into a struct
 *  attribution_setup: name and version are not among them. */
extern const struct input_type attribution_setup_type;

/** Those members, within an object. */
void attribution_setup_write_members(const struct attribution_setup *setup, struct json_out *out);

/** Reads what attribution_setup_write_members() has written as an object; texts live in the arena.
 *  False when it is damaged or memory is short. */
bool attribution_setup_read(const char *json, size_t len, struct arena *arena,
                            struct attribution_setup *out) MUST_USE;

#endif
