/*
 * Writes a C file with the texts that the program carries: each as it stands, compressed, and with
 * its ETag (server/http/embedded.h). Run while building.
 *
 *   embed OUTPUT {NAME FILE}…
 *
 * What is named *.html is made a page of, when its file is Markdown.
 */
#include "base/etag.h"
#include "base/gzip.h"
#include "base/markdown.h"
#include "core/definition/page.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES  (4 << 20)
#define MEMORY_BYTES    (1 << 20) /* of one text, beside what grows */
#define BYTES_A_LINE    24
#define TITLE_MAX_BYTES 128

static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "embed: %s: %s\n", what, why);
    exit(1);
}

/* The caller frees it. */
static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, FILE_MAX_BYTES + 1);

    if (file == NULL || text == NULL)
        give_up(path, "cannot be read");
    *len = fread(text, 1, FILE_MAX_BYTES + 1, file);
    if (ferror(file) || *len > FILE_MAX_BYTES)
        give_up(path, "cannot be read, or is too long");
    fclose(file);
    return text;
}

static void write_bytes(FILE *out, const char *kind, int index, const char *bytes, size_t len)
{
    fprintf(out, "static const char %s_%d[] = {", kind, index);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "%s'\\x%02x',", i % BYTES_A_LINE == 0 ? "\n    " : "",
                (unsigned char)bytes[i]);
    fprintf(out, "0};\n");
}

/* A page of what the Markdown says, whose first line is its title. */
static char *make_page(const char *path, struct arena *arena, size_t *len)
{
    char *markdown = read_file(path, len);
    char title[TITLE_MAX_BYTES];
    struct text_out text;
    struct page page;

    text_out_init(&text, arena, FILE_MAX_BYTES);
    snprintf(title, sizeof title, "%.*s", (int)strcspn(markdown + 2, "\n"), markdown + 2);
    page_begin(&page, PAGE_HTML, &text, title);
    markdown_write(markdown, &text);
    page_end(&page);
    free(markdown);
    if (arena_failed(arena))
        give_up(path, "cannot be made a page");
    *len = text.len;
    return text.text;
}

static const struct {
    const char *suffix;
    const char *type;
} types[] = {
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".md", "text/markdown; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".yaml", "application/yaml"},
};

static bool ends_with(const char *name, const char *suffix)
{
    size_t len = strlen(name), suffix_len = strlen(suffix);

    return len > suffix_len && strcmp(name + len - suffix_len, suffix) == 0;
}

static const char *type_of(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (ends_with(name, types[i].suffix))
            return types[i].type;
    give_up(name, "is of no type that is known here");
    return NULL;
}

static bool is_made(const char *name, const char *path)
{
    return ends_with(name, ".html") && ends_with(path, ".md");
}

static void write_text(FILE *out, int index, const char *name, const char *path,
                       char etag[ETAG_LEN + 1])
{
    struct arena *arena = arena_new(MEMORY_BYTES);
    size_t len, gzip_len;

    if (arena == NULL)
        give_up(path, "is too large");
    char *file = is_made(name, path) ? NULL : read_file(path, &len);
    const char *text = file == NULL ? make_page(path, arena, &len) : file;
    const char *gzip = gzip_compress(text, len, arena, &gzip_len);
    if (gzip == NULL)
        give_up(path, "cannot be compressed");
    write_bytes(out, "text", index, text, len);
    write_bytes(out, "gzip", index, gzip, gzip_len);
    etag_of_text(text, len, etag);
    free(file);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    int count = (argc - 2) / 2;

    if (argc < 4 || argc % 2 != 0)
        give_up("usage", "embed OUTPUT {NAME FILE}…");
    char(*etags)[ETAG_LEN + 1] = calloc((size_t)count, sizeof *etags);
    FILE *out = fopen(argv[1], "w");
    if (out == NULL || etags == NULL)
        give_up(argv[1], "cannot be written");
    fprintf(out, "#include \"http/embedded.h\"\n\n");
    for (int i = 0; i < count; i++)
        write_text(out, i, argv[2 + 2 * i], argv[2 + 2 * i + 1], etags[i]);
    fprintf(out, "\nconst struct embedded embedded[] = {\n");
    for (int i = 0; i < count; i++)
        fprintf(out,
                "    {\"%s\", \"%s\", text_%d, sizeof text_%d - 1, gzip_%d, sizeof gzip_%d - 1,\n"
                "     \"\\%.*s\\\"\"},\n",
                argv[2 + 2 * i], type_of(argv[2 + 2 * i]), i, i, i, i, ETAG_LEN - 1, etags[i]);
    fprintf(out, "};\nconst size_t embedded_count = sizeof embedded / sizeof *embedded;\n");
    free(etags);
    if (fclose(out) != 0)
        give_up(argv[1], "cannot be written");
    return 0;
}
