/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `rspd serve`: this process listens, and starts a session process for each
 * client, so that one session's crash touches no other.
 */
#ifndef LISTENER_DAEMON_H
#define LISTENER_DAEMON_H

#include "settings.h"

/* The hidden first argument of a session process. */
#define DAEMON_SESSION_ROLE "--role=serve-session"

/* Runs until a signal ends it; the exit status. */
int daemon_run(struct settings *s);

/* A session process; it has its orders from the daemon. */
int daemon_session_main(void);

#endif
