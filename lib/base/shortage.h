/*
 * Whether memory was short on this thread. An allocation that fails deep inside a parser or a
 * reader of rows looks like an absent value, an empty list or "invalid token", none of which is
 * true. So each piece of work begins by clearing a mark; the allocators of core (arena, json_out,
 * text_out) and of jansson set it; and nothing that was decided, read or refused under the mark is
 * saved, kept or answered: the answer is ERR_OUT_OF_MEMORY. Reaching a cap does not set it.
 */
#ifndef BATON_BASE_SHORTAGE_H
#define BATON_BASE_SHORTAGE_H

#include <stdbool.h>

/** Call once, before any thread uses jansson: its failed allocations set the mark too, and are
 *  served from a reserve as long as that lasts. */
void shortage_watch_jansson(void);

/** Frees memory that jansson hands out, such as the text of json_dumps(). */
void shortage_free_json(void *block);

/** A piece of work begins on this thread. */
void shortage_clear(void);

/** An allocation has failed. */
void shortage_note(void);

bool shortage_seen(void);

#endif
