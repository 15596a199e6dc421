#include "store/seal/keyring.h"

#include "base/hex.h"
#include "store/pg/entropy.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOW_TO         "`baton secret-key create FILE` makes one"
#define FILE_MAX_BYTES 16384
#define LINE_HEX       (2 * SEAL_KEY_BYTES)

/* Tells one state of the file from another: replacing or changing it changes its inode, size or
 * time. */
struct version {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct keys {
    struct seal_key all[KEYRING_KEYS_MAX]; /* the last one seals */
    size_t count;
};

struct keyring {
    pthread_mutex_t mutex;
    char *path;
    struct version version;
    struct keys keys;
};

/* ---- the file's text ---- */

static bool read_key(const char *line, size_t len, struct seal_key *out)
{
    uint8_t bytes[SEAL_KEY_BYTES];

    if (!hex_decode(line, len, bytes, sizeof bytes))
        return false;
    seal_key_set(out, bytes);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return true;
}

/* The number of a fault is that of its line. NULL when there is no fault. */
static const char *parse(const char *text, struct keys *keys, int *number)
{
    const char *next;

    keys->count = 0;
    *number = 0;
    for (const char *line = text; *line != '\0'; line = next) {
        size_t len = strcspn(line, "\n");
        next = line + len + (line[len] == '\n');
        ++*number;
        while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' '))
            len--;
        if (len == 0 || line[0] == '#')
            continue;
        if (keys->count == KEYRING_KEYS_MAX)
            return "too many keys: remove those that nothing is sealed with any more";
        if (!read_key(line, len, &keys->all[keys->count]))
            return "this is not a key of 64 hex digits; " HOW_TO;
        keys->count++;
    }
    return keys->count == 0 ? "there is no key in it; " HOW_TO : NULL;
}

static bool load(const char *path, struct keys *keys, char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    char text[FILE_MAX_BYTES];
    size_t len;
    int number;

    switch (private_file_read(path, text, sizeof text, &len, why)) {
    case PRIVATE_FILE_DONE:
        break;
    case PRIVATE_FILE_ABSENT:
        snprintf(why, PRIVATE_FILE_WHY_MAX_BYTES, "%s: there is no such file; " HOW_TO, path);
        return false;
    default:
        return false;
    }
    const char *fault = strlen(text) < len ? "it has a NUL byte" : parse(text, keys, &number);
    OPENSSL_cleanse(text, sizeof text);
    if (fault != NULL)
        snprintf(why, PRIVATE_FILE_WHY_MAX_BYTES, "%s, line %d: %s", path, number, fault);
    return fault == NULL;
}

/* ---- the keys at hand ---- */

static bool version_of(const char *path, struct version *out)
{
    struct stat file;

    memset(out, 0, sizeof *out);
    if (stat(path, &file) != 0)
        return false;
    out->device = file.st_dev;
    out->inode = file.st_ino;
    out->size = file.st_size;
    out->changed = file.st_mtim;
    return true;
}

/* The version is taken before the file is read, so that a change in between is noticed the next
 * time. */
static bool load_changed(struct keyring *keyring, char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    struct version version;
    struct keys keys;

    if (version_of(keyring->path, &version) && keyring->keys.count > 0 &&
        memcmp(&version, &keyring->version, sizeof version) == 0)
        return true;
    bool loaded = load(keyring->path, &keys, why);
    if (loaded) {
        keyring->keys = keys;
        keyring->version = version;
    }
    OPENSSL_cleanse(&keys, sizeof keys);
    return loaded;
}

static void look_again(struct keyring *keyring)
{
    char why[PRIVATE_FILE_WHY_MAX_BYTES];

    if (!load_changed(keyring, why))
        return; /* the keys in memory stay as they were */
}

struct keyring *keyring_open(const char *path, char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    struct keyring *keyring = calloc(1, sizeof *keyring);

    if (keyring != NULL)
        keyring->path = strdup(path);
    if (keyring == NULL || keyring->path == NULL) {
        snprintf(why, PRIVATE_FILE_WHY_MAX_BYTES, "memory is short");
        free(keyring);
        return NULL;
    }
    pthread_mutex_init(&keyring->mutex, NULL);
    if (load_changed(keyring, why))
        return keyring;
    keyring_free(keyring);
    return NULL;
}

void keyring_free(struct keyring *keyring)
{
    if (keyring == NULL)
        return;
    OPENSSL_cleanse(&keyring->keys, sizeof keyring->keys);
    pthread_mutex_destroy(&keyring->mutex);
    free(keyring->path);
    free(keyring);
}

static bool find(const struct keys *keys, const uint8_t id[SEAL_KEY_ID_BYTES], struct seal_key *out)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (memcmp(keys->all[i].id, id, SEAL_KEY_ID_BYTES) != 0)
            continue;
        *out = keys->all[i];
        return true;
    }
    return false;
}

static bool take(struct keyring *keyring, const uint8_t id[SEAL_KEY_ID_BYTES], struct seal_key *out)
{
    pthread_mutex_lock(&keyring->mutex);
    bool found = find(&keyring->keys, id, out);
    if (!found) {
        look_again(keyring);
        found = find(&keyring->keys, id, out);
    }
    pthread_mutex_unlock(&keyring->mutex);
    return found;
}

static void take_newest(struct keyring *keyring, struct seal_key *out)
{
    pthread_mutex_lock(&keyring->mutex);
    look_again(keyring);
    *out = keyring->keys.all[keyring->keys.count - 1];
    pthread_mutex_unlock(&keyring->mutex);
}

bool keyring_has(struct keyring *keyring, const uint8_t id[SEAL_KEY_ID_BYTES])
{
    struct seal_key key;
    bool has = take(keyring, id, &key);

    OPENSSL_cleanse(&key, sizeof key);
    return has;
}

void keyring_newest(struct keyring *keyring, uint8_t id[SEAL_KEY_ID_BYTES])
{
    struct seal_key key;

    take_newest(keyring, &key);
    memcpy(id, key.id, SEAL_KEY_ID_BYTES);
    OPENSSL_cleanse(&key, sizeof key);
}

struct seal_bytes keyring_seal(struct keyring *keyring, const struct seal_place *place,
                               struct seal_bytes clear, struct arena *arena)
{
    static const struct seal_bytes none;
    uint8_t nonce[SEAL_NONCE_BYTES];
    uint8_t *out = arena_alloc(arena, SEALED_BYTES(clear.len));
    struct seal_key key;

    if (out == NULL)
        return none;
    take_newest(keyring, &key);
    entropy_fill(nonce, sizeof nonce);
    enum seal_end end = seal_close(&key, place, nonce, clear, out);
    OPENSSL_cleanse(&key, sizeof key);
    return end == SEAL_DONE ? (struct seal_bytes){out, SEALED_BYTES(clear.len)} : none;
}

enum seal_end keyring_unseal(struct keyring *keyring, const struct seal_place *place,
                             struct seal_bytes envelope, struct arena *arena,
                             struct seal_bytes *out)
{
    const uint8_t *id = seal_key_id(envelope);
    struct seal_key key;

    if (id == NULL)
        return SEAL_BROKEN;
    if (!take(keyring, id, &key))
        return SEAL_NO_KEY;
    size_t len = envelope.len - SEALED_BYTES(0);
    uint8_t *clear = arena_alloc(arena, len + 1);
    enum seal_end end = clear == NULL ? SEAL_NO_MEMORY : seal_open(&key, place, envelope, clear);
    OPENSSL_cleanse(&key, sizeof key);
    if (end != SEAL_DONE)
        return end;
    clear[len] = '\0';
    *out = (struct seal_bytes){clear, len};
    return SEAL_DONE;
}

void keyring_write_id(const uint8_t id[SEAL_KEY_ID_BYTES], char out[KEYRING_ID_LEN + 1])
{
    hex_encode(id, SEAL_KEY_ID_BYTES, out);
}

/* ---- making and adding ---- */

static const char introduction[] =
    "# Keys that Baton seals its secrets with: one per line; the last seals, all of them open.\n# "
    "Keep a copy, but not with the database's backups: without it they cannot be read.\n";

/* Appends "# key <id>" and a new key to the text of a file; false when there is no room. */
static bool append_key(char text[FILE_MAX_BYTES], size_t *len)
{
    uint8_t bytes[SEAL_KEY_BYTES];
    char hex[LINE_HEX + 1];
    char id[KEYRING_ID_LEN + 1];
    struct seal_key key;

    entropy_fill(bytes, sizeof bytes);
    seal_key_set(&key, bytes);
    keyring_write_id(key.id, id);
    hex_encode(bytes, sizeof bytes, hex);
    int put = snprintf(text + *len, FILE_MAX_BYTES - *len, "%s# key %s\n%s\n",
                       *len > 0 && text[*len - 1] != '\n' ? "\n" : "", id, hex);
    OPENSSL_cleanse(bytes, sizeof bytes);
    OPENSSL_cleanse(hex, sizeof hex);
    OPENSSL_cleanse(&key, sizeof key);
    if (put >= (int)(FILE_MAX_BYTES - *len))
        return false;
    *len += (size_t)put;
    return true;
}

enum private_file keyring_make_file(const char *path, char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    char text[FILE_MAX_BYTES];
    size_t len = sizeof introduction - 1;

    memcpy(text, introduction, sizeof introduction);
    enum private_file end =
        append_key(text, &len) ? private_file_make(path, text, len, why) : PRIVATE_FILE_FAILED;
    OPENSSL_cleanse(text, sizeof text);
    return end;
}

/* Opens the file at the path, locked against others who add a key; -1 with errno. It is opened
 * again if a process that held the lock before has replaced the file meanwhile. */
static int lock_file(const char *path)
{
    for (;;) {
        struct stat locked, there;
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
            return -1;
        bool fine = flock(fd, LOCK_EX) == 0 && fstat(fd, &locked) == 0 && stat(path, &there) == 0;
        if (fine && locked.st_dev == there.st_dev && locked.st_ino == there.st_ino)
            return fd;
        int error = errno;
        close(fd);
        errno = error;
        if (!fine)
            return -1;
    }
}

static bool add_locked(const char *path, char text[FILE_MAX_BYTES],
                       char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    struct keys keys;
    size_t len;

    if (!load(path, &keys, why) ||
        private_file_read(path, text, FILE_MAX_BYTES, &len, why) != PRIVATE_FILE_DONE)
        return false;
    bool room = keys.count < KEYRING_KEYS_MAX && append_key(text, &len);
    OPENSSL_cleanse(&keys, sizeof keys);
    if (!room) {
        snprintf(why, PRIVATE_FILE_WHY_MAX_BYTES,
                 "%s: it has %d keys: remove those that nothing is sealed with any more", path,
                 KEYRING_KEYS_MAX);
        return false;
    }
    return private_file_replace(path, text, len, why) == PRIVATE_FILE_DONE;
}

bool keyring_add_to_file(const char *path, char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    char text[FILE_MAX_BYTES];
    int fd = lock_file(path);

    if (fd < 0) {
        snprintf(why, PRIVATE_FILE_WHY_MAX_BYTES, "%s: %s", path,
                 errno == ENOENT ? "there is no such file; " HOW_TO : strerror(errno));
        return false;
    }
    bool added = add_locked(path, text, why);
    OPENSSL_cleanse(text, sizeof text);
    close(fd);
    return added;
}

size_t keyring_list_file(const char *path, uint8_t ids[KEYRING_KEYS_MAX][SEAL_KEY_ID_BYTES],
                         char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    struct keys keys;

    if (!load(path, &keys, why))
        return 0;
    size_t count = keys.count;
    for (size_t i = 0; i < count; i++)
        memcpy(ids[i], keys.all[i].id, SEAL_KEY_ID_BYTES);
    OPENSSL_cleanse(&keys, sizeof keys);
    return count;
}
