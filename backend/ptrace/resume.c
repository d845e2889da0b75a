/* SPDX-License-Identifier: Apache-2.0 */
/* Letting threads run. */
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"
#include "guardian.h"

/* An injected call may have left the stop at which the thread was found. */
static bool
takes_signal(const struct thread *th)
{
	return th->stop_signal != 0 && th->stop_status >> 16 == 0 &&
	       (WSTOPSIG(th->stop_status) & 0x80) == 0;
}

static int
send_signal(struct thread *th, int signal)
{

	/* What was queued keeps its value; the kernel allows no more. */
	if (th->deliver_info_valid && th->deliver_info.si_code < 0 &&
	    th->deliver_info.si_code != SI_TKILL)
		return (int)syscall(SYS_rt_tgsigqueueinfo, th->group, th->tid,
				    signal, &th->deliver_info);
	return (int)syscall(SYS_tgkill, th->group, th->tid, signal);
}

/*
 * A signal can be handed over only at the delivery of one.  Anywhere else it
 * is sent, and its delivery then let through unseen.
 */
static int
signal_to_inject(struct thread *th)
{
	int signal = th->deliver, inject = 0;

	th->deliver = 0;
	if (signal != 0 && takes_signal(th)) {
		inject = signal;
		if (th->deliver_info_valid)
			ptrace(PTRACE_SETSIGINFO, th->tid, NULL,
			       &th->deliver_info);
	} else if (signal != 0 && send_signal(th, signal) == 0) {
		th->pass_once |= (uint64_t)1 << ((signal - 1) & 63);
	}
	th->deliver_info_valid = false;
	return inject;
}

static bool
stops_group(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN ||
	       signal == SIGTTOU;
}

/*
 * A thread that was killed meanwhile is as good as running: its exit will be
 * seen, like any other event.
 */
void
thread_run(struct ptrace_target *t, struct thread *th, int request)
{
	struct process *p = th->process;
	int signal = signal_to_inject(th);

	if (stops_group(signal))
		th->run_through = th->attached_stopped = false;
	vfork_child_used(p);
	th->ran_from = registers_known_pc(th);
	registers_flush(th);
	if (th->hw_generation != p->hw_generation)
		watch_sync(th);
	p->runs++;
	guardian_stopped(p, false);
	th->stepping = request == PTRACE_SINGLESTEP;
	/* The return of this call, if it is seen at all, is another's. */
	if (request != PTRACE_SYSCALL)
		th->syscall_nr = -1;
	th->run = THREAD_RUNNING;
	th->stop_signal = 0;
	th->group_stopped = false;
	th->in_syscall_stop = false;
	th->name_valid = false;
	th->reported_at_breakpoint = false;
	registers_drop(th);
	t->soon = t->soon == 0 ? th->tid : -1;
	ptrace((enum __ptrace_request)request, th->tid, NULL, signal);
}

/* The thread stays in its process's group-stop, as if nobody traced it. */
static void
listen_on(struct thread *th)
{
	registers_flush(th);
	registers_drop(th);
	th->run = THREAD_RUNNING;
	th->listening = true;
	guardian_stopped(th->process, true);
	th->name_valid = false;
	th->reported_at_breakpoint = false;
	(void)signal_to_inject(th);
	if (ptrace(PTRACE_LISTEN, th->tid, NULL, NULL) == 0 || errno == ESRCH)
		return;
	/* An injected call has ended the stop proper: get into it again. */
	th->listening = false;
	ptrace(PTRACE_INTERRUPT, th->tid, NULL, NULL);
	ptrace(PTRACE_CONT, th->tid, NULL, NULL);
}

static int
request_of(const struct thread *th)
{
	if (th->how.kind != TARGET_RESUME_CONTINUE || th->steps_watched)
		return PTRACE_SINGLESTEP;
	return th->process->catch_syscalls ? PTRACE_SYSCALL : PTRACE_CONT;
}

void
thread_go(struct ptrace_target *t, struct thread *th)
{
	struct process *p = th->process;

	if (th->run != THREAD_STOPPED || !th->wanted_running ||
	    th->pending.kind != TARGET_EVENT_NONE)
		return;
	if (th->stop_requested) {
		thread_pend(t, th, TARGET_STOP_REQUESTED, 0);
		return;
	}
	if (p->paused > 0 || p->leaving ||
	    (p->stepper != NULL && p->stepper != th))
		return;
	if (th->group_stopped && !th->run_through)
		listen_on(th);
	else if (!stepover_start(t, th))
		thread_run(t, th, request_of(th));
}

/* Those that must step over something first: they may need the others still. */
void
process_go(struct ptrace_target *t, struct process *p)
{
	struct thread *th;

	for (th = p->threads; th != NULL; th = th->next)
		if (th->step_over)
			thread_go(t, th);
	for (th = p->threads; th != NULL; th = th->next)
		thread_go(t, th);
}

int
ptrace_resume(struct target *base, pid_t tid, const struct target_resume *how)
{
	struct ptrace_target *t = ptrace_of(base);
	struct thread *th = thread_find(t, tid);

	if (th == NULL || th->process->leaving)
		return -ESRCH;
	if (th->wanted_running)
		return -EBUSY;
	th->how = *how;
	if (th->resume_marked)
		return 0;
	th->resume_marked = true;
	th->mark_next = NULL;
	*t->marked_tail = th;
	t->marked_tail = &th->mark_next;
	return 0;
}

/* The stop which waits to be told may have become pointless. */
static void
reconsider_pending(struct ptrace_target *t, struct thread *th)
{
	const struct target_event *ev = &th->pending;

	if (ev->kind != TARGET_EVENT_STOP ||
	    th->how.kind != TARGET_RESUME_CONTINUE)
		return;
	if (ev->reason == TARGET_STOP_STEP) {
		thread_unpend(t, th);
	} else if (ev->reason == TARGET_STOP_SIGNAL &&
		   signal_in(t->pass_signals, ev->signal) &&
		   th->stop_signal == ev->signal && th->deliver == 0) {
		th->deliver = ev->signal;
		thread_unpend(t, th);
	}
}

static void
commit_thread(struct ptrace_target *t, struct thread *th)
{
	int signal = th->how.signal;

	th->resume_marked = false;
	th->wanted_running = true;
	th->stop_requested = false;
	th->reported.kind = TARGET_EVENT_NONE;
	th->reported.reason = TARGET_STOP_NONE;
	if (th->reported_at_breakpoint) {
		th->step_over = true;
		th->step_over_pc = th->reported.addr;
	}
	if (th->group_stopped)
		th->run_through = th->attached_stopped;
	reconsider_pending(t, th);
	if (signal == 0)
		return;
	if (th->deliver == 0 && th->pending.kind == TARGET_EVENT_NONE)
		th->deliver = signal;
	else if (syscall(SYS_tgkill, th->group, th->tid, signal) == 0)
		th->pass_once |= (uint64_t)1 << ((signal - 1) & 63);
}

int
ptrace_resume_commit(struct target *base)
{
	struct ptrace_target *t = ptrace_of(base);
	struct thread *first = t->marked, *th, *next;
	bool watch = first != NULL && first->mark_next == NULL;

	for (th = first; th != NULL; th = th->mark_next) {
		commit_thread(t, th);
		watch |= (th->options & TARGET_THREAD_EXIT) != 0;
	}
	t->marked = NULL;
	t->marked_tail = &t->marked;
	for (th = first; th != NULL; th = th->mark_next)
		if (th->step_over)
			thread_go(t, th);
	for (th = first; th != NULL; th = next) {
		next = th->mark_next;
		th->mark_next = NULL;
		thread_go(t, th);
	}
	if (watch)
		leader_watch(t);
	if (t->queue != NULL)
		wake(t);
	return 0;
}
