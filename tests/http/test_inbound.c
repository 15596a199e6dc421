/* What senders deliver: stored, mapped, signed or with a key, mapped again when it did not fit. */
#include "mql_file.h"
#include "stage.h"

#include "base/digest.h"
#include "store/pg/pg.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "a secret of both sides"
#define SIGNED "{\"email\":\"kim@acme.example\",\"id\":\"e1\"}"

static const struct step a_source[] = {
    {.label = "marketing has a form tool that posts with its key",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .body = "{'name':'hubspot','team':'marketing','mapping':{'email':'/contact/email',"
             "'event_id':'/id','attributes':{'company.employees':'/contact/size'},"
             "'claimed_stage':{'at':'/lifecyclestage','map':{'marketingqualifiedlead':'mql'}},"
             "'touch':{'kind':{'value':'form_submitted'},'source':'/utm'}}}",
     .status = 201,
     .keep = {{"source", "/source/id"}, {"path", "/source/path"}, {"etag", "@ETag"}}},
    {0},
};

#define DELIVERY                                                                                   \
    "{'id':'evt-1','lifecyclestage':'marketingqualifiedlead','contact':{'email':'Kim@Acme."        \
    "example'"                                                                                     \
    ",'size':120},'utm':'google','more':[1,{'x':null}]}"

static const struct step delivered[] = {
    {.label = "a delivery becomes a lead of the source's team",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .body = DELIVERY,
     .status = 202,
     .checks = {{"/status", "'applied'"}, {"/claimed_stage", "'mql'"}, {"/verdict", "<string>"}},
     .keep = {{"lead", "/lead_id"}, {"delivery", "/delivery_id"}}},
    {.label = "the lead is there, and claimed is not qualified",
     .method = "GET",
     .path = "/v1/leads/${lead}",
     .as = "ana",
     .status = 200,
     .checks = {{"/email", "'kim@acme.example'"},
                {"/claimed_stage", "'mql'"},
                {"/owner_team", "'marketing'"},
                {"/attributes/company.employees", "120"}}},
    {.label = "the same event again is another delivery and changes nothing",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .body = DELIVERY,
     .status = 202,
     .checks = {{"/status", "'applied'"}, {"/lead_id", "'${lead}'"}, {"/verdict", "<string>"}}},
    {.label = "one touch came of both",
     .method = "GET",
     .path = "/v1/leads/${lead}/timeline",
     .as = "ana",
     .status = 200,
     .checks = {{"/data/0/type", "'lead.captured'"},
                {"/data/0/touch/source", "'google'"},
                {"/data/1/touch", "null"},
                {"/data/2/touch", "null"},
                {"/data", "#3"}}},
    {.label = "nobody is named as the one who replays it",
     .method = "POST",
     .path = "/v1/deliveries/${delivery}/replay",
     .as = "ana",
     .headers = {"Baton-Actor: nobody@acme.example"},
     .status = 422,
     .checks = {{"/code", "'actor_required'"}}},
    {.label = "replayed, it has no second effect",
     .method = "POST",
     .path = "/v1/deliveries/${delivery}/replay",
     .as = "ana",
     .status = 200,
     .checks = {{"/status", "'applied'"},
                {"/lead_id", "'${lead}'"},
                {"/delivery_id", "'${delivery}'"}}},
    {.label = "a repeat of a request answers as the first time",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .headers = {"Idempotency-Key: again"},
     .body = "{'contact':{'email':'lou@acme.example'}}",
     .status = 202,
     .keep = {{"first", "/delivery_id"}}},
    {.label = "and is not delivered twice",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .headers = {"Idempotency-Key: again"},
     .body = "{'contact':{'email':'lou@acme.example'}}",
     .status = 202,
     .checks = {{"/delivery_id", "'${first}'"}, {"@Idempotent-Replayed", "=true"}}},
    {.label = "another body under the same key is another request",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .headers = {"Idempotency-Key: again"},
     .body = "{'contact':{'email':'lea@acme.example'}}",
     .status = 422,
     .checks = {{"/code", "'idempotency_key_reused'"}}},
    {0},
};

static const struct step unmapped[] = {
    {.label = "what does not fit is stored, and the sender is content",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .body = "{'mail':'lee@acme.example'}",
     .status = 202,
     .checks = {{"/status", "'failed'"},
                {"/lead_id", "null"},
                {"/verdict", "null"},
                {"/claimed_stage", "null"}},
     .keep = {{"failed", "/delivery_id"}}},
    {.label = "it is listed with code and place, without a value",
     .method = "GET",
     .path = "/v1/deliveries?status=failed",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#1"},
                {"/data/0/id", "'${failed}'"},
                {"/data/0/error", "'no_identity at /contact/email'"}}},
    {.label = "mapped again it fails again",
     .method = "POST",
     .path = "/v1/deliveries/${failed}/replay",
     .as = "ana",
     .status = 200,
     .checks = {{"/status", "'failed'"}}},
    {.label = "the mapping is mended",
     .method = "PATCH",
     .path = "/v1/sources/${source}",
     .as = "ana",
     .headers = {"If-Match: ${etag}"},
     .body = "{'mapping':{'email':'/mail'}}",
     .status = 200},
    {.label = "and now it holds",
     .method = "POST",
     .path = "/v1/deliveries/${failed}/replay",
     .as = "ana",
     .status = 200,
     .checks = {{"/status", "'applied'"}, {"/lead_id", "<string>"}},
     .keep = {{"lee", "/lead_id"}}},
    {.label = "none has failed any more",
     .method = "GET",
     .path = "/v1/deliveries?status=failed",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#0"}}},
    {.label = "the person goes, and the raw body too",
     .method = "POST",
     .path = "/v1/leads/${lee}/erase",
     .as = "ana",
     .status = 200},
    {.label = "so nothing can be mapped again",
     .method = "POST",
     .path = "/v1/deliveries/${failed}/replay",
     .as = "ana",
     .status = 410},
    {0},
};

static const struct step several[] = {
    {.label = "a source that delivers several at once",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .body = "{'name':'fair','team':'marketing','mapping':{'each':'/visitors','email':'/mail',"
             "'touch':{'kind':{'value':'fair_visit'}}}}",
     .status = 201,
     .keep = {{"path", "/source/path"}}},
    {.label = "the answer speaks of the first",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .body = "{'visitors':[{'mail':'a@acme.example'},{'mail':'b@acme.example'}]}",
     .status = 202,
     .checks = {{"/status", "'applied'"}},
     .keep = {{"delivery", "/delivery_id"}, {"first", "/lead_id"}}},
    {.label = "the second is there as well",
     .method = "GET",
     .path = "/v1/leads?email=b@acme.example",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#1"}}},
    {.label = "one wrong item fails all of them",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .body = "{'visitors':[{'mail':'c@acme.example'},{'mail':'nobody'}]}",
     .status = 202,
     .checks = {{"/status", "'failed'"}}},
    {.label = "the good one is not there",
     .method = "GET",
     .path = "/v1/leads?email=c@acme.example",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#0"}}},
    {0},
};

static const struct step forms[] = {
    {.label = "a source of a form",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .body = "{'name':'forms','team':'marketing','mapping':{'email':'/E-Mail','attributes':{"
             "'company.employees':'/size','zip':{'at':'/zip','type':'text'},'note':'/note'}}}",
     .status = 201,
     .keep = {{"path", "/source/path"}}},
    {.label = "its fields are the members of an object",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .content_type = "application/x-www-form-urlencoded; charset=utf-8",
     .raw = "E-Mail=kim%2Bfair%40acme.example&size=120&zip=10115&note=two%0D%0Alines+here&&",
     .status = 202,
     .checks = {{"/status", "'applied'"}},
     .keep = {{"lead", "/lead_id"}, {"delivery", "/delivery_id"}}},
    {.label = "as they were sent",
     .method = "GET",
     .path = "/v1/leads/${lead}",
     .as = "ana",
     .status = 200,
     .checks = {{"/email", "'kim+fair@acme.example'"},
                {"/attributes/company.employees", "120"},
                {"/attributes/zip", "'10115'"},
                {"/attributes/note", "'two\\r\\nlines here'"}}},
    {.label = "a form can be mapped again",
     .method = "POST",
     .path = "/v1/deliveries/${delivery}/replay",
     .as = "ana",
     .status = 200,
     .checks = {{"/lead_id", "'${lead}'"}}},
    {.label = "a broken escape is no form",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .content_type = "application/x-www-form-urlencoded",
     .raw = "E-Mail=%4",
     .status = 400},
    {0},
};

static const struct step refused[] = {
    {.label = "what is no JSON",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .raw = "<lead/>",
     .status = 400,
     .checks = {{"/code", "'malformed_json'"}}},
    {.label = "nothing at all",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .status = 400,
     .checks = {{"/code", "'malformed_json'"}}},
    {.label = "a type that is neither JSON nor a form",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .content_type = "application/xml",
     .raw = "<lead/>",
     .status = 415},
    {.label = "no key", .method = "POST", .path = "${path}", .body = "{}", .status = 401},
    {.label = "a role too small",
     .method = "POST",
     .path = "${path}",
     .as = "sales",
     .body = "{}",
     .status = 403},
    {.label = "a source that is none",
     .method = "POST",
     .path = "/v1/inbound/nothing-that-is-a-source",
     .as = "marketing",
     .body = "{}",
     .status = 404},
    {.label = "of another workspace",
     .method = "POST",
     .path = "${path}",
     .as = "other_marketing",
     .body = "{}",
     .status = 404},
    {.label = "a delivery that is none",
     .method = "POST",
     .path = "/v1/deliveries/0199c000-0000-7000-8000-000000000000/replay",
     .as = "ana",
     .status = 404},
    {.label = "the source rests",
     .method = "PATCH",
     .path = "/v1/sources/${source}",
     .as = "ana",
     .headers = {"If-Match: ${etag}"},
     .body = "{'active':false}",
     .status = 200},
    {.label = "and takes nothing",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .body = "{}",
     .status = 404},
    {0},
};

static const struct step signed_by_both[] = {
    {.label = "a source whose sender signs",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .body = "{'name':'signed','team':'marketing','auth':{'scheme':'hmac_sha256','header':"
             "'X-Signature','prefix':'sha256=','secret':'" SECRET "'},"
             "'mapping':{'email':'/email','event_id':'/id'}}",
     .status = 201,
     .keep = {{"path", "/source/path"}, {"signed", "/source/id"}, {"etag", "@ETag"}}},
    {.label = "signed in hex",
     .method = "POST",
     .path = "${path}",
     .headers = {"X-Signature: sha256=${hex}"},
     .raw = SIGNED,
     .status = 202,
     .checks = {{"/status", "'applied'"}},
     .keep = {{"lead", "/lead_id"}}},
    {.label = "signed, and sent in chunks",
     .method = "POST",
     .path = "${path}",
     .headers = {"X-Signature: sha256=${hex}", "Transfer-Encoding: chunked"},
     .raw = SIGNED,
     .status = 202,
     .checks = {{"/lead_id", "'${lead}'"}}},
    {.label = "the lead belongs to the source's team",
     .method = "GET",
     .path = "/v1/leads/${lead}",
     .as = "ana",
     .status = 200,
     .checks = {{"/owner_team", "'marketing'"}}},
    {.label = "the signature of another body",
     .method = "POST",
     .path = "${path}",
     .headers = {"X-Signature: sha256=${hex}"},
     .raw = "{\"email\":\"mallory@acme.example\"}",
     .status = 401},
    {.label = "without the prefix",
     .method = "POST",
     .path = "${path}",
     .headers = {"X-Signature: ${hex}"},
     .raw = SIGNED,
     .status = 401},
    {.label = "without the header",
     .method = "POST",
     .path = "${path}",
     .raw = SIGNED,
     .status = 401},
    {.label = "a key of the team opens it too",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .raw = SIGNED,
     .status = 202},
    {.label = "another secret is prepared",
     .method = "POST",
     .path = "/v1/sources/${signed}/secret/rotate",
     .as = "ana",
     .body = "{'secret':'the next secret of both'}",
     .status = 200},
    {.label = "the sender has not changed over yet",
     .method = "POST",
     .path = "${path}",
     .headers = {"X-Signature: sha256=${hex}"},
     .raw = SIGNED,
     .status = 202,
     .checks = {{"/lead_id", "'${lead}'"}}},
    {.label = "now it has",
     .method = "POST",
     .path = "${path}",
     .headers = {"X-Signature: sha256=${next}"},
     .raw = SIGNED,
     .status = 202,
     .checks = {{"/lead_id", "'${lead}'"}}},
    {.label = "neither of them",
     .method = "POST",
     .path = "${path}",
     .headers = {"X-Signature: sha256=${third}"},
     .raw = SIGNED,
     .status = 401},
    {.label = "the old one ends",
     .method = "POST",
     .path = "/v1/sources/${signed}/secret/retire",
     .as = "ana",
     .status = 200,
     .keep = {{"etag", "@ETag"}}},
    {.label = "and opens nothing",
     .method = "POST",
     .path = "${path}",
     .headers = {"X-Signature: sha256=${hex}"},
     .raw = SIGNED,
     .status = 401},
    {.label = "the new one does",
     .method = "POST",
     .path = "${path}",
     .headers = {"X-Signature: sha256=${next}"},
     .raw = SIGNED,
     .status = 202},
    {.label = "for a second both",
     .method = "POST",
     .path = "/v1/sources/${signed}/secret/rotate",
     .as = "ana",
     .body = "{'secret':'" SECRET "','overlap_seconds':1}",
     .status = 200,
     .keep = {{"etag", "@ETag"}}},
    {0},
};

static const struct step changed_at_once[] = {
    {.label = "the secret changes",
     .method = "PATCH",
     .path = "/v1/sources/${signed}",
     .as = "ana",
     .headers = {"If-Match: ${etag}"},
     .body = "{'auth':{'scheme':'hmac_sha256','header':'X-Signature','encoding':'base64',"
             "'secret':'another secret now'}}",
     .status = 200},
    {.label = "the old one opens nothing",
     .method = "POST",
     .path = "${path}",
     .headers = {"X-Signature: sha256=${hex}"},
     .raw = SIGNED,
     .status = 401},
    {.label = "the new one does, in base64",
     .method = "POST",
     .path = "${path}",
     .headers = {"X-Signature: ${base64}"},
     .raw = SIGNED,
     .status = 202,
     .checks = {{"/lead_id", "'${lead}'"}}},
    {0},
};

START_TEST(a_delivery_becomes_a_lead)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");

    story_run(stage.story, a_source);
    story_run(stage.story, delivered);
    stage_close(&stage);
}
END_TEST

START_TEST(what_does_not_fit_is_mapped_again)
{
    struct stage stage = stage_open("");

    story_run(stage.story, a_source);
    story_run(stage.story, unmapped);
    stage_close(&stage);
}
END_TEST

START_TEST(several_are_taken_whole_or_not_at_all)
{
    stage_play("", several);
}
END_TEST

START_TEST(a_form_is_an_object)
{
    stage_play("", forms);
}
END_TEST

START_TEST(what_is_refused)
{
    struct stage stage = stage_open("");

    stage_add_workspace(&stage, "other_", "");
    story_run(stage.story, a_source);
    story_run(stage.story, refused);
    stage_close(&stage);
}
END_TEST

static void sign(struct stage *stage, const char *secret, const char *name, bool base64)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct digest_part body = {SIGNED, sizeof SIGNED - 1};
    uint8_t mac[DIGEST_BYTES + 1] = {0};
    char text[2 * DIGEST_BYTES + 1] = "";

    digest_hmac((const uint8_t *)secret, strlen(secret), &body, 1, mac);
    for (size_t i = 0; !base64 && i < DIGEST_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02X", mac[i]);
    for (size_t bit = 0, i = 0; base64 && i < 43; i++, bit += 6)
        text[i] = digits[((mac[bit / 8] << 8 | mac[bit / 8 + 1]) >> (10 - bit % 8)) & 63];
    if (base64)
        text[43] = '=';
    story_set(stage->story, name, text);
}

/* Deliveries signed so are answered so, within a while. */
static void await_status(struct stage *stage, const char *name, int wanted)
{
    char header[128];
    int64_t until = pg_deadline_in(CALL_TIMEOUT_MS);
    struct answer answer;
    int status;

    snprintf(header, sizeof header, "X-Signature: sha256=%s", story_get(stage->story, name));
    do {
        poll(NULL, 0, 20);
        client_call(stage->client,
                    &(struct call){.method = "POST",
                                   .target = story_get(stage->story, "path"),
                                   .body = SIGNED,
                                   .headers = {header}},
                    &answer);
        status = answer.status;
        answer_release(&answer);
    } while (status != wanted && pg_now_ms() < until);
    ck_assert_int_eq(status, wanted);
}

START_TEST(a_sender_is_known_by_its_signature)
{
    struct stage stage = stage_open("");

    sign(&stage, SECRET, "hex", false);
    sign(&stage, "another secret now", "base64", true);
    sign(&stage, "the next secret of both", "next", false);
    sign(&stage, "a secret of nobody here", "third", false);
    story_run(stage.story, signed_by_both);
    await_status(&stage, "next", 401);
    story_run(stage.story, changed_at_once);
    stage_close(&stage);
}
END_TEST

START_TEST(the_server_ends_cleanly)
{
    stage_end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("http/inbound");
    TCase *t = tcase_create("inbound");

    tcase_add_test(t, a_delivery_becomes_a_lead);
    tcase_add_test(t, what_does_not_fit_is_mapped_again);
    tcase_add_test(t, several_are_taken_whole_or_not_at_all);
    tcase_add_test(t, a_form_is_an_object);
    tcase_add_test(t, what_is_refused);
    tcase_add_test(t, a_sender_is_known_by_its_signature);
    tcase_add_test(t, the_server_ends_cleanly);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return stage_run_sizes(suite);
}
