/* The Merkle tree: the numbers that Certificate Transparency's own tests publish, and everything
 * against the recursive definition of RFC 6962, section 2.1, for all sizes and pairs up to 130. */
#include "core/ledger/merkle.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZES      130
#define LARGE      70000 /* three levels: more than 256 · 256 leaves */
#define LARGE_STEP 977

/* ---- the definition ---- */

static uint8_t leaves[LARGE][DIGEST_BYTES]; /* leaf hashes */

/* MTH(D[begin : begin + count]) */
static void define_root(int64_t begin, int64_t count, uint8_t out[DIGEST_BYTES])
{
    uint8_t left[DIGEST_BYTES];
    uint8_t right[DIGEST_BYTES];
    int64_t k = 1;

    if (count == 0) {
        digest_sha256(NULL, 0, out);
        return;
    }
    if (count == 1) {
        memcpy(out, leaves[begin], DIGEST_BYTES);
        return;
    }
    while (2 * k < count)
        k *= 2;
    define_root(begin, k, left);
    define_root(begin + k, count - k, right);
    merkle_parent(left, right, out);
}

static void add_defined(struct merkle_path *path, int64_t begin, int64_t count)
{
    define_root(begin, count, path->hashes[path->count++]);
}

/* PATH(leaf, D[begin : begin + count]) */
static void define_inclusion(int64_t leaf, int64_t begin, int64_t count, struct merkle_path *path)
{
    int64_t k = 1;

    if (count == 1)
        return;
    while (2 * k < count)
        k *= 2;
    if (leaf < k) {
        define_inclusion(leaf, begin, k, path);
        add_defined(path, begin + k, count - k);
    } else {
        define_inclusion(leaf - k, begin + k, count - k, path);
        add_defined(path, begin, k);
    }
}

/* SUBPROOF(old, D[begin : begin + count], known) */
static void define_consistency(int64_t old, int64_t begin, int64_t count, bool known,
                               struct merkle_path *path)
{
    int64_t k = 1;

    if (old == count) {
        if (!known)
            add_defined(path, begin, count);
        return;
    }
    while (2 * k < count)
        k *= 2;
    if (old <= k) {
        define_consistency(old, begin, k, known, path);
        add_defined(path, begin + k, count - k);
    } else {
        define_consistency(old - k, begin + k, count - k, false, path);
        add_defined(path, begin, k);
    }
}

/* ---- help ---- */

static void fill_leaves(void)
{
    for (int i = 0; i < LARGE; i++) {
        uint8_t data[2] = {(uint8_t)(i >> 8), (uint8_t)i};
        uint8_t hash[DIGEST_BYTES];
        struct digest_part part = {data, sizeof data};
        digest_sha256(&part, 1, hash);
        merkle_leaf(hash, sizeof hash, leaves[i]);
    }
}

static void hex(const uint8_t *bytes, char out[2 * DIGEST_BYTES + 1])
{
    for (int i = 0; i < DIGEST_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* A store of nodes that gives out those alone that merkle_groups() names and that are complete. */
struct nodes {
    int64_t size;
    struct merkle_group groups[MERKLE_GROUPS_MAX];
    size_t group_count;
    uint8_t first[LARGE / MERKLE_FAN][DIGEST_BYTES]; /* level 1 */
    uint8_t second[1][DIGEST_BYTES];                 /* level 2 */
    int stored;
};

static struct nodes nodes;

static bool is_named(int level, int64_t place)
{
    for (size_t i = 0; i < nodes.group_count; i++)
        if (nodes.groups[i].level == level && place >= nodes.groups[i].first &&
            place < nodes.groups[i].first + MERKLE_FAN)
            return true;
    return false;
}

static bool get_node(void *context, int level, int64_t place, uint8_t out[DIGEST_BYTES])
{
    (void)context;
    if (!is_named(level, place) || (place + 1) << (level * MERKLE_FAN_BITS) > nodes.size)
        return false;
    memcpy(out,
           level == 0   ? leaves[place]
           : level == 1 ? nodes.first[place]
                        : nodes.second[place],
           DIGEST_BYTES);
    return true;
}

static void put_node(void *context, int level, int64_t place, const uint8_t hash[DIGEST_BYTES])
{
    (void)context;
    ck_assert_int_eq(level == 1 || (level == 2 && place == 0), 1);
    memcpy(level == 1 ? nodes.first[place] : nodes.second[place], hash, DIGEST_BYTES);
    nodes.stored++;
}

static const struct merkle_source source = {get_node, NULL};
static const struct merkle_sink sink = {put_node, NULL};

static void look_at(int64_t within, int64_t size)
{
    nodes.size = size;
    nodes.group_count = merkle_groups(within, size, nodes.groups);
}

static void assert_same_path(const struct merkle_path *made, const struct merkle_path *wanted)
{
    ck_assert_uint_eq(made->count, wanted->count);
    ck_assert_mem_eq(made->hashes, wanted->hashes, wanted->count * DIGEST_BYTES);
}

/* ---- published numbers ---- */

/* Leaves and roots of the reference tests of Certificate Transparency:
 * github.com/google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc (the same in
 * github.com/transparency-dev/merkle, testonly). */
static const struct {
    const char *data;
    size_t len;
    const char *root; /* of the tree up to this leaf */
} published[] = {
    {"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
     "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
     "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

#define PUBLISHED ((int)(sizeof published / sizeof *published))

/* Of the same tests: the path of leaf 0 in the tree of 8, and the proof from 6 to 8. */
static const char *const published_inclusion[] = {
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
};
static const char *const published_consistency[] = {
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
};

static void assert_published(const struct merkle_path *path, const char *const wanted[3])
{
    char made[2 * DIGEST_BYTES + 1];

    ck_assert_uint_eq(path->count, 3);
    for (int i = 0; i < 3; i++) {
        hex(path->hashes[i], made);
        ck_assert_str_eq(made, wanted[i]);
    }
}

START_TEST(it_is_the_tree_of_certificate_transparency)
{
    struct merkle_frontier frontier = {0};
    struct merkle_path path;
    char made[2 * DIGEST_BYTES + 1];
    uint8_t root[DIGEST_BYTES];

    merkle_frontier_root(&frontier, root);
    hex(root, made);
    ck_assert_str_eq(made, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (int i = 0; i < PUBLISHED; i++) {
        merkle_leaf((const uint8_t *)published[i].data, published[i].len, leaves[i]);
        merkle_frontier_append(&frontier, leaves[i], NULL);
        merkle_frontier_root(&frontier, root);
        hex(root, made);
        ck_assert_str_eq(made, published[i].root);
    }
    look_at(0, PUBLISHED);
    ck_assert(merkle_inclusion(&source, 0, PUBLISHED, &path));
    assert_published(&path, published_inclusion);
    look_at(6, PUBLISHED);
    ck_assert(merkle_consistency(&source, 6, PUBLISHED, &path));
    assert_published(&path, published_consistency);
    fill_leaves();
}
END_TEST

/* ---- all small trees ---- */

START_TEST(every_root_and_frontier_is_as_defined)
{
    struct merkle_frontier grown = {0};
    struct merkle_frontier read;
    uint8_t root[DIGEST_BYTES];
    uint8_t wanted[DIGEST_BYTES];

    for (int64_t size = 0; size <= SIZES; size++) {
        define_root(0, size, wanted);
        merkle_frontier_root(&grown, root);
        ck_assert_mem_eq(root, wanted, DIGEST_BYTES);
        look_at(size, size);
        ck_assert(merkle_frontier_read(&source, size, &read));
        merkle_frontier_root(&read, root);
        ck_assert_mem_eq(root, wanted, DIGEST_BYTES);
        merkle_frontier_append(&grown, leaves[size], NULL);
    }
}
END_TEST

START_TEST(every_inclusion_is_as_defined_and_holds)
{
    struct merkle_path made;
    uint8_t root[DIGEST_BYTES];

    for (int64_t size = 1; size <= SIZES; size++) {
        define_root(0, size, root);
        for (int64_t leaf = 0; leaf < size; leaf++) {
            struct merkle_path wanted = {0};
            look_at(leaf, size);
            ck_assert(merkle_inclusion(&source, leaf, size, &made));
            define_inclusion(leaf, 0, size, &wanted);
            assert_same_path(&made, &wanted);
            ck_assert(merkle_inclusion_holds(leaves[leaf], leaf, size, &made, root));
        }
    }
}
END_TEST

START_TEST(every_consistency_is_as_defined_and_holds)
{
    struct merkle_path made;
    uint8_t old_root[DIGEST_BYTES];
    uint8_t root[DIGEST_BYTES];

    for (int64_t size = 1; size <= SIZES; size++) {
        define_root(0, size, root);
        for (int64_t old = 1; old <= size; old++) {
            struct merkle_path wanted = {0};
            look_at(old, size);
            ck_assert(merkle_consistency(&source, old, size, &made));
            define_consistency(old, 0, size, true, &wanted);
            assert_same_path(&made, &wanted);
            define_root(0, old, old_root);
            ck_assert(merkle_consistency_holds(old, size, &made, old_root, root));
        }
    }
}
END_TEST

/* ---- what does not hold ---- */

START_TEST(a_changed_inclusion_does_not_hold)
{
    struct merkle_path path;
    uint8_t root[DIGEST_BYTES];

    for (int64_t size = 1; size <= 40; size++) {
        define_root(0, size, root);
        for (int64_t leaf = 0; leaf < size; leaf++) {
            look_at(leaf, size);
            ck_assert(merkle_inclusion(&source, leaf, size, &path));
            for (int64_t other = 0; other < size; other++)
                ck_assert_int_eq(merkle_inclusion_holds(leaves[leaf], other, size, &path, root),
                                 other == leaf);
            ck_assert(!merkle_inclusion_holds(leaves[size], leaf, size, &path, root));
            for (size_t i = 0; i < path.count; i++) {
                path.hashes[i][7] ^= 1;
                ck_assert(!merkle_inclusion_holds(leaves[leaf], leaf, size, &path, root));
                path.hashes[i][7] ^= 1;
            }
            path.count++;
            ck_assert(!merkle_inclusion_holds(leaves[leaf], leaf, size, &path, root));
            path.count -= 2;
            if (size > 1)
                ck_assert(!merkle_inclusion_holds(leaves[leaf], leaf, size, &path, root));
        }
    }
}
END_TEST

START_TEST(a_changed_consistency_does_not_hold)
{
    struct merkle_path path;
    uint8_t old_root[DIGEST_BYTES];
    uint8_t root[DIGEST_BYTES];
    uint8_t other[DIGEST_BYTES];

    for (int64_t size = 2; size <= 40; size++) {
        define_root(0, size, root);
        for (int64_t old = 1; old < size; old++) {
            define_root(0, old, old_root);
            define_root(1, old, other);
            look_at(old, size);
            ck_assert(merkle_consistency(&source, old, size, &path));
            ck_assert(!merkle_consistency_holds(old, size, &path, other, root));
            ck_assert(!merkle_consistency_holds(old, size, &path, old_root, other));
            ck_assert(!merkle_consistency_holds(size, old, &path, root, old_root));
            for (size_t i = 0; i < path.count; i++) {
                path.hashes[i][31] ^= 128;
                ck_assert(!merkle_consistency_holds(old, size, &path, old_root, root));
                path.hashes[i][31] ^= 128;
            }
            path.count--;
            ck_assert(!merkle_consistency_holds(old, size, &path, old_root, root));
        }
    }
}
END_TEST

START_TEST(numbers_that_do_not_fit_are_refused)
{
    struct merkle_path path = {0};
    uint8_t root[DIGEST_BYTES];

    define_root(0, 5, root);
    look_at(4, 5);
    ck_assert(!merkle_inclusion(&source, 5, 5, &path));
    ck_assert(!merkle_inclusion(&source, -1, 5, &path));
    ck_assert(!merkle_consistency(&source, 0, 5, &path));
    ck_assert(!merkle_consistency(&source, 6, 5, &path));
    ck_assert(!merkle_inclusion_holds(leaves[0], 0, 0, &path, root));
    ck_assert(!merkle_inclusion_holds(leaves[0], -1, 5, &path, root));
    ck_assert(!merkle_consistency_holds(0, 5, &path, root, root));
    ck_assert(merkle_consistency_holds(5, 5, &path, root, root));
    path.count = MERKLE_PATH_MAX + 1;
    ck_assert(!merkle_inclusion_holds(leaves[0], 0, 5, &path, root));
    ck_assert(!merkle_consistency_holds(3, 5, &path, root, root));
    look_at(0, 4); /* the last leaf is not there yet */
    ck_assert(!merkle_inclusion(&source, 0, 5, &path));
}
END_TEST

/* ---- a tree of three levels ---- */

START_TEST(a_large_tree_needs_its_groups_alone)
{
    struct merkle_frontier grown = {0};
    struct merkle_frontier read;
    struct merkle_path path;
    uint8_t root[DIGEST_BYTES];
    uint8_t old_root[DIGEST_BYTES];

    nodes.stored = 0;
    for (int64_t i = 0; i < LARGE; i++)
        merkle_frontier_append(&grown, leaves[i], &sink);
    ck_assert_int_eq(nodes.stored, LARGE / MERKLE_FAN + 1);
    merkle_frontier_root(&grown, root);
    look_at(LARGE, LARGE);
    ck_assert(merkle_frontier_read(&source, LARGE, &read));
    merkle_frontier_root(&read, old_root);
    ck_assert_mem_eq(old_root, root, DIGEST_BYTES);
    for (int64_t at = 1; at <= LARGE; at += LARGE_STEP) {
        look_at(at - 1, LARGE);
        ck_assert(merkle_inclusion(&source, at - 1, LARGE, &path));
        ck_assert(merkle_inclusion_holds(leaves[at - 1], at - 1, LARGE, &path, root));
        look_at(at, at);
        ck_assert(merkle_frontier_read(&source, at, &read));
        merkle_frontier_root(&read, old_root);
        look_at(at, LARGE);
        ck_assert_uint_le(nodes.group_count, 6);
        ck_assert(merkle_consistency(&source, at, LARGE, &path));
        ck_assert(merkle_consistency_holds(at, LARGE, &path, old_root, root));
    }
    static const int64_t edges[] = {255, 256, 257, 511, 512, 65535, 65536, 65537, 65792};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        define_root(0, edges[i], old_root);
        look_at(edges[i], LARGE);
        ck_assert(merkle_consistency(&source, edges[i], LARGE, &path));
        ck_assert(merkle_consistency_holds(edges[i], LARGE, &path, old_root, root));
    }
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "tree");

    fill_leaves();
    TESTS(t, it_is_the_tree_of_certificate_transparency, every_root_and_frontier_is_as_defined,
          every_inclusion_is_as_defined_and_holds, every_consistency_is_as_defined_and_holds,
          a_changed_inclusion_does_not_hold, a_changed_consistency_does_not_hold,
          numbers_that_do_not_fit_are_refused, a_large_tree_needs_its_groups_alone);
}
