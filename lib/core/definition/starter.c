#include "core/definition/starter.h"

/* Reasons that every business meets, whatever its criteria. */
#define COMMON_REASONS                                                                             \
    "{\"code\": \"duplicate\", \"title\": \"We already work this lead\","                          \
    " \"about\": \"process\", \"then\": \"disqualify\"},"                                          \
    "{\"code\": \"spam\", \"title\": \"Not a real inquiry\","                                      \
    " \"about\": \"process\", \"then\": \"disqualify\"},"                                          \
    "{\"code\": \"unreachable\", \"title\": \"Could not be reached\","                             \
    " \"about\": \"process\", \"then\": \"nurture\"},"                                             \
    "{\"code\": \"wrong_territory\", \"title\": \"Belongs to another territory\","                 \
    " \"about\": \"process\", \"then\": \"reroute\"},"                                             \
    "{\"code\": \"existing_customer\", \"title\": \"Is a customer already\","                      \
    " \"about\": \"process\", \"then\": \"disqualify\"},"                                          \
    "{\"code\": \"bad_timing\", \"title\": \"Wants to buy later\","                                \
    " \"about\": \"gap\", \"then\": \"nurture\"},"                                                 \
    "{\"code\": \"expectation_mismatch\", \"title\": \"Wants something that we do not sell\","     \
    " \"about\": \"gap\", \"then\": \"nurture\"}"

static const char mql[] =
    "{\"term\": \"mql\", \"title\": \"Marketing-qualified lead\","
    " \"statement\": \"A person at a business who came to us in the last 90 days and whom sales"
    " should talk to.\","
    " \"criteria\": ["
    "{\"id\": \"business-email\", \"title\": \"Writes from a business address\","
    " \"kind\": \"fit\", \"required\": true,"
    " \"test\": {\"attribute\": \"email.is_free_mail\", \"op\": \"eq\", \"value\": false}},"
    "{\"id\": \"company-size\", \"title\": \"Company is big enough\", \"kind\": \"fit\","
    " \"test\": {\"attribute\": \"company.employees\", \"op\": \"gte\", \"value\": 50},"
    " \"points\": 20, \"tiers\": [{\"gte\": 1000, \"points\": 30}]},"
    "{\"id\": \"decision-maker\", \"title\": \"Is a decision maker\", \"kind\": \"fit\","
    " \"test\": {\"attribute\": \"seniority\", \"op\": \"in\","
    " \"value\": [\"director\", \"vp\", \"c_level\", \"owner\"]}, \"points\": 20},"
    "{\"id\": \"engaged\","
    " \"title\": \"Filled in a form, or attended a webinar or an event, in the last 90 days\","
    " \"kind\": \"engagement\","
    " \"test\": {\"touches\": {\"kind\": [\"form_submitted\", \"webinar_attended\","
    " \"event_attended\"], \"within_days\": 90}, \"op\": \"gte\", \"value\": 1}, \"points\": 40},"
    "{\"id\": \"asked-for-contact\","
    " \"title\": \"Asked for a demonstration, a quote or a call in the last 30 days\","
    " \"kind\": \"readiness\","
    " \"test\": {\"touches\": {\"kind\": [\"demo_requested\", \"quote_requested\","
    " \"contact_requested\"], \"within_days\": 30}, \"op\": \"gte\", \"value\": 1},"
    " \"points\": 40},"
    "{\"id\": \"student\", \"title\": \"Is a student or an intern\", \"kind\": \"disqualifier\","
    " \"test\": {\"attribute\": \"seniority\", \"op\": \"in\","
    " \"value\": [\"student\", \"intern\"]}}],"
    " \"thresholds\": {\"total\": 40},"
    " \"reasons\": ["
    "{\"code\": \"too_small\", \"title\": \"Company too small\", \"about\": \"criterion\","
    " \"criterion\": \"company-size\", \"then\": \"nurture\"},"
    "{\"code\": \"no_authority\", \"title\": \"Does not decide\", \"about\": \"criterion\","
    " \"criterion\": \"decision-maker\", \"then\": \"nurture\"}," COMMON_REASONS "],"
    " \"exceptions\": [{\"kind\": \"strategic\", \"limit_per_month\": 10},"
    " {\"kind\": \"unclear\", \"limit_per_month\": 10}],"
    " \"respond_within\": {\"minutes\": 480}, \"decide_within_days\": 14, \"nurture_days\": 30}";

/* A fact that was asked for and denied is written as no, none, 0 or false. */
#define FACT(id, title, kind)                                                                      \
    "{\"id\": \"" id "\", \"title\": \"" title "\", \"kind\": \"" kind "\", \"required\": true,"   \
    " \"test\": {\"fact\": \"" id "\", \"op\": \"not_in\","                                        \
    " \"value\": [\"no\", \"none\", 0, false]}}"

static const char sql[] =
    "{\"term\": \"sql\", \"title\": \"Sales-qualified lead\","
    " \"statement\": \"Sales has talked to the person and knows of a budget, of someone who"
    " decides, of a need that we can meet and of a time to buy.\","
    " \"criteria\": [" FACT("budget", "There is a budget", "readiness") "," FACT(
        "authority", "We talk to someone who decides or leads us to them",
        "fit") "," FACT("need", "There is a need that we can meet",
                        "readiness") "," FACT("timeline", "There is a time to buy",
                                              "readiness") "],"
                                                           " \"reasons\": ["
                                                           "{\"code\": \"no_budget\", \"title\": "
                                                           "\"No budget\", \"about\": "
                                                           "\"criterion\","
                                                           " \"criterion\": \"budget\", \"then\": "
                                                           "\"nurture\"},"
                                                           "{\"code\": \"no_authority\", "
                                                           "\"title\": \"Does not decide\", "
                                                           "\"about\": \"criterion\","
                                                           " \"criterion\": \"authority\", "
                                                           "\"then\": \"nurture\"},"
                                                           "{\"code\": \"no_need\", \"title\": "
                                                           "\"No need\", \"about\": \"criterion\","
                                                           " \"criterion\": \"need\", \"then\": "
                                                           "\"nurture\"}," COMMON_REASONS "],"
                                                           " \"exceptions\": [{\"kind\": "
                                                           "\"strategic\", \"limit_per_month\": "
                                                           "10}],"
                                                           " \"respond_within\": {\"minutes\": "
                                                           "1440}, \"decide_within_days\": 30, "
                                                           "\"nurture_days\": 30}";

const char *starter_document(enum term term)
{
    switch (term) {
    case TERM_MQL:
        return mql;
    case TERM_SQL:
        return sql;
    default:
        return NULL;
    }
}
