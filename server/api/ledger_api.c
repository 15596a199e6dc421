#include "api/ledger_api.h"

#include "http/reading.h"

#include "store/read/proof_read.h"
#include "store/table/checkpoint_table.h"

#include <errno.h>
#include <stdlib.h>

#define TAG_CHECKPOINTS "cp"

#define PROOF_ANSWER_MAX_BYTES ((size_t)1 << 20)

/** An entry that no checkpoint covers after this time waits in vain: nobody signs. */
#define CHECKPOINT_LATE (INSTANT_MINUTE)

/* ---- path ---- */

/* A position or a size. */
static enum err path_number(struct request *r, const char *name, const char *what, int64_t *out)
{
    const char *text = request_param(r, name);
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    if (text[0] >= '1' && text[0] <= '9' && *end == '\0' && errno == 0)
        return ERR_NONE;
    return request_refuse(r, ERR_NOT_FOUND, "There is no such %s", what);
}

/* ---- checkpoints ---- */

struct checkpoints_query {
    struct reading_query page;
};

static const struct input_field checkpoints_fields[] = {
    PAGE_LIMIT_FIELD(struct checkpoints_query, page),
    PAGE_PLACE_FIELD(struct checkpoints_query, page, "cursor"),
};

const struct input_spec ledger_checkpoints_query =
    INPUT_SPEC(checkpoints_fields, struct checkpoints_query);

static enum err answer_page(struct request *r, const struct checkpoint_page *found)
{
    struct reading_page page;
    struct cursor place = {.number = found->count == 0 ? 0 : found->items[found->count - 1].size};

    reading_page_begin(&page, "cursor");
    for (size_t i = 0; i < found->count; i++)
        checkpoint_write(&found->items[i], &page.json);
    return reading_page_end(r, &page, found->more ? &place : NULL, TAG_CHECKPOINTS);
}

enum err ledger_checkpoints(struct request *r, struct reader *reader)
{
    const struct checkpoints_query *query = r->query;
    struct cursor place = reading_place(r, &query->page, "cursor", TAG_CHECKPOINTS);
    int64_t below = query->page.cursor == NULL ? INT64_MAX : place.number;
    struct checkpoint_page found;
    struct read read;
    enum err err = reading_check(r);

    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = proof_read_checkpoints(&read, below, (int)query->page.limit, &found);
    err = err == ERR_NONE ? answer_page(r, &found) : reading_refuse(r, err, "checkpoint");
    reading_end(&read);
    return err;
}

/* ---- consistency ---- */

struct consistency_query {
    int64_t from;
};

static const struct input_field consistency_fields[] = {
    {.name = "from",
     .type = INPUT_INT,
     .required = true,
     .min = 1,
     .max = INT64_MAX,
     .offset = offsetof(struct consistency_query, from)},
};

const struct input_spec ledger_consistency_query =
    INPUT_SPEC(consistency_fields, struct consistency_query);

static enum err answer_consistency(struct request *r, const struct consistency *found)
{
    struct json_out out;

    json_out_init(&out, PROOF_ANSWER_MAX_BYTES);
    consistency_write(found, &out);
    reply_json(r, 200, &out);
    json_out_release(&out);
    return ERR_NONE;
}

static enum err refuse_consistency(struct request *r, enum err err)
{
    if (err != ERR_NOT_FOUND)
        return reading_refuse(r, err, "checkpoint");
    return request_refuse(r, err,
                          "There is no checkpoint of this size, or it is smaller than from; "
                          "GET /v1/ledger/checkpoints lists them");
}

enum err ledger_consistency(struct request *r, struct reader *reader)
{
    const struct consistency_query *query = r->query;
    struct consistency found;
    struct read read;
    int64_t size;
    enum err err = path_number(r, "size", "checkpoint", &size);

    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = proof_read_consistency(&read, query->from, size, &found);
    err = err == ERR_NONE ? answer_consistency(r, &found) : refuse_consistency(r, err);
    reading_end(&read);
    return err;
}

/* ---- receipts ---- */

static enum err refuse_uncovered(struct request *r, const struct receipt_wait *wait)
{
    if (wait->now - wait->at > CHECKPOINT_LATE)
        return request_refuse(r, ERR_NOT_COVERED,
                              "No checkpoint covers this entry: does a server of this database "
                              "have its BATON_SIGNING_KEY_FILE?");
    enum err err = request_refuse(r, ERR_NOT_COVERED,
                                  "The next checkpoint will cover this entry: ask again in %d s",
                                  CHECKPOINT_EVERY_SECONDS);
    r->reply.retry_after_s = CHECKPOINT_EVERY_SECONDS;
    return err;
}

enum err ledger_reply_receipt(struct request *r, const struct read *read, int64_t pos)
{
    struct receipt receipt;
    struct receipt_wait wait;
    struct json_out out;
    enum err err = proof_read_receipt(read, pos, &receipt, &wait);

    if (err == ERR_NOT_COVERED)
        return refuse_uncovered(r, &wait);
    if (err == ERR_NOT_FOUND)
        return request_refuse(r, err, "The ledger has no entry at this position");
    if (err != ERR_NONE)
        return reading_refuse(r, err, "entry");
    json_out_init(&out, PROOF_ANSWER_MAX_BYTES);
    receipt_write(&receipt, &out);
    reply_json(r, 200, &out);
    json_out_release(&out);
    return ERR_NONE;
}

enum err ledger_entry_proof(struct request *r, struct reader *reader)
{
    struct read read;
    int64_t pos;
    enum err err = path_number(r, "pos", "entry", &pos);

    if (err == ERR_NONE)
        err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = ledger_reply_receipt(r, &read, pos);
    reading_end(&read);
    return err;
}
