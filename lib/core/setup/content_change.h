/* Pieces of content: what was made, and by which team, as a record that touches name in `content`.
 * So credit can be read by who made what a lead came by. */
#ifndef BATON_CORE_CONTENT_CHANGE_H
#define BATON_CORE_CONTENT_CHANGE_H

#include "core/command.h"

struct content {
    int64_t id;             /* dimension_id() of its name: touches name it by the same */
    const char *name;       /* as touches have it */
    const char *title;      /* as people call it */
    struct uuid owner_team; /* that made it */
    const char *link;       /* where it is to be seen; NULL: not said */
    instant created_at;
    instant updated_at;
};

#define CONTENT_NAME_MAX_CHARS 200
#define CONTENT_LINK_MAX_BYTES 2000

struct content_put_input {
    int64_t content; /* dimension_id(name) */
    const char *name;
    const char *if_match; /* NULL: none */
    const char *title;
    const char *owner_team; /* name */
    const char *link;       /* NULL: none */
};

/** 200 Content: the record is replaced. Its owner is of the caller's own side, or of none, before
 * and after: nobody gives away, or takes, what the other side made. */
enum decision content_put(struct work *work, const struct command *command,
                          struct outcome *outcome);

/** {name, title, owner_team, link, created_at, updated_at} */
void content_write(const struct config *config, const struct content *content,
                   struct json_out *out);

#endif
