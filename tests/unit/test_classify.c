/* SPDX-License-Identifier: Apache-2.0 */
/* needs: target */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "../../backend/ptrace/classify.h"

static int
stopped(int event, int signal)
{
	return event << 16 | signal << 8 | 0x7f;
}

static void
ends_of_threads(void **state)
{
	(void)state;
	assert_int_equal(classify(0, 0, false), WAIT_EXITED);
	assert_int_equal(classify(3 << 8, 0, false), WAIT_EXITED);
	assert_int_equal(classify(SIGKILL, 0, false), WAIT_KILLED);
	assert_int_equal(classify(SIGSEGV | 0x80, 0, false), WAIT_KILLED);
	/* SIGCONT's notice, which nobody asked for. */
	assert_int_equal(classify(0xffff, 0, false), WAIT_OTHER);
	assert_false(classify_needs_siginfo(0));
	assert_false(classify_needs_siginfo(SIGTRAP));
}

static void
signals_are_signals(void **state)
{
	(void)state;
	for (int signal = 1; signal <= 64; signal++) {
		if (signal == SIGTRAP)
			continue;
		assert_false(classify_needs_siginfo(stopped(0, signal)));
		assert_int_equal(classify(stopped(0, signal), 0, true),
				 WAIT_SIGNAL);
	}
}

static void
a_trap_is_what_its_code_says(void **state)
{
	static const struct {
		int code;
		enum wait_kind stepping, running;
	} cases[] = {
		{ SI_KERNEL, WAIT_BREAKPOINT, WAIT_BREAKPOINT },
		{ TRAP_HWBKPT, WAIT_HARDWARE, WAIT_HARDWARE },
		{ TRAP_TRACE, WAIT_STEP, WAIT_SIGNAL },
		{ TRAP_BRKPT, WAIT_STEP, WAIT_NO_REASON },
		{ SIGTRAP, WAIT_STEP, WAIT_SIGNAL },
		{ SI_USER, WAIT_SIGNAL, WAIT_SIGNAL },
		{ SI_TKILL, WAIT_SIGNAL, WAIT_SIGNAL },
		{ SI_QUEUE, WAIT_SIGNAL, WAIT_SIGNAL },
		{ 6 /* TRAP_PERF */, WAIT_SIGNAL, WAIT_SIGNAL },
	};
	int status = stopped(0, SIGTRAP);

	(void)state;
	assert_true(classify_needs_siginfo(status));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(classify(status, cases[i].code, true),
				 cases[i].stepping);
		assert_int_equal(classify(status, cases[i].code, false),
				 cases[i].running);
	}
}

static void
events_have_their_number(void **state)
{
	static const struct {
		int event;
		enum wait_kind kind;
	} cases[] = {
		{ PTRACE_EVENT_FORK, WAIT_FORK },
		{ PTRACE_EVENT_VFORK, WAIT_VFORK },
		{ PTRACE_EVENT_CLONE, WAIT_CLONE },
		{ PTRACE_EVENT_VFORK_DONE, WAIT_VFORK_DONE },
		{ PTRACE_EVENT_EXEC, WAIT_EXEC },
		{ PTRACE_EVENT_EXIT, WAIT_OTHER },
		{ PTRACE_EVENT_SECCOMP, WAIT_OTHER },
		{ PTRACE_EVENT_STOP, WAIT_INTERRUPT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = stopped(cases[i].event, SIGTRAP);

		assert_false(classify_needs_siginfo(status));
		assert_int_equal(classify(status, 0, false), cases[i].kind);
	}
	assert_int_equal(classify(stopped(0, SIGTRAP | 0x80), 0, false),
			 WAIT_SYSCALL);
}

static void
a_stop_signal_is_a_group_stop_only_as_an_event(void **state)
{
	static const int signals[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(
		    classify(stopped(PTRACE_EVENT_STOP, signals[i]), 0, false),
		    WAIT_GROUP_STOP);
		assert_int_equal(classify(stopped(0, signals[i]), 0, false),
				 WAIT_SIGNAL);
	}
}

static void
only_deliveries_take_a_signal(void **state)
{
	(void)state;
	assert_true(classify_takes_signal(WAIT_SIGNAL, 0));
	assert_true(classify_takes_signal(WAIT_BREAKPOINT, SI_KERNEL));
	assert_true(classify_takes_signal(WAIT_STEP, TRAP_TRACE));
	/* At a handler's first instruction. */
	assert_false(classify_takes_signal(WAIT_STEP, SIGTRAP));
	assert_false(classify_takes_signal(WAIT_INTERRUPT, 0));
	assert_false(classify_takes_signal(WAIT_GROUP_STOP, 0));
	assert_false(classify_takes_signal(WAIT_SYSCALL, 0));
	assert_false(classify_takes_signal(WAIT_CLONE, 0));
	assert_false(classify_takes_signal(WAIT_EXEC, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_of_threads),
		cmocka_unit_test(signals_are_signals),
		cmocka_unit_test(a_trap_is_what_its_code_says),
		cmocka_unit_test(events_have_their_number),
		cmocka_unit_test(
		    a_stop_signal_is_a_group_stop_only_as_an_event),
		cmocka_unit_test(only_deliveries_take_a_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
