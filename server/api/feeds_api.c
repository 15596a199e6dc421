#include "api/feeds_api.h"

#include "http/reading.h"

#include "store/read/ledger_read.h"

#define TAG_EVENTS   "ev"
#define TAG_FEEDBACK "fb"

struct feed_query {
    struct reading_query page;
};

static const struct input_field feed_fields[] = {
    PAGE_LIMIT_FIELD(struct feed_query, page),
    PAGE_PLACE_FIELD(struct feed_query, page, "after"),
};

const struct input_spec feeds_query = INPUT_SPEC(feed_fields, struct feed_query);

/* Checks the place and begins the read. On error the reply is made. */
static enum err begin(struct request *r, struct reader *reader, const char *tag,
                      struct cursor *place, struct read *read)
{
    const struct feed_query *query = r->query;

    *place = reading_place(r, &query->page, "after", tag);
    enum err err = reading_check(r);
    return err == ERR_NONE ? reading_begin(r, reader, read) : err;
}

/* ---- events ---- */

static enum err answer_events(struct request *r, const struct ledger_page *found)
{
    struct cursor next = {.number = found->next};
    struct reading_page page;

    reading_page_begin(&page, "after");
    for (size_t i = 0; i < found->count; i++)
        event_write(&found->items[i], r->config, &page.json);
    return reading_feed_end(r, &page, &next, TAG_EVENTS, found->more);
}

enum err events_list(struct request *r, struct reader *reader)
{
    const struct feed_query *query = r->query;
    struct ledger_page found;
    struct cursor place;
    struct read read;
    enum err err = begin(r, reader, TAG_EVENTS, &place, &read);

    if (err != ERR_NONE)
        return err;
    err = ledger_read_events(&read, place.number, (int)query->page.limit, &found);
    err = err == ERR_NONE ? answer_events(r, &found) : reading_refuse(r, err, "event");
    reading_end(&read);
    return err;
}

/* ---- feedback ---- */

static enum err answer_feedback(struct request *r, const struct feedback_page *found)
{
    struct cursor next = {.number = found->next};
    struct reading_page page;

    reading_page_begin(&page, "after");
    for (size_t i = 0; i < found->count; i++) {
        const struct feedback_item *item = &found->items[i];
        event_write_feedback(&item->event, item->handoff, item->note, r->config, &page.json);
    }
    return reading_feed_end(r, &page, &next, TAG_FEEDBACK, found->more);
}

/* Looks on while there is time and nothing was found: a caller should see an empty page only when
 * it is the last. */
static enum err read_feedback(const struct read *read, int64_t after, int limit,
                              struct feedback_page *found)
{
    int64_t until = read->deadline - READ_TIMEOUT_MS / 2;
    enum err err;

    do {
        err = ledger_read_feedback(read, after, limit, found);
        after = found->next;
    } while (err == ERR_NONE && found->count == 0 && found->more && pg_now_ms() < until);
    return err;
}

enum err feedback_list(struct request *r, struct reader *reader)
{
    const struct feed_query *query = r->query;
    struct feedback_page found;
    struct cursor place;
    struct read read;
    enum err err = begin(r, reader, TAG_FEEDBACK, &place, &read);

    if (err != ERR_NONE)
        return err;
    err = read_feedback(&read, place.number, (int)query->page.limit, &found);
    err = err == ERR_NONE ? answer_feedback(r, &found) : reading_refuse(r, err, "feedback");
    reading_end(&read);
    return err;
}
