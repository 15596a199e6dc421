/* The tests' own definition of mql: any business address with a form or a request for contact meets
 * it. So no test that is about something else depends on what the starter asks. */
#ifndef BATON_TESTS_MQL_FILE_H
#define BATON_TESTS_MQL_FILE_H

#define MQL_FILE SOURCE_DIR "/tests/data/mql.json"

#endif
