#include "running.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* When a process began, in ticks since the machine started: together with it a process id is
 * unique. 0: there is no such process. The name, in parentheses, may contain anything. */
static long long start_of(pid_t process)
{
    char path[64], text[1024] = "";
    long long ticks = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t len = read(fd, text, sizeof text - 1);
    close(fd);
    const char *at = len > 0 ? strrchr(text, ')') : NULL;
    /* Its 22nd field; the name is the second. */
    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at != NULL)
        ticks = strtoll(at + 1, NULL, 10);
    return ticks;
}

void running_url(const char *host, uint16_t port, char out[RUNNING_URL_MAX_BYTES])
{
    if (host[0] == '\0' || strcmp(host, "0.0.0.0") == 0)
        host = "127.0.0.1";
    else if (strcmp(host, "::") == 0)
        host = "::1";
    bool is_ipv6 = strchr(host, ':') != NULL;
    snprintf(out, RUNNING_URL_MAX_BYTES, "http://%s%s%s:%u", is_ipv6 ? "[" : "", host,
             is_ipv6 ? "]" : "", (unsigned)port);
}

/* ---- notes ---- */

static bool note_path(char out[PATH_MAX], const char *directory, pid_t process, const char *suffix)
{
    return snprintf(out, PATH_MAX, "%s/%d.json%s", directory, (int)process, suffix) < PATH_MAX;
}

static bool copy(const json_t *note, const char *key, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(note, key));

    return text != NULL && (size_t)snprintf(out, size, "%s", text) < size;
}

/* Reads a note, if its process is running. */
static bool read_note(const char *path, struct running *out)
{
    json_t *note = json_load_file(path, 0, NULL);

    out->process = (pid_t)json_integer_value(json_object_get(note, "process"));
    long long started = json_integer_value(json_object_get(note, "started"));
    bool fine = copy(note, "url", out->url, sizeof out->url) &&
                copy(note, "database", out->database, sizeof out->database) &&
                copy(note, "data_directory", out->data_directory, sizeof out->data_directory) &&
                started != 0 && start_of(out->process) == started;
    json_decref(note);
    return fine;
}

static bool make_directories(const char *path)
{
    char part[PATH_MAX];
    mode_t mode = geteuid() == 0 ? 0755 : 0700;

    for (const char *at = path; *at != '\0';) {
        at += strspn(at, "/");
        at += strcspn(at, "/");
        if (snprintf(part, sizeof part, "%.*s", (int)(at - path), path) >= PATH_MAX)
            return false;
        if (mkdir(part, mode) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

/* The note of a process id that is used again is left to be overwritten by its server. */
static void remove_old(const char *directory)
{
    DIR *files = opendir(directory);
    char path[PATH_MAX];

    for (const struct dirent *file; files != NULL && (file = readdir(files)) != NULL;) {
        pid_t process = (pid_t)strtol(file->d_name, NULL, 10);
        if (process > 0 && kill(process, 0) != 0 && errno == ESRCH &&
            note_path(path, directory, process, ""))
            unlink(path);
    }
    if (files != NULL)
        closedir(files);
}

/* The file is complete before it gets its name; any user may read it. */
static bool write_note(const char *path, const char *fresh, json_t *note)
{
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool written = fd >= 0 && note != NULL && fchmod(fd, 0644) == 0 &&
                   json_dumpfd(note, fd, JSON_COMPACT) == 0 && write(fd, "\n", 1) == 1;

    if (fd >= 0)
        close(fd);
    if (written && rename(fresh, path) == 0)
        return true;
    int kept = errno;
    unlink(fresh);
    errno = kept;
    return false;
}

bool running_note(const char *directory, const struct running *self)
{
    char path[PATH_MAX], fresh[PATH_MAX];

    errno = ENAMETOOLONG;
    if (!note_path(path, directory, self->process, "") ||
        !note_path(fresh, directory, self->process, ".new") || !make_directories(directory))
        return false;
    remove_old(directory);
    json_t *note = json_pack("{s:i, s:I, s:s, s:s, s:s}", "process", (int)self->process, "started",
                             (json_int_t)start_of(self->process), "url", self->url, "database",
                             self->database, "data_directory", self->data_directory);
    bool written = write_note(path, fresh, note);
    json_decref(note);
    return written;
}

void running_forget(const char *directory, pid_t process)
{
    char path[PATH_MAX];

    if (note_path(path, directory, process, ""))
        unlink(path);
}

size_t running_list(const char *directory, struct running out[RUNNING_MAX])
{
    DIR *files = opendir(directory);
    char path[PATH_MAX];
    size_t count = 0;

    for (const struct dirent *file;
         files != NULL && count < RUNNING_MAX && (file = readdir(files)) != NULL;) {
        pid_t process = (pid_t)strtol(file->d_name, NULL, 10);
        if (process > 0 && note_path(path, directory, process, "") && read_note(path, &out[count]))
            count++;
    }
    if (files != NULL)
        closedir(files);
    return count;
}
