/* SPDX-License-Identifier: Apache-2.0 */
/* Tells the port to whoever started us: --pipe, --named-pipe. */
#ifndef LISTENER_REPORT_PORT_H
#define LISTENER_REPORT_PORT_H

#include <stdint.h>

#include "../common/socket.h"
#include "settings.h"

/* A message is printed for what goes wrong. */
int report_port(const struct settings *s, uint16_t port);
/* --socket-file: the port, or the socket's path, as text; the file is there
 * only once it is whole. */
int report_socket(const struct settings *s, const struct socket_listeners *l);

#endif
