/* SPDX-License-Identifier: Apache-2.0 */
/* Running and stopping the threads of the mock, and the events of it. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

static bool
runs(const struct mock_thread *th)
{
	return !th->stopped && !th->gone && !th->process->exiting;
}

/* Threads that ended and have nothing more to tell. */
static void
bury(struct mock *m, struct mock_process *p)
{
	struct mock_thread *th, *next;

	for (th = p->threads; th; th = next) {
		next = th->next;
		if (th->gone && th->pending.kind == TARGET_EVENT_NONE)
			mock_thread_free(m, th);
	}
}

static bool
step_all(struct mock *m, pid_t pid)
{
	struct mock_process *p;
	struct mock_thread *th;
	bool ran = false;

	for (p = m->processes; p; p = p->next) {
		if (pid && p->pid != pid)
			continue;
		for (th = p->threads; th; th = th->next) {
			if (!runs(th) || th->pending.kind)
				continue;
			if (th->stop_wanted) {
				th->stop_wanted = false;
				mock_stop_for(th, TARGET_STOP_REQUESTED, 0);
				continue;
			}
			mock_cpu_step(m, th);
			ran = true;
		}
		bury(m, p);
	}
	return ran;
}

/* A queued stop whose reason is no more: the breakpoint was removed, or pc was
 * moved. */
static bool
is_stale(struct mock *m, struct mock_thread *th)
{
	enum target_stop_reason reason = th->pending.reason;

	if (th->pending.kind != TARGET_EVENT_STOP ||
	    (reason != TARGET_STOP_BREAKPOINT &&
	     reason != TARGET_STOP_HW_BREAKPOINT))
		return false;
	return m->arch->get_pc(th->file) != th->at_break ||
	       !mock_break_at(th->process, th->at_break);
}

static void
run_on(struct mock_thread *th)
{
	memset(&th->pending, 0, sizeof(th->pending));
	th->hit = false;
	th->stopped = false;
}

/* Gives a thread's queued event to the session; false: there is none. */
static bool
give(struct mock *m, struct mock_thread *th, struct target_event *event)
{
	if (th->pending.kind == TARGET_EVENT_NONE || !th->wanted)
		return false;
	if (is_stale(m, th)) {
		run_on(th);
		return false;
	}
	*event = th->pending;
	memset(&th->pending, 0, sizeof(th->pending));
	if (event->kind == TARGET_EVENT_THREAD_CREATED) {
		th->reported = *event;
		th->reported.kind = TARGET_EVENT_STOP;
		th->reported.reason = TARGET_STOP_NONE;
	} else {
		th->reported = *event;
	}
	th->wanted = false;
	th->stop_wanted = false;
	return true;
}

static bool
queued(struct mock *m, struct target_event *event)
{
	struct mock_process *p;
	struct mock_thread *th;

	for (p = m->processes; p; p = p->next) {
		if (p->exiting) {
			*event = p->end;
			if (!p->traced)
				event->kind = TARGET_EVENT_NONE;
			mock_process_free(m, p);
			if (event->kind)
				return true;
			return queued(m, event);
		}
		for (th = p->threads; th; th = th->next)
			if (give(m, th, event))
				return true;
	}
	return false;
}

/* Threads are left, and none of them runs. */
static bool
none_resumed(struct mock *m)
{
	struct mock_process *p;
	struct mock_thread *th;
	bool any = false;

	for (p = m->processes; p; p = p->next) {
		for (th = p->threads; th && p->traced; th = th->next) {
			any = true;
			if (th->wanted)
				return false;
		}
	}
	return any;
}

static bool
anything_runs(struct mock *m)
{
	struct mock_process *p;
	struct mock_thread *th;

	for (p = m->processes; p; p = p->next)
		for (th = p->threads; th; th = th->next)
			if (p->exiting || th->wanted || th->gone)
				return true;
	return false;
}

/* Is there anything that next_event would give? */
static bool
has_queued(struct mock *m)
{
	struct mock_process *p;
	struct mock_thread *th;

	for (p = m->processes; p; p = p->next) {
		if (p->exiting && p->traced)
			return true;
		for (th = p->threads; th; th = th->next)
			if (th->pending.kind != TARGET_EVENT_NONE &&
			    th->wanted && !is_stale(m, th))
				return true;
	}
	return false;
}

int
mock_next_event(struct target *t, struct target_event *event)
{
	struct mock *m = mock_of(t);
	unsigned slice = m->options.slice ? m->options.slice : 64;
	bool resumed = !none_resumed(m), got;
	uint64_t drained;

	(void)!read(m->wake_fd, &drained, sizeof(drained));
	if (!event)
		return has_queued(m);
	memset(event, 0, sizeof(*event));
	got = queued(m, event);
	while (!got && slice-- > 0 && step_all(m, 0))
		got = queued(m, event);
	if (!got)
		got = queued(m, event);
	if (!got && resumed && m->reports & TARGET_REPORT_NO_RESUMED &&
	    none_resumed(m)) {
		event->kind = TARGET_EVENT_NO_RESUMED;
		got = true;
	}
	if (got || anything_runs(m))
		mock_wake(m);
	return got;
}

int
mock_resume(struct target *t, pid_t tid, const struct target_resume *how)
{
	struct mock_thread *th = mock_thread_find(mock_of(t), tid);

	if (!th || th->gone || th->process->exiting)
		return -ESRCH;
	if (!th->stopped || th->wanted)
		return -EBUSY;
	if (how->signal && !mock_is_signal(how->signal))
		return -EINVAL;
	th->marked = true;
	th->next_how = *how;
	return 0;
}

static void
go(struct mock *m, struct mock_thread *th)
{
	th->marked = false;
	th->wanted = true;
	th->how = th->next_how;
	/* One that a queued event keeps from running is delivered later. */
	if (th->how.signal)
		th->deliver = th->how.signal;
	if (th->pending.kind && !is_stale(m, th))
		return;
	run_on(th);
	th->hit = th->reported.kind == TARGET_EVENT_STOP &&
		  (th->reported.reason == TARGET_STOP_BREAKPOINT ||
		   th->reported.reason == TARGET_STOP_HW_BREAKPOINT) &&
		  th->at_break == m->arch->get_pc(th->file);
	memset(&th->reported, 0, sizeof(th->reported));
	if (th->in_syscall >= 0 && th->process->catch_syscalls) {
		mock_stop_for(th, TARGET_STOP_SYSCALL_RETURN, SIGTRAP);
		th->pending.syscall = th->in_syscall;
	}
	th->in_syscall = -1;
}

int
mock_resume_commit(struct target *t)
{
	struct mock *m = mock_of(t);
	struct mock_process *p;
	struct mock_thread *th;

	for (p = m->processes; p; p = p->next)
		for (th = p->threads; th; th = th->next)
			if (th->marked)
				go(m, th);
	mock_wake(m);
	return 0;
}

int
mock_stop(struct target *t, pid_t tid)
{
	struct mock_thread *th = mock_thread_find(mock_of(t), tid);

	if (!th || th->gone || th->process->exiting)
		return -ESRCH;
	if (!th->wanted)
		return -EINVAL;
	th->stop_wanted = true;
	mock_wake(mock_of(t));
	return 0;
}

int
mock_interrupt(struct target *t, pid_t pid)
{
	struct mock *m = mock_of(t);
	struct mock_process *p;
	struct mock_thread *th;

	if (pid && !mock_process_traced(m, pid))
		return -ESRCH;
	for (p = m->processes; p; p = p->next) {
		if (!p->traced || (pid && p->pid != pid))
			continue;
		for (th = p->threads; th; th = th->next)
			if (runs(th) && th->wanted && !th->vfork_child)
				return mock_stop(t, th->tid);
	}
	return -ESRCH;
}

/* The first thread takes it, when its script is done. */
int
mock_signal(struct target *t, pid_t pid, int signal)
{
	struct mock_process *p = mock_process_traced(mock_of(t), pid);

	if (!p || !p->threads)
		return -ESRCH;
	return mock_do(t, p->threads->tid, MOCK_SIGNAL, signal, 0);
}

int
mock_stop_all(struct target *t, pid_t pid)
{
	struct mock *m = mock_of(t);
	struct mock_process *p;
	struct mock_thread *th;

	if (pid && !mock_process_traced(m, pid))
		return -ESRCH;
	/* Threads go on for a moment: what happens then is queued. */
	step_all(m, pid);
	for (p = m->processes; p; p = p->next) {
		if (!p->traced || (pid && p->pid != pid))
			continue;
		for (th = p->threads; th; th = th->next) {
			if (th->gone || !th->wanted)
				continue;
			th->wanted = false;
			th->stop_wanted = false;
			if (th->pending.reason == TARGET_STOP_REQUESTED)
				memset(&th->pending, 0, sizeof(th->pending));
			th->stopped = true;
			th->reported = (struct target_event){
				.kind = TARGET_EVENT_NONE,
				.pid = p->pid,
				.tid = th->tid,
			};
		}
	}
	if (anything_runs(m))
		mock_wake(m);
	return 0;
}

void
mock_fetch_stops(struct target *t, pid_t pid)
{
	struct mock *m = mock_of(t);
	struct mock_process *p;
	struct mock_thread *th;

	for (p = m->processes; p; p = p->next) {
		for (th = p->threads; th; th = th->next) {
			if ((pid && p->pid != pid) || th->wanted ||
			    th->pending.kind != TARGET_EVENT_STOP)
				continue;
			if (!is_stale(m, th))
				th->reported = th->pending;
			memset(&th->pending, 0, sizeof(th->pending));
		}
	}
}
