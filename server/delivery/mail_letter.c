#include "delivery/mail_letter.h"

#include "base/base64.h"

#include <string.h>

/** Of base64, as RFC 2045 has it. */
#define ENCODED_LINE 76

void mail_put_html(struct text_out *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            text_out_put(out, "&lt;");
            break;
        case '>':
            text_out_put(out, "&gt;");
            break;
        case '&':
            text_out_put(out, "&amp;");
            break;
        case '"':
            text_out_put(out, "&quot;");
            break;
        case '\n':
            text_out_put(out, "<br>");
            break;
        default:
            text_out_put_len(out, text, 1);
        }
    }
}

static void put_encoded(struct text_out *out, const struct text_out *part, struct arena *arena)
{
    size_t len = BASE64_LEN(part->len);
    char *encoded = arena_alloc(arena, len + 1);

    if (encoded == NULL)
        return;
    base64_encode((const uint8_t *)part->text, part->len, encoded);
    for (size_t at = 0; at < len; at += ENCODED_LINE) {
        text_out_put_len(out, encoded + at, len - at < ENCODED_LINE ? len - at : ENCODED_LINE);
        text_out_put(out, "\r\n");
    }
}

/* "Sun, 22 Nov 2026 10:00:00 +0000" */
static void put_date(struct text_out *out, instant now)
{
    static const char days[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[INSTANT_TEXT_MAX];
    int month;

    instant_format(now - now % INSTANT_SECOND, text);
    month = (text[5] - '0') * 10 + (text[6] - '0');
    text_out_format(out, "Date: %s, %.2s %s %.4s %.8s +0000\r\n", days[now / INSTANT_DAY % 7],
                    text + 8, months[(month - 1) % 12], text, text + 11);
}

static void put_part(struct text_out *out, const char *boundary, const char *type,
                     const struct text_out *part)
{
    text_out_format(out,
                    "--%s\r\nContent-Type: %s; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: base64\r\n\r\n",
                    boundary, type);
    put_encoded(out, part, out->arena);
}

static void put_unsubscribe(struct text_out *out, const char *url)
{
    text_out_put(out, "List-Unsubscribe: <");
    text_out_put(out, url);
    text_out_put(out, ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

const char *mail_letter_write(const struct mail_letter *letter, struct arena *arena, size_t *len)
{
    struct text_out out;
    const char *domain = strchr(letter->from, '@');

    text_out_init(&out, arena, 4 * MAIL_PART_MAX_BYTES);
    text_out_format(&out, "From: Baton <%s>\r\n", letter->from);
    text_out_put(&out, "To: undisclosed-recipients:;\r\n");
    put_date(&out, letter->now);
    text_out_format(&out, "Subject: %s\r\n", letter->subject);
    text_out_format(&out, "Message-ID: <%s%s>\r\n", letter->id, domain == NULL ? "@baton" : domain);
    if (letter->unsubscribe != NULL)
        put_unsubscribe(&out, letter->unsubscribe);
    text_out_put(&out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
    text_out_format(&out, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n",
                    letter->id);
    put_part(&out, letter->id, "text/plain", letter->text);
    put_part(&out, letter->id, "text/html", letter->html);
    text_out_format(&out, "--%s--\r\n", letter->id);
    *len = out.len;
    return out.text;
}
