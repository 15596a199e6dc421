#include "http/accept.h"

#include <string.h>
#include <strings.h>

#define Q_ONE 1000 /* q is in thousandths */

/* How exactly a range of the header names a type; 0: not at all. */
enum fit { FIT_NONE, FIT_ANY, FIT_FAMILY, FIT_EXACT };

static size_t token_len(const char *text)
{
    return strcspn(text, ",; \t");
}

static enum fit fit_of(const char *range, size_t len, const char *type)
{
    size_t family = (size_t)(strchr(type, '/') - type) + 1;

    if (len == 3 && strncmp(range, "*/*", 3) == 0)
        return FIT_ANY;
    if (len == family + 1 && range[family] == '*' && strncasecmp(range, type, family) == 0)
        return FIT_FAMILY;
    return len == strlen(type) && strncasecmp(range, type, len) == 0 ? FIT_EXACT : FIT_NONE;
}

/* "1", "0.25": in thousandths; a malformed one counts as 0. */
static int read_q(const char *text)
{
    int q = text[0] == '1' ? Q_ONE : 0;
    int digit = Q_ONE / 10;

    if (text[0] != '0' && text[0] != '1')
        return 0;
    if (q == Q_ONE || text[1] != '.')
        return q;
    for (const char *p = text + 2; *p >= '0' && *p <= '9' && digit > 0; p++, digit /= 10)
        q += (*p - '0') * digit;
    return q;
}

/* The q among the parameters that follow a range. */
static int q_of(const char *parameters, size_t len)
{
    const char *end = parameters + len;

    for (const char *p = parameters; p < end; p += strcspn(p, ";,")) {
        p += strspn(p, "; \t");
        if (p + 2 < end && (p[0] == 'q' || p[0] == 'Q') && p[1] == '=')
            return read_q(p + 2);
        if (p >= end)
            break;
    }
    return Q_ONE;
}

/* What the header says of one type: the most exact range counts. */
static int weigh(const char *accept, const char *type)
{
    enum fit best = FIT_NONE;
    int q = 0;

    for (const char *p = accept; *p != '\0'; p += *p == ',') {
        p += strspn(p, " \t");
        size_t len = token_len(p);
        size_t item = strcspn(p, ",");
        enum fit fit = fit_of(p, len, type);
        if (fit > best) {
            best = fit;
            q = q_of(p + len, item - len);
        }
        p += item;
    }
    return q;
}

int accept_choose(const char *accept, const char *const *offered, size_t count)
{
    int best = -1;
    int best_q = 0;

    if (accept == NULL || accept[strspn(accept, " \t")] == '\0')
        return 0;
    for (size_t i = 0; i < count; i++) {
        int q = weigh(accept, offered[i]);
        if (q > best_q) {
            best = (int)i;
            best_q = q;
        }
    }
    return best;
}

/* ---- codings ---- */

/* The weight that the header gives a coding, in thousandths; -1 when it does not name it. */
static int coding_q(const char *header, const char *coding)
{
    size_t len = strlen(coding);

    for (const char *p = header; *p != '\0'; p += *p == ',') {
        p += strspn(p, " \t");
        size_t item = strcspn(p, ",");
        if (token_len(p) == len && strncasecmp(p, coding, len) == 0)
            return q_of(p + len, item - len);
        p += item;
    }
    return -1;
}

bool accept_gzip(const char *accept_encoding)
{
    if (accept_encoding == NULL)
        return false;
    int any = coding_q(accept_encoding, "*");
    int gzip = coding_q(accept_encoding, "gzip");
    int plain = coding_q(accept_encoding, "identity");
    if (gzip < 0)
        gzip = coding_q(accept_encoding, "x-gzip");
    if (gzip < 0)
        gzip = any;
    /* Without a weight of its own, identity has that of "*"; with neither it is acceptable, but
     * what is named wins. */
    if (plain < 0)
        plain = any;
    return gzip > 0 && gzip >= plain;
}
