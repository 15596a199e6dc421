#include "delivery/feed_inside.h"

#include "base/json_out.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define READ_MS    2000
#define LINE_BYTES (16 << 10)

static void write_line(const struct feed_item *item, const struct config *config,
                       struct json_out *json, struct text_out *out)
{
    json_out_clear(json);
    event_write(&item->event, config, json);
    text_out_format(out, "id: %" PRId64 "\nevent: %s\ndata: ", item->event.pos,
                    ledger_kind_name((int)item->event.kind));
    text_out_put_len(out, json->written.text, json->written.len);
    text_out_put(out, "\n\n");
}

static struct read begin_read(struct feed *feed, struct uuid workspace)
{
    return (struct read){
        .pg = feed->pg,
        .arena = arena_new(READ_MEMORY_MAX_BYTES),
        .workspace = workspace,
        .deadline = pg_deadline_in(READ_MS),
    };
}

/* The lines of a page, malloc'd. */
static enum err make_lines(struct arena *arena, const struct feed_page *page,
                           const struct config *config, struct line *lines)
{
    struct json_out json;
    struct text_out out;

    json_out_init(&json, arena, LINE_BYTES);
    text_out_init(&out, arena, LINE_BYTES);
    for (size_t i = 0; i < page->count; i++) {
        const struct feed_item *item = &page->items[i];
        text_out_clear(&out);
        write_line(item, config, &json, &out);
        lines[i] = (struct line){.pos = item->event.pos, .kind = (int)item->event.kind};
        memcpy(lines[i].teams, item->teams, sizeof lines[i].teams);
        lines[i].text = arena_failed(arena) ? NULL : strdup(out.text);
        lines[i].len = out.len;
        if (lines[i].text == NULL)
            return ERR_OUT_OF_MEMORY;
    }
    return ERR_NONE;
}

enum err news_read(struct feed *feed, struct uuid workspace, int64_t after,
                   const struct config *config, struct news *news)
{
    struct read read = begin_read(feed, workspace);

    memset(news, 0, sizeof *news);
    if (read.arena == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = feed_read(&read, after, PAGE_ENTRIES, &news->page);
    bool changed = config == NULL || config->version != news->page.config_version;
    if (err == ERR_NONE && changed &&
        config_cache_load(feed->settings.cache, feed->pg, workspace, news->page.config_version,
                          pg_deadline_in(READ_MS), &news->config) != PG_OK)
        err = ERR_UNAVAILABLE;
    if (err == ERR_NONE && changed && news->config == NULL)
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE)
        err = make_lines(read.arena, &news->page, changed ? news->config : config, news->lines);
    news->page.items = NULL;
    arena_free(read.arena);
    return err;
}

void news_drop(struct news *news)
{
    for (size_t i = 0; i < PAGE_ENTRIES; i++)
        free(news->lines[i].text);
    config_release(news->config);
}

char *news_join(struct news *news, const struct feed_filter *filter, size_t *len)
{
    size_t total = 0;

    for (size_t i = 0; i < news->page.count; i++)
        total += news->lines[i].len;
    char *text = malloc(total + 1);
    *len = 0;
    for (size_t i = 0; text != NULL && i < news->page.count; i++) {
        const struct line *line = &news->lines[i];
        if (!feed_filter_wants(filter, line->kind, line->teams))
            continue;
        memcpy(text + *len, line->text, line->len);
        *len += line->len;
    }
    return text;
}
