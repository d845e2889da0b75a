/* SPDX-License-Identifier: Apache-2.0 */
/* The toy CPU of mock.h: one instruction of one thread at a time. */
#include <signal.h>
#include <string.h>

#include "private.h"

void
mock_stop_for(struct mock_thread *th, enum target_stop_reason reason,
	      int signal)
{
	th->stopped = true;
	th->pending = (struct target_event){
		.kind = TARGET_EVENT_STOP,
		.reason = reason,
		.pid = th->process->pid,
		.tid = th->tid,
		.signal = signal,
	};
}

/* Asks the session's filter, which may look at the thread meanwhile. */
static bool
is_reported(struct mock *m, struct mock_thread *th, uint64_t pc)
{
	bool report;

	if (!m->filter)
		return true;
	th->in_filter = true;
	report = m->filter(m->filter_arg, th->process->pid, th->tid, pc);
	th->in_filter = false;
	return report;
}

/* True if the thread has stopped at a breakpoint where it stands. */
static bool
hits(struct mock *m, struct mock_thread *th, uint64_t pc)
{
	struct mock_break *b = mock_break_at(th->process, pc);
	bool over = th->hit && th->at_break == pc;

	th->hit = false;
	if (!b || over)
		return false;
	if (!is_reported(m, th, pc))
		return false;
	mock_stop_for(th,
		      b->kind == TARGET_BREAKPOINT_SOFTWARE
			  ? TARGET_STOP_BREAKPOINT
			  : TARGET_STOP_HW_BREAKPOINT,
		      SIGTRAP);
	th->hit = true;
	th->at_break = pc;
	return true;
}

static void
watch(struct mock_thread *th, uint64_t addr, bool write)
{
	struct mock_break *b;
	unsigned index;

	b = mock_watch_at(th->process, addr, 8, write, &index);
	if (!b)
		return;
	mock_stop_for(th, TARGET_STOP_WATCHPOINT, SIGTRAP);
	th->pending.addr = b->addr;
	th->pending.watch_kind = b->kind;
	th->pending.hw_index = index;
}

/* An access by the program; false: it faulted. */
static bool
access_word(struct mock *m, struct mock_thread *th, uint64_t addr,
	    const uint64_t *value)
{
	unsigned need = value ? TARGET_MAP_WRITE : TARGET_MAP_READ;
	uint64_t word = value ? *value : 0;

	if (!mock_access(m, th->process, addr, &word, sizeof(word), need)) {
		mock_raise(m, th, SIGSEGV, addr);
		return false;
	}
	watch(th, addr, value);
	return true;
}

static bool
increment(struct mock *m, struct mock_thread *th, uint64_t addr)
{
	uint64_t word;

	if (!mock_access(m, th->process, addr, &word, sizeof(word),
			 TARGET_MAP_READ))
		word = 0;
	word++;
	return access_word(m, th, addr, &word);
}

/* The instruction at pc, fetched as the program does. */
static bool
fetch(struct mock *m, struct mock_thread *th, uint64_t pc, uint8_t insn[4],
      unsigned *len)
{
	unsigned i;

	for (i = 0, *len = 1; i < *len; i++) {
		if (!mock_access(m, th->process, pc + i, &insn[i], 1,
				 TARGET_MAP_EXEC))
			return false;
		if (i == 0 && insn[0] != m->arch->breakpoint[0])
			*len = 1 + (insn[0] & 3u);
	}
	return true;
}

static void
execute(struct mock *m, struct mock_thread *th, uint64_t pc)
{
	unsigned len, op;
	uint8_t insn[4] = { 0 };
	bool ok = true;

	if (!fetch(m, th, pc, insn, &len)) {
		mock_raise(m, th, SIGSEGV, pc);
		return;
	}
	th->executed++;
	m->arch->set_pc(th->file, pc + len);
	if (insn[0] == m->arch->breakpoint[0]) {
		mock_raise(m, th, SIGTRAP, pc);
		return;
	}
	op = insn[0] >> 4;
	if (op == 1)
		ok = increment(m, th, MOCK_DATA + 8u * insn[1]);
	else if (op == 2)
		ok = access_word(m, th, MOCK_DATA + 8u * insn[1], NULL);
	else if (op == 3)
		m->arch->set_pc(th->file, MOCK_TICK);
	else if (op == 4)
		mock_syscall(m, th, insn[1]);
	else if (op == 5)
		mock_end(th->process, TARGET_EVENT_EXITED, insn[1]);
	/* A faulting instruction has not happened. */
	if (!ok)
		m->arch->set_pc(th->file, pc);
}

/* A faulting instruction, which leaves pc, has not been executed. */
static void
tell_watcher(struct mock *m, struct mock_thread *th, uint64_t before)
{
	if (!th->steps_watched || !m->watcher || th->gone ||
	    th->process->exiting || m->arch->get_pc(th->file) == before)
		return;
	th->in_filter = true;
	m->watcher(m->watcher_arg, th->process->pid, th->tid);
	th->in_filter = false;
}

/* A step is over unless something else stopped the thread. */
static void
finish_step(struct mock *m, struct mock_thread *th)
{
	uint64_t pc = m->arch->get_pc(th->file);

	if (th->stopped || th->gone || th->process->exiting)
		return;
	if (th->how.kind == TARGET_RESUME_STEP ||
	    (th->how.kind == TARGET_RESUME_STEP_RANGE &&
	     (pc < th->how.range_start || pc >= th->how.range_end)))
		mock_stop_for(th, TARGET_STOP_STEP, SIGTRAP);
}

void
mock_cpu_step(struct mock *m, struct mock_thread *th)
{
	struct mock_process *p = th->process;
	uint64_t pc, value;
	int signal;

	if (th->deliver) {
		signal = th->deliver;
		th->deliver = 0;
		mock_deliver(m, th, signal);
		if (p->exiting)
			return;
	}
	if (th->vfork_child || th->gone || p->exiting)
		return;
	if (th->script && th->script->kind == MOCK_STORE) {
		value = (uint64_t)th->script->value;
		pc = th->script->addr;
		mock_script_step(m, th);
		access_word(m, th, pc, &value);
		return;
	}
	if (th->script && th->script->kind == MOCK_LOAD_FROM) {
		pc = th->script->addr;
		mock_script_step(m, th);
		access_word(m, th, pc, NULL);
		return;
	}
	if (th->script && mock_script_step(m, th))
		return;
	pc = m->arch->get_pc(th->file);
	if (hits(m, th, pc))
		return;
	if (m->options.life && th->executed >= m->options.life) {
		mock_end(p, TARGET_EVENT_EXITED, 0);
		return;
	}
	execute(m, th, pc);
	tell_watcher(m, th, pc);
	finish_step(m, th);
}
