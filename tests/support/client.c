#include "client.h"

#include "exchange_log.h"

#include <check.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct client {
    CURL *curl;
    char *base_url;
    char error[CURL_ERROR_SIZE];
};

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "tests: client: %s\n", what);
    exit(1);
}

struct client *client_new(const char *base_url)
{
    struct client *client = calloc(1, sizeof *client);

    if (client == NULL)
        give_up("out of memory");
    client->curl = curl_easy_init();
    client->base_url = strdup(base_url);
    if (client->curl == NULL || client->base_url == NULL)
        give_up("out of memory");
    return client;
}

void client_free(struct client *client)
{
    if (client == NULL)
        return;
    curl_easy_cleanup(client->curl);
    free(client->base_url);
    free(client);
}

static bool is_stream(const struct answer *answer)
{
    const char *type = answer_header(answer, "Content-Type");

    return type != NULL && strcmp(type, "text/event-stream") == 0;
}

/* An answer that goes on is whole with its first piece: reading ends there. */
static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct answer *answer = context;
    size_t len = size * count;

    if (answer->body_len + len > ANSWER_BODY_MAX)
        return 0;
    char *grown = realloc(answer->body, answer->body_len + len + 1);
    if (grown == NULL)
        return 0;
    memcpy(grown + answer->body_len, data, len);
    answer->body = grown;
    answer->body_len += len;
    grown[answer->body_len] = '\0';
    return is_stream(answer) ? CURL_WRITEFUNC_ERROR : len;
}

static void forget_headers(struct answer *answer)
{
    for (size_t i = 0; i < answer->header_count; i++) {
        free(answer->headers[i].name);
        free(answer->headers[i].value);
    }
    answer->header_count = 0;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    struct answer *answer = context;
    size_t len = size * count;
    const char *colon = memchr(data, ':', len);

    if (len > 5 && memcmp(data, "HTTP/", 5) == 0)
        forget_headers(answer); /* of an interim 100 */
    if (colon == NULL || answer->header_count == ANSWER_HEADERS_MAX)
        return len;
    const char *value = colon + 1, *end = data + len;
    while (value < end && *value == ' ')
        value++;
    while (end > value && (end[-1] == '\r' || end[-1] == '\n'))
        end--;
    struct answer_header *header = &answer->headers[answer->header_count++];
    header->name = strndup(data, (size_t)(colon - data));
    header->value = strndup(value, (size_t)(end - value));
    return len;
}

static struct curl_slist *header_list(const struct call *call)
{
    char line[HEADER_LINE_MAX];
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");

    if (call->token != NULL) {
        snprintf(line, sizeof line, "Authorization: Bearer %s", call->token);
        list = curl_slist_append(list, line);
    }
    snprintf(line, sizeof line, "Content-Type: %s",
             call->content_type == NULL ? "application/json" : call->content_type);
    list = curl_slist_append(list, call->body == NULL ? "Content-Type:" : line);
    for (int i = 0; i < CALL_HEADERS_MAX && call->headers[i] != NULL; i++)
        list = curl_slist_append(list, call->headers[i]);
    return list;
}

static void prepare(struct client *client, const struct call *call, const char *url,
                    struct curl_slist *headers, struct answer *out)
{
    CURL *curl = client->curl;
    bool reads = strcmp(call->method, "GET") == 0 || strcmp(call->method, "HEAD") == 0;

    curl_easy_reset(curl); /* keeps the connection */
    client->error[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->error);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)CALL_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, out);
    if (!reads || call->body != NULL) {
        size_t len = call->body_len > 0 ? call->body_len : strlen(call->body ? call->body : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body ? call->body : "");
    }
    if (strcmp(call->method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
}

bool client_try(struct client *client, const struct call *call, struct answer *out)
{
    char *url = NULL;
    long status = 0;

    *out = (struct answer){.status = 0};
    if (asprintf(&url, "%s%s", client->base_url, call->target) < 0)
        give_up("out of memory");
    struct curl_slist *headers = header_list(call);
    prepare(client, call, url, headers, out);
    bool done = curl_easy_perform(client->curl) == CURLE_OK || is_stream(out);
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    free(url);
    if (!done) {
        answer_release(out);
        return false;
    }
    out->status = (int)status;
    if (out->body == NULL)
        out->body = calloc(1, 1);
    out->json = json_loadb(out->body, out->body_len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    exchange_log(call, out);
    return true;
}

void client_call(struct client *client, const struct call *call, struct answer *out)
{
    if (!client_try(client, call, out))
        ck_abort_msg("%s %s: no answer: %s", call->method, call->target, client->error);
}

const char *answer_header(const struct answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->header_count; i++)
        if (strcasecmp(answer->headers[i].name, name) == 0)
            return answer->headers[i].value;
    return NULL;
}

void answer_release(struct answer *answer)
{
    forget_headers(answer);
    free(answer->body);
    json_decref(answer->json);
    *answer = (struct answer){.status = 0};
}
