/*
 * To which addresses Baton sends: to those that anybody can reach, and to networks that the
 * operator allows (BATON_DELIVERY_ALLOW). Whoever makes a subscription names a host, and a name may
 * lead into the network in which Baton runs; so the address that is connected to is looked at, each
 * time, and IPv4 inside of IPv6 as the IPv4 that it is.
 */
#ifndef BATON_SERVER_ADDRESS_H
#define BATON_SERVER_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr;

#define ADDRESS_NETWORKS_MAX 32

/** As IPv6; IPv4 lies in ::ffff:0:0/96. */
struct address_network {
    uint8_t bytes[16];
    int bits;
};

struct address_rules {
    struct address_network allowed[ADDRESS_NETWORKS_MAX];
    size_t count;
};

/** "10.0.0.0/8, fd00::/8"; "" is none. False: it cannot be read. out may be NULL. */
bool address_rules_read(const char *text, struct address_rules *out);

/** Whether the operator allows it: then http will do. */
bool address_is_allowed(const struct address_rules *rules, const struct sockaddr *address);

/** Whether it may be connected to. */
bool address_is_fine(const struct address_rules *rules, const struct sockaddr *address);

#endif
