/*
 * What is known about a lead, by name: attributes (free, from forms, enrichment, sales) and facts
 * (budget, authority, need, timeline …, written by a member). Both keep every observation, so that
 * the past can be judged by what was known then.
 *
 * Stored form, one JSON object per lead and kind:
 *   {"company.employees": [[120, 1795255200000000, 1795255200500000, "form"], …newest first],
 *    "budget": [[50000, occurred, known, "sales", "said so on the call", "<member uuid>"]]}
 */
#ifndef BATON_CORE_ATTRIBUTE_H
#define BATON_CORE_ATTRIBUTE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/instant.h"
#include "base/json_out.h"
#include "base/uuid.h"
#include "base/value.h"

#include <jansson.h>
#include <stddef.h>

#define ATTRIBUTE_NAME_MAX_BYTES  100
#define ATTRIBUTES_PER_LEAD_MAX   200
#define OBSERVATIONS_PER_NAME_MAX 32 /* the oldest and the newest observation are always kept */
#define EVIDENCE_MAX_BYTES        2000

enum knowledge_source {
    SOURCE_FORM,       /* the person said so, in a form or another touch */
    SOURCE_ENRICHMENT, /* a marketing member or tool added it */
    SOURCE_SALES,      /* the sales side learned it */
    SOURCE_IMPORT,     /* imported from history */
    SOURCE_COUNT
};

const char *knowledge_source_name(enum knowledge_source source);

struct observation {
    struct value value;
    instant occurred_at; /* when it was so, according to the sender */
    instant known_from;  /* when Baton learned it */
    enum knowledge_source source;
    const char *evidence;     /* facts only, may be NULL */
    struct uuid confirmed_by; /* facts only: the member */
};

struct attribute {
    const char *name;
    struct observation *observations; /* newest occurred_at first; never empty */
    size_t count;
};

/** Sorted by name; memory belongs to the arena that is passed to the functions below. An attribute
 *  that is there may hold VALUE_NULL: it was cleared. */
struct attribute_set {
    struct attribute *items;
    size_t count;
};

/** NULL when it was never given. */
const struct attribute *attribute_find(const struct attribute_set *set, const char *name);

/** The newest observation that was known at this moment; NULL when there was none. */
const struct observation *attribute_known_at(const struct attribute *attribute, instant at);

/** Adds an observation; it becomes the current one unless its occurred_at is older than the present
 *  one's. Nothing is added when the current value is equal and not older. *changed says whether the
 *  current value is now different. The arrays are copied on write, so that a copied set stays as it
 *  was. ERR_LIMIT_REACHED with more than ATTRIBUTES_PER_LEAD_MAX names; ERR_OUT_OF_MEMORY. */
enum err attribute_observe(struct attribute_set *set, struct arena *arena, const char *name,
                           const struct observation *seen, bool *changed) MUST_USE;

/** Adds all observations of the other set to this one (two leads are merged). */
enum err attribute_absorb(struct attribute_set *set, struct arena *arena,
                          const struct attribute_set *other) MUST_USE;

/** The other way (the merge is taken back): drops what was given, but for what was the set's own
 *  before; what was observed since stays. */
enum err attribute_give_back(struct attribute_set *set, struct arena *arena,
                             const struct attribute_set *given,
                             const struct attribute_set *own) MUST_USE;

/** Reads the stored form. ERR_INTERNAL when it is damaged. */
enum err attribute_set_read(const char *json, size_t len, struct arena *arena,
                            struct attribute_set *out) MUST_USE;

/** The same from a tree, whose texts are copied. */
enum err attribute_set_take(json_t *root, struct arena *arena, struct attribute_set *out) MUST_USE;

/** Writes the stored form. */
void attribute_set_write(const struct attribute_set *set, struct json_out *out);
/** What counts now alone, without when it was last given: that is what the ledger has a commitment
 *  to, since a repeat and an older value are no event. */
void attribute_set_write_held(const struct attribute_set *set, struct json_out *out);

/** Writes {name: [{value, occurred_at, known_from, source, evidence, confirmed_by}, …newest
 * first]}: all that was ever said, for whom it is about. */
void attribute_set_write_history(const struct attribute_set *set, struct json_out *out);

/** Writes {name: current value} without cleared ones: as the API shows attributes. */
void attribute_set_write_current(const struct attribute_set *set, struct json_out *out);

/** In APIs a name is dotted lower-case words; imports may bring any printable name without control
 *  characters, 1 to ATTRIBUTE_NAME_MAX_BYTES bytes. */
bool attribute_name_valid(const char *name);

#endif
