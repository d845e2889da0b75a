/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the daemon listens: its addresses, and sockets that systemd has
 * opened.  Unix sockets are plain also where TCP has TLS: who connects is known
 * by the kernel.
 */
#ifndef LISTENER_DOORS_H
#define LISTENER_DOORS_H

#include <ev.h>

#include "settings.h"
#include "waiting.h"

struct doors;

/* A message is printed for what goes wrong.  The settings must live until
 * they are changed. */
int doors_open(struct doors **d, struct ev_loop *loop, const struct settings *s,
	       const struct waiting_events *events);
/* Others from now on; those that stay the same stay open.  On failure all is
 * as before. */
int doors_change(struct doors *d, const struct settings *s);
void doors_close(struct doors *d);

#endif
