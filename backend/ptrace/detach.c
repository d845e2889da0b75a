/* SPDX-License-Identifier: Apache-2.0 */
/* Letting a process go, as if it had never been traced; or ending it. */
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"

#define KILL_TIMEOUT_MS 10000
/* A detach waits so long for threads that cannot stop; they go later then. */
#define LINGER_MS 500

/* What the thread would have got without us. */
static int
signal_owed(const struct ptrace_target *t, const struct thread *th)
{
	const struct target_event *ev = &th->pending;

	if (th->deliver != 0)
		return th->deliver;
	if (ev->kind == TARGET_EVENT_STOP && ev->reason == TARGET_STOP_SIGNAL)
		return ev->signal;
	ev = &th->reported;
	if (ev->kind == TARGET_EVENT_STOP && ev->reason == TARGET_STOP_SIGNAL &&
	    th->stop_signal != 0 && signal_in(t->detach_signals, ev->signal))
		return ev->signal;
	return 0;
}

/* An event stop cannot deliver: send what is owed, before it runs. */
static int
signal_for_detach(const struct ptrace_target *t, struct thread *th)
{
	int signal = signal_owed(t, th);

	if (signal == 0 || th->stop_signal != 0)
		return signal;
	syscall(SYS_tgkill, th->group, th->tid, signal);
	return 0;
}

/*
 * A zombie leader is not waited for: it may stay so for long, and end without
 * a word when another thread execs.  Its status is reaped when it comes.
 */
void
detach_check_end(struct ptrace_target *t, struct process *p)
{
	const struct thread *th;

	if (!p->leaving || p->gone)
		return;
	for (th = p->threads; th != NULL; th = th->next)
		if (!th->zombie)
			return;
	process_remove(t, p);
}

void
detach_thread(struct ptrace_target *t, struct thread *th)
{
	struct process *p = th->process;
	int signal = signal_for_detach(t, th);

	vfork_child_used(p);
	watch_clear(th);
	registers_flush(th);
	if (ptrace(PTRACE_DETACH, th->tid, NULL, signal) < 0 &&
	    errno == ESRCH) {
		/*
		 * Killed meanwhile.  Nobody but us can reap it, except for an
		 * exec, that of one which was let go before: a leader.
		 */
		th->run = THREAD_RUNNING;
		th->zombie = th->tid == p->pid;
		detach_check_end(t, p);
		return;
	}
	thread_remove(t, th);
	detach_check_end(t, p);
}

static void
detach_stopped(struct ptrace_target *t, struct process *p)
{
	struct thread *th, *next;

	for (th = p->threads; th != NULL; th = next) {
		next = th->next;
		if (th->run == THREAD_STOPPED)
			detach_thread(t, th);
	}
}

/* It has ended by itself: that is no news to who ends it. */
static int
ended_before(struct ptrace_target *t, pid_t pid)
{
	return notice_drop(t, pid) ? 0 : -ESRCH;
}

/* A child of this process that nobody was told of yet. */
static struct thread *
untold_child(struct ptrace_target *t, const struct process *p)
{
	const struct thread *parent;
	struct process *child;

	for (child = t->processes; child != NULL; child = child->next) {
		if (child->threads == NULL)
			continue;
		parent = thread_parent_to_tell(t, child->threads);
		if (parent != NULL && parent->process == p)
			return child->threads;
	}
	return NULL;
}

int
ptrace_detach(struct target *base, pid_t pid, bool stay_stopped)
{
	struct ptrace_target *t = ptrace_of(base);
	struct process *p = process_visible(t, pid);
	struct thread *child;

	if (p == NULL)
		return ended_before(t, pid);
	ptrace_stop_all(base, pid);
	if (p->gone)
		return ended_before(t, pid);
	/* Nobody else would let them go. */
	while ((child = untold_child(t, p)) != NULL) {
		child->told_by = 0;
		(void)!ptrace_detach(base, child->tid, false);
	}
	breakpoints_lift(p);
	breakpoints_drop(p);
	scratch_unmap(t, p);
	(void)vm_let_go(t, p);
	if (p->gone)
		return ended_before(t, pid);
	notice_drop(t, pid);
	if (stay_stopped)
		kill(pid, SIGSTOP);
	launch_ended(t, pid);
	p->leaving = true;
	detach_stopped(t, p);
	/* A vfork parent, or what an exec or exit sweeps away: soon over. */
	detach_check_end(t, p);
	if (!p->gone)
		event_wait_end(t, p, LINGER_MS);
	return 0;
}

int
ptrace_signal(struct target *base, pid_t pid, int signal)
{
	if (process_visible(ptrace_of(base), pid) == NULL)
		return -ESRCH;
	return kill(pid, signal) < 0 ? -errno : 0;
}

int
ptrace_kill(struct target *base, pid_t pid)
{
	struct ptrace_target *t = ptrace_of(base);
	struct process *p = process_visible(t, pid);
	struct thread *child;
	int err;

	if (p == NULL)
		return ended_before(t, pid);
	while ((child = untold_child(t, p)) != NULL) {
		child->told_by = 0;
		(void)!ptrace_kill(base, child->tid);
	}
	p->killing = true;
	if (kill(pid, SIGKILL) < 0 && errno != ESRCH) {
		p->killing = false;
		return -errno;
	}
	err = event_wait_end(t, p, KILL_TIMEOUT_MS);
	notice_drop(t, pid);
	return err;
}
