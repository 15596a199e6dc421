/*
 * A company that the two sides speak of: its domain, who owns it, and whether it is named for
 * account-based selling. Sales says who owns it; it is named when each side has said so.
 */
#ifndef BATON_CORE_ACCOUNT_H
#define BATON_CORE_ACCOUNT_H

#include "core/config.h"
#include "core/lead/lead.h"

struct account {
    struct uuid id; /* account_id() of its domain */
    const char *domain;
    struct uuid owner_team;   /* nil: nobody */
    struct uuid owner_member; /* nil: the team alone */
    bool named_by_marketing;
    bool named_by_sales;
    instant created_at;
    instant updated_at;
};

/** The normal form of a company's domain, its registrable one: "acme.example" of
 *  "Mail.Acme.example". ERR_INVALID_VALUE: it is none, or one where anybody can have an address;
 *  ERR_OUT_OF_MEMORY. */
enum err account_domain(const char *text, struct arena *arena, const char **out) MUST_USE;

struct uuid account_id(const char *domain);

/** Of a lead, by its company.domain; false: it has none. */
bool account_of_lead(const struct lead *lead, struct arena *arena, struct uuid *out);

bool account_is_named(const struct account *account);

void account_write(const struct config *config, const struct account *account,
                   struct json_out *out);

#endif
