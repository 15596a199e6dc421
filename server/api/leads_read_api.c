#include "api/leads_read_api.h"

#include "http/reply.h"

#include "api/long_read.h"
#include "api/reading.h"
#include "http/etag_reply.h"

#include "base/name.h"
#include "base/text/words.h"
#include "core/handoff/shape.h"
#include "store/read/lead_read.h"
#include "store/read/lead_search.h"
#include "store/read/ledger_read.h"
#include "store/read/reader.h"
#include "store/read/verdict_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct reading_places leads_places = READING_PLACES("ld");
static const struct reading_places feed_places = READING_PLACES("lf");
static const struct reading_places timeline_places = READING_PLACES("tl");
static const struct reading_places verdicts_places = READING_PLACES("vd");

#define LEAD_ANSWER_MAX_BYTES ((size_t)8 << 20)

/* ---- one ---- */

static enum err answer_lead(struct request *r, const struct lead_view *view)
{
    struct json_out out;

    json_out_init(&out, r->arena, LEAD_ANSWER_MAX_BYTES);
    shape_lead(r->config, view->lead, view->open, &out);
    etag_reply_revision(r, view->lead->chain.seq);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

struct get_input {
    struct uuid lead;
};

static const struct input_field get_fields[] = {
    {"lead_id", &input_uuid, AT(struct get_input, lead), .place = INPUT_PATH},
};
const struct input_spec leads_get_input = INPUT_SPEC(get_fields, struct get_input);

enum err leads_get(struct request *r, struct read *read)
{
    const struct get_input *input = r->input;
    struct lead_view view;
    enum err err = lead_read_by_id(read, input->lead, &view);

    return err == ERR_NONE ? answer_lead(r, &view) : err;
}

enum err leads_get_all(struct request *const *requests, size_t count, struct read *read,
                       enum err *errs)
{
    struct uuid ids[READ_TOGETHER_MAX];
    struct lead_view views[READ_TOGETHER_MAX];

    for (size_t i = 0; i < count; i++)
        ids[i] = ((const struct get_input *)requests[i]->input)->lead;
    enum err err = lead_read_by_ids(read, ids, count, views, errs);
    for (size_t i = 0; err == ERR_NONE && i < count; i++)
        if (errs[i] == ERR_NONE)
            errs[i] = answer_lead(requests[i], &views[i]);
    return err;
}

/* ---- list ---- */

/* Everything but its letters and digits may be missing, and then there is nothing to look for. */
static bool read_words(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct words *words = ARENA_NEW(in->arena, struct words);

    if (words == NULL ||
        words_add(words, at->word, strlen(at->word), WORDS_WHOLE, in->arena) != ERR_NONE)
        return true;
    if (words->count == 0 || words->count > LEAD_SEARCH_WORDS_MAX)
        return input_fault(in, at, "words",
                           "One to eight words with letters or digits are wanted.");
    memcpy((char *)base + field->offset, &words, sizeof words);
    return true;
}

static const struct input_type words_type = {
    .kind = INPUT_LINE, .min = 1, .max = 200, .read = read_words};

struct list_input {
    const struct words *words; /* of q; NULL: any */
    const char *email;         /* normalised */
    const struct identity *external_id;
    enum stage stage;    /* STAGE_COUNT: any */
    enum lead_step step; /* STEP_NONE: any */
    instant due_before;
    const char *owner_team;
    struct uuid owner;      /* of owner_team; nil: any */
    enum milestone reached; /* MILESTONE_COUNT: a page, not a feed */
    const struct cursor *after;
    struct reading_query page;
    int64_t wait_seconds; /* of the feed */
};

static const struct input_field list_fields[] = {
    {"q", &words_type, AT(struct list_input, words)},
    {"email", &input_email, AT(struct list_input, email)},
    {"external_id", &foreign_pair_type, AT(struct list_input, external_id)},
    {"stage", &stage_type, AT(struct list_input, stage), .otherwise = STAGE_COUNT},
    {"owner_team", &name_type, AT(struct list_input, owner_team)},
    {"step", &lead_step_type, AT(struct list_input, step), .otherwise = STEP_NONE},
    {"due_before", &input_instant, AT(struct list_input, due_before)},
    {"reached", &milestone_type, AT(struct list_input, reached), .otherwise = MILESTONE_COUNT},
    {"after", &feed_places.type, AT(struct list_input, after)},
    PAGE_LIMIT_FIELD(struct list_input, page),
    PAGE_PLACE_FIELD(struct list_input, page, "cursor", leads_places),
    WAIT_FIELD(struct list_input, wait_seconds),
};
const struct input_spec leads_list_input = INPUT_SPEC(list_fields, struct list_input);

/* The feed and a page take different parameters. */
static void refuse_mixture(struct request *r, const struct list_input *input)
{
    static const char detail[] = "reached can only be combined with limit, after and wait_seconds";

    if (input->reached == MILESTONE_COUNT) {
        if (input->after != NULL)
            reading_fault(r, "after", "without_reached",
                          "It can only be used with reached; use cursor");
        if (input->wait_seconds != 0)
            reading_fault(r, "wait_seconds", "without_reached", "It can only be used with reached");
        return;
    }
    if (input->words != NULL)
        reading_fault(r, "q", "with_reached", detail);
    if (input->email != NULL)
        reading_fault(r, "email", "with_reached", detail);
    if (input->external_id != NULL)
        reading_fault(r, "external_id", "with_reached", detail);
    if (input->stage != STAGE_COUNT)
        reading_fault(r, "stage", "with_reached", detail);
    if (input->owner_team != NULL)
        reading_fault(r, "owner_team", "with_reached", detail);
    if (input->step != STEP_NONE)
        reading_fault(r, "step", "with_reached", detail);
    if (input->due_before != INSTANT_NONE)
        reading_fault(r, "due_before", "with_reached", detail);
    if (input->page.place != NULL)
        reading_fault(r, "cursor", "with_reached", detail);
}

enum err leads_list_fill(struct request *r, void *filled)
{
    struct list_input *input = filled;
    const struct team *team =
        input->owner_team == NULL ? NULL : config_team_named(r->config, input->owner_team);

    refuse_mixture(r, input);
    if (input->words != NULL && (input->email != NULL || input->external_id != NULL))
        reading_fault(r, "q", "with_identity",
                      "It cannot be combined with email or external_id, which name one lead.");
    if (team != NULL)
        input->owner = team->id;
    else if (input->owner_team != NULL && input->reached == MILESTONE_COUNT)
        reading_fault(r, "owner_team", "unknown_team", "There is no team of this name");
    return ERR_NONE;
}

static const struct identity *email_of(struct request *r, const char *email)
{
    struct identity *identity = email == NULL ? NULL : ARENA_NEW(r->arena, struct identity);

    if (identity != NULL)
        *identity = (struct identity){.kind = IDENTITY_EMAIL, .source = "", .value = email};
    return identity;
}

/* A page by date continues by date: the place holds that of the last lead. */
static enum err answer_page(struct request *r, const struct lead_page *found, bool by_date)
{
    struct reading_page page;
    struct cursor place = {0};

    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        shape_lead(r->config, found->items[i].lead, found->items[i].open, &page.json);
        place.id = found->items[i].lead->id;
        place.number = by_date ? found->items[i].lead->next.at : 0;
    }
    return reading_page_end(r, &page, &leads_places, found->more ? &place : NULL);
}

static enum err list_page(struct request *r, const struct list_input *input, struct read *read)
{
    struct lead_page found;
    struct cursor begin = reading_begin_at(&input->page);
    bool by_date = input->step != STEP_NONE || input->due_before != INSTANT_NONE;
    struct lead_filter filter = {
        .email = email_of(r, input->email),
        .external = input->external_id,
        .stage = input->stage,
        .owner_team = input->owner,
        .before = begin.id,
        .by_date = by_date,
        .step = input->step,
        .due_before = input->due_before,
        .after = input->page.place == NULL ? INSTANT_NONE : begin.number,
    };

    if (arena_failed(r->arena))
        return ERR_OUT_OF_MEMORY;
    enum err err = lead_read_page(read, &filter, (int)input->page.limit, &found);
    return err == ERR_NONE ? answer_page(r, &found, by_date) : err;
}

/* ---- by words ---- */

static enum err list_found(struct request *r, const struct list_input *input, struct read *read)
{
    struct lead_found found;
    struct reading_page page;
    struct cursor begin = reading_begin_at(&input->page);
    struct lead_search search = {
        .words = input->words,
        .after_word = begin.text == NULL ? "" : begin.text,
        .after_lead = begin.id,
        .stage = input->stage,
        .owner_team = input->owner,
        .step = input->step,
        .due_before = input->due_before,
    };
    enum err err = lead_search(read, &search, (int)input->page.limit, &found);

    if (err != ERR_NONE)
        return err;
    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found.page.count; i++)
        shape_lead(r->config, found.page.items[i].lead, found.page.items[i].open, &page.json);
    struct cursor place = {.id = found.next_lead, .text = found.next_word};
    return reading_page_end(r, &page, &leads_places, found.next_word == NULL ? NULL : &place);
}

/* ---- the feed of a milestone ---- */

static void write_change(const struct config *config, enum milestone milestone,
                         const struct lead_change_item *item, struct json_out *out)
{
    const struct lead *lead = item->lead;

    json_out_begin_object(out);
    json_out_member_uuid(out, "id", lead->id);
    json_out_member_instant(out, "reached_at", lead->reached[milestone]);
    json_out_member_text(out, "gone",
                         lead->status == LEAD_ACTIVE ? NULL : lead_status_name(lead->status));
    json_out_member_uuid(out, "survivor", item->survivor);
    json_out_key(out, "lead");
    if (lead->status == LEAD_ACTIVE)
        shape_lead(config, lead, item->open, out);
    else
        json_out_null(out);
    json_out_end_object(out);
}

/* Continues while there is time and nothing was found: a caller should see an empty page only when
 * it is the last. */
static enum err read_feed(struct read *read, enum milestone milestone, int64_t after, int limit,
                          struct lead_feed *found)
{
    int64_t until = read->deadline - READ_TIMEOUT_MS / 2;
    enum err err;

    do {
        err = lead_read_feed(read, milestone, after, limit, found);
        after = found->next;
    } while (err == ERR_NONE && found->count == 0 && found->more && pg_now_ms() < until);
    return err;
}

static bool is_of_lead(int kind)
{
    return event_is_of_lead((enum ledger_kind)kind);
}

static enum err list_feed(struct request *r, const struct list_input *input, struct read *read)
{
    struct cursor next = input->after == NULL ? (struct cursor){0} : *input->after;
    struct lead_feed found;
    struct reading_page page;
    enum err err = read_feed(read, input->reached, next.number, (int)input->page.limit, &found);

    if (err != ERR_NONE)
        return err;
    if (found.count == 0 && long_read_waits(r, input->wait_seconds, found.next, is_of_lead))
        return ERR_NONE;
    reading_page_begin(r, &page, "after");
    for (size_t i = 0; i < found.count; i++)
        write_change(r->config, input->reached, &found.items[i], &page.json);
    next.number = found.next;
    return reading_feed_end(r, &page, &feed_places, &next, found.more);
}

enum err leads_list(struct request *r, struct read *read)
{
    const struct list_input *input = r->input;

    if (input->words != NULL && input->reached == MILESTONE_COUNT)
        return list_found(r, input, read);
    return input->reached == MILESTONE_COUNT ? list_page(r, input, read)
                                             : list_feed(r, input, read);
}

/* ---- what hangs on one ---- */

struct timeline_input {
    struct uuid lead;
    struct reading_query page;
};

static const struct input_field timeline_fields[] = {
    {"lead_id", &input_uuid, AT(struct timeline_input, lead), .place = INPUT_PATH},
    PAGE_LIMIT_FIELD(struct timeline_input, page),
    PAGE_PLACE_FIELD(struct timeline_input, page, "cursor", timeline_places),
};
const struct input_spec leads_timeline_input = INPUT_SPEC(timeline_fields, struct timeline_input);

static enum err answer_timeline(struct request *r, const struct timeline_page *found)
{
    struct reading_page page;
    struct cursor place = {0};

    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        const struct timeline_item *item = &found->items[i];
        event_write_timeline(&item->event, item->touch, r->config, &page.json);
        place.number = item->event.pos;
    }
    return reading_page_end(r, &page, &timeline_places, found->more ? &place : NULL);
}

enum err leads_timeline(struct request *r, struct read *read)
{
    const struct timeline_input *input = r->input;
    struct cursor place = reading_begin_at(&input->page);
    struct timeline_page found;
    enum err err =
        ledger_read_timeline(read, input->lead, place.number, (int)input->page.limit, &found);

    return err == ERR_NONE ? answer_timeline(r, &found) : err;
}

struct verdicts_input {
    struct uuid lead;
    enum term term;  /* TERM_COUNT: any */
    int32_t version; /* 0: any */
    struct reading_query page;
};

static const struct input_field verdicts_fields[] = {
    {"lead_id", &input_uuid, AT(struct verdicts_input, lead), .place = INPUT_PATH},
    {"term", &term_type, AT(struct verdicts_input, term), .otherwise = TERM_COUNT},
    {"version", &asked_version_type, AT(struct verdicts_input, version)},
    PAGE_LIMIT_FIELD(struct verdicts_input, page),
    PAGE_PLACE_FIELD(struct verdicts_input, page, "cursor", verdicts_places),
};

static bool check_version(struct input *in, const struct input_node *at, void *out)
{
    const struct verdicts_input *input = out;
    const struct input_node version = {.name = "version"};

    (void)at;
    return input->version == 0 || input->term != TERM_COUNT ||
           input_fault(in, &version, "without_term", "A version belongs to a term: name the term");
}

const struct input_spec leads_verdicts_input =
    INPUT_SPEC(verdicts_fields, struct verdicts_input, .check = check_version);

/* A place holds a moment, a lead, and as its text the number in that lead's chain. */
static struct verdict_filter verdict_filter_of(const struct verdicts_input *input)
{
    const struct cursor *place = input->page.place;
    struct verdict_filter filter = {
        .of_term = input->term != TERM_COUNT,
        .term = input->term,
        .version = input->version,
        .before = {.judged_at = INSTANT_NONE},
    };

    if (place == NULL)
        return filter;
    filter.before.judged_at = place->number;
    filter.before.lead = place->id;
    filter.before.seq = strtoll(place->text, NULL, 10);
    return filter;
}

static enum err answer_verdicts(struct request *r, const struct verdict_page *found)
{
    struct reading_page page;
    struct cursor place = {0};

    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        const struct verdict_item *item = &found->items[i];
        json_out_begin_object(&page.json);
        json_out_member_instant(&page.json, "judged_at", item->place.judged_at);
        json_out_key(&page.json, "verdict");
        json_out_raw(&page.json, item->body, item->body_len);
        json_out_end_object(&page.json);
        place.number = item->place.judged_at;
        place.id = item->place.lead;
        place.text = arena_printf(r->arena, "%" PRId64, item->place.seq);
    }
    return reading_page_end(r, &page, &verdicts_places, found->more ? &place : NULL);
}

enum err leads_verdicts(struct request *r, struct read *read)
{
    const struct verdicts_input *input = r->input;
    struct verdict_filter filter = verdict_filter_of(input);
    struct verdict_page found;
    enum err err = verdict_read_page(read, input->lead, &filter, (int)input->page.limit, &found);

    return err == ERR_NONE ? answer_verdicts(r, &found) : err;
}
