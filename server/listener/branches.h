/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions in processes of their own, beside the one of a server that has all
 * in one process: while an lldb looks at the machine (its platform mode), it
 * and others may debug here, on the same port.
 */
#ifndef LISTENER_BRANCHES_H
#define LISTENER_BRANCHES_H

#include <ev.h>

#include "session_process.h"

struct branches {
	struct ev_loop *loop;
	const struct settings *settings;
	size_t n;
	ev_io io[SESSION_PROCESSES_MAX]; /* in use where active */
};

/* `s` is borrowed. */
void branches_init(struct branches *b, struct ev_loop *loop,
		   const struct settings *s);
/* The client's descriptor is given.  The session begins in `folder`. */
void branches_add(struct branches *b, const struct waiting_client *client,
		  const char *folder);
/* No more watching; `end`: they are told to end, and waited for. */
void branches_stop(struct branches *b, bool end);

#endif
