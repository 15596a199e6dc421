/* The bytes of a file that was sent, brought from the database piece by piece. One thread. */
#ifndef BATON_SERVER_IMPORT_PIECES_H
#define BATON_SERVER_IMPORT_PIECES_H

#include "base/error.h"
#include "store/read/import_files.h"

struct import_pieces {
    struct read read; /* its arena is the pieces' own */
    struct import_piece piece;
    size_t at; /* of the piece, in bytes */
    bool ended;
    enum err err; /* why its bytes could not be had */
};

/** Takes connection and workspace of a read. False when memory is short; import_pieces_close() is
 * due all the same. */
bool import_pieces_open(struct import_pieces *pieces, const struct read *read, struct uuid file);
void import_pieces_close(struct import_pieces *pieces);

/** A csv_read; context is the pieces. */
bool import_pieces_bring(void *context, char *bytes, size_t size, size_t *len);

/** For another statement on its connection, between two calls of the above, with an arena of its
 *  own. */
struct read import_pieces_read(const struct import_pieces *pieces);

#endif
