#include "cli/cli_wrap.h"

#include <stdbool.h>
#include <stdio.h>

static bool is_space(char byte)
{
    unsigned char c = (unsigned char)byte;

    return c <= ' ' || c == 0x7f;
}

/* The end of the character that begins here. */
static const char *next_character(const char *at)
{
    at++;
    while (((unsigned char)*at & 0xc0) == 0x80)
        at++;
    return at;
}

static int characters(const char *from, const char *to)
{
    int count = 0;

    for (; from < to; from = next_character(from))
        count++;
    return count;
}

static const char *word_end(const char *at)
{
    while (*at != '\0' && !is_space(*at))
        at++;
    return at;
}

static void new_line(int column)
{
    printf("\n%*s", column, "");
}

void cli_print_wrapped(const char *text, int column)
{
    int room = CLI_COLUMNS - column, used = 0;

    while (*text != '\0') {
        if (is_space(*text)) {
            text++;
            continue;
        }
        const char *end = word_end(text);
        int wide = characters(text, end);
        if (used > 0 && used + 1 + wide > room) {
            new_line(column);
            used = 0;
        } else if (used > 0) {
            putchar(' ');
            used++;
        }
        for (; text < end; used++) {
            const char *next = next_character(text);
            if (used == room) {
                new_line(column);
                used = 0;
            }
            fwrite(text, 1, (size_t)(next - text), stdout);
            text = next;
        }
    }
    putchar('\n');
}
