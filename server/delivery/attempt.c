#include "delivery/attempt.h"

#include "base/utf8.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- before ---- */

/* A host that is written as an address. */
static bool read_literal(const char *host, struct sockaddr_storage *out)
{
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)out;
    char bare[INET6_ADDRSTRLEN];
    size_t len = strlen(host);

    *out = (struct sockaddr_storage){.ss_family = AF_INET};
    if (inet_pton(AF_INET, host, &ipv4->sin_addr) == 1)
        return true;
    if (len < 2 || len - 2 >= sizeof bare || host[0] != '[' || host[len - 1] != ']')
        return false;
    memcpy(bare, host + 1, len - 2);
    bare[len - 2] = '\0';
    out->ss_family = AF_INET6;
    return inet_pton(AF_INET6, bare, &ipv6->sin6_addr) == 1;
}

static const char *trouble(const struct address_rules *rules, CURLU *url)
{
    struct sockaddr_storage address;
    const char *why = NULL;
    char *scheme = NULL, *host = NULL, *user = NULL;

    if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        why = "A URL such as https://example.com/hook is wanted";
    else if (curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK)
        why = "A URL holds no name and password: everybody who may read subscriptions would see "
              "them";
    else if (strcmp(scheme, "https") != 0 && (strcmp(scheme, "http") != 0 || rules->count == 0))
        why = "Only https is sent to; http to networks that the operator allows";
    else if (read_literal(host, &address) &&
             !address_is_fine(rules, (const struct sockaddr *)&address))
        why = "This address is in a network that is not open to all, and the operator does not "
              "allow it (BATON_DELIVERY_ALLOW)";
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    return why;
}

bool attempt_url_is_fine(const struct address_rules *rules, const char *url, const char **why)
{
    CURLU *parsed = curl_url();

    if (parsed == NULL || curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK)
        *why = "A URL such as https://example.com/hook is wanted";
    else
        *why = trouble(rules, parsed);
    curl_url_cleanup(parsed);
    return *why == NULL;
}

/* ---- what libcurl calls ---- */

/* Sees the address that is connected to, whatever the name stood for before. */
static curl_socket_t open_socket(void *self, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct attempt *attempt = self;
    bool plain = strncasecmp(attempt->url, "http:", 5) == 0;

    (void)purpose;
    if (!address_is_fine(attempt->rules, &address->addr) ||
        (plain && !address_is_allowed(attempt->rules, &address->addr))) {
        attempt->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Enough of it was read: the connection is dropped, and what the status said counts. */
static size_t take_answer(char *data, size_t size, size_t count, void *self)
{
    struct attempt *attempt = self;
    size_t len = size * count;
    size_t room = attempt->answer_room - attempt->answer_len;
    size_t kept = len < room ? len : room;

    memcpy(attempt->answer + attempt->answer_len, data, kept);
    attempt->answer_len += kept;
    attempt->read += len;
    if (attempt->get)
        return kept == len ? len : 0;
    return attempt->read > ATTEMPT_ANSWER_READ_BYTES ? 0 : len;
}

static size_t give_mail(char *to, size_t size, size_t count, void *self)
{
    struct attempt *attempt = self;
    size_t left = attempt->body_len - attempt->sent;
    size_t len = size * count < left ? size * count : left;

    memcpy(to, attempt->body + attempt->sent, len);
    attempt->sent += len;
    return len;
}

/* The mail server is the operator's, so its address is not looked at. */
static bool set_mail_options(struct attempt *attempt)
{
    const struct attempt_mail *mail = attempt->mail;
    CURL *easy = attempt->easy;

    for (size_t i = 0; i < mail->to_count; i++) {
        struct curl_slist *longer = curl_slist_append(attempt->list, mail->to[i]);
        if (longer == NULL)
            return false;
        attempt->list = longer;
    }
    return curl_easy_setopt(easy, CURLOPT_URL, attempt->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)ATTEMPT_TIMEOUT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USE_SSL,
                            mail->plain ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_FROM, mail->from) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, attempt->list) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_mail) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READDATA, attempt) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, attempt) == CURLE_OK;
}

static bool set_method(struct attempt *attempt)
{
    CURL *easy = attempt->easy;

    if (attempt->get)
        return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    return curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)attempt->body_len) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, attempt->body) == CURLE_OK &&
           (attempt->method == NULL ||
            curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, attempt->method) == CURLE_OK);
}

static bool set_options(struct attempt *attempt)
{
    CURL *easy = attempt->easy;

    attempt->list = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; i < ATTEMPT_HEADERS_MAX && attempt->headers[i] != NULL; i++) {
        struct curl_slist *longer = curl_slist_append(attempt->list, attempt->headers[i]);
        if (longer == NULL)
            return false;
        attempt->list = longer;
    }
    return curl_easy_setopt(easy, CURLOPT_URL, attempt->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK && /* for no slow resolver */
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)ATTEMPT_TIMEOUT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, attempt) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, attempt->list) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "Baton/" BATON_VERSION) == CURLE_OK &&
           set_method(attempt) && curl_easy_setopt(easy, CURLOPT_PRIVATE, attempt) == CURLE_OK;
}

bool attempt_begin(struct attempt *attempt, CURLM *multi)
{
    attempt->easy = curl_easy_init();
    if (attempt->easy != NULL &&
        (attempt->mail != NULL ? set_mail_options(attempt) : set_options(attempt)) &&
        curl_multi_add_handle(multi, attempt->easy) == CURLM_OK)
        return true;
    curl_slist_free_all(attempt->list);
    curl_easy_cleanup(attempt->easy);
    attempt->easy = NULL;
    attempt->list = NULL;
    return false;
}

/* ---- after ---- */

static const char *failure_of(const struct attempt *attempt, CURLcode code)
{
    if (attempt->refused)
        return "address_refused";
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "name_unknown";
    case CURLE_OPERATION_TIMEDOUT:
        return "timeout";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_USE_SSL_FAILED:
        return "tls";
    default:
        return "connection";
    }
}

/* What is no text is shown as "?". */
static void make_text(struct attempt *attempt)
{
    char *at = attempt->answer;

    attempt->answer[attempt->answer_len] = '\0';
    for (char *zero; (zero = memchr(at, '\0', attempt->answer_len)) != NULL;)
        *zero = '?';
    for (size_t left = attempt->answer_len; left > 0;) {
        size_t fine = utf8_span(at, left);
        at += fine;
        left -= fine;
        if (left > 0)
            *at = '?';
    }
}

void attempt_end(struct attempt *attempt, CURLM *multi, CURLcode code)
{
    long status = 0;
    curl_off_t retry_after = 0;

    curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(attempt->easy, CURLINFO_RETRY_AFTER, &retry_after);
    bool cut =
        !attempt->get && code == CURLE_WRITE_ERROR && attempt->read > ATTEMPT_ANSWER_READ_BYTES;
    if (code == CURLE_OK || cut || (attempt->mail != NULL && status >= 400))
        attempt->status = (int)status;
    attempt->retry_after_s = retry_after > 86400 ? 86400 : (int)retry_after;
    if (attempt->get && code == CURLE_WRITE_ERROR)
        attempt->failure = "too_large";
    else if (attempt->status == 0)
        attempt->failure = failure_of(attempt, code);
    else if (status >= 300 && status < 400)
        attempt->failure = "redirect";
    else if (status < 200 || status >= 300)
        attempt->failure = "status";
    const char *type = NULL;
    curl_easy_getinfo(attempt->easy, CURLINFO_CONTENT_TYPE, (char **)&type);
    snprintf(attempt->content_type, sizeof attempt->content_type, "%s", type == NULL ? "" : type);
    if (!attempt->get)
        make_text(attempt);
    attempt_drop(attempt, multi);
}

void attempt_drop(struct attempt *attempt, CURLM *multi)
{
    if (attempt->easy == NULL)
        return;
    curl_multi_remove_handle(multi, attempt->easy);
    curl_easy_cleanup(attempt->easy);
    curl_slist_free_all(attempt->list);
    attempt->easy = NULL;
    attempt->list = NULL;
}
