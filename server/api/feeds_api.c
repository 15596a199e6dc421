#include "api/feeds_api.h"

#include "api/long_read.h"
#include "api/reading.h"

#include "store/read/ledger_read.h"
#include "store/read/reader.h"

const struct reading_places events_places = READING_PLACES("ev");
static const struct reading_places feedback_places = READING_PLACES("fb");

struct feed_input {
    struct reading_query page;
    int64_t wait_seconds;
};

/* ---- events ---- */

static const struct input_field events_fields[] = {
    PAGE_LIMIT_FIELD(struct feed_input, page),
    PAGE_PLACE_FIELD(struct feed_input, page, "after", events_places),
    WAIT_FIELD(struct feed_input, wait_seconds),
};
const struct input_spec events_list_input = INPUT_SPEC(events_fields, struct feed_input);

static enum err answer_events(struct request *r, const struct ledger_page *found)
{
    struct cursor next = {.number = found->next};
    struct reading_page page;

    reading_page_begin(r, &page, "after");
    for (size_t i = 0; i < found->count; i++)
        event_write(&found->items[i], r->config, &page.json);
    return reading_feed_end(r, &page, &events_places, &next, found->more);
}

enum err events_list(struct request *r, struct read *read)
{
    const struct feed_input *input = r->input;
    int64_t after = reading_begin_at(&input->page).number;
    struct ledger_page found;
    enum err err = ledger_read_events(read, after, (int)input->page.limit, &found);

    if (err == ERR_NONE && found.count == 0 &&
        long_read_waits(r, input->wait_seconds, found.next, NULL))
        return ERR_NONE;
    return err == ERR_NONE ? answer_events(r, &found) : err;
}

/* ---- feedback ---- */

static const struct input_field feedback_fields[] = {
    PAGE_LIMIT_FIELD(struct feed_input, page),
    PAGE_PLACE_FIELD(struct feed_input, page, "after", feedback_places),
    WAIT_FIELD(struct feed_input, wait_seconds),
};
const struct input_spec feedback_list_input = INPUT_SPEC(feedback_fields, struct feed_input);

static enum err answer_feedback(struct request *r, const struct feedback_page *found)
{
    struct cursor next = {.number = found->next};
    struct reading_page page;

    reading_page_begin(r, &page, "after");
    for (size_t i = 0; i < found->count; i++) {
        const struct feedback_item *item = &found->items[i];
        event_write_feedback(&item->event, item->handoff, item->note, r->config, &page.json);
    }
    return reading_feed_end(r, &page, &feedback_places, &next, found->more);
}

/* Continues while there is time and nothing was found: a caller should see an empty page only when
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

enum err feedback_list(struct request *r, struct read *read)
{
    const struct feed_input *input = r->input;
    int64_t after = reading_begin_at(&input->page).number;
    struct feedback_page found;
    enum err err = read_feedback(read, after, (int)input->page.limit, &found);

    if (err == ERR_NONE && found.count == 0 &&
        long_read_waits(r, input->wait_seconds, found.next, event_is_feedback))
        return ERR_NONE;
    return err == ERR_NONE ? answer_feedback(r, &found) : err;
}
