/* Text in a column of a terminal. */
#ifndef BATON_SERVER_CLI_WRAP_H
#define BATON_SERVER_CLI_WRAP_H

/** What every terminal shows in a line. */
#define CLI_COLUMNS 79

/** Prints UTF-8 from this column on, where the cursor is, up to CLI_COLUMNS; every further line
 *  begins at the same column. Breaks between words, and within one that is wider than the column.
 *  Control characters, line ends among them, count as spaces. Ends the line. */
void cli_print_wrapped(const char *text, int column);

#endif
