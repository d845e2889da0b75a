/* SPDX-License-Identifier: Apache-2.0 */
#include "classify.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* PTRACE_O_TRACESYSGOOD marks system call stops so. */
#define SYSCALL_TRAP (SIGTRAP | 0x80)

static unsigned
event_of(int status)
{
	return (unsigned)status >> 16;
}

bool
classify_needs_siginfo(int status)
{
	return WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP &&
	       event_of(status) == 0;
}

/*
 * A SIGTRAP is many things.  The kernel forces SI_KERNEL for int3, TRAP_TRACE
 * for a step, TRAP_HWBKPT for a debug register; a step that ends in a system
 * call's return shows TRAP_BRKPT, one that ends in a signal handler's first
 * instruction SIGTRAP itself.  TRAP_BRKPT without a step is what the kernel
 * makes of a debug exception with an empty status register.  What is left was
 * sent by somebody.
 */
static enum wait_kind
classify_trap(int si_code, bool stepping)
{
	switch (si_code) {
	case SI_KERNEL:
		return WAIT_BREAKPOINT;
	case TRAP_HWBKPT:
		return WAIT_HARDWARE;
	case TRAP_BRKPT:
		return stepping ? WAIT_STEP : WAIT_NO_REASON;
	case TRAP_TRACE:
	case SIGTRAP:
		return stepping ? WAIT_STEP : WAIT_SIGNAL;
	default:
		return WAIT_SIGNAL;
	}
}

static enum wait_kind
classify_event(unsigned event, int signal)
{
	switch (event) {
	case PTRACE_EVENT_FORK:
		return WAIT_FORK;
	case PTRACE_EVENT_VFORK:
		return WAIT_VFORK;
	case PTRACE_EVENT_CLONE:
		return WAIT_CLONE;
	case PTRACE_EVENT_VFORK_DONE:
		return WAIT_VFORK_DONE;
	case PTRACE_EVENT_EXEC:
		return WAIT_EXEC;
	case PTRACE_EVENT_STOP:
		return signal == SIGTRAP ? WAIT_INTERRUPT : WAIT_GROUP_STOP;
	default:
		return WAIT_OTHER;
	}
}

enum wait_kind
classify(int status, int si_code, bool stepping)
{
	if (WIFEXITED(status))
		return WAIT_EXITED;
	if (WIFSIGNALED(status))
		return WAIT_KILLED;
	if (!WIFSTOPPED(status))
		return WAIT_OTHER;
	if (event_of(status) != 0)
		return classify_event(event_of(status), WSTOPSIG(status));
	if (WSTOPSIG(status) == SYSCALL_TRAP)
		return WAIT_SYSCALL;
	if (WSTOPSIG(status) == SIGTRAP)
		return classify_trap(si_code, stepping);
	return WAIT_SIGNAL;
}

bool
classify_takes_signal(enum wait_kind kind, int si_code)
{
	switch (kind) {
	case WAIT_SIGNAL:
	case WAIT_BREAKPOINT:
	case WAIT_HARDWARE:
	case WAIT_NO_REASON:
		return true;
	case WAIT_STEP:
		/* The stop at a handler's entry throws the signal away. */
		return si_code != SIGTRAP;
	default:
		return false;
	}
}
