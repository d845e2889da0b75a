/* SPDX-License-Identifier: Apache-2.0 */
#include "doors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/log.h"
#include "accept.h"
#include "endpoint.h"
#include "rate.h"
#include "report_port.h"
#include "systemd.h"

struct door {
	bool open;
	bool wanted;	 /* while addresses change */
	bool is_new;	 /* ... and not yet in force */
	bool by_systemd; /* ours to listen on, not to close or open */
	struct address address;
	struct socket_listeners sockets; /* until it is in force */
	struct acceptor acceptor;
};

/* Old ones and new ones while they change. */
#define DOORS_MAX (size_t)(3 * SETTINGS_ADDRESSES_MAX)

struct doors {
	struct ev_loop *loop;
	const struct settings *settings;
	struct waiting *tcp; /* TLS if there is */
	struct waiting *local;
	struct rate rate;
	struct door door[DOORS_MAX];
};

/* ---- who may connect at all ---- */

static bool
admit(void *arg, int fd)
{
	struct doors *d = arg;
	struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(from);
	char host[SOCKET_NAME_MAX];
	uint16_t port;

	if (d->settings->limits.rate == 0)
		return true;
	if (getpeername(fd, (struct sockaddr *)&from, &len) < 0 ||
	    rate_take(&d->rate, &from, d->settings->limits.rate,
		      ev_now(d->loop)))
		return true;
	socket_peer(fd, host, &port);
	log_debug("%s port %u: sent away: it connects too often", host, port);
	return false;
}

/* ---- opening ---- */

static struct door *
free_door(struct doors *d)
{
	for (size_t i = 0; i < DOORS_MAX; i++) {
		if (!d->door[i].open)
			return &d->door[i];
	}
	return NULL;
}

static bool
same_address(const struct address *a, const struct address *b)
{
	return a->kind == b->kind && a->family == b->family &&
	       a->port == b->port && a->abstract == b->abstract &&
	       strcmp(a->host, b->host) == 0 && strcmp(a->path, b->path) == 0;
}

static struct door *
find_door(struct doors *d, const struct address *a)
{
	for (size_t i = 0; i < DOORS_MAX; i++) {
		struct door *r = &d->door[i];

		if (r->open && !r->by_systemd && !r->wanted &&
		    same_address(&r->address, a))
			return r;
	}
	return NULL;
}

static void
announce(const struct door *r)
{
	char name[320];

	address_format(&r->address, name, sizeof(name));
	if (r->sockets.port != 0)
		log_say("Listening on port %u", r->sockets.port);
	else
		log_say("Listening on %s", name);
}

static int
set_mode(const struct address *a, const struct settings *s)
{
	if (a->kind != ADDRESS_UNIX || a->abstract ||
	    chmod(a->path, s->unix_mode) == 0)
		return 0;
	log_error("%s: %s", a->path, strerror(errno));
	return -errno;
}

static int
open_door(struct doors *d, const struct address *a, const struct settings *s)
{
	struct door *r = free_door(d);
	int err;

	if (r == NULL)
		return -EMFILE;
	err = endpoint_bind(a, s, &r->sockets);
	if (err < 0)
		return err;
	err = endpoint_start(&r->sockets);
	if (err == 0)
		err = set_mode(a, s);
	if (err == 0)
		err = report_socket(s, &r->sockets);
	if (err < 0) {
		socket_listeners_close(&r->sockets);
		return err;
	}
	r->address = *a;
	r->open = r->wanted = r->is_new = true;
	return 0;
}

/* ---- those of systemd ---- */

/* The same rule as for our own: beyond this machine only with TLS. */
static int
take_socket(struct doors *d, int fd, const struct settings *s)
{
	struct socket_addresses at = { .n = 1, .len = { sizeof(at.at[0]) } };
	struct door *r = free_door(d);
	int listening = 0;
	socklen_t len = sizeof(listening);
	bool local;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) < 0 ||
	    !listening ||
	    getsockname(fd, (struct sockaddr *)&at.at[0], &at.len[0]) < 0) {
		log_error("descriptor %d of LISTEN_FDS is no listening socket",
			  fd);
		return -EINVAL;
	}
	local = at.at[0].ss_family == AF_UNIX;
	if (!local && s->tls.ca == NULL && !s->insecure &&
	    !socket_all_loopback(&at)) {
		log_error("descriptor %d of LISTEN_FDS: other machines can "
			  "connect there: that needs TLS with\n"
			  "--tls-client-ca, or --insecure",
			  fd);
		return -EPERM;
	}
	if (r == NULL)
		return -EMFILE;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
	    socket_set_nonblocking(fd) < 0)
		return -errno;
	memset(r, 0, sizeof(*r));
	r->sockets.fd[0] = fd;
	r->sockets.n = 1;
	r->address.kind = local ? ADDRESS_UNIX : ADDRESS_TCP;
	r->open = r->wanted = r->is_new = r->by_systemd = true;
	return 0;
}

static int
take_sockets(struct doors *d, const struct settings *s)
{
	size_t n = systemd_listeners();
	int err = 0;

	for (size_t i = 0; i < n && err == 0; i++)
		err = take_socket(d, SYSTEMD_FIRST_FD + (int)i, s);
	if (err == 0 && n > 0)
		log_say("Listening on %zu sockets of systemd", n);
	return err;
}

/* ---- changing ---- */

static void
shut(struct door *r)
{
	if (r->is_new)
		socket_listeners_close(&r->sockets);
	else
		acceptor_stop(&r->acceptor);
	r->open = r->is_new = false;
}

static int
open_all(struct doors *d, const struct settings *s)
{
	int err = 0;

	for (size_t i = 0; i < s->ncomm && err == 0; i++) {
		struct door *r = find_door(d, &s->comm[i]);

		if (r != NULL)
			r->wanted = true;
		else
			err = open_door(d, &s->comm[i], s);
	}
	return err;
}

static void
put_in_force(struct doors *d, struct door *r)
{
	bool local = r->address.kind == ADDRESS_UNIX;

	if (!r->by_systemd)
		announce(r);
	r->acceptor.admit = admit;
	r->acceptor.admit_arg = d;
	acceptor_start(&r->acceptor, d->loop, local ? d->local : d->tcp,
		       &r->sockets);
	r->is_new = false;
}

/* With `fail`, what was opened goes; else what is no longer wanted. */
static void
settle(struct doors *d, bool fail)
{
	for (size_t i = 0; i < DOORS_MAX; i++) {
		struct door *r = &d->door[i];

		if (r->open && (fail ? r->is_new : !r->wanted))
			shut(r);
		else if (r->open && r->is_new)
			put_in_force(d, r);
		r->wanted = false;
	}
}

static void
use(struct doors *d, const struct settings *s)
{
	const struct limits *l = &s->limits;
	const struct waiting_limits limits = {
		.plain = l->waiting,
		.handshakes = l->handshakes,
		.handshake_seconds = l->handshake_seconds,
		.greeting_seconds = l->greeting_seconds,
	};

	d->settings = s;
	waiting_change(d->tcp, s->tls.cert != NULL ? &s->tls : NULL, &limits);
	waiting_change(d->local, NULL, &limits);
	for (size_t i = 0; i < DOORS_MAX; i++)
		d->door[i].acceptor.peer_seconds = s->peer_seconds;
}

int
doors_change(struct doors *d, const struct settings *s)
{
	int err;

	const struct settings *old = d->settings;

	/* What is open might be too open then. */
	if ((s->tls.ca == NULL) != (old->tls.ca == NULL) ||
	    (s->tls.cert == NULL) != (old->tls.cert == NULL) ||
	    s->insecure != old->insecure) {
		log_error("TLS and --insecure can only be changed by a new "
			  "start");
		return -EBUSY;
	}
	for (size_t i = 0; i < DOORS_MAX; i++)
		d->door[i].wanted = d->door[i].by_systemd;
	err = open_all(d, s);
	if (err == 0)
		use(d, s);
	settle(d, err < 0);
	return err;
}

int
doors_open(struct doors **out, struct ev_loop *loop, const struct settings *s,
	   const struct waiting_events *events)
{
	struct doors *d = calloc(1, sizeof(*d));
	int err;

	if (d == NULL)
		return -ENOMEM;
	*out = d;
	d->loop = loop;
	err = waiting_new(&d->tcp, loop, NULL, events);
	if (err == 0)
		err = waiting_new(&d->local, loop, NULL, events);
	if (err < 0)
		return err;
	err = take_sockets(d, s);
	if (err == 0)
		err = open_all(d, s);
	if (err == 0)
		use(d, s);
	settle(d, err < 0);
	return err;
}

void
doors_close(struct doors *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < DOORS_MAX; i++) {
		if (d->door[i].open)
			shut(&d->door[i]);
	}
	waiting_free(d->tcp);
	waiting_free(d->local);
	free(d);
}
