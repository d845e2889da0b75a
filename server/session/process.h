/* SPDX-License-Identifier: Apache-2.0 */
/* What the packets that make processes come and go share. */
#ifndef SERVER_SESSION_PROCESS_H
#define SERVER_SESSION_PROCESS_H

#include "private.h"

/* A process has come: its first thread becomes the current one, and its stop
 * the reply.  -ESRCH if it has gone meanwhile. */
int process_first_stop(struct session *s, pid_t pid, struct rsp_reply *out);
/* Non-stop: the stops of a new process follow as notifications.  -ENOMEM. */
int process_announce(struct session *s, pid_t pid);

/* Detaches and forgets a process; as target_detach. */
int process_detach(struct session *s, pid_t pid, bool stay_stopped);

#endif
