/* SPDX-License-Identifier: Apache-2.0 */
/* Attaching to a running process: all its threads, without a trace in it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"
#include "guardian.h"

/* Execs in the midst of one attach; each makes it start anew. */
#define EXECS_MAX 20

/* How long a signal that is due is waited for: another thread may take it. */
#define DUE_TIMEOUT_MS 100

/* How long an earlier detach's last thread is waited for. */
#define LEAVING_TIMEOUT_MS 3000

/*
 * A thread that was not seized yet has exec'd: the kernel has ended the one we
 * had seized and given its tid to the other, which nobody traces.
 */
static bool
was_replaced(const struct thread *th)
{
	long tracer;

	return th->run != THREAD_STOPPED && !th->has_status &&
	       procfs_status_field(th->tid, "TracerPid:", &tracer) == 0 &&
	       tracer != getpid() && !procfs_is_dead(th->tid);
}

static bool
forget_replaced(struct ptrace_target *t, struct process *p)
{
	struct thread *th, *next;
	bool any = false;

	for (th = p->threads; th != NULL; th = next) {
		next = th->next;
		if (!was_replaced(th))
			continue;
		thread_remove(t, th);
		any = true;
	}
	return any;
}

/* Clear errors for what the kernel answers in many ways. */
static int
check(struct ptrace_target *t, pid_t pid)
{
	struct process *p;
	struct procfs_thread facts;

	if (pid <= 0)
		return -EINVAL;
	if (pid == getpid())
		return -EPERM;
	p = process_find(t, pid);
	if (p != NULL && !p->leaving)
		return -EPERM;
	if (procfs_thread_facts(pid, &facts) < 0 || facts.group != pid ||
	    facts.state == 'Z' || facts.state == 'X')
		return -ESRCH;
	if (p != NULL && event_wait_end(t, p, LEAVING_TIMEOUT_MS) < 0) {
		forget_replaced(t, p);
		detach_check_end(t, p);
		if (!p->gone)
			return -EPERM;
	}
	if (p != NULL && procfs_thread_facts(pid, &facts) < 0)
		return -ESRCH;
	return facts.tracer != 0 ? -EPERM : 0;
}

/* The kernel takes the program away first when a process ends. */
static bool
has_program(pid_t pid)
{
	char path[64], exe[1];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return readlink(path, exe, sizeof(exe)) > 0;
}

/*
 * Seizes and stops all, again where an exec came in between.  While the leader
 * is traced /proc tells us what it is; in the midst of an exec there may be
 * nobody to ask.
 */
static int
take_all(struct ptrace_target *t, struct process *p)
{
	struct timespec moment = { .tv_nsec = 1000000 };
	const struct arch *arch = NULL;
	int err, tries;

	for (tries = 0; tries < EXECS_MAX; tries++) {
		err = seize_all(t, p);
		arch = procfs_arch(p->pid);
		if (arch != NULL)
			p->arch = arch;
		threads_stop(t, p);
		if (err < 0 || p->gone)
			return err;
		if (!forget_replaced(t, p) && arch != NULL)
			return 0;
		if (arch == NULL)
			nanosleep(&moment, NULL);
	}
	return arch != NULL ? -EBUSY : has_program(p->pid) ? -ENOEXEC : -ESRCH;
}

/* Is a signal of the thread's own, or of its process, about to come? */
static bool
is_due(const struct thread *th, unsigned flags)
{
	struct __ptrace_peeksiginfo_args args = { .flags = flags, .nr = 32 };
	uint64_t blocked;
	siginfo_t si[32];
	long n, i;

	n = ptrace(PTRACE_PEEKSIGINFO, th->tid, &args, si);
	if (n <= 0 ||
	    ptrace(PTRACE_GETSIGMASK, th->tid, sizeof(blocked), &blocked) < 0)
		return false;
	for (i = 0; i < n; i++)
		if (!signal_in((uint64_t[]){ blocked, 0 }, si[i].si_signo))
			return true;
	return false;
}

/*
 * PTRACE_INTERRUPT's stop is made before a signal that is due; whoever attaches
 * wants to see that signal, and that the program is not asleep but in its way.
 */
static void
see_due_signals(struct ptrace_target *t, struct process *p)
{
	struct thread *th, *next;
	int status;

	for (th = p->threads; th != NULL && !p->gone; th = next) {
		next = th->next;
		if (th->run != THREAD_STOPPED || th->group_stopped ||
		    th->pending.kind != TARGET_EVENT_NONE)
			continue;
		if (!is_due(th, 0) && !(th->tid == p->pid &&
					is_due(th, PTRACE_PEEKSIGINFO_SHARED)))
			continue;
		registers_drop(th);
		if (ptrace(PTRACE_CONT, th->tid, NULL, NULL) < 0)
			continue;
		th->run = THREAD_RUNNING;
		if (event_wait(t, th->tid, DUE_TIMEOUT_MS, &status) == 0)
			event_handle(t, th, status);
	}
	if (!p->gone)
		threads_stop(t, p);
}

/* What the leader stands for: us, or a signal that came at the same time. */
static void
note_leader(struct ptrace_target *t, struct thread *th)
{
	const struct target_event *ev = &th->pending;

	th->reported = (struct target_event){
		.kind = TARGET_EVENT_STOP,
		.reason = TARGET_STOP_ATTACHED,
		.pid = th->tid,
		.tid = th->tid,
		.signal = SIGTRAP,
	};
	if (ev->kind != TARGET_EVENT_STOP || ev->reason != TARGET_STOP_SIGNAL ||
	    signal_in(t->pass_signals, ev->signal))
		return;
	th->reported = *ev;
	thread_unpend(t, th);
}

static void
note_attached(struct ptrace_target *t, struct process *p)
{
	struct thread *th;

	for (th = p->threads; th != NULL; th = th->next) {
		th->attached_stopped = th->group_stopped;
		if (th->group_stopped)
			guardian_stopped(p, true);
		if (th->tid == p->pid)
			note_leader(t, th);
	}
}

int
ptrace_attach(struct target *base, pid_t pid)
{
	struct ptrace_target *t = ptrace_of(base);
	struct process *p;
	int err;

	reclaim(t);
	err = check(t, pid);
	if (err < 0)
		return err;
	p = process_add(t, pid, procfs_arch(getpid()));
	if (p == NULL)
		return -ENOMEM;
	p->attached = true;
	err = take_all(t, p);
	if (err < 0 && !p->gone && p->threads == NULL) {
		process_remove(t, p);
		return err;
	}
	if (!p->gone && err == 0)
		see_due_signals(t, p);
	/* It may have ended under our hands; that is no event then. */
	if (p->gone || err < 0) {
		if (!p->gone)
			ptrace_detach(base, pid, false);
		notice_drop(t, pid);
		return err < 0 ? err : -ESRCH;
	}
	guardian_watch(t, p);
	note_attached(t, p);
	return 0;
}
