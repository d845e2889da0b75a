/* SPDX-License-Identifier: Apache-2.0 */
/* New threads, new processes, new programs. */
#include <errno.h>
#include <linux/kcmp.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"
#include "guardian.h"

/* A child stops as soon as it is scheduled. */
#define CHILD_TIMEOUT_MS 5000

static bool
is_in_group(pid_t group, pid_t tid)
{
	return syscall(SYS_tgkill, group, tid, 0) == 0;
}

/*
 * Does the child run in its parent's memory, not only for the time of a vfork?
 * Then our breakpoints are its own too: it is a thread of the process to us.
 * Where the kernel does not tell: so is what clone() makes, mostly.
 */
static bool
shares_memory(const struct thread *th, pid_t child, enum wait_kind kind)
{
	long same;

	if (kind == WAIT_VFORK)
		return false;
	same = syscall(SYS_kcmp, th->tid, child, KCMP_VM, 0, 0);
	if (same < 0 && (errno == ENOSYS || errno == EPERM))
		return kind == WAIT_CLONE;
	return same == 0;
}

/* The child has stopped for the first time: true; or died before: false. */
static bool
child_stopped(struct ptrace_target *t, pid_t pid, int *status)
{
	if (!orphan_take(t, pid, status) &&
	    event_wait(t, pid, CHILD_TIMEOUT_MS, status) < 0)
		return false;
	return WIFSTOPPED(*status);
}

static struct thread *
new_thread(struct ptrace_target *t, struct thread *parent, pid_t tid)
{
	struct thread *th;

	th = thread_find(t, tid);
	if (th == NULL)
		th = thread_add(t, parent->process, tid);
	if (th != NULL)
		th->group =
		    is_in_group(parent->group, tid) ? parent->group : tid;
	return th;
}

/* The parent goes on; the thread does when it has stopped for the first time.
 */
static void
thread_runs(struct ptrace_target *t, struct thread *parent, pid_t tid)
{
	struct thread *th = new_thread(t, parent, tid);
	int status;

	if (th == NULL)
		return;
	th->wanted_running = parent->wanted_running;
	th->how.kind = TARGET_RESUME_CONTINUE;
	th->attached_stopped = parent->attached_stopped;
	th->run_through = parent->run_through;
	th->announce = (t->reports & TARGET_REPORT_CLONE) != 0;
	if (orphan_take(t, tid, &status))
		event_handle(t, th, status);
}

/* Parent and thread stand: the parent tells of it.  False: it has ended. */
static bool
thread_stands(struct ptrace_target *t, struct thread *parent, pid_t tid)
{
	struct target_event ev = {
		.kind = TARGET_EVENT_STOP,
		.reason = TARGET_STOP_CLONE,
		.signal = SIGTRAP,
		.child_pid = parent->process->pid,
		.child_tid = tid,
	};
	struct thread *th;
	int status;

	if (!child_stopped(t, tid, &status))
		return false;
	th = new_thread(t, parent, tid);
	if (th == NULL)
		return false;
	th->told_by = parent->tid;
	event_handle(t, th, status);
	thread_pend_event(t, parent, &ev);
	return true;
}

static void
clone_event(struct ptrace_target *t, struct thread *parent, pid_t tid)
{
	bool stands = (parent->options & TARGET_THREAD_CLONE) != 0 &&
		      !parent->process->leaving;

	if (!stands)
		thread_runs(t, parent, tid);
	else if (thread_stands(t, parent, tid))
		return;
	thread_go(t, parent);
}

/* A process's copy as its child has it; NULL: no memory. */
static struct process *
copy_process(struct ptrace_target *t, struct process *p, pid_t pid, bool vfork)
{
	struct process *child = process_add(t, pid, p->arch);

	if (child == NULL)
		return NULL;
	child->attached = p->attached;
	child->exit_kill = p->exit_kill;
	child->syscall_gate = p->syscall_gate;
	child->gate_runs = child->runs - 1;
	if (p->guardian != NULL)
		guardian_watch(t, child);
	if (vfork)
		child->vfork_parent = p;
	if (vfork || breakpoints_copy(p, child) == 0)
		if (watch_copy(p, child) == 0 && vm_copy(p, child) == 0)
			return child;
	process_remove(t, child);
	return NULL;
}

/* The child goes its own way, with nothing of ours in it. */
static void
let_child_go(struct ptrace_target *t, struct process *p, pid_t pid, bool vfork)
{
	struct process *child = process_add(t, pid, p->arch);

	if (child != NULL && !vfork && p->ever_inserted)
		breakpoints_clean(p, child);
	if (child != NULL && vfork)
		child->vfork_parent = p;
	if (child != NULL && vm_needs_us(p))
		vm_let_child_go(t, p, child);
	if (child != NULL)
		process_remove(t, child);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

static bool
keep_child(struct ptrace_target *t, struct thread *parent, pid_t pid,
	   bool vfork)
{
	struct process *child = copy_process(t, parent->process, pid, vfork);
	struct thread *th;
	struct breakpoint *b;

	if (child == NULL)
		return false;
	th = thread_add(t, child, pid);
	if (th == NULL) {
		process_remove(t, child);
		return false;
	}
	th->run = THREAD_STOPPED;
	th->told_by = parent->tid;
	/* One that a step had taken out is missing in the copy. */
	for (b = child->breakpoints; b != NULL; b = b->next) {
		b->inserted = false;
		breakpoint_lower(child, b);
	}
	/* Where it cannot be watched, asking says so. */
	(void)vm_watch_copied(t, child);
	return true;
}

/* They share memory: no breakpoint of ours until that has ended. */
static void
lend_memory(struct process *p)
{
	if (p->lent)
		return;
	p->lent = true;
	breakpoints_lift(p);
}

void
vfork_child_used(struct process *child)
{
	if (child->vfork_parent != NULL)
		lend_memory(child->vfork_parent);
}

static void
new_process(struct ptrace_target *t, struct thread *th, pid_t pid,
	    enum wait_kind kind)
{
	struct process *p = th->process;
	bool vfork = kind == WAIT_VFORK;
	unsigned report = vfork ? TARGET_REPORT_VFORK : TARGET_REPORT_FORK;
	struct target_event ev = {
		.kind = TARGET_EVENT_STOP,
		.reason = vfork ? TARGET_STOP_VFORK : TARGET_STOP_FORK,
		.signal = SIGTRAP,
		.child_pid = pid,
		.child_tid = pid,
	};
	bool kept = false;
	int status;

	if (vfork) {
		th->in_vfork = true;
		p->vforks++;
	}
	if (child_stopped(t, pid, &status)) {
		kept = (t->reports & report) != 0 && p->execs_left == 0 &&
		       !p->leaving && keep_child(t, th, pid, vfork);
		if (vfork && !kept)
			lend_memory(p);
		if (!kept)
			let_child_go(t, p, pid, vfork);
	}
	if (kept)
		thread_pend_event(t, th, &ev);
	else
		thread_go(t, th);
}

void
fork_event(struct ptrace_target *t, struct thread *th, enum wait_kind kind)
{
	unsigned long msg;

	if (ptrace(PTRACE_GETEVENTMSG, th->tid, NULL, &msg) < 0) {
		th->run = THREAD_RUNNING;
		return;
	}
	/* clone() makes processes too. */
	if ((kind == WAIT_CLONE && is_in_group(th->group, (pid_t)msg)) ||
	    shares_memory(th, (pid_t)msg, kind)) {
		clone_event(t, th, (pid_t)msg);
	} else {
		new_process(t, th, (pid_t)msg, kind);
	}
}

/* The parent's own go in again when the vfork is over. */
static void
take_over_breakpoints(struct process *p, struct process *child)
{
	struct breakpoint **at = &child->breakpoints, *b;

	while ((b = *at) != NULL) {
		if (breakpoint_at(p, b->addr) != NULL) {
			at = &b->next;
			continue;
		}
		guardian_breakpoint_out(b);
		*at = b->next;
		b->next = p->breakpoints;
		p->breakpoints = b;
	}
}

void
vfork_share_ends(struct process *child)
{
	struct process *p = child->vfork_parent;
	struct breakpoint *b;

	if (p == NULL)
		return;
	child->vfork_parent = NULL;
	for (b = child->breakpoints; b != NULL; b = b->next) {
		if (!b->inserted)
			continue;
		b->inserted = false;
		memory_write(p, b->addr, b->saved, p->arch->breakpoint_len);
	}
	take_over_breakpoints(p, child);
	breakpoints_drop(child);
}

void
vfork_over(struct ptrace_target *t, struct process *p)
{
	struct process *child;

	for (child = t->processes; child != NULL; child = child->next)
		if (child->vfork_parent == p)
			vfork_share_ends(child);
	if (p->vforks == 0 && p->lent) {
		p->lent = false;
		breakpoints_lower(p);
	}
}

void
vfork_done_event(struct ptrace_target *t, struct thread *th)
{
	struct process *p = th->process;

	if (th->in_vfork && p->vforks > 0)
		p->vforks--;
	th->in_vfork = false;
	vfork_over(t, p);
	if ((t->reports & TARGET_REPORT_VFORK) && p->execs_left == 0)
		thread_pend(t, th, TARGET_STOP_VFORK_DONE, SIGTRAP);
	else
		thread_go(t, th);
}

/* All that was known of the program is of the old one. */
static void
forget_program(struct process *p)
{
	const struct arch *arch = procfs_arch(p->pid);

	vfork_share_ends(p);
	breakpoints_drop(p);
	scratch_drop(p);
	p->stepper = NULL;
	watch_drop(p);
	memory_drop(p);
	vm_drop(p);
	p->ever_inserted = false;
	p->syscall_gate = 0;
	p->vforks = 0;
	p->lent = false;
	if (arch != NULL)
		p->arch = arch;
}

/* Whoever called exec has now the leader's tid; the others are no more. */
struct thread *
exec_survivor(struct ptrace_target *t, struct thread *leader)
{
	struct process *p = leader->process;
	struct thread *th, *next, *left = leader;
	unsigned long former = 0;

	ptrace(PTRACE_GETEVENTMSG, leader->tid, NULL, &former);
	th = thread_find(t, (pid_t)former);
	if (th != NULL && th != leader && th->process == p)
		left = th;
	for (th = p->threads; th != NULL; th = next) {
		next = th->next;
		if (th != left)
			thread_remove(t, th);
	}
	if (left->tid != p->pid)
		thread_rename(t, left, p->pid);
	left->run = THREAD_STOPPED;
	left->stop_status = leader->stop_status;
	left->stop_signal = 0;
	return left;
}

/* One that shared the memory alone has left it: it is none of ours now. */
static void
exec_leaves(struct ptrace_target *t, struct thread *th)
{
	pid_t tid = th->tid;

	(void)stepover_gone(th);
	thread_remove(t, th);
	ptrace(PTRACE_DETACH, tid, NULL, NULL);
}

void
exec_event(struct ptrace_target *t, struct thread *leader)
{
	struct process *p = leader->process;
	struct thread *th;

	if (leader->group != p->pid) {
		exec_leaves(t, leader);
		return;
	}
	th = exec_survivor(t, leader);
	thread_unpend(t, th);
	scratch_give(th);
	th->in_place = false;
	th->held_signal = 0;
	th->interrupt_sent = th->listening = th->zombie = th->in_vfork = false;
	th->step_over = th->group_stopped = th->steps_watched = false;
	th->deliver = 0;
	th->reported_at_breakpoint = false;
	th->options = 0;
	registers_drop(th);
	forget_program(p);
	/* A launch goes on through its shell and wrapper, then stands. */
	if (p->execs_left > 0 && --p->execs_left == 0)
		th->wanted_running = false;
	else if (p->execs_left > 0)
		thread_go(t, th);
	else if (t->reports & TARGET_REPORT_EXEC)
		thread_pend(t, th, TARGET_STOP_EXEC, SIGTRAP);
	else
		thread_go(t, th);
}

void
sharers_detach(struct ptrace_target *t, struct process *dead)
{
	struct thread *th, *next;
	pid_t tid;
	bool stopped;
	int status;

	for (th = dead->threads; th != NULL; th = next) {
		next = th->next;
		if (th->group == dead->pid)
			continue;
		tid = th->tid;
		if (dead->killing)
			kill(tid, SIGKILL);
		stopped = th->run == THREAD_STOPPED;
		thread_interrupt(th);
		(void)stepover_gone(th);
		registers_flush(th);
		thread_remove(t, th);
		if (!stopped &&
		    (event_wait(t, tid, CHILD_TIMEOUT_MS, &status) < 0 ||
		     !WIFSTOPPED(status)))
			continue;
		let_child_go(t, dead, tid, false);
	}
}

void
orphans_detach(struct ptrace_target *t, struct process *dead)
{
	pid_t tid, next;
	long tgid;
	int status;

	for (tid = orphan_next(t, 0); tid != 0; tid = next) {
		next = orphan_next(t, tid);
		if (procfs_status_field(tid, "Tgid:", &tgid) < 0)
			continue;
		if (process_find(t, (pid_t)tgid) != NULL)
			continue;
		if (orphan_take(t, tid, &status))
			let_child_go(t, dead, tid, false);
	}
}
