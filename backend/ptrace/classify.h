/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a wait status says, as a closed set.  Pure: the caller fetches the
 * siginfo where classify_needs_siginfo() asks for it.
 */
#ifndef BACKEND_PTRACE_CLASSIFY_H
#define BACKEND_PTRACE_CLASSIFY_H

#include <stdbool.h>

enum wait_kind {
	WAIT_EXITED,	 /* the thread is gone, with an exit code */
	WAIT_KILLED,	 /* the thread is gone, by a signal */
	WAIT_SIGNAL,	 /* a signal is about to be delivered */
	WAIT_BREAKPOINT, /* a breakpoint instruction was executed */
	WAIT_STEP,	 /* a single step is done */
	WAIT_HARDWARE,	 /* a debug register has hit */
	WAIT_NO_REASON,	 /* a debug exception that says nothing */
	WAIT_GROUP_STOP, /* the process was stopped by a signal */
	WAIT_INTERRUPT,	 /* by PTRACE_INTERRUPT, a new thread's first stop,
			  * or a group-stop's end */
	WAIT_SYSCALL,	 /* before or after a system call */
	WAIT_FORK,
	WAIT_VFORK,
	WAIT_CLONE,
	WAIT_VFORK_DONE,
	WAIT_EXEC,
	WAIT_OTHER, /* a ptrace event nobody asked for */
};

/* Does the status alone not tell what happened? */
bool classify_needs_siginfo(int status);
/*
 * `si_code`: of the stop's siginfo, where it was needed.  `stepping`: the
 * thread was resumed for one step.
 */
enum wait_kind classify(int status, int si_code, bool stepping);
/* Can a resume from this stop deliver a signal? */
bool classify_takes_signal(enum wait_kind kind, int si_code);

#endif
