/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections that are not clients yet.
 *
 * A connection becomes a client with its first valid byte of the protocol (or
 * after some garbage: its first whole packet), with TLS after a handshake
 * before that.  Port scanners and idle connections thus never get near a
 * session.  Their number is bounded: the oldest has to go.
 */
#ifndef LISTENER_WAITING_H
#define LISTENER_WAITING_H

#include <ev.h>
#include <stdbool.h>

#include "../common/socket.h"
#include "../common/tls_files.h"
#include "../relay/relay.h"
#include "../session/session.h"

struct waiting_limits {
	unsigned plain;	     /* connections without a word */
	unsigned handshakes; /* under way */
	unsigned handshake_seconds;
	unsigned greeting_seconds; /* 0: for ever */
};

struct waiting_client {
	int fd; /* given; nothing was read from it */
	char host[SOCKET_NAME_MAX];
	uint16_t port;			     /* 0: a Unix socket */
	uid_t uid;			     /* its peer's */
	struct session_door door;	     /* where it came in */
	const struct relay_report *identity; /* NULL: no TLS; borrowed */
};

struct waiting_events {
	void (*ready)(void *arg, const struct waiting_client *client);
	/* It did not get through the handshake; its descriptor stays where it
	 * is.  NULL: nobody wants to know. */
	void (*failed)(void *arg, const struct waiting_client *client,
		       const char *why);
	void *arg;
};

struct waiting;

/* `tls`: NULL or the files; borrowed.  The limits are those that suit one
 * session at a time. */
int waiting_new(struct waiting **w, struct ev_loop *loop,
		const struct tls_files *tls,
		const struct waiting_events *events);
/* From the next connection on. */
void waiting_change(struct waiting *w, const struct tls_files *tls,
		    const struct waiting_limits *limits);
/* Closes all. */
void waiting_free(struct waiting *w);
/* The descriptor is given. */
void waiting_add(struct waiting *w, int fd);

#endif
