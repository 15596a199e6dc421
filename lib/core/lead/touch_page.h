/*
 * What the address of a page says of the touch that happened there: the parameters utm_source,
 * utm_medium, utm_campaign, utm_content and utm_term, and the ids that advertisers put into the
 * addresses of their clicks. Pure.
 */
#ifndef BATON_CORE_TOUCH_PAGE_H
#define BATON_CORE_TOUCH_PAGE_H

#include "base/arena.h"
#include "core/definition/touch.h"

#define TOUCH_URL_MAX_BYTES 4096

/**
 * Fills those of the values that are NULL, in the arena. A click's id says source, medium and
 * channel when neither a medium nor another source is known: a gclid is paid search unless the
 * address, or whoever sent the touch, says that the click came from a newsletter. The address is
 * one of a page, or its query alone; the ids themselves are not kept. A value that looks personal
 * becomes DIMENSION_PERSONAL; one that is too long or broken is left out. A shortage marks the
 * arena.
 */
void touch_page_read(const char *url, struct arena *arena, const char *values[DIMENSION_COUNT]);

#endif
