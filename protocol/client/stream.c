/* SPDX-License-Identifier: Apache-2.0 */
/* Streams over descriptors: TCP, unix sockets, pipes. */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct fds {
	int in, out;
};

int
dt_wait_fd(int fd, short events, int timeout_ms)
{
	int64_t end = dt_clock_ms() + timeout_ms;
	struct pollfd p = { .fd = fd, .events = events };

	for (;;) {
		int64_t left = end - dt_clock_ms();
		int n = poll(&p, 1, left > 0 ? (int)left : 0);

		if (n > 0)
			return 0;
		if (n == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

static bool
is_not_now(int err)
{
	return err == EAGAIN || err == EWOULDBLOCK || err == EINTR;
}

static ssize_t
fds_read(void *arg, void *buf, size_t size, int timeout_ms)
{
	struct fds *f = arg;
	int64_t end = dt_clock_ms() + timeout_ms;

	for (;;) {
		ssize_t n = read(f->in, buf, size);
		int64_t left;
		int err;

		if (n >= 0)
			return n;
		if (!is_not_now(errno))
			return -errno;
		left = end - dt_clock_ms();
		err = dt_wait_fd(f->in, POLLIN, left > 0 ? (int)left : 0);
		if (err < 0)
			return err;
	}
}

/*
 * A pipe has no MSG_NOSIGNAL; the signal that its end would send is taken out
 * of the way here.
 */
static ssize_t
write_quietly(int fd, const void *buf, size_t size)
{
	const struct timespec none = { 0 };
	sigset_t broken, before, pending;
	ssize_t n;
	int err;

	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	sigpending(&pending);
	if (sigismember(&pending, SIGPIPE))
		return write(fd, buf, size);
	pthread_sigmask(SIG_BLOCK, &broken, &before);
	n = write(fd, buf, size);
	err = errno;
	if (n < 0 && err == EPIPE)
		while (sigtimedwait(&broken, NULL, &none) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = err;
	return n;
}

static ssize_t
fds_write(void *arg, const void *buf, size_t size, int timeout_ms)
{
	struct fds *f = arg;
	int64_t end = dt_clock_ms() + timeout_ms;

	for (;;) {
		ssize_t n = send(f->out, buf, size, MSG_NOSIGNAL);
		int64_t left;
		int err;

		if (n < 0 && errno == ENOTSOCK)
			n = write_quietly(f->out, buf, size);
		if (n >= 0)
			return n;
		if (!is_not_now(errno))
			return -errno;
		left = end - dt_clock_ms();
		err = dt_wait_fd(f->out, POLLOUT, left > 0 ? (int)left : 0);
		if (err < 0)
			return err;
	}
}

static void
fds_close(void *arg)
{
	struct fds *f = arg;

	close(f->in);
	if (f->out != f->in)
		close(f->out);
	free(f);
}

static bool
make_non_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) >= 0;
}

HRESULT
datatarget_connect_fd(int in, int out, const struct datatarget_options *options,
		      struct datatarget **result)
{
	struct datatarget_stream stream = { .read = fds_read,
					    .write = fds_write,
					    .close = fds_close };
	struct fds *f;
	HRESULT hr;

	if (result == NULL)
		return dt_open_failed(options, DATATARGET_E_POINTER,
				      "a pointer is NULL");
	if (!make_non_blocking(in) || !make_non_blocking(out))
		return dt_open_failed(options, DATATARGET_E_INVALIDARG, "%s",
				      strerror(errno));
	f = malloc(sizeof(*f));
	if (f == NULL)
		return dt_open_failed(options, DATATARGET_E_OUTOFMEMORY,
				      "out of memory");
	f->in = in;
	f->out = out;
	stream.arg = f;
	hr = dt_open_stream(&stream, options, result);
	if (hr != DATATARGET_OK)
		free(f);
	return hr;
}

static HRESULT
connect_socket(int fd, const struct datatarget_options *options,
	       struct datatarget **result)
{
	HRESULT hr = datatarget_connect_fd(fd, fd, options, result);

	if (hr != DATATARGET_OK)
		close(fd);
	return hr;
}

static HRESULT
connect_failed(const struct datatarget_options *options, const char *where,
	       int err)
{
	HRESULT hr = DATATARGET_E_FAIL;

	if (err == ECONNREFUSED || err == ENOENT)
		hr = DATATARGET_E_REFUSED;
	else if (err == ETIMEDOUT)
		hr = DATATARGET_E_TIMEOUT;
	else if (err == EACCES)
		hr = DATATARGET_E_ACCESS;
	return dt_open_failed(options, hr, "%s: %s", where, strerror(err));
}

HRESULT
datatarget_connect_unix(const char *path,
			const struct datatarget_options *options,
			struct datatarget **result)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd, err;

	if (path == NULL || result == NULL)
		return dt_open_failed(options, DATATARGET_E_POINTER,
				      "a pointer is NULL");
	if (strlen(path) >= sizeof(a.sun_path))
		return connect_failed(options, path, ENAMETOOLONG);
	memcpy(a.sun_path, path, strlen(path));
	/* Non-blocking: with a full backlog this fails, and does not hang. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return connect_failed(options, path, errno);
	if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0) {
		err = errno;
		close(fd);
		return connect_failed(options, path, err);
	}
	return connect_socket(fd, options, result);
}

/* ---- TCP ---------------------------------------------------------------- */

/* A connected socket, or a negative errno. */
static int
connect_address(const struct addrinfo *a, int timeout_ms)
{
	int fd =
	    socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err = 0, on = 1;
	socklen_t len = sizeof(err);

	if (fd < 0)
		return -errno;
	if (connect(fd, a->ai_addr, a->ai_addrlen) < 0)
		err = errno;
	if (err == EINPROGRESS) {
		err = -dt_wait_fd(fd, POLLOUT, timeout_ms);
		if (err == 0 &&
		    getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
			err = errno;
	}
	if (err != 0) {
		close(fd);
		return -err;
	}
	/* Requests are small, and each waits for its reply. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

HRESULT
dt_connect_tcp_socket(const char *host, const char *port,
		      const struct datatarget_options *options, int *fd)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	int64_t end = dt_clock_ms() + dt_open_timeout(options);
	/* Without a name: loopback, also where no file and no server says so
	 * (RFC 6761, 6.3). */
	const char *node = strcasecmp(host, "localhost") == 0 ? NULL : host;
	struct addrinfo *list, *a;
	int err = getaddrinfo(node, port, &hints, &list);

	if (err != 0)
		return dt_open_failed(options, DATATARGET_E_HOST, "%s:%s: %s",
				      host, port, gai_strerror(err));
	err = -ETIMEDOUT;
	for (a = list; a != NULL; a = a->ai_next) {
		int64_t left = end - dt_clock_ms();

		if (left <= 0)
			break;
		err = connect_address(a, (int)left);
		if (err >= 0)
			break;
	}
	freeaddrinfo(list);
	if (err < 0)
		return connect_failed(options, host, -err);
	*fd = err;
	return DATATARGET_OK;
}

HRESULT
datatarget_connect_tcp(const char *host, const char *port,
		       const struct datatarget_options *options,
		       struct datatarget **result)
{
	int fd = -1;
	HRESULT hr;

	if (host == NULL || port == NULL || result == NULL)
		return dt_open_failed(options, DATATARGET_E_POINTER,
				      "a pointer is NULL");
	hr = dt_connect_tcp_socket(host, port, options, &fd);
	return hr == DATATARGET_OK ? connect_socket(fd, options, result) : hr;
}
