/* ETag headers of answers whose tag follows from their body (route.finish), and of things that
 * count their changes. When memory is short none is set, and the arena is marked. */
#ifndef BATON_SERVER_ETAG_REPLY_H
#define BATON_SERVER_ETAG_REPLY_H

#include "http/request.h"

/** A tag of the whole body. */
void etag_reply_body(struct request *r);

/** A tag of the body's member "source". */
void etag_reply_source(struct request *r);

/** A tag of the body's member "document". */
void etag_reply_document(struct request *r);

void etag_reply_revision(struct request *r, int64_t revision);

#endif
