/*
 * What a read costs, in three classes. A route says which is its own; readers are dealt by it
 * (read_queue.h).
 */
#ifndef BATON_STORE_READ_COST_H
#define BATON_STORE_READ_COST_H

/** Name, what it is called, how many such reads of one workspace may wait, and how many units of
 * its quota each takes from a key (http/rate_limit.h). All of one workspace together are fewer than
 * the edge lets wait by default (BATON_WAITING), so that one workspace does not fill it. The dearer
 * come later. */
#define READ_COST_TABLE(X)                                                                         \
    X(BY_ID, "by id", 320, 1)   /* a few rows by key; also what is looked up before a write */     \
    X(LIST, "list", 128, 5)     /* a page */                                                       \
    X(REPORT, "report", 32, 50) /* counts whatever a period holds */

enum read_cost {
#define READ_COST(name, text, waiting, units) READ_##name,
    READ_COST_TABLE(READ_COST)
#undef READ_COST
        READ_COSTS
};

#endif
