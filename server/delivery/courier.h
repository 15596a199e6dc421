/*
 * The courier: one thread that goes through the ledgers of workspaces with subscriptions, and sends
 * what is to be sent. Any number of servers have one; a subscription is sent to by one server at a
 * time, which has it by a lease. Sending is by libcurl, many at once: whoever is slow holds up
 * nobody else, and no database connection is held while an answer is waited for.
 */
#ifndef BATON_SERVER_COURIER_H
#define BATON_SERVER_COURIER_H

#include "delivery/address.h"
#include "delivery/mail.h"
#include "store/lane.h"

struct courier;

struct courier_settings {
    struct pg_settings app;     /* role baton_app */
    struct pg_settings job;     /* role baton_job */
    struct config_cache *cache; /* borrowed */
    struct lanes *lanes;        /* borrowed; running as long as the courier */
    struct address_rules rules;
    struct mail_settings mail;             /* texts borrowed */
    const struct signing_key *signing_key; /* borrowed; NULL: there is none */
};

/** NULL when there is not enough memory or the thread does not start. */
struct courier *courier_start(const struct courier_settings *settings);
/** What is being sent is given up: it stays pending, and is sent again. NULL is fine. */
void courier_stop(struct courier *courier);

/** A ledger may have grown. Any thread; never waits. */
void courier_signal(struct courier *courier);

const struct address_rules *courier_rules(const struct courier *courier);
/** Whether mail can be sent. */
bool courier_mails(const struct courier *courier);

/** Mails a link to sign in by to this normal address, if a member has it: see sign_in.h. client is
 * the address of whoever asks. False: this server mails no links. Any thread; never waits. */
bool courier_mail_link(struct courier *courier, const char *address, const char *client);

/** Deliveries that arrived, and tries that did not, since the start. Any thread. */
int64_t courier_arrived(void *courier);
int64_t courier_failed(void *courier);

#endif
