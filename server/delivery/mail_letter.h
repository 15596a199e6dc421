/* A letter as it goes to a mail server: RFC 5322, with plain text and HTML side by side. */
#ifndef BATON_SERVER_MAIL_LETTER_H
#define BATON_SERVER_MAIL_LETTER_H

#include "base/instant.h"
#include "base/text_out.h"

/** Of each of the two. */
#define MAIL_PART_MAX_BYTES ((size_t)512 << 10)

/** Texts are borrowed; those that stand in a header are ASCII without control bytes. */
struct mail_letter {
    const char *id;   /* the same at every try; without an "@" */
    const char *from; /* an address */
    const char *subject;
    const struct text_out *text;
    const struct text_out *html;
    const char *unsubscribe; /* a URL to which RFC 8058 posts; NULL: none */
    instant now;
};

/** In the arena; NULL: memory is short. */
const char *mail_letter_write(const struct mail_letter *letter, struct arena *arena, size_t *len);

/** As HTML shows it. */
void mail_put_html(struct text_out *out, const char *text);

#endif
