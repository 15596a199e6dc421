#include "base/file_kind.h"

#include <string.h>
#include <strings.h>

#define SAVE_AS "open it with a spreadsheet program and save it as CSV"

static const struct {
    const char *begin;
    size_t len;
    const char *what;
} kinds[] = {
#define KIND(begin, what)                                                                          \
    {                                                                                              \
        begin, sizeof begin - 1, what                                                              \
    }
    KIND("PK\x03\x04",
         "this is a workbook (such as .xlsx or .ods) or another zip archive: " SAVE_AS),
    KIND("PK\x05\x06", "this is an empty zip archive"),
    KIND("\xd0\xcf\x11\xe0", "this is an old workbook (.xls): " SAVE_AS),
    KIND("\x1f\x8b", "this is compressed by gzip: unpack it first"),
    KIND("BZh", "this is compressed by bzip2: unpack it first"),
    KIND("\x28\xb5\x2f\xfd", "this is compressed by zstd: unpack it first"),
    KIND("7z\xbc\xaf\x27\x1c", "this is a 7z archive: unpack it first"),
    KIND("%PDF-", "this is a PDF"),
    KIND("{\\rtf", "this is a text document (RTF)"),
    KIND("PAR1", "this is Parquet: export it as CSV"),
    KIND("SQLite format 3", "this is a database (SQLite): export the table as CSV"),
#undef KIND
};

/* Without regard to case, after white space. */
static const char *const pages[] = {"<!doctype", "<html",  "<head",  "<meta",
                                    "<body",     "<style", "<table", "<script"};

static const char *markup(const char *text, size_t len)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (len >= strlen(pages[i]) && strncasecmp(text, pages[i], strlen(pages[i])) == 0)
            return "this is a page (HTML), as some programs save for a spreadsheet: " SAVE_AS;
    if (len >= 5 && strncasecmp(text, "<?xml", 5) == 0)
        return "this is XML: " SAVE_AS;
    return NULL;
}

const char *file_kind_foreign(const char *bytes, size_t len)
{
    static const char mark[] = "\xef\xbb\xbf";

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (len >= kinds[i].len && memcmp(bytes, kinds[i].begin, kinds[i].len) == 0)
            return kinds[i].what;
    if (len >= sizeof mark - 1 && memcmp(bytes, mark, sizeof mark - 1) == 0) {
        bytes += sizeof mark - 1;
        len -= sizeof mark - 1;
    }
    while (len > 0 && strchr(" \t\r\n", *bytes) != NULL && *bytes != '\0') {
        bytes++;
        len--;
    }
    return markup(bytes, len);
}
