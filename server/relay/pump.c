/* SPDX-License-Identifier: Apache-2.0 */
#include "pump.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Four TLS records: enough to keep both sides busy. */
#define BUFFER 0x10000

/* One direction; [start, end) is read and not yet written. */
struct lane {
	uint8_t data[BUFFER];
	size_t start, end;
	bool ended; /* nothing more will be read */
};

/* Both directions. */
struct lanes {
	struct lane to_plain, to_net;
	int error;
};

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
is_empty(const struct lane *l)
{
	return l->start == l->end;
}

static short
net_events(const struct tls *t)
{
	return tls_wants_write(t) ? POLLOUT : POLLIN;
}

int
pump_handshake(const struct pump *p, int seconds, bool watch_plain)
{
	int64_t end = now_ms() + (int64_t)seconds * 1000, left;
	int err;

	while ((err = tls_handshake(p->tls)) == -EAGAIN) {
		struct pollfd fds[2] = {
			{ .fd = p->net, .events = net_events(p->tls) },
			{ .fd = watch_plain ? p->in : -1, .events = POLLIN },
		};

		left = end - now_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents != 0)
			return -ECONNABORTED;
	}
	return err;
}

/* ---- TLS to plain ------------------------------------------------------- */

/* Everything that has come: records may wait inside the TLS library, where
 * poll does not see them. */
static void
read_net(struct pump *p, struct lanes *s)
{
	struct lane *l = &s->to_plain;
	ssize_t n;

	while (!l->ended && l->end < sizeof(l->data)) {
		n = tls_read(p->tls, l->data + l->end,
			     sizeof(l->data) - l->end);
		if (n == -EAGAIN)
			return;
		if (n <= 0) {
			l->ended = true;
			p->peer_ended = !s->to_net.ended;
			s->error = n < 0 ? (int)n : s->error;
			return;
		}
		l->end += (size_t)n;
		p->heard = true;
	}
}

static void
write_plain(const struct pump *p, struct lanes *s)
{
	struct lane *l = &s->to_plain;
	ssize_t n;

	while (!is_empty(l)) {
		n = write(p->out, l->data + l->start, l->end - l->start);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			/* Nobody is there to read: that is an end, too. */
			l->ended = true;
			l->start = l->end;
			s->to_net.ended = true;
			break;
		}
		l->start += (size_t)n;
	}
	l->start = l->end = 0;
}

/* ---- plain to TLS ---- */

static void
read_plain(struct pump *p, struct lanes *s)
{
	struct lane *l = &s->to_net;
	size_t skip = p->greeting_len;
	ssize_t n;

	do
		n = read(p->in, l->data + skip, sizeof(l->data) - skip);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		l->ended = true;
		return;
	}
	if (skip > 0)
		memcpy(l->data, p->greeting, skip);
	p->greeting_len = 0;
	l->start = 0;
	l->end = skip + (size_t)n;
}

static void
write_net(const struct pump *p, struct lanes *s)
{
	struct lane *l = &s->to_net;
	ssize_t n;

	while (!is_empty(l)) {
		n = tls_write(p->tls, l->data + l->start, l->end - l->start);
		if (n == -EAGAIN)
			return;
		if (n <= 0) {
			s->error = n < 0 ? (int)n : s->error;
			l->ended = true;
			l->start = l->end;
			s->to_plain.ended = true;
			break;
		}
		l->start += (size_t)n;
	}
}

/* ---- both ---- */

/* One side is over when it has ended and what it sent has gone out. */
static bool
is_over(const struct lanes *s)
{
	return (s->to_plain.ended && is_empty(&s->to_plain)) ||
	       (s->to_net.ended && is_empty(&s->to_net));
}

enum { NET, IN, OUT, FDS };

static void
want(const struct pump *p, const struct lanes *s, struct pollfd fds[FDS])
{
	memset(fds, 0, FDS * sizeof(*fds));
	if (is_empty(&s->to_plain) && !s->to_plain.ended)
		fds[NET].events |= POLLIN;
	if (!is_empty(&s->to_net))
		fds[NET].events |= tls_wants_write(p->tls) ? POLLOUT : POLLIN;
	if (is_empty(&s->to_net) && !s->to_net.ended)
		fds[IN].events |= POLLIN;
	if (!is_empty(&s->to_plain))
		fds[OUT].events |= POLLOUT;
	/* poll reports hang-ups unasked: leave out what is not wanted. */
	fds[NET].fd = fds[NET].events != 0 ? p->net : -1;
	fds[IN].fd = fds[IN].events != 0 ? p->in : -1;
	fds[OUT].fd = fds[OUT].events != 0 ? p->out : -1;
}

int
pump_run(struct pump *p)
{
	struct lanes *s = calloc(1, sizeof(*s));
	struct pollfd fds[FDS];
	int err;

	if (s == NULL)
		return -ENOMEM;
	/* The last flight of the handshake may have brought data along. */
	read_net(p, s);
	write_plain(p, s);
	while (!is_over(s)) {
		want(p, s, fds);
		if (poll(fds, FDS, -1) < 0) {
			if (errno == EINTR)
				continue;
			s->error = -errno;
			break;
		}
		if (fds[IN].revents != 0)
			read_plain(p, s);
		write_net(p, s);
		if (fds[OUT].revents != 0)
			write_plain(p, s);
		/* Anything may wait inside once the lane is free. */
		if (is_empty(&s->to_plain)) {
			read_net(p, s);
			write_plain(p, s);
		}
	}
	err = s->error;
	free(s);
	return err;
}

int
pump_hear(struct pump *p, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms, left;
	struct pollfd fd = { .fd = p->net };
	uint8_t buf[4096];
	ssize_t n;

	while ((n = tls_read(p->tls, buf, sizeof(buf))) == -EAGAIN) {
		left = end - now_ms();
		fd.events = net_events(p->tls);
		if (left <= 0 ||
		    (poll(&fd, 1, (int)left) < 0 && errno != EINTR))
			return 0;
	}
	p->heard = n > 0;
	p->peer_ended = n <= 0;
	return n < 0 ? (int)n : 0;
}

void
pump_linger(const struct pump *p, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms, left;
	struct pollfd fd = { .fd = p->net, .events = POLLIN };
	char buf[4096];
	ssize_t n;

	if (shutdown(p->net, SHUT_WR) < 0)
		return;
	while ((left = end - now_ms()) > 0) {
		if (poll(&fd, 1, (int)left) <= 0 && errno != EINTR)
			return;
		n = recv(p->net, buf, sizeof(buf), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return;
	}
}
