/*
 * Somebody to whom webhooks are sent: tests/http/receiver.py, which says how it can behave. It ends
 * with the test program.
 */
#ifndef BATON_TESTS_RECEIVER_H
#define BATON_TESTS_RECEIVER_H

#include <jansson.h>

/** Starts it, once for the program; "http://127.0.0.1:<port>". */
const char *receiver_url(void);

/** Whoever sends under this name signs with these secrets, separated by spaces. */
void receiver_secrets(const char *name, const char *secrets);

/** What came under this name: {count, ids, data}. The caller gives it back. */
json_t *receiver_seen(const char *name);

/** Servers that are started from now on send their mail to it, without TLS, from baton@acme.example
 *  and with links to https://baton.acme.example. */
void receiver_takes_mail(void);

#endif
