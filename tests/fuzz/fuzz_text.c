/*
 * One text read as everything that stands in a line: moments, periods, emails, ids, keys, cursors,
 * tags, kinds and dimensions. What is read and written again stays what it was.
 */
#include "base/cursor.h"
#include "base/email.h"
#include "base/etag.h"
#include "base/period.h"
#include "core/definition/touch.h"
#include "core/setup/api_key.h"
#include "parts.h"

#include <string.h>

#define ARENA_BYTES (1 << 20)

static void check_instant(const char *text)
{
    char written[INSTANT_TEXT_MAX];
    instant at, again;

    if (instant_parse(text, &at)) {
        FUZZ_HOLDS(instant_parse_lenient(text, &again) && again == at);
        FUZZ_HOLDS(instant_format(at, written) < sizeof written);
        FUZZ_HOLDS(instant_parse(written, &again) && again == at);
    }
    if (instant_parse_lenient(text, &at)) {
        instant_format(at, written);
        FUZZ_HOLDS(instant_parse(written, &again) && again == at);
        FUZZ_HOLDS(instant_day(at) * INSTANT_DAY <= at);
        instant_month_format(instant_month(at), written);
    }
}

static void check_period(const char *text)
{
    struct period_end end;

    if (period_end_parse(text, &end)) {
        FUZZ_HOLDS((end.at == INSTANT_NONE) == (end.date != NULL));
        FUZZ_HOLDS(period_end_utc(&end) != INSTANT_NONE);
    }
}

static void check_email(const char *text, struct arena *arena)
{
    const char *email, *again;

    enum err err = email_find(text, arena, &email);
    FUZZ_HOLDS(err == ERR_NONE || err == ERR_INVALID_VALUE);
    err = email_normalize(text, arena, &email);
    FUZZ_HOLDS(err == ERR_NONE || err == ERR_INVALID_VALUE);
    if (err != ERR_NONE)
        return;
    FUZZ_HOLDS(strlen(email) <= EMAIL_MAX_BYTES);
    FUZZ_HOLDS(email_normalize(email, arena, &again) == ERR_NONE);
    FUZZ_HOLDS(strcmp(email, again) == 0);
    FUZZ_HOLDS(email_domain(email)[0] != '\0');
    if (!email_is_free_mail(email_domain(email)))
        (void)email_company_domain(email_domain(email), arena);
}

static void check_ids(const char *text, size_t len)
{
    char written[API_KEY_TEXT_LEN + 1];
    struct api_key_text key;
    struct uuid one, two;

    if (len == UUID_TEXT_LEN && uuid_parse(text, &one)) {
        uuid_format(one, written);
        FUZZ_HOLDS(uuid_parse(written, &two) && uuid_equal(one, two));
    }
    if (public_id_parse(text, len, &one, &two)) {
        public_id_format(one, two, written);
        FUZZ_HOLDS(strcmp(written, text) == 0);
    }
    if (api_key_parse(text, len, &key)) {
        api_key_format(&key, written);
        FUZZ_HOLDS(strcmp(written, text) == 0);
    }
}

static void check_cursor(const char *text, const char *tag, struct arena *arena)
{
    struct cursor one, two;

    if (!cursor_read(text, tag, arena, &one))
        return;
    const char *written = cursor_write(&one, tag, arena);
    FUZZ_HOLDS(written != NULL);
    FUZZ_HOLDS(cursor_read(written, tag, arena, &two));
    FUZZ_HOLDS(one.number == two.number && uuid_equal(one.id, two.id));
    FUZZ_HOLDS(strcmp(one.text, two.text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char tag[] = "\"0123456789abcdef0123456789abcdef\"";
    struct arena *arena = arena_new(ARENA_BYTES);
    struct parts parts;

    FUZZ_HOLDS(arena != NULL);
    parts_init(&parts, data, size);
    const char *text = parts.items[0].text;
    check_instant(text);
    check_period(text);
    check_email(text, arena);
    check_ids(text, strlen(text));
    check_cursor(text, "tl", arena);
    check_cursor(text, "ld", arena);
    (void)etag_matches(text, tag);
    (void)touch_kind_valid(text);
    (void)dimension_looks_personal(text);
    arena_free(arena);
    parts_release(&parts);
    return 0;
}
