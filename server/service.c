#include "service.h"

#include <signal.h>

int service_run(const struct settings *settings)
{
    sigset_t ends;
    int signal_number;

    (void)settings;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    return sigwait(&ends, &signal_number) == 0 ? 0 : 1;
}
