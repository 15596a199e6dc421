#include "store/work_hold.h"

#include "store/pg/columns.h"
#include "store/table/config_columns.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MAX_BYTES (8u << 20)

/* A commitment and the chain whose last entry will have it. */
struct held {
    struct chain *chain;
    const char *row;
    size_t place;                     /* among all: of two to one row the later counts */
    bool gone;                        /* the row is deleted */
    uint8_t commitment[DIGEST_BYTES]; /* unless it is gone */
};

struct hold {
    struct work *work;
    struct list held;
};

/* Where a row is to be held, and what it is salted with. */
struct place {
    struct chain *chain;
    struct uuid subject;
    const uint8_t *salt;
    const struct digest_key *ready; /* the salt, when it was made ready; or NULL */
    bool of_lead;                   /* the chain is a lead's */
};

static void hold_row(struct hold *hold, const struct place *place, const struct columns *columns,
                     const void *row, bool gone)
{
    struct arena *arena = hold->work->arena;
    struct held *held = ARENA_NEW(arena, struct held);
    size_t len;

    if (held == NULL)
        return;
    held->chain = place->chain;
    held->place = hold->held.count;
    held->row = columns_row_name(columns, row, place->subject, arena);
    held->gone = gone;
    if (!gone) {
        const void *bytes = columns_bytes(columns, row, arena, &len);
        if (bytes == NULL)
            return;
        if (place->ready != NULL)
            ledger_commit_by(place->ready, columns->table, bytes, len, held->commitment);
        else
            ledger_commit(place->salt, columns->table, bytes, len, held->commitment);
    }
    if (held->row != NULL)
        list_add(&hold->held, arena, held);
}

/* ---- of leads ---- */

/* A lead's rows are held by the chain of whom it is part of by now. False when there is no entry of
 * theirs to hold it, or nothing left of them that could be committed to. */
static bool place_of(struct hold *hold, struct uuid lead, struct place *out)
{
    struct lead *stands;

    if (work_find_lead(hold->work, lead, &stands) != FIND_FOUND || stands->status != LEAD_ACTIVE ||
        stands->chain.last == NULL)
        return false;
    *out = (struct place){&stands->chain, stands->id, stands->salt, lead_salt(stands), true};
    return true;
}

static bool is_committed_anew(struct hold *hold, const struct columns *columns, const void *row,
                              const void *stored)
{
    size_t len, stored_len;
    const void *bytes = columns_bytes(columns, row, hold->work->arena, &len);
    const void *before =
        stored == NULL ? NULL : columns_bytes(columns, stored, hold->work->arena, &stored_len);

    return bytes != NULL &&
           (before == NULL || len != stored_len || memcmp(bytes, before, len) != 0);
}

/* Something has changed that is no event: an older value of an attribute was given, or Baton looks
 * at the lead again at another time. So that the ledger has it, there is an entry that says nothing
 * else. */
static void note_change(struct hold *hold, struct uuid lead, const struct columns *columns,
                        const void *row, const void *stored)
{
    struct lead *stands;

    if (work_find_lead(hold->work, lead, &stands) != FIND_FOUND || stands->status != LEAD_ACTIVE ||
        stands->chain.last != NULL || !is_committed_anew(hold, columns, row, stored))
        return;
    work_change_lead(hold->work, stands);
    work_body(hold->work);
    work_append(hold->work, stands, LEDGER_LEAD_UPDATED, (struct actor){0}, (struct uuid){{0}});
}

static void note_changes(struct hold *hold)
{
    struct work *work = hold->work;

    for (size_t i = 0; i < work->saves[KIND_LEAD].count; i++) {
        const struct lead *lead = work->saves[KIND_LEAD].items[i];
        note_change(hold, lead->id, &lead_columns, lead,
                    lead->row == ROW_NEW ? NULL : lead->stored);
    }
    for (size_t i = 0; i < work->saves[KIND_HANDOFF].count; i++) {
        const struct handoff *handoff = work->saves[KIND_HANDOFF].items[i];
        note_change(hold, handoff->lead, &handoff_columns, handoff,
                    handoff->row == ROW_NEW ? NULL : handoff->stored);
    }
}

static void hold_of_lead(struct hold *hold, struct uuid lead, const struct columns *columns,
                         const void *row)
{
    struct place place;

    if (place_of(hold, lead, &place))
        hold_row(hold, &place, columns, row, false);
}

static void hold_leads(struct hold *hold)
{
    const struct list *leads = &hold->work->saves[KIND_LEAD];
    const struct list *handoffs = &hold->work->saves[KIND_HANDOFF];
    const struct list *verdicts = &hold->work->saves[KIND_VERDICT];
    const struct list *feedback = &hold->work->saves[KIND_FEEDBACK];

    for (size_t i = 0; i < leads->count; i++)
        hold_of_lead(hold, ((const struct lead *)leads->items[i])->id, &lead_columns,
                     leads->items[i]);
    for (size_t i = 0; i < handoffs->count; i++)
        hold_of_lead(hold, ((const struct handoff *)handoffs->items[i])->lead, &handoff_columns,
                     handoffs->items[i]);
    for (size_t i = 0; i < verdicts->count; i++)
        hold_of_lead(hold, ((const struct verdict_row *)verdicts->items[i])->lead, &verdict_columns,
                     verdicts->items[i]);
    for (size_t i = 0; i < feedback->count; i++)
        hold_of_lead(hold, ((const struct feedback_row *)feedback->items[i])->lead,
                     &feedback_columns, feedback->items[i]);
}

/* An answer is held with the first lead that it speaks of and that has changed; one that changed
 * nothing is held by nobody. */
static void hold_answer(struct hold *hold, struct answer_row *row, const struct place *common)
{
    struct place place;

    row->created_at = hold->work->now; /* as it is saved */
    for (size_t i = 0; i < row->lead_count; i++) {
        if (place_of(hold, row->leads[i], &place)) {
            hold_row(hold, &place, &answer_columns, row, false);
            return;
        }
    }
    if (row->lead_count == 0 && common->chain != NULL && !common->of_lead)
        hold_row(hold, common, &answer_columns, row, false);
}

/* ---- of the workspace ---- */

static void hold_change(struct hold *hold, const struct place *place,
                        const struct config_change *change)
{
    switch (change->kind) {
    case CHANGE_TEAM:
        hold_row(hold, place, &team_columns, change->team, false);
        break;
    case CHANGE_MEMBER:
        hold_row(hold, place, &member_columns, change->member, false);
        break;
    case CHANGE_KEY:
        hold_row(hold, place, &key_columns, change->key, false);
        break;
    case CHANGE_AGREEMENT:
        hold_row(hold, place, &agreement_columns, change->agreement, false);
        break;
    case CHANGE_SIGNATURE:
        hold_row(hold, place, &signature_columns,
                 &(const struct signature_row){change->signature.kind, change->signature.version,
                                               change->signature.signature},
                 false);
        break;
    case CHANGE_ACKNOWLEDGEMENT:
        hold_row(hold, place, &acknowledgement_columns,
                 &(const struct acknowledgement_row){
                     change->acknowledgement.kind, change->acknowledgement.version,
                     change->acknowledgement.member, change->acknowledgement.at},
                 false);
        break;
    case CHANGE_COMMENT:
        hold_row(hold, place, &comment_columns,
                 &(const struct comment_row){change->comment.kind, change->comment.version,
                                             change->comment.comment},
                 false);
        break;
    case CHANGE_SOURCE:
        hold_row(hold, place, &source_columns, change->source.row, false);
        break;
    case CHANGE_STAGE:
        hold_row(hold, place, &stage_columns, change->stage, false);
        break;
    case CHANGE_BLOCK: /* free: docs/ledger.md */
        break;
    case CHANGE_SUBSCRIPTION:
        hold_row(hold, place, &subscription_columns, change->subscription.row,
                 change->subscription.ends);
        break;
    }
}

/* A body is a person's: what it is salted with goes with it. */
static void hold_delivery(struct hold *hold, const struct place *common,
                          const struct delivery_row *row)
{
    static const uint8_t none[SALT_BYTES];
    struct place place = {common->chain, common->subject, row->salt, NULL, common->of_lead};

    if (memcmp(row->salt, none, sizeof none) != 0)
        hold_row(hold, &place, &delivery_columns, row, false);
}

static void hold_common(struct hold *hold, const struct place *place)
{
    struct work *work = hold->work;
    static const struct {
        enum row_kind kind;
        const struct columns *columns;
    } rows[] = {
        {KIND_EXCEPTION, &exception_columns}, {KIND_CAMPAIGN, &campaign_columns},
        {KIND_CONTENT, &content_columns},     {KIND_RATES, &rates_columns},
        {KIND_ACCOUNT, &account_columns},
    };

    for (size_t i = 0; i < work->saves[KIND_CONFIG_CHANGE].count; i++)
        hold_change(hold, place, work->saves[KIND_CONFIG_CHANGE].items[i]);
    for (size_t i = 0; i < work->saves[KIND_DELIVERY].count; i++)
        hold_delivery(hold, place, work->saves[KIND_DELIVERY].items[i]);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        for (size_t i = 0; i < work->saves[rows[k].kind].count; i++)
            hold_row(hold, place, rows[k].columns, work->saves[rows[k].kind].items[i], false);
}

/* The chain that holds what is no lead's: the workspace's if the group has written an entry of it,
 * else any, a lead's as the last choice. */
static struct place common_place(struct work *work)
{
    struct place place = {.salt = work->config->salt};

    for (size_t i = 0; i < work->saves[KIND_LEAD].count; i++) {
        struct lead *lead = work->saves[KIND_LEAD].items[i];
        /* the hash of an absorbed lead's last entry stands in its survivor's */
        if (lead->chain.last != NULL && lead->status != LEAD_MERGED)
            place = (struct place){&lead->chain, lead->id, place.salt, NULL, true};
    }
    for (size_t i = 0; i < work->saves[KIND_CHAIN].count; i++) {
        struct chain_row *row = work->saves[KIND_CHAIN].items[i];
        if (row->chain.last != NULL)
            place = (struct place){&row->chain, row->subject, place.salt, NULL, false};
        if (row->chain.last != NULL && uuid_equal(row->subject, work->config->workspace))
            break;
    }
    return place;
}

/* ---- writing ---- */

static int held_order(const void *a, const void *b)
{
    const struct held *x = *(const struct held *const *)a;
    const struct held *y = *(const struct held *const *)b;
    int order = (x->chain > y->chain) - (x->chain < y->chain);

    if (order == 0)
        order = strcmp(x->row, y->row);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

/* Ends what was written of its rows, and puts it in front of what the chain's last entry says. */
static void amend(struct work *work, struct json_out *out, struct chain *chain)
{
    const struct ledger_entry *entry = chain->last;
    size_t len;

    json_out_end_object(out);
    if (entry->body_len > 2) /* all but the brace that opens it */
        json_out_raw(out, entry->body + 1, entry->body_len - 1);
    else
        json_out_end_object(out);
    const char *body = json_out_keep(out, work->arena, &len);
    if (body != NULL)
        ledger_amend(chain, body, len);
    json_out_clear(out);
}

static void write_rows(struct hold *hold)
{
    struct list *all = &hold->held;
    const struct chain *chain = NULL; /* whose rows are being written */
    struct json_out out;

    if (all->count > 1)
        qsort(all->items, all->count, sizeof *all->items, held_order);
    json_out_init(&out, hold->work->arena, ROWS_MAX_BYTES);
    for (size_t i = 0; i < all->count; i++) {
        const struct held *held = all->items[i];
        const struct held *next = i + 1 < all->count ? all->items[i + 1] : NULL;
        bool is_last = next == NULL || next->chain != held->chain;
        if (held->chain != chain) {
            json_out_begin_object(&out);
            json_out_key(&out, LEDGER_ROWS);
            json_out_begin_object(&out);
            chain = held->chain;
        }
        if (is_last || strcmp(next->row, held->row) != 0) {
            json_out_key(&out, held->row);
            if (held->gone)
                json_out_text(&out, "");
            else
                json_out_hex(&out, held->commitment, DIGEST_BYTES);
        }
        if (is_last)
            amend(hold->work, &out, held->chain);
    }
}

void work_hold(struct work *work)
{
    struct hold hold = {.work = work};

    note_changes(&hold);
    struct place common = common_place(work);
    hold_leads(&hold);
    for (size_t i = 0; i < work->saves[KIND_ANSWER].count; i++)
        hold_answer(&hold, work->saves[KIND_ANSWER].items[i], &common);
    if (common.chain != NULL)
        hold_common(&hold, &common);
    if (!arena_failed(work->arena))
        write_rows(&hold);
    work_close_entries(work);
}
