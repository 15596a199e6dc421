/* Records what was said over HTTP, for the check against openapi.yaml. */
#ifndef BATON_TESTS_EXCHANGE_LOG_H
#define BATON_TESTS_EXCHANGE_LOG_H

#include "client.h"

/**
 * Appends {method, target, status, request_headers, request_body, response_headers,
 * response_body} to the file that BATON_EXCHANGES names; a body that is not UTF-8 stands in
 * base64 under <name>_base64. Authorization is left out. Does nothing without the variable; any
 * thread, any process: each line is one write.
 */
void exchange_log(const struct call *call, const struct answer *answer);

#endif
