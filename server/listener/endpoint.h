/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens what is listened on, and says no where that would give the machine
 * away: beyond loopback only with TLS and client certificates, or --insecure.
 */
#ifndef LISTENER_ENDPOINT_H
#define LISTENER_ENDPOINT_H

#include "../common/socket.h"
#include "settings.h"

/*
 * For TCP and UNIX addresses.  A message is printed for what goes wrong.
 * Debuggers can connect from endpoint_start on: before, they are refused and
 * try again, which is better than an answer that takes too long to come.
 */
int endpoint_bind(const struct address *a, const struct settings *s,
		  struct socket_listeners *l);
int endpoint_start(const struct socket_listeners *l);

#endif
