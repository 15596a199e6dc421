/* The columns of the configuration's tables, and the rows of those that have no struct in core. */
#ifndef BATON_STORE_CONFIG_COLUMNS_H
#define BATON_STORE_CONFIG_COLUMNS_H

#include "core/config.h"
#include "store/pg/columns.h"

struct signature_row {
    enum agreement_kind kind;
    int version;
    struct signature signature;
};

struct acknowledgement_row {
    enum agreement_kind kind;
    int version;
    struct uuid member;
    instant at;
};

struct comment_row {
    enum agreement_kind kind;
    int version;
    struct agreement_comment comment;
};

#endif
