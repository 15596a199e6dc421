#include "http/log.h"

#include "http/request.h"

#include "base/instant.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum log_level least = LOG_LEVEL_INFO;
static bool tells_access = true;

static const char *const level_names[] = {"debug", "info", "warn", "error"};

struct line {
    char text[LOG_LINE_MAX_BYTES];
    size_t len;
};

/* The rest is for the end of the line. */
#define ROOM (LOG_LINE_MAX_BYTES - 8)

void log_set(enum log_level level, bool access)
{
    least = level;
    tells_access = access;
}

static void put(struct line *line, const char *text, size_t len)
{
    if (len > ROOM - line->len)
        len = ROOM - line->len;
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

static void put_int(struct line *line, int64_t number)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0)
        digits[--at] = '-';
    put(line, digits + at, sizeof digits - at);
}

/* For our own names and words, which need no escaping. */
static void add_word(struct line *line, const char *key, const char *word)
{
    put(line, ",\"", 2);
    put(line, key, strlen(key));
    put(line, "\":\"", 3);
    put(line, word, strlen(word));
    put(line, "\"", 1);
}

static void add_int(struct line *line, const char *key, int64_t number)
{
    put(line, ",\"", 2);
    put(line, key, strlen(key));
    put(line, "\":", 2);
    put_int(line, number);
}

/* For sentences: characters that JSON would have to escape become "?". */
static void add_sentence(struct line *line, const char *key, const char *text)
{
    put(line, ",\"", 2);
    put(line, key, strlen(key));
    put(line, "\":\"", 3);
    for (const char *p = text; *p != '\0' && line->len < ROOM - 2; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\')
            put(line, "\\", 1);
        put(line, c < 0x20 || c >= 0x7f ? "?" : p, 1);
    }
    put(line, "\"", 1);
}

static void put_now(struct line *line)
{
    char text[INSTANT_TEXT_MAX];
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    size_t len = instant_format((instant)now.tv_sec * INSTANT_SECOND + now.tv_nsec / 1000, text);
    put(line, text, len);
}

static void begin(struct line *line, enum log_level level, const char *event)
{
    line->len = 0;
    put(line, "{\"time\":\"", 9);
    put_now(line);
    put(line, "\"", 1);
    add_word(line, "level", level_names[level]);
    add_word(line, "event", event);
}

/* A log that nobody reads must not stop the service, so a line is written only when stderr takes it
 * at once. (A writable pipe has a page free, which is enough for a line; making it non-blocking
 * would change it for every process that shares it.) */
static bool put_out(struct line *line)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};

    memcpy(line->text + line->len, "}\n", 2);
    line->len += 2;
    return poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) != 0 &&
           write(STDERR_FILENO, line->text, line->len) == (ssize_t)line->len;
}

/* One thread at a time: two that both see the same room would fill it twice. */
static void end(struct line *line)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static int64_t dropped;
    struct line note;

    pthread_mutex_lock(&mutex);
    if (dropped > 0) {
        begin(&note, LOG_LEVEL_WARN, "log_dropped");
        add_int(&note, "lines", dropped);
        if (put_out(&note))
            dropped = 0;
    }
    if (dropped > 0 || !put_out(line))
        dropped++;
    pthread_mutex_unlock(&mutex);
}

static void add_detail(struct line *line, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void add_detail(struct line *line, const char *format, va_list args)
{
    char detail[LOG_LINE_MAX_BYTES / 2];

    vsnprintf(detail, sizeof detail, format, args);
    add_sentence(line, "detail", detail);
}

static void add_request(struct line *line, const struct request *r)
{
    add_word(line, "request_id", r->request_id);
    if (r->route != NULL)
        add_word(line, "operation", r->route->operation_id);
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    struct line line;
    va_list args;

    if (level < least)
        return;
    begin(&line, level, event);
    if (format != NULL) {
        va_start(args, format);
        add_detail(&line, format, args);
        va_end(args);
    }
    end(&line);
}

void log_request_event(enum log_level level, const struct request *r, const char *event,
                       const char *format, ...)
{
    struct line line;
    va_list args;

    if (level < least)
        return;
    begin(&line, level, event);
    add_request(&line, r);
    if (format != NULL) {
        va_start(args, format);
        add_detail(&line, format, args);
        va_end(args);
    }
    end(&line);
}

static void add_caller(struct line *line, const struct caller *caller)
{
    char text[UUID_TEXT_LEN + 1];

    if (uuid_is_nil(caller->key))
        return;
    uuid_format(caller->key, text);
    add_word(line, "key_id", text);
}

void log_access(const struct request *r, int64_t duration_us, bool cut)
{
    struct line line;

    if (!tells_access || least > LOG_LEVEL_INFO)
        return;
    begin(&line, LOG_LEVEL_INFO, "request");
    add_request(&line, r);
    if (r->method != NULL)
        add_word(&line, "method", r->method);
    if (r->route != NULL)
        add_word(&line, "route", r->route->pattern);
    add_int(&line, "status", r->sent_status);
    if (r->sent_err != ERR_NONE)
        add_word(&line, "code", error_code(r->sent_err));
    add_int(&line, "duration_us", duration_us);
    add_int(&line, "bytes_in", (int64_t)r->received_len);
    add_int(&line, "bytes_out", (int64_t)r->sent_len);
    add_caller(&line, &r->caller);
    if (r->trace_id[0] != '\0')
        add_word(&line, "trace_id", r->trace_id);
    if (cut)
        put(&line, ",\"cut\":true", 11);
    end(&line);
}
