/* SPDX-License-Identifier: Apache-2.0 */
#include "accept.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../common/log.h"

/* Connections taken in one go, so that a flood of them holds up nobody. */
#define BATCH	      16
#define PAUSE_SECONDS 0.5

static void
on_pause(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct acceptor *a = w->data;

	(void)revents;
	for (size_t i = 0; i < a->sockets.n; i++)
		ev_io_start(loop, &a->io[i]);
}

/* The connection stays in the backlog and the socket readable: look away. */
static void
pause_accepting(struct acceptor *a, int err)
{
	log_error("cannot accept a connection: %s", strerror(-err));
	for (size_t i = 0; i < a->sockets.n; i++)
		ev_io_stop(a->loop, &a->io[i]);
	ev_timer_set(&a->pause, PAUSE_SECONDS, 0.);
	ev_timer_start(a->loop, &a->pause);
}

static void
on_connection(struct ev_loop *loop, ev_io *w, int revents)
{
	struct acceptor *a = w->data;
	int fd, err;

	(void)loop;
	(void)revents;
	for (int i = 0; i < BATCH; i++) {
		err = socket_accept(w->fd, &fd);
		if (err == 0) {
			socket_set_peer_timeout(fd, a->peer_seconds);
			if (a->admit == NULL || a->admit(a->admit_arg, fd))
				waiting_add(a->waiting, fd);
			else
				close(fd);
			continue;
		}
		if (err == -EMFILE || err == -ENFILE || err == -ENOMEM ||
		    err == -ENOBUFS)
			pause_accepting(a, err);
		return;
	}
}

void
acceptor_start(struct acceptor *a, struct ev_loop *loop,
	       struct waiting *waiting, const struct socket_listeners *sockets)
{
	a->loop = loop;
	a->waiting = waiting;
	a->sockets = *sockets;
	ev_timer_init(&a->pause, on_pause, PAUSE_SECONDS, 0.);
	a->pause.data = a;
	for (size_t i = 0; i < sockets->n; i++) {
		ev_io_init(&a->io[i], on_connection, sockets->fd[i], EV_READ);
		a->io[i].data = a;
		ev_io_start(loop, &a->io[i]);
	}
}

void
acceptor_stop(struct acceptor *a)
{
	for (size_t i = 0; i < a->sockets.n; i++)
		ev_io_stop(a->loop, &a->io[i]);
	if (a->loop != NULL)
		ev_timer_stop(a->loop, &a->pause);
	socket_listeners_close(&a->sockets);
}
