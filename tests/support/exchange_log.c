#include "exchange_log.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void add_body(json_t *line, const char *name, const char *body, size_t len)
{
    char key[64];
    json_t *text = json_stringn(body, len);

    if (text != NULL) {
        json_object_set_new(line, name, text);
        return;
    }
    snprintf(key, sizeof key, "%s_base64", name);
    unsigned char *encoded = malloc(4 * ((len + 2) / 3) + 1);
    if (encoded == NULL)
        return;
    EVP_EncodeBlock(encoded, (const unsigned char *)body, (int)len);
    json_object_set_new(line, key, json_string((char *)encoded));
    free(encoded);
}

static void add_header_line(json_t *headers, const char *line)
{
    const char *colon = strchr(line, ':');

    if (colon == NULL)
        return;
    char *name = strndup(line, (size_t)(colon - line));
    if (name != NULL)
        json_object_set_new(headers, name, json_string(colon + 1 + strspn(colon + 1, " ")));
    free(name);
}

static json_t *request_headers(const struct call *call)
{
    json_t *headers = json_object();

    if (call->body != NULL)
        json_object_set_new(
            headers, "Content-Type",
            json_string(call->content_type ? call->content_type : "application/json"));
    for (int i = 0; i < CALL_HEADERS_MAX && call->headers[i] != NULL; i++)
        add_header_line(headers, call->headers[i]);
    return headers;
}

static json_t *response_headers(const struct answer *answer)
{
    json_t *headers = json_object();

    for (size_t i = 0; i < answer->header_count; i++)
        json_object_set_new(headers, answer->headers[i].name,
                            json_string(answer->headers[i].value));
    return headers;
}

static void append_line(const char *path, const char *text)
{
    char *line = NULL;
    int len = asprintf(&line, "%s\n", text);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    if (len < 0 || fd < 0 || write(fd, line, (size_t)len) != len) {
        perror(path);
        exit(1);
    }
    close(fd);
    free(line);
}

/* A flood says the same again and again: BATON_EXCHANGES_MAX ends the record. */
static bool is_enough(void)
{
    static atomic_llong recorded;
    const char *most = getenv("BATON_EXCHANGES_MAX");

    return most != NULL && atomic_fetch_add(&recorded, 1) >= strtoll(most, NULL, 10);
}

void exchange_log(const struct call *call, const struct answer *answer)
{
    const char *path = getenv("BATON_EXCHANGES");

    if (path == NULL || path[0] == '\0' || is_enough())
        return;
    json_t *line = json_pack("{s:s, s:s, s:i, s:o, s:o}", "method", call->method, "target",
                             call->target, "status", answer->status, "request_headers",
                             request_headers(call), "response_headers", response_headers(answer));
    if (call->body != NULL)
        add_body(line, "request_body", call->body,
                 call->body_len > 0 ? call->body_len : strlen(call->body));
    add_body(line, "response_body", answer->body, answer->body_len);
    char *text = json_dumps(line, JSON_COMPACT);
    if (text != NULL)
        append_line(path, text);
    free(text);
    json_decref(line);
}
