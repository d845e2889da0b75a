/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events that were seen and are not reported yet: of threads (which stand
 * stopped with one each) in the order in which they came, and of those who are
 * gone.  A thread's event is for the session only while the session believes
 * that the thread runs.
 */
#include <stdlib.h>
#include <unistd.h>

#include "engine.h"

struct notice {
	struct target_event event;
	struct notice *next;
};

/* Makes the wake descriptor readable. */
void
wake(struct ptrace_target *t)
{
	uint64_t one = 1;

	/* While events are collected, their collector sees what is new. */
	if (t->woken || t->collecting)
		return;
	t->woken = write(t->event_fd, &one, sizeof(one)) == sizeof(one);
}

void
unwake(struct ptrace_target *t)
{
	uint64_t count;

	if (t->woken && read(t->event_fd, &count, sizeof(count)) >= 0)
		t->woken = false;
}

void
queue_add(struct ptrace_target *t, struct thread *th)
{
	if (!th->queued) {
		th->queued = true;
		th->queue_next = NULL;
		*t->queue_tail = th;
		t->queue_tail = &th->queue_next;
	}
	wake(t);
}

void
queue_remove(struct ptrace_target *t, struct thread *th)
{
	struct thread **at;

	if (!th->queued)
		return;
	for (at = &t->queue; *at != th; at = &(*at)->queue_next)
		continue;
	*at = th->queue_next;
	if (t->queue_tail == &th->queue_next)
		t->queue_tail = at;
	th->queued = false;
	th->queue_next = NULL;
}

void
mark_remove(struct ptrace_target *t, struct thread *th)
{
	struct thread **at;

	if (!th->resume_marked)
		return;
	for (at = &t->marked; *at != th; at = &(*at)->mark_next)
		continue;
	*at = th->mark_next;
	if (t->marked_tail == &th->mark_next)
		t->marked_tail = at;
	th->resume_marked = false;
	th->mark_next = NULL;
}

void
thread_pend_event(struct ptrace_target *t, struct thread *th,
		  const struct target_event *ev)
{
	th->pending = *ev;
	th->pending.pid = th->process->pid;
	th->pending.tid = th->tid;
	queue_add(t, th);
}

void
thread_pend(struct ptrace_target *t, struct thread *th,
	    enum target_stop_reason reason, int signal)
{
	struct target_event ev = {
		.kind = TARGET_EVENT_STOP,
		.reason = reason,
		.signal = signal,
	};

	thread_pend_event(t, th, &ev);
}

void
thread_unpend(struct ptrace_target *t, struct thread *th)
{
	th->pending.kind = TARGET_EVENT_NONE;
	queue_remove(t, th);
}

void
notice_add(struct ptrace_target *t, const struct target_event *ev)
{
	struct notice *n = malloc(sizeof(*n));

	if (n == NULL)
		return;
	n->event = *ev;
	n->next = NULL;
	*t->notices_tail = n;
	t->notices_tail = &n->next;
	wake(t);
}

bool
notice_drop(struct ptrace_target *t, pid_t pid)
{
	struct notice **at = &t->notices, *n;
	bool ended = false;

	while ((n = *at) != NULL) {
		if (n->event.pid == pid || pid == 0) {
			ended |= n->event.kind == TARGET_EVENT_EXITED ||
				 n->event.kind == TARGET_EVENT_KILLED;
			*at = n->next;
			free(n);
		} else {
			at = &n->next;
		}
	}
	t->notices_tail = at;
	return ended;
}

/* Did the session take away what this thread has run into? */
static bool
is_stale(struct thread *th)
{
	const struct target_event *ev = &th->pending;
	uint64_t pc;

	if (ev->kind != TARGET_EVENT_STOP)
		return false;
	if (ev->reason == TARGET_STOP_HW_BREAKPOINT)
		return !th->process->hw[ev->hw_index % ARCH_HW_SLOTS_MAX].used;
	if (ev->reason != TARGET_STOP_BREAKPOINT)
		return false;
	return registers_pc(th, &pc) < 0 || pc != ev->addr ||
	       breakpoint_at(th->process, pc) == NULL;
}

static void
report(struct ptrace_target *t, struct thread *th, struct target_event *ev)
{
	*ev = th->pending;
	th->reported = th->pending;
	th->reported_at_breakpoint = ev->reason == TARGET_STOP_BREAKPOINT ||
				     ev->reason == TARGET_STOP_HW_BREAKPOINT;
	th->wanted_running = false;
	th->stop_requested = false;
	thread_unpend(t, th);
}

static struct thread *
next_reportable(struct ptrace_target *t)
{
	struct thread *th, *next;

	for (th = t->queue; th != NULL; th = next) {
		next = th->queue_next;
		if (!th->wanted_running)
			continue;
		if (!is_stale(th))
			return th;
		thread_unpend(t, th);
		thread_go(t, th);
		/* It may have queued something else; start over. */
		next = t->queue;
	}
	return NULL;
}

void
ptrace_fetch_stops(struct target *base, pid_t pid)
{
	struct ptrace_target *t = ptrace_of(base);
	struct target_event ev;
	struct thread *th, *next;

	for (th = t->queue; th != NULL; th = next) {
		next = th->queue_next;
		if (th->wanted_running ||
		    th->pending.kind != TARGET_EVENT_STOP ||
		    (pid != 0 && th->process->pid != pid))
			continue;
		if (is_stale(th))
			thread_unpend(t, th);
		else
			report(t, th, &ev);
	}
}

/* "Nothing that was resumed is left" is not so any more once something is. */
static void
drop_stale_notices(struct ptrace_target *t)
{
	struct notice *n;

	while ((n = t->notices) != NULL &&
	       n->event.kind == TARGET_EVENT_NO_RESUMED && any_wanted(t)) {
		t->notices = n->next;
		if (t->notices == NULL)
			t->notices_tail = &t->notices;
		free(n);
	}
}

bool
queue_has_event(struct ptrace_target *t)
{
	drop_stale_notices(t);
	return t->notices != NULL || next_reportable(t) != NULL;
}

int
queue_take(struct ptrace_target *t, struct target_event *ev)
{
	struct notice *n;
	struct thread *th;

	drop_stale_notices(t);
	n = t->notices;
	if (n != NULL) {
		*ev = n->event;
		t->notices = n->next;
		if (t->notices == NULL)
			t->notices_tail = &t->notices;
		free(n);
	} else if ((th = next_reportable(t)) != NULL) {
		report(t, th, ev);
	} else {
		return 0;
	}
	if (queue_has_event(t))
		wake(t);
	return 1;
}
