/* SPDX-License-Identifier: Apache-2.0 */
/* Traps: of breakpoints, of debug registers, and the program's own. */
#include <string.h>

#include "engine.h"

/*
 * The session's filter says whether a hit counts.  If not, the thread passes
 * over the breakpoint and goes on.
 */
static bool
hit_counts(struct ptrace_target *t, struct thread *th, uint64_t pc)
{
	if (t->hit_filter == NULL)
		return true;
	return t->hit_filter(t->hit_filter_arg, th->process->pid, th->tid, pc);
}

/* Does it stand before pc?  No instruction (len 0) does. */
static bool
stands_before(struct process *p, uint64_t pc, const uint8_t *insn, size_t len)
{
	uint8_t code[8];
	size_t got;

	return len != 0 && len <= sizeof(code) &&
	       memory_read(p, pc - len, code, len, &got) == 0 && got == len &&
	       memcmp(code, insn, len) == 0;
}

bool
trap_is_programs(struct process *p, uint64_t pc)
{
	const struct arch *a = p->arch;
	uint8_t code[8];
	size_t got;

	/* Code that cannot be read has no breakpoint of ours. */
	if (memory_read(p, pc - a->breakpoint_pc_offset, code,
			a->breakpoint_len, &got) < 0 ||
	    got < a->breakpoint_len)
		return true;
	return memcmp(code, a->breakpoint, a->breakpoint_len) == 0 ||
	       stands_before(p, pc, a->breakpoint_long, a->breakpoint_long_len);
}

bool
trap_insn_before(struct process *p, uint64_t pc)
{
	return stands_before(p, pc, p->arch->trap_insn, p->arch->trap_insn_len);
}

/* A breakpoint instruction of the program's own, and the client's on it. */
static bool
covers_trap(const struct process *p, const struct breakpoint *b)
{
	return memcmp(b->saved, p->arch->breakpoint, p->arch->breakpoint_len) ==
	       0;
}

void
trap_breakpoint(struct ptrace_target *t, struct thread *th)
{
	struct process *p = th->process;
	struct target_event ev = {
		.kind = TARGET_EVENT_STOP,
		.reason = TARGET_STOP_BREAKPOINT,
		.signal = SIGTRAP,
	};
	const struct breakpoint *b;
	bool both;
	uint64_t pc;

	if (registers_pc(th, &pc) < 0) {
		thread_lost(th);
		return;
	}
	ev.addr = pc - p->arch->breakpoint_pc_offset;
	b = breakpoint_at(p, ev.addr);
	if (b != NULL && !b->inserted)
		b = NULL;
	if (b == NULL && trap_is_programs(p, pc)) {
		thread_pend(t, th, TARGET_STOP_SIGNAL, SIGTRAP);
		return;
	}
	if (registers_set_pc(th, ev.addr) < 0) {
		thread_lost(th);
		return;
	}
	/* The filter may take it out. */
	both = b != NULL && covers_trap(p, b);
	if (b == NULL) {
		/* Removed between the hit and now: run what is there. */
		thread_go(t, th);
	} else if (hit_counts(t, th, ev.addr)) {
		thread_pend_event(t, th, &ev);
	} else if (both && registers_set_pc(th, pc) == 0) {
		/* One trap for both (gdb's permanent breakpoints). */
		thread_go(t, th);
	} else {
		th->step_over = true;
		th->step_over_pc = ev.addr;
		thread_go(t, th);
	}
}

void
trap_slot(struct ptrace_target *t, struct thread *th,
	  const struct target_event *ev)
{
	uint64_t pc;

	if (ev->reason == TARGET_STOP_HW_BREAKPOINT &&
	    registers_pc(th, &pc) == 0 && !hit_counts(t, th, pc)) {
		/* A software one there has been asked about as well. */
		th->step_over = true;
		th->step_over_pc = pc;
		thread_go(t, th);
	} else {
		thread_pend_event(t, th, ev);
	}
}

bool
trap_debug_register(struct ptrace_target *t, struct thread *th)
{
	struct target_event ev = {
		.kind = TARGET_EVENT_STOP,
		.signal = SIGTRAP,
	};

	if (th->process->hw_generation == 0 || watch_hit(th, &ev) <= 0)
		return false;
	trap_slot(t, th, &ev);
	return true;
}

bool
trap_is_own(struct thread *th, enum wait_kind kind, int si_code)
{
	struct process *p = th->process;
	const struct breakpoint *b;
	uint64_t pc;

	if (kind == WAIT_BREAKPOINT && th->in_place &&
	    registers_pc(th, &pc) == 0) {
		b = breakpoint_at(p, pc - p->arch->breakpoint_pc_offset);
		return b == NULL || !b->inserted;
	}
	/* A step out of a system call looks the same, but for its way. */
	return kind == WAIT_STEP && si_code == TRAP_BRKPT &&
	       registers_pc(th, &pc) == 0 &&
	       pc == th->ran_from + p->arch->trap_insn_len &&
	       trap_insn_before(p, pc);
}
