#include "core/ledger/merkle.h"

#include <string.h>

void merkle_leaf(const uint8_t *data, size_t len, uint8_t out[DIGEST_BYTES])
{
    static const uint8_t tag = 0;
    struct digest_part parts[] = {{&tag, 1}, {data, len}};

    digest_sha256(parts, 2, out);
}

void merkle_parent(const uint8_t left[DIGEST_BYTES], const uint8_t right[DIGEST_BYTES],
                   uint8_t out[DIGEST_BYTES])
{
    static const uint8_t tag = 1;
    struct digest_part parts[] = {{&tag, 1}, {left, DIGEST_BYTES}, {right, DIGEST_BYTES}};

    digest_sha256(parts, 3, out);
}

/* ---- growing ---- */

static void pass_on(const struct merkle_sink *sink, int height, int64_t size,
                    const uint8_t hash[DIGEST_BYTES])
{
    if (sink != NULL && height > 0 && height % MERKLE_FAN_BITS == 0)
        sink->node(sink->context, height / MERKLE_FAN_BITS, (size >> height) - 1, hash);
}

void merkle_frontier_append(struct merkle_frontier *frontier, const uint8_t leaf[DIGEST_BYTES],
                            const struct merkle_sink *sink)
{
    uint8_t hash[DIGEST_BYTES];
    int height = 0;

    memcpy(hash, leaf, DIGEST_BYTES);
    for (; frontier->size >> height & 1; height++) {
        pass_on(sink, height, frontier->size + 1, hash);
        merkle_parent(frontier->roots[height], hash, hash);
    }
    frontier->size++;
    pass_on(sink, height, frontier->size, hash);
    memcpy(frontier->roots[height], hash, DIGEST_BYTES);
}

void merkle_frontier_root(const struct merkle_frontier *frontier, uint8_t out[DIGEST_BYTES])
{
    bool any = false;

    if (frontier->size == 0)
        digest_sha256(NULL, 0, out);
    for (int height = 0; frontier->size >> height > 0; height++) {
        if (!(frontier->size >> height & 1))
            continue;
        if (any)
            merkle_parent(frontier->roots[height], out, out);
        else
            memcpy(out, frontier->roots[height], DIGEST_BYTES);
        any = true;
    }
}

/* ---- proofs out of stored nodes ---- */

size_t merkle_groups(int64_t within, int64_t size, struct merkle_group out[MERKLE_GROUPS_MAX])
{
    size_t count = 0;

    for (int level = 0; level < MERKLE_LEVELS_MAX; level++) {
        int shift = level * MERKLE_FAN_BITS;
        int64_t mask = ~(int64_t)(MERKLE_FAN - 1);
        int64_t last = size >> shift & mask;
        int64_t near = within >> shift & mask;
        if (size >> shift == 0)
            break;
        out[count++] = (struct merkle_group){level, last};
        if (near != last)
            out[count++] = (struct merkle_group){level, near};
    }
    return count;
}

/* The root of the complete subtree of 2^height leaves that begins at this leaf. */
static bool complete(const struct merkle_source *source, int64_t begin, int height,
                     uint8_t out[DIGEST_BYTES])
{
    uint8_t right[DIGEST_BYTES];

    if (height % MERKLE_FAN_BITS == 0)
        return source->node(source->context, height / MERKLE_FAN_BITS, begin >> height, out);
    height--;
    if (!complete(source, begin, height, out) ||
        !complete(source, begin + ((int64_t)1 << height), height, right))
        return false;
    merkle_parent(out, right, out);
    return true;
}

/* The height of the left subtree of a tree with this many leaves, at least two: its size is the
 * largest power of two below their number. */
static int left_height(int64_t count)
{
    return 63 - __builtin_clzll((unsigned long long)count - 1);
}

/* The root of the leaves [begin, begin + count), as if they were a whole tree; begin must be where
 * such a subtree may begin. */
static bool subtree(const struct merkle_source *source, int64_t begin, int64_t count,
                    uint8_t out[DIGEST_BYTES])
{
    uint8_t right[DIGEST_BYTES];

    if ((count & (count - 1)) == 0)
        return complete(source, begin, __builtin_ctzll((unsigned long long)count), out);
    int height = left_height(count);
    int64_t left = (int64_t)1 << height;
    if (!complete(source, begin, height, out) ||
        !subtree(source, begin + left, count - left, right))
        return false;
    merkle_parent(out, right, out);
    return true;
}

bool merkle_frontier_read(const struct merkle_source *source, int64_t size,
                          struct merkle_frontier *out)
{
    int64_t begin = 0;

    *out = (struct merkle_frontier){.size = size};
    for (int height = 62; height >= 0; height--) {
        if (!(size >> height & 1))
            continue;
        if (!complete(source, begin, height, out->roots[height]))
            return false;
        begin += (int64_t)1 << height;
    }
    return true;
}

/* Adds the root of a range to the path. */
static bool add(struct merkle_path *path, const struct merkle_source *source, int64_t begin,
                int64_t count)
{
    return path->count < MERKLE_PATH_MAX &&
           subtree(source, begin, count, path->hashes[path->count++]);
}

/* A path leads from the leaf up, but is found from the root down, so it is turned round. */
static void turn(struct merkle_path *path)
{
    for (size_t i = 0; i < path->count / 2; i++) {
        uint8_t kept[DIGEST_BYTES];
        uint8_t *other = path->hashes[path->count - 1 - i];
        memcpy(kept, path->hashes[i], DIGEST_BYTES);
        memcpy(path->hashes[i], other, DIGEST_BYTES);
        memcpy(other, kept, DIGEST_BYTES);
    }
}

bool merkle_inclusion(const struct merkle_source *source, int64_t leaf, int64_t size,
                      struct merkle_path *out)
{
    int64_t begin = 0;

    out->count = 0;
    if (leaf < 0 || leaf >= size)
        return false;
    while (size > 1) {
        int64_t left = (int64_t)1 << left_height(size);
        bool goes_left = leaf < begin + left;
        if (!add(out, source, goes_left ? begin + left : begin, goes_left ? size - left : left))
            return false;
        begin += goes_left ? 0 : left;
        size = goes_left ? left : size - left;
    }
    turn(out);
    return true;
}

bool merkle_consistency(const struct merkle_source *source, int64_t old, int64_t size,
                        struct merkle_path *out)
{
    int64_t begin = 0;

    out->count = 0;
    if (old <= 0 || old > size)
        return false;
    while (begin + size != old) {
        int64_t left = (int64_t)1 << left_height(size);
        bool goes_left = old <= begin + left;
        if (!add(out, source, goes_left ? begin + left : begin, goes_left ? size - left : left))
            return false;
        begin += goes_left ? 0 : left;
        size = goes_left ? left : size - left;
    }
    /* the one who checks it has the root of the whole older tree, but not of a part of it */
    if (begin > 0 && !add(out, source, begin, size))
        return false;
    turn(out);
    return true;
}

/* ---- checking ---- */

bool merkle_inclusion_holds(const uint8_t leaf_hash[DIGEST_BYTES], int64_t leaf, int64_t size,
                            const struct merkle_path *path, const uint8_t root[DIGEST_BYTES])
{
    uint8_t hash[DIGEST_BYTES];
    int64_t at = leaf;
    int64_t last = size - 1;

    if (leaf < 0 || leaf >= size || path->count > MERKLE_PATH_MAX)
        return false;
    memcpy(hash, leaf_hash, DIGEST_BYTES);
    for (size_t i = 0; i < path->count; i++) {
        if (last == 0)
            return false;
        if ((at & 1) || at == last) {
            merkle_parent(path->hashes[i], hash, hash);
            while (!(at & 1) && at > 0) { /* at these levels the last node has no sibling */
                at >>= 1;
                last >>= 1;
            }
        } else {
            merkle_parent(hash, path->hashes[i], hash);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && digest_equal(hash, root, DIGEST_BYTES);
}

/* Builds both roots at once: of the older tree from the hashes to the left, of the newer from
 * all. */
static bool climb(int64_t at, int64_t last, const uint8_t (*hashes)[DIGEST_BYTES], size_t count,
                  uint8_t old_root[DIGEST_BYTES], uint8_t root[DIGEST_BYTES])
{
    for (size_t i = 0; i < count; i++) {
        if (last == 0)
            return false;
        if ((at & 1) || at == last) {
            merkle_parent(hashes[i], old_root, old_root);
            merkle_parent(hashes[i], root, root);
            while (!(at & 1) && at > 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            merkle_parent(root, hashes[i], root);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0;
}

bool merkle_consistency_holds(int64_t old, int64_t size, const struct merkle_path *path,
                              const uint8_t old_root[DIGEST_BYTES],
                              const uint8_t root[DIGEST_BYTES])
{
    uint8_t made_old[DIGEST_BYTES];
    uint8_t made[DIGEST_BYTES];
    int64_t at = old - 1;
    int64_t last = size - 1;

    if (old <= 0 || old > size || path->count > MERKLE_PATH_MAX)
        return false;
    if (old == size)
        return path->count == 0 && digest_equal(old_root, root, DIGEST_BYTES);
    bool whole = (old & (old - 1)) == 0; /* the older tree is one complete subtree */
    if (!whole && path->count == 0)
        return false;
    for (; at & 1; at >>= 1)
        last >>= 1;
    memcpy(made, whole ? old_root : path->hashes[0], DIGEST_BYTES);
    memcpy(made_old, made, DIGEST_BYTES);
    return climb(at, last, path->hashes + (whole ? 0 : 1), path->count - (whole ? 0 : 1), made_old,
                 made) &&
           digest_equal(made_old, old_root, DIGEST_BYTES) && digest_equal(made, root, DIGEST_BYTES);
}
