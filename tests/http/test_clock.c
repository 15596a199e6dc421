/* Time that passes: leases that end, offers that are late. The test moves the clock that the
 * product sees, the server's and the database's, and waits for nothing but the jobs' next look. */
#include "stage.h"
#include "suite.h"

#define SIGNED "--starter mql --sign"
#define AT     "/v1/handoffs/${offer}"
#define MINUTE 60
#define DAY    (24 * 60 * MINUTE)

#define OFFERED                                                                                    \
    POST("marketing captures Kim, who is offered to sales", "marketing", "/v1/leads",              \
         "{'email':'kim@corp.example','attributes':{'seniority':'vp'},"                            \
         "'touch':{'kind':'form_submitted','source':'google'}}",                                   \
         201, .checks = {{"/handoff/state", "'offered'"}},                                         \
         .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}})

static const struct step lease[] = {
    OFFERED,
    POST("Sam claims her for ten minutes", "sam", "/v1/handoffs/claim",
         "{'team':'sales','lease_seconds':600}", 200,
         .checks = {{"/data/0/handoff/id", "'${offer}'"}}),
    LATER("nine pass", 9 * MINUTE),
    POST("Sue may not have her", "sue", AT "/accept", NULL, 409,
         .checks = {{"/code", "'claimed_by_other'"}}),
    POST("and finds nobody else", "sue", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data", "#0"}}),
    LATER("two more pass", 2 * MINUTE),
    POST("and she finds her", "sue", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data/0/handoff/id", "'${offer}'"}}),
    POST("whom Sam has lost", "sam", AT "/accept", NULL, 409,
         .checks = {{"/code", "'claimed_by_other'"}}),
    {0},
};

/* An offer that nobody answered stays, and says that it is late. */
static const struct step overdue[] = {
    OFFERED,
    GET("sales has time", "sam", AT, 200, .checks = {{"/overdue", "false"}}),
    LATER("nobody looks at her for two months", 60 * DAY),
    UNTIL("then they are late", "ana", AT, 200,
          .checks = {{"/state", "'offered'"}, {"/overdue", "true"}}),
    {0},
};

static const struct {
    const char *label;
    const struct step *steps;
} stories[] = {{"a lease", lease}, {"an offer", overdue}};

STORY(it_ends_when_its_time_has_passed, SIGNED, stories[_i].steps)

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "clock");

    EACH(tcase, it_ends_when_its_time_has_passed, stories);
}
