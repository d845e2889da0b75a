/* SPDX-License-Identifier: Apache-2.0 */
/* What a thread's stop means, and what follows from it. */
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "engine.h"
#include "vm.h"

/* Queued signals looked at in one go. */
#define PEEK_MAX 16

/* PTRACE_GET_SYSCALL_INFO's answer; glibc's own struct name varies. */
struct syscall_info {
	uint8_t op;
	uint8_t pad[3];
	uint32_t arch;
	uint64_t instruction_pointer;
	uint64_t stack_pointer;
	uint64_t nr;
	uint64_t args[7];
};
enum { SYSCALL_OP_ENTRY = 1, SYSCALL_OP_EXIT = 2 };

static int
read_siginfo(struct thread *th, siginfo_t *si)
{
	return ptrace(PTRACE_GETSIGINFO, th->tid, NULL, si) < 0 ? -errno : 0;
}

void
thread_lost(struct thread *th)
{
	registers_drop(th);
	th->run = THREAD_RUNNING;
}

void
step_seen(struct ptrace_target *t, struct thread *th)
{
	if (th->steps_watched && t->step_watcher != NULL)
		t->step_watcher(t->step_watcher_arg, th->process->pid, th->tid);
}

void
step_done(struct ptrace_target *t, struct thread *th)
{
	uint64_t pc;

	switch (th->how.kind) {
	case TARGET_RESUME_CONTINUE:
		thread_go(t, th);
		return;
	case TARGET_RESUME_STEP:
		break;
	case TARGET_RESUME_STEP_RANGE:
		if (registers_pc(th, &pc) < 0) {
			thread_lost(th);
			return;
		}
		if (pc >= th->how.range_start && pc < th->how.range_end) {
			thread_go(t, th);
			return;
		}
		break;
	}
	thread_pend(t, th, TARGET_STOP_STEP, SIGTRAP);
}

/*
 * A breakpoint where nothing can be executed is hit as a fault: gdb lets the
 * functions that it calls return to the stack.
 */
static bool
is_hit_as_fault(struct thread *th, int signal)
{
	uint64_t pc;

	return (signal == SIGSEGV || signal == SIGILL) &&
	       th->process->breakpoints != NULL && registers_pc(th, &pc) == 0 &&
	       breakpoint_at(th->process, pc) != NULL;
}

/* A client that steps wants to see what would lead it into a handler. */
static bool
is_passed(const struct ptrace_target *t, const struct thread *th, int signal)
{
	if (th->process->execs_left > 0)
		return true;
	return signal_in(t->pass_signals, signal) && th->wanted_running &&
	       th->how.kind == TARGET_RESUME_CONTINUE;
}

static void
on_own_signal(struct ptrace_target *t, struct thread *th, int signal)
{
	uint64_t bit = (uint64_t)1 << ((signal - 1) & 63);
	bool launching = th->process->execs_left > 0;

	/* A launch, and we with it, are not held half-way. */
	if (launching && (signal == SIGSTOP || signal == SIGTSTP)) {
		thread_go(t, th);
		return;
	}
	if ((th->pass_once & bit) != 0) {
		th->pass_once &= ~bit;
		th->deliver = signal;
		thread_go(t, th);
	} else if (is_passed(t, th, signal) && !is_hit_as_fault(th, signal)) {
		th->deliver = signal;
		thread_go(t, th);
	} else {
		thread_pend(t, th, TARGET_STOP_SIGNAL, signal);
	}
}

/* A trap that was forced on the thread waits behind whatever else does. */
static bool
trap_is_queued(const struct thread *th)
{
	struct __ptrace_peeksiginfo_args args = { .off = 0, .nr = PEEK_MAX };
	siginfo_t si[PEEK_MAX];
	long n, i;

	do {
		n = ptrace(PTRACE_PEEKSIGINFO, th->tid, &args, si);
		for (i = 0; i < n; i++)
			if (si[i].si_signo == SIGTRAP && si[i].si_code > 0)
				return true;
		args.off += PEEK_MAX;
	} while (n == PEEK_MAX);
	return false;
}

/*
 * A fault that is not the program's own.  All threads stand for a moment while
 * a page is opened: the event comes before they are let go again.
 */
static bool
on_fault(struct ptrace_target *t, struct thread *th)
{
	struct target_event ev = {
		.kind = TARGET_EVENT_STOP,
		.reason = TARGET_STOP_GUARD,
		.signal = SIGSEGV,
	};
	struct process *p = th->process;
	enum vm_fault fault = vm_fault(t, th, &ev.addr);

	if (fault == VM_FAULT_GUARD)
		thread_pend_event(t, th, &ev);
	return fault != VM_FAULT_NONE || p->gone || th->run != THREAD_STOPPED;
}

static void
on_signal(struct ptrace_target *t, struct thread *th, int signal)
{
	struct process *p = th->process;

	if (signal != SIGSEGV || vm_owner(p)->vm == NULL) {
		on_own_signal(t, th, signal);
		return;
	}
	if (!on_fault(t, th))
		on_own_signal(t, th, signal);
	if (!p->gone)
		process_go(t, p);
}

/*
 * An instruction of the program's own, or a debug register on a virtual machine
 * that has lost the reason.
 */
static void
on_no_reason(struct ptrace_target *t, struct thread *th)
{
	struct target_event ev = {
		.kind = TARGET_EVENT_STOP,
		.signal = SIGTRAP,
	};
	uint64_t pc;

	if (registers_pc(th, &pc) == 0 && !trap_insn_before(th->process, pc) &&
	    watch_hit_only(th, &ev) > 0)
		trap_slot(t, th, &ev);
	else
		on_signal(t, th, SIGTRAP);
}

/*
 * PTRACE_INTERRUPT's stop is reported before a trap that the thread has made
 * already: its pc is then behind a breakpoint, or a step is done and not told.
 * True: that trap comes now.
 */
static bool
trap_comes_first(struct thread *th)
{
	struct process *p = th->process;

	if (!th->stepping && p->hw_generation == 0 && !p->ever_inserted)
		return false;
	if (!trap_is_queued(th) || ptrace(PTRACE_CONT, th->tid, NULL, NULL) < 0)
		return false;
	th->run = THREAD_RUNNING;
	th->interrupt_sent = true;
	return true;
}

/* The number of a call whose entry was not seen. */
static int64_t
syscall_under_way(struct thread *th)
{
	const struct arch *a = th->process->arch;
	const uint8_t *file;
	int err;

	file = registers_get(th, a->regs[a->syscall_reg].set, &err);
	return file != NULL ? a->syscall_nr(file) : -1;
}

static void
on_syscall(struct ptrace_target *t, struct thread *th)
{
	struct process *p = th->process;
	struct syscall_info info;
	struct target_event ev = {
		.kind = TARGET_EVENT_STOP,
		.signal = SIGTRAP,
	};
	size_t i;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, th->tid, sizeof(info), &info) < 0) {
		thread_lost(th);
		return;
	}
	th->in_syscall_stop = info.op == SYSCALL_OP_ENTRY;
	if (info.op == SYSCALL_OP_ENTRY)
		th->syscall_nr = (int64_t)info.nr;
	else if (th->syscall_nr < 0)
		th->syscall_nr = syscall_under_way(th);
	ev.reason = th->in_syscall_stop ? TARGET_STOP_SYSCALL_ENTRY
					: TARGET_STOP_SYSCALL_RETURN;
	ev.syscall = th->syscall_nr;
	if (!th->in_syscall_stop)
		th->syscall_nr = -1;
	for (i = 0; i < p->nsyscalls; i++)
		if (p->syscalls[i] == ev.syscall)
			break;
	if (p->catch_syscalls && (p->nsyscalls == 0 || i < p->nsyscalls))
		thread_pend_event(t, th, &ev);
	else
		thread_go(t, th);
}

/* Nothing of the program's own doing. */
static void
on_quiet_stop(struct ptrace_target *t, struct thread *th)
{
	struct target_event ev = { .kind = TARGET_EVENT_THREAD_CREATED };

	if (th->announce) {
		th->announce = false;
		thread_pend_event(t, th, &ev);
	} else {
		thread_go(t, th);
	}
}

static void
dispatch(struct ptrace_target *t, struct thread *th, enum wait_kind kind,
	 int status)
{
	switch (kind) {
	case WAIT_EXITED:
	case WAIT_KILLED:
		break;
	case WAIT_SIGNAL:
		on_signal(t, th, WSTOPSIG(status));
		break;
	case WAIT_BREAKPOINT:
		trap_breakpoint(t, th);
		break;
	case WAIT_HARDWARE:
		if (!trap_debug_register(t, th))
			thread_go(t, th);
		break;
	case WAIT_NO_REASON:
		on_no_reason(t, th);
		break;
	case WAIT_STEP:
		step_seen(t, th);
		if (!trap_debug_register(t, th))
			step_done(t, th);
		break;
	case WAIT_INTERRUPT:
		th->run_through = th->attached_stopped = false;
		on_quiet_stop(t, th);
		break;
	case WAIT_GROUP_STOP:
	case WAIT_OTHER:
		on_quiet_stop(t, th);
		break;
	case WAIT_SYSCALL:
		on_syscall(t, th);
		break;
	case WAIT_FORK:
	case WAIT_VFORK:
	case WAIT_CLONE:
		fork_event(t, th, kind);
		break;
	case WAIT_VFORK_DONE:
		vfork_done_event(t, th);
		break;
	case WAIT_EXEC:
		exec_event(t, th);
		break;
	}
}

/* It was to be detached, and has stopped only now. */
static void
let_go(struct ptrace_target *t, struct thread *th, enum wait_kind kind,
       int status)
{
	struct process *p = th->process;
	uint64_t pc;

	switch (kind) {
	case WAIT_SIGNAL:
		if (WSTOPSIG(status) != SIGSEGV || !vm_fault_is_over(th))
			th->deliver = WSTOPSIG(status);
		break;
	case WAIT_BREAKPOINT:
		if (registers_pc(th, &pc) < 0)
			break;
		if (trap_is_programs(p, pc))
			th->deliver = SIGTRAP;
		else
			registers_set_pc(th,
					 pc - p->arch->breakpoint_pc_offset);
		break;
	case WAIT_NO_REASON:
		if (registers_pc(th, &pc) == 0 &&
		    (th->hw_generation == 0 || trap_insn_before(p, pc)))
			th->deliver = SIGTRAP;
		break;
	case WAIT_FORK:
	case WAIT_VFORK:
	case WAIT_CLONE:
		fork_event(t, th, kind);
		break;
	case WAIT_EXEC:
		if (th->group == p->pid)
			th = exec_survivor(t, th);
		break;
	default:
		break;
	}
	detach_thread(t, th);
}

void
event_handle(struct ptrace_target *t, struct thread *th, int status)
{
	struct process *p = th->process;
	siginfo_t si = { .si_code = 0 };
	enum wait_kind kind;
	bool release;

	if (!WIFSTOPPED(status)) {
		exit_event(t, th, status);
		return;
	}
	registers_drop(th);
	th->run = THREAD_STOPPED;
	th->stop_status = status;
	th->interrupt_sent = th->listening = false;
	if (classify_needs_siginfo(status) && read_siginfo(th, &si) < 0) {
		thread_lost(th);
		return;
	}
	kind = classify(status, si.si_code, th->stepping);
	if (trap_is_own(th, kind, si.si_code))
		kind = kind == WAIT_STEP ? WAIT_NO_REASON : WAIT_SIGNAL;
	th->group_stopped = kind == WAIT_GROUP_STOP;
	if ((kind == WAIT_INTERRUPT || kind == WAIT_GROUP_STOP) &&
	    trap_comes_first(th))
		return;
	th->stop_signal =
	    classify_takes_signal(kind, si.si_code) ? WSTOPSIG(status) : 0;
	release = stepover_stopped(th, kind);
	if (p->leaving)
		let_go(t, th, kind, status);
	else
		dispatch(t, th, kind, status);
	if (release && !p->gone)
		process_go(t, p);
}
