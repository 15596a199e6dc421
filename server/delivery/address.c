#include "delivery/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define NETWORK_TEXT_MAX 64
#define NO_IPV4          -1

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

/* Networks that are nobody's on the open internet (the registries of special-purpose addresses of
 * IANA, RFC 6890 and those after it), and those that carry an IPv4 address: at which byte. */
static const struct {
    const char *network;
    int ipv4_at;
} special[] = {
    {"0.0.0.0/8", NO_IPV4},       {"10.0.0.0/8", NO_IPV4},
    {"100.64.0.0/10", NO_IPV4},   {"127.0.0.0/8", NO_IPV4},
    {"169.254.0.0/16", NO_IPV4},  {"172.16.0.0/12", NO_IPV4},
    {"192.0.0.0/24", NO_IPV4},    {"192.0.2.0/24", NO_IPV4},
    {"192.88.99.0/24", NO_IPV4},  {"192.168.0.0/16", NO_IPV4},
    {"198.18.0.0/15", NO_IPV4},   {"198.51.100.0/24", NO_IPV4},
    {"203.0.113.0/24", NO_IPV4},  {"224.0.0.0/3", NO_IPV4}, /* multicast, reserved, broadcast */
    {"::ffff:0:0:0/96", NO_IPV4},                           /* translated */
    {"64:ff9b::/96", 12},                                   /* NAT64 */
    {"64:ff9b:1::/48", NO_IPV4},                            /* NAT64 of a network of its own */
    {"100::/64", NO_IPV4},        {"2001::/23", NO_IPV4},   /* Teredo and other protocols */
    {"2001:db8::/32", NO_IPV4},   {"2002::/16", 2},         /* 6to4 */
    {"3fff::/20", NO_IPV4},       {"5f00::/16", NO_IPV4},
    {"fc00::/7", NO_IPV4},        {"fe80::/10", NO_IPV4},
    {"fec0::/10", NO_IPV4},       {"ff00::/8", NO_IPV4},
};

static bool read_address(const char *text, uint8_t out[16], bool *is_ipv4)
{
    *is_ipv4 = inet_pton(AF_INET, text, out + 12) == 1;
    if (*is_ipv4)
        memcpy(out, mapped, sizeof mapped);
    return *is_ipv4 || inet_pton(AF_INET6, text, out) == 1;
}

static bool read_network(const char *text, size_t len, struct address_network *out)
{
    char copy[NETWORK_TEXT_MAX];
    bool is_ipv4;

    if (len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    char *slash = strchr(copy, '/');
    if (slash != NULL)
        *slash = '\0';
    if (!read_address(copy, out->bytes, &is_ipv4))
        return false;
    int most = is_ipv4 ? 32 : 128;
    long bits = most;
    char *end = NULL;
    if (slash != NULL) {
        bits = strtol(slash + 1, &end, 10);
        if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > most)
            return false;
    }
    out->bits = (int)bits + (is_ipv4 ? 96 : 0);
    return true;
}

bool address_rules_read(const char *text, struct address_rules *out)
{
    struct address_rules rules = {.count = 0};

    for (const char *at = text + strspn(text, " ,"); *at != '\0'; at += strspn(at, " ,")) {
        size_t len = strcspn(at, " ,");
        if (rules.count == ADDRESS_NETWORKS_MAX ||
            !read_network(at, len, &rules.allowed[rules.count]))
            return false;
        rules.count++;
        at += len;
    }
    if (out != NULL)
        *out = rules;
    return true;
}

static bool lies_in(const uint8_t address[16], const struct address_network *network)
{
    int whole = network->bits / 8, rest = network->bits % 8;

    return memcmp(address, network->bytes, (size_t)whole) == 0 &&
           (rest == 0 || (address[whole] ^ network->bytes[whole]) >> (8 - rest) == 0);
}

static bool bytes_of(const struct sockaddr *address, uint8_t out[16])
{
    if (address->sa_family == AF_INET6) {
        memcpy(out, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
        return true;
    }
    if (address->sa_family != AF_INET)
        return false;
    memcpy(out, mapped, sizeof mapped);
    memcpy(out + 12, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    return true;
}

static bool is_allowed(const struct address_rules *rules, const uint8_t bytes[16])
{
    for (size_t i = 0; i < rules->count; i++)
        if (lies_in(bytes, &rules->allowed[i]))
            return true;
    return false;
}

/* ::/96, which holds ::, ::1 and the IPv4-compatible addresses of old. */
static bool is_low(const uint8_t bytes[16])
{
    static const uint8_t zero[12];

    return memcmp(bytes, zero, sizeof zero) == 0;
}

static bool is_public(const uint8_t bytes[16])
{
    uint8_t inside[16];

    if (is_low(bytes))
        return false;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        struct address_network network;
        if (!read_network(special[i].network, strlen(special[i].network), &network) ||
            !lies_in(bytes, &network))
            continue;
        if (special[i].ipv4_at == NO_IPV4)
            return false;
        memcpy(inside, mapped, sizeof mapped);
        memcpy(inside + 12, bytes + special[i].ipv4_at, 4);
        return is_public(inside);
    }
    return true;
}

bool address_is_allowed(const struct address_rules *rules, const struct sockaddr *address)
{
    uint8_t bytes[16];

    return bytes_of(address, bytes) && is_allowed(rules, bytes);
}

bool address_is_fine(const struct address_rules *rules, const struct sockaddr *address)
{
    uint8_t bytes[16];

    return bytes_of(address, bytes) && (is_allowed(rules, bytes) || is_public(bytes));
}
