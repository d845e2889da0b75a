/* SPDX-License-Identifier: Apache-2.0 */
/* Watches listening sockets, and hands what they accept to a struct waiting. */
#ifndef LISTENER_ACCEPT_H
#define LISTENER_ACCEPT_H

#include <ev.h>

#include "../common/socket.h"
#include "waiting.h"

struct acceptor {
	struct ev_loop *loop;
	struct waiting *waiting;
	struct socket_listeners sockets;
	ev_io io[SOCKET_ADDRESSES_MAX];
	unsigned peer_seconds; /* socket_set_peer_timeout */
	/* NULL, or: may this one stay? */
	bool (*admit)(void *arg, int fd);
	void *admit_arg;
	ev_timer pause; /* no descriptors left: try again later */
};

/* The sockets are given. */
void acceptor_start(struct acceptor *a, struct ev_loop *loop,
		    struct waiting *waiting,
		    const struct socket_listeners *sockets);
void acceptor_stop(struct acceptor *a);

#endif
