#include "receiver.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define URL_MAX 512

extern char **environ;

static char url[URL_MAX];

/* It may be started before there are tests. */
static void must(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "receiver: %s\n", what);
    abort();
}

/* Its standard input ends with this program, and with that it does. */
static void start(void)
{
    int to[2], from[2], port = 0;
    pid_t process;
    posix_spawn_file_actions_t actions;
    static char program[] = "/usr/bin/python3", script[] = SOURCE_DIR "/tests/http/receiver.py";
    char *arguments[] = {program, script, NULL};

    must(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0, "no pipes");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    must(posix_spawnp(&process, arguments[0], &actions, NULL, arguments, environ) == 0,
         "no python3");
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    FILE *said = fdopen(from[0], "r");
    must(fscanf(said, "%d", &port) == 1, "it does not start");
    fclose(said);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
}

const char *receiver_url(void)
{
    if (url[0] == '\0')
        start();
    return url;
}

struct text {
    char *bytes;
    size_t len;
};

static size_t take(char *data, size_t size, size_t count, void *context)
{
    struct text *text = context;
    size_t len = size * count;

    text->bytes = realloc(text->bytes, text->len + len + 1);
    memcpy(text->bytes + text->len, data, len);
    text->len += len;
    text->bytes[text->len] = '\0';
    return len;
}

/* Beside the tests' client, which records what is said with Baton. */
static char *call(const char *method, const char *path, const char *name, const char *body)
{
    char target[2 * URL_MAX];
    struct text text = {calloc(1, 1), 0};
    CURL *curl = curl_easy_init();

    snprintf(target, sizeof target, "%s/%s/%s", receiver_url(), path, name);
    curl_easy_setopt(curl, CURLOPT_URL, target);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
    if (body != NULL)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    must(curl_easy_perform(curl) == CURLE_OK, "it does not answer");
    curl_easy_cleanup(curl);
    return text.bytes;
}

void receiver_secrets(const char *name, const char *secrets)
{
    free(call("PUT", "secrets", name, secrets));
}

json_t *receiver_seen(const char *name)
{
    char *said = call("GET", "seen", name, NULL);
    json_t *seen = json_loads(said, 0, NULL);

    must(seen != NULL, said);
    free(said);
    return seen;
}

void receiver_takes_mail(void)
{
    json_t *smtp = receiver_seen("smtp");
    json_t *first = json_array_get(json_object_get(smtp, "data"), 0);
    char server[64];

    snprintf(server, sizeof server, "smtp://127.0.0.1:%lld",
             (long long)json_integer_value(json_object_get(first, "port")));
    json_decref(smtp);
    setenv("BATON_SMTP_URL", server, 1);
    setenv("BATON_SMTP_PLAIN", "1", 1);
    setenv("BATON_MAIL_FROM", "baton@acme.example", 1);
    setenv("BATON_PUBLIC_URL", "https://baton.acme.example", 1);
}
