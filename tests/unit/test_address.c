/* Which addresses Baton sends to. */
#include "suite.h"

#include "delivery/address.h"
#include "delivery/attempt.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage out = {.ss_family = AF_INET};

    if (inet_pton(AF_INET, text, &((struct sockaddr_in *)&out)->sin_addr) == 1)
        return out;
    out.ss_family = AF_INET6;
    ck_assert_int_eq(inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)&out)->sin6_addr), 1);
    return out;
}

static bool is_fine(const char *allowed, const char *text)
{
    struct address_rules rules;
    struct sockaddr_storage address = address_of(text);

    ck_assert(address_rules_read(allowed, &rules));
    return address_is_fine(&rules, (const struct sockaddr *)&address);
}

static const struct {
    const char *address;
    bool fine;
} addresses[] = {
    {"93.184.215.14", true},
    {"1.1.1.1", true},
    {"2606:4700::1111", true},
    {"11.0.0.1", true},
    {"172.15.255.255", true},
    {"172.32.0.1", true},
    {"223.255.255.255", true},
    {"0.0.0.0", false},
    {"10.1.2.3", false},
    {"100.64.0.1", false},
    {"127.0.0.1", false},
    {"127.9.9.9", false},
    {"169.254.169.254", false},
    {"172.16.0.1", false},
    {"172.31.255.255", false},
    {"192.168.1.1", false},
    {"198.19.0.1", false},
    {"224.0.0.1", false},
    {"255.255.255.255", false},
    {"::", false},
    {"::1", false},
    {"::10.0.0.1", false},
    {"::93.184.215.14", false}, /* compatible, of old */
    {"::ffff:10.0.0.1", false}, /* mapped */
    {"::ffff:127.0.0.1", false},
    {"::ffff:93.184.215.14", true},
    {"::ffff:0:10.0.0.1", false}, /* translated */
    {"64:ff9b::a00:1", false},    /* NAT64 of 10.0.0.1 */
    {"64:ff9b::5db8:d70e", true}, /* of 93.184.215.14 */
    {"64:ff9b:1::5db8:d70e", false},
    {"2002:a00:1::1", false}, /* 6to4 of 10.0.0.1 */
    {"2002:7f00:1::", false},
    {"2002:5db8:d70e::1", true},
    {"2001:0:1:2:3:4:5:6", false}, /* Teredo */
    {"2001:db8::1", false},
    {"fc00::1", false},
    {"fdff::1", false},
    {"fe80::1", false},
    {"febf::1", false},
    {"fec0::1", false},
    {"ff02::1", false},
};

START_TEST(what_is_not_open_to_all_is_refused)
{
    ck_assert_msg(is_fine("", addresses[_i].address) == addresses[_i].fine, "%s",
                  addresses[_i].address);
}
END_TEST

START_TEST(the_operator_allows_networks)
{
    ck_assert(is_fine("10.0.0.0/8", "10.1.2.3"));
    ck_assert(is_fine("10.0.0.0/8", "::ffff:10.1.2.3"));
    ck_assert(is_fine(" 192.168.7.9 , fd00::/8,", "192.168.7.9"));
    ck_assert(is_fine("192.168.7.9, fd00::/8", "fd12::1"));
    ck_assert(!is_fine("192.168.7.9, fd00::/8", "192.168.7.8"));
    ck_assert(!is_fine("10.0.0.0/9", "10.128.0.1"));
    ck_assert(is_fine("10.0.0.0/9", "10.127.0.1"));
}
END_TEST

static const char *const unreadable[] = {"10.0.0.0/33", "10.0.0/8",     "fd00::/129", "x",
                                         "10.0.0.0/",   "10.0.0.0/8/8", "10.0.0.0/-1"};

START_TEST(what_is_no_network_cannot_be_read)
{
    ck_assert_msg(!address_rules_read(unreadable[_i], NULL), "%s", unreadable[_i]);
}
END_TEST

static const struct {
    const char *allowed;
    const char *url;
    bool fine;
} urls[] = {
    {"", "https://example.com/hook?x=1", true},
    {"", "https://example.com:8443", true},
    {"", "http://example.com/", false},
    {"10.0.0.0/8", "http://intern.example/", true},
    {"", "https://10.0.0.1/", false},
    {"10.0.0.0/8", "https://10.0.0.1/", true},
    {"", "https://[::1]/", false},
    {"", "https://[::ffff:127.0.0.1]/", false},
    {"", "https://0x7f000001/", false}, /* read as IPv4 by libcurl */
    {"", "https://127.1/", false},
    {"", "https://ana:x@example.com/", false},
    {"", "ftp://example.com/", false},
    {"", "file:///etc/passwd", false},
    {"", "example.com", false},
    {"", "", false},
};

START_TEST(a_url_is_looked_at)
{
    struct address_rules rules;
    const char *why = NULL;

    ck_assert(address_rules_read(urls[_i].allowed, &rules));
    bool fine = attempt_url_is_fine(&rules, urls[_i].url, &why);
    ck_assert_msg(fine == urls[_i].fine, "%s: %s", urls[_i].url, why == NULL ? "fine" : why);
    ck_assert(fine == (why == NULL));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "address");

    EACH(tcase, what_is_not_open_to_all_is_refused, addresses);
    TESTS(tcase, the_operator_allows_networks);
    EACH(tcase, what_is_no_network_cannot_be_read, unreadable);
    EACH(tcase, a_url_is_looked_at, urls);
}
