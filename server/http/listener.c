#include "http/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG           1024 /* connections; the kernel may allow fewer */
#define OTHER_DESCRIPTORS 256  /* log, database, epoll … */

static int open_one(const struct addrinfo *address)
{
    const int yes = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    address->ai_protocol);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;

    getsockname(fd, (struct sockaddr *)&address, &len);
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

int listener_open(const char *host, uint16_t port, uint16_t *bound,
                  char why[LISTENER_WHY_MAX_BYTES])
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[8];

    snprintf(service, sizeof service, "%u", port);
    /* Without a host, as in ":8080", it is every address of the machine. */
    int failed = getaddrinfo(host[0] == '\0' ? NULL : host, service, &wanted, &found);
    if (failed != 0) {
        snprintf(why, LISTENER_WHY_MAX_BYTES, "cannot listen on %.100s: %s", host,
                 gai_strerror(failed));
        return -1;
    }
    int fd = -1;
    for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
        fd = open_one(at);
    if (fd < 0)
        snprintf(why, LISTENER_WHY_MAX_BYTES, "cannot listen on %.100s:%u: %s", host, port,
                 strerror(errno));
    else
        *bound = bound_port(fd);
    freeaddrinfo(found);
    return fd;
}

/* Raises the hard limit too, where the process may. */
static rlim_t raise_limit(rlim_t wanted)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return wanted;
    struct rlimit raised = {wanted, limit.rlim_max < wanted ? wanted : limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
        return wanted;
    raised = (struct rlimit){limit.rlim_max, limit.rlim_max};
    return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? limit.rlim_max : limit.rlim_cur;
}

int listener_raise_limit(int connections_max, char why[LISTENER_WHY_MAX_BYTES])
{
    rlim_t wanted = (rlim_t)connections_max + OTHER_DESCRIPTORS;
    rlim_t files = raise_limit(wanted);

    if (files >= wanted)
        return connections_max;
    if (files > OTHER_DESCRIPTORS)
        return (int)(files - OTHER_DESCRIPTORS);
    snprintf(why, LISTENER_WHY_MAX_BYTES,
             "%llu open files are too few; raise the limit (ulimit -n)", (unsigned long long)files);
    return 0;
}
