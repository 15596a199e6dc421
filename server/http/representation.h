/*
 * What of a good answer to a read is sent: nothing but 304 to whoever has it, the compressed text
 * to whoever takes that, and a tag that names these very bytes. The last step of a read, on the
 * thread that made the answer: compressing takes time.
 *
 * Compressed are texts of REPRESENTATION_GZIP_MIN_BYTES and more. Never what holds keys or secrets,
 * or bodies as a stranger sent them (ROUTE_SECRET), nor what a write answers: how well a secret
 * compresses beside a text of somebody's choice would show the secret.
 */
#ifndef BATON_SERVER_REPRESENTATION_H
#define BATON_SERVER_REPRESENTATION_H

#define REPRESENTATION_GZIP_MIN_BYTES 1024

struct request;

/** Looks at r->reply; leaves all but 200 as it is. That memory was short shows in shortage_seen().
 */
void representation_choose(struct request *r);

#endif
