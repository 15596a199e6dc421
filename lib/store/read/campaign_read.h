/* Campaigns, as the API shows them. */
#ifndef BATON_STORE_CAMPAIGN_READ_H
#define BATON_STORE_CAMPAIGN_READ_H

#include "core/setup/campaign_change.h"
#include "store/read/read.h"

/** ERR_NOT_FOUND when there is none with this id. */
enum err campaign_read(const struct read *read, int64_t id, const struct campaign **out) MUST_USE;

#endif
