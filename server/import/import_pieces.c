#include "import/import_pieces.h"

#include <string.h>

#define MEMORY_MAX_BYTES (32u << 20)
#define READ_MS          30000

bool import_pieces_open(struct import_pieces *pieces, const struct read *read, struct uuid file)
{
    *pieces = (struct import_pieces){.read = *read, .piece = {.file = file, .number = -1}};
    pieces->read.arena = arena_new(MEMORY_MAX_BYTES);
    return pieces->read.arena != NULL;
}

void import_pieces_close(struct import_pieces *pieces)
{
    if (pieces->read.arena != NULL)
        arena_free(pieces->read.arena);
}

struct read import_pieces_read(const struct import_pieces *pieces)
{
    struct read read = pieces->read;

    read.deadline = pg_deadline_in(READ_MS);
    return read;
}

static bool fetch(struct import_pieces *pieces)
{
    arena_clear(pieces->read.arena);
    pieces->read.deadline = pg_deadline_in(READ_MS);
    pieces->piece.number++;
    pieces->at = 0;
    pieces->err = import_piece_get(&pieces->read, &pieces->piece);
    pieces->ended = pieces->err == ERR_NONE && pieces->piece.len == 0;
    return pieces->err == ERR_NONE;
}

bool import_pieces_bring(void *context, char *bytes, size_t size, size_t *len)
{
    struct import_pieces *pieces = context;

    *len = 0;
    if (pieces->at == pieces->piece.len && !pieces->ended && !fetch(pieces))
        return false;
    size_t left = pieces->piece.len - pieces->at;
    *len = left < size ? left : size;
    if (*len > 0)
        memcpy(bytes, pieces->piece.bytes + pieces->at, *len);
    pieces->at += *len;
    return true;
}
