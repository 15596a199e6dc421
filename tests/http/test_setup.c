/* Teams, members, keys, routes, sources and who one is, as their callers see them. */
#include "stage.h"

#include <check.h>
#include <libpq-fe.h>
#include <stdlib.h>

static const struct step who_one_is[] = {
    {.label = "a member's own key",
     .method = "GET",
     .path = "/v1/me",
     .as = "ana",
     .status = 200,
     .checks = {{"/team/name", "'marketing'"},
                {"/team/function", "'marketing'"},
                {"/member/email", "'ana@acme.example'"},
                {"/key/roles", "['capture','work','sign','report','read','admin']"}}},
    {.label = "a team's key",
     .method = "GET",
     .path = "/v1/me",
     .as = "sales",
     .status = 200,
     .checks = {{"/team/name", "'sales'"}, {"/member", "null"}}},
    {.label = "a team's key that names a member",
     .method = "GET",
     .path = "/v1/me",
     .as = "sales",
     .headers = {"Baton-Actor: SUE@acme.example"},
     .status = 200,
     .checks = {{"/member/email", "'sue@acme.example'"}}},
    {.label = "a member of another team",
     .method = "GET",
     .path = "/v1/me",
     .as = "sales",
     .headers = {"Baton-Actor: ana@acme.example"},
     .status = 422,
     .checks = {{"/code", "'actor_required'"}, {"/errors/0/header", "'Baton-Actor'"}}},
    {.label = "a member's key that names another",
     .method = "GET",
     .path = "/v1/me",
     .as = "sam",
     .headers = {"Baton-Actor: sue@acme.example"},
     .status = 422,
     .checks = {{"/code", "'actor_required'"}, {"/errors/0/header", "'Baton-Actor'"}}},
    {.label = "a key of a write that is none",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .headers = {"Idempotency-Key: two words"},
     .body = "{'name':'partners','function':'other'}",
     .status = 400,
     .checks = {{"/code", "'invalid_idempotency_key'"}, {"/errors/0/header", "'Idempotency-Key'"}}},
    {.label = "nobody", .method = "GET", .path = "/v1/me", .status = 401},
    {.label = "an unknown parameter",
     .method = "GET",
     .path = "/v1/me?x=1",
     .as = "ana",
     .status = 400,
     .checks = {{"/errors/0/parameter", "'x'"}}},
    {0},
};

static const struct step teams[] = {
    {.label = "a team is made",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .headers = {"Idempotency-Key: t1"},
     .body = "{'name':'partners','title':'Partners','function':'other'}",
     .status = 201,
     .checks = {{"/name", "'partners'"},
                {"/active", "true"},
                {"@Location", "=/v1/teams/partners"},
                {"@Idempotent-Replayed", "!"}},
     .keep = {{"etag", "@ETag"}, {"first", "@body"}}},
    {.label = "the repeat answers the same bytes",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .headers = {"Idempotency-Key: t1"},
     .body = "{'name':'partners','title':'Partners','function':'other'}",
     .status = 201,
     .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}, {"@ETag", "=${etag}"}}},
    {.label = "the key with another body",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .headers = {"Idempotency-Key: t1"},
     .body = "{'name':'friends','function':'other'}",
     .status = 422,
     .checks = {{"/code", "'idempotency_key_reused'"}}},
    {.label = "the name is taken",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .body = "{'name':'partners','function':'sales'}",
     .status = 409,
     .checks = {{"/code", "'already_exists'"}}},
    {.label = "all faults at once",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .body = "{'name':'Nobody Else','function':'marketeers','colour':'red'}",
     .status = 400,
     .checks = {{"/code", "'invalid_body'"}, {"/errors", "#3"}}},
    {.label = "a bad name alone",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .body = "{'name':'-x','function':'other'}",
     .status = 400,
     .checks = {{"/errors/0/pointer", "'/name'"}}},
    {.label = "it is renamed",
     .method = "PATCH",
     .path = "/v1/teams/partners",
     .as = "ana",
     .headers = {"If-Match: \"another\", ${etag}"},
     .body = "{'title':'Partner teams'}",
     .status = 200,
     .checks = {{"/title", "'Partner teams'"}, {"@ETag", "*"}}},
    {.label = "on what was read before",
     .method = "PATCH",
     .path = "/v1/teams/partners",
     .as = "ana",
     .headers = {"If-Match: ${etag}"},
     .body = "{'title':'Mine'}",
     .status = 412},
    {.label = "nothing to change",
     .method = "PATCH",
     .path = "/v1/teams/partners",
     .as = "ana",
     .body = "{}",
     .status = 400},
    {.label = "a team on a route keeps its function",
     .method = "PATCH",
     .path = "/v1/teams/sales",
     .as = "ana",
     .body = "{'function':'other'}",
     .status = 409},
    {.label = "nobody is named as the one who does it",
     .method = "PATCH",
     .path = "/v1/teams/partners",
     .as = "ana",
     .headers = {"Baton-Actor: nobody@acme.example"},
     .body = "{'title':'x'}",
     .status = 422,
     .checks = {{"/code", "'actor_required'"}}},
    {.label = "no such team",
     .method = "PATCH",
     .path = "/v1/teams/nowhere",
     .as = "ana",
     .body = "{'title':'x'}",
     .status = 404},
    {.label = "whoever is no admin may not",
     .method = "POST",
     .path = "/v1/teams",
     .as = "sue",
     .body = "{'name':'x','function':'other'}",
     .status = 403},
    {.label = "but sees them",
     .method = "GET",
     .path = "/v1/teams",
     .as = "sales",
     .status = 200,
     .checks = {{"/data", "#3"}, {"/data/0/name", "'marketing'"}, {"/data/1/name", "'partners'"}}},
    {0},
};

static const struct step members[] = {
    {.label = "a member joins",
     .method = "POST",
     .path = "/v1/members",
     .as = "sam",
     .body = "{'team':'sales','name':'Eve','email':'Eve@Acme.example'}",
     .status = 201,
     .checks = {{"/email", "'eve@acme.example'"}, {"/external_id", "null"}, {"@Location", "*"}},
     .keep = {{"eve", "/id"}, {"etag", "@ETag"}}},
    {.label = "one that another system knows",
     .method = "POST",
     .path = "/v1/members",
     .as = "sam",
     .body = "{'team':'sales','name':'Rep 7','external_id':{'source':'crm','id':'7'}}",
     .status = 201,
     .checks = {{"/external_id", "{'source':'crm','id':'7'}"}, {"/email", "null"}}},
    {.label = "she is there already",
     .method = "POST",
     .path = "/v1/members",
     .as = "sam",
     .body = "{'team':'sales','name':'E','email':'eve@acme.example'}",
     .status = 409},
    {.label = "known by nothing",
     .method = "POST",
     .path = "/v1/members",
     .as = "sam",
     .body = "{'team':'sales','name':'E'}",
     .status = 400},
    {.label = "those of form and those of value in one answer",
     .method = "POST",
     .path = "/v1/members",
     .as = "sam",
     .body = "{'team':'sales','email':'no address','external_id':{'source':'a:b'}}",
     .status = 400,
     .checks = {{"/errors", "#4"},
                {"@body", "~\"/name\""},
                {"@body", "~\"/email\""},
                {"@body", "~\"/external_id/source\""},
                {"@body", "~\"/external_id/id\""}}},
    {.label = "of no team",
     .method = "POST",
     .path = "/v1/members",
     .as = "sam",
     .body = "{'team':'nowhere','name':'E','email':'e@acme.example'}",
     .status = 422,
     .checks = {{"/errors/0/pointer", "'/team'"}}},
    {.label = "no address",
     .method = "POST",
     .path = "/v1/members",
     .as = "sam",
     .body = "{'team':'sales','name':'E','email':'not an address'}",
     .status = 400,
     .checks = {{"/errors/0/pointer", "'/email'"}}},
    {.label = "she gets a key",
     .method = "POST",
     .path = "/v1/keys",
     .as = "sam",
     .body = "{'title':'laptop','member':'eve@acme.example','roles':['work','read']}",
     .status = 201,
     .checks = {{"/key/team", "'sales'"}, {"/key/made_by/type", "'member'"}},
     .keep = {{"eve_key", "/token"}}},
    {.label = "and opens with it",
     .method = "GET",
     .path = "/v1/members?team=sales&limit=2",
     .as = "eve_key",
     .status = 200,
     .checks = {{"/data", "#2"}, {"@Link", "~rel="}},
     .keep = {{"next", "/next"}}},
    {.label = "page by page",
     .method = "GET",
     .path = "/v1/members?team=sales&limit=2&cursor=${next}",
     .as = "eve_key",
     .status = 200,
     .checks = {{"/data", "#2"}, {"/next", "null"}, {"@Link", "!"}}},
    {.label = "a cursor of nothing",
     .method = "GET",
     .path = "/v1/members?cursor=x",
     .as = "eve_key",
     .status = 400},
    {.label = "a team of nothing",
     .method = "GET",
     .path = "/v1/members?team=nowhere",
     .as = "eve_key",
     .status = 400},
    {.label = "her address stays one that nobody else has",
     .method = "PATCH",
     .path = "/v1/members/${eve}",
     .as = "sam",
     .body = "{'email':'sue@acme.example'}",
     .status = 409,
     .checks = {{"/code", "'already_exists'"}, {"/errors/0/pointer", "'/email'"}}},
    {.label = "on what nobody read",
     .method = "PATCH",
     .path = "/v1/members/${eve}",
     .as = "sam",
     .headers = {"If-Match: \"another\""},
     .body = "{'active':false}",
     .status = 412},
    {.label = "nobody is named as the one who does it",
     .method = "PATCH",
     .path = "/v1/members/${eve}",
     .as = "sam",
     .headers = {"Baton-Actor: nobody@acme.example"},
     .body = "{'active':false}",
     .status = 422,
     .checks = {{"/code", "'actor_required'"}}},
    {.label = "she leaves",
     .method = "PATCH",
     .path = "/v1/members/${eve}",
     .as = "sam",
     .headers = {"If-Match: ${etag}"},
     .body = "{'active':false}",
     .status = 200,
     .checks = {{"/active", "false"}}},
    {.label = "and her key opens nothing",
     .method = "GET",
     .path = "/v1/me",
     .as = "eve_key",
     .status = 401},
    {.label = "no such member",
     .method = "PATCH",
     .path = "/v1/members/01a205d0-e7b4-73bd-84a4-feb143c1da1f",
     .as = "sam",
     .body = "{'name':'x'}",
     .status = 404},
    {0},
};

static const struct step keys[] = {
    {.label = "a key is made",
     .method = "POST",
     .path = "/v1/keys",
     .as = "ana",
     .headers = {"Idempotency-Key: k1"},
     .body = "{'title':'forms','team':'marketing','roles':['capture']}",
     .status = 201,
     .checks = {{"/key/roles", "['capture']"},
                {"/key/member", "null"},
                {"/key/revoked_at", "null"}},
     .keep = {{"id", "/key/id"}, {"token", "/token"}, {"first", "@body"}}},
    {.label = "the repeat shows the same token",
     .method = "POST",
     .path = "/v1/keys",
     .as = "ana",
     .headers = {"Idempotency-Key: k1"},
     .body = "{'title':'forms','team':'marketing','roles':['capture']}",
     .status = 201,
     .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}},
    {.label = "it opens what its roles say",
     .method = "GET",
     .path = "/v1/keys",
     .as = "token",
     .status = 403},
    {.label = "a team's key does not sign",
     .method = "POST",
     .path = "/v1/keys",
     .as = "ana",
     .body = "{'title':'x','team':'marketing','roles':['capture','sign']}",
     .status = 422,
     .checks = {{"/errors/0/pointer", "'/roles'"}}},
    {.label = "of a team or a member",
     .method = "POST",
     .path = "/v1/keys",
     .as = "ana",
     .body = "{'title':'x','roles':['capture']}",
     .status = 400},
    {.label = "roles that there are",
     .method = "POST",
     .path = "/v1/keys",
     .as = "ana",
     .body = "{'title':'x','team':'marketing','roles':['capture','rule','capture']}",
     .status = 400,
     .checks = {{"/errors", "#2"}, {"/errors/0/pointer", "'/roles/1'"}}},
    {.label = "those of form and those of value in one answer",
     .method = "POST",
     .path = "/v1/keys",
     .as = "ana",
     .body = "{'team':5,'roles':['rule',7],'colour':'red'}",
     .status = 400,
     .checks = {{"/errors", "#5"},
                {"@body", "~\"/title\""},
                {"@body", "~\"/team\""},
                {"@body", "~\"/roles/0\""},
                {"@body", "~\"/roles/1\""},
                {"@body", "~\"/colour\""}}},
    {.label = "of nobody",
     .method = "POST",
     .path = "/v1/keys",
     .as = "ana",
     .body = "{'title':'x','member':'nobody@acme.example','roles':['read']}",
     .status = 422},
    {.label = "keys are listed without secrets",
     .method = "GET",
     .path = "/v1/keys?limit=3",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#3"}, {"/data/0/token", "!"}, {"/next", "<string>"}}},
    {.label = "nobody is named as the one who does it",
     .method = "POST",
     .path = "/v1/keys/${id}/revoke",
     .as = "sam",
     .headers = {"Baton-Actor: nobody@acme.example"},
     .status = 422,
     .checks = {{"/code", "'actor_required'"}}},
    {.label = "it is revoked",
     .method = "POST",
     .path = "/v1/keys/${id}/revoke",
     .as = "sam",
     .status = 200,
     .checks = {{"/id", "'${id}'"}},
     .keep = {{"when", "/revoked_at"}}},
    {.label = "and opens nothing",
     .method = "GET",
     .path = "/v1/teams",
     .as = "token",
     .status = 401},
    {.label = "again changes nothing",
     .method = "POST",
     .path = "/v1/keys/${id}/revoke",
     .as = "sam",
     .status = 200,
     .checks = {{"/revoked_at", "'${when}'"}}},
    {.label = "no such key",
     .method = "POST",
     .path = "/v1/keys/nobodynobodynobody/revoke",
     .as = "sam",
     .status = 404},
    {0},
};

static const struct step routes[] = {
    {.label = "the route that was made with it",
     .method = "GET",
     .path = "/v1/routes",
     .as = "sales",
     .status = 200,
     .checks = {{"@body", "={\"data\":[{\"from\":\"marketing\",\"to\":\"sales\",\"gate\":\"mql\","
                          "\"automatic\":true}]}"}},
     .keep = {{"etag", "@ETag"}}},
    {.label = "a chain",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .body = "{'name':'ae','function':'sales'}",
     .status = 201},
    {.label = "replaces it",
     .method = "PUT",
     .path = "/v1/routes",
     .as = "ana",
     .headers = {"If-Match: ${etag}"},
     .body = "{'data':[{'from':'marketing','to':'sales','gate':'mql'},"
             "{'from':'sales','to':'ae','gate':null,'automatic':false}]}",
     .status = 200,
     .checks = {{"/data", "#2"}, {"/data/0/automatic", "true"}, {"/data/1/gate", "null"}}},
    {.label = "not on what was read before",
     .method = "PUT",
     .path = "/v1/routes",
     .as = "ana",
     .headers = {"If-Match: ${etag}"},
     .body = "{'data':[]}",
     .status = 412},
    {.label = "every fault with its place",
     .method = "PUT",
     .path = "/v1/routes",
     .as = "ana",
     .body = "{'data':[{'from':'marketing','to':'sales','gate':null},"
             "{'from':'ae','to':'ae','gate':'sql'},{'from':'nowhere','to':'ae','gate':'sql'}]}",
     .status = 422,
     .checks = {{"/errors", "#3"},
                {"/errors/0/pointer", "'/data/0/gate'"},
                {"/errors/1/pointer", "'/data/1/to'"},
                {"/errors/2/pointer", "'/data/2/from'"}}},
    {.label = "a gate that is no term",
     .method = "PUT",
     .path = "/v1/routes",
     .as = "ana",
     .body = "{'data':[{'from':'marketing','to':'sales','gate':'hot'}]}",
     .status = 400,
     .checks = {{"/errors/0/pointer", "'/data/0/gate'"}}},
    {.label = "not by anybody",
     .method = "PUT",
     .path = "/v1/routes",
     .as = "sue",
     .body = "{'data':[]}",
     .status = 403},
    {.label = "what stands is what was replaced",
     .method = "GET",
     .path = "/v1/routes",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "#2"}}},
    {0},
};

static const struct step sources[] = {
    {.label = "a source with a secret of ours",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .headers = {"Idempotency-Key: h1"},
     .body = "{'name':'hubspot','team':'marketing','auth':{'scheme':'hmac_sha256',"
             "'header':'X-Signature','prefix':'sha256='},'mapping':{'email':'/contact/email'}}",
     .status = 201,
     .checks = {{"/source/auth", "{'scheme':'hmac_sha256','header':'X-Signature','encoding':'hex',"
                                 "'prefix':'sha256='}"},
                {"/source/active", "true"},
                {"/secret", "<string>"}},
     .keep = {{"id", "/source/id"}, {"etag", "@ETag"}, {"secret", "/secret"}, {"first", "@body"}}},
    {.label = "the repeat shows the same secret",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .headers = {"Idempotency-Key: h1"},
     .body = "{'name':'hubspot','team':'marketing','auth':{'scheme':'hmac_sha256',"
             "'header':'X-Signature','prefix':'sha256='},'mapping':{'email':'/contact/email'}}",
     .status = 201,
     .checks = {{"@body", "=${first}"}, {"@ETag", "=${etag}"}, {"@Idempotent-Replayed", "=true"}}},
    {.label = "one with the secret of its sender",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .headers = {"Idempotency-Key: h2"},
     .body = "{'name':'typeform','team':'marketing','auth':{'scheme':'hmac_sha256',"
             "'header':'X-S','secret':'a secret of the sender'},'mapping':{'email':'/email'}}",
     .status = 201,
     .checks = {{"/secret", "'a secret of the sender'"}},
     .keep = {{"second", "@body"}}},
    {.label = "shows it again too",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .headers = {"Idempotency-Key: h2"},
     .body = "{'name':'typeform','team':'marketing','auth':{'scheme':'hmac_sha256',"
             "'header':'X-S','secret':'a secret of the sender'},'mapping':{'email':'/email'}}",
     .status = 201,
     .checks = {{"@body", "=${second}"}, {"@Idempotent-Replayed", "=true"}}},
    {.label = "one whose sender sends a key",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .body = "{'name':'forms','team':'marketing','mapping':{'email':'/email'}}",
     .status = 201,
     .checks = {{"/source/auth", "{'scheme':'bearer'}"}, {"/secret", "null"}}},
    {.label = "the name is taken",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .body = "{'name':'forms','team':'marketing','mapping':{'email':'/email'}}",
     .status = 409},
    {.label = "a signature needs its header",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .body = "{'name':'x','team':'marketing','auth':{'scheme':'hmac_sha256'},"
             "'mapping':{'email':'/email'}}",
     .status = 400,
     .checks = {{"/errors/0/pointer", "'/auth/header'"}}},
    {.label = "those of form and those of value in one answer",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .body = "{'name':'-','auth':{'scheme':'basic','header':5},'mapping':{'email':'contact'}}",
     .status = 400,
     .checks = {{"/errors", "#5"},
                {"@body", "~\"/name\""},
                {"@body", "~\"/team\""},
                {"@body", "~\"/auth/scheme\""},
                {"@body", "~\"/auth/header\""},
                {"@body", "~\"/mapping/email\""}}},
    {.label = "a mapping with two faults",
     .method = "PATCH",
     .path = "/v1/sources/${id}",
     .as = "ana",
     .body = "{'mapping':{'email':'contact/email','colour':'/colour'}}",
     .status = 400,
     .checks = {{"/errors", "#2"}, {"/errors/0/pointer", "~/mapping/"}}},
    {.label = "its mapping changes",
     .method = "PATCH",
     .path = "/v1/sources/${id}",
     .as = "ana",
     .headers = {"If-Match: ${etag}"},
     .body = "{'mapping':{'email':'/email'},'active':false}",
     .status = 200,
     .checks = {{"/mapping/email", "'/email'"}, {"/active", "false"}, {"/secret", "!"}}},
    {.label = "not on what was read before",
     .method = "PATCH",
     .path = "/v1/sources/${id}",
     .as = "ana",
     .headers = {"If-Match: ${etag}"},
     .body = "{'active':true}",
     .status = 412},
    {.label = "no such source",
     .method = "PATCH",
     .path = "/v1/sources/nobodynobodynobody",
     .as = "ana",
     .body = "{'active':true}",
     .status = 404},
    {.label = "all are listed",
     .method = "GET",
     .path = "/v1/sources",
     .as = "marketing",
     .status = 200,
     .checks = {{"/data", "#3"}, {"/data/0/path", "~/v1/inbound/"}}},
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
    {.label = "headers beyond the cap",
     .method = "GET",
     .path = "/v1/me",
     .as = "ana",
     .headers = {"X-A: " BYTES_1024 BYTES_1024 BYTES_1024 BYTES_1024,
                 "X-B: " BYTES_1024 BYTES_1024 BYTES_1024 BYTES_1024,
                 "X-C: " BYTES_1024 BYTES_1024 BYTES_1024 BYTES_1024},
     .status = 431,
     .checks = {{"/code", "'headers_too_large'"}}},
    {.label = "another encoding",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .headers = {"Transfer-Encoding: gzip", "Content-Length:"},
     .body = "{'name':'partners','function':'other'}",
     .status = 501,
     .checks = {{"/code", "'transfer_encoding_unsupported'"}}},
    {.label = "no length",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .headers = {"Content-Length:"},
     .status = 411,
     .checks = {{"/code", "'length_required'"}}},
    {.label = "chunks are as good as a length",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .headers = {"Transfer-Encoding: chunked"},
     .body = "{'name':'partners','function':'other'}",
     .status = 201},
    {0},
};

static const struct step whole_mapping[] = {
    {.label = "a mapping with everything that a mapping may have",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .body = "{'name':'forms','team':'marketing','mapping':" WHOLE_MAPPING "}",
     .status = 201,
     .checks = {{"/source/mapping", WHOLE_MAPPING}},
     .keep = {{"id", "/source/id"}}},
    {.label = "is told as it was given",
     .method = "GET",
     .path = "/v1/sources",
     .as = "ana",
     .status = 200,
     .checks = {{"/data/0/mapping", WHOLE_MAPPING}}},
    {.label = "the other form of an external id",
     .method = "PATCH",
     .path = "/v1/sources/${id}",
     .as = "ana",
     .body = "{'mapping':{'external_id':'/contact'}}",
     .status = 200,
     .checks = {{"/mapping/external_id", "'/contact'"}}},
    {0},
};

static const struct step foreign[] = {
    {.label = "a member of the other workspace",
     .method = "GET",
     .path = "/v1/me",
     .as = "other_ana",
     .status = 200,
     .keep = {{"member", "/member/id"}, {"key", "/key/id"}}},
    {.label = "is none here",
     .method = "PATCH",
     .path = "/v1/members/${member}",
     .as = "ana",
     .body = "{'name':'mine'}",
     .status = 404},
    {.label = "nor is the key",
     .method = "POST",
     .path = "/v1/keys/${key}/revoke",
     .as = "ana",
     .status = 404},
    {.label = "which still opens there",
     .method = "GET",
     .path = "/v1/teams",
     .as = "other_ana",
     .status = 200,
     .checks = {{"/data", "#2"}}},
    {0},
};

static const struct step service[] = {
    {.label = "it lives", .method = "GET", .path = "/livez", .status = 200},
    {.label = "it is ready", .method = "GET", .path = "/readyz", .status = 200},
    {.label = "it counts",
     .method = "GET",
     .path = "/metrics",
     .status = 200,
     .checks = {{"@Content-Type", "~text/plain"}, {"@body", "~baton_"}}},
    {.label = "it says what it offers",
     .method = "GET",
     .path = "/openapi.yaml",
     .status = 200,
     .checks = {{"@body", "~openapi: 3.1.0"}, {"@ETag", "*"}}},
    {.label = "and no more",
     .method = "GET",
     .path = "/v2/leads",
     .status = 404,
     .checks = {{"/code", "'not_found'"}}},
    {.label = "not in this way",
     .method = "DELETE",
     .path = "/v1/teams",
     .as = "ana",
     .status = 405,
     .checks = {{"@Allow", "~GET"}, {"@Allow", "~POST"}}},
    {0},
};

START_TEST(the_service_tells_of_itself)
{
    stage_play("", service);
}
END_TEST

START_TEST(whoever_calls_is_told_who_they_are)
{
    stage_play("", who_one_is);
}
END_TEST

START_TEST(teams_are_made_and_changed)
{
    stage_play("", teams);
}
END_TEST

START_TEST(members_join_and_leave)
{
    stage_play("", members);
}
END_TEST

START_TEST(keys_are_made_and_revoked)
{
    stage_play("", keys);
}
END_TEST

START_TEST(routes_are_replaced)
{
    stage_play("", routes);
}
END_TEST

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
    ck_assert_int_gt(kept_answers_with("X-Signature"), 0);
    stage_close(&stage);
}
END_TEST

START_TEST(what_is_no_sound_request_is_refused)
{
    stage_play("", refused_at_the_edge);
}
END_TEST

START_TEST(a_mapping_is_told_as_it_was_given)
{
    stage_play("", whole_mapping);
}
END_TEST

START_TEST(nothing_crosses_between_workspaces)
{
    struct stage stage = stage_open("");

    stage_add_workspace(&stage, "other_", "");
    story_run(stage.story, foreign);
    stage_close(&stage);
}
END_TEST

START_TEST(the_server_ends_cleanly)
{
    stage_end();
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("setup");
    TCase *tests = tcase_create("stories");

    tcase_add_test(tests, the_service_tells_of_itself);
    tcase_add_test(tests, whoever_calls_is_told_who_they_are);
    tcase_add_test(tests, teams_are_made_and_changed);
    tcase_add_test(tests, members_join_and_leave);
    tcase_add_test(tests, keys_are_made_and_revoked);
    tcase_add_test(tests, routes_are_replaced);
    tcase_add_test(tests, sources_are_made_and_changed);
    tcase_add_test(tests, what_is_no_sound_request_is_refused);
    tcase_add_test(tests, a_mapping_is_told_as_it_was_given);
    tcase_add_test(tests, nothing_crosses_between_workspaces);
    tcase_add_test(tests, the_server_ends_cleanly);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return stage_run_sizes(make);
}
