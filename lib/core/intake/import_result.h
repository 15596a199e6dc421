/* What came of one row of an import. */
#ifndef BATON_CORE_IMPORT_RESULT_H
#define BATON_CORE_IMPORT_RESULT_H

/* what people read of it */
#define IMPORT_REFUSAL_TABLE(X)                                                                    \
    X(UNKNOWN_LEAD, "No lead has this external id: import the leads first")                        \
    X(OPEN_HANDOFF, "The lead has an open handoff: it is no history yet")                          \
    X(UNKNOWN_TEAM, "There is no active team of this name")                                        \
    X(UNKNOWN_MEMBER, "The team has no member with this external id")                              \
    X(FUTURE, "This lies in the future")                                                           \
    X(DECIDED, "The deal has ended otherwise already")                                             \
    X(REASON, "A deal that was lost or rejected needs a reason")                                   \
    X(UNKNOWN_REASON, "The definitions do not know the reason: map the word for it")               \
    X(BLOCKED, "Somebody who was erased and is not to come back")                                  \
    X(LIMIT, "A lead has too many attributes or identities")

enum import_refusal {
    IMPORT_TAKEN,
#define X(name, detail) IMPORT_##name,
    IMPORT_REFUSAL_TABLE(X)
#undef X
        IMPORT_REFUSAL_COUNT
};

const char *import_refusal_detail(enum import_refusal refusal);

enum import_effect { IMPORT_NEW, IMPORT_UPDATED, IMPORT_UNCHANGED, IMPORT_REFUSED };

struct import_result {
    enum import_effect effect;
    enum import_refusal refusal; /* of IMPORT_REFUSED */
};

#endif
