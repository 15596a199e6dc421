/*
 * The messages of the PostgreSQL protocol (version 3) in a stream of bytes, as far as the proxy has
 * to know them. No I/O.
 */
#ifndef BATON_TESTS_PROXY_MESSAGES_H
#define BATON_TESTS_PROXY_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

#define MESSAGES_TEXT_MAX 64 /* bytes of a name or a command; longer ones are cut */

/* What the client has sent so far in one connection. */
struct messages {
    bool started;                   /* the startup packet has gone by */
    char parsed[MESSAGES_TEXT_MAX]; /* text of the unnamed statement */
    char bound[MESSAGES_TEXT_MAX];  /* name of the statement that Execute runs; "" unnamed */
    bool writes;                    /* the transaction is not READ ONLY */
    bool ever_wanted;               /* … or in any before */
    bool seen_wanted;               /* the wanted statement was bound in it */
    bool committing;                /* its COMMIT is on the way */
};

enum message_kind {
    MESSAGE_OTHER,
    MESSAGE_EXECUTE, /* of messages.bound */
    MESSAGE_COMMIT,  /* Execute of COMMIT in a transaction that writes */
    MESSAGE_SYNC,
    MESSAGE_COMMITTED, /* CommandComplete with the tag COMMIT */
};

/** Bytes of the message that begins here; 0: not enough of it is there to see that. */
size_t messages_length(bool started, const char *bytes, size_t len);

/** Whether what is bound is this statement, or the same for a fixed number of rows. */
bool messages_is_bound(const struct messages *messages, const char *statement);

/** A whole message of the client. wanted: name of a statement, or NULL. */
enum message_kind messages_from_client(struct messages *messages, const char *message, size_t len,
                                       const char *wanted);

/** A whole message of PostgreSQL. */
enum message_kind messages_from_server(const char *message, size_t len);

/** Writes an ErrorResponse of severity FATAL; its length. */
size_t messages_fatal(const char *sqlstate, char *out, size_t size);

#endif
