/* SPDX-License-Identifier: Apache-2.0 */
/* Stopping threads: one, some one, all; PTRACE_INTERRUPT, never a signal. */
#include <errno.h>
#include <sys/ptrace.h>
#include <time.h>

#include "engine.h"

/* After so long without an answer, look what the thread is doing. */
#define LOOK_AFTER_MS 5
/* In an uninterruptible sleep it is given no longer than this. */
#define UNINTERRUPTIBLE_MS 250

static bool
is_moving(const struct thread *th)
{
	return (th->run == THREAD_RUNNING || th->run == THREAD_NEW) &&
	       !th->zombie && !th->has_status;
}

void
thread_interrupt(struct thread *th)
{
	if (th->run != THREAD_RUNNING || th->interrupt_sent || th->zombie)
		return;
	ptrace(PTRACE_INTERRUPT, th->tid, NULL, NULL);
	th->interrupt_sent = true;
}

/* Has it become one that will not stop for now? */
static bool
is_stuck(struct thread *th, int waited_ms)
{
	char state;

	if (procfs_state(th->tid, &state) < 0)
		return false;
	if ((state == 'Z' || state == 'X') && th->tid == th->process->pid) {
		th->zombie = true;
		return true;
	}
	return state == 'D' && waited_ms >= UNINTERRUPTIBLE_MS;
}

/*
 * A tid that vanishes without a word has called exec: the thread goes on as
 * the leader, where its stop is to be found.
 */
static void
follow_exec(struct ptrace_target *t, struct thread *th)
{
	struct thread *leader = process_leader(th->process);
	int status;

	if (leader != NULL && leader != th &&
	    event_wait(t, leader->tid, LOOK_AFTER_MS, &status) == 0)
		event_handle(t, leader, status);
}

/* Takes statuses of one thread until it stands. */
static void
wait_until_stopped(struct ptrace_target *t, struct thread *th)
{
	int status, waited = 0, slice = LOOK_AFTER_MS, err;

	while (is_moving(th) && waited < STOP_TIMEOUT_MS) {
		/* A vfork parent stands only once its child lets it. */
		if (th->in_vfork)
			slice = 0;
		err = event_wait(t, th->tid, slice, &status);
		if (err == 0) {
			event_handle(t, th, status);
			thread_interrupt(th);
			continue;
		}
		if (err == -ESRCH)
			follow_exec(t, th);
		if (err == -ESRCH || th->in_vfork)
			return;
		waited += slice;
		if (is_stuck(th, waited))
			return;
		if (slice < 100)
			slice *= 2;
	}
}

/*
 * A leader that has exited may have taken the others along, also those that
 * stand: the kernel no longer knows them as stopped.
 */
static void
find_killed(struct ptrace_target *t, struct process *p)
{
	struct thread *leader = process_leader(p), *th, *next;
	siginfo_t si;

	if (leader == NULL || !leader->zombie)
		return;
	for (th = p->threads; th != NULL && !p->gone; th = next) {
		next = th->next;
		if (th->run != THREAD_STOPPED ||
		    ptrace(PTRACE_GETSIGINFO, th->tid, NULL, &si) == 0 ||
		    errno != ESRCH)
			continue;
		registers_drop(th);
		th->run = THREAD_RUNNING;
		th->interrupt_sent = true;
		wait_until_stopped(t, th);
	}
}

static struct process *
next_process(struct ptrace_target *t, struct process *p, struct process *only)
{
	if (only != NULL)
		return p == NULL && !only->gone ? only : NULL;
	return p == NULL ? t->processes : p->next;
}

void
threads_stop(struct ptrace_target *t, struct process *only)
{
	struct process *p;
	struct thread *th;
	bool again = true;
	int rounds;

	/* Whoever was let go is waited for here. */
	t->soon = 0;
	/*
	 * New threads join at the end of the list, and one that goes away while
	 * we stand on it may cut us off from them: hence the rounds.
	 */
	for (rounds = 0; again && rounds < 8; rounds++) {
		again = false;
		for (p = next_process(t, NULL, only); p != NULL;
		     p = next_process(t, p, only))
			for (th = p->threads; th != NULL; th = th->next)
				thread_interrupt(th);
		for (p = next_process(t, NULL, only); p != NULL && !p->gone;
		     p = next_process(t, p, only)) {
			for (th = p->threads; th != NULL; th = th->next) {
				if (!is_moving(th))
					continue;
				thread_interrupt(th);
				wait_until_stopped(t, th);
				again = again || th->run == THREAD_GONE;
			}
		}
	}
	for (p = next_process(t, NULL, only); p != NULL;
	     p = next_process(t, p, only))
		find_killed(t, p);
}

int
process_pause(struct ptrace_target *t, struct process *p)
{
	p->paused++;
	threads_stop(t, p);
	return p->gone ? -ESRCH : 0;
}

void
process_unpause(struct ptrace_target *t, struct process *p)
{
	if (--p->paused == 0 && !p->gone)
		process_go(t, p);
}

static bool
is_held(const struct process *p)
{
	const struct thread *th;

	for (th = p->threads; th != NULL; th = th->next)
		if (th->wanted_running && !th->zombie)
			return false;
	return true;
}

/* Neither it nor its vfork child will move before the session says so. */
static bool
waits_for_held_child(const struct ptrace_target *t, const struct thread *th)
{
	const struct process *child;

	if (!th->in_vfork || th->run != THREAD_RUNNING)
		return false;
	for (child = t->processes; child != NULL; child = child->next)
		if (child->vfork_parent == th->process && is_held(child))
			return true;
	return false;
}

static void
request_stop(struct ptrace_target *t, struct thread *th)
{
	th->stop_requested = true;
	thread_interrupt(th);
	if (waits_for_held_child(t, th) &&
	    th->pending.kind == TARGET_EVENT_NONE)
		thread_pend(t, th, TARGET_STOP_REQUESTED, 0);
	/* Held for another's sake, it needs no interrupt. */
	thread_go(t, th);
}

int
ptrace_stop(struct target *base, pid_t tid)
{
	struct ptrace_target *t = ptrace_of(base);
	struct thread *th = thread_find(t, tid);

	if (th == NULL || th->process->leaving)
		return -ESRCH;
	if (!th->wanted_running)
		return -EINVAL;
	request_stop(t, th);
	return 0;
}

/* Can it stop at once, as far as we can tell? */
static bool
is_responsive(struct thread *th)
{
	char state;

	if (!th->wanted_running || th->zombie || th->in_vfork)
		return false;
	if (th->run == THREAD_STOPPED)
		return true;
	return procfs_state(th->tid, &state) == 0 && state != 'D' &&
	       state != 'Z' && state != 'X';
}

static struct thread *
pick(struct process *p)
{
	struct thread *th = process_leader(p), *any = NULL;
	int tries = 0;

	if (p->leaving)
		return NULL;
	if (th != NULL && is_responsive(th))
		return th;
	for (th = p->threads; th != NULL; th = th->next) {
		if (!th->wanted_running || th->zombie)
			continue;
		if (any == NULL || any->in_vfork)
			any = th;
		/* It stays a guess; do not read all of /proc for it. */
		if (tries++ < 16 && is_responsive(th))
			return th;
	}
	return any;
}

int
ptrace_interrupt(struct target *base, pid_t pid)
{
	struct ptrace_target *t = ptrace_of(base);
	struct process *p;
	struct thread *th = NULL, *one;

	if (pid != 0 && process_visible(t, pid) == NULL)
		return -ESRCH;
	for (p = t->processes; p != NULL; p = p->next) {
		one = pid == 0 || p->pid == pid ? pick(p) : NULL;
		/* Who waits for a vfork child is better left alone. */
		if (one != NULL && (th == NULL || th->in_vfork))
			th = one;
	}
	if (th == NULL)
		return -ESRCH;
	request_stop(t, th);
	return 0;
}

void
interrupt_again(struct ptrace_target *t, struct process *p)
{
	struct thread *th;

	for (th = p->threads; th != NULL; th = th->next)
		if (th->stop_requested)
			return;
	th = pick(p);
	if (th != NULL)
		request_stop(t, th);
}

static void
want_stopped(struct ptrace_target *t, struct process *p)
{
	struct thread *th;

	for (th = p->threads; th != NULL; th = th->next) {
		th->wanted_running = false;
		th->stop_requested = false;
		mark_remove(t, th);
		if (th->pending.kind == TARGET_EVENT_STOP &&
		    th->pending.reason == TARGET_STOP_REQUESTED)
			thread_unpend(t, th);
	}
}

int
ptrace_stop_all(struct target *base, pid_t pid)
{
	struct ptrace_target *t = ptrace_of(base);
	struct process *p = NULL;

	if (pid != 0) {
		p = process_visible(t, pid);
		if (p == NULL)
			return -ESRCH;
		want_stopped(t, p);
	} else {
		for (p = t->processes; p != NULL; p = p->next)
			want_stopped(t, p);
		p = NULL;
	}
	threads_stop(t, p);
	return 0;
}
