/*
 * Somebody to whom webhooks are sent, and who costs next to nothing beside those who send them.
 *
 *   bench_receive COUNT     prints its port; when COUNT deliveries have come, or a line on stdin,
 *                           prints how many came and after how many ms: median, p99, most
 *
 * How late one is says its body: {"timestamp": "2026-11-22T10:00:00.123456Z", …}.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX  4096
#define BUFFER_BYTES 16384
#define EVENTS_MAX   256

struct client {
    char text[BUFFER_BYTES];
    size_t len;
};

static struct client *clients[CLIENTS_MAX]; /* by descriptor */
static double *late_ms;
static size_t came, wanted;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double moment_ms(const char *text)
{
    struct tm day = {0};
    double second = 0;

    if (sscanf(text, "%d-%d-%dT%d:%d:%lf", &day.tm_year, &day.tm_mon, &day.tm_mday, &day.tm_hour,
               &day.tm_min, &second) != 6)
        return now_ms();
    day.tm_year -= 1900;
    day.tm_mon -= 1;
    return (double)timegm(&day) * 1e3 + second * 1e3;
}

/* Whether a whole request stood at the beginning, and was answered. */
static bool answer(int fd, struct client *client)
{
    static const char says[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    static const char stamp[] = "\"timestamp\":\"";
    char *end = strstr(client->text, "\r\n\r\n");
    const char *length = end == NULL ? NULL : strcasestr(client->text, "\r\ncontent-length:");

    if (length == NULL || length > end)
        return false;
    size_t all = (size_t)(end + 4 - client->text) + strtoul(length + 17, NULL, 10);
    if (client->len < all)
        return false;
    const char *at = strstr(end, stamp);
    if (came < wanted)
        late_ms[came++] = at == NULL ? 0 : now_ms() - moment_ms(at + sizeof stamp - 1);
    if (write(fd, says, sizeof says - 1) < 0 && errno != EPIPE && errno != ECONNRESET)
        fail("write");
    client->len -= all;
    memmove(client->text, client->text + all, client->len + 1);
    return true;
}

static void hear(int fd)
{
    struct client *client = clients[fd];
    ssize_t len = read(fd, client->text + client->len, BUFFER_BYTES - 1 - client->len);

    if (len <= 0) {
        close(fd);
        client->len = 0;
        return;
    }
    client->len += (size_t)len;
    client->text[client->len] = '\0';
    while (answer(fd, client))
        ;
}

static void welcome(int epoll, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    struct epoll_event wants = {.events = EPOLLIN, .data.fd = fd};

    if (fd < 0 || fd >= CLIENTS_MAX)
        fail("accept");
    if (clients[fd] == NULL && (clients[fd] = calloc(1, sizeof **clients)) == NULL)
        fail("calloc");
    clients[fd]->len = 0;
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wants);
}

static int order(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;

    return one < other ? -1 : one > other;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), epoll = epoll_create1(0);
    struct epoll_event wants = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS_MAX];
    bool asked = false;

    wanted = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    late_ms = calloc(wanted + 1, sizeof *late_ms);
    if (wanted == 0 || late_ms == NULL) {
        fprintf(stderr, "bench_receive COUNT\n");
        return 2;
    }
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 4096) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        fail("listen");
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &wants);
    wants.data.fd = STDIN_FILENO;
    epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &wants);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    while (came < wanted && !asked) {
        int count = epoll_wait(epoll, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            asked = asked || fd == STDIN_FILENO;
            if (fd == listener)
                welcome(epoll, fd);
            else if (fd != STDIN_FILENO)
                hear(fd);
        }
    }
    qsort(late_ms, came, sizeof *late_ms, order);
    printf("%zu %.0f %.0f %.0f\n", came, came == 0 ? 0 : late_ms[came / 2],
           came == 0 ? 0 : late_ms[came * 99 / 100], came == 0 ? 0 : late_ms[came - 1]);
    return 0;
}
