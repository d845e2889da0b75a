/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Something that a client waits for and that takes its time: it is done in
 * steps, between which the loop sees to other things.  Meanwhile the session
 * counts as running: ^C gives up, and so does the client's leaving.
 */
#ifndef SERVER_SESSION_JOB_H
#define SERVER_SESSION_JOB_H

#include "private.h"

/* What a step returns that is not the last one; else as a handler does. */
#define JOB_GOES_ON 2

struct session_job {
	int (*step)(struct session *s, struct rsp_reply *out);
	/* Frees what it has, however it ends. */
	void (*end)(struct session *s);
	int every_ms; /* how soon there is another step */
	/* What befalls the target meanwhile is told afterwards. */
	bool alone;
};

/* Returns SESSION_NO_REPLY, for handlers. */
int job_begin(struct session *s, const struct session_job *job);
/* False: there is none. */
bool job_cancel(struct session *s);

#endif
