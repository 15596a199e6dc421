#include "base/email.h"

#include "base/percent.h"
#include "base/text/unicode.h"

#include <ctype.h>
#include <libpsl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LOCAL_PART_MAX_BYTES 64 /* RFC 5321 section 4.5.3.1.1 */

/* Providers where anybody can have an address, collected from their sign-up pages; sorted, for
 * bsearch. */
static const char *const free_mail[] = {
    "126.com",      "163.com",        "aol.com",      "bol.com.br",     "comcast.net",
    "daum.net",     "duck.com",       "fastmail.com", "free.fr",        "freenet.de",
    "gmail.com",    "gmx.at",         "gmx.ch",       "gmx.com",        "gmx.de",
    "gmx.net",      "googlemail.com", "hey.com",      "hotmail.co.uk",  "hotmail.com",
    "hotmail.de",   "hotmail.es",     "hotmail.fr",   "hotmail.it",     "icloud.com",
    "inbox.lv",     "laposte.net",    "libero.it",    "live.co.uk",     "live.com",
    "live.fr",      "live.nl",        "mac.com",      "mail.com",       "mail.ru",
    "mailbox.org",  "me.com",         "msn.com",      "naver.com",      "orange.fr",
    "outlook.com",  "outlook.de",     "outlook.fr",   "pm.me",          "posteo.de",
    "proton.me",    "protonmail.com", "qq.com",       "rediffmail.com", "rocketmail.com",
    "seznam.cz",    "sina.com",       "t-online.de",  "terra.com.br",   "tuta.com",
    "tutanota.com", "uol.com.br",     "virgilio.it",  "web.de",         "wp.pl",
    "yahoo.ca",     "yahoo.co.in",    "yahoo.co.jp",  "yahoo.co.uk",    "yahoo.com",
    "yahoo.com.br", "yahoo.de",       "yahoo.es",     "yahoo.fr",       "yahoo.it",
    "yandex.com",   "yandex.ru",      "ymail.com",    "zoho.com",
};

/* Characters of an unquoted local part, RFC 5322 section 3.2.3, and UTF-8 of RFC 6532. */
static bool local_part_valid(const char *text, size_t len)
{
    if (len == 0 || len > LOCAL_PART_MAX_BYTES || text[0] == '.' || text[len - 1] == '.')
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '.' && text[i - 1] == '.')
            return false;
        if (c < 0x80 && !isalnum(c) && strchr(".!#$%&'*+-/=?^_`{|}~", c) == NULL)
            return false;
    }
    return true;
}

/* In lower-case A-labels: at least two labels of letters, digits and inner hyphens. */
static bool domain_valid(const char *domain)
{
    size_t label = 0;
    size_t labels = 1;

    for (const char *p = domain; *p != '\0'; p++) {
        bool edge = label == 0 || p[1] == '.' || p[1] == '\0';
        if (*p == '.') {
            if (label == 0)
                return false;
            label = 0;
            labels++;
            continue;
        }
        if (!isalnum((unsigned char)*p) && (*p != '-' || edge))
            return false;
        if (++label > 63)
            return false;
    }
    return labels >= 2 && label > 0;
}

/* Most domains are plain ASCII and need no conversion. */
static enum err normalize_domain(char *domain, struct arena *arena, const char **out)
{
    enum err err = ERR_NONE;

    for (char *p = domain; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    *out = domain;
    if (!unicode_is_ascii(domain, strlen(domain)) || strstr(domain, "xn--") != NULL)
        err = unicode_domain(domain, arena, out);
    return err != ERR_NONE || domain_valid(*out) ? err : ERR_INVALID_VALUE;
}

static enum err normalize_local(char *local, struct arena *arena, const char **out)
{
    size_t len = strlen(local);

    if (!unicode_is_ascii(local, len))
        return unicode_lower(local, len, arena, out);
    for (char *p = local; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    *out = local;
    return ERR_NONE;
}

static void cut_space(const char **text, size_t *len)
{
    for (; *len > 0 && isspace((unsigned char)(*text)[0]); --*len)
        ++*text;
    while (*len > 0 && isspace((unsigned char)(*text)[*len - 1]))
        --*len;
}

static enum err clean(const char **text, size_t *len, struct arena *arena)
{
    if (!unicode_is_ascii(*text, *len)) {
        enum err err = unicode_clean(*text, *len, arena, text);
        *len = err == ERR_NONE ? strlen(*text) : 0;
        return err;
    }
    cut_space(text, len);
    return ERR_NONE;
}

/* One side of the "@", as a copy: a space that was copied along stands there, too. */
static enum err part(const char *text, size_t len, struct arena *arena, char **out)
{
    enum err err = clean(&text, &len, arena);

    *out = err == ERR_NONE ? arena_copy(arena, text, len) : NULL;
    return err != ERR_NONE || *out != NULL ? err : ERR_OUT_OF_MEMORY;
}

/* For a text without outer space and invisible characters. */
static enum err normalize(const char *text, size_t len, struct arena *arena, const char **out)
{
    const char *at = memrchr(text, '@', len);
    const char *local, *domain;

    if (at == NULL || len > EMAIL_MAX_BYTES)
        return ERR_INVALID_VALUE;
    char *before, *after;
    enum err err = part(text, (size_t)(at - text), arena, &before);
    if (err == ERR_NONE)
        err = part(at + 1, len - (size_t)(at + 1 - text), arena, &after);
    if (err == ERR_NONE)
        err = normalize_local(before, arena, &local);
    if (err == ERR_NONE)
        err = normalize_domain(after, arena, &domain);
    if (err != ERR_NONE)
        return err;
    if (!local_part_valid(local, strlen(local)) || unicode_has_space(local))
        return ERR_INVALID_VALUE;
    *out = arena_printf(arena, "%s@%s", local, domain);
    if (*out == NULL)
        return ERR_OUT_OF_MEMORY;
    return strlen(*out) > EMAIL_MAX_BYTES ? ERR_INVALID_VALUE : ERR_NONE;
}

enum err email_normalize(const char *text, struct arena *arena, const char **out)
{
    size_t len = strlen(text);
    enum err err = clean(&text, &len, arena);

    return err == ERR_NONE ? normalize(text, len, arena, out) : err;
}

/* ---- an address as people and mail programs write it ---- */

/* The end of a piece that begins here and may contain separators: a quoted name, an address in
 * angle brackets, a comment. If it does not end, it counts as a single character. */
static size_t skip(const char *text, size_t len)
{
    static const char begins[] = "\"<(", ends[] = "\">)";
    const char *kind = strchr(begins, text[0]);

    for (size_t i = 1; kind != NULL && text[0] != '\0' && i < len; i++) {
        if (text[i] == ends[kind - begins])
            return i + 1;
        i += text[i] == '\\' && text[0] == '"';
    }
    return 1;
}

static size_t item_len(const char *text, size_t len)
{
    size_t at = 0;

    while (at < len && text[at] != ',' && text[at] != ';')
        at += skip(text + at, len - at);
    return at < len ? at : len;
}

/* What stands in angle brackets, else all but the comments around it. */
static void take_address(const char **text, size_t *len)
{
    size_t end = *len;

    for (size_t at = 0; at < *len;) {
        size_t size = skip(*text + at, *len - at);
        if (size > 1 && (*text)[at] == '<') {
            *text += at + 1;
            *len = size - 2;
            return;
        }
        if (size > 1 && (*text)[at] == '(' && end == *len && at > 0)
            end = at;
        at += size;
    }
    *len = end;
}

/* mailto: and what its address is followed by (RFC 6068). */
static enum err take_mailto(const char **text, size_t *len, struct arena *arena)
{
    static const char scheme[] = "mailto:";

    if (*len < sizeof scheme - 1 || strncasecmp(*text, scheme, sizeof scheme - 1) != 0)
        return ERR_NONE;
    *text += sizeof scheme - 1;
    *len -= sizeof scheme - 1;
    const char *query = memchr(*text, '?', *len);
    *len = query == NULL ? *len : (size_t)(query - *text);
    if (memchr(*text, '%', *len) == NULL)
        return ERR_NONE;
    *text = percent_decode(arena, *text, *len, false);
    if (*text == NULL)
        return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_INVALID_VALUE;
    *len = strlen(*text);
    return ERR_NONE;
}

static enum err read_item(const char *text, size_t len, struct arena *arena, const char **out)
{
    take_address(&text, &len);
    cut_space(&text, &len);
    enum err err = take_mailto(&text, &len, arena);
    if (err == ERR_NONE)
        err = clean(&text, &len, arena);
    return err == ERR_NONE ? normalize(text, len, arena, out) : err;
}

/* The first of several addresses with only space between them. A word that is none may be half of
 * one that was torn: "kim lee@acme.example" is nobody's. */
static enum err find_word(const char *text, size_t len, struct arena *arena, const char **out)
{
    static const char between[] = " \t\r\n|/";
    enum err err = ERR_INVALID_VALUE;

    for (size_t at = 0; at < len;) {
        size_t size = 0;
        while (at + size < len && strchr(between, text[at + size]) == NULL)
            size++;
        if (size > 0 && memchr(text + at, '@', size) == NULL)
            return ERR_INVALID_VALUE;
        if (size > 0 && err == ERR_INVALID_VALUE)
            err = read_item(text + at, size, arena, out);
        at += size + 1;
    }
    return err;
}

enum err email_find(const char *text, struct arena *arena, const char **out)
{
    size_t len = strlen(text);
    enum err err = clean(&text, &len, arena);

    if (err != ERR_NONE)
        return err;
    if (strpbrk(text, "<,;:\" \t\r\n|/") == NULL)
        return normalize(text, len, arena, out);
    while (len > 0) {
        size_t item = item_len(text, len);
        if (memchr(text, '@', item) != NULL || memmem(text, item, "%40", 3) != NULL) {
            err = read_item(text, item, arena, out);
            return err == ERR_INVALID_VALUE ? find_word(text, item, arena, out) : err;
        }
        text += item < len ? item + 1 : item;
        len -= item < len ? item + 1 : item;
    }
    return ERR_INVALID_VALUE;
}

const char *email_why(const char *text)
{
    const char *at = strrchr(text, '@');
    size_t local = at == NULL ? 0 : (size_t)(at - text);

    if (at == NULL)
        return "This is not an email address: there is no @ in it.";
    if (local == 0)
        return "This is not an email address: nothing stands before the @.";
    if (local > LOCAL_PART_MAX_BYTES)
        return "This is not an email address: what stands before the @ is longer than 64 bytes.";
    if (strchr(at, '.') == NULL)
        return "This is not an email address: its domain has no dot.";
    if (strlen(text) > EMAIL_MAX_BYTES)
        return "This is not an email address: it is longer than 254 bytes.";
    if (!local_part_valid(text, local))
        return "This is not an email address: what stands before the @ has a character, or dots, "
               "that no address has there.";
    return "This is not an email address: no domain has such a name.";
}

const char *email_domain(const char *email)
{
    return strrchr(email, '@') + 1;
}

static int compare_name(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

bool email_is_free_mail(const char *domain)
{
    return bsearch(domain, free_mail, sizeof free_mail / sizeof *free_mail, sizeof *free_mail,
                   compare_name) != NULL;
}

const char *email_company_domain(const char *domain, struct arena *arena)
{
    const psl_ctx_t *list = psl_builtin();
    const char *registrable = list == NULL ? NULL : psl_registrable_domain(list, domain);

    return registrable == NULL ? NULL : arena_strdup(arena, registrable);
}
