/* ETag headers: of answers whose tag follows from their body (route.finish), and of what counts its
 * changes. Short of memory none is set, which shortage_seen() shows. */
#ifndef BATON_SERVER_ETAG_REPLY_H
#define BATON_SERVER_ETAG_REPLY_H

#include "http/request.h"

/** The tag of the whole body, which is the thing itself. */
void etag_reply_body(struct request *r);

/** The tag of the member "source" of the body. */
void etag_reply_source(struct request *r);

/** The tag of the member "document" of the body. */
void etag_reply_document(struct request *r);

void etag_reply_revision(struct request *r, int64_t revision);

#endif
