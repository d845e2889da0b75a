/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int
make_nonblocking(int fd, int *flags)
{
	int have = fcntl(fd, F_GETFL);

	*flags = -1;
	if (have < 0)
		return -errno;
	if (have & O_NONBLOCK)
		return 0;
	if (fcntl(fd, F_SETFL, have | O_NONBLOCK) < 0)
		return -errno;
	*flags = have;
	return 0;
}

int
stream_open(struct stream *s, int rfd, int wfd)
{
	int err;

	stream_forget(s);
	s->in = malloc(STREAM_BUFFER);
	if (s->in == NULL)
		return -ENOMEM;
	err = make_nonblocking(rfd, &s->rflags);
	if (err == 0)
		err = make_nonblocking(wfd, &s->wflags);
	if (err < 0) {
		free(s->in);
		s->in = NULL;
		return err;
	}
	s->rfd = rfd;
	s->wfd = wfd;
	return 0;
}

int
stream_open_tty(struct stream *s, const char *path)
{
	struct termios raw;
	int fd, err;

	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = stream_open(s, fd, fd);
	if (err < 0) {
		close(fd);
		return err;
	}
	if (tcgetattr(fd, &s->saved) == 0) {
		s->is_tty = true;
		raw = s->saved;
		cfmakeraw(&raw);
		raw.c_cflag |= CLOCAL | CREAD;
		raw.c_cc[VMIN] = 1;
		raw.c_cc[VTIME] = 0;
		tcsetattr(fd, TCSANOW, &raw);
	}
	return 0;
}

void
stream_close(struct stream *s)
{
	if (s->rfd >= 0 && s->is_tty)
		tcsetattr(s->rfd, TCSANOW, &s->saved);
	if (s->rfd >= 0 && s->rflags >= 0)
		fcntl(s->rfd, F_SETFL, s->rflags);
	if (s->wfd >= 0 && s->wflags >= 0)
		fcntl(s->wfd, F_SETFL, s->wflags);
	if (s->wfd >= 0 && s->wfd != s->rfd)
		close(s->wfd);
	if (s->rfd >= 0)
		close(s->rfd);
	free(s->in);
	stream_forget(s);
}

void
stream_forget(struct stream *s)
{
	memset(s, 0, sizeof(*s));
	s->rfd = s->wfd = -1;
}

bool
stream_is_open(const struct stream *s)
{
	return s->rfd >= 0;
}

ssize_t
stream_read(struct stream *s)
{
	ssize_t n;

	if (s->start == s->end)
		s->start = s->end = 0;
	if (s->end == STREAM_BUFFER && s->start > 0) {
		memmove(s->in, s->in + s->start, s->end - s->start);
		s->end -= s->start;
		s->start = 0;
	}
	if (s->end == STREAM_BUFFER)
		return -ENOBUFS;
	do
		n = read(s->rfd, s->in + s->end, STREAM_BUFFER - s->end);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	s->end += (size_t)n;
	return n;
}

const uint8_t *
stream_data(const struct stream *s, size_t *len)
{
	*len = s->end - s->start;
	return s->in + s->start;
}

void
stream_consume(struct stream *s, size_t n)
{
	s->start += n;
}

ssize_t
stream_write(struct stream *s, const uint8_t *data, size_t n)
{
	ssize_t sent;

	do
		sent = write(s->wfd, data, n);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return -errno;
	return sent == 0 ? -EAGAIN : sent;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* stdin and stdout may be one socket, as gdb gives it to a command. */
static bool
is_one_socket(const struct stream *s)
{
	struct stat in, out;

	if (s->rfd < 0 || fstat(s->rfd, &in) < 0 || fstat(s->wfd, &out) < 0)
		return false;
	return S_ISSOCK(in.st_mode) && in.st_dev == out.st_dev &&
	       in.st_ino == out.st_ino;
}

void
stream_linger(struct stream *s, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms, left;
	struct pollfd p = { .fd = s->rfd, .events = POLLIN };
	ssize_t n = 1;

	if (!is_one_socket(s) || shutdown(s->wfd, SHUT_WR) < 0)
		return;
	while (n != 0 && (left = end - now_ms()) > 0) {
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return;
		n = recv(s->rfd, s->in, STREAM_BUFFER, MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return;
	}
}
