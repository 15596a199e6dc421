#include "base/sentence.h"

#include <stdio.h>
#include <string.h>

/* More than any sentence: a longer text is written as it is. */
#define SENTENCE_MAX_BYTES 2048

void sentence_write(struct json_out *out, const char *key, const char *text)
{
    char whole[SENTENCE_MAX_BYTES];
    size_t len = text == NULL ? 0 : strlen(text);

    if (len == 0 || len + 2 > sizeof whole || strchr(".!?", text[len - 1]) != NULL) {
        json_out_member_text(out, key, text);
        return;
    }
    snprintf(whole, sizeof whole, "%s.", text);
    json_out_member_text(out, key, whole);
}
