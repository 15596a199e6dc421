#include "api/docs_api.h"

#include "http/accept.h"
#include "http/embedded.h"
#include "http/reply.h"
#include "http/request_refuse.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 96

/* ---- the page ---- */

struct web_get {
    const char *file;
};

static const struct input_type file_type = {.kind = INPUT_LINE, .min = 1, .max = 40};

static const struct input_field web_fields[] = {
    {"file", &file_type, AT(struct web_get, file), .place = INPUT_PATH},
};

const struct input_spec web_get_input = INPUT_SPEC(web_fields, struct web_get);

enum err web_get(struct request *r)
{
    const struct web_get *input = r->input;
    char path[NAME_MAX_BYTES];

    snprintf(path, sizeof path, "web/%s", input->file);
    const struct embedded *file = embedded_find(path);
    if (file == NULL)
        return request_refuse(r, ERR_NOT_FOUND, "The page has no such file");
    reply_embedded(r, file);
    return ERR_NONE;
}

/* ---- documents ---- */

/* "http" is built in as docs/http.html and docs/http.md. */
static enum err answer(struct request *r, const char *name, size_t len, const char *suffix)
{
    char path[NAME_MAX_BYTES];

    snprintf(path, sizeof path, "docs/%.*s.%s", (int)len, name, suffix);
    const struct embedded *text = embedded_find(path);
    if (text == NULL)
        return request_refuse(r, ERR_NOT_FOUND, "There is no such document: / lists them");
    reply_embedded(r, text);
    return ERR_NONE;
}

static enum err answer_as_asked(struct request *r, const char *name)
{
    static const char *const offered[] = {"text/markdown", "text/html"};
    int chosen = accept_choose(r->accept, offered, 2);

    r->reply.vary |= VARY_ACCEPT;
    if (chosen < 0)
        return request_refuse(r, ERR_NOT_ACCEPTABLE, "There are text/markdown and text/html");
    return answer(r, name, strlen(name), chosen == 0 ? "md" : "html");
}

/* A browser gets the page that people work with, a program where to begin. */
enum err docs_start(struct request *r)
{
    static const char *const offered[] = {"text/markdown", "text/html"};
    int chosen = accept_choose(r->accept, offered, 2);

    r->reply.vary |= VARY_ACCEPT;
    if (chosen < 0)
        return request_refuse(r, ERR_NOT_ACCEPTABLE, "There are text/markdown and text/html");
    if (chosen == 0)
        return answer(r, "start", sizeof "start" - 1, "md");
    reply_embedded(r, embedded_find("web/index.html"));
    r->reply.is_app = true;
    return ERR_NONE;
}

struct docs_get {
    const char *name;
};

static const struct input_type name_type = {.kind = INPUT_LINE, .min = 1, .max = 64};

static const struct input_field get_fields[] = {
    {"name", &name_type, AT(struct docs_get, name), .place = INPUT_PATH},
};

const struct input_spec docs_get_input = INPUT_SPEC(get_fields, struct docs_get);

/* A name with ".md" is the file itself, so that links between the files work. */
enum err docs_get(struct request *r)
{
    const struct docs_get *input = r->input;
    size_t len = strlen(input->name);

    if (len > 3 && strcmp(input->name + len - 3, ".md") == 0)
        return answer(r, input->name, len - 3, "md");
    return answer_as_asked(r, input->name);
}
