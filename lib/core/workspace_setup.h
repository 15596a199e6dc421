/* Fills a new workspace: teams, members, keys, routes and drafts to start with. */
#ifndef BATON_CORE_WORKSPACE_SETUP_H
#define BATON_CORE_WORKSPACE_SETUP_H

#include "core/setup/key_change.h"
#include "core/setup/member_change.h"
#include "core/setup/team_change.h"

#define WORKSPACE_TEAMS_MAX 8

struct workspace_team {
    const char *name;
    const char *title;
    enum team_function function;
    const char *const *emails; /* of its members, normalised */
    size_t email_count;
    unsigned key_roles; /* of the team's own key; 0: none */
};

/** A draft to begin with: version 1 of its term. */
struct workspace_starter {
    enum term term;
    const char *document; /* JSON that compiles, of this term */
};

/** A route that a new workspace begins with, by itself and kept when it is overdue. */
struct workspace_route {
    const char *from; /* names of teams */
    const char *to;
    enum term gates[TERM_COUNT]; /* in the order in which they are tried */
    size_t gate_count;
};

struct workspace_setup_input {
    const char *name;
    const struct workspace_team *teams; /* at most WORKSPACE_TEAMS_MAX */
    size_t team_count;
    const struct workspace_route *routes; /* between these teams */
    size_t route_count;
    const struct workspace_starter *starters; /* one a term at most */
    size_t starter_count;
};

/** The roles of a member's key in a new workspace; the first member of each team is an admin
 *  too. */
#define WORKSPACE_MEMBER_ROLES (ROLE_CAPTURE | ROLE_WORK | ROLE_SIGN | ROLE_REPORT | ROLE_READ)

/**
 * Only for a workspace that has no team yet, else 409. The answer is {workspace: {id, name}, teams:
 * [Team], keys: [{id, team, member: email or null, roles, token}], definitions: [{term, version}]}.
 */
enum decision workspace_setup(struct work *work, const struct command *command,
                              struct outcome *outcome);

#endif
