#include "core/intake/mapped_item.h"

#include "base/percent.h"
#include "base/text_out.h"

#include <string.h>

/* The value of a name in the template; NULL: there is none. */
static const char *value_of(struct mapped_item *item, const char *name, size_t len)
{
    const struct mapping_fetch *fetch = &item->mapping->fetch;

    for (size_t i = 0; i < fetch->value_count; i++) {
        const struct mapping_attribute *value = &fetch->values[i];
        if (strlen(value->name) != len || memcmp(value->name, name, len) != 0)
            continue;
        const char *text = mapped_line(item, &value->field, MAPPING_VALUE_MAX_BYTES);
        if (text == NULL && !item->failed)
            mapped_fail(item, &value->field, MAPPED_FETCH);
        return text;
    }
    return NULL;
}

/* Whatever a sender says is one piece of the address, and never changes where it leads. */
void mapped_fetch_read(struct mapped_item *item)
{
    const char *at = item->mapping->fetch.url;
    struct text_out out;

    mapped_take_up(item, NULL);
    text_out_init(&out, item->arena, MAPPING_URL_MAX_BYTES);
    while (*at != '\0' && !item->failed) {
        size_t plain = strcspn(at, "{");
        text_out_put_len(&out, at, plain);
        at += plain;
        size_t len = *at == '{' ? strcspn(at + 1, "}") : 0;
        const char *value = len == 0 ? NULL : value_of(item, at + 1, len);
        if (value != NULL)
            percent_encode(&out, value, strlen(value));
        at += len == 0 ? 0 : len + 2;
    }
    item->out->fetch_url = out.text;
    item->out->fetch_headers = item->mapping->fetch.headers;
}
