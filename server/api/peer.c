#include "api/peer.h"

#include "delivery/address.h"
#include "http/request.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define ADDRESS_TEXT_MAX INET6_ADDRSTRLEN
#define NETWORK_BYTES    8 /* of an IPv6 address */

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static void put_ipv4(const struct in_addr *address, uint8_t out[16])
{
    memcpy(out, mapped, sizeof mapped);
    memcpy(out + sizeof mapped, address, sizeof *address);
}

static void put_ipv6(const struct in6_addr *address, uint8_t out[16])
{
    memset(out, 0, 16);
    memcpy(out, address,
           memcmp(address, mapped, sizeof mapped) == 0 ? sizeof *address : NETWORK_BYTES);
}

static bool read_last(const char *list, uint8_t out[16])
{
    char text[ADDRESS_TEXT_MAX];
    struct in_addr ipv4;
    struct in6_addr ipv6;
    const char *comma = strrchr(list, ',');
    const char *at = comma == NULL ? list : comma + 1;

    at += strspn(at, " \t[");
    size_t len = strcspn(at, " \t]");
    if (len >= sizeof text)
        return false;
    memcpy(text, at, len);
    text[len] = '\0';
    if (inet_pton(AF_INET, text, &ipv4) == 1)
        return put_ipv4(&ipv4, out), true;
    if (inet_pton(AF_INET6, text, &ipv6) == 1)
        return put_ipv6(&ipv6, out), true;
    return false;
}

void peer_address(const struct request *r, const struct address_rules *proxies, uint8_t out[16])
{
    const struct sockaddr *peer = request_peer(r);
    const char *passed_on = request_header(r, "X-Forwarded-For");

    memset(out, 0, 16);
    if (peer == NULL)
        return;
    if (passed_on != NULL && address_is_allowed(proxies, peer) && read_last(passed_on, out))
        return;
    if (peer->sa_family == AF_INET)
        put_ipv4(&((const struct sockaddr_in *)(const void *)peer)->sin_addr, out);
    else if (peer->sa_family == AF_INET6)
        put_ipv6(&((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, out);
}
