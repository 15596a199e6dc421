/*
 * How a good answer to a read is sent: as 304 to a client that already has it, compressed to a
 * client that takes that, and with a tag that names exactly these bytes. The last step of a read,
 * on the thread that made the answer, since compressing takes time.
 *
 * Texts of REPRESENTATION_GZIP_MIN_BYTES and more are compressed. Never answers that hold keys,
 * secrets or bodies that a stranger sent (ROUTE_SECRET), nor the answers of writes: how well a
 * secret compresses together with a text that somebody chose would reveal the secret.
 */
#ifndef BATON_SERVER_REPRESENTATION_H
#define BATON_SERVER_REPRESENTATION_H

#define REPRESENTATION_GZIP_MIN_BYTES 1024

struct request;

/** Changes r->reply when it is a 200. */
void representation_choose(struct request *r);

#endif
