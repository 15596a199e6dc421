/* Setups of attribution are made by saying what the next version of one is. */
#ifndef BATON_CORE_ATTRIBUTION_SETUP_CHANGE_H
#define BATON_CORE_ATTRIBUTION_SETUP_CHANGE_H

#include "core/attribution/attribution_setup.h"
#include "core/command.h"

/** Names of setups that a workspace may have besides the default: each is counted for every lead.
 */
#define ATTRIBUTION_SETUPS_MAX 20

enum attribution_setup_state {
    ATTRIBUTION_SETUP_BUILDING, /* it is being counted; until then an older version answers */
    ATTRIBUTION_SETUP_COUNTED,
    ATTRIBUTION_SETUP_RETIRING, /* a newer version is counted; what this one has counted goes */
    ATTRIBUTION_SETUP_RETIRED,
    ATTRIBUTION_SETUP_CLEARING, /* its time zone is not known here (any more): what it has counted
                                   goes, and it is built anew when the zone is there */
    ATTRIBUTION_SETUP_STATES
};

const char *attribution_setup_state_name(enum attribution_setup_state state);

/** A version of a setup, as it is stored. */
struct attribution_setup_row {
    int64_t id;  /* attribution_setup_id() of its name */
    int version; /* 0: there is none of the name */
    int names;   /* as it was loaded: how many there are besides the default */
    const char *name;
    const char *record; /* JSON: attribution_setup_write_members() */
    enum attribution_setup_state state;
    instant created_at;
};

struct attribution_setup_input {
    int64_t id;
    const char *name;
    struct attribution_setup setup;
};

/** 201 AttributionSetup: the next version; 200: it is what the newest version says; 422: there are
 *  ATTRIBUTION_SETUPS_MAX names. */
enum decision attribution_setup_make(struct work *work, const struct command *command,
                                     struct outcome *outcome);

/** {name, version, state, …what is chosen, created_at} */
void attribution_setup_write(const struct attribution_setup_row *row, struct json_out *out);

#endif
