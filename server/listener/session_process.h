/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session in a process of its own: this executable again, in the form and
 * with the options of the server that has accepted its client.
 */
#ifndef LISTENER_SESSION_PROCESS_H
#define LISTENER_SESSION_PROCESS_H

#include "settings.h"
#include "waiting.h"

/* So many at a time. */
#define SESSION_PROCESSES_MAX 64

/* The hidden first argument. */
#define SESSION_PROCESS_ROLE "--role=session"

/*
 * The client's descriptor stays the caller's.  The process is nobody's child (a
 * process that traces cannot wait for others); *server is our end of a socket:
 * it reads as ended when the session has, and a byte written there ends the
 * session.  `folder`: where it begins; "": where we are.
 */
int session_process_start(const struct settings *s,
			  const struct waiting_client *client,
			  const char *folder, int *server);

/* argv[0] is what follows the role. */
int session_process_main(char **argv);

#endif
