#include "store/config_cache.h"

#include "store/table/config_read.h"
#include "store/table/head_table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Limits of the cache, beyond which the least recently used snapshot is dropped. One that is in use
 * lives on outside it, and the newest is kept however large it is: without it the workspace would
 * be read again for every request. */
#define CACHE_MAX       1024
#define CACHE_MAX_BYTES (16u << 20)

struct held {
    struct config *config;
    size_t bytes;
    atomic_int references;
};

struct entry {
    struct uuid workspace;
    struct held *held;
    struct entry *next;
    uint64_t used;
    int64_t checked_ms; /* when the database last confirmed the version */
};

#define BUCKETS 256

struct config_cache {
    struct keyring *keyring;
    pthread_mutex_t mutex;
    struct entry *buckets[BUCKETS];
    size_t count;
    size_t bytes;
    uint64_t clock;
    unsigned generation; /* raised whenever the database may have become another one */
};

static struct held *held_of(const struct config *config)
{
    return config->owner;
}

const struct config *config_hold(const struct config *config)
{
    if (config != NULL)
        atomic_fetch_add(&held_of(config)->references, 1);
    return config;
}

void config_release(const struct config *config)
{
    if (config == NULL)
        return;
    struct held *held = held_of(config);
    if (atomic_fetch_sub(&held->references, 1) == 1) {
        config_read_free(held->config);
        free(held);
    }
}

struct config_cache *config_cache_new(struct keyring *keyring)
{
    struct config_cache *cache = calloc(1, sizeof *cache);

    if (cache == NULL)
        return NULL;
    cache->keyring = keyring;
    pthread_mutex_init(&cache->mutex, NULL);
    return cache;
}

struct keyring *config_cache_keyring(const struct config_cache *cache)
{
    return cache->keyring;
}

static void drop_all(struct config_cache *cache)
{
    for (int i = 0; i < BUCKETS; i++) {
        for (struct entry *entry = cache->buckets[i], *next; entry != NULL; entry = next) {
            next = entry->next;
            config_release(entry->held->config);
            free(entry);
        }
        cache->buckets[i] = NULL;
    }
    cache->count = 0;
    cache->bytes = 0;
}

void config_cache_forget(struct config_cache *cache)
{
    pthread_mutex_lock(&cache->mutex);
    drop_all(cache);
    cache->generation++;
    pthread_mutex_unlock(&cache->mutex);
}

unsigned config_cache_generation(struct config_cache *cache)
{
    pthread_mutex_lock(&cache->mutex);
    unsigned generation = cache->generation;
    pthread_mutex_unlock(&cache->mutex);
    return generation;
}

void config_cache_free(struct config_cache *cache)
{
    if (cache == NULL)
        return;
    drop_all(cache);
    pthread_mutex_destroy(&cache->mutex);
    free(cache);
}

/* By the last byte: a UUIDv7 begins with the time and ends at random. */
static struct entry **bucket_of(struct config_cache *cache, struct uuid workspace)
{
    return &cache->buckets[workspace.b[15]];
}

static struct entry *find(struct config_cache *cache, struct uuid workspace)
{
    for (struct entry *entry = *bucket_of(cache, workspace); entry != NULL; entry = entry->next)
        if (uuid_equal(entry->workspace, workspace))
            return entry;
    return NULL;
}

const struct config *config_cache_get(struct config_cache *cache, struct uuid workspace)
{
    const struct config *config = NULL;

    pthread_mutex_lock(&cache->mutex);
    struct entry *entry = find(cache, workspace);
    if (entry != NULL) {
        entry->used = ++cache->clock;
        config = config_hold(entry->held->config);
    }
    pthread_mutex_unlock(&cache->mutex);
    return config;
}

static void drop_oldest(struct config_cache *cache)
{
    struct entry **oldest = NULL;

    for (int i = 0; i < BUCKETS; i++)
        for (struct entry **at = &cache->buckets[i]; *at != NULL; at = &(*at)->next)
            if (oldest == NULL || (*at)->used < (*oldest)->used)
                oldest = at;
    if (oldest == NULL)
        return;
    struct entry *entry = *oldest;
    *oldest = entry->next;
    cache->bytes -= entry->held->bytes;
    config_release(entry->held->config);
    free(entry);
    cache->count--;
}

static struct entry *add_entry(struct config_cache *cache, struct uuid workspace)
{
    struct entry *entry = calloc(1, sizeof *entry);

    if (entry == NULL)
        return NULL;
    if (cache->count >= CACHE_MAX)
        drop_oldest(cache);
    entry->workspace = workspace;
    entry->next = *bucket_of(cache, workspace);
    *bucket_of(cache, workspace) = entry;
    cache->count++;
    return entry;
}

/* Two threads may have read at the same time: the newer snapshot stays. One that was read from the
 * database of an earlier generation serves the caller who read it, and nobody else. */
static void put(struct config_cache *cache, struct held *held, int64_t asked_ms,
                unsigned generation)
{
    struct uuid workspace = held->config->workspace;

    pthread_mutex_lock(&cache->mutex);
    bool current = generation == cache->generation;
    struct entry *entry = current ? find(cache, workspace) : NULL;
    if (entry == NULL && current)
        entry = add_entry(cache, workspace);
    if (entry != NULL &&
        (entry->held == NULL || entry->held->config->version < held->config->version)) {
        if (entry->held != NULL) {
            cache->bytes -= entry->held->bytes;
            config_release(entry->held->config);
        }
        config_hold(held->config);
        cache->bytes += held->bytes;
        entry->held = held;
        entry->used = ++cache->clock;
        entry->checked_ms = asked_ms;
    }
    while (cache->bytes > CACHE_MAX_BYTES && cache->count > 1)
        drop_oldest(cache);
    pthread_mutex_unlock(&cache->mutex);
}

enum pg_status config_cache_load(struct config_cache *cache, struct pg *pg, struct uuid workspace,
                                 int64_t at_least, int64_t deadline, const struct config **out)
{
    int64_t asked_ms = pg_now_ms();
    unsigned generation = config_cache_generation(cache);
    struct config *config;

    /* Several threads may read the same workspace at once. That costs a read more now and then; a
     * lock across it would make all wait for a database that is slow. */
    *out = config_cache_get(cache, workspace);
    if (*out != NULL && (*out)->version >= at_least)
        return PG_OK;
    config_release(*out);
    *out = NULL;
    enum pg_status status = config_read(pg, cache->keyring, workspace, &config, deadline);
    if (status != PG_OK || config == NULL)
        return status;
    struct held *held = calloc(1, sizeof *held);
    if (held == NULL) {
        config_read_free(config);
        return pg_fail(pg, PG_MEMORY, "the configuration cannot be held");
    }
    held->config = config;
    held->bytes = config_read_bytes(config);
    config->owner = held;
    atomic_init(&held->references, 1);
    put(cache, held, asked_ms, generation);
    *out = config;
    return PG_OK;
}

static bool is_fresh(struct config_cache *cache, struct uuid workspace, int64_t max_age_ms)
{
    pthread_mutex_lock(&cache->mutex);
    const struct entry *entry = find(cache, workspace);
    bool fresh = entry != NULL && pg_now_ms() - entry->checked_ms < max_age_ms;
    pthread_mutex_unlock(&cache->mutex);
    return fresh;
}

/* The version counts as checked at the moment when the question was sent, not when its answer came:
 * a change committed in between may not be in the answer. */
static void confirm(struct config_cache *cache, struct uuid workspace, int64_t asked_ms)
{
    pthread_mutex_lock(&cache->mutex);
    struct entry *entry = find(cache, workspace);
    if (entry != NULL && entry->checked_ms < asked_ms)
        entry->checked_ms = asked_ms;
    pthread_mutex_unlock(&cache->mutex);
}

#define VERSION_MEMORY_BYTES 65536

/* 0 when there is no such workspace. */
static enum pg_status read_version(struct pg *pg, struct uuid workspace, int64_t deadline,
                                   int64_t *version)
{
    struct arena *arena = arena_new(VERSION_MEMORY_BYTES);
    enum pg_status status = arena == NULL ? PG_MEMORY : pg_pipeline_begin(pg, deadline);

    *version = 0;
    if (status == PG_OK) {
        pg_queue_begin_read(pg, workspace);
        int index = head_table_queue_read(&(struct pg_scope){pg, arena, workspace});
        pg_queue_commit(pg);
        status = pg_pipeline_run(pg, deadline);
        if (status == PG_OK && pg_rows(pg_result(pg, index)) == 1)
            *version = pg_get_int8(pg_result(pg, index), 0, 0);
        pg_pipeline_end(pg);
    }
    arena_free(arena);
    return status;
}

enum pg_status config_cache_refresh(struct config_cache *cache, struct pg *pg,
                                    struct uuid workspace, int64_t max_age_ms, int64_t deadline,
                                    const struct config **out)
{
    int64_t asked_ms = pg_now_ms();
    int64_t version;

    *out = NULL;
    if (is_fresh(cache, workspace, max_age_ms))
        *out = config_cache_get(cache, workspace);
    if (*out != NULL)
        return PG_OK;
    enum pg_status status = read_version(pg, workspace, deadline, &version);
    if (status != PG_OK || version == 0)
        return status;
    status = config_cache_load(cache, pg, workspace, version, deadline, out);
    if (status == PG_OK)
        confirm(cache, workspace, asked_ms);
    return status;
}
