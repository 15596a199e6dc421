#include "api/movers_api.h"

#include "http/accept.h"
#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/reading.h"

#include "base/csv_out.h"
#include "base/name.h"
#include "core/handoff/shape.h"

static const struct reading_places movers_places = READING_PLACES("mv");

struct movers_input {
    struct uuid job;
    int way;
    const char *criterion;
    int threshold; /* THRESHOLD_COUNT: none is asked for */
    struct reading_query page;
};

static const struct input_field movers_fields[] = {
    {"job_id", &input_uuid, AT(struct movers_input, job), .place = INPUT_PATH},
    {"way", &mover_way_type, AT(struct movers_input, way), .otherwise = MOVER_WAY_COUNT},
    {"criterion", &code_type, AT(struct movers_input, criterion)},
    {"threshold", &threshold_name_type, AT(struct movers_input, threshold),
     .otherwise = THRESHOLD_COUNT},
    PAGE_LIMIT_FIELD(struct movers_input, page),
    PAGE_PLACE_FIELD(struct movers_input, page, "cursor", movers_places),
};
const struct input_spec jobs_movers_input = INPUT_SPEC(movers_fields, struct movers_input);

/* NULL: sales has not answered it. */
static const char *outcome_name(const struct mover *mover, enum history_target target)
{
    static const char *const names[] = {
        [OUTCOME_REACHED] = "reached", [OUTCOME_MISSED] = "missed", [OUTCOME_OPEN] = "open"};

    return mover->answered ? names[mover->outcomes[target]] : NULL;
}

/* ---- JSON ---- */

static void write_item(struct request *r, const struct mover_item *item, struct json_out *out)
{
    const struct mover *mover = &item->mover;

    json_out_begin_object(out);
    json_out_member_uuid(out, "lead_id", mover->lead);
    json_out_member_text(out, "way", mover_way_name(item->way));
    json_out_member_text(out, "criterion", item->criterion);
    json_out_member_text(out, "threshold", item->threshold);
    json_out_member_bool(out, "alone", mover->alone);
    json_out_member_int(out, "score", mover->score);
    json_out_member_int(out, "score_against", mover->score_against);
    json_out_member_instant(out, "judged_at", mover->judged_at);
    for (enum history_target target = 0; target < TARGET_COUNT; target++)
        json_out_member_text(out, history_target_name(target), outcome_name(mover, target));
    if (item->lead != NULL) {
        shape_external_ids(item->lead, out);
        json_out_member_text(out, "link", shape_lead_path(mover->lead, r->arena));
    } else {
        json_out_member_null(out, "external_ids");
        json_out_member_null(out, "link");
    }
    json_out_end_object(out);
}

/* ---- CSV ---- */

void movers_write_head(struct text_out *out)
{
    text_out_put(out, "lead_id,way,criterion,threshold,alone,score,score_against,judged_at,"
                      "accepted,sql,won,external_ids,link\r\n");
}

static void put_cell(struct text_out *out, const char *text)
{
    csv_out_cell(out, text);
    text_out_put(out, ",");
}

static void put_number(struct text_out *out, int32_t number)
{
    text_out_format(out, "%d,", number);
}

/* source:id, with a space between several. */
static void put_external_ids(struct text_out *out, const struct lead *lead)
{
    struct text_out ids;

    text_out_init(&ids, out->arena, PAGE_ANSWER_MAX_BYTES);
    for (size_t i = 0; lead != NULL && i < lead->identity_count; i++)
        if (lead->identities[i].kind == IDENTITY_EXTERNAL)
            text_out_put(&ids, arena_printf(out->arena, "%s%s:%s", ids.len > 0 ? " " : "",
                                            lead->identities[i].source, lead->identities[i].value));
    put_cell(out, ids.len > 0 ? ids.text : NULL);
}

void movers_write_row(const struct mover_item *item, struct text_out *out)
{
    const struct mover *mover = &item->mover;
    char lead[UUID_TEXT_LEN + 1], judged_at[INSTANT_TEXT_MAX];

    uuid_format(mover->lead, lead);
    instant_format(mover->judged_at, judged_at);
    put_cell(out, lead);
    put_cell(out, mover_way_name(item->way));
    put_cell(out, item->criterion);
    put_cell(out, item->threshold);
    put_cell(out, mover->alone ? "true" : "false");
    put_number(out, mover->score);
    put_number(out, mover->score_against);
    put_cell(out, judged_at);
    for (enum history_target target = 0; target < TARGET_COUNT; target++)
        put_cell(out, outcome_name(mover, target));
    put_external_ids(out, item->lead);
    if (item->lead != NULL)
        csv_out_cell(out, shape_lead_path(mover->lead, out->arena));
    text_out_put(out, "\r\n");
}

/* ---- the list ---- */

static void answer_csv(struct request *r, const struct mover_page *found, bool first)
{
    struct text_out table;

    text_out_init(&table, r->arena, PAGE_ANSWER_MAX_BYTES);
    if (first)
        movers_write_head(&table);
    for (size_t i = 0; i < found->count; i++)
        movers_write_row(&found->items[i], &table);
    reply_text(r, 200, "text/csv; charset=utf-8", &table);
}

static enum err answer(struct request *r, const struct mover_page *found, bool csv)
{
    const struct movers_input *input = r->input;
    struct cursor place = {.number = found->count == 0 ? 0 : found->items[found->count - 1].place};
    const struct cursor *next = found->more ? &place : NULL;
    struct reading_page page;

    r->reply.vary |= VARY_ACCEPT;
    if (csv) {
        reading_page_link(r, "cursor", &movers_places, next);
        answer_csv(r, found, input->page.place == NULL);
        return ERR_NONE;
    }
    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++)
        write_item(r, &found->items[i], &page.json);
    return reading_page_end(r, &page, &movers_places, next);
}

enum err jobs_movers(struct request *r, struct read *read)
{
    static const char *const offered[] = {"application/json", "text/csv"};
    const struct movers_input *input = r->input;
    int chosen = accept_choose(r->accept, offered, 2);
    const struct mover_query query = {
        .job = input->job,
        .way = (enum mover_way)input->way,
        .criterion = input->criterion,
        .threshold = input->threshold == THRESHOLD_COUNT ? NULL : threshold_name(input->threshold),
        .after = reading_begin_at(&input->page).number,
        .limit = (int)input->page.limit,
    };
    struct mover_page found;

    if (chosen < 0)
        return request_refuse(r, ERR_NOT_ACCEPTABLE, "Offered are application/json and text/csv");
    enum err err = mover_read(read, &query, &found);
    return err == ERR_NONE ? answer(r, &found, chosen == 1) : err;
}
