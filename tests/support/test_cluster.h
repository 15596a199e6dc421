/* The cluster of a test run: in a scratch directory, without fsync, with the migrated database
 * `baton_template` to copy. */
#ifndef BATON_TESTS_TEST_CLUSTER_H
#define BATON_TESTS_TEST_CLUSTER_H

#include <stddef.h>

#define TEMPLATE_MIGRATED "baton_template"

/** Starts it and sets BATON_TEST_PG, and BATON_SECRET_KEY_FILE when that is not set; ends the
 * program with a message when it cannot. */
void test_cluster_start(void);

/** Stops it and removes its directory. Harmless when none was started. */
void test_cluster_stop(void);

/** The postmaster of the cluster that test_cluster_start() made. */
int test_cluster_pid(void);

/** Waits until that cluster has ended, and starts it again. Ends the program when it cannot. */
void test_cluster_restart(void);

/** The path of a file of this name in the directory for temporary files (TMPDIR, else /tmp). */
void scratch_path(char *out, size_t size, const char *name);

/** A new empty directory there, named after the program, that PostgreSQL's user may enter; the
 * caller frees the path. */
char *scratch_new(void);

/** Removes it with all that is in it, and frees the path. Ends the program when it cannot. */
void scratch_free(char *directory);

#endif
