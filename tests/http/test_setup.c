/* Teams, members, keys, routes, sources and who one is, as their callers see them. */
#include "stage.h"
#include "suite.h"

#include <libpq-fe.h>
#include <stdlib.h>

static const struct step who_one_is[] = {
    GET("a member's own key", "ana", "/v1/me", 200,
        .checks = {{"/team/name", "'marketing'"},
                   {"/team/function", "'marketing'"},
                   {"/member/email", "'ana@acme.example'"},
                   {"/key/roles", "['capture','work','sign','report','read','admin']"}}),
    GET("a team's key", "sales", "/v1/me", 200,
        .checks = {{"/team/name", "'sales'"}, {"/member", "null"}}),
    GET("a team's key that names a member", "sales", "/v1/me", 200,
        .headers = {"Baton-Actor: SUE@acme.example"},
        .checks = {{"/member/email", "'sue@acme.example'"}}),
    GET("a member of another team", "sales", "/v1/me", 422,
        .headers = {"Baton-Actor: ana@acme.example"},
        .checks = {{"/code", "'actor_required'"}, {"/errors/0/header", "'Baton-Actor'"}}),
    GET("a member's key that names another", "sam", "/v1/me", 422,
        .headers = {"Baton-Actor: sue@acme.example"},
        .checks = {{"/code", "'actor_required'"}, {"/errors/0/header", "'Baton-Actor'"}}),
    POST("a key of a write that is none", "ana", "/v1/teams",
         "{'name':'partners','function':'other'}", 400, .headers = {"Idempotency-Key: two words"},
         .checks = {{"/code", "'invalid_idempotency_key'"},
                    {"/errors/0/header", "'Idempotency-Key'"}}),
    GET("nobody", NO_KEY, "/v1/me", 401),
    GET("an unknown parameter", "ana", "/v1/me?x=1", 400,
        .checks = {{"/errors/0/parameter", "'x'"}}),
    {0},
};

static const struct step teams[] = {
    POST("a team is made", "ana", "/v1/teams",
         "{'name':'partners','title':'Partners','function':'other'}", 201,
         .headers = {"Idempotency-Key: t1"},
         .checks = {{"/name", "'partners'"},
                    {"/active", "true"},
                    {"@Location", "=/v1/teams/partners"},
                    {"@Idempotent-Replayed", "!"}},
         .keep = {{"etag", "@ETag"}, {"first", "@body"}}),
    POST("the repeat answers the same bytes", "ana", "/v1/teams",
         "{'name':'partners','title':'Partners','function':'other'}", 201,
         .headers = {"Idempotency-Key: t1"},
         .checks = {{"@body", "=${first}"},
                    {"@Idempotent-Replayed", "=true"},
                    {"@ETag", "=${etag}"}}),
    POST("the key with another body", "ana", "/v1/teams", "{'name':'friends','function':'other'}",
         422, .headers = {"Idempotency-Key: t1"},
         .checks = {{"/code", "'idempotency_key_reused'"}}),
    POST("the name is taken", "ana", "/v1/teams", "{'name':'partners','function':'marketing'}", 409,
         .checks = {{"/code", "'already_exists'"}}),
    POST("all faults at once", "ana", "/v1/teams",
         "{'name':'Nobody Else','function':'marketeers','colour':'red'}", 400,
         .checks = {{"/code", "'invalid_body'"}, {"/errors", "#3"}}),
    POST("a bad name alone", "ana", "/v1/teams", "{'name':'-x','function':'other'}", 400,
         .checks = {{"/errors/0/pointer", "'/name'"}}),
    PATCH("it is renamed", "ana", "/v1/teams/partners", "{'title':'Partner teams'}", 200,
          .headers = {"If-Match: \"another\", ${etag}"},
          .checks = {{"/title", "'Partner teams'"}, {"@ETag", "*"}}),
    PATCH("on what was read before", "ana", "/v1/teams/partners", "{'title':'Mine'}", 412,
          .headers = {"If-Match: ${etag}"}),
    PATCH("nobody's team becomes marketing's", "ana", "/v1/teams/partners",
          "{'function':'marketing'}", 200, .checks = {{"/function", "'marketing'"}}),
    GET("and is", "sam", "/v1/teams", 200,
        .checks = {{"/data/1/name", "'partners'"}, {"/data/1/function", "'marketing'"}}),
    PATCH("nothing to change", "ana", "/v1/teams/partners", "{}", 400),
    PATCH("a team on a route keeps its function", "ana", "/v1/teams/marketing",
          "{'function':'other'}", 409),
    PATCH("nobody is named as the one who does it", "ana", "/v1/teams/partners", "{'title':'x'}",
          422, .headers = {"Baton-Actor: nobody@acme.example"},
          .checks = {{"/code", "'actor_required'"}}),
    PATCH("no such team", "ana", "/v1/teams/nowhere", "{'title':'x'}", 404),
    GET("it works day and night", "sam", "/v1/teams/sales/calendar", 404),
    PUT("its working time", "sam", "/v1/teams/sales/calendar",
        "{'time_zone':'Europe/Berlin','hours':{'mon':[['09:00','12:30'],['13:15','17:30']],"
        "'tue':[['09:00','17:30']],'wed':[['09:00','17:30']],'thu':[['09:00','17:30']],"
        "'fri':[['09:00','15:00']],'sat':[],'sun':[]},'holidays':['2026-12-25']}",
        200,
        .checks = {{"/time_zone", "'Europe/Berlin'"},
                   {"/hours/mon/1/0", "'13:15'"},
                   {"@ETag", "*"}},
        .keep = {{"calendar_tag", "@ETag"}}),
    GET("and as it was given", "ana", "/v1/teams/sales/calendar", 200,
        .checks = {{"/holidays", "['2026-12-25']"}, {"@ETag", "*"}}),
    PUT("another", "sam", "/v1/teams/sales/calendar",
        "{'time_zone':'UTC','hours':{'tue':[['00:00','24:00']]}}", 200,
        .headers = {"If-Match: ${calendar_tag}", "Idempotency-Key: c1"},
        .keep = {{"other_calendar", "@body"}}),
    PUT("its repeat answers the same bytes", "sam", "/v1/teams/sales/calendar",
        "{'time_zone':'UTC','hours':{'tue':[['00:00','24:00']]}}", 200,
        .headers = {"If-Match: ${calendar_tag}", "Idempotency-Key: c1"},
        .checks = {{"@body", "=${other_calendar}"}, {"@Idempotent-Replayed", "=true"}}),
    PUT("another, on what was read before", "sam", "/v1/teams/sales/calendar",
        "{'time_zone':'UTC','hours':{'wed':[['00:00','24:00']]}}", 412,
        .headers = {"If-Match: ${calendar_tag}"}),
    PUT("one without working time", "sam", "/v1/teams/sales/calendar",
        "{'time_zone':'UTC','hours':{'tue':[]}}", 400,
        .checks = {{"/errors/0/pointer", "'/hours'"}, {"/errors/0/code", "'empty'"}}),
    PUT("all that is wrong at once", "sam", "/v1/teams/sales/calendar",
        "{'time_zone':'Europe/Nowhere','hours':{'tue':[['12:00','09:00']]},"
        "'holidays':['2026-02-30']}",
        400,
        .checks = {{"/errors/0/pointer", "'/hours/tue/0'"},
                   {"/errors/1/pointer", "'/holidays/0'"},
                   {"/errors/2/pointer", "'/time_zone'"}}),
    PUT("of no team", "sam", "/v1/teams/nowhere/calendar",
        "{'time_zone':'UTC','hours':{'tue':[['09:00','12:00']]}}", 404),
    PUT("by nobody", "sam", "/v1/teams/sales/calendar",
        "{'time_zone':'UTC','hours':{'tue':[['09:00','12:00']]}}", 422,
        .headers = {"Baton-Actor: nobody@acme.example"}, .checks = {{"/code", "'actor_required'"}}),
    PUT("by the other side", "ana", "/v1/teams/sales/calendar",
        "{'time_zone':'UTC','hours':{'tue':[['09:00','12:00']]}}", 403,
        .checks = {{"/code", "'other_side'"}}),
    PUT("by whoever is no admin", "sue", "/v1/teams/sales/calendar",
        "{'time_zone':'UTC','hours':{'tue':[['09:00','12:00']]}}", 403),
    DELETE("the other side does not remove it", "ana", "/v1/teams/sales/calendar", 403),
    DELETE("on what was read before", "sam", "/v1/teams/sales/calendar", 412,
           .headers = {"If-Match: ${calendar_tag}"}),
    DELETE("by nobody", "sam", "/v1/teams/sales/calendar", 422,
           .headers = {"Baton-Actor: nobody@acme.example"}),
    DELETE("it goes", "sam", "/v1/teams/sales/calendar", 200, .headers = {"Idempotency-Key: c2"},
           .checks = {{"/name", "'sales'"}}),
    DELETE("once, however often that is said", "sam", "/v1/teams/sales/calendar", 200,
           .headers = {"Idempotency-Key: c2"}, .checks = {{"@Idempotent-Replayed", "=true"}}),
    GET("day and night count", "sam", "/v1/teams/sales/calendar", 404),
    DELETE("there is none any more", "sam", "/v1/teams/sales/calendar", 404),
    POST("whoever is no admin may not", "sue", "/v1/teams", "{'name':'x','function':'other'}", 403),
    GET("but sees them", "sales", "/v1/teams", 200,
        .checks = {{"/data", "#3"},
                   {"/data/0/name", "'marketing'"},
                   {"/data/1/name", "'partners'"}}),
    {0},
};

static const struct step members[] = {
    POST("a member joins", "sam", "/v1/members",
         "{'team':'sales','name':'Eve','email':'Eve@Acme.example'}", 201,
         .checks = {{"/email", "'eve@acme.example'"}, {"/external_id", "null"}, {"@Location", "*"}},
         .keep = {{"eve", "/id"}, {"etag", "@ETag"}}),
    POST("one that another system knows", "sam", "/v1/members",
         "{'team':'sales','name':'Rep 7','external_id':{'source':'crm','id':'7'}}", 201,
         .checks = {{"/external_id", "{'source':'crm','id':'7'}"}, {"/email", "null"}}),
    POST("she is there already", "sam", "/v1/members",
         "{'team':'sales','name':'E','email':'eve@acme.example'}", 409),
    POST("known by nothing", "sam", "/v1/members", "{'team':'sales','name':'E'}", 400),
    POST("those of form and those of value in one answer", "sam", "/v1/members",
         "{'team':'sales','email':'no address','external_id':{'source':'a:b'}}", 400,
         .checks = {{"/errors", "#4"},
                    {"@body", "~\"/name\""},
                    {"@body", "~\"/email\""},
                    {"@body", "~\"/external_id/source\""},
                    {"@body", "~\"/external_id/id\""}}),
    POST("of no team", "sam", "/v1/members",
         "{'team':'nowhere','name':'E','email':'e@acme.example'}", 422,
         .checks = {{"/errors/0/pointer", "'/team'"}}),
    POST("no address", "sam", "/v1/members", "{'team':'sales','name':'E','email':'not an address'}",
         400, .checks = {{"/errors/0/pointer", "'/email'"}}),
    POST("she gets a key", "sam", "/v1/keys",
         "{'title':'laptop','member':'eve@acme.example','roles':['work','read']}", 201,
         .checks = {{"/key/team", "'sales'"}, {"/key/made_by/type", "'member'"}},
         .keep = {{"eve_key", "/token"}}),
    GET("and opens with it", "eve_key", "/v1/members?team=sales&limit=2", 200,
        .checks = {{"/data", "#2"}, {"@Link", "~rel="}}, .keep = {{"next", "/next"}}),
    GET("page by page", "eve_key", "/v1/members?team=sales&limit=2&cursor=${next}", 200,
        .checks = {{"/data", "#2"}, {"/next", "null"}, {"@Link", "!"}}),
    GET("a cursor of nothing", "eve_key", "/v1/members?cursor=x", 400),
    GET("a team of nothing", "eve_key", "/v1/members?team=nowhere", 400),
    PATCH("her address stays one that nobody else has", "sam", "/v1/members/${eve}",
          "{'email':'sue@acme.example'}", 409,
          .checks = {{"/code", "'already_exists'"}, {"/errors/0/pointer", "'/email'"}}),
    PATCH("on what nobody read", "sam", "/v1/members/${eve}", "{'active':false}", 412,
          .headers = {"If-Match: \"another\""}),
    PATCH("nobody is named as the one who does it", "sam", "/v1/members/${eve}", "{'active':false}",
          422, .headers = {"Baton-Actor: nobody@acme.example"},
          .checks = {{"/code", "'actor_required'"}}),
    PATCH("she works in the mornings, is away over Christmas, and gets five a day", "sam",
          "/v1/members/${eve}",
          "{'hours':{'time_zone':'Europe/Berlin','hours':{'mon':[['09:00','12:00']]}},"
          "'absent':[{'from':'2026-12-24','to':'2027-01-06'},{'from':'2027-12-31'}],"
          "'capacity':{'per_day':5,'open':null}}",
          200, .headers = {"If-Match: ${etag}"},
          .checks = {{"/hours/time_zone", "'Europe/Berlin'"},
                     {"/absent/0/to", "'2027-01-06'"},
                     {"/absent/1", "{'from':'2027-12-31'}"},
                     {"/capacity", "{'per_day':5,'open':null}"}}),
    PATCH("whatever is not said stays", "sam", "/v1/members/${eve}", "{'absent':[]}", 200,
          .checks = {{"/absent", "[]"}, {"/capacity/per_day", "5"}, {"/hours", "<object>"}}),
    PATCH("as the team works, and as much as comes", "sam", "/v1/members/${eve}",
          "{'hours':null,'capacity':{}}", 200,
          .checks = {{"/hours", "null"}, {"/capacity", "{'per_day':null,'open':null}"}},
          .keep = {{"etag", "@ETag"}}),
    PATCH("all that is wrong at once", "sam", "/v1/members/${eve}",
          "{'hours':{'time_zone':'UTC','hours':{}},'absent':[{'from':'2026-12-24','to':"
          "'2026-12-23'},{'from':'today'},{'to':'2026-12-24'}],'capacity':{'per_day':-1,"
          "'week':5}}",
          400,
          .checks = {{"/errors", "#6"},
                     {"/errors/0/pointer", "'/hours/hours'"},
                     {"/errors/1/pointer", "'/absent/0'"},
                     {"/errors/1/code", "'order'"},
                     {"/errors/2/pointer", "'/absent/1/from'"},
                     {"/errors/3/pointer", "'/absent/2/from'"},
                     {"/errors/4/pointer", "'/capacity/per_day'"},
                     {"/errors/5/pointer", "'/capacity/week'"}}),
    PATCH("by the other side", "ana", "/v1/members/${eve}", "{'absent':[]}", 403,
          .checks = {{"/code", "'other_side'"}}),
    PATCH("she leaves", "sam", "/v1/members/${eve}", "{'active':false}", 200,
          .headers = {"If-Match: ${etag}"}, .checks = {{"/active", "false"}}),
    GET("and her key opens nothing", "eve_key", "/v1/me", 401),
    PATCH("no such member", "sam", "/v1/members/01a205d0-e7b4-73bd-84a4-feb143c1da1f",
          "{'name':'x'}", 404),
    {0},
};

static const struct step keys[] = {
    POST("a key is made", "ana", "/v1/keys",
         "{'title':'forms','team':'marketing','roles':['capture']}", 201,
         .headers = {"Idempotency-Key: k1"},
         .checks = {{"/key/roles", "['capture']"},
                    {"/key/member", "null"},
                    {"/key/revoked_at", "null"}},
         .keep = {{"id", "/key/id"}, {"token", "/token"}, {"first", "@body"}}),
    POST("the repeat shows the same token", "ana", "/v1/keys",
         "{'title':'forms','team':'marketing','roles':['capture']}", 201,
         .headers = {"Idempotency-Key: k1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    GET("it opens what its roles say", "token", "/v1/keys", 403),
    POST("a team's key does not sign", "ana", "/v1/keys",
         "{'title':'x','team':'marketing','roles':['capture','sign']}", 422,
         .checks = {{"/errors/0/pointer", "'/roles'"}}),
    POST("of a team or a member", "ana", "/v1/keys", "{'title':'x','roles':['capture']}", 400),
    POST("roles that there are", "ana", "/v1/keys",
         "{'title':'x','team':'marketing','roles':['capture','rule','capture']}", 400,
         .checks = {{"/errors", "#2"}, {"/errors/0/pointer", "'/roles/1'"}}),
    POST("those of form and those of value in one answer", "ana", "/v1/keys",
         "{'team':5,'roles':['rule',7],'colour':'red'}", 400,
         .checks = {{"/errors", "#5"},
                    {"@body", "~\"/title\""},
                    {"@body", "~\"/team\""},
                    {"@body", "~\"/roles/0\""},
                    {"@body", "~\"/roles/1\""},
                    {"@body", "~\"/colour\""}}),
    POST("of nobody", "ana", "/v1/keys",
         "{'title':'x','member':'nobody@acme.example','roles':['read']}", 422),
    GET("keys are listed without secrets", "ana", "/v1/keys?limit=3", 200,
        .checks = {{"/data", "#3"}, {"/data/0/token", "!"}, {"/next", "<string>"}}),
    POST("nobody is named as the one who does it", "sam", "/v1/keys/${id}/revoke", NULL, 422,
         .headers = {"Baton-Actor: nobody@acme.example"},
         .checks = {{"/code", "'actor_required'"}}),
    POST("it is revoked", "ana", "/v1/keys/${id}/revoke", NULL, 200, .checks = {{"/id", "'${id}'"}},
         .keep = {{"when", "/revoked_at"}}),
    GET("and opens nothing", "token", "/v1/teams", 401),
    POST("again changes nothing", "ana", "/v1/keys/${id}/revoke", NULL, 200,
         .checks = {{"/revoked_at", "'${when}'"}}),
    POST("no such key", "sam", "/v1/keys/nobodynobodynobody/revoke", NULL, 404),
    {0},
};

static const struct step sources[] = {
    POST("a source with a secret of ours", "ana", "/v1/sources",
         "{'name':'hubspot','team':'marketing','auth':{'scheme':'hmac_sha256',"
         "'header':'X-Signature','prefix':'sha256='},'mapping':{'email':'/contact/email'}}",
         201, .headers = {"Idempotency-Key: h1"},
         .checks = {{"/source/auth",
                     "{'scheme':'hmac_sha256','header':'X-Signature','encoding':'hex',"
                     "'prefix':'sha256='}"},
                    {"/source/active", "true"},
                    {"/secret", "<string>"}},
         .keep =
             {{"id", "/source/id"}, {"etag", "@ETag"}, {"secret", "/secret"}, {"first", "@body"}}),
    POST("the repeat shows the same secret", "ana", "/v1/sources",
         "{'name':'hubspot','team':'marketing','auth':{'scheme':'hmac_sha256',"
         "'header':'X-Signature','prefix':'sha256='},'mapping':{'email':'/contact/email'}}",
         201, .headers = {"Idempotency-Key: h1"},
         .checks = {{"@body", "=${first}"},
                    {"@ETag", "=${etag}"},
                    {"@Idempotent-Replayed", "=true"}}),
    POST("one with the secret of its sender", "ana", "/v1/sources",
         "{'name':'typeform','team':'marketing','auth':{'scheme':'hmac_sha256',"
         "'header':'X-S','secret':'a secret of the sender'},'mapping':{'email':'/email'}}",
         201, .headers = {"Idempotency-Key: h2"},
         .checks = {{"/secret", "'a secret of the sender'"}}, .keep = {{"second", "@body"}}),
    POST("shows it again too", "ana", "/v1/sources",
         "{'name':'typeform','team':'marketing','auth':{'scheme':'hmac_sha256',"
         "'header':'X-S','secret':'a secret of the sender'},'mapping':{'email':'/email'}}",
         201, .headers = {"Idempotency-Key: h2"},
         .checks = {{"@body", "=${second}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("one whose sender sends a key", "ana", "/v1/sources",
         "{'name':'forms','team':'marketing','mapping':{'email':'/email'}}", 201,
         .checks = {{"/source/auth", "{'scheme':'bearer'}"}, {"/secret", "null"}},
         .keep = {{"open", "/source/id"}}),
    POST("the name is taken", "ana", "/v1/sources",
         "{'name':'forms','team':'marketing','mapping':{'email':'/email'}}", 409),
    POST("a signature needs its header", "ana", "/v1/sources",
         "{'name':'x','team':'marketing','auth':{'scheme':'hmac_sha256'},"
         "'mapping':{'email':'/email'}}",
         400, .checks = {{"/errors/0/pointer", "'/auth/header'"}}),
    POST("those of form and those of value in one answer", "ana", "/v1/sources",
         "{'name':'-','auth':{'scheme':'digest','header':5},'mapping':{'email':'contact'}}", 400,
         .checks = {{"/errors", "#5"},
                    {"@body", "~\"/name\""},
                    {"@body", "~\"/team\""},
                    {"@body", "~\"/auth/scheme\""},
                    {"@body", "~\"/auth/header\""},
                    {"@body", "~\"/mapping/email\""}}),
    PATCH("a mapping with two faults", "ana", "/v1/sources/${id}",
          "{'mapping':{'email':'contact/email','colour':'/colour'}}", 400,
          .checks = {{"/errors", "#2"}, {"/errors/0/pointer", "~/mapping/"}}),
    POST("it gets another secret, beside the one it has", "ana", "/v1/sources/${id}/secret/rotate",
         "{'overlap_seconds':600}", 200, .headers = {"Idempotency-Key: r1"},
         .checks = {{"/secret", "<string>"},
                    {"/source/secret_since", "<string>"},
                    {"/source/old_secret_until", "<string>"}},
         .keep = {{"new_secret", "/secret"},
                  {"rotated", "@body"},
                  {"until", "/source/old_secret_until"},
                  {"etag", "@ETag"}}),
    POST("the repeat shows the same one", "ana", "/v1/sources/${id}/secret/rotate",
         "{'overlap_seconds':600}", 200, .headers = {"Idempotency-Key: r1"},
         .checks = {{"@body", "=${rotated}"},
                    {"@ETag", "=${etag}"},
                    {"@Idempotent-Replayed", "=true"}}),
    POST("with another body the key is refused", "ana", "/v1/sources/${id}/secret/rotate", NULL,
         422, .headers = {"Idempotency-Key: r1"}),
    POST("a third would end the first unseen", "ana", "/v1/sources/${id}/secret/rotate", NULL, 409,
         .checks = {{"/state", "'rotating'"},
                    {"/allowed_actions", "['retire']"},
                    {"/detail", "~${until}"}}),
    GET("a list shows until when, and no secret", "ana", "/v1/sources", 200,
        .checks = {{"/data/0/old_secret_until", "'${until}'"},
                   {"/data/0/secret", "!"},
                   {"/data/2/secret_since", "null"}}),
    POST("the old one ends", "ana", "/v1/sources/${id}/secret/retire", NULL, 200,
         .checks = {{"/old_secret_until", "null"}}, .keep = {{"etag", "@ETag"}}),
    POST("once", "ana", "/v1/sources/${id}/secret/retire", NULL, 409,
         .checks = {{"/state", "'settled'"}}),
    POST("by the sender's own, without a body's other members", "ana",
         "/v1/sources/${id}/secret/rotate",
         "{'secret':'another secret of the sender','overlap_seconds':0}", 200,
         .headers = {"Idempotency-Key: r2"},
         .checks = {{"/secret", "'another secret of the sender'"},
                    {"/source/old_secret_until", "null"}},
         .keep = {{"rotated", "@body"}, {"etag", "@ETag"}}),
    POST("and again", "ana", "/v1/sources/${id}/secret/rotate",
         "{'secret':'another secret of the sender','overlap_seconds':0}", 200,
         .headers = {"Idempotency-Key: r2"}, .checks = {{"@body", "=${rotated}"}}),
    POST("under a key that came with another request it does not end", "ana",
         "/v1/sources/${id}/secret/retire", NULL, 422, .headers = {"Idempotency-Key: r2"},
         .checks = {{"/code", "'idempotency_key_reused'"}}),
    POST("to the same one it cannot change", "ana", "/v1/sources/${id}/secret/rotate",
         "{'secret':'another secret of the sender','overlap_seconds':0}", 422,
         .checks = {{"/errors/0/pointer", "'/secret'"}}),
    POST("nor to a short one, nor for ever", "ana", "/v1/sources/${id}/secret/rotate",
         "{'secret':'short','overlap_seconds':2592001}", 400, .checks = {{"/errors", "#2"}}),
    POST("whoever sends a key has none", "ana", "/v1/sources/${open}/secret/rotate", NULL, 422),
    PATCH("its mapping changes", "ana", "/v1/sources/${id}",
          "{'mapping':{'email':'/email'},'active':false}", 200, .headers = {"If-Match: ${etag}"},
          .checks = {{"/mapping/email", "'/email'"}, {"/active", "false"}, {"/secret", "!"}}),
    PATCH("not on what was read before", "ana", "/v1/sources/${id}", "{'active':true}", 412,
          .headers = {"If-Match: ${etag}"}),
    PATCH("no such source", "ana", "/v1/sources/nobodynobodynobody", "{'active':true}", 404),
    GET("all are listed", "marketing", "/v1/sources", 200,
        .checks = {{"/data", "#3"}, {"/data/0/path", "~/v1/inbound/"}}),
    {0},
};

#define WHOLE_MAPPING                                                                              \
    "{'attributes':{'company.employees':{'at':'/size','type':'number'},"                           \
    "'country':{'at':'/country','map':{'Deutschland':'DE'}},"                                      \
    "'days':{'at':'/days','null_values':['999']},"                                                 \
    "'lead_form':{'value':'7','type':'number'},'seniority':'/title'},"                             \
    "'anonymous_id':'/visitor','claimed_stage':{'at':'/stage','map':{'MQL':'mql'}},"               \
    "'each':'/events','email':'/email','event_id':'/id',"                                          \
    "'external_id':{'at':'/contact','map':{'one':'1'},'source':'crm'},"                            \
    "'null_values':['','-'],'occurred_at':'/at',"                                                  \
    "'touch':{'campaign':'/utm/campaign','channel':{'value':'web'},'content':'/utm/content',"      \
    "'direction':{'value':'inbound'},'kind':{'value':'form_submitted'},"                           \
    "'medium':'/utm/medium','source':'/utm/source'}}"

#define BYTES_64   "1234567890123456789012345678901234567890123456789012345678901234"
#define BYTES_1024 BYTES_256 BYTES_256 BYTES_256 BYTES_256
#define BYTES_256  BYTES_64 BYTES_64 BYTES_64 BYTES_64

static const struct step refused_at_the_edge[] = {
    GET("headers beyond the cap", "ana", "/v1/me", 431,
        .headers = {"X-A: " BYTES_1024 BYTES_1024 BYTES_1024 BYTES_1024,
                    "X-B: " BYTES_1024 BYTES_1024 BYTES_1024 BYTES_1024,
                    "X-C: " BYTES_1024 BYTES_1024 BYTES_1024 BYTES_1024},
        .checks = {{"/code", "'headers_too_large'"}}),
    POST("another encoding", "ana", "/v1/teams", "{'name':'partners','function':'other'}", 501,
         .headers = {"Transfer-Encoding: gzip", "Content-Length:"},
         .checks = {{"/code", "'transfer_encoding_unsupported'"}}),
    POST("no length", "ana", "/v1/teams", NULL, 411, .headers = {"Content-Length:"},
         .checks = {{"/code", "'length_required'"}}),
    POST("chunks are as good as a length", "ana", "/v1/teams",
         "{'name':'partners','function':'other'}", 201, .headers = {"Transfer-Encoding: chunked"}),
    {0},
};

static const struct step whole_mapping[] = {
    POST("a mapping with everything that a mapping may have", "ana", "/v1/sources",
         "{'name':'forms','team':'marketing','mapping':" WHOLE_MAPPING "}", 201,
         .checks = {{"/source/mapping", WHOLE_MAPPING}}, .keep = {{"id", "/source/id"}}),
    GET("is shown as it was given", "ana", "/v1/sources", 200,
        .checks = {{"/data/0/mapping", WHOLE_MAPPING}}),
    PATCH("the other form of an external id", "ana", "/v1/sources/${id}",
          "{'mapping':{'external_id':'/contact'}}", 200,
          .checks = {{"/mapping/external_id", "'/contact'"}}),
    {0},
};

static const struct step foreign[] = {
    GET("a member of the other workspace", "other_ana", "/v1/me", 200,
        .keep = {{"member", "/member/id"}, {"key", "/key/id"}}),
    PATCH("is none here", "ana", "/v1/members/${member}", "{'name':'mine'}", 404),
    POST("nor is the key", "ana", "/v1/keys/${key}/revoke", NULL, 404),
    GET("which still opens there", "other_ana", "/v1/teams", 200, .checks = {{"/data", "#2"}}),
    {0},
};

static const struct step service[] = {
    GET("it lives", NO_KEY, "/livez", 200),
    GET("it is ready", NO_KEY, "/readyz", 200),
    GET("it counts", NO_KEY, "/metrics", 200,
        .checks = {{"@Content-Type", "~text/plain"}, {"@body", "~baton_"}}),
    GET("it says what it offers", NO_KEY, "/openapi.yaml", 200,
        .checks = {{"@body", "~openapi: 3.1.0"}, {"@ETag", "*"}}),
    GET("and no more", NO_KEY, "/v2/leads", 404, .checks = {{"/code", "'not_found'"}}),
    DELETE("not in this way", "ana", "/v1/teams", 405,
           .checks = {{"@Allow", "~GET"}, {"@Allow", "~POST"}}),
    {0},
};

STORY(the_service_tells_of_itself, "", service)

STORY(whoever_calls_is_told_who_they_are, "", who_one_is)

STORY(teams_are_made_and_changed, "", teams)

STORY(members_join_and_leave, "", members)

STORY(keys_are_made_and_revoked, "", keys)

/* Stored answers that hold this text. */
static int kept_answers_with(const char *text)
{
    PGconn *conn = PQconnectdb(stage_database());
    PGresult *result =
        PQexecParams(conn, "SELECT count(*) FROM idempotency WHERE strpos(answer, $1) > 0", 1, NULL,
                     &text, NULL, NULL, 0);

    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK, "%s", PQerrorMessage(conn));
    int count = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    PQfinish(conn);
    return count;
}

START_TEST(sources_are_made_and_changed)
{
    struct stage stage = stage_open("");

    story_run(stage.story, sources);
    ck_assert_int_eq(kept_answers_with("a secret of the sender"), 0);
    ck_assert_int_eq(kept_answers_with(story_get(stage.story, "secret")), 0);
    ck_assert_int_eq(kept_answers_with(story_get(stage.story, "new_secret")), 0);
    ck_assert_int_eq(kept_answers_with("another secret of the sender"), 0);
    ck_assert_int_gt(kept_answers_with("X-Signature"), 0);
    stage_close(&stage);
}
END_TEST

STORY(what_is_no_sound_request_is_refused, "", refused_at_the_edge)

STORY(a_mapping_is_told_as_it_was_given, "", whole_mapping)

START_TEST(nothing_crosses_between_workspaces)
{
    struct stage stage = stage_open("");

    stage_add_workspace(&stage, "other_", "");
    story_run(stage.story, foreign);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "stories");

    TESTS(tests, the_service_tells_of_itself, whoever_calls_is_told_who_they_are,
          teams_are_made_and_changed, members_join_and_leave, keys_are_made_and_revoked,
          sources_are_made_and_changed, what_is_no_sound_request_is_refused,
          a_mapping_is_told_as_it_was_given, nothing_crosses_between_workspaces);
}
