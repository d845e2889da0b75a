/* SPDX-License-Identifier: Apache-2.0 */
#include "waiting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/log.h"
#include "../session/native.h"
#include "spare.h"

/* How much is looked at, and thrown away, in search of a first packet. */
#define LOOK_BYTES  SESSION_GREETING_MAX
#define GARBAGE_MAX 65536
/* A packet that has begun among garbage is looked at again so often. */
#define LOOK_AGAIN_SECONDS 0.1
#define LOOK_AGAIN_TIMES   100

/* The first byte of a TLS record with a handshake in it. */
#define TLS_HANDSHAKE_BYTE 0x16

enum stage {
	STAGE_HELLO,	  /* TLS: nothing came yet */
	STAGE_HANDSHAKE,  /* a relay is at work; fd is our end to it */
	STAGE_FIRST_BYTE, /* nothing of the protocol came yet */
	STAGE_GARBAGE,	  /* something else came */
	STAGE_COUNT
};

struct connection {
	struct connection *next, **link;
	struct waiting *waiting;
	enum stage stage;
	ev_io io;
	ev_timer timer; /* for the handshake, or the first word */
	ev_timer again; /* looks for the rest of a packet */
	struct waiting_client client;
	struct relay_report *report; /* owned; filled up to `reported` */
	size_t reported;
	size_t garbage; /* bytes thrown away */
	unsigned looks;
};

/* Oldest first. */
struct waiting {
	struct ev_loop *loop;
	const struct tls_files *tls;
	struct spare spare; /* the relay for the next one */
	struct waiting_limits limits;
	struct waiting_events events;
	struct connection *first, **last;
	unsigned count[STAGE_COUNT];
};

/* ---- the list ------------------------------------------------------------ */

static void
unlink_connection(struct connection *c)
{
	struct waiting *w = c->waiting;

	ev_io_stop(w->loop, &c->io);
	ev_timer_stop(w->loop, &c->timer);
	ev_timer_stop(w->loop, &c->again);
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	else
		w->last = c->link;
	w->count[c->stage]--;
}

static void
drop(struct connection *c, const char *why)
{
	if (why != NULL)
		log_debug("%s port %u: %s", c->client.host, c->client.port,
			  why);
	unlink_connection(c);
	close(c->client.fd);
	free(c->report);
	free(c);
}

static void
enter(struct connection *c, enum stage stage)
{
	c->waiting->count[c->stage]--;
	c->stage = stage;
	c->waiting->count[stage]++;
}

static bool
is_plain(enum stage stage)
{
	return stage == STAGE_FIRST_BYTE || stage == STAGE_GARBAGE;
}

static void
drop_oldest(struct waiting *w, bool plain)
{
	struct connection *c = w->first;

	while (c != NULL && is_plain(c->stage) != plain)
		c = c->next;
	if (c != NULL)
		drop(c, "dropped: too many connections wait");
}

/* Keeps both kinds within their bounds. */
static void
bound(struct waiting *w)
{
	while (w->count[STAGE_FIRST_BYTE] + w->count[STAGE_GARBAGE] >
	       w->limits.plain)
		drop_oldest(w, true);
	while (w->count[STAGE_HELLO] + w->count[STAGE_HANDSHAKE] >
	       w->limits.handshakes)
		drop_oldest(w, false);
}

/* Some time for the first word; garbage does not make more of it. */
static void
wait_for_greeting(struct connection *c)
{
	struct waiting *w = c->waiting;

	ev_timer_stop(w->loop, &c->timer);
	if (w->limits.greeting_seconds == 0)
		return;
	ev_timer_set(&c->timer, w->limits.greeting_seconds, 0.);
	ev_timer_start(w->loop, &c->timer);
}

/* ---- plain: waiting for the protocol ------------------------------------ */

static void
promote(struct connection *c)
{
	struct waiting *w = c->waiting;

	unlink_connection(c);
	if (c->report != NULL)
		c->client.identity = c->report;
	w->events.ready(w->events.arg, &c->client);
	free(c->report);
	free(c);
}

/* Takes `n` bytes away that belong to nothing. */
static void
discard(struct connection *c, size_t n)
{
	uint8_t buf[LOOK_BYTES];
	ssize_t got = recv(c->client.fd, buf, n, MSG_DONTWAIT);

	if (got > 0)
		c->garbage += (size_t)got;
	c->looks = 0;
}

/*
 * Among garbage only a whole packet counts.  Nothing of it is taken from the
 * socket, so while it is incomplete a timer looks again: the socket would
 * stay readable.
 */
static void
look_for_packet(struct connection *c, const uint8_t *data, size_t n)
{
	const uint8_t *dollar = memchr(data, '$', n);

	if (dollar == NULL || dollar > data) {
		discard(c, dollar == NULL ? n : (size_t)(dollar - data));
	} else if (session_is_greeting_packet(data, n)) {
		promote(c);
		return;
	} else if (n == LOOK_BYTES || memchr(data + 1, '$', n - 1) != NULL) {
		discard(c, 1);
	} else if (++c->looks < LOOK_AGAIN_TIMES) {
		ev_io_stop(c->waiting->loop, &c->io);
		ev_timer_set(&c->again, LOOK_AGAIN_SECONDS, 0.);
		ev_timer_start(c->waiting->loop, &c->again);
		return;
	} else {
		c->garbage = GARBAGE_MAX;
	}
	if (c->garbage >= GARBAGE_MAX)
		drop(c, "closed: it does not speak the remote protocol");
}

static void
look(struct connection *c)
{
	uint8_t data[LOOK_BYTES];
	size_t want = c->stage == STAGE_GARBAGE ? sizeof(data) : 1;
	ssize_t n;

	n = recv(c->client.fd, data, want, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(c, "closed by the peer without a word");
	} else if (c->stage == STAGE_GARBAGE) {
		look_for_packet(c, data, (size_t)n);
	} else if (session_is_greeting_byte(data[0])) {
		promote(c);
	} else {
		enter(c, STAGE_GARBAGE);
	}
}

/* ---- TLS: waiting for a handshake --------------------------------------- */

static void
start_relay(struct connection *c)
{
	struct waiting *w = c->waiting;
	int fd, err;

	c->report = calloc(1, sizeof(*c->report));
	err = c->report == NULL ? -ENOMEM
				: spare_take(&w->spare, c->client.fd, &fd);
	if (err < 0) {
		log_error("cannot start a relay: %s", strerror(-err));
		drop(c, NULL);
		return;
	}
	ev_io_stop(w->loop, &c->io);
	close(c->client.fd);
	c->client.fd = fd;
	ev_io_set(&c->io, fd, EV_READ);
	ev_io_start(w->loop, &c->io);
	enter(c, STAGE_HANDSHAKE);
}

static void
fail(struct connection *c, const char *why)
{
	const struct waiting_events *e = &c->waiting->events;

	if (e->failed != NULL)
		e->failed(e->arg, &c->client, why);
	drop(c, NULL);
}

/* A process is worth starting only for what looks like TLS. */
static void
see_hello(struct connection *c)
{
	uint8_t byte;
	ssize_t n;

	n = recv(c->client.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(c, "closed by the peer without a word");
	} else if (byte != TLS_HANDSHAKE_BYTE) {
		log_note("%s port %u: not TLS; closed", c->client.host,
			 c->client.port);
		fail(c, "not TLS");
	} else {
		start_relay(c);
	}
}

static void
handshake_done(struct connection *c)
{
	struct relay_report *r = c->report;
	bool ok = r->magic == RELAY_REPORT_MAGIC && r->ok == 1;

	/* It came from a process that strangers talk to. */
	r->subject[sizeof(r->subject) - 1] = '\0';
	r->san[sizeof(r->san) - 1] = '\0';
	r->fingerprint[sizeof(r->fingerprint) - 1] = '\0';
	r->version[sizeof(r->version) - 1] = '\0';
	r->cipher[sizeof(r->cipher) - 1] = '\0';
	r->error[sizeof(r->error) - 1] = '\0';
	if (!ok) {
		log_warning("%s port %u: TLS: %s", c->client.host,
			    c->client.port, r->error);
		fail(c, r->error);
		return;
	}
	enter(c, STAGE_FIRST_BYTE);
	wait_for_greeting(c);
	bound(c->waiting);
}

static void
read_report(struct connection *c)
{
	ssize_t n = recv(c->client.fd, (char *)c->report + c->reported,
			 sizeof(*c->report) - c->reported, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		log_warning("%s port %u: TLS: the relay ended without a word",
			    c->client.host, c->client.port);
		fail(c, "the relay ended without a word");
		return;
	}
	c->reported += (size_t)n;
	if (c->reported == sizeof(*c->report))
		handshake_done(c);
}

/* ---- events ---- */

static void
on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct connection *c = io->data;

	(void)loop;
	(void)revents;
	switch (c->stage) {
	case STAGE_HELLO:
		see_hello(c);
		break;
	case STAGE_HANDSHAKE:
		read_report(c);
		break;
	default:
		look(c);
		break;
	}
}

static void
on_timer(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct connection *c = timer->data;

	(void)loop;
	(void)revents;
	if (is_plain(c->stage)) {
		drop(c, "closed: it says nothing");
		return;
	}
	log_note("%s port %u: TLS: the handshake took too long", c->client.host,
		 c->client.port);
	fail(c, "the handshake took too long");
}

static void
on_again(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct connection *c = timer->data;

	(void)revents;
	ev_io_start(loop, &c->io);
	look(c);
}

/* ---- life ---- */

int
waiting_new(struct waiting **out, struct ev_loop *loop,
	    const struct tls_files *tls, const struct waiting_events *events)
{
	struct waiting *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -ENOMEM;
	w->loop = loop;
	w->tls = tls;
	w->limits = (struct waiting_limits){ .plain = 64,
					     .handshakes = 256,
					     .handshake_seconds =
						 RELAY_HANDSHAKE_SECONDS };
	w->events = *events;
	w->last = &w->first;
	spare_start(&w->spare, loop, tls);
	*out = w;
	return 0;
}

void
waiting_change(struct waiting *w, const struct tls_files *tls,
	       const struct waiting_limits *limits)
{
	w->tls = tls;
	spare_change(&w->spare, tls);
	w->limits = *limits;
	bound(w);
}

void
waiting_free(struct waiting *w)
{
	if (w == NULL)
		return;
	while (w->first != NULL)
		drop(w->first, NULL);
	spare_stop(&w->spare);
	free(w);
}

/* The relay gives up by itself and says so, unless we are in more haste. */
static double
handshake_seconds(const struct waiting *w)
{
	unsigned seconds = w->limits.handshake_seconds;

	return seconds < RELAY_HANDSHAKE_SECONDS ? seconds : seconds + 5.;
}

/* Of a Unix socket's other end; nobody's if it cannot be learnt. */
static uid_t
peer_uid(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return (uid_t)-1;
	return cred.uid;
}

void
waiting_add(struct waiting *w, int fd)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		close(fd);
		return;
	}
	c->waiting = w;
	c->client.fd = fd;
	socket_peer(fd, c->client.host, &c->client.port);
	socket_local(fd, &c->client.door.port, c->client.door.path,
		     sizeof(c->client.door.path));
	c->client.uid = peer_uid(fd);
	c->stage = w->tls != NULL ? STAGE_HELLO : STAGE_FIRST_BYTE;
	w->count[c->stage]++;
	c->link = w->last;
	*w->last = c;
	w->last = &c->next;
	ev_io_init(&c->io, on_readable, fd, EV_READ);
	ev_timer_init(&c->timer, on_timer, handshake_seconds(w), 0.);
	ev_init(&c->again, on_again);
	c->io.data = c->timer.data = c->again.data = c;
	ev_io_start(w->loop, &c->io);
	if (w->tls != NULL)
		ev_timer_start(w->loop, &c->timer);
	else
		wait_for_greeting(c);
	bound(w);
}
