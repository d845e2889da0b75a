/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A leader that exits before the other threads becomes a zombie, and the kernel
 * says nothing of it until they have ended too.  Where it is the only thread
 * that runs, or its end is asked for, somebody waits for it: so look now and
 * then.
 */
#include <sys/timerfd.h>
#include <unistd.h>

#include "engine.h"

#define LOOK_EVERY_MS 50

static void
set_timer(struct ptrace_target *t, long ms)
{
	struct itimerspec every = {
		.it_value.tv_nsec = ms * 1000000,
		.it_interval.tv_nsec = ms * 1000000,
	};

	timerfd_settime(t->timer_fd, 0, &every, NULL);
	t->watching_leader = ms != 0;
}

/* The leader, if no other thread of its process is to run. */
static struct thread *
lone_leader(const struct process *p)
{
	struct thread *th, *leader = NULL;

	for (th = p->threads; th != NULL; th = th->next) {
		if (!th->wanted_running || th->zombie)
			continue;
		if (th->tid != p->pid)
			return NULL;
		leader = th;
	}
	return leader;
}

/* The leader whose end somebody waits for. */
static struct thread *
awaited_leader(const struct ptrace_target *t, const struct process *p)
{
	struct thread *th = p->threads;

	if (p->nthreads < 2 || p->leaving || p->killing)
		return NULL;
	if (th->tid == p->pid && (th->options & TARGET_THREAD_EXIT) != 0)
		return th->wanted_running && !th->zombie ? th : NULL;
	return t->reports & TARGET_REPORT_NO_RESUMED ? lone_leader(p) : NULL;
}

void
leader_watch(struct ptrace_target *t)
{
	const struct process *p;

	if (t->watching_leader)
		return;
	for (p = t->processes; p != NULL; p = p->next) {
		if (awaited_leader(t, p) == NULL)
			continue;
		set_timer(t, LOOK_EVERY_MS);
		return;
	}
}

static void
leader_ended(struct ptrace_target *t, struct thread *th)
{
	struct target_event ev = {
		.kind = TARGET_EVENT_THREAD_EXITED,
		.pid = th->process->pid,
		.tid = th->tid,
	};

	th->zombie = true;
	th->wanted_running = false;
	if (thread_end_is_told(t, th))
		notice_add(t, &ev);
	ev.kind = TARGET_EVENT_NO_RESUMED;
	if ((t->reports & TARGET_REPORT_NO_RESUMED) && !any_wanted(t) &&
	    !is_ending(th->process))
		notice_add(t, &ev);
}

void
leader_look(struct ptrace_target *t)
{
	struct process *p;
	struct thread *th;
	uint64_t ticks;
	char state;
	bool watch = false;

	if (!t->watching_leader ||
	    read(t->timer_fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	for (p = t->processes; p != NULL; p = p->next) {
		th = awaited_leader(t, p);
		if (th == NULL)
			continue;
		if (th->run == THREAD_RUNNING && !th->has_status &&
		    procfs_state(th->tid, &state) == 0 &&
		    (state == 'Z' || state == 'X'))
			leader_ended(t, th);
		else
			watch = true;
	}
	if (!watch)
		set_timer(t, 0);
}
