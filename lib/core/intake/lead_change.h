/* Changes of a known lead: PATCH, touches, facts, and a human's word against a verdict. */
#ifndef BATON_CORE_LEAD_CHANGE_H
#define BATON_CORE_LEAD_CHANGE_H

#include "core/intake/lead_capture.h"
#include "core/lead/lead_find.h"

struct update_input {
    struct uuid lead;
    const char *if_match;              /* tags, of which one is the lead's; NULL: any */
    const struct identity *identities; /* to add */
    size_t identity_count;
    bool drop_email;
    const struct attribute_input *attributes; /* sorted by name */
    size_t attribute_count;
    instant occurred_at; /* INSTANT_NONE: now */
    instant next_at;     /* INSTANT_NONE: as it is */
};

enum decision lead_update(struct work *work, const struct command *command,
                          struct outcome *outcome);

struct add_touch_input {
    struct uuid lead;
    struct touch_input touch;
};

bool lead_touch_keys(const struct command *command, struct work *work, struct work_keys *keys);
enum decision lead_touch(struct work *work, const struct command *command, struct outcome *outcome);

struct facts_input {
    struct uuid lead;
    const struct fact_input *facts; /* sorted by name */
    size_t fact_count;
    instant occurred_at; /* INSTANT_NONE: now */
};

/** Facts are the word of those who talk with the lead: a team that receives handoffs. */
bool lead_team_confirms(const struct config *config, struct uuid team);

enum decision lead_facts(struct work *work, const struct command *command, struct outcome *outcome);

struct override_input {
    struct uuid lead;
    enum term term;
    enum verdict_result result; /* qualified or not_qualified */
    const char *note;
};

enum decision lead_override(struct work *work, const struct command *command,
                            struct outcome *outcome);

#endif
