/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passing over a breakpoint without hitting it, in the cheapest way there is:
 * the instruction is emulated; or a copy of it is stepped elsewhere, while the
 * other threads run; or the breakpoint is taken out for one step, during which
 * all others stand still.
 */
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "engine.h"
#include "guardian.h"

/* Signals that the instruction itself may raise. */
#define FAULTS                                                                 \
	(1ull << (SIGSEGV - 1) | 1ull << (SIGBUS - 1) | 1ull << (SIGILL - 1) | \
	 1ull << (SIGFPE - 1) | 1ull << (SIGTRAP - 1) | 1ull << (SIGSYS - 1))

static unsigned
pc_set(const struct thread *th)
{
	const struct arch *a = th->process->arch;

	return a->regs[a->pc].set;
}

/* ---- signals ------------------------------------------------------------ */

static bool
is_fault(int signal)
{
	return signal > 0 && signal <= 64 && (FAULTS >> (signal - 1) & 1) != 0;
}

/*
 * A signal that is due may as well come after the instruction: its handler
 * would return to the breakpoint, and that would be hit twice for one
 * execution.  So it waits, and no other may come between.
 */
static void
hold_signal(struct thread *th)
{
	uint64_t mask = ~FAULTS;

	if (th->deliver == 0)
		return;
	if (!th->deliver_info_valid && th->stop_signal != 0 &&
	    ptrace(PTRACE_GETSIGINFO, th->tid, NULL, &th->deliver_info) == 0)
		th->deliver_info_valid =
		    th->deliver_info.si_signo == th->deliver;
	if (ptrace(PTRACE_GETSIGMASK, th->tid, sizeof(mask), &th->held_mask) <
		0 ||
	    ptrace(PTRACE_SETSIGMASK, th->tid, sizeof(mask), &mask) < 0)
		return;
	th->held_signal = th->deliver;
	th->deliver = 0;
}

static void
release_signal(struct thread *th)
{
	if (th->held_signal == 0)
		return;
	ptrace(PTRACE_SETSIGMASK, th->tid, sizeof(th->held_mask),
	       &th->held_mask);
	th->deliver = th->held_signal;
	th->held_signal = 0;
}

/* ---- without a step ----------------------------------------------------- */

/* Both only where the program itself may. */
static int
step_read(void *arg, uint64_t addr, void *buf, size_t len)
{
	const struct thread *th = arg;
	struct iovec local = { buf, len };
	struct iovec remote = { (void *)(uintptr_t)addr, len };

	if (process_vm_readv(th->tid, &local, 1, &remote, 1, 0) != (ssize_t)len)
		return -EFAULT;
	breakpoints_shadow(th->process, addr, buf, len);
	return 0;
}

static int
step_write(void *arg, uint64_t addr, const void *buf, size_t len)
{
	const struct thread *th = arg;
	struct iovec local = { (void *)(uintptr_t)buf, len };
	struct iovec remote = { (void *)(uintptr_t)addr, len };

	if (process_vm_writev(th->tid, &local, 1, &remote, 1, 0) !=
	    (ssize_t)len)
		return -EFAULT;
	return 0;
}

static enum arch_step_how
prepare(struct thread *th, const uint8_t *insn, size_t n, uint64_t to)
{
	struct process *p = th->process;
	struct arch_memory mem = { step_read, step_write, th };
	uint8_t *file;
	enum arch_step_how how;
	int err;

	file = registers_get(th, pc_set(th), &err);
	if (file == NULL)
		return ARCH_STEP_CANNOT;
	how = p->arch->step_prepare(&th->step, insn, n, th->step_over_pc, to,
				    file, p->watches == NULL ? &mem : NULL);
	if (how != ARCH_STEP_CANNOT)
		registers_dirty(th, pc_set(th));
	return how;
}

/* Nothing else was to be done, or this was the client's step. */
static bool
has_stepped(struct ptrace_target *t, struct thread *th)
{
	th->step_over = false;
	step_seen(t, th);
	if (th->how.kind == TARGET_RESUME_CONTINUE)
		return false;
	step_done(t, th);
	return true;
}

/* ---- afterwards -------------------------------------------------------- */

static void
put_back(struct process *p, struct thread *th)
{
	struct breakpoint *b = breakpoint_at(p, th->step_over_pc);

	p->stepper = NULL;
	th->in_place = false;
	if (b != NULL)
		breakpoint_lower(p, b);
}

/* The faults that name the instruction's address name the original's. */
static void
mend_siginfo(struct thread *th)
{
	siginfo_t si;

	if (th->stop_signal != SIGILL && th->stop_signal != SIGFPE)
		return;
	if (ptrace(PTRACE_GETSIGINFO, th->tid, NULL, &si) < 0 ||
	    si.si_code <= 0 || (uint64_t)(uintptr_t)si.si_addr != th->step.to)
		return;
	si.si_addr = (void *)(uintptr_t)th->step.from;
	ptrace(PTRACE_SETSIGINFO, th->tid, NULL, &si);
}

/* The registers as if the original had been executed, or had not. */
static void
finish_copy(struct thread *th)
{
	struct arch_memory mem = { step_read, step_write, th };
	uint8_t *file;
	int err;

	file = registers_get(th, pc_set(th), &err);
	if (file != NULL) {
		(void)!th->process->arch->step_finish(&th->step, file, &mem);
		registers_dirty(th, pc_set(th));
		mend_siginfo(th);
	}
	scratch_give(th);
}

/* ---- elsewhere --------------------------------------------------------- */

static bool
others_run(const struct thread *stepper)
{
	const struct thread *th;

	for (th = stepper->process->threads; th != NULL; th = th->next)
		if (th != stepper && !th->zombie && !th->in_vfork &&
		    (th->run == THREAD_RUNNING || th->run == THREAD_NEW))
			return true;
	return false;
}

/* False: it cannot, and nothing has changed. */
static bool
step_copy(struct ptrace_target *t, struct thread *th, const uint8_t *insn,
	  size_t n)
{
	struct process *p = th->process;
	bool first = p->scratch == NULL;
	uint64_t to = scratch_take(t, th, th->step_over_pc);
	bool done = th->run != THREAD_STOPPED || !th->wanted_running;

	if (to != 0 && !done && prepare(th, insn, n, to) == ARCH_STEP_COPY) {
		done = scratch_write(th, th->step.code, th->step.len) == 0;
		if (done) {
			th->step_over = false;
			hold_signal(th);
			guardian_copy(th, true);
			thread_run(t, th, PTRACE_SINGLESTEP);
		} else {
			/* Undoes what prepare did to the registers. */
			finish_copy(th);
		}
	} else {
		scratch_give(th);
	}
	/* For the page the others were stopped. */
	if (first && !p->gone)
		process_go(t, p);
	return done || th->run != THREAD_STOPPED;
}

/* ---- in place ---------------------------------------------------------- */

/* True also when it is too late: events of the others have come first. */
static bool
step_in_place(struct ptrace_target *t, struct thread *th, struct breakpoint *b,
	      bool may_hold, bool to_entry)
{
	struct process *p = th->process;

	if (others_run(th)) {
		p->paused++;
		threads_stop(t, p);
		p->paused--;
		if (th->run != THREAD_STOPPED || !th->wanted_running ||
		    breakpoint_at(p, th->step_over_pc) != b)
			return true;
	}
	if (breakpoint_lift(p, b) < 0)
		return false;
	p->stepper = th;
	th->in_place = true;
	th->step_over = false;
	if (may_hold)
		hold_signal(th);
	thread_run(t, th, to_entry ? PTRACE_SYSCALL : PTRACE_SINGLESTEP);
	return true;
}

bool
stepover_start(struct ptrace_target *t, struct thread *th)
{
	struct process *p = th->process;
	uint8_t insn[ARCH_STEP_CODE_MAX];
	struct breakpoint *b;
	bool may_hold, to_entry, enters;
	uint64_t pc;
	size_t n;

	if (!th->step_over)
		return false;
	if (registers_pc(th, &pc) < 0 || pc != th->step_over_pc ||
	    (b = breakpoint_at(p, pc)) == NULL || !b->inserted ||
	    memory_read(p, pc, insn, sizeof(insn), &n) < 0) {
		th->step_over = false;
		return false;
	}
	breakpoints_shadow(p, pc, insn, n);
	/* A system call may block until others run, and changes masks: no
	 * signal can wait for it, and it is out of the way once entered. */
	enters = p->arch->enters_kernel(insn, n);
	to_entry = th->deliver == 0 && enters;
	/* A client that steps with a signal wants to be led into its handler;
	 * and what the instruction itself has raised cannot come after it. */
	may_hold = th->how.kind == TARGET_RESUME_CONTINUE &&
		   !is_fault(th->deliver) && !enters;
	if ((th->deliver == 0 || may_hold) && p->arch->step_prepare != NULL) {
		if (prepare(th, insn, n, 0) == ARCH_STEP_EMULATED)
			return has_stepped(t, th);
		if (others_run(th) && step_copy(t, th, insn, n))
			return true;
	}
	return step_in_place(t, th, b, may_hold, to_entry);
}

bool
stepover_stopped(struct thread *th, enum wait_kind kind)
{
	struct process *p = th->process;
	bool in_place = th->in_place;
	uint64_t pc;

	/* An exec has taken the memory, and its mask the kernel keeps. */
	if (kind == WAIT_EXEC || (!in_place && th->slot == NULL))
		return false;
	release_signal(th);
	if (in_place)
		put_back(p, th);
	else
		finish_copy(th);
	/* Something else came first, or it repeats itself (rep movs). */
	if (registers_pc(th, &pc) == 0 && pc == th->step_over_pc)
		th->step_over = true;
	return in_place;
}

bool
stepover_gone(struct thread *th)
{
	struct process *p = th->process;
	bool in_place = th->in_place;

	scratch_give(th);
	th->held_signal = 0;
	if (in_place)
		put_back(p, th);
	return in_place;
}
