/* SPDX-License-Identifier: Apache-2.0 */
/* The table of threads. */
#include "ptrace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

#define HASH_SIZE \
	(sizeof((struct ptrace_target *)0)->by_tid / sizeof(struct thread *))

static struct thread **
bucket(struct ptrace_target *t, pid_t tid)
{
	return &t->by_tid[(size_t)tid % HASH_SIZE];
}

static void
unhash(struct ptrace_target *t, struct thread *th)
{
	struct thread **at;

	for (at = bucket(t, th->tid); *at != th; at = &(*at)->hash_next)
		assert(*at != NULL);
	*at = th->hash_next;
}

static void
hash(struct ptrace_target *t, struct thread *th)
{
	struct thread **at = bucket(t, th->tid);

	th->hash_next = *at;
	*at = th;
}

struct thread *
thread_find(struct ptrace_target *t, pid_t tid)
{
	struct thread *th;

	if (tid <= 0)
		return NULL;
	for (th = *bucket(t, tid); th != NULL; th = th->hash_next)
		if (th->tid == tid)
			return th;
	return NULL;
}

struct thread *
thread_parent_to_tell(struct ptrace_target *t, const struct thread *child)
{
	struct thread *th = thread_find(t, child->told_by);

	if (th == NULL || th->pending.kind != TARGET_EVENT_STOP ||
	    th->pending.child_tid != child->tid)
		return NULL;
	return th;
}

struct thread *
thread_add(struct ptrace_target *t, struct process *p, pid_t tid)
{
	struct thread *th = calloc(1, sizeof(*th));

	if (th == NULL)
		return NULL;
	th->tid = tid;
	th->group = p->pid;
	th->process = p;
	th->run = THREAD_NEW;
	th->syscall_nr = -1;
	th->prev = p->threads_last;
	if (th->prev != NULL)
		th->prev->next = th;
	else
		p->threads = th;
	p->threads_last = th;
	p->nthreads++;
	hash(t, th);
	return th;
}

void
thread_remove(struct ptrace_target *t, struct thread *th)
{
	struct process *p = th->process;

	queue_remove(t, th);
	mark_remove(t, th);
	if (th->has_status)
		t->nstatus--;
	if (p->stepper == th)
		p->stepper = NULL;
	if (th->in_vfork && p->vforks > 0)
		p->vforks--;
	unhash(t, th);
	if (th->prev != NULL)
		th->prev->next = th->next;
	else
		p->threads = th->next;
	if (th->next != NULL)
		th->next->prev = th->prev;
	else
		p->threads_last = th->prev;
	p->nthreads--;
	registers_drop(th);
	th->run = THREAD_GONE;
	th->wanted_running = false;
	th->queue_next = t->dead_threads;
	t->dead_threads = th;
}

void
thread_rename(struct ptrace_target *t, struct thread *th, pid_t tid)
{
	unhash(t, th);
	th->tid = tid;
	hash(t, th);
}
