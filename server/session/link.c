/* SPDX-License-Identifier: Apache-2.0 */
#include "link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/log.h"

/* How long the loop may be kept from other things by one batch of input. */
#define BATCH_SECONDS 0.05
/* How long a client may go without reading when we are to close. */
#define DRAIN_SECONDS 2.0
/* ... and to close its side then. */
#define LINGER_MS 300

struct link {
	struct ev_loop *loop;
	struct session *session;
	struct link_events events;
	struct stream stream;
	ev_io readable, writable, target, program;
	ev_timer again; /* input is left, but others come first */
	ev_timer tick;	/* session_tick */
	ev_timer drain; /* closing: time is up */
	ev_tstamp last_word;
	bool closing;	  /* only output, then the end */
	bool input_ended; /* closed by the peer; input may be left */
};

static void settle(struct link *l);

/* ---- the end of a client ------------------------------------------------ */

/* `orderly`: what was sent must arrive. */
static void
end_client(struct link *l, bool orderly)
{
	bool finished = session_wish(l->session) == SESSION_EXIT;

	ev_io_stop(l->loop, &l->readable);
	ev_io_stop(l->loop, &l->writable);
	ev_timer_stop(l->loop, &l->again);
	ev_timer_stop(l->loop, &l->drain);
	if (orderly)
		stream_linger(&l->stream, LINGER_MS);
	stream_close(&l->stream);
	l->closing = false;
	l->input_ended = false;
	session_client_gone(l->session);
	if (session_wish(l->session) == SESSION_EXIT ||
	    !session_is_alive(l->session))
		finished = true;
	if (!finished)
		settle(l);
	l->events.client_gone(l->events.arg, finished);
}

/* ---- output ---- */

/* Sends what can be sent.  False: the client has gone. */
static bool
flush(struct link *l)
{
	const uint8_t *data;
	size_t len;
	ssize_t n;

	while (data = session_output(l->session, &len), len > 0) {
		n = stream_write(&l->stream, data, len);
		if (n == -EAGAIN)
			break;
		if (n < 0)
			return false;
		session_sent(l->session, (size_t)n);
		l->last_word = ev_now(l->loop);
	}
	return true;
}

static bool
output_is_left(struct link *l)
{
	size_t len;

	session_output(l->session, &len);
	return len > 0;
}

/* ---- input ---- */

/*
 * Up to the end of the first packet, as far as can be told without knowing
 * the protocol: '#' and two digits.  It only bounds how much is done at once.
 */
static size_t
first_portion(const uint8_t *data, size_t len)
{
	const uint8_t *end = memchr(data, '#', len);
	size_t n;

	if (end == NULL)
		return len;
	n = (size_t)(end - data) + 3;
	return n < len ? n : len;
}

enum taken { TAKEN_ALL, TAKEN_LATER, TAKEN_BLOCKED, TAKEN_GONE };

/* Gives the session what was read. */
static enum taken
take_input(struct link *l)
{
	ev_tstamp end = 0;
	const uint8_t *data;
	size_t len, portion, used;

	while (data = stream_data(&l->stream, &len), len > 0) {
		portion = first_portion(data, len);
		used = session_receive(l->session, data, portion);
		stream_consume(&l->stream, used);
		if (session_wish(l->session) != SESSION_GO_ON)
			return TAKEN_ALL;
		if (used < portion) {
			if (!flush(l))
				return TAKEN_GONE;
			if (used == 0 && output_is_left(l))
				return TAKEN_BLOCKED;
			if (used == 0)
				return TAKEN_LATER;
		}
		if (portion == len)
			continue;
		if (end == 0)
			end = ev_time() + BATCH_SECONDS;
		else if (ev_time() > end)
			return TAKEN_LATER;
	}
	return TAKEN_ALL;
}

/* Takes input, sends output, and sees to what is next. */
static void
go_on(struct link *l)
{
	enum taken taken = TAKEN_ALL;

	if (!l->closing)
		taken = take_input(l);
	if (taken == TAKEN_GONE || !flush(l)) {
		end_client(l, false);
		return;
	}
	if (taken == TAKEN_LATER && !ev_is_active(&l->again)) {
		ev_timer_set(&l->again, 0., 0.);
		ev_timer_start(l->loop, &l->again);
	}
	settle(l);
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct link *l = w->data;
	ssize_t n;

	(void)loop;
	(void)revents;
	n = stream_read(&l->stream);
	if (n == -EAGAIN || n == -ENOBUFS)
		return;
	l->last_word = ev_now(l->loop);
	if (n <= 0) {
		/* What it said before it left still counts. */
		l->input_ended = true;
		ev_timer_again(l->loop, &l->drain);
	}
	go_on(l);
}

static void
on_again(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct link *l = w->data;

	(void)loop;
	(void)revents;
	if (ev_is_active(&l->drain))
		ev_timer_again(l->loop, &l->drain);
	go_on(l);
}

static void
on_writable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct link *l = w->data;

	(void)loop;
	(void)revents;
	if (!flush(l)) {
		end_client(l, false);
		return;
	}
	if (ev_is_active(&l->drain))
		ev_timer_again(l->loop, &l->drain);
	/* Room was made: for the target's news, and for more input. */
	session_target_ready(l->session);
	go_on(l);
}

static void
on_drain(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	end_client(w->data, false);
}

/* ---- the target's side ---- */

static void
after_target(struct link *l)
{
	if (link_has_client(l)) {
		go_on(l);
		return;
	}
	settle(l);
	if (session_wish(l->session) == SESSION_EXIT ||
	    !session_is_alive(l->session))
		l->events.client_gone(l->events.arg, true);
}

static void
on_target(struct ev_loop *loop, ev_io *w, int revents)
{
	struct link *l = w->data;

	(void)loop;
	(void)revents;
	session_target_ready(l->session);
	after_target(l);
}

static void
on_program(struct ev_loop *loop, ev_io *w, int revents)
{
	struct link *l = w->data;

	(void)loop;
	(void)revents;
	session_program_ready(l->session);
	after_target(l);
}

static void
on_tick(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct link *l = w->data;

	(void)loop;
	(void)revents;
	session_tick(l->session);
	after_target(l);
}

/* ---- what to wait for ---- */

static void
want_io(struct link *l, ev_io *w, int fd, int events, bool wanted)
{
	if (ev_is_active(w) && (!wanted || w->fd != fd))
		ev_io_stop(l->loop, w);
	if (wanted && !ev_is_active(w)) {
		ev_io_set(w, fd, events);
		ev_io_start(l->loop, w);
	}
}

static void
settle_target(struct link *l)
{
	int fd = session_program_fd(l->session);
	int ms = session_tick_ms(l->session);

	want_io(l, &l->program, fd, EV_READ,
		fd >= 0 && session_wants_program_output(l->session));
	if (ms < 0) {
		ev_timer_stop(l->loop, &l->tick);
	} else if (!ev_is_active(&l->tick)) {
		ev_timer_set(&l->tick, ms / 1000., 0.);
		ev_timer_start(l->loop, &l->tick);
	}
}

/* Output may still go out, in due time; nothing is taken in any more. */
static void
begin_closing(struct link *l)
{
	l->closing = true;
	ev_timer_again(l->loop, &l->drain);
}

/* Brings the watchers up to what session and stream are waiting for. */
static void
settle(struct link *l)
{
	bool left;
	size_t input;

	settle_target(l);
	if (!link_has_client(l))
		return;
	left = output_is_left(l);
	stream_data(&l->stream, &input);
	if (!l->closing && (session_wish(l->session) != SESSION_GO_ON ||
			    (l->input_ended && input == 0)))
		begin_closing(l);
	if (l->closing && !left) {
		end_client(l, true);
		return;
	}
	want_io(l, &l->writable, l->stream.wfd, EV_WRITE, left);
	/* Unused input means that the session waits for its output to drain
	 * or for its turn. */
	want_io(l, &l->readable, l->stream.rfd, EV_READ,
		input == 0 && !l->closing && !l->input_ended);
}

/* ---- life --------------------------------------------------------------- */

int
link_new(struct link **out, struct ev_loop *loop, struct session *s,
	 const struct link_events *events)
{
	struct link *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return -ENOMEM;
	l->loop = loop;
	l->session = s;
	l->events = *events;
	stream_forget(&l->stream);
	ev_init(&l->readable, on_readable);
	ev_init(&l->writable, on_writable);
	ev_init(&l->program, on_program);
	ev_init(&l->again, on_again);
	ev_init(&l->tick, on_tick);
	ev_timer_init(&l->drain, on_drain, 0., DRAIN_SECONDS);
	ev_io_init(&l->target, on_target, session_wake_fd(s), EV_READ);
	l->readable.data = l->writable.data = l->program.data = l;
	l->again.data = l->tick.data = l->drain.data = l->target.data = l;
	/* An interrupt is to be seen before the stop that it competes with. */
	ev_set_priority(&l->readable, 1);
	ev_io_start(loop, &l->target);
	settle_target(l);
	*out = l;
	return 0;
}

void
link_free(struct link *l)
{
	if (l == NULL)
		return;
	ev_io_stop(l->loop, &l->readable);
	ev_io_stop(l->loop, &l->writable);
	ev_io_stop(l->loop, &l->target);
	ev_io_stop(l->loop, &l->program);
	ev_timer_stop(l->loop, &l->again);
	ev_timer_stop(l->loop, &l->tick);
	ev_timer_stop(l->loop, &l->drain);
	stream_close(&l->stream);
	free(l);
}

int
link_open(struct link *l, struct stream *client)
{
	int err;

	if (link_has_client(l))
		return -EBUSY;
	err = session_client_new(l->session);
	if (err < 0)
		return err;
	l->stream = *client;
	stream_forget(client);
	l->last_word = ev_now(l->loop);
	/* What it has sent already need not wait for the loop. */
	want_io(l, &l->readable, l->stream.rfd, EV_READ, true);
	ev_feed_event(l->loop, &l->readable, EV_READ);
	return 0;
}

bool
link_has_client(const struct link *l)
{
	return stream_is_open(&l->stream);
}

void
link_look(struct link *l)
{
	if (link_has_client(l) && ev_is_active(&l->readable))
		on_readable(l->loop, &l->readable, EV_READ);
}

ev_tstamp
link_last_word(const struct link *l)
{
	return l->last_word;
}

void
link_end_client(struct link *l)
{
	if (!link_has_client(l) || l->closing)
		return;
	begin_closing(l);
	settle(l);
}
