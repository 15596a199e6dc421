#include "http/reply_shape.h"

#include <stdlib.h>
#include <string.h>

void reply_release(struct reply *reply)
{
    if (!reply->body_static)
        free(reply->body);
    *reply = (struct reply){0};
}
