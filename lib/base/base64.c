#include "base/base64.h"

#include <openssl/evp.h>
#include <string.h>

void base64_encode(const void *bytes, size_t len, char *out)
{
    EVP_EncodeBlock((unsigned char *)out, bytes, (int)len);
}

static void exchange(char *text, size_t len, const char from[static 2], const char to[static 2])
{
    for (size_t i = 0; i < len; i++)
        text[i] = text[i] == from[0] ? to[0] : text[i] == from[1] ? to[1] : text[i];
}

size_t base64url_encode(const void *bytes, size_t len, char *out)
{
    base64_encode(bytes, len, out);
    size_t written = strcspn(out, "=");
    out[written] = '\0';
    exchange(out, written, "+/", "-_");
    return written;
}

static int digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)(at - digits);
}

bool base64_decode(const char *text, void *out, size_t size, size_t *len)
{
    size_t digits = strcspn(text, "=");
    unsigned char *to = out;
    unsigned held = 0;
    int bits = 0;

    *len = 0;
    if (text[digits + strspn(text + digits, "=")] != '\0' || digits % 4 == 1)
        return false;
    for (size_t i = 0; i < digits; i++) {
        int digit = digit_of(text[i]);
        if (digit < 0)
            return false;
        held = held << 6 | (unsigned)digit;
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        if (*len == size)
            return false;
        to[(*len)++] = (unsigned char)(held >> bits);
    }
    return true;
}

/* OpenSSL accepts several texts for one value: with white space around it, and with any value in
 * the unused bits of the last character. So the result is encoded again and compared. */
bool base64url_decode(const char *text, size_t text_len, char *out, size_t *len)
{
    char padded[BASE64URL_MAX_LEN + 4], again[BASE64URL_MAX_LEN + 4];
    size_t padding = (4 - text_len % 4) % 4;

    if (text_len == 0 || text_len > BASE64URL_MAX_LEN || padding == 3)
        return false;
    memcpy(padded, text, text_len);
    exchange(padded, text_len, "-_", "+/");
    memset(padded + text_len, '=', padding);
    int read =
        EVP_DecodeBlock((unsigned char *)out, (unsigned char *)padded, (int)(text_len + padding));
    if (read < 0)
        return false;
    *len = (size_t)read - padding;
    out[*len] = '\0';
    return base64url_encode(out, *len, again) == text_len && memcmp(again, text, text_len) == 0;
}
