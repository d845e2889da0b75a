/* SPDX-License-Identifier: Apache-2.0 */
#include "branches.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/log.h"

/* How long they have to let go of their targets in the end. */
#define END_MS 6000

/* Nothing is ever written there but by us, so this is the end. */
static void
on_ended(struct ev_loop *loop, ev_io *w, int revents)
{
	struct branches *b = w->data;

	(void)revents;
	ev_io_stop(loop, w);
	close(w->fd);
	b->n--;
}

void
branches_init(struct branches *b, struct ev_loop *loop,
	      const struct settings *s)
{
	b->loop = loop;
	b->settings = s;
	b->n = 0;
	for (size_t i = 0; i < SESSION_PROCESSES_MAX; i++) {
		ev_init(&b->io[i], on_ended);
		b->io[i].data = b;
	}
}

static void
watch(struct branches *b, int fd)
{
	ev_io *w = b->io;

	while (ev_is_active(w))
		w++;
	ev_io_set(w, fd, EV_READ);
	ev_io_start(b->loop, w);
	b->n++;
}

void
branches_add(struct branches *b, const struct waiting_client *client,
	     const char *folder)
{
	int fd, err = -EAGAIN;

	if (b->n < SESSION_PROCESSES_MAX)
		err = session_process_start(b->settings, client, folder, &fd);
	close(client->fd);
	if (err < 0) {
		log_error("%s port %u: sent away: cannot start a session: %s",
			  client->host, client->port, strerror(-err));
		return;
	}
	log_say("Remote debugging from host %s, port %u (a session beside "
		"this one)",
		client->host, client->port);
	watch(b, fd);
}

static void
tell_and_wait(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (send(fd, "", 1, MSG_NOSIGNAL) == 1)
		poll(&p, 1, ms);
}

void
branches_stop(struct branches *b, bool end)
{
	if (b->loop == NULL)
		return;
	for (size_t i = 0; i < SESSION_PROCESSES_MAX && b->n > 0; i++) {
		ev_io *w = &b->io[i];

		if (!ev_is_active(w))
			continue;
		if (end)
			send(w->fd, "", 1, MSG_NOSIGNAL);
	}
	for (size_t i = 0; i < SESSION_PROCESSES_MAX && b->n > 0; i++) {
		ev_io *w = &b->io[i];

		if (!ev_is_active(w))
			continue;
		if (end)
			tell_and_wait(w->fd, END_MS);
		ev_io_stop(b->loop, w);
		close(w->fd);
		b->n--;
	}
}
