#include "store/pg/process.h"

#include "store/pg/pg.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_STEP_MS    5
#define EXEC_FAILED     127
#define UNREAPED_MAX_MS 5000

static const char *const environment[] = {
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC",
    NULL};

static bool become(const struct process_user *user)
{
    return !user->change || (setgroups((size_t)user->group_count, user->groups) == 0 &&
                             setgid(user->gid) == 0 && setuid(user->uid) == 0);
}

/* Between fork and exec of a program with threads: system calls only. */
static _Noreturn void become_program(const struct process_spec *spec, pid_t parent)
{
    sigset_t none;
    int nowhere = open("/dev/null", O_RDWR);
    int output = spec->output < 0 ? nowhere : spec->output;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
    umask(077);
    setsid();
    if (dup2(nowhere, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 || chdir("/") != 0 ||
        !become(spec->user))
        _exit(EXEC_FAILED);
    /* A library may have opened sockets without close-on-exec. The program would keep them open,
     * and a client at the other end would never see the connection end. */
    close_range(STDERR_FILENO + 1, ~0u, 0);
    /* After the change of user, which clears the death signal. A parent that has already ended
     * sends none, so that is checked too. */
    if (spec->death_signal != 0 &&
        (prctl(PR_SET_PDEATHSIG, spec->death_signal) != 0 || getppid() != parent))
        _exit(EXEC_FAILED);
    execve(spec->argv[0], (char *const *)spec->argv, (char *const *)environment);
    _exit(EXEC_FAILED);
}

pid_t process_start(const struct process_spec *spec)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0)
        become_program(spec, parent);
    return pid;
}

bool process_has_ended(pid_t pid)
{
    if (waitpid(pid, NULL, WNOHANG) == pid)
        return true;
    return kill(pid, 0) != 0 && errno == ESRCH;
}

bool process_wait(pid_t pid, int64_t deadline)
{
    while (!process_has_ended(pid)) {
        if (pg_now_ms() >= deadline)
            return false;
        poll(NULL, 0, WAIT_STEP_MS);
    }
    return true;
}

int process_run(const struct process_spec *spec, int64_t deadline)
{
    pid_t pid = process_start(spec);
    pid_t ended = 0;
    int status = 0;

    if (pid < 0)
        return -1;
    while ((ended = waitpid(pid, &status, WNOHANG)) == 0 && pg_now_ms() < deadline)
        poll(NULL, 0, WAIT_STEP_MS);
    if (ended == 0) {
        kill(pid, SIGKILL);
        (void)!process_wait(pid, pg_deadline_in(UNREAPED_MAX_MS));
        return -1;
    }
    return ended == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
