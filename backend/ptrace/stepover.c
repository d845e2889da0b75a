/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passing over a breakpoint without hitting it.  The instruction under it is
 * emulated, or the breakpoint is taken out while the thread makes one step and
 * all others of the process stand still.
 */
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "engine.h"

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

/* True also when it is too late: events of the others have come first. */
static bool
step_in_place(struct ptrace_target *t, struct thread *th, struct breakpoint *b)
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
	thread_run(t, th, PTRACE_SINGLESTEP);
	return true;
}

static bool
has_stepped(struct ptrace_target *t, struct thread *th)
{
	th->step_over = false;
	if (th->how.kind == TARGET_RESUME_CONTINUE)
		return false;
	step_done(t, th);
	return true;
}

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

	return process_vm_writev(th->tid, &local, 1, &remote, 1, 0) ==
		       (ssize_t)len
		   ? 0
		   : -EFAULT;
}

static bool
emulate(struct thread *th, struct breakpoint *b)
{
	struct process *p = th->process;
	const struct arch *a = p->arch;
	struct arch_memory mem = { step_read, step_write, th };
	uint8_t insn[ARCH_STEP_CODE_MAX], *file;
	struct arch_step step = { .from = b->addr };
	unsigned set = a->regs[a->pc].set;
	size_t got;
	int err;

	if (a->step_prepare == NULL || th->deliver != 0 ||
	    memory_read(p, b->addr, insn, sizeof(insn), &got) < 0)
		return false;
	breakpoints_shadow(p, b->addr, insn, got);
	file = registers_get(th, set, &err);
	if (file == NULL)
		return false;
	if (a->step_prepare(&step, insn, got, b->addr, 0, file,
			    p->watches == NULL ? &mem : NULL) !=
	    ARCH_STEP_EMULATED)
		return false;
	registers_dirty(th, set);
	return true;
}

bool
stepover_start(struct ptrace_target *t, struct thread *th)
{
	struct process *p = th->process;
	struct breakpoint *b;
	uint64_t pc;

	if (!th->step_over)
		return false;
	if (registers_pc(th, &pc) < 0 || pc != th->step_over_pc ||
	    (b = breakpoint_at(p, pc)) == NULL || !b->inserted) {
		th->step_over = false;
		return false;
	}
	if (emulate(th, b))
		return has_stepped(t, th);
	return step_in_place(t, th, b);
}

static void
put_back(struct process *p, struct thread *th)
{
	struct breakpoint *b = breakpoint_at(p, th->step_over_pc);

	p->stepper = NULL;
	th->in_place = false;
	if (b != NULL)
		breakpoint_lower(p, b);
}

bool
stepover_stopped(struct thread *th, enum wait_kind kind)
{
	struct process *p = th->process;
	uint64_t pc;

	if (!th->in_place)
		return false;
	if (kind == WAIT_EXEC) {
		p->stepper = NULL;
		th->in_place = false;
		return true;
	}
	put_back(p, th);
	/* Something else came first: the instruction is still to be passed. */
	if (kind != WAIT_STEP && registers_pc(th, &pc) == 0 &&
	    pc == th->step_over_pc)
		th->step_over = true;
	return true;
}

bool
stepover_gone(struct thread *th)
{
	if (!th->in_place)
		return false;
	put_back(th->process, th);
	return true;
}

void
stepover_drop(struct process *p)
{
	p->stepper = NULL;
}
