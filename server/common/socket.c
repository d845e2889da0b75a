/* SPDX-License-Identifier: Apache-2.0 */
#include "socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Long enough for a burst of 500 connections while one is being served. */
#define BACKLOG 512
/* Tries to find a port that is free in both families. */
#define PORT_TRIES 8

static int fail(struct socket_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Returns `code`. */
static int
fail(struct socket_error *error, int code, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(error->text, sizeof(error->text), format, ap);
	va_end(ap);
	return code;
}

int
socket_set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

static void
add_address(struct socket_addresses *out, const void *sa, socklen_t len)
{
	if (out->n == SOCKET_ADDRESSES_MAX || len > sizeof(out->at[0]))
		return;
	memcpy(&out->at[out->n], sa, len);
	out->len[out->n++] = len;
}

static uint16_t
get_port(const struct sockaddr_storage *ss)
{
	if (ss->ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)ss)->sin6_port);
	return ntohs(((const struct sockaddr_in *)ss)->sin_port);
}

static void
set_port(struct sockaddr_storage *ss, uint16_t port)
{
	if (ss->ss_family == AF_INET6)
		((struct sockaddr_in6 *)ss)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)ss)->sin_port = htons(port);
}

void
socket_loopback(uint16_t port, struct socket_addresses *out)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	out->n = 0;
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in.sin_port = htons(port);
	add_address(out, &in, sizeof(in));
	in6.sin6_addr = in6addr_loopback;
	in6.sin6_port = htons(port);
	add_address(out, &in6, sizeof(in6));
}

/* One socket for both families where there are two; socket_listen() falls
 * back to the second entry where there are not. */
static void
wildcard(const struct address *a, struct socket_addresses *out)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	in.sin_port = htons(a->port);
	in6.sin6_port = htons(a->port);
	if (a->family != ADDRESS_IPV6)
		add_address(out, &in, sizeof(in));
	if (a->family != ADDRESS_IPV4)
		add_address(out, &in6, sizeof(in6));
}

int
socket_resolve(const struct address *a, bool passive,
	       struct socket_addresses *out, struct socket_error *error)
{
	static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6 };
	static const int order[] = { AF_INET, AF_INET6 };
	struct addrinfo hints = {
		.ai_family = families[a->family],
		.ai_socktype = SOCK_STREAM,
		.ai_flags = passive ? AI_PASSIVE : 0,
	};
	struct addrinfo *list;
	int err;

	out->n = 0;
	if (passive && (a->host[0] == '\0' || strcmp(a->host, "*") == 0)) {
		wildcard(a, out);
		return 0;
	}
	/* Also where no file and no server says so (RFC 6761, 6.3). */
	if (a->family == ADDRESS_ANY_FAMILY &&
	    (a->host[0] == '\0' || strcasecmp(a->host, "localhost") == 0)) {
		socket_loopback(a->port, out);
		return 0;
	}
	err = getaddrinfo(a->host[0] == '\0' ? "localhost" : a->host, NULL,
			  &hints, &list);
	if (err != 0)
		return fail(error, -EINVAL, "%s:%u: cannot resolve name: %s",
			    a->host, a->port, gai_strerror(err));
	/* IPv4 first: what other tools mean by "localhost". */
	for (size_t i = 0; i < 2; i++) {
		for (struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next)
			if (ai->ai_family == order[i])
				add_address(out, ai->ai_addr, ai->ai_addrlen);
	}
	freeaddrinfo(list);
	for (size_t i = 0; i < out->n; i++)
		set_port(&out->at[i], a->port);
	if (out->n == 0)
		return fail(error, -EINVAL,
			    "%s:%u: cannot resolve name: no usable address",
			    a->host, a->port);
	return 0;
}

static bool
is_loopback(const struct sockaddr_storage *ss)
{
	const struct in6_addr *in6;

	if (ss->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)ss;

		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	}
	in6 = &((const struct sockaddr_in6 *)ss)->sin6_addr;
	return IN6_IS_ADDR_LOOPBACK(in6) ||
	       (IN6_IS_ADDR_V4MAPPED(in6) && in6->s6_addr[12] == 127);
}

bool
socket_all_loopback(const struct socket_addresses *addresses)
{
	for (size_t i = 0; i < addresses->n; i++)
		if (!is_loopback(&addresses->at[i]))
			return false;
	return true;
}

static int
bind_one(const struct sockaddr_storage *at, socklen_t len, uint16_t port,
	 int *out)
{
	struct sockaddr_storage ss = *at;
	int one = 1, fd, err;

	set_port(&ss, port);
	fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (ss.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&ss, len) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	*out = fd;
	return 0;
}

static uint16_t
bound_port(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return 0;
	return get_port(&ss);
}

static bool
family_is_missing(int err)
{
	return err == -EADDRNOTAVAIL || err == -EAFNOSUPPORT;
}

/* All addresses on one port, or none. */
static int
bind_all(const struct socket_addresses *addresses, struct socket_listeners *l)
{
	uint16_t port = get_port(&addresses->at[0]);
	int missing = 0, err;

	l->n = 0;
	for (size_t i = 0; i < addresses->n; i++) {
		err = bind_one(&addresses->at[i], addresses->len[i], port,
			       &l->fd[l->n]);
		if (family_is_missing(err)) {
			missing = err;
			continue;
		}
		if (err < 0) {
			socket_listeners_close(l);
			return err;
		}
		if (port == 0)
			port = bound_port(l->fd[l->n]);
		l->n++;
	}
	l->port = port;
	return l->n > 0 ? 0 : missing;
}

int
socket_listen(const struct socket_addresses *addresses,
	      struct socket_listeners *l, struct socket_error *error)
{
	int err = -EADDRINUSE;

	memset(l, 0, sizeof(*l));
	for (int i = 0; i < PORT_TRIES && err == -EADDRINUSE; i++) {
		err = bind_all(addresses, l);
		if (get_port(&addresses->at[0]) != 0)
			break;
	}
	if (err < 0)
		return fail(error, err, "Port %u: Can't bind address: %s.",
			    get_port(&addresses->at[0]), strerror(-err));
	return 0;
}

int
socket_listen_start(const struct socket_listeners *l,
		    struct socket_error *error)
{
	for (size_t i = 0; i < l->n; i++)
		if (listen(l->fd[i], BACKLOG) < 0)
			return fail(error, -errno,
				    "Port %u: Can't bind address: %s.", l->port,
				    strerror(errno));
	return 0;
}

static int
unix_address(const struct address *a, struct sockaddr_un *un, socklen_t *len)
{
	size_t n = strlen(a->path);

	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	if (n + 1 > sizeof(un->sun_path))
		return -ENAMETOOLONG;
	memcpy(un->sun_path + a->abstract, a->path, n);
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
	return 0;
}

/* A socket that refuses connections is a dead server's. */
static void
remove_stale(const char *path, const struct sockaddr_un *un, socklen_t len)
{
	struct stat st;
	int fd, err;

	if (lstat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	err = connect(fd, (const struct sockaddr *)un, len) < 0 ? errno : 0;
	if (err == ECONNREFUSED)
		unlink(path);
	close(fd);
}

int
socket_listen_unix(const struct address *a, struct socket_listeners *l,
		   struct socket_error *error)
{
	struct sockaddr_un un;
	socklen_t len;
	mode_t mask;
	int fd, err;

	memset(l, 0, sizeof(*l));
	err = unix_address(a, &un, &len);
	if (err < 0)
		return fail(error, err, "%s: %s", a->path, strerror(-err));
	if (!a->abstract)
		remove_stale(a->path, &un, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(error, -errno, "%s: %s", a->path, strerror(errno));
	/* Whoever connects may run code as us: nobody else may. */
	mask = umask(0177);
	err = bind(fd, (struct sockaddr *)&un, len) < 0 ? -errno : 0;
	umask(mask);
	if (err == 0 && listen(fd, BACKLOG) < 0)
		err = -errno;
	if (err < 0) {
		close(fd);
		return fail(error, err, "%s: Can't bind address: %s.", a->path,
			    strerror(-err));
	}
	l->fd[l->n++] = fd;
	if (!a->abstract)
		snprintf(l->unlink_path, sizeof(l->unlink_path), "%s", a->path);
	return 0;
}

void
socket_listeners_close(struct socket_listeners *l)
{
	for (size_t i = 0; i < l->n; i++)
		close(l->fd[i]);
	l->n = 0;
	if (l->unlink_path[0] != '\0')
		unlink(l->unlink_path);
	l->unlink_path[0] = '\0';
}

static int
connect_one(const void *sa, socklen_t len, int timeout_ms, int *out)
{
	const struct sockaddr *at = sa;
	struct pollfd p = { .events = POLLOUT };
	socklen_t size = sizeof(int);
	int err = 0, n;

	p.fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		      0);
	if (p.fd < 0)
		return -errno;
	if (connect(p.fd, at, len) < 0)
		err = errno;
	if (err == EINPROGRESS || err == EINTR) {
		do
			n = poll(&p, 1, timeout_ms);
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			err = n == 0 ? ETIMEDOUT : errno;
		else if (getsockopt(p.fd, SOL_SOCKET, SO_ERROR, &err, &size) <
			 0)
			err = errno;
	}
	if (err != 0) {
		close(p.fd);
		return -err;
	}
	*out = p.fd;
	return 0;
}

int
socket_connect(const struct address *a, int timeout_ms, int *fd,
	       struct socket_error *error)
{
	struct socket_addresses addresses;
	struct sockaddr_un un;
	char name[320];
	socklen_t len;
	int err;

	address_format(a, name, sizeof(name));
	if (a->kind == ADDRESS_UNIX) {
		err = unix_address(a, &un, &len);
		if (err == 0)
			err = connect_one(&un, len, timeout_ms, fd);
	} else {
		err = socket_resolve(a, false, &addresses, error);
		if (err < 0)
			return err;
		err = -EADDRNOTAVAIL;
		for (size_t i = 0; i < addresses.n && err < 0; i++)
			err = connect_one(&addresses.at[i], addresses.len[i],
					  timeout_ms, fd);
	}
	if (err < 0)
		return fail(error, err, "%s: cannot connect: %s", name,
			    strerror(-err));
	socket_tune(*fd);
	return 0;
}

int
socket_accept(int listener, int *fd)
{
	*fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (*fd < 0)
		return -errno;
	socket_tune(*fd);
	return 0;
}

void
socket_tune(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	socket_set_peer_timeout(fd, SOCKET_PEER_SECONDS);
}

/* The first half in silence, then some questions. */
void
socket_set_peer_timeout(int fd, unsigned seconds)
{
	int on = seconds != 0, count = 6;
	int idle = seconds > 1 ? (int)seconds / 2 : 1;
	int interval = seconds > 12 ? (int)seconds / 12 : 1;
	unsigned user_ms = seconds * 1000;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_ms,
		   sizeof(user_ms));
}

/* Debuggers elsewhere on this machine have another working directory. */
static void
put_whole_path(const char *name, char *path, size_t cap)
{
	char cwd[1024];
	int n = -1;

	if (name[0] == '/')
		n = snprintf(path, cap, "%s", name);
	else if (name[0] != '\0' && getcwd(cwd, sizeof(cwd)) != NULL)
		n = snprintf(path, cap, "%s/%s", cwd, name);
	if (n < 0 || (size_t)n >= cap)
		path[0] = '\0';
}

void
socket_local(int fd, uint16_t *port, char *path, size_t cap)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(ss);
	const struct sockaddr_un *un = (const struct sockaddr_un *)&ss;

	*port = 0;
	path[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return;
	if (ss.ss_family == AF_INET || ss.ss_family == AF_INET6)
		*port = get_port(&ss);
	else if (ss.ss_family == AF_UNIX && len > sizeof(un->sun_family))
		put_whole_path(un->sun_path, path, cap);
}

void
socket_peer(int fd, char host[SOCKET_NAME_MAX], uint16_t *port)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(ss);
	const char *h;

	*port = 0;
	snprintf(host, SOCKET_NAME_MAX, "local");
	if (getpeername(fd, (struct sockaddr *)&ss, &len) < 0 ||
	    (ss.ss_family != AF_INET && ss.ss_family != AF_INET6))
		return;
	if (getnameinfo((struct sockaddr *)&ss, len, host, SOCKET_NAME_MAX,
			NULL, 0, NI_NUMERICHOST) != 0)
		return;
	*port = get_port(&ss);
	h = host;
	if (strncmp(h, "::ffff:", 7) == 0 && strchr(h, '.') != NULL)
		memmove(host, host + 7, strlen(host + 7) + 1);
}
