#include "api/leads_read_api.h"

#include "api/capture_input.h"
#include "http/etag_reply.h"
#include "http/reading.h"

#include "base/email.h"
#include "core/handoff/shape.h"
#include "store/read/lead_read.h"
#include "store/read/ledger_read.h"
#include "store/read/verdict_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TAG_LEADS    "ld"
#define TAG_FEED     "lf"
#define TAG_TIMELINE "tl"
#define TAG_VERDICTS "vd"

#define LEAD_ANSWER_MAX_BYTES ((size_t)8 << 20)

static const char *const stage_names[] = {
#define X(name, text) text,
    STAGE_TABLE(X)
#undef X
        NULL,
};

static const char *const milestone_names[] = {
#define X(name, text) text,
    MILESTONE_TABLE(X)
#undef X
        NULL,
};

/* ---- one ---- */

static enum err answer_lead(struct request *r, const struct lead_view *view)
{
    struct json_out out;

    json_out_init(&out, LEAD_ANSWER_MAX_BYTES);
    shape_lead(r->config, view->lead, view->open, &out);
    etag_reply_revision(r, view->lead->chain.seq);
    reply_json(r, 200, &out);
    json_out_release(&out);
    return ERR_NONE;
}

enum err leads_get(struct request *r, struct reader *reader)
{
    struct read read;
    struct lead_view view;
    struct uuid id;
    enum err err = request_param_uuid(r, "lead_id", &id);

    if (err != ERR_NONE)
        return err;
    err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = lead_read_by_id(&read, id, &view);
    err = err == ERR_NONE ? answer_lead(r, &view) : reading_refuse(r, err, "lead");
    reading_end(&read);
    return err;
}

/* ---- list ---- */

struct list_query {
    const char *email;
    const char *external_id;
    int stage;
    const char *owner_team;
    int reached;
    const char *after;
    struct reading_query page;
};

static const struct input_field list_fields[] = {
    {.name = "email",
     .type = INPUT_LINE,
     .min = 3,
     .max = EMAIL_MAX_BYTES,
     .offset = offsetof(struct list_query, email)},
    {.name = "external_id",
     .type = INPUT_LINE,
     .min = 3,
     .max = IDENTITY_SOURCE_MAX_BYTES + 1 + EXTERNAL_ID_MAX_CHARS,
     .offset = offsetof(struct list_query, external_id)},
    {.name = "stage",
     .type = INPUT_ENUM,
     .values = stage_names,
     .otherwise = STAGE_COUNT,
     .offset = offsetof(struct list_query, stage)},
    {.name = "owner_team",
     .type = INPUT_LINE,
     .min = 1,
     .max = 63,
     .offset = offsetof(struct list_query, owner_team)},
    {.name = "reached",
     .type = INPUT_ENUM,
     .values = milestone_names,
     .otherwise = MILESTONE_COUNT,
     .offset = offsetof(struct list_query, reached)},
    {.name = "after",
     .type = INPUT_LINE,
     .min = 1,
     .max = CURSOR_MAX_BYTES,
     .offset = offsetof(struct list_query, after)},
    PAGE_LIMIT_FIELD(struct list_query, page),
    PAGE_PLACE_FIELD(struct list_query, page, "cursor"),
};

const struct input_spec leads_list_query = INPUT_SPEC(list_fields, struct list_query);

static const struct identity *email_of(struct request *r, const char *text)
{
    struct identity *identity = ARENA_NEW(r->arena, struct identity);

    if (text == NULL || identity == NULL)
        return NULL;
    *identity = (struct identity){.kind = IDENTITY_EMAIL, .source = "", .value = ""};
    if (email_normalize(text, r->arena, &identity->value) == ERR_INVALID_VALUE)
        reading_fault(r, "email", "email", "This is no email address, such as kim@acme.example");
    return identity;
}

static const struct identity *external_of(struct request *r, const char *text)
{
    struct identity *identity = ARENA_NEW(r->arena, struct identity);
    const char *colon = text == NULL ? NULL : strchr(text, ':');

    if (text == NULL || identity == NULL)
        return NULL;
    *identity = (struct identity){.kind = IDENTITY_EXTERNAL, .source = "", .value = ""};
    const char *source =
        colon == NULL
            ? NULL
            : identity_source_parse(arena_copy(r->arena, text, (size_t)(colon - text)), r->arena);
    if (source == NULL || colon[1] == '\0') {
        reading_fault(r, "external_id", "external_id", "source:id is wanted, such as hubspot:51");
        return identity;
    }
    identity->source = source;
    identity->value = colon + 1;
    return identity;
}

static struct uuid owner_of(struct request *r, const char *name)
{
    const struct team *team = name == NULL ? NULL : config_team_named(r->config, name);

    if (name != NULL && team == NULL)
        reading_fault(r, "owner_team", "unknown_team", "There is no team of this name");
    return team == NULL ? (struct uuid){{0}} : team->id;
}

static enum err answer_page(struct request *r, const struct lead_page *found)
{
    struct reading_page page;
    struct cursor place = {0};

    reading_page_begin(&page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        shape_lead(r->config, found->items[i].lead, found->items[i].open, &page.json);
        place.id = found->items[i].lead->id;
    }
    return reading_page_end(r, &page, found->more ? &place : NULL, TAG_LEADS);
}

static enum err list_page(struct request *r, const struct list_query *query, struct read *read)
{
    struct lead_page found;
    struct lead_filter filter = {
        .email = email_of(r, query->email),
        .external = external_of(r, query->external_id),
        .stage = (enum stage)query->stage,
        .owner_team = owner_of(r, query->owner_team),
        .before = reading_place(r, &query->page, "cursor", TAG_LEADS).id,
    };

    if (query->after != NULL)
        reading_fault(r, "after", "without_reached", "It goes with reached alone; use cursor");
    enum err err = reading_check(r);
    if (err != ERR_NONE)
        return err;
    if (arena_failed(r->arena))
        return reading_refuse(r, ERR_OUT_OF_MEMORY, "lead");
    err = lead_read_page(read, &filter, (int)query->page.limit, &found);
    return err == ERR_NONE ? answer_page(r, &found) : reading_refuse(r, err, "lead");
}

/* ---- the feed of a milestone ---- */

static void refuse_filters(struct request *r, const struct list_query *query)
{
    static const char detail[] = "reached takes no other filter than limit and after";

    if (query->email != NULL)
        reading_fault(r, "email", "with_reached", detail);
    if (query->external_id != NULL)
        reading_fault(r, "external_id", "with_reached", detail);
    if (query->stage != STAGE_COUNT)
        reading_fault(r, "stage", "with_reached", detail);
    if (query->owner_team != NULL)
        reading_fault(r, "owner_team", "with_reached", detail);
    if (query->page.cursor != NULL)
        reading_fault(r, "cursor", "with_reached", detail);
}

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

/* Looks on while there is time and nothing was found: a caller should see an empty page only when
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

static enum err list_feed(struct request *r, const struct list_query *query, struct read *read)
{
    enum milestone milestone = (enum milestone)query->reached;
    struct reading_query place = {.cursor = query->after};
    struct cursor next = reading_place(r, &place, "after", TAG_FEED);
    struct lead_feed found;
    struct reading_page page;

    refuse_filters(r, query);
    enum err err = reading_check(r);
    if (err != ERR_NONE)
        return err;
    err = read_feed(read, milestone, next.number, (int)query->page.limit, &found);
    if (err != ERR_NONE)
        return reading_refuse(r, err, "lead");
    reading_page_begin(&page, "after");
    for (size_t i = 0; i < found.count; i++)
        write_change(r->config, milestone, &found.items[i], &page.json);
    next.number = found.next;
    return reading_feed_end(r, &page, &next, TAG_FEED, found.more);
}

enum err leads_list(struct request *r, struct reader *reader)
{
    const struct list_query *query = r->query;
    struct read read;
    enum err err = reading_begin(r, reader, &read);

    if (err != ERR_NONE)
        return err;
    err =
        query->reached == MILESTONE_COUNT ? list_page(r, query, &read) : list_feed(r, query, &read);
    reading_end(&read);
    return err;
}

/* ---- what hangs on one ---- */

struct timeline_query {
    struct reading_query page;
};

static const struct input_field timeline_fields[] = {
    PAGE_LIMIT_FIELD(struct timeline_query, page),
    PAGE_PLACE_FIELD(struct timeline_query, page, "cursor"),
};

const struct input_spec leads_timeline_query = INPUT_SPEC(timeline_fields, struct timeline_query);

static enum err answer_timeline(struct request *r, const struct timeline_page *found)
{
    struct reading_page page;
    struct cursor place = {0};

    reading_page_begin(&page, "cursor");
    for (size_t i = 0; i < found->count; i++) {
        const struct timeline_item *item = &found->items[i];
        event_write_timeline(&item->event, item->touch, r->config, &page.json);
        place.number = item->event.pos;
    }
    return reading_page_end(r, &page, found->more ? &place : NULL, TAG_TIMELINE);
}

enum err leads_timeline(struct request *r, struct reader *reader)
{
    const struct timeline_query *query = r->query;
    struct cursor place = reading_place(r, &query->page, "cursor", TAG_TIMELINE);
    struct timeline_page found;
    struct read read;
    struct uuid id;
    enum err err = request_param_uuid(r, "lead_id", &id);

    if (err == ERR_NONE)
        err = reading_check(r);
    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = ledger_read_timeline(&read, id, place.number, (int)query->page.limit, &found);
    err = err == ERR_NONE ? answer_timeline(r, &found) : reading_refuse(r, err, "lead");
    reading_end(&read);
    return err;
}

static const char *const term_names[] = {"mql", "srl", "sql", NULL};

struct verdicts_query {
    int term;
    int64_t version;
    struct reading_query page;
};

static const struct input_field verdicts_fields[] = {
    {.name = "term",
     .type = INPUT_ENUM,
     .values = term_names,
     .otherwise = TERM_COUNT,
     .offset = offsetof(struct verdicts_query, term)},
    {.name = "version",
     .type = INPUT_INT,
     .min = 1,
     .max = 1000000,
     .offset = offsetof(struct verdicts_query, version)},
    PAGE_LIMIT_FIELD(struct verdicts_query, page),
    PAGE_PLACE_FIELD(struct verdicts_query, page, "cursor"),
};

const struct input_spec leads_verdicts_query = INPUT_SPEC(verdicts_fields, struct verdicts_query);

/* A place holds a moment, a lead, and as its text the number in that lead's chain. */
static struct verdict_filter verdict_filter_of(struct request *r,
                                               const struct verdicts_query *query)
{
    struct cursor place = reading_place(r, &query->page, "cursor", TAG_VERDICTS);
    struct verdict_filter filter = {
        .of_term = query->term != TERM_COUNT,
        .term = (enum term)query->term,
        .version = (int)query->version,
        .before = {.judged_at = INSTANT_NONE},
    };

    if (query->version != 0 && !filter.of_term)
        reading_fault(r, "version", "without_term", "A version is one of a term: name the term");
    if (place.text == NULL)
        return filter;
    filter.before.judged_at = place.number;
    filter.before.lead = place.id;
    filter.before.seq = strtoll(place.text, NULL, 10);
    return filter;
}

static enum err answer_verdicts(struct request *r, const struct verdict_page *found)
{
    struct reading_page page;
    struct cursor place = {0};

    reading_page_begin(&page, "cursor");
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
    return reading_page_end(r, &page, found->more ? &place : NULL, TAG_VERDICTS);
}

enum err leads_verdicts(struct request *r, struct reader *reader)
{
    const struct verdicts_query *query = r->query;
    struct verdict_filter filter = verdict_filter_of(r, query);
    struct verdict_page found;
    struct read read;
    struct uuid id;
    enum err err = request_param_uuid(r, "lead_id", &id);

    if (err == ERR_NONE)
        err = reading_check(r);
    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = verdict_read_page(&read, id, &filter, (int)query->page.limit, &found);
    err = err == ERR_NONE ? answer_verdicts(r, &found) : reading_refuse(r, err, "lead");
    reading_end(&read);
    return err;
}
