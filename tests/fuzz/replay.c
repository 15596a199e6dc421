/*
 * Runs a fuzz target without libFuzzer: on every file of its corpus, and on each of them cut off
 * and changed in places that a fixed seed decides.
 *   fuzz_replay_edge tests/fuzz/edge
 */
#include "parts.h"

#include <dirent.h>
#include <string.h>

#define FILE_MAX_BYTES (1 << 20)
#define PATH_MAX_BYTES 1024
#define CUTS           50
#define CHANGES        400
#define CHANGED_BYTES  3

static uint64_t state = 20261123;

/* xorshift64 */
static size_t pick(size_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state % below);
}

static void run(const uint8_t *bytes, size_t len)
{
    uint8_t *own = malloc(len == 0 ? 1 : len);

    FUZZ_HOLDS(own != NULL);
    memcpy(own, bytes, len);
    LLVMFuzzerTestOneInput(own, len);
    free(own);
}

static void change(const uint8_t *bytes, size_t len)
{
    static const char odd[] = "\"{}[],:\\0-9eE.%+@ \n\t\x7f\xff\x80\xc3";
    uint8_t *own = malloc(len);

    FUZZ_HOLDS(own != NULL);
    memcpy(own, bytes, len);
    for (int i = 0; i < CHANGED_BYTES; i++)
        own[pick(len)] = pick(2) == 0 ? (uint8_t)odd[pick(sizeof odd)] : (uint8_t)pick(256);
    LLVMFuzzerTestOneInput(own, len);
    free(own);
}

static size_t replay(const char *path)
{
    static uint8_t bytes[FILE_MAX_BYTES];
    FILE *file = fopen(path, "rb");

    FUZZ_HOLDS(file != NULL);
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    run(bytes, len);
    for (size_t i = 0; len > 0 && i < CUTS; i++)
        run(bytes, pick(len));
    for (size_t i = 0; len > 0 && i < CHANGES; i++)
        change(bytes, len);
    return 1;
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    size_t files = 0;

    if (folder == NULL) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[PATH_MAX_BYTES];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        files += replay(path);
    }
    closedir(folder);
    printf("%zu files, each cut %d times and changed %d times\n", files, CUTS, CHANGES);
    return files == 0;
}
