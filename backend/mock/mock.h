/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target in memory: processes, threads, registers, memory, breakpoints and
 * allocation without a kernel, so that whole sessions run in unit tests and
 * fuzzers, the same way each time.
 *
 * Threads run on a toy CPU, and only inside target_next_event() (a slice of
 * instructions for each running thread) and target_stop_all() (one more
 * instruction each, so that stops that race with a stop request occur).  What
 * a program does beyond its loop is scripted with mock_do().
 *
 * The CPU.  An instruction's first byte b gives its length, 1 + (b & 3), and,
 * in b >> 4, what it does; the second byte, if there is one, is the operand n:
 *	0	nothing
 *	1	adds one to the 8 bytes at MOCK_DATA + 8 * n
 *	2	reads the 8 bytes at MOCK_DATA + 8 * n
 *	3	jumps to MOCK_TICK
 *	4	makes system call n
 *	5	ends the process with exit code n
 * Others do nothing; the arch's breakpoint instruction raises SIGTRAP.
 */
#ifndef BACKEND_MOCK_MOCK_H
#define BACKEND_MOCK_MOCK_H

#include "../arch/arch.h"
#include "../target.h"

/* Where things lie in a mock process. */
#define MOCK_TEXT	UINT64_C(0x400000)	 /* r-x, 4 KiB */
#define MOCK_RODATA	UINT64_C(0x401000)	 /* r--, 4 KiB */
#define MOCK_DATA	UINT64_C(0x600000)	 /* rw-, 8 KiB */
#define MOCK_HEAP	UINT64_C(0x700000)	 /* rw-, 64 KiB */
#define MOCK_STACK	UINT64_C(0x7fffffde0000) /* rw-, 128 KiB */
#define MOCK_STACK_TOP	UINT64_C(0x7fffffe00000)
#define MOCK_USER_LIMIT UINT64_C(0x7ffffffff000)

/*
 * A program begins at MOCK_TEXT, with a few instructions that do nothing, and
 * comes to the loop that all programs run: at MOCK_TICK the counter at
 * MOCK_COUNTER is incremented, at MOCK_LOAD the word at MOCK_LOADED is read;
 * then come instructions of 1, 2, 3 and 4 bytes from MOCK_NOPS on, and at
 * MOCK_JUMP the way back to MOCK_TICK.
 */
#define MOCK_TICK    (MOCK_TEXT + 16)
#define MOCK_LOAD    (MOCK_TICK + 2)
#define MOCK_NOPS    (MOCK_TICK + 4)
#define MOCK_JUMP    (MOCK_TICK + 34)
#define MOCK_LAP     15 /* instructions in a lap */
#define MOCK_COUNTER MOCK_DATA
#define MOCK_LOADED  (MOCK_DATA + 8)

struct mock_options {
	const struct arch *arch; /* NULL: arch_mock */
	unsigned hw_slots;
	bool no_alloc, no_files; /* leave the optional group out */
	/* Instructions per thread and target_next_event; 0: 64. */
	unsigned slice;
	/* Each program ends by itself, code 0, after so many; 0: never. */
	uint64_t life;
};

/*
 * Four general registers r0 to r3, pc, sp, flags (8 bytes each) and v0
 * (16 bytes): enough for a session; the same on every machine.
 */
extern const struct arch arch_mock;

/* `o` may be NULL: arch_mock, 4 slots, everything there. */
int mock_target_new(struct target **t, const struct mock_options *o);

/* A running process that can be attached to, with `nthreads` threads (ids
 * pid, pid + 1, ...).  -EEXIST, -ENOMEM. */
int mock_add_process(struct target *t, pid_t pid, unsigned nthreads);

/* The next launch fails with this errno (positive); once. */
void mock_fail_launch(struct target *t, int error);

/* What a script makes a thread do in place of its next instruction. */
enum mock_action_kind {
	MOCK_RUN,    /* nothing, for `value` instructions */
	MOCK_SIGNAL, /* receives signal `value`, siginfo si_addr `addr` */
	MOCK_EXIT,   /* the process ends with code `value` */
	MOCK_KILLED, /* the process dies of signal `value` */
	MOCK_THREAD_EXIT,
	MOCK_CLONE,
	MOCK_FORK,
	MOCK_VFORK,
	MOCK_EXEC,
	MOCK_SYSCALL,	/* enters and leaves system call `value` */
	MOCK_STORE,	/* writes `value` to the 8 bytes at `addr` */
	MOCK_LOAD_FROM, /* reads the 8 bytes at `addr` */
};

/* Appends to the thread's script.  -ESRCH; -ENOMEM beyond 4096 actions. */
int mock_do(struct target *t, pid_t tid, enum mock_action_kind kind,
	    int64_t value, uint64_t addr);

/* The next thread or process that a program makes starts with this action. */
void mock_newborn_does(struct target *t, enum mock_action_kind kind,
		       int64_t value);

/* ---- looking from outside, also at processes that are not debugged ------- */

bool mock_alive(struct target *t, pid_t pid);
/* Is it debugged by this target? */
bool mock_traced(struct target *t, pid_t pid);
/* Reads a process's memory; false: not all of it is there. */
bool mock_peek(struct target *t, pid_t pid, uint64_t addr, void *buf,
	       size_t len);
/* Instructions that a thread has executed; 0 if there is none. */
uint64_t mock_executed(struct target *t, pid_t tid);
/* How often `signal` was delivered to the process's program. */
unsigned mock_delivered(struct target *t, pid_t pid, int signal);

#endif
