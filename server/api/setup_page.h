/* A page of a list that the configuration holds completely: by id, which is by time of making. */
#ifndef BATON_SERVER_SETUP_PAGE_H
#define BATON_SERVER_SETUP_PAGE_H

#include "api/reading.h"

/** A place: the id of the last item. */
extern const struct input_type setup_place_type;

/** Items of one list, in any order. */
struct setup_list {
    size_t count;
    struct uuid (*id)(const void *list, size_t index);
    bool (*shown)(const void *list, size_t index); /* NULL: all are */
    void (*write)(const void *list, size_t index, struct json_out *out);
    const void *list;
};

/** Answers {data, next} and the Link header; more is added after "?" in the next link, such as
 *  "team=sales&", or "". */
enum err setup_page_answer(struct request *r, const struct reading_query *page,
                           const struct setup_list *list, const char *path, const char *more);

#endif
