#include "proxy_messages.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LENGTH_BYTES 4
#define HEADER_BYTES 5

static size_t length_at(const char *bytes)
{
    uint32_t length;

    memcpy(&length, bytes, sizeof length);
    return ntohl(length);
}

size_t messages_length(bool started, const char *bytes, size_t len)
{
    if (!started)
        return len < LENGTH_BYTES ? 0 : length_at(bytes);
    return len < HEADER_BYTES ? 0 : 1 + length_at(bytes + 1);
}

/* Copies the text that begins at *at, and moves after it. */
static void take_text(const char *message, size_t len, size_t *at, char out[MESSAGES_TEXT_MAX])
{
    size_t text = strnlen(message + *at, len - *at);

    snprintf(out, MESSAGES_TEXT_MAX, "%.*s", (int)text, message + *at);
    *at += text < len - *at ? text + 1 : text;
}

static void take_parse(struct messages *messages, const char *message, size_t len)
{
    char name[MESSAGES_TEXT_MAX];
    size_t at = HEADER_BYTES;

    take_text(message, len, &at, name);
    if (name[0] == '\0')
        take_text(message, len, &at, messages->parsed);
}

/* "lead_save", or "lead_save_2", which is the same for two rows. */
bool messages_is_bound(const struct messages *messages, const char *statement)
{
    size_t len = strlen(statement);
    const char *rest = messages->bound + len;

    return strncmp(messages->bound, statement, len) == 0 &&
           (*rest == '\0' || (*rest == '_' && isdigit((unsigned char)rest[1]) && rest[2] == '\0'));
}

static void take_bind(struct messages *messages, const char *message, size_t len,
                      const char *wanted)
{
    char portal[MESSAGES_TEXT_MAX];
    size_t at = HEADER_BYTES;

    take_text(message, len, &at, portal);
    take_text(message, len, &at, messages->bound);
    if (wanted != NULL && messages_is_bound(messages, wanted))
        messages->seen_wanted = messages->ever_wanted = true;
}

static enum message_kind take_execute(struct messages *messages)
{
    if (messages->bound[0] != '\0')
        return MESSAGE_EXECUTE;
    if (strncmp(messages->parsed, "BEGIN", 5) == 0) {
        messages->writes = strcmp(messages->parsed, "BEGIN") == 0;
        messages->seen_wanted = false;
        messages->committing = false;
    }
    if (strcmp(messages->parsed, "COMMIT") != 0 || !messages->writes)
        return MESSAGE_EXECUTE;
    messages->committing = true;
    return MESSAGE_COMMIT;
}

enum message_kind messages_from_client(struct messages *messages, const char *message, size_t len,
                                       const char *wanted)
{
    if (!messages->started) {
        messages->started = true;
        return MESSAGE_OTHER;
    }
    switch (message[0]) {
    case 'P':
        take_parse(messages, message, len);
        return MESSAGE_OTHER;
    case 'B':
        take_bind(messages, message, len, wanted);
        return MESSAGE_OTHER;
    case 'E':
        return take_execute(messages);
    case 'S':
        return MESSAGE_SYNC;
    default:
        return MESSAGE_OTHER;
    }
}

enum message_kind messages_from_server(const char *message, size_t len)
{
    static const char tag[] = "COMMIT";

    if (message[0] == 'C' && len == HEADER_BYTES + sizeof tag &&
        memcmp(message + HEADER_BYTES, tag, sizeof tag) == 0)
        return MESSAGE_COMMITTED;
    return MESSAGE_OTHER;
}

size_t messages_fatal(const char *sqlstate, char *out, size_t size)
{
    int fields = snprintf(out + HEADER_BYTES, size - HEADER_BYTES, "SFATAL%cVFATAL%cC%s%cM%s%c%c",
                          0, 0, sqlstate, 0, "as the test says", 0, 0);
    uint32_t length = htonl((uint32_t)(LENGTH_BYTES + fields));

    out[0] = 'E';
    memcpy(out + 1, &length, sizeof length);
    return HEADER_BYTES + (size_t)fields;
}
