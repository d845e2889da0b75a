/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of attached processes when this server is killed.
 *
 * The kernel lets the tracees of a dead tracer run as they are: breakpoints in
 * memory, debug registers and trap flag set, registers that only our cache
 * has.  They would die of it.  So the kernel is made to stop each of them at
 * that moment, and the guardian, a process that outlives us, takes out what is
 * ours and lets them go on.  What it needs to know is noted in memory that both
 * share, by plain stores: no system call is spent on it, but when a process
 * comes and when it goes.
 *
 * The stop: the guardian holds the reading end of a pipe whose only writer is
 * this process, with SIGSTOP as its signal and the target as its owner
 * (fcntl(2): F_SETSIG, F_SETOWN, O_ASYNC).  A dying process closes its files
 * before it lets its tracees go (do_exit in the kernel), so that the signal is
 * there when they run again.
 *
 * Beyond it: a thread that traps while this process is dying gets the SIGTRAP;
 * guard pages stay closed.  Programs that we have launched are to die with us
 * (PTRACE_O_EXITKILL) and are not watched.  All is best effort: without memory
 * or a guardian, debugging goes on as ever.
 */
#ifndef BACKEND_PTRACE_GUARDIAN_H
#define BACKEND_PTRACE_GUARDIAN_H

#include "ptrace.h"

#define GUARDIAN_PROCESSES   256
#define GUARDIAN_BREAKPOINTS 16384
#define GUARDIAN_THREADS     4096
/* Of the general registers of any arch. */
#define GUARDIAN_REGISTERS_MAX 512

/* The notes.  A pid or tid of 0: free; it is written last, and cleared first.
 */
struct guardian_process {
	pid_t pid;
	const struct arch *arch;
	bool stopped; /* by job control: it is to stay so */
};

struct guardian_breakpoint {
	pid_t pid;
	uint64_t addr;
	uint8_t saved[8];
};

struct guardian_thread {
	pid_t tid;
	/* What its registers are to be; the kernel's are not. */
	bool cached;
	uint8_t registers[GUARDIAN_REGISTERS_MAX];
	/* It has trapped, and that is still to be looked at. */
	bool trapped;
	/* It runs, or is about to run, the copy of an instruction. */
	bool copy;
	struct arch_step step;
};

struct guardian_notes {
	struct guardian_process processes[GUARDIAN_PROCESSES];
	struct guardian_breakpoint breakpoints[GUARDIAN_BREAKPOINTS];
	struct guardian_thread threads[GUARDIAN_THREADS];
};

/* The process is to outlive us.  Starts the guardian at the first one. */
void guardian_watch(struct ptrace_target *t, struct process *p);
/* It is gone, or let go. */
void guardian_leave(struct process *p);
/* The last of all: nothing is watched any more. */
void guardian_end(struct ptrace_target *t);

/* Before a breakpoint goes in, or when what is under it has changed; after it
 * has come out, or is forgotten. */
void guardian_breakpoint_in(struct process *p, struct breakpoint *b);
void guardian_breakpoint_out(struct breakpoint *b);
/* It was seen to have stopped with SIGTRAP; what for is looked at later. */
void guardian_trapped(struct thread *th);
/* The cache has changed, and the kernel does not know. */
void guardian_registers(struct thread *th);
/* Around the run of a copied instruction: th->step. */
void guardian_copy(struct thread *th, bool runs);
/* The kernel's registers are the true ones again. */
void guardian_thread_clean(struct thread *th);
/* Job control has the process stopped, or has not. */
void guardian_stopped(struct process *p, bool stopped);

/* ---- guardian_main.c ---- */

/*
 * The guardian itself.  `control`: a byte asks it to look which processes
 * there are, and is sent back when it has; its end, or the pipe's, is the
 * server's.  Does not return.
 */
_Noreturn void guardian_main(struct guardian_notes *notes, int control,
			     int pipe_fd);

#endif
