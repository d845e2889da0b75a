/* SPDX-License-Identifier: Apache-2.0 */
/* The end of threads and processes. */
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "engine.h"

static void
process_ended(struct ptrace_target *t, struct process *p, int status)
{
	struct target_event ev = {
		.kind = WIFEXITED(status) ? TARGET_EVENT_EXITED
					  : TARGET_EVENT_KILLED,
		.pid = p->pid,
		.tid = p->pid,
	};

	if (WIFEXITED(status))
		ev.status = WEXITSTATUS(status);
	else
		ev.signal = WTERMSIG(status);
	sharers_detach(t, p);
	orphans_detach(t, p);
	vfork_share_ends(p);
	launch_ended(t, p->pid);
	p->exit_status = status;
	if (!p->leaving && !p->killing && p->execs_left == 0)
		notice_add(t, &ev);
	if (!p->gone)
		process_remove(t, p);
}

bool
any_wanted(const struct ptrace_target *t)
{
	const struct process *p;
	const struct thread *th;

	for (p = t->processes; p != NULL; p = p->next)
		for (th = p->threads; th != NULL; th = th->next)
			if (th->wanted_running && !th->zombie)
				return true;
	return false;
}

/*
 * A thread that ends its process ends before the others, and those that stand
 * are killed in their stops: the process's end is what is to be told.
 */
bool
is_ending(const struct process *p)
{
	const struct thread *th;
	siginfo_t si;

	for (th = p->threads; th != NULL; th = th->next) {
		if (th->zombie)
			continue;
		return th->run == THREAD_STOPPED &&
		       ptrace(PTRACE_GETSIGINFO, th->tid, NULL, &si) < 0 &&
		       errno == ESRCH;
	}
	return true;
}

static void
thread_ended(struct ptrace_target *t, struct thread *th, int status)
{
	struct process *p = th->process;
	bool tell = thread_end_is_told(t, th);
	bool wanted = th->wanted_running, asked = th->stop_requested;
	bool release = stepover_gone(th), vforked = th->in_vfork;
	struct target_event ev = {
		.kind = TARGET_EVENT_THREAD_EXITED,
		.pid = p->pid,
		.tid = th->tid,
	};

	if (WIFEXITED(status))
		ev.status = WEXITSTATUS(status);
	else
		ev.signal = WTERMSIG(status);
	thread_remove(t, th);
	if (vforked)
		vfork_over(t, p);
	detach_check_end(t, p);
	if (p->leaving || p->killing)
		return;
	if (tell)
		notice_add(t, &ev);
	if (asked)
		interrupt_again(t, p);
	if (release)
		process_go(t, p);
	if (!wanted || !(t->reports & TARGET_REPORT_NO_RESUMED))
		return;
	if (any_wanted(t)) {
		leader_watch(t);
	} else if (!is_ending(p)) {
		ev.kind = TARGET_EVENT_NO_RESUMED;
		ev.status = ev.signal = 0;
		notice_add(t, &ev);
	}
}

void
exit_event(struct ptrace_target *t, struct thread *th, int status)
{
	registers_drop(th);
	if (th->tid == th->process->pid)
		process_ended(t, th->process, status);
	else
		thread_ended(t, th, status);
}
