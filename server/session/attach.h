/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attaching, at once or when a process of some name appears.
 */
#ifndef SERVER_SESSION_ATTACH_H
#define SERVER_SESSION_ATTACH_H

#include "private.h"

/* Attaches and answers: the stop reply, or OK in non-stop mode. */
int session_attach(struct session *s, pid_t pid, struct rsp_reply *out);

#endif
