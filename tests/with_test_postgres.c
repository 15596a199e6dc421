/* with_test_postgres CMD [ARG…]: runs the command with BATON_TEST_PG naming a fresh cluster for
 * tests, stops the cluster, and ends as the command did. See script/with-test-postgres. */
#include "test_cluster.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXEC_FAILED 127
#define BY_SIGNAL   128

static int run(char **argv)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(EXEC_FAILED);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return EXEC_FAILED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : BY_SIGNAL + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s CMD [ARG...]\n", argv[0]);
        return 2;
    }
    /* A Ctrl-C ends the command; the cluster is stopped after it. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    test_cluster_start();
    int code = run(argv + 1);
    test_cluster_stop();
    return code;
}
