/*
 * Which servers run, and on which database. A server writes a note in the run directory of its user
 * when it listens, one file per process, and removes it when it ends; commands that are given no
 * database look there. A note contains no secret. A note whose process is gone is ignored.
 */
#ifndef BATON_SERVER_RUNNING_H
#define BATON_SERVER_RUNNING_H

#include "settings.h"

#include <sys/types.h>

/** Of running_list(), at most. */
#define RUNNING_MAX 16

#define RUNNING_URL_MAX_BYTES      (SETTINGS_HOST_MAX_BYTES + 32)
#define RUNNING_DATABASE_MAX_BYTES (SETTINGS_TEXT_MAX_BYTES + 256)

struct running {
    pid_t process;
    char url[RUNNING_URL_MAX_BYTES];              /* the address for a client on this machine */
    char database[RUNNING_DATABASE_MAX_BYTES];    /* in words, without a password */
    char data_directory[SETTINGS_TEXT_MAX_BYTES]; /* "": it uses a DATABASE_URL */
};

/** The URL by which a client on this machine reaches a server that listens there: an address that
 *  means all of the machine's becomes the loopback one. */
void running_url(const char *host, uint16_t port, char out[RUNNING_URL_MAX_BYTES]);

/** Notes this process, which is self->process, in the directory, and removes notes of processes
 *  that are gone. False, with errno, when the note could not be written. */
bool running_note(const char *directory, const struct running *self) MUST_USE;

/** Removes the note of this process. */
void running_forget(const char *directory, pid_t process);

/** The servers that run and have a note in the directory; returns how many were put into out. */
size_t running_list(const char *directory, struct running out[RUNNING_MAX]);

#endif
