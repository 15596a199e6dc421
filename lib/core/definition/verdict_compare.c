#include "core/definition/verdict_compare.h"

#include <ctype.h>
#include <string.h>

static enum criterion_result result_of(bool met)
{
    return met ? RESULT_MET : RESULT_UNMET;
}

static enum criterion_result turned(enum criterion_result result)
{
    return (enum criterion_result)(RESULT_MET - result);
}

static bool same_class(const struct value *a, const struct value *b)
{
    return a->type == b->type || (value_is_number(a) && value_is_number(b));
}

static enum criterion_result compare_equal(const struct test_node *node, const struct value *value)
{
    if (value->type == VALUE_LIST || !same_class(value, &node->value))
        return RESULT_UNKNOWN;
    return result_of(value_order(value, &node->value) == 0);
}

static bool order_fits(enum test_op op, int order)
{
    switch (op) {
    case OP_LT:
        return order < 0;
    case OP_LTE:
        return order <= 0;
    case OP_GT:
        return order > 0;
    case OP_GTE:
        return order >= 0;
    case OP_EQ:
        return order == 0;
    default:
        return order != 0;
    }
}

static enum criterion_result compare_order(const struct test_node *node, const struct value *value)
{
    instant at;

    if (node->date == INSTANT_NONE) {
        if (!value_is_number(value))
            return RESULT_UNKNOWN;
        return result_of(order_fits(node->op, value_order(value, &node->value)));
    }
    if (value->type != VALUE_TEXT || !instant_parse_lenient(value->text, &at))
        return RESULT_UNKNOWN;
    return result_of(order_fits(node->op, at < node->date ? -1 : at >= node->date_end));
}

/* ---- lists ---- */

static bool is_listed(const struct test_node *node, const struct value *value)
{
    size_t low = 0;
    size_t high = node->value.len;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = value_order(&node->sorted[middle], value);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Values of one class are adjacent in the sorted list, so its ends and one probe would do. Lists of
 * mixed classes are rare, and a value that is found never gets here, so it simply walks. */
static bool class_is_listed(const struct test_node *node, const struct value *value)
{
    for (uint32_t i = 0; i < node->value.len; i++)
        if (same_class(&node->sorted[i], value))
            return true;
    return false;
}

static enum criterion_result compare_list(const struct test_node *node, const struct value *value)
{
    if (value->type != VALUE_LIST) {
        if (is_listed(node, value))
            return RESULT_MET;
        return class_is_listed(node, value) ? RESULT_UNMET : RESULT_UNKNOWN;
    }
    for (uint32_t i = 0; i < value->len; i++)
        if (is_listed(node, &value->items[i]))
            return RESULT_MET;
    return RESULT_UNMET;
}

/* ---- texts ---- */

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static bool starts_with(const char *text, size_t len, const struct value *prefix)
{
    if (len < prefix->len)
        return false;
    for (uint32_t i = 0; i < prefix->len; i++)
        if (!same_letter(text[i], prefix->text[i]))
            return false;
    return true;
}

static bool contains(const struct value *value, const struct value *part)
{
    for (uint32_t i = 0; i + part->len <= value->len; i++)
        if (starts_with(value->text + i, value->len - i, part))
            return true;
    return false;
}

static enum criterion_result compare_contains(const struct test_node *node,
                                              const struct value *value)
{
    if (value->type == VALUE_LIST) {
        for (uint32_t i = 0; i < value->len; i++)
            if (same_class(&value->items[i], &node->value) &&
                value_order(&value->items[i], &node->value) == 0)
                return RESULT_MET;
        return RESULT_UNMET;
    }
    if (value->type != VALUE_TEXT || node->value.type != VALUE_TEXT)
        return RESULT_UNKNOWN;
    return result_of(contains(value, &node->value));
}

static enum criterion_result compare_start(const struct test_node *node, const struct value *value)
{
    if (value->type != VALUE_TEXT)
        return RESULT_UNKNOWN;
    return result_of(starts_with(value->text, value->len, &node->value));
}

/* ---- domains ---- */

#define HOST_MAX_BYTES 253 /* RFC 1035 */

/* The host in a domain, an email address or a URL. */
static const char *host_of(const struct value *value, size_t *len)
{
    const char *start = value->text;
    const char *scheme = strstr(start, "://");

    if (scheme != NULL)
        start = scheme + 3;
    size_t authority = strcspn(start, "/?#");
    const char *at = memrchr(start, '@', authority);
    if (at != NULL) {
        authority -= (size_t)(at + 1 - start);
        start = at + 1;
    }
    const char *port = memchr(start, ':', authority);
    if (port != NULL)
        authority = (size_t)(port - start);
    if (authority > 0 && start[authority - 1] == '.') /* the dot of the root */
        authority--;
    *len = authority;
    return start;
}

/* Looks up the host and then each parent domain in the sorted list, so that long lists cost
 * little. */
static bool host_is_listed(const struct test_node *node, const char *host, size_t len)
{
    char lower[HOST_MAX_BYTES];

    if (len > sizeof lower)
        return false;
    for (size_t i = 0; i < len; i++)
        lower[i] = (char)tolower((unsigned char)host[i]);
    for (size_t i = 0; i < len; i++) {
        struct value part = {.type = VALUE_TEXT, .len = (uint32_t)(len - i), .text = lower + i};
        if ((i == 0 || lower[i - 1] == '.') && is_listed(node, &part))
            return true;
    }
    return false;
}

static enum criterion_result compare_domain(const struct test_node *node, const struct value *value)
{
    size_t len;

    if (value->type != VALUE_TEXT)
        return RESULT_UNKNOWN;
    const char *host = host_of(value, &len);
    return result_of(host_is_listed(node, host, len));
}

static enum criterion_result compare_days(const struct test_node *node, const struct value *value,
                                          instant now)
{
    instant at;

    if (value->type != VALUE_TEXT || !instant_parse_lenient(value->text, &at))
        return RESULT_UNKNOWN;
    return result_of(at <= now && at >= now - node->value.integer * INSTANT_DAY);
}

enum criterion_result verdict_compare(const struct test_node *node, const struct value *value,
                                      instant now)
{
    switch (node->op) {
    case OP_EQ:
        return compare_equal(node, value);
    case OP_NE:
        return turned(compare_equal(node, value));
    case OP_LT:
    case OP_LTE:
    case OP_GT:
    case OP_GTE:
        return compare_order(node, value);
    case OP_IN:
        return compare_list(node, value);
    case OP_NOT_IN:
        return turned(compare_list(node, value));
    case OP_CONTAINS:
        return compare_contains(node, value);
    case OP_STARTS_WITH:
        return compare_start(node, value);
    case OP_MATCHES_DOMAIN:
        return compare_domain(node, value);
    case OP_WITHIN_DAYS:
        return compare_days(node, value, now);
    default:
        return RESULT_UNKNOWN;
    }
}

enum criterion_result verdict_compare_count(const struct test_node *node, int64_t count)
{
    int64_t wanted = node->touches->wanted;

    return result_of(order_fits(node->op, (count > wanted) - (count < wanted)));
}
