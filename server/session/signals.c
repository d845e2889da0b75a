/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signal numbers: Linux's own, as lldb wants them, and gdb's, which are the
 * same on every system.  Source: gdb manual and include/gdb/signals.def, for
 * the numbers.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "private.h"

#define GDB_SIGNAL_UNKNOWN 143

/* Real-time signals 33 to 63 are a run in gdb's numbers, 32 and 64 stand
 * behind it. */
#define LINUX_RT_FIRST	 32
#define LINUX_RT_LAST	 64
#define GDB_SIGNAL_RT_33 45
#define GDB_SIGNAL_RT_63 75
#define GDB_SIGNAL_RT_32 77
#define GDB_SIGNAL_RT_64 78

struct signal_row {
	const char *name;
	uint8_t gdb;
};

static const struct signal_row rows[LINUX_RT_FIRST] = {
	[SIGHUP] = { "SIGHUP", 1 },
	[SIGINT] = { "SIGINT", 2 },
	[SIGQUIT] = { "SIGQUIT", 3 },
	[SIGILL] = { "SIGILL", 4 },
	[SIGTRAP] = { "SIGTRAP", 5 },
	[SIGABRT] = { "SIGABRT", 6 },
	[SIGBUS] = { "SIGBUS", 10 },
	[SIGFPE] = { "SIGFPE", 8 },
	[SIGKILL] = { "SIGKILL", 9 },
	[SIGUSR1] = { "SIGUSR1", 30 },
	[SIGSEGV] = { "SIGSEGV", 11 },
	[SIGUSR2] = { "SIGUSR2", 31 },
	[SIGPIPE] = { "SIGPIPE", 13 },
	[SIGALRM] = { "SIGALRM", 14 },
	[SIGTERM] = { "SIGTERM", 15 },
	[SIGSTKFLT] = { "SIGSTKFLT", GDB_SIGNAL_UNKNOWN },
	[SIGCHLD] = { "SIGCHLD", 20 },
	[SIGCONT] = { "SIGCONT", 19 },
	[SIGSTOP] = { "SIGSTOP", 17 },
	[SIGTSTP] = { "SIGTSTP", 18 },
	[SIGTTIN] = { "SIGTTIN", 21 },
	[SIGTTOU] = { "SIGTTOU", 22 },
	[SIGURG] = { "SIGURG", 16 },
	[SIGXCPU] = { "SIGXCPU", 24 },
	[SIGXFSZ] = { "SIGXFSZ", 25 },
	[SIGVTALRM] = { "SIGVTALRM", 26 },
	[SIGPROF] = { "SIGPROF", 27 },
	[SIGWINCH] = { "SIGWINCH", 28 },
	[SIGIO] = { "SIGIO", 23 },
	[SIGPWR] = { "SIGPWR", 32 },
	[SIGSYS] = { "SIGSYS", 12 },
};

#define GDB_SIGNAL_POLL 33

static int
gdb_of_linux(int sig)
{
	if (sig == LINUX_RT_FIRST)
		return GDB_SIGNAL_RT_32;
	if (sig == LINUX_RT_LAST)
		return GDB_SIGNAL_RT_64;
	if (sig > LINUX_RT_FIRST && sig < LINUX_RT_LAST)
		return GDB_SIGNAL_RT_33 + (sig - LINUX_RT_FIRST - 1);
	if (sig > 0 && sig < LINUX_RT_FIRST)
		return rows[sig].gdb;
	return sig == 0 ? 0 : GDB_SIGNAL_UNKNOWN;
}

static int
linux_of_gdb(int sig)
{
	if (sig == GDB_SIGNAL_RT_32)
		return LINUX_RT_FIRST;
	if (sig == GDB_SIGNAL_RT_64)
		return LINUX_RT_LAST;
	if (sig >= GDB_SIGNAL_RT_33 && sig <= GDB_SIGNAL_RT_63)
		return LINUX_RT_FIRST + 1 + (sig - GDB_SIGNAL_RT_33);
	if (sig == GDB_SIGNAL_POLL)
		return SIGIO;
	if (sig == 0)
		return 0;
	for (int i = 1; i < LINUX_RT_FIRST; i++) {
		if (rows[i].gdb == sig)
			return i;
	}
	return -EINVAL;
}

int
signal_to_client(const struct session *s, int linux_signal)
{
	if (s->client.dialect->native_signals)
		return linux_signal;
	return gdb_of_linux(linux_signal);
}

int
signal_from_client(const struct session *s, int client_signal)
{
	if (!s->client.dialect->native_signals)
		return linux_of_gdb(client_signal);
	if (client_signal < 0 || client_signal > LINUX_RT_LAST)
		return -EINVAL;
	return client_signal;
}

const char *
signal_name(int linux_signal)
{
	/* Literal names, for there is no buffer to make them in. */
	static const char *const realtime[] = {
		"SIG32", "SIG33", "SIG34", "SIG35", "SIG36", "SIG37", "SIG38",
		"SIG39", "SIG40", "SIG41", "SIG42", "SIG43", "SIG44", "SIG45",
		"SIG46", "SIG47", "SIG48", "SIG49", "SIG50", "SIG51", "SIG52",
		"SIG53", "SIG54", "SIG55", "SIG56", "SIG57", "SIG58", "SIG59",
		"SIG60", "SIG61", "SIG62", "SIG63", "SIG64",
	};

	if (linux_signal >= LINUX_RT_FIRST && linux_signal <= LINUX_RT_LAST)
		return realtime[linux_signal - LINUX_RT_FIRST];
	if (linux_signal > 0 && linux_signal < LINUX_RT_FIRST)
		return rows[linux_signal].name;
	return "0";
}
