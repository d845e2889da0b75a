/* SPDX-License-Identifier: Apache-2.0 */
/* What an injected call needs to know before it is made. */
#ifndef BACKEND_PTRACE_INJECT_H
#define BACKEND_PTRACE_INJECT_H

#include "ptrace.h"

/* An address with a syscall instruction that nothing of ours stands on; 0:
 * there is none. */
uint64_t inject_gate(struct thread *th);

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
