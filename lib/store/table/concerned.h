/* SQL that names the leads that a group of commands is about, where some commands say only which
 * handoff they are about. */
#ifndef BATON_STORE_CONCERNED_H
#define BATON_STORE_CONCERNED_H

#include "store/pg/pg_scope.h"

#include <stddef.h>

struct concerned {
    const struct uuid *leads;
    size_t lead_count;
    const struct uuid *handoffs;
    size_t handoff_count;
};

/** Begins parameters with $1 to $3. */
static inline void concerned_params(const struct pg_scope *scope, struct pg_params *params,
                                    const struct concerned *concerned)
{
    pg_scope_params(scope, params);
    pg_params_uuids(params, concerned->leads, concerned->lead_count);
    pg_params_uuids(params, concerned->handoffs, concerned->handoff_count);
}

/* clang-format off */

/** u(id): the leads $2, and those of the handoffs $3, each once and in order. Of workspace $1. */
#define CONCERNED                                                \
           "("                                                   \
           "  SELECT n.id "                                      \
           "  FROM unnest($2::uuid[]) n(id) "                    \
           "  UNION "                                            \
           "  SELECT h.lead_id "                                 \
           "  FROM unnest($3::uuid[]) g(id) "                    \
           "  CROSS JOIN LATERAL ("                              \
           "    SELECT lead_id "                                 \
           "    FROM handoff "                                   \
           "    WHERE workspace_id = $1 AND handoff_id = g.id "  \
           "    LIMIT 1"                                         \
           "  ) h "                                              \
           "  ORDER BY 1"                                        \
           ") u(id) "

/* clang-format on */

#endif
