/*
 * Asking for a back-test: which definition, against which, over which period. The question is
 * checked whole when it is asked and kept as JSON in the background job:
 *   {"term", "version", "document", "against", "from", "to", "document_hash"}
 */
#ifndef BATON_CORE_BACKTEST_REQUEST_H
#define BATON_CORE_BACKTEST_REQUEST_H

#include "core/command.h"
#include "core/evidence/backtest.h"

struct backtest_input {
    enum term term;         /* TERM_COUNT: none. Needed with a version; of a document, its own */
    int version;            /* 0: a document is given */
    const json_t *document; /* NULL: a version is given */
    int against;            /* a version of the same term; 0: none */
    struct backtest_period period;
};

enum decision backtest_request(struct work *work, const struct command *command,
                               struct outcome *outcome);

/** A question ready to be answered. */
struct backtest_question {
    enum term term;
    struct backtest_period period;
    struct definition *definition;       /* own */
    struct definition *against;          /* own; NULL: none */
    uint8_t document_hash[DIGEST_BYTES]; /* of what is tested: backtest_document_hash() */
};

/** What ties a back-test to a text: the content hash (definition_hash()) of the document without a
 *  date, whoever proposes it, and when. */
enum err backtest_document_hash(const json_t *document, uint8_t out[DIGEST_BYTES]) MUST_USE;

/**
 * Checks the input against the configuration and compiles what it names.
 * ERR_INVALID_BODY, ERR_INVALID_DEFINITION, ERR_NOT_FOUND with faults; ERR_OUT_OF_MEMORY. Release
 * it in any case.
 */
enum err backtest_question_make(const struct config *config, const struct backtest_input *input,
                                struct faults *faults, struct backtest_question *out) MUST_USE;

/** The same from the JSON that the job keeps. */
enum err backtest_question_read(const struct config *config, const char *request, size_t len,
                                struct backtest_question *out) MUST_USE;

void backtest_question_release(struct backtest_question *question);

#endif
