/*
 * Whether memory was short on this thread. An allocation that fails deep inside a parser or a
 * reader of rows shows there as an absent value, an empty list or "invalid token": true of
 * nothing. So whoever begins a piece of work clears the mark, the allocators of core (arena,
 * json_out, text_out) and of jansson set it, and nothing that was decided, read or refused under
 * the mark is saved, kept or answered; ERR_OUT_OF_MEMORY is. A cap that is reached does not count.
 */
#ifndef BATON_BASE_SHORTAGE_H
#define BATON_BASE_SHORTAGE_H

#include <stdbool.h>

/** Once, before any thread uses jansson: its allocations are noted too, and are met from a reserve
 *  as long as that lasts. */
void shortage_watch_jansson(void);

/** Frees what jansson gives away, such as the text of json_dumps(). */
void shortage_free_json(void *block);

/** A piece of work begins on this thread. */
void shortage_clear(void);

/** An allocation has failed. */
void shortage_note(void);

bool shortage_seen(void);

#endif
