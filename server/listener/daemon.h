/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `rspd serve`: this process listens, and starts a session process for each
 * client, so that one session's crash touches no other.
 */
#ifndef LISTENER_DAEMON_H
#define LISTENER_DAEMON_H

#include "settings.h"

#define DAEMON_SESSIONS_MAX 64

/* The hidden first argument of a session process. */
#define DAEMON_SESSION_ROLE "--role=session"

/* Runs until a signal ends it; the exit status. */
int daemon_run(struct settings *s);

/* A session process: argv is the daemon's own command line. */
int daemon_session_main(char **argv);

#endif
