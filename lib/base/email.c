#include "base/email.h"

#include <ctype.h>
#include <idn2.h>
#include <libpsl.h>
#include <stdlib.h>
#include <string.h>

#define LOCAL_PART_MAX_BYTES 64 /* RFC 5321 section 4.5.3.1.1 */

/* Providers where anybody can have an address. Gathered from the providers' own sign-up pages;
 * sorted, for bsearch. */
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

static enum err to_ascii(const char *domain, struct arena *arena, const char **out)
{
    char *ascii = NULL;
    int result = idn2_to_ascii_8z(domain, &ascii, IDN2_NONTRANSITIONAL);

    if (result == IDN2_MALLOC)
        return ERR_OUT_OF_MEMORY;
    if (result != IDN2_OK)
        return ERR_INVALID_VALUE;
    char *copy = arena_strdup(arena, ascii);
    idn2_free(ascii);
    if (copy == NULL)
        return ERR_OUT_OF_MEMORY;
    for (char *p = copy; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    *out = copy;
    return domain_valid(copy) ? ERR_NONE : ERR_INVALID_VALUE;
}

/* Most domains are plain ASCII in lower or upper case and need no conversion. */
static bool is_plain(const char *domain)
{
    for (const char *p = domain; *p != '\0'; p++)
        if ((unsigned char)*p >= 0x80)
            return false;
    return strstr(domain, "xn--") == NULL;
}

static enum err normalize_domain(char *domain, struct arena *arena, const char **out)
{
    if (!is_plain(domain))
        return to_ascii(domain, arena, out);
    for (char *p = domain; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    *out = domain;
    return domain_valid(domain) ? ERR_NONE : ERR_INVALID_VALUE;
}

enum err email_normalize(const char *text, struct arena *arena, const char **out)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    const char *at = memrchr(text, '@', len);
    if (at == NULL || len > EMAIL_MAX_BYTES || !local_part_valid(text, (size_t)(at - text)))
        return ERR_INVALID_VALUE;
    char *local = arena_copy(arena, text, (size_t)(at - text));
    char *raw = arena_copy(arena, at + 1, len - (size_t)(at + 1 - text));
    if (local == NULL || raw == NULL)
        return ERR_OUT_OF_MEMORY;
    const char *domain;
    enum err err = normalize_domain(raw, arena, &domain);
    if (err != ERR_NONE)
        return err;
    for (char *p = local; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    *out = arena_printf(arena, "%s@%s", local, domain);
    if (*out == NULL)
        return ERR_OUT_OF_MEMORY;
    return strlen(*out) > EMAIL_MAX_BYTES ? ERR_INVALID_VALUE : ERR_NONE;
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
