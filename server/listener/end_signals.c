/* SPDX-License-Identifier: Apache-2.0 */
#include "end_signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

/*
 * From the signal on, letting go of targets may take so long.  A target that
 * cannot be let go (in an uninterruptible sleep) must not hold us for ever.
 */
#define END_SECONDS 7

static bool
is_ignored(int sig)
{
	struct sigaction sa;

	return sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
}

static void
on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct end_signals *e = w->data;

	(void)revents;
	e->caught = w->signum;
	alarm(END_SECONDS);
	ev_break(loop, EVBREAK_ALL);
}

void
end_signals_start(struct end_signals *e, struct ev_loop *loop)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	e->loop = loop;
	e->caught = 0;
	sigaction(SIGPIPE, &ignore, NULL);
	/* A write beyond the limit of a file's size is an error like others. */
	sigaction(SIGXFSZ, &ignore, NULL);
	for (size_t i = 0; i < 3; i++) {
		ev_signal_init(&e->watcher[i], on_signal, signals[i]);
		ev_set_priority(&e->watcher[i], EV_MAXPRI);
		e->watcher[i].data = e;
		if (signals[i] != SIGHUP || !is_ignored(SIGHUP))
			ev_signal_start(loop, &e->watcher[i]);
	}
}

void
end_signals_leave(struct end_signals *e, int signum)
{
	for (size_t i = 0; i < 3; i++) {
		if (e->watcher[i].signum == signum)
			ev_signal_stop(e->loop, &e->watcher[i]);
	}
}

void
end_signals_die(const struct end_signals *e)
{
	if (e->caught == 0)
		return;
	signal(e->caught, SIG_DFL);
	raise(e->caught);
}

void
end_signals_stop(struct end_signals *e)
{
	for (size_t i = 0; i < 3; i++)
		ev_signal_stop(e->loop, &e->watcher[i]);
}
