/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gdbserver and lldb-server forms: listener and session in one process
 * and one loop, one client at a time.
 */
#ifndef LISTENER_SERVER_H
#define LISTENER_SERVER_H

#include "settings.h"

/* Runs until the session is over; the exit status. */
int server_run(struct settings *s);

#endif
