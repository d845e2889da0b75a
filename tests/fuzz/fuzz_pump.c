/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay's byte pump between a TLS connection and a stream that behave as
 * the input says: short reads and writes, not now, ends, failures, interrupted
 * waits.  Bytes come out in order and whole, a TLS write that could not be done
 * is repeated as it was, the pump never waits for nothing, and it ends.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "driver.h"

static int world_poll(struct pollfd *fds, nfds_t n, int timeout);
static ssize_t world_read(int fd, void *buf, size_t n);
static ssize_t world_write(int fd, const void *buf, size_t n);

#define poll  world_poll
#define read  world_read
#define write world_write
#include "server/relay/pump.c"
#undef poll
#undef read
#undef write

enum { FD_NET = 100, FD_PLAIN };
/* More waits than any input has reason for. */
#define POLLS_MAX 100000
/* Bytes of a direction are told apart by their place. */
#define PERIOD 251
/* The first bytes from the plain side may be the pump's own. */
static const uint8_t greeting[] = { 0, 1, 2, 3, 4, 5, 6 };

/* What one side sends, and what of it the other has got. */
struct flow {
	size_t sent, got;
	bool ended;  /* no more is sent */
	bool broken; /* the other side takes no more */
};

struct tls {
	const uint8_t *in;
	size_t left;
	struct flow from_net, from_plain;
	bool wants_write;
	const uint8_t *again; /* the write to be repeated, or NULL */
	size_t again_len;
	unsigned polls;
	bool running; /* pump_run */
	bool greets;  /* it is still to do so */
};

static struct tls *world;

/* ---- the script --------------------------------------------------------- */

/* When it is over the world is willing, and comes to its end. */
static bool
is_over_script(void)
{
	return world->left == 0;
}

static uint8_t
draw(void)
{
	if (world->left == 0)
		return 0;
	world->left--;
	return *world->in++;
}

static void
must(bool condition)
{
	if (!condition)
		abort();
}

static ssize_t
give(struct flow *f, uint8_t *buf, size_t n)
{
	size_t want = (size_t)draw() << (draw() % 10);

	must(n > 0);
	want = want == 0 ? 1 : want > n ? n : want;
	for (size_t i = 0; i < want; i++)
		buf[i] = (uint8_t)((f->sent + i) % PERIOD);
	f->sent += want;
	return (ssize_t)want;
}

static ssize_t
take(struct flow *f, const uint8_t *buf, size_t n)
{
	size_t want = is_over_script() ? n : (size_t)draw() << (draw() % 10);

	must(n > 0 && !f->broken);
	want = want == 0 ? 1 : want > n ? n : want;
	for (size_t i = 0; i < want; i++)
		must(buf[i] == (uint8_t)((f->got + i) % PERIOD));
	f->got += want;
	must(f->got <= f->sent);
	return (ssize_t)want;
}

/* ---- TLS ---- */

static int
not_now(void)
{
	world->wants_write = draw() & 1;
	return -EAGAIN;
}

int
tls_handshake(struct tls *t)
{
	uint8_t b = draw();

	(void)t;
	if (is_over_script() || b % 4 == 0)
		return 0;
	return b % 64 == 1 ? -EPROTO : not_now();
}

ssize_t
tls_read(struct tls *t, uint8_t *buf, size_t n)
{
	uint8_t b = draw();

	must(!t->from_net.ended);
	if (is_over_script() || b % 32 == 1) {
		t->from_net.ended = true;
		return b % 64 == 1 && !is_over_script() ? -EPROTO : 0;
	}
	return b % 2 != 0 ? not_now() : give(&t->from_net, buf, n);
}

ssize_t
tls_write(struct tls *t, const uint8_t *buf, size_t n)
{
	uint8_t b = draw();

	must(t->again == NULL || (t->again == buf && t->again_len == n));
	t->again = NULL;
	if (!is_over_script() && b % 32 == 1) {
		t->from_plain.broken = true;
		return -EPROTO;
	}
	if (!is_over_script() && b % 2 != 0) {
		t->again = buf;
		t->again_len = n;
		return not_now();
	}
	return take(&t->from_plain, buf, n);
}

bool
tls_wants_write(const struct tls *t)
{
	return t->wants_write;
}

/* ---- the stream, and waiting ---- */

static ssize_t
world_read(int fd, void *buf, size_t n)
{
	struct flow *f = &world->from_plain;
	uint8_t b = draw();

	must(fd == FD_PLAIN && !f->ended);
	if (is_over_script() || b % 32 == 1) {
		f->ended = true;
		errno = ECONNRESET;
		return b % 64 == 1 && !is_over_script() ? -1 : 0;
	}
	if (b % 2 != 0) {
		errno = b % 8 == 3 ? EINTR : EAGAIN;
		return -1;
	}
	if (world->greets)
		f->sent += sizeof(greeting);
	world->greets = false;
	return give(f, buf, n);
}

static ssize_t
world_write(int fd, const void *buf, size_t n)
{
	struct flow *f = &world->from_net;
	uint8_t b = draw();

	must(fd == FD_PLAIN);
	if (is_over_script() || b % 2 == 0)
		return take(f, buf, n);
	f->broken = b % 32 == 1;
	errno = f->broken ? EPIPE : b % 8 == 3 ? EINTR : EAGAIN;
	return -1;
}

static bool
waits_for(const struct pollfd *fds, nfds_t n, int fd, short events)
{
	for (nfds_t i = 0; i < n; i++)
		if (fds[i].fd == fd && (fds[i].events & events) != 0)
			return true;
	return false;
}

/* What is under way is waited for, and what may come: nothing lies about. */
static void
check_wishes(const struct pollfd *fds, nfds_t n)
{
	const struct flow *net = &world->from_net, *plain = &world->from_plain;
	const short any = POLLIN | POLLOUT;

	if (net->got < net->sent && !net->broken)
		must(waits_for(fds, n, FD_PLAIN, POLLOUT));
	else if (!net->ended && !net->broken)
		must(waits_for(fds, n, FD_NET, POLLIN));
	if (plain->got < plain->sent && !plain->broken)
		must(waits_for(fds, n, FD_NET, any));
	else if (!plain->ended && !plain->broken)
		must(waits_for(fds, n, FD_PLAIN, POLLIN));
}

static int
world_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	uint8_t b = draw();
	int ready = 0, wanted = 0;

	must(++world->polls < POLLS_MAX);
	if (world->running)
		check_wishes(fds, n);
	if (!is_over_script() && b % 16 == 1) {
		errno = EINTR;
		return -1;
	}
	for (nfds_t i = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		must(fds[i].events != 0);
		wanted++;
		if (is_over_script() || (b >> (i + 4) & 1) != 0) {
			fds[i].revents = fds[i].events;
			ready++;
		}
	}
	/* Without anything to wait for it would be for ever. */
	must(wanted > 0 || timeout >= 0);
	return ready;
}

/* ---- one input ---- */

static bool
is_whole(const struct flow *f)
{
	return f->ended && (f->got == f->sent || f->broken);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tls t = { .in = data, .left = len };
	struct pump p = {
		.tls = &t,
		.net = FD_NET,
		.in = FD_PLAIN,
		.out = FD_PLAIN,
	};
	uint8_t how;
	int err;

	world = &t;
	how = draw();
	t.greets = (how & 2) != 0;
	if (t.greets) {
		p.greeting = greeting;
		p.greeting_len = sizeof(greeting);
	}
	err = pump_handshake(&p, 3600, how & 1);
	must(t.from_net.sent == 0 && t.from_plain.sent == 0);
	if (err != 0)
		return 0;
	t.running = true;
	err = pump_run(&p);
	t.running = false;
	/* Who ended had his words delivered, or the other one was gone. */
	must(is_whole(&t.from_net) || is_whole(&t.from_plain) ||
	     t.from_net.broken || t.from_plain.broken);
	must(p.heard == (t.from_net.sent > 0));
	must((p.greeting_len > 0) == t.greets);
	if (err == 0 && !t.from_net.ended && !p.heard)
		pump_hear(&p, 1000);
	return 0;
}
