/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens what is listened on, and says no where that would give the machine
 * away: beyond loopback only with TLS and client certificates, or --insecure.
 */
#ifndef LISTENER_ENDPOINT_H
#define LISTENER_ENDPOINT_H

#include "../common/socket.h"
#include "settings.h"

/* For TCP and UNIX addresses.  A message is printed for what goes wrong. */
int endpoint_listen(const struct address *a, const struct settings *s,
		    struct socket_listeners *l);

#endif
