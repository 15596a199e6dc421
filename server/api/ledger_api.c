#include "api/ledger_api.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/reading.h"

#include "store/read/proof_read.h"
#include "store/table/checkpoint_table.h"

static const struct reading_places checkpoints_places = READING_PLACES("cp");

#define PROOF_ANSWER_MAX_BYTES ((size_t)1 << 20)

/** An entry that no checkpoint covers after this time waits in vain: no server signs. */
#define CHECKPOINT_LATE (INSTANT_MINUTE)

/* ---- checkpoints ---- */

struct checkpoints_input {
    struct reading_query page;
};

static const struct input_field checkpoints_fields[] = {
    PAGE_LIMIT_FIELD(struct checkpoints_input, page),
    PAGE_PLACE_FIELD(struct checkpoints_input, page, "cursor", checkpoints_places),
};
const struct input_spec ledger_checkpoints_input =
    INPUT_SPEC(checkpoints_fields, struct checkpoints_input);

static enum err answer_page(struct request *r, const struct checkpoint_page *found)
{
    struct reading_page page;
    struct cursor place = {.number = found->count == 0 ? 0 : found->items[found->count - 1].size};

    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found->count; i++)
        checkpoint_write(&found->items[i], &page.json);
    return reading_page_end(r, &page, &checkpoints_places, found->more ? &place : NULL);
}

enum err ledger_checkpoints(struct request *r, struct read *read)
{
    const struct checkpoints_input *input = r->input;
    int64_t below = input->page.place == NULL ? INT64_MAX : input->page.place->number;
    struct checkpoint_page found;
    enum err err = proof_read_checkpoints(read, below, (int)input->page.limit, &found);

    return err == ERR_NONE ? answer_page(r, &found) : err;
}

/* ---- consistency ---- */

struct consistency_input {
    int64_t size;
    int64_t from;
};

static const struct input_field consistency_fields[] = {
    {"size", &position_type, AT(struct consistency_input, size), .place = INPUT_PATH},
    {"from", &position_type, AT(struct consistency_input, from), .required = true},
};
const struct input_spec ledger_consistency_input =
    INPUT_SPEC(consistency_fields, struct consistency_input);

static enum err answer_consistency(struct request *r, const struct consistency *found)
{
    struct json_out out;

    json_out_init(&out, r->arena, PROOF_ANSWER_MAX_BYTES);
    consistency_write(found, &out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

enum err ledger_consistency(struct request *r, struct read *read)
{
    const struct consistency_input *input = r->input;
    struct consistency found;
    enum err err = proof_read_consistency(read, input->from, input->size, &found);

    if (err == ERR_NOT_FOUND)
        return request_refuse(r, err,
                              "There is no checkpoint of this size, or it is smaller than from; "
                              "GET /v1/ledger/checkpoints lists them");
    return err == ERR_NONE ? answer_consistency(r, &found) : err;
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
        return err;
    json_out_init(&out, r->arena, PROOF_ANSWER_MAX_BYTES);
    receipt_write(&receipt, &out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

struct proof_input {
    int64_t pos;
};

static const struct input_field proof_fields[] = {
    {"pos", &position_type, AT(struct proof_input, pos), .place = INPUT_PATH},
};
const struct input_spec ledger_entry_proof_input = INPUT_SPEC(proof_fields, struct proof_input);

enum err ledger_entry_proof(struct request *r, struct read *read)
{
    const struct proof_input *input = r->input;

    return ledger_reply_receipt(r, read, input->pos);
}
