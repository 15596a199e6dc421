#include "shell.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define COMMAND_MAX_BYTES 4096
#define OUTPUT_MAX_BYTES  (1u << 20)

char *shell(const char *command, int *code)
{
    char *out = calloc(1, OUTPUT_MAX_BYTES);
    char line[COMMAND_MAX_BYTES];

    ck_assert_ptr_nonnull(out);
    snprintf(line, sizeof line, "{ B=\"$BATON_BINARY\"; %s ; } 2>&1", command);
    FILE *pipe = popen(line, "r");
    ck_assert_ptr_nonnull(pipe);
    out[fread(out, 1, OUTPUT_MAX_BYTES - 1, pipe)] = '\0';
    int status = pclose(pipe);
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
}

void shell_expect(const char *command, int code, const char *said)
{
    int ended;
    char *out = shell(command, &ended);

    if (ended != code || strstr(out, said) == NULL)
        ck_abort_msg("%s: wanted exit code %d and \"%s\", got %d and: %s", command, code, said,
                     ended, out);
    free(out);
}
