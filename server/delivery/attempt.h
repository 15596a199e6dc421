/* One try to send something over HTTP, by libcurl. Used by the courier's thread alone. */
#ifndef BATON_SERVER_ATTEMPT_H
#define BATON_SERVER_ATTEMPT_H

#include "delivery/address.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

/** A 2xx within this time is success. */
#define ATTEMPT_TIMEOUT_MS 15000
/** Bytes of an answer that are kept, and after which it is not read any further. */
#define ATTEMPT_ANSWER_BYTES      4096
#define ATTEMPT_ANSWER_READ_BYTES 65536
#define ATTEMPT_HEADERS_MAX       16
#define ATTEMPT_HEADER_BYTES      512
#define ATTEMPT_TYPE_BYTES        128

/** Mail, by SMTP; body is the whole message. */
struct attempt_mail {
    const char *from;
    const char *const *to;
    size_t to_count;
    bool plain; /* without TLS */
};

struct attempt {
    const struct address_rules *rules;        /* borrowed */
    const char *url;                          /* borrowed, as all texts */
    const struct attempt_mail *mail;          /* NULL: it is HTTP */
    const char *method;                       /* NULL: POST */
    bool is_form;                             /* what the body is, unless a header says it */
    const char *headers[ATTEMPT_HEADERS_MAX]; /* "Name: value" */
    const char *body;
    size_t body_len;
    bool get; /* no body is sent, and the whole answer is wanted, as its bytes; beyond its room it
                 is too large */
    void *owner;
    void (*done)(struct attempt *attempt); /* it has ended; NULL: its owner finds out itself */
    /* what has come of it */
    int status;          /* 0: there was no answer */
    const char *failure; /* a code; NULL: it has arrived */
    int retry_after_s;   /* 0: not said */
    char *answer;        /* room for answer_room bytes and a NUL; its beginning, as text */
    size_t answer_room;
    size_t answer_len;
    char content_type[ATTEMPT_TYPE_BYTES]; /* of the answer; "": not said */
    /* for attempt.c */
    CURL *easy;
    struct curl_slist *list; /* headers, or readers of mail */
    size_t sent;             /* of mail */
    size_t read;
    bool refused; /* the address */
};

/** Whether a URL may be sent to at all; *why as a sentence when not. */
bool attempt_url_is_fine(const struct address_rules *rules, const char *url, const char **why);

/** Prepares it and adds it to the others. False when memory is short. */
bool attempt_begin(struct attempt *attempt, CURLM *multi);
/** It is done: says what has come of it. */
void attempt_end(struct attempt *attempt, CURLM *multi, CURLcode code);
/** It is given up. */
void attempt_drop(struct attempt *attempt, CURLM *multi);

#endif
