/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lldb's platform mode: a client that debugs nothing itself, but looks at
 * processes and files, starts programs, and opens debug sessions beside this
 * one.  It is not announced: such a client asks qHostInfo and never says
 * QThreadSuffixSupported, which every lldb that debugs says first.
 */
#ifndef SERVER_SESSION_PLATFORM_H
#define SERVER_SESSION_PLATFORM_H

#include "private.h"

/* Forgets what the client asked for; the programs it started go on. */
void platform_forget(struct session *s);

/* Starts what is in s->launch.argv, not traced. */
int platform_start(struct session *s, struct rsp_reply *out);
/* qProcessInfo's answer about it, once; -ESRCH: nothing was started. */
int platform_started_info(struct session *s, struct rsp_reply *out);

#endif
