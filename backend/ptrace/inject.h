/* SPDX-License-Identifier: Apache-2.0 */
/* What an injected call needs to know before it is made. */
#ifndef BACKEND_PTRACE_INJECT_H
#define BACKEND_PTRACE_INJECT_H

#include "ptrace.h"

enum { INJECT_GATE_MAX = 8 }; /* longest instruction that makes a call */

/* Where a call is made: a syscall instruction on which nothing of ours stands.
 * If the program has none, one was put there for this call. */
struct inject_gate {
	uint64_t addr;
	bool put;
	uint8_t saved[INJECT_GATE_MAX]; /* what stood there */
};

/* -EFAULT: no code at all. */
int inject_gate_open(struct thread *th, struct inject_gate *g);
/* After the call, whatever came of it. */
void inject_gate_close(struct thread *th, const struct inject_gate *g);
/* The program cannot execute it any more: look anew. */
void inject_gate_forget(struct process *p);

struct inject_check {
	bool no_trap;	/* SIGTRAP is blocked or ignored */
	bool suspended; /* a filter was suspended: resume it after */
	/* It stands in a restartable sequence: the kernel would forget that,
	 * seeing it elsewhere.  Write this there after; 0: it does not. */
	uint64_t sequence, sequence_at;
};

/* -EACCES: a seccomp filter is in the way and stays there. */
int inject_check(struct thread *th, struct inject_check *check);
void inject_seccomp_resume(struct thread *th);

#endif
