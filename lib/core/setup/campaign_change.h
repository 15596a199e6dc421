/* Campaigns: what marketing planned, promised and spent, as a record of its own. */
#ifndef BATON_CORE_CAMPAIGN_CHANGE_H
#define BATON_CORE_CAMPAIGN_CHANGE_H

#include "core/command.h"

/** A record that a service or a card shows beside touches of this campaign. */
struct campaign {
    int64_t id;         /* dimension_id() of its name: touches name it by the same */
    const char *name;   /* as touches have it */
    const char *record; /* JSON as given: CampaignRecord in openapi.yaml */
    instant created_at;
    instant updated_at;
};

#define CAMPAIGN_NAME_MAX_CHARS 200
#define CAMPAIGN_MAX_BYTES      (256u << 10)
#define CAMPAIGN_DAYS_MAX       3660 /* of spend */
#define CAMPAIGN_POINTS_MAX     20   /* to talk about */
#define CAMPAIGN_MINOR_MAX      INT64_C(1000000000000000)

struct campaign_put_input {
    int64_t campaign; /* dimension_id(name) */
    const char *name;
    const char *if_match; /* NULL: none */
    const char *record;   /* JSON that was checked */
};

/** 200 Campaign: the record is replaced. */
enum decision campaign_put(struct work *work, const struct command *command,
                           struct outcome *outcome);

/** {name, record, created_at, updated_at} */
void campaign_write(const struct campaign *campaign, struct json_out *out);

#endif
