/* /v1/ledger: checkpoints and proofs, to check the ledger without trusting the database. */
#ifndef BATON_SERVER_LEDGER_API_H
#define BATON_SERVER_LEDGER_API_H

#include "base/input.h"
#include "http/request.h"

#include "store/read/read.h"
#include "store/read/reader.h"

extern const struct input_spec ledger_checkpoints_input;
enum err ledger_checkpoints(struct request *r, struct read *read);

extern const struct input_spec ledger_consistency_input;
enum err ledger_consistency(struct request *r, struct read *read);

extern const struct input_spec ledger_entry_proof_input;
enum err ledger_entry_proof(struct request *r, struct read *read);

/** Answers with the receipt of the entry at this position, or says why there is none. */
enum err ledger_reply_receipt(struct request *r, const struct read *read, int64_t pos);

#endif
