#include "base/text/unicode.h"

#include <pthread.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/uclean.h>
#include <unicode/uidna.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#define DOMAIN_MAX_BYTES 254
/* UTF-16 units that normal form C makes of one, at most (UAX #15, section 9), and lower case. */
#define NORMAL_GROWTH 3
/* The same of form KC (one Arabic ligature becomes eighteen) and of form D. */
#define FOLD_GROWTH  18
#define PARTS_GROWTH 4

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const UNormalizer2 *normalizer;
static const UNormalizer2 *folder;
static const UNormalizer2 *decomposer;
static UIDNA *idna;

/* ---- memory ---- */

/* Whether an allocation has failed within the call that is going on, whatever ICU makes of it. */
static _Thread_local bool seen;

static void *note(void *block)
{
    seen = seen || block == NULL;
    return block;
}

static void *U_CALLCONV allocate(const void *context, size_t size)
{
    (void)context;
    return note(malloc(size));
}

static void *U_CALLCONV grow(const void *context, void *block, size_t size)
{
    (void)context;
    return note(realloc(block, size));
}

static void U_CALLCONV give_back(const void *context, void *block)
{
    (void)context;
    free(block);
}

static void open_all(void)
{
    UErrorCode status = U_ZERO_ERROR;

    u_setMemoryFunctions(NULL, allocate, grow, give_back, &status);
    normalizer = unorm2_getNFCInstance(&status);
    folder = unorm2_getNFKCCasefoldInstance(&status);
    decomposer = unorm2_getNFDInstance(&status);
    idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ,
                           &status);
    if (U_FAILURE(status))
        normalizer = NULL;
}

bool unicode_open(void)
{
    pthread_once(&once, open_all);
    return normalizer != NULL && idna != NULL;
}

static enum err err_of(UErrorCode status, struct arena *arena)
{
    if (seen || status == U_MEMORY_ALLOCATION_ERROR) {
        arena_fail(arena);
        return ERR_OUT_OF_MEMORY;
    }
    return U_SUCCESS(status) ? ERR_NONE : ERR_INVALID_VALUE;
}

/* ---- UTF-8 and back ---- */

struct units {
    UChar *text;
    int32_t len;
    int32_t size;
};

static enum err new_units(int32_t size, struct arena *arena, struct units *out)
{
    *out = (struct units){.text = ARENA_ARRAY(arena, UChar, (size_t)size), .size = size};
    return out->text == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

static enum err to_units(const char *text, size_t len, struct arena *arena, struct units *out)
{
    UErrorCode status = U_ZERO_ERROR;
    enum err err;

    seen = false;
    if (!unicode_open()) {
        arena_fail(arena);
        return ERR_OUT_OF_MEMORY;
    }
    if (len > INT32_MAX / (3 * NORMAL_GROWTH * FOLD_GROWTH * PARTS_GROWTH))
        return ERR_INVALID_VALUE;
    err = new_units((int32_t)len + 1, arena, out);
    if (err != ERR_NONE)
        return err;
    u_strFromUTF8(out->text, out->size, &out->len, text, (int32_t)len, &status);
    return err_of(status, arena);
}

static enum err to_utf8(const struct units *units, struct arena *arena, const char **out)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t size = 3 * units->len + 1;
    char *text = arena_alloc(arena, (size_t)size);

    if (text == NULL)
        return ERR_OUT_OF_MEMORY;
    u_strToUTF8(text, size, NULL, units->text, units->len, &status);
    *out = text;
    return err_of(status, arena);
}

static enum err normalize(const UNormalizer2 *form, int32_t growth, const struct units *given,
                          struct arena *arena, struct units *out)
{
    UErrorCode status = U_ZERO_ERROR;
    enum err err = new_units(growth * given->len + 1, arena, out);

    if (err != ERR_NONE)
        return err;
    out->len = unorm2_normalize(form, given->text, given->len, out->text, out->size, &status);
    return err_of(status, arena);
}

static enum err compose(const struct units *given, struct arena *arena, struct units *out)
{
    return normalize(normalizer, NORMAL_GROWTH, given, arena, out);
}

/* ---- what is not seen ---- */

static bool is_invisible(UChar32 c)
{
    return u_charType(c) == U_FORMAT_CHAR ||
           u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

static bool is_accent(UChar32 c)
{
    return u_charType(c) == U_NON_SPACING_MARK;
}

static void drop(struct units *units, bool (*goes)(UChar32 c))
{
    int32_t kept = 0;

    for (int32_t at = 0; at < units->len;) {
        int32_t begin = at;
        UChar32 c;
        U16_NEXT(units->text, at, units->len, c);
        if (goes(c))
            continue;
        while (begin < at)
            units->text[kept++] = units->text[begin++];
    }
    units->len = kept;
}

/* White space is of the basic plane, one unit each. */
static void cut_space(struct units *units)
{
    while (units->len > 0 && u_isUWhiteSpace(units->text[units->len - 1]))
        units->len--;
    while (units->len > 0 && u_isUWhiteSpace(units->text[0])) {
        units->text++;
        units->len--;
    }
}

/* ---- */

bool unicode_is_ascii(const char *text, size_t len)
{
    unsigned char all = 0;

    for (size_t i = 0; i < len; i++)
        all |= (unsigned char)text[i];
    return all < 0x80;
}

bool unicode_has_space(const char *text)
{
    UChar32 c;

    for (int32_t at = 0; text[at] != '\0';) {
        U8_NEXT_UNSAFE(text, at, c);
        if (u_isUWhiteSpace(c))
            return true;
    }
    return false;
}

/* Invisible characters go first: one that stands between a letter and its accent keeps them
 * apart. */
enum err unicode_clean(const char *text, size_t len, struct arena *arena, const char **out)
{
    struct units given, composed;
    enum err err = to_units(text, len, arena, &given);

    if (err != ERR_NONE)
        return err;
    drop(&given, is_invisible);
    cut_space(&given);
    err = compose(&given, arena, &composed);
    return err == ERR_NONE ? to_utf8(&composed, arena, out) : err;
}

/* Lower case can take a text out of the normal form, and what is not composed has other letters in
 * lower case, so it is composed on both sides. */
enum err unicode_lower(const char *text, size_t len, struct arena *arena, const char **out)
{
    UErrorCode status = U_ZERO_ERROR;
    struct units given, composed, lower, whole;
    enum err err = to_units(text, len, arena, &given);

    if (err == ERR_NONE)
        err = compose(&given, arena, &composed);
    if (err == ERR_NONE)
        err = new_units(NORMAL_GROWTH * composed.len + 1, arena, &lower);
    if (err != ERR_NONE)
        return err;
    lower.len = u_strToLower(lower.text, lower.size, composed.text, composed.len, "", &status);
    err = err_of(status, arena);
    if (err == ERR_NONE)
        err = compose(&lower, arena, &whole);
    return err == ERR_NONE ? to_utf8(&whole, arena, out) : err;
}

/* As typewriters and phones write one name. */
static void straighten(struct units *units)
{
    for (int32_t i = 0; i < units->len; i++)
        if (units->text[i] == 0x2019 || units->text[i] == 0x02bc)
            units->text[i] = '\'';
}

static enum err fold_ascii(const char *text, size_t len, struct arena *arena, const char **out)
{
    char *folded = arena_alloc(arena, len + 1);

    for (size_t i = 0; folded != NULL && i < len; i++)
        folded[i] = (char)(text[i] + (text[i] >= 'A' && text[i] <= 'Z' ? 'a' - 'A' : 0));
    if (folded == NULL)
        return ERR_OUT_OF_MEMORY;
    folded[len] = '\0';
    *out = folded;
    return ERR_NONE;
}

enum err unicode_fold(const char *text, size_t len, struct arena *arena, const char **out)
{
    struct units given, folded, parts, whole;

    if (unicode_is_ascii(text, len)) /* most names: ICU would do the same in many steps */
        return fold_ascii(text, len, arena, out);
    enum err err = to_units(text, len, arena, &given);
    if (err == ERR_NONE)
        err = normalize(folder, FOLD_GROWTH, &given, arena, &folded);
    if (err == ERR_NONE)
        err = normalize(decomposer, PARTS_GROWTH, &folded, arena, &parts);
    if (err != ERR_NONE)
        return err;
    drop(&parts, is_accent);
    drop(&parts, is_invisible);
    straighten(&parts);
    err = compose(&parts, arena, &whole);
    return err == ERR_NONE ? to_utf8(&whole, arena, out) : err;
}

/* What stands for an ASCII character; others are themselves. */
static UChar32 plain(UChar32 c)
{
    static const struct {
        UChar32 c, plain;
    } marks[] = {
        {0x3002, '.'}, {0xff61, '.'}, {0xfe52, '.'}, {0x2024, '.'}, {0x00b7, '.'}, {0x2022, '.'},
        {0x2044, '/'}, {0x2215, '/'}, {0x2212, '-'}, {0xfe62, '+'}, {0xfe6b, '@'},
    };
    int32_t digit = u_charDigitValue(c);

    if (c >= 0xff01 && c <= 0xff5e) /* full-width */
        return c - 0xff01 + '!';
    if (digit >= 0)
        return '0' + digit;
    if (u_isUWhiteSpace(c))
        return ' ';
    if (u_charType(c) == U_DASH_PUNCTUATION)
        return '-';
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i].c == c)
            return marks[i].plain;
    return c;
}

size_t unicode_plain(const char *text, size_t len, char *out)
{
    size_t to = 0;

    for (size_t at = 0; at < len;) {
        size_t begin = at;
        UChar32 c;
        U8_NEXT(text, at, len, c);
        UChar32 shown = c < 0 ? c : plain(c);
        if (c >= 0 && is_invisible(c))
            continue;
        if (shown >= 0 && shown < 0x80)
            out[to++] = (char)shown;
        else /* as it stands, also where it is no UTF-8 */
            while (begin < at)
                out[to++] = text[begin++];
    }
    out[to] = '\0';
    return to;
}

/* ---- runs ---- */

static bool is_of(UChar32 c, enum unicode_class class)
{
    return class == UNICODE_SPACE
               ? u_isUWhiteSpace(c)
               : u_isalnum(c) || (U_GET_GC_MASK(c) & (U_GC_M_MASK | U_GC_N_MASK)) != 0;
}

static size_t run(const char *text, size_t len, enum unicode_class class, bool wanted)
{
    int32_t at = 0;

    while ((size_t)at < len) {
        int32_t next = at;
        UChar32 c;
        U8_NEXT_UNSAFE(text, next, c);
        if (is_of(c, class) != wanted)
            break;
        at = next;
    }
    return (size_t)at;
}

size_t unicode_run(const char *text, size_t len, enum unicode_class class)
{
    return run(text, len, class, true);
}

size_t unicode_run_not(const char *text, size_t len, enum unicode_class class)
{
    return run(text, len, class, false);
}

size_t unicode_end(const char *text, size_t len, enum unicode_class class)
{
    int32_t end = 0, at = 0;

    while ((size_t)at < len) {
        UChar32 c;
        U8_NEXT_UNSAFE(text, at, c);
        if (is_of(c, class))
            end = at;
    }
    return (size_t)end;
}

enum err unicode_domain(const char *domain, struct arena *arena, const char **out)
{
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    UErrorCode status = U_ZERO_ERROR;
    char ascii[DOMAIN_MAX_BYTES + 1];

    seen = false;
    if (!unicode_open()) {
        arena_fail(arena);
        return ERR_OUT_OF_MEMORY;
    }
    int32_t len = uidna_nameToASCII_UTF8(idna, domain, -1, ascii, DOMAIN_MAX_BYTES, &info, &status);
    enum err err = err_of(status, arena);
    if (err != ERR_NONE)
        return err;
    if (info.errors != 0)
        return ERR_INVALID_VALUE;
    *out = arena_copy(arena, ascii, (size_t)len);
    return *out == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;
}
