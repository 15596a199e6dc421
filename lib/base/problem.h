/* A problem document (RFC 9457): the body of every error answer, made in one place. */
#ifndef BATON_BASE_PROBLEM_H
#define BATON_BASE_PROBLEM_H

#include "base/error.h"
#include "base/fault.h"
#include "base/json_out.h"

struct problem {
    enum err err;
    const char *detail;          /* a sentence that says how to correct it; may be NULL */
    const struct faults *faults; /* may be NULL */
    const char *state;           /* of the thing that could not change; NULL: not about a state */
    const char *const *allowed;  /* allowed_actions, with a state */
    size_t allowed_count;
    const char *const *reasons; /* allowed_reasons; NULL: not about a reason */
    size_t reason_count;
    const char *request_id; /* NULL in answers that are stored and repeated */
};

/** {type, title, status, code, detail?, state?, allowed_actions?, allowed_reasons?, request_id?,
 * errors?} */
void problem_write(const struct problem *problem, struct json_out *out);

#endif
