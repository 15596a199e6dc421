#include "cli/cli_progress.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH            40
#define PROGRESS_MAX_PERCENT 100

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

void cli_progress_begin(void)
{
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART | SA_RESETHAND};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool cli_progress_show(void *context, int64_t done, int64_t total)
{
    char bar[BAR_WIDTH + 1];

    if (interrupted)
        return false;
    if (!isatty(STDERR_FILENO))
        return true;
    int percent = total <= 0 || done >= total ? PROGRESS_MAX_PERCENT
                                              : (int)(done * PROGRESS_MAX_PERCENT / total);
    int full = percent * BAR_WIDTH / PROGRESS_MAX_PERCENT;
    memset(bar, '#', (size_t)full);
    memset(bar + full, '.', (size_t)(BAR_WIDTH - full));
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r[%s] %3d %%  %lld %s\033[K", bar, percent, (long long)done,
            context == NULL ? "leads" : (const char *)context);
    return true;
}

bool cli_progress_interrupted(void)
{
    return interrupted != 0;
}

void cli_progress_end(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}
