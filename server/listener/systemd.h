/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd's two small protocols: sockets that it has opened for us
 * (sd_listen_fds(3)), and telling it how we are (sd_notify(3)).
 */
#ifndef LISTENER_SYSTEMD_H
#define LISTENER_SYSTEMD_H

#include <stdbool.h>
#include <stddef.h>

/* The first of the descriptors that are handed over. */
#define SYSTEMD_FIRST_FD 3

/* How many sockets were handed to this process; 0 without systemd. */
size_t systemd_listeners(void);

/* "READY=1" and the like; nothing happens without systemd. */
void systemd_notify(const char *state);
/* The same with "MONOTONIC_USEC=...", as RELOADING=1 needs it. */
void systemd_notify_reloading(void);

/* How often it wants to hear of us, in seconds; 0: never. */
double systemd_watchdog(void);

#endif
