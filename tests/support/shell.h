/* The program as somebody uses it in a shell. */
#ifndef BATON_TESTS_SHELL_H
#define BATON_TESTS_SHELL_H

/** Runs a shell command in which $B is the program; stdout and stderr together, for the caller to
 *  free. *code: how it ended, -1 by a signal. */
char *shell(const char *command, int *code);

/** The test fails unless it ends with this code and has said this. */
void shell_expect(const char *command, int code, const char *said);

#endif
