#include "http/reply_shape.h"

#include "base/arena.h"

void reply_release(struct reply *reply)
{
    arena_free(reply->own);
    *reply = (struct reply){0};
}
