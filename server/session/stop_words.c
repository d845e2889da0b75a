/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there is to say about a stop, in words and as a signal.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

const char *
stop_reason_word(const struct target_event *ev)
{
	switch (ev->reason) {
	case TARGET_STOP_SIGNAL:
	case TARGET_STOP_REQUESTED:
	case TARGET_STOP_ATTACHED:
	case TARGET_STOP_GUARD:
		return "signal";
	case TARGET_STOP_BREAKPOINT:
	case TARGET_STOP_HW_BREAKPOINT:
		return "breakpoint";
	case TARGET_STOP_WATCHPOINT:
		return "watchpoint";
	case TARGET_STOP_STEP:
		return "trace";
	case TARGET_STOP_EXEC:
		return "exec";
	case TARGET_STOP_FORK:
		return "fork";
	case TARGET_STOP_VFORK:
		return "vfork";
	case TARGET_STOP_VFORK_DONE:
		return "vforkdone";
	case TARGET_STOP_NONE:
	case TARGET_STOP_CLONE:
	case TARGET_STOP_SYSCALL_ENTRY:
	case TARGET_STOP_SYSCALL_RETURN:
		break;
	}
	return NULL;
}

int
stop_signal(const struct session *s, const struct target_event *ev)
{
	switch (ev->reason) {
	case TARGET_STOP_NONE:
		return 0;
	case TARGET_STOP_ATTACHED:
		return s->client.dialect->start_signal;
	case TARGET_STOP_REQUESTED:
		/* vCont;t shows no signal, ^C does. */
		if (s->client.non_stop && s->interrupt_tid != ev->tid)
			return 0;
		return s->client.dialect->interrupt_signal;
	default:
		return ev->signal != 0 ? ev->signal : SIGTRAP;
	}
}

static const char *
fault_text(int sig, int code)
{
	static const struct {
		int sig, code;
		const char *text;
	} rows[] = {
		{ SIGSEGV, SEGV_MAPERR, "address not mapped to object" },
		{ SIGSEGV, SEGV_ACCERR,
		  "invalid permissions for mapped object" },
		{ SIGBUS, BUS_ADRALN, "illegal alignment" },
		{ SIGBUS, BUS_ADRERR, "illegal address" },
		{ SIGBUS, BUS_OBJERR, "hardware error" },
		{ SIGFPE, FPE_INTDIV, "integer divide by zero" },
		{ SIGFPE, FPE_INTOVF, "integer overflow" },
		{ SIGFPE, FPE_FLTDIV, "floating point divide by zero" },
		{ SIGFPE, FPE_FLTOVF, "floating point overflow" },
		{ SIGFPE, FPE_FLTUND, "floating point underflow" },
		{ SIGFPE, FPE_FLTRES, "inexact floating point result" },
		{ SIGFPE, FPE_FLTINV, "invalid floating point operation" },
		{ SIGFPE, FPE_FLTSUB, "subscript out of range" },
		{ SIGILL, ILL_ILLOPC, "illegal opcode" },
		{ SIGILL, ILL_ILLOPN, "illegal operand" },
		{ SIGILL, ILL_ILLADR, "illegal addressing mode" },
		{ SIGILL, ILL_ILLTRP, "illegal trap" },
		{ SIGILL, ILL_PRVOPC, "privileged opcode" },
		{ SIGILL, ILL_PRVREG, "privileged register" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].sig == sig && rows[i].code == code)
			return rows[i].text;
	}
	return NULL;
}

/* si_code and si_addr as the kernel lays them out for the word size. */
static bool
read_fault(struct session *s, const struct target_event *ev, int *code,
	   uint64_t *addr)
{
	const struct arch *a = target_arch(s->target, ev->pid);
	uint8_t info[32];
	size_t got = 0, at;

	if (a == NULL ||
	    target_read_object(s->target, ev->pid, ev->tid,
			       TARGET_OBJECT_SIGINFO, 0, info, sizeof(info),
			       &got) < 0 ||
	    got < sizeof(info))
		return false;
	memcpy(code, info + 8, sizeof(*code));
	at = a->word_size == 8 ? 16 : 12;
	*addr = 0;
	memcpy(addr, info + at, a->word_size);
	return true;
}

static void
describe_signal(struct session *s, const struct target_event *ev, char *buf,
		size_t cap)
{
	const char *text;
	uint64_t addr;
	int code, sig = ev->signal;

	if (sig != SIGSEGV && sig != SIGBUS && sig != SIGFPE && sig != SIGILL)
		return;
	if (!read_fault(s, ev, &code, &addr))
		return;
	text = fault_text(sig, code);
	if (text == NULL)
		return;
	if (sig == SIGSEGV || sig == SIGBUS)
		snprintf(buf, cap,
			 "signal %s: %s (fault address: 0x%" PRIx64 ")",
			 signal_name(sig), text, addr);
	else
		snprintf(buf, cap, "signal %s: %s", signal_name(sig), text);
}

void
stop_description(struct session *s, const struct target_event *ev, char *buf,
		 size_t cap)
{
	buf[0] = '\0';
	if (ev->reason == TARGET_STOP_SIGNAL)
		describe_signal(s, ev, buf, cap);
	else if (ev->reason == TARGET_STOP_GUARD)
		snprintf(buf, cap,
			 "signal SIGSEGV: guard page (fault address: "
			 "0x%" PRIx64 ")",
			 ev->addr);
	else if (ev->reason == TARGET_STOP_WATCHPOINT)
		/* The last number would be the address hit, which this
		 * machine does not tell. */
		snprintf(buf, cap, "%" PRIu64 " %u %" PRIu64, ev->addr,
			 ev->hw_index, UINT64_MAX);
	else if (ev->reason == TARGET_STOP_FORK ||
		 ev->reason == TARGET_STOP_VFORK)
		/* lldb has the child from here where it reads JSON. */
		snprintf(buf, cap, "%d %d", (int)ev->child_pid,
			 (int)ev->child_tid);
}
