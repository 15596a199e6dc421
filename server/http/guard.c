#include "http/guard.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HOST_PORT_MAX_DIGITS 5
#define NAME_SHOWN_MAX       64 /* bytes of a header name that a refusal quotes */

static const char *const methods[] = {"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"};

/* Headers of which one value counts. If one is sent twice, Baton and a proxy before it might each
 * take another. */
struct name {
    const char *text;
    size_t len;
};

#define NAME(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static const struct name single_headers[] = {
    NAME("authorization"), NAME("content-type"), NAME("content-encoding"), NAME("idempotency-key"),
    NAME("baton-actor"),   NAME("if-match"),     NAME("if-none-match"),    NAME("x-request-id"),
    NAME("traceparent"),   NAME("expect"),       NAME("origin"),
};

#define SINGLE_COUNT (sizeof single_headers / sizeof *single_headers)

struct framing {
    unsigned hosts;
    unsigned lengths;
    unsigned encodings;
    bool chunked;
    unsigned seen; /* bit n: single_headers[n] */
};

__attribute__((format(printf, 3, 4))) static enum err refuse(struct guard_result *out, enum err err,
                                                             const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(out->detail, sizeof out->detail, format, args);
    va_end(args);
    return err;
}

/* RFC 9110, section 5.6.2 */
static bool is_token_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_token_char((unsigned char)text[i]))
            return false;
    return len > 0;
}

static bool is_clean_value(const char *value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)value[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool is_named(const struct guard_header *header, const char *name)
{
    size_t len = strlen(name);

    return header->name_len == len && strncasecmp(header->name, name, len) == 0;
}

static bool begins_with(const struct guard_header *header, const char *name)
{
    size_t len = strlen(name);

    return header->name_len > len && strncasecmp(header->name, name, len) == 0;
}

static bool parse_length(const char *value, size_t len, int64_t *out)
{
    int64_t number = 0;

    if (len == 0 || len > 18)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (value[i] < '0' || value[i] > '9')
            return false;
        number = number * 10 + (value[i] - '0');
    }
    *out = number;
    return true;
}

static enum err check_target(const char *target, struct guard_result *out)
{
    size_t len = strlen(target);

    if (len > GUARD_TARGET_MAX_BYTES)
        return refuse(out, ERR_MALFORMED_REQUEST, "The request target is longer than %d bytes",
                      GUARD_TARGET_MAX_BYTES);
    if (target[0] != '/')
        return refuse(out, ERR_MALFORMED_REQUEST, "The request target must begin with \"/\"");
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)target[i] <= 0x20 || (unsigned char)target[i] >= 0x7f ||
            target[i] == '#')
            return refuse(out, ERR_MALFORMED_REQUEST,
                          "The request target holds a byte that must be percent-encoded");
    return ERR_NONE;
}

static enum err check_repeated(const struct guard_header *header, struct framing *framing,
                               struct guard_result *out)
{
    for (size_t i = 0; i < SINGLE_COUNT; i++) {
        const struct name *name = &single_headers[i];
        if (header->name_len != name->len || strncasecmp(header->name, name->text, name->len) != 0)
            continue;
        if (framing->seen & 1U << i)
            return refuse(out, ERR_MALFORMED_REQUEST, "%.*s was sent twice; it may be sent once",
                          (int)header->name_len, header->name);
        framing->seen |= 1U << i;
    }
    return ERR_NONE;
}

/* A name or address, and perhaps a port (RFC 9110, 7.2). A proxy before Baton may route by it, and
 * whoever builds an address of it must not be led astray: so it is stricter than the grammar, which
 * lets commas, "@" by its percent-encoding and more pass. */
static bool is_host(const char *value, size_t len)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t end = 0;

    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    if (len > 0 && value[0] == '[') {
        for (end = 1;
             end < len && value[end] != '\0' && strchr("0123456789abcdefABCDEF:.", value[end]);)
            end++;
        if (end < 3 || end == len || value[end] != ']')
            return false;
        end++;
    } else {
        while (end < len && value[end] != '\0' &&
               (strchr(letters, value[end]) || strchr("-._", value[end])))
            end++;
        if (end == 0)
            return false;
    }
    if (end == len)
        return true;
    size_t port = end + 1;
    for (end = port; end < len && value[end] >= '0' && value[end] <= '9';)
        end++;
    return value[port - 1] == ':' && end == len && len - port <= HOST_PORT_MAX_DIGITS;
}

static enum err check_framing(const struct guard_header *header, struct framing *framing,
                              struct guard_result *out)
{
    if (begins_with(header, "content-length") || begins_with(header, "transfer-encoding"))
        return refuse(out, ERR_MALFORMED_REQUEST, "A header's name is not well-formed");
    if (is_named(header, "content-length")) {
        if (framing->lengths++ > 0)
            return refuse(out, ERR_MALFORMED_REQUEST, "Content-Length was sent twice");
        if (!parse_length(header->value, header->value_len, &out->content_length))
            return refuse(out, ERR_MALFORMED_REQUEST, "Content-Length must be digits only");
    } else if (is_named(header, "transfer-encoding")) {
        framing->encodings++;
        framing->chunked = header->value_len == 7 && strncasecmp(header->value, "chunked", 7) == 0;
    } else if (is_named(header, "host")) {
        framing->hosts++;
        if (!is_host(header->value, header->value_len))
            return refuse(out, ERR_MALFORMED_REQUEST,
                          "Host must be a name or an address, and perhaps a port");
    } else if (is_named(header, "expect")) {
        out->expects_continue = true;
    }
    return ERR_NONE;
}

static enum err check_header(const struct guard_header *header, struct framing *framing,
                             struct guard_result *out)
{
    if (!is_token(header->name, header->name_len))
        return refuse(out, ERR_MALFORMED_REQUEST, "A header's name is not well-formed");
    if (!is_clean_value(header->value, header->value_len))
        return refuse(out, ERR_MALFORMED_REQUEST, "The value of %.*s holds a control byte",
                      (int)(header->name_len < NAME_SHOWN_MAX ? header->name_len : NAME_SHOWN_MAX),
                      header->name);
    enum err err = check_framing(header, framing, out);
    if (err != ERR_NONE)
        return err;
    return check_repeated(header, framing, out);
}

static enum err check_together(const struct framing *framing, const char *version,
                               struct guard_result *out)
{
    if (framing->hosts != 1)
        return refuse(out, ERR_MALFORMED_REQUEST, "Exactly one Host header is needed");
    if (framing->encodings > 0 && framing->lengths > 0)
        return refuse(out, ERR_MALFORMED_REQUEST,
                      "Content-Length and Transfer-Encoding exclude each other");
    /* HTTP/1.0 has no chunked coding: a proxy before Baton may have passed it on without
     * understanding where the body ends. */
    if (framing->encodings > 0 && strcmp(version, "HTTP/1.0") == 0)
        return refuse(out, ERR_MALFORMED_REQUEST,
                      "HTTP/1.0 has no Transfer-Encoding: send a Content-Length, or HTTP/1.1");
    if (framing->encodings > 1 || (framing->encodings == 1 && !framing->chunked))
        return refuse(out, ERR_NOT_IMPLEMENTED_ENCODING,
                      "The only Transfer-Encoding that is supported is \"chunked\", given once");
    out->chunked = framing->chunked;
    return ERR_NONE;
}

static const char *find_method(const char *method)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(method, methods[i]) == 0)
            return methods[i];
    return NULL;
}

static enum err check_size(const char *target, const struct guard_header *headers, size_t count,
                           struct guard_result *out)
{
    size_t bytes = strlen(target);

    if (count > GUARD_HEADERS_MAX)
        return refuse(out, ERR_HEADERS_TOO_LARGE, "There may be at most %d headers",
                      GUARD_HEADERS_MAX);
    for (size_t i = 0; i < count; i++)
        bytes += headers[i].name_len + headers[i].value_len;
    if (bytes > GUARD_HEAD_MAX_BYTES)
        return refuse(out, ERR_HEADERS_TOO_LARGE, "Headers may have at most %d bytes",
                      GUARD_HEAD_MAX_BYTES);
    return ERR_NONE;
}

enum err guard_check(const struct guard_line *line, const struct guard_header *headers,
                     size_t count, struct guard_result *out)
{
    struct framing framing = {0};

    *out = (struct guard_result){.method = find_method(line->method), .content_length = -1};
    enum err err = check_target(line->target, out);
    if (err == ERR_NONE)
        err = check_size(line->target, headers, count, out);
    if (err != ERR_NONE)
        return err;
    for (size_t i = 0; i < count; i++) {
        err = check_header(&headers[i], &framing, out);
        if (err != ERR_NONE)
            return err;
    }
    err = check_together(&framing, line->version, out);
    if (err != ERR_NONE)
        return err;
    if (out->method == NULL)
        return refuse(out, ERR_METHOD_NOT_ALLOWED, "This method is not offered anywhere here");
    return ERR_NONE;
}
