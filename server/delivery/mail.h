/*
 * Mail to members (target "email"): what has happened since the last one, in one message of plain
 * text and plain HTML. Its headers hold nothing that leads or senders say.
 */
#ifndef BATON_SERVER_MAIL_H
#define BATON_SERVER_MAIL_H

#include "delivery/attempt.h"
#include "delivery/payload.h"

/** At most one in this time to the same readers. */
#define MAIL_EVERY (10 * INSTANT_MINUTE)
/** Events that are reported one by one; of others only their number. */
#define MAIL_EVENTS_MAX 20

struct mail_settings {
    const char *url;        /* of the mail server; "": no mail is sent */
    const char *from;       /* an address */
    const char *public_url; /* of the page; "": no links */
    int plain;              /* 1: without TLS */
};

struct mail_wanted {
    const struct mail_settings *settings;
    const struct read *read; /* in whose arena it is made */
    const struct config *config;
    const struct subscription *subscription;
    const struct outbound_item *const *items; /* at least one */
    size_t count;
    instant now;
};

/** Fills in server, readers and message. The readers are those who are still members. False: memory
 *  is short, or the database is away; attempt->failure: there is nobody to write to. */
bool mail_fill(const struct mail_wanted *wanted, struct attempt *attempt);

#endif
