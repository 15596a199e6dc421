/* The columns of the configuration's tables, and the rows of those that have no struct in core. */
#ifndef BATON_STORE_CONFIG_COLUMNS_H
#define BATON_STORE_CONFIG_COLUMNS_H

#include "core/config.h"
#include "store/pg/columns.h"

struct route_row {
    int ordinal;
    struct route_rule rule;
};

struct signature_row {
    enum term term;
    int version;
    enum side side;
    struct signature signature;
};

struct acknowledgement_row {
    enum term term;
    int version;
    struct uuid member;
    instant at;
};

#endif
