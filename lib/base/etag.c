#include "base/etag.h"

#include "base/digest.h"
#include "base/hex.h"
#include "base/json_tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TAGGED_MAX_BYTES (1u << 20)

void etag_of_text(const char *json, size_t len, char out[ETAG_LEN + 1])
{
    uint8_t hash[DIGEST_BYTES];

    digest_sha256(&(struct digest_part){json, len}, 1, hash);
    out[0] = '"';
    hex_write(hash, (ETAG_LEN - 2) / 2, out + 1);
    out[ETAG_LEN - 1] = '"';
    out[ETAG_LEN] = '\0';
}

void etag_of_revision(int64_t revision, char out[ETAG_LEN + 1])
{
    snprintf(out, ETAG_LEN + 1, "\"%" PRId64 "\"", revision);
}

bool etag_of_json(const json_t *json, struct arena *arena, char out[ETAG_LEN + 1])
{
    struct json_out text;

    json_out_init(&text, arena, TAGGED_MAX_BYTES);
    json_tree_write(json, &text);
    if (arena_failed(arena))
        return false;
    etag_of_text(text.written.text, text.written.len, out);
    return true;
}

struct tag {
    const char *text; /* between the quotes */
    size_t len;
    bool weak;
};

static struct tag tag_at(const char *text)
{
    bool weak = strncmp(text, "W/", 2) == 0;

    text += weak ? 2 : 0;
    return (struct tag){text + 1, strcspn(text + 1, "\""), weak};
}

static bool is_tag(const char *text)
{
    text += strncmp(text, "W/", 2) == 0 ? 2 : 0;
    if (*text != '"')
        return false;
    for (text++; *text != '"'; text++)
        if ((unsigned char)*text <= 0x20 || *text == 0x7f)
            return false;
    return true;
}

/* The next tag of a list; false at the end, or when there is no tag. */
static bool next_tag(const char **at, struct tag *out)
{
    *at += strspn(*at, ", \t");
    if (!is_tag(*at))
        return false;
    *out = tag_at(*at);
    *at = out->text + out->len + 1;
    size_t space = strspn(*at, " \t");
    return (*at)[space] == ',' || (*at)[space] == '\0';
}

bool etag_list_is_fine(const char *list)
{
    struct tag tag;
    size_t count = 0;

    if (strcmp(list, "*") == 0)
        return true;
    while (next_tag(&list, &tag))
        count++;
    return count > 0 && *list == '\0';
}

static bool same(const struct tag *a, size_t len, const struct tag *b)
{
    return a->len == len && memcmp(a->text, b->text, len) == 0;
}

static size_t content_len(const struct tag *tag)
{
    const char *dot = memchr(tag->text, '.', tag->len);

    return dot == NULL ? tag->len : (size_t)(dot - tag->text);
}

bool etag_matches(const char *if_match, const char *etag)
{
    const struct tag wanted = tag_at(etag);
    struct tag tag;

    if (if_match == NULL || strcmp(if_match, "*") == 0)
        return true;
    while (next_tag(&if_match, &tag)) {
        tag.len = content_len(&tag);
        if (!tag.weak && same(&tag, content_len(&wanted), &wanted))
            return true;
    }
    return false;
}

bool etag_is_known(const char *if_none_match, const char *etag)
{
    const struct tag wanted = tag_at(etag);
    struct tag tag;

    if (if_none_match == NULL)
        return false;
    if (strcmp(if_none_match, "*") == 0)
        return true;
    while (next_tag(&if_none_match, &tag))
        if (same(&tag, wanted.len, &wanted))
            return true;
    return false;
}
