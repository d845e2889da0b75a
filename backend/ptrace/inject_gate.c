/* SPDX-License-Identifier: Apache-2.0 */
/* Where a system call can be made, whether it may, and who can make it. */
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>

#include "engine.h"
#include "inject.h"
#include "maps.h"
#include "vm.h"

#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)
#endif

/* ---- the gate --------------------------------------------------------- */

enum { CHUNK = 16384 };

/* Nothing of ours stops there. */
static bool
is_free(struct process *p, uint64_t addr)
{
	for (size_t i = 0; i < p->arch->syscall_insn_len; i++) {
		if (breakpoint_at(p, addr + i) != NULL)
			return false;
	}
	for (unsigned i = 0; i < p->arch->hw_slots; i++) {
		if (p->hw[i].used && p->hw[i].addr == addr)
			return false;
	}
	return true;
}

/* The first of these bytes in a range; they need not be aligned in any way,
 * as whatever runs there is decoded from there. */
static uint64_t
search(struct process *p, uint64_t start, uint64_t end)
{
	const uint8_t *insn = p->arch->syscall_insn;
	size_t len = p->arch->syscall_insn_len, got;
	uint8_t buf[CHUNK];

	while (start < end) {
		size_t want =
		    end - start < CHUNK ? (size_t)(end - start) : CHUNK;

		if (memory_read(p, start, buf, want, &got) < 0)
			return 0;
		for (size_t i = 0; i + len <= got; i++) {
			if (memcmp(buf + i, insn, len) == 0 &&
			    is_free(p, start + i))
				return start + i;
		}
		if (got < want || got < len || start + got == end)
			return 0;
		start += got - len + 1;
	}
	return 0;
}

/* In the vDSO if there is one, else in any code from a file. */
static uint64_t
search_maps(struct process *p, bool vdso)
{
	struct maps_line line;
	uint64_t gate = 0;
	struct maps m;

	if (maps_open(&m, memory_tid(p)) < 0)
		return 0;
	while (gate == 0 && maps_next(&m, &line) == 1) {
		if (!(line.prot & TARGET_MAP_EXEC) ||
		    line.end > p->arch->user_limit)
			continue;
		if (vdso ? strcmp(line.name, "[vdso]") == 0
			 : line.name[0] == '/')
			gate = search(p, line.start, line.end);
	}
	maps_close(&m);
	return gate;
}

/* The one used last; the program may have unmapped it since it ran. */
static bool
is_there(struct process *p)
{
	size_t len = p->arch->syscall_insn_len, got;
	uint8_t bytes[INJECT_GATE_MAX];

	if (p->syscall_gate == 0 || !is_free(p, p->syscall_gate))
		return false;
	if (p->gate_runs == p->runs)
		return true;
	return memory_read(p, p->syscall_gate, bytes, len, &got) == 0 &&
	       got == len && memcmp(bytes, p->arch->syscall_insn, len) == 0;
}

/* ---- where there is none ---------------------------------------------- */

/*
 * A little before the end of a mapping, where most often nothing is, as other
 * processes may run in the same memory.
 */
#define BEFORE_END 32

static bool
put_at(struct process *p, uint64_t addr, struct inject_gate *g)
{
	size_t len = p->arch->syscall_insn_len, got;

	if (!is_free(p, addr) ||
	    memory_read(p, addr, g->saved, len, &got) < 0 || got < len ||
	    memory_write(p, addr, p->arch->syscall_insn, len) < 0)
		return false;
	g->addr = addr;
	g->put = true;
	return true;
}

/* What is written there must not reach a file, nor a region that may go. */
static bool
may_be_written(struct process *p, const struct maps_line *line)
{
	const struct vm_table *t = vm_owner(p)->vm;

	return (line->prot & TARGET_MAP_EXEC) &&
	       !(line->prot & TARGET_MAP_SHARED) &&
	       line->end <= p->arch->user_limit &&
	       (t == NULL || vm_find(t, line->end - BEFORE_END) == NULL);
}

static int
put(struct process *p, struct inject_gate *g)
{
	struct maps_line line;
	struct maps m;
	int err = maps_open(&m, memory_tid(p));

	if (err < 0)
		return err;
	while (!g->put && maps_next(&m, &line) == 1) {
		if (may_be_written(p, &line))
			(void)put_at(p, line.end - BEFORE_END, g);
	}
	maps_close(&m);
	return g->put ? 0 : -EFAULT;
}

/* ---- the one and the other -------------------------------------------- */

int
inject_gate_open(struct thread *th, struct inject_gate *g)
{
	struct process *p = th->process;

	*g = (struct inject_gate){ 0 };
	if (!is_there(p))
		p->syscall_gate = search_maps(p, true);
	if (p->syscall_gate == 0)
		p->syscall_gate = search_maps(p, false);
	p->gate_runs = p->runs;
	g->addr = p->syscall_gate;
	return g->addr != 0 ? 0 : put(p, g);
}

void
inject_gate_close(struct thread *th, const struct inject_gate *g)
{
	struct process *p = th->process;

	if (g->put)
		(void)memory_write(p, g->addr, g->saved,
				   p->arch->syscall_insn_len);
}

void
inject_gate_forget(struct process *p)
{
	p->syscall_gate = 0;
}

/* ---- may it ----------------------------------------------------------- */

enum { SECCOMP_NONE, SECCOMP_STRICT };

static unsigned long
options(const struct thread *th)
{
	return TRACE_OPTIONS | (th->process->exit_kill ? PTRACE_O_EXITKILL : 0);
}

static int
seccomp_suspend(struct thread *th)
{
	return ptrace(PTRACE_SETOPTIONS, th->tid, 0,
		      options(th) | PTRACE_O_SUSPEND_SECCOMP) < 0
		   ? -EACCES
		   : 0;
}

void
inject_seccomp_resume(struct thread *th)
{
	(void)ptrace(PTRACE_SETOPTIONS, th->tid, 0, options(th));
}

/* ---- restartable sequences -------------------------------------------- */

#ifndef PTRACE_GET_RSEQ_CONFIGURATION
#define PTRACE_GET_RSEQ_CONFIGURATION 0x420f
#endif

struct rseq_configuration {
	uint64_t pointer;
	uint32_t size, signature, flags, pad;
};

enum { RSEQ_CS_OFFSET = 8 }; /* of the descriptor's address */

static void
sequence_check(struct thread *th, struct inject_check *check)
{
	struct rseq_configuration rseq = { 0 };
	uint64_t at;
	size_t got;

	/* A kernel that does not tell of them (before 5.13) may have them. */
	if (ptrace(PTRACE_GET_RSEQ_CONFIGURATION, th->tid, sizeof(rseq),
		   &rseq) < 0 ||
	    rseq.pointer == 0)
		return;
	at = rseq.pointer + RSEQ_CS_OFFSET;
	if (memory_read(th->process, at, &check->sequence,
			sizeof(check->sequence), &got) < 0 ||
	    got < sizeof(check->sequence))
		check->sequence = 0;
	check->sequence_at = at;
}

int
inject_check(struct thread *th, struct inject_check *check)
{
	struct process *p = th->process;
	struct procfs_thread facts;
	int err;

	memset(check, 0, sizeof(*check));
	if (p->checked_tid == th->tid && p->checked_runs == p->runs)
		return 0;
	err = procfs_thread_facts(th->tid, &facts);
	if (err < 0)
		return err;
	sequence_check(th, check);
	check->no_trap =
	    ((facts.blocked | facts.ignored) >> (SIGTRAP - 1) & 1) != 0;
	if (facts.seccomp == SECCOMP_STRICT)
		return -EACCES;
	if (facts.seccomp != SECCOMP_NONE) {
		check->suspended = true;
		return seccomp_suspend(th);
	}
	/* The usual case need not be looked at again before it has run. */
	if (!check->no_trap && check->sequence == 0) {
		p->checked_tid = th->tid;
		p->checked_runs = p->runs;
	}
	return 0;
}

/* ---- who can ---------------------------------------------------------- */

/* The less there is to put right afterwards, the better; -1: cannot. */
static int
difficulty(const struct thread *th)
{
	int event = th->stop_status >> 16;

	if (th->run != THREAD_STOPPED || th->listening || th->zombie ||
	    th->in_vfork || th->has_status || event == PTRACE_EVENT_VFORK)
		return -1;
	if (th->in_syscall_stop)
		return 4;
	if (th->group_stopped)
		return 3;
	if (event != 0 && event != PTRACE_EVENT_STOP)
		return 2;
	return th->stop_signal != 0 && th->stop_signal != SIGTRAP;
}

struct thread *
inject_carrier(struct process *p)
{
	struct thread *th, *best = NULL;
	int least = 0, d;

	for (th = p->threads; th != NULL; th = th->next) {
		d = difficulty(th);
		if (d < 0 || (best != NULL && d >= least))
			continue;
		best = th;
		least = d;
		if (d == 0)
			break;
	}
	return best;
}
