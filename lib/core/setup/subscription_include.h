/* What is sent to a subscription besides ids. */
#ifndef BATON_CORE_SUBSCRIPTION_INCLUDE_H
#define BATON_CORE_SUBSCRIPTION_INCLUDE_H

/* Bits as stored. */
enum subscription_include { INCLUDE_LEAD = 1, INCLUDE_HANDOFF = 2, INCLUDE_VERDICT = 4 };
#define SUBSCRIPTION_INCLUDE_COUNT 3

#endif
