/* A page of a list that stands whole in the configuration: by id, which is by time of making. */
#ifndef BATON_SERVER_SETUP_PAGE_H
#define BATON_SERVER_SETUP_PAGE_H

#include "http/request.h"

#define SETUP_PAGE_DEFAULT 50
#define SETUP_PAGE_MAX     500

struct setup_page {
    int64_t limit;
    const char *cursor; /* of the query; NULL: the first page */
};

/** Items of one list, in any order. */
struct setup_list {
    size_t count;
    struct uuid (*id)(const void *list, size_t index);
    bool (*shown)(const void *list, size_t index); /* NULL: all are */
    void (*write)(const void *list, size_t index, struct json_out *out);
    const void *list;
};

/** Answers {data, next} and the Link header; more is put behind "?" of the next link, such as
 *  "team=sales&", or "". */
enum err setup_page_answer(struct request *r, const struct setup_page *page,
                           const struct setup_list *list, const char *path, const char *more);

#endif
