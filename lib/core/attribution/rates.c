#include "core/attribution/rates.h"

#include "base/currency_input.h"
#include "base/json_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE_DIGITS_MAX 9 /* on either side of the point: so no product below passes 127 bits */
#define MINOR_MAX       INT64_C(9007199254740991)

/* ---- what may stand there ---- */

/* "1.0843": digits, and a point between them. */
static bool parse_rate(const char *text, int64_t *out)
{
    size_t whole = strspn(text, "0123456789");
    size_t rest = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    int64_t rate = 0;

    if (whole == 0 || whole > RATE_DIGITS_MAX || rest > RATE_DIGITS_MAX ||
        (text[whole] == '.' && rest == 0) || text[whole + (rest > 0) + rest] != '\0')
        return false;
    for (size_t i = 0; i < whole; i++)
        rate = rate * 10 + (text[i] - '0');
    for (size_t i = 0; i < RATE_DIGITS_MAX; i++)
        rate = rate * 10 + (i < rest ? text[whole + 1 + i] - '0' : 0);
    *out = rate;
    return rate > 0;
}

static bool is_rate(const char *text)
{
    int64_t rate;

    return parse_rate(text, &rate);
}

static const struct input_type rate_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = 2 * RATE_DIGITS_MAX + 1,
    .fits = is_rate,
    .code = "rate",
    .wanted =
        "A text of digits above 0 is wanted, with up to nine of them on either side of a point, "
        "such as \"1.0843\"",
};

static int by_currency(const void *a, const void *b)
{
    return strcmp(((const struct rate *)a)->currency, ((const struct rate *)b)->currency);
}

struct given {
    const char *base;
    const struct rate *items;
    size_t count;
};

static bool read_rate(struct input *in, const struct input_node *at, struct rate *out)
{
    const char *text = NULL;

    if (!currency_valid(at->name))
        return input_fault(in, at, "currency", "%s", input_currency.wanted);
    if (!input_value(in, at, &rate_type, &text))
        return false;
    memcpy(out->currency, at->name, sizeof out->currency);
    return text == NULL || parse_rate(text, &out->per_base);
}

static bool read_rates(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct rate *items = ARENA_ARRAY(in->arena, struct rate, json_object_size(at->json) + 1);
    const char *name;
    json_t *value;
    size_t count = 0;
    bool sound = true;

    if (items == NULL)
        return true;
    json_object_foreach((json_t *)at->json, name, value)
    {
        const struct input_node member = {.json = value, .up = at, .name = name};
        sound = read_rate(in, &member, &items[count++]) && sound;
    }
    qsort(items, count, sizeof *items, by_currency);
    input_put_array(field, base, items, count);
    return sound;
}

static const struct input_type items_type = {
    .kind = INPUT_MAP, .max = RATES_MAX, .read = read_rates};

static const struct input_field given_fields[] = {
    {"base", &input_currency, AT(struct given, base), .required = true},
    {"rates", &items_type, AT(struct given, items), COUNT(struct given, count), .required = true},
};

static bool check_given(struct input *in, const struct input_node *at, void *out)
{
    const struct given *given = out;
    const struct input_node rates = input_member(at, "rates");
    bool sound = true;

    for (size_t i = 0; given->base != NULL && i < given->count; i++) {
        const struct input_node own = input_member(&rates, given->items[i].currency);
        if (strcmp(given->items[i].currency, given->base) == 0)
            sound = input_fault(in, &own, "base", "The base has no rate: it is 1");
    }
    return sound;
}

static const struct input_spec given_spec =
    INPUT_SPEC(given_fields, struct given, .check = check_given);

static bool read_whole(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct rates *out = (struct rates *)(void *)((char *)base + field->offset);
    struct given given;

    if (!input_object(in, at, &given_spec, &given))
        return false;
    *out = (struct rates){.items = given.items, .count = given.count};
    memcpy(out->base, given.base, sizeof out->base);
    return true;
}

const struct input_type rates_type = {.kind = INPUT_MAP, .read = read_whole};

/* ---- stored and sent ---- */

void rates_write(const struct rates *rates, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "base", rates->base);
    json_out_key(out, "rates");
    json_out_begin_object(out);
    for (size_t i = 0; i < rates->count; i++) {
        const struct rate *rate = &rates->items[i];
        char text[2 * RATE_DIGITS_MAX + 8];
        int len = snprintf(text, sizeof text, "%lld.%09lld", (long long)(rate->per_base / RATE_ONE),
                           (long long)(rate->per_base % RATE_ONE));
        while (text[len - 1] == '0' && text[len - 2] != '.')
            text[--len] = '\0';
        json_out_member_text(out, rate->currency, text);
    }
    json_out_end_object(out);
    json_out_end_object(out);
}

bool rates_read(const char *json, size_t len, struct arena *arena, struct rates *out)
{
    struct faults faults;
    struct input in = {.arena = arena, .faults = &faults, .where = "body", .copies = true};
    json_t *root = json_tree_read(arena, json, len, 0, NULL);
    struct input_node node = input_root(root, "");
    const struct input_field whole_of_it = {.type = &rates_type};

    faults_init(&faults, arena);
    bool whole = json_is_object(root) && read_whole(&in, &node, &whole_of_it, out);
    json_decref(root);
    return whole && !arena_failed(arena);
}

/* ---- converting ---- */

/* 0: there is none. */
static int64_t rate_of(const struct rates *rates, const char *currency)
{
    struct rate wanted = {.per_base = 0};

    if (strcmp(rates->base, currency) == 0)
        return RATE_ONE;
    memcpy(wanted.currency, currency, sizeof wanted.currency);
    const struct rate *found = rates->count == 0 ? NULL
                                                 : bsearch(&wanted, rates->items, rates->count,
                                                           sizeof *rates->items, by_currency);
    return found == NULL ? 0 : found->per_base;
}

static __int128 power_of_ten(int exponent)
{
    __int128 power = 1;

    for (; exponent > 0; exponent--)
        power *= 10;
    return power;
}

bool rates_convert(const struct rates *rates, const char *from, const char *to, int64_t *minor)
{
    if (strcmp(from, to) == 0)
        return true;
    int64_t have = rate_of(rates, from), want = rate_of(rates, to);
    if (have == 0 || want == 0)
        return false;
    __int128 over = (__int128)*minor * want * power_of_ten(currency_decimals(to));
    __int128 under = (__int128)have * power_of_ten(currency_decimals(from));
    __int128 whole = over / under + (over % under * 2 >= under);
    *minor = whole > MINOR_MAX ? MINOR_MAX : (int64_t)whole;
    return true;
}
