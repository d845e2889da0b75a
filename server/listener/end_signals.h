/* SPDX-License-Identifier: Apache-2.0 */
/* SIGTERM, SIGINT and SIGHUP end a loop; SIGPIPE does nothing. */
#ifndef LISTENER_END_SIGNALS_H
#define LISTENER_END_SIGNALS_H

#include <ev.h>

struct end_signals {
	struct ev_loop *loop;
	ev_signal watcher[3];
	int caught; /* 0, or the signal that ended the loop */
};

/* A SIGHUP that was ignored from the start (nohup) stays ignored. */
void end_signals_start(struct end_signals *e, struct ev_loop *loop);
/* That one is somebody else's. */
void end_signals_leave(struct end_signals *e, int signum);
void end_signals_stop(struct end_signals *e);
/* All is done: ends by the signal that was caught, if one was. */
void end_signals_die(const struct end_signals *e);

#endif
