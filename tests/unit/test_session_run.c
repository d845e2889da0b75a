/* SPDX-License-Identifier: Apache-2.0 */
/* needs: client */
/* Run control as a client sees it: all-stop and non-stop, gdb and lldb. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../common/client.h"

static struct client_bench b;

/* ---- all-stop ---- */

static void
breakpoint_is_told(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 2);
	bench_expect(&b, "Z0,400004,1", "OK");
	bench_starts(bench_ask(&b, "vCont;c:p64.65"),
		     "T05swbreak:;04:0400400000000000;");
	bench_has(bench_ask(&b, "?"), "thread:p64.65;");
	bench_expect(&b, "qC", "QCp64.65");
	/* The other one has not moved. */
	bench_expect(&b, "Hgp64.64", "OK");
	bench_expect(&b, "p4", "0000400000000000");
	bench_close(&b);
}

static void
first_matching_action_wins(void **state)
{
	const char *answer;

	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 2);
	answer = bench_ask(&b, "vCont;s:p64.65;s:p64.64;c");
	bench_starts(answer, "T05");
	bench_expect(&b, "Hgp64.64", "OK");
	assert_string_not_equal(bench_ask(&b, "p4"), "0000400000000000");
	assert_true(mock_executed(b.target, 100) <= 1);
	bench_close(&b);
}

static void
unknown_ids_resume_nothing(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	bench_expect(&b, "vCont;c;s:p64.99", "E03");
	bench_expect(&b, "vCont;s:p64.64;c:p63.-1", "E03");
	bench_expect(&b, "vCont;C1e:p64.64;c:p1.1", "E03");
	bench_expect(&b, "vCont;t", "E03");
	bench_expect(&b, "vCont;Cfe", "E16");
	bench_expect(&b, "vCont;x", "E16");
	bench_expect(&b, "vCont;", "E16");
	session_target_ready(b.session);
	assert_int_equal(mock_executed(b.target, 100), 0);
	assert_null(bench_next(&b, 5));
	bench_close(&b);
}

static void
while_it_runs_it_is_busy(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	bench_send(&b, "vCont;c");
	bench_expect(&b, "g", "E10");
	bench_expect(&b, "m400000,4", "E10");
	bench_expect(&b, "_M1000,rwx", "E10");
	bench_expect(&b, "_M0,1000,3000,4", "E10");
	bench_expect(&b, "_m100000000,0,8000", "E10");
	bench_expect(&b, "QVirtualProtect:100000000,1000,4", "E10");
	bench_expect(&b, "qVirtualQuery:100000000", "E10");
	bench_expect(&b, "qGetWriteWatch:100000000,1000,0", "E10");
	bench_expect(&b, "vCont;c", "E10");
	bench_expect(&b, "qSupported", bench_ask(&b, "qSupported"));
	bench_raw(&b, "\x03", 1);
	bench_starts(bench_next(&b, 50), "T02");
	assert_null(bench_next(&b, 50));
	bench_close(&b);
}

static void
interrupts_between_runs(void **state)
{
	(void)state;
	/* gdb's user sees one run where gdb makes many steps. */
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 2);
	bench_raw(&b, "\x03\x03\x03", 3);
	assert_null(bench_next(&b, 5));
	bench_expect(&b, "m400000,0", "");
	bench_starts(bench_ask(&b, "vCont;s:p64.65;c"), "T02");
	bench_has(bench_ask(&b, "?"), "thread:p64.65;");
	assert_int_equal(mock_executed(b.target, 100), 0);
	/* Once. */
	bench_starts(bench_ask(&b, "vCont;s:p64.65;c"), "T05");
	/* With a signal to deliver it does run. */
	bench_raw(&b, "\x03", 1);
	bench_send(&b, "vCont;C1e:p64.64;c");
	bench_starts(bench_next(&b, 50), "T02");
	bench_close(&b);
	/* lldb knows that its interrupt came too late. */
	bench_open(&b, NULL);
	bench_lldb(&b, 100, 1);
	bench_raw(&b, "\x03", 1);
	bench_send(&b, "vCont;c:p64.-1");
	assert_null(bench_next(&b, 20));
	bench_close(&b);
}

/* A ^C while the old program stood is not for the new one. */
static void
interrupts_end_with_the_program(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	bench_expect(&b, "!", "OK");
	bench_raw(&b, "\x03", 1);
	bench_expect(&b, "vKill;64", "OK");
	bench_starts(bench_ask(&b, "vRun;2f70"), "T05");
	bench_send(&b, "vCont;c");
	assert_null(bench_next(&b, 10));
	bench_close(&b);
}

static void
interrupts_are_told_once(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 2);
	bench_send(&b, "vCont;c");
	assert_null(bench_next(&b, 20));
	bench_raw(&b, "\x03\x03", 2);
	bench_starts(bench_next(&b, 50), "T02");
	bench_send(&b, "vCont;c");
	assert_null(bench_next(&b, 20));
	bench_raw(&b, "\x03", 1);
	bench_starts(bench_next(&b, 50), "T02");
	/* Inside a packet that was begun: an interrupt while it runs ... */
	bench_send(&b, "vCont;c");
	bench_raw(&b, "$m40000\x03", 8);
	bench_starts(bench_next(&b, 50), "T02");
	/* ... and data when it stands. */
	bench_raw(&b, "$qEcho:\x03#00", 11);
	assert_string_equal(bench_next(&b, 0), "qEcho:\x03");
	bench_close(&b);
}

static void
signals_in_the_clients_numbers(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	mock_do(b.target, 100, MOCK_SIGNAL, SIGURG, 0);
	mock_do(b.target, 100, MOCK_SIGNAL, SIGCHLD, 0);
	mock_do(b.target, 100, MOCK_SIGNAL, 34, 0);
	mock_do(b.target, 100, MOCK_SIGNAL, SIGWINCH, 0);
	bench_starts(bench_ask(&b, "vCont;c"), "T10");
	bench_starts(bench_ask(&b, "vCont;C10:p64.64"), "T14");
	assert_int_equal(mock_delivered(b.target, 100, SIGURG), 1);
	bench_starts(bench_ask(&b, "vCont;c"), "T2e");
	assert_int_equal(mock_delivered(b.target, 100, SIGCHLD), 0);
	bench_expect(&b, "QPassSignals:1c", "OK");
	bench_send(&b, "vCont;c");
	assert_null(bench_next(&b, 20));
	assert_int_equal(mock_delivered(b.target, 100, SIGWINCH), 1);
	bench_close(&b);

	bench_open(&b, NULL);
	bench_lldb(&b, 100, 1);
	mock_do(b.target, 100, MOCK_SIGNAL, SIGUSR1, 0);
	bench_starts(bench_ask(&b, "vCont;c:p64.-1"), "T0athread:p64.64;");
	/* A new signal, not the one that was stopped for. */
	bench_starts(bench_ask(&b, "C0c"), "T0cthread:p64.64;");
	bench_close(&b);
}

static void
the_end_is_told(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	mock_do(b.target, 100, MOCK_EXIT, 7, 0);
	bench_expect(&b, "vCont;c", "W07;process:64");
	assert_non_null(strstr(b.said, "Child exited with status 7\n"));
	bench_expect(&b, "?", "W00");
	bench_expect(&b, "g", "E03");
	session_client_gone(b.session);
	assert_int_equal(session_wish(b.session), SESSION_EXIT);
	bench_close(&b);

	bench_open(&b, NULL);
	bench_lldb(&b, 100, 1);
	mock_do(b.target, 100, MOCK_KILLED, SIGSEGV, 0);
	bench_expect(&b, "c", "X0b;process:64");
	assert_non_null(strstr(b.said, "signal = 0xb (SIGSEGV)\n"));
	bench_expect(&b, "?", "X0b;process:64");
	bench_close(&b);
}

static void
forks_are_told_to_who_asked(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	mock_do(b.target, 100, MOCK_FORK, 0, 0);
	bench_has(bench_ask(&b, "vCont;c"), "fork:p");
	bench_close(&b);
}

static void
plain_packets(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 2);
	bench_expect(&b, "Hcp64.65", "OK");
	bench_starts(bench_ask(&b, "s"), "T05");
	bench_expect(&b, "qC", "QCp64.65");
	/* Only that one. */
	assert_int_equal(mock_executed(b.target, 100), 0);
	bench_expect(&b, "Hc-1", "OK");
	bench_expect(&b, "Z0,400000,1", "OK");
	bench_starts(bench_ask(&b, "c"), "T05swbreak");
	bench_starts(bench_ask(&b, "s400004"), "T05");
	bench_close(&b);
}

static void
switched_off_packets(void **state)
{
	struct session_config config = {
		.disable_vcont = true,
		.disable_threads_info = true,
		.disable_thread_in_stop = true,
		.disable_current_thread = true,
	};

	(void)state;
	bench_open(&b, &config);
	bench_gdb(&b, 100, 1);
	bench_expect(&b, "vCont?", "");
	bench_expect(&b, "vCont;c", "");
	bench_expect(&b, "qfThreadInfo", "");
	bench_expect(&b, "qC", "");
	assert_null(strstr(bench_ask(&b, "?"), "thread:"));
	bench_close(&b);
	memset(&config, 0, sizeof(config));
	config.disable_t_stop = true;
	bench_open(&b, &config);
	bench_gdb(&b, 100, 1);
	bench_expect(&b, "?", "S05");
	bench_close(&b);
}

/* ---- lldb's words ---- */

static void
verbose_stops(void **state)
{
	const char *stop;

	(void)state;
	bench_open(&b, NULL);
	bench_lldb(&b, 100, 2);
	bench_expect(&b, "Z0,400004,1", "OK");
	stop = bench_ask(&b, "vCont;c:p64.-1");
	bench_starts(stop, "T05thread:p64.6");
	bench_has(stop, "threads:64,65;");
	bench_has(stop, "thread-pcs:");
	bench_has(stop, "jstopinfo:5b7b");
	bench_has(stop, "reason:breakpoint;");
	stop = bench_ask(&b, "jThreadsInfo");
	bench_has(stop, "\"tid\":100,");
	bench_has(stop, "\"reason\":\"breakpoint\"");
	bench_has(stop, "\"signal\":5");
	bench_has(stop, "\"registers\":{\"4\":\"0400400000000000\"");
	bench_expect(&b, "z0,400004,1", "OK");
	bench_send(&b, "c");
	bench_raw(&b, "\x03", 1);
	stop = bench_next(&b, 50);
	bench_starts(stop, "T13");
	bench_has(stop, "reason:signal;");
	bench_close(&b);
}

/* ---- non-stop ----------------------------------------------------------- */

static void
non_stop_tells_one_at_a_time(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 3);
	bench_expect(&b, "QNonStop:1", "OK");
	/* One alone, and the others are notified when gdb goes on. */
	bench_starts(bench_ask(&b, "?"), "T05");
	bench_expect(&b, "vStopped", "OK");
	assert_null(bench_next(&b, 10));
	bench_expect(&b, "QPassSignals:", "OK");
	assert_null(bench_next(&b, 10));
	bench_expect(&b, "Hgp64.64", "OK");
	bench_starts(bench_next(&b, 10), "%Stop:T05");
	bench_starts(bench_ask(&b, "vStopped"), "T05");
	bench_expect(&b, "vStopped", "OK");
	bench_expect(&b, "vCont;c", "OK");
	assert_null(bench_next(&b, 10));
	bench_expect(&b, "?", "OK");
	/* Memory while it runs. */
	assert_int_not_equal(bench_ask(&b, "m400000,4")[0], 'E');
	bench_expect(&b, "vCont;t:p64.65", "OK");
	bench_starts(bench_next(&b, 50), "%Stop:T00");
	bench_expect(&b, "vStopped", "OK");
	bench_expect(&b, "vCont;t:p64.-1", "OK");
	bench_starts(bench_next(&b, 50), "%Stop:T00");
	/* Only one until it was taken. */
	assert_null(bench_next(&b, 10));
	bench_starts(bench_ask(&b, "vStopped"), "T00");
	bench_expect(&b, "vStopped", "OK");
	bench_expect(&b, "vCont;c:p64.65", "OK");
	bench_expect(&b, "vCtrlC", "OK");
	bench_starts(bench_next(&b, 50), "%Stop:T02");
	bench_expect(&b, "vStopped", "OK");
	bench_expect(&b, "vKill;64", "OK");
	bench_expect(&b, "?", "OK");
	bench_close(&b);
}

static void
non_stop_for_lldb_stops_a_process(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_lldb(&b, 100, 3);
	bench_expect(&b, "QNonStop:1", "OK");
	bench_expect(&b, "c", "OK");
	bench_expect(&b, "c", "E37");
	bench_expect(&b, "vCtrlC", "OK");
	bench_starts(bench_next(&b, 50), "%Stop:T13");
	bench_starts(bench_ask(&b, "vStopped"), "T00");
	bench_starts(bench_ask(&b, "vStopped"), "T00");
	bench_expect(&b, "vStopped", "OK");
	bench_expect(&b, "vStopped", "Eff");
	mock_do(b.target, 100, MOCK_EXIT, 0, 0);
	bench_expect(&b, "c", "OK");
	bench_starts(bench_next(&b, 50), "%Stop:W00");
	bench_starts(bench_ask(&b, "?"), "W00");
	bench_expect(&b, "vStopped", "OK");
	bench_close(&b);
}

static void
resumed_before_it_was_told(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 3);
	bench_expect(&b, "QNonStop:1", "OK");
	bench_starts(bench_ask(&b, "?"), "T05");
	/* gdb takes the two others for running. */
	bench_expect(&b, "vCont;c", "OK");
	bench_expect(&b, "vStopped", "OK");
	assert_null(bench_next(&b, 10));
	bench_close(&b);
}

static void
k_in_non_stop_notifies(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_lldb(&b, 100, 1);
	bench_expect(&b, "QNonStop:1", "OK");
	bench_expect(&b, "k", "OK");
	assert_string_equal(bench_next(&b, 0), "%Stop:X09;process:64");
	bench_expect(&b, "vStopped", "OK");
	bench_close(&b);
}

static void
leaving_non_stop_stops_all(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 2);
	bench_expect(&b, "QNonStop:1", "OK");
	bench_expect(&b, "vCont;c", "OK");
	bench_expect(&b, "QNonStop:0", "OK");
	bench_starts(bench_ask(&b, "?"), "T");
	assert_int_not_equal(bench_ask(&b, "g")[0], 'E');
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(breakpoint_is_told),
		cmocka_unit_test(first_matching_action_wins),
		cmocka_unit_test(unknown_ids_resume_nothing),
		cmocka_unit_test(while_it_runs_it_is_busy),
		cmocka_unit_test(interrupts_between_runs),
		cmocka_unit_test(interrupts_end_with_the_program),
		cmocka_unit_test(interrupts_are_told_once),
		cmocka_unit_test(signals_in_the_clients_numbers),
		cmocka_unit_test(the_end_is_told),
		cmocka_unit_test(forks_are_told_to_who_asked),
		cmocka_unit_test(plain_packets),
		cmocka_unit_test(switched_off_packets),
		cmocka_unit_test(verbose_stops),
		cmocka_unit_test(non_stop_tells_one_at_a_time),
		cmocka_unit_test(non_stop_for_lldb_stops_a_process),
		cmocka_unit_test(resumed_before_it_was_told),
		cmocka_unit_test(k_in_non_stop_notifies),
		cmocka_unit_test(leaving_non_stop_stops_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
