/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which thread a client means.
 */
#include <errno.h>
#include <stdlib.h>

#include "private.h"

size_t
session_threads(struct session *s, pid_t pid)
{
	size_t n = target_threads(s->target, pid, s->tids, s->tids_cap);

	while (n > s->tids_cap) {
		size_t cap = n + n / 4 + 16;
		pid_t *grown = reallocarray(s->tids, cap, sizeof(*grown));

		if (grown == NULL)
			return 0;
		s->tids = grown;
		s->tids_cap = cap;
		n = target_threads(s->target, pid, s->tids, s->tids_cap);
	}
	return n;
}

static int
first_thread(struct session *s, pid_t wanted, pid_t *pid, pid_t *tid)
{
	pid_t first;

	if (target_threads(s->target, wanted, &first, 1) == 0)
		return -ESRCH;
	*tid = first;
	*pid = target_thread_process(s->target, first);
	return 0;
}

int
session_current(struct session *s, pid_t *pid, pid_t *tid)
{
	pid_t process = 0;

	if (s->client.g_tid != 0)
		process = target_thread_process(s->target, s->client.g_tid);
	if (process != 0) {
		*pid = process;
		*tid = s->client.g_tid;
		return 0;
	}
	/* The thread is gone; another one of the same process, if any. */
	if (s->client.g_pid != 0 &&
	    first_thread(s, s->client.g_pid, pid, tid) == 0)
		return 0;
	return first_thread(s, 0, pid, tid);
}

/* Any thread of a process (0: of any), the current one by preference. */
static int
any_thread(struct session *s, pid_t wanted, pid_t *pid, pid_t *tid)
{
	pid_t p, t;

	if (session_current(s, &p, &t) == 0 && (wanted == 0 || p == wanted)) {
		*pid = p;
		*tid = t;
		return 0;
	}
	return first_thread(s, wanted, pid, tid);
}

static bool
fits_pid(int64_t id)
{
	return id > 0 && id <= INT32_MAX;
}

int
session_resolve(struct session *s, const struct rsp_ptid *id, pid_t *pid,
		pid_t *tid)
{
	pid_t wanted = 0, process;

	if (id->has_pid && id->pid != RSP_ID_ANY && id->pid != RSP_ID_ALL) {
		if (!fits_pid(id->pid))
			return -ESRCH;
		wanted = (pid_t)id->pid;
	}
	/* One thread of all processes is none. */
	if (id->has_pid && wanted == 0 && id->tid > 0)
		return -ESRCH;
	if (id->tid == RSP_ID_ANY || id->tid == RSP_ID_ALL)
		return any_thread(s, wanted, pid, tid);
	if (!fits_pid(id->tid))
		return -ESRCH;
	process = target_thread_process(s->target, (pid_t)id->tid);
	if (process == 0 || (wanted != 0 && process != wanted))
		return -ESRCH;
	*pid = process;
	*tid = (pid_t)id->tid;
	return 0;
}

int
session_register_thread(struct session *s, const struct rsp_suffix *suffix,
			pid_t *tid)
{
	pid_t pid;

	if (suffix->given)
		return session_resolve(s, &suffix->ptid, &pid, tid);
	return session_current(s, &pid, tid);
}

void
session_select(struct session *s, pid_t pid, pid_t tid)
{
	s->client.g_pid = pid;
	s->client.g_tid = tid;
}

void
session_put_ptid(struct session *s, struct rsp_reply *r, pid_t pid, pid_t tid)
{
	rsp_reply_ptid(r, s->client.multiprocess, pid, tid);
}
