/*
 * From which address a request comes: that of its connection or, when a proxy that the operator
 * named made it (BATON_PROXIES), the last of X-Forwarded-For, which the proxy wrote itself.
 */
#ifndef BATON_SERVER_PEER_H
#define BATON_SERVER_PEER_H

#include <stdint.h>

struct address_rules;
struct request;

/** As IPv6; IPv4 lies in ::ffff:0:0/96, and of IPv6 only the network of 64 bits is kept, which is
 * one customer's. HTTP thread. */
void peer_address(const struct request *r, const struct address_rules *proxies, uint8_t out[16]);

#endif
