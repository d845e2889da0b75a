/* SPDX-License-Identifier: Apache-2.0 */
/* needs: client */
/* Launch, failure to launch, restart and kill, as clients see them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../common/client.h"

static struct client_bench b;

/* The process that the mock has launched last. */
static pid_t
launched(void)
{
	pid_t pids[8];
	size_t n = target_processes(b.target, pids, 8);

	assert_in_range(n, 1, 8);
	return pids[n - 1];
}

static void
open_extended(void)
{
	struct session_config c = { .extended = true };

	bench_open(&b, &c);
	assert_int_equal(session_client_new(b.session), 0);
	bench_expect(&b, "QStartNoAckMode", "OK");
	bench_ask(&b, "qSupported:multiprocess+;swbreak+;qRelocInsn+;"
		      "error-message+");
}

static void
run_starts_and_fails(void **state)
{
	pid_t first;

	(void)state;
	open_extended();
	bench_expect(&b, "vRun;", "E02");
	mock_fail_launch(b.target, ENOENT);
	bench_starts(bench_ask(&b, "vRun;2f6e6f"), "E./no: execve failed: ");
	assert_int_equal(target_processes(b.target, NULL, 0), 0);
	bench_has(b.said, "Cannot exec /no: No such file or directory.");
	bench_expect(&b, "?", "W00");
	/* The next one starts; an empty name is the same program again. */
	bench_starts(bench_ask(&b, "vRun;2f62696e2f74;61"), "T05");
	first = launched();
	bench_starts(bench_ask(&b, "vRun;"), "T05");
	assert_int_not_equal(launched(), first);
	assert_int_equal(target_processes(b.target, NULL, 0), 2);
	bench_close(&b);
}

static void
lldb_asks_how_it_went(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	assert_int_equal(session_client_new(b.session), 0);
	bench_expect(&b, "QStartNoAckMode", "OK");
	bench_expect(&b, "QThreadSuffixSupported", "OK");
	mock_fail_launch(b.target, EACCES);
	bench_starts(bench_ask(&b, "A6,0,2f6e6f"), "E0d");
	bench_starts(bench_ask(&b, "qLaunchSuccess"),
		     "E/no: execve failed: Permission denied");
	bench_expect(&b, "A6,0,2f6e6f", "OK");
	bench_expect(&b, "qLaunchSuccess", "OK");
	assert_true(mock_traced(b.target, launched()));
	bench_close(&b);
}

static void
restart_is_kill_and_run(void **state)
{
	pid_t first;

	(void)state;
	open_extended();
	bench_starts(bench_ask(&b, "vRun;2f74"), "T05");
	first = launched();
	bench_send(&b, "R00");
	assert_null(bench_next(&b, 0));
	assert_false(mock_alive(b.target, first));
	assert_int_equal(target_processes(b.target, NULL, 0), 1);
	bench_starts(bench_ask(&b, "?"), "T05");
	/* The old one is gone and no new one comes: there is none. */
	first = launched();
	mock_fail_launch(b.target, ENOMEM);
	bench_send(&b, "R00");
	assert_null(bench_next(&b, 0));
	assert_false(mock_alive(b.target, first));
	assert_int_equal(target_processes(b.target, NULL, 0), 0);
	bench_expect(&b, "g", "E03");
	bench_close(&b);
	/* Without extended mode there is no such packet. */
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	bench_expect(&b, "R00", "");
	assert_true(mock_alive(b.target, 100));
	bench_close(&b);
}

static void
kill_ends_the_one_that_is_named(void **state)
{
	char packet[32];
	pid_t one, two;

	(void)state;
	open_extended();
	bench_starts(bench_ask(&b, "vRun;2f61"), "T05");
	one = launched();
	bench_starts(bench_ask(&b, "vRun;2f62"), "T05");
	two = launched();
	bench_expect(&b, "vKill;7ffffff0", "E03");
	bench_expect(&b, "vKill;-1", "E16");
	snprintf(packet, sizeof(packet), "vKill;%x", (unsigned)one);
	bench_expect(&b, packet, "OK");
	assert_false(mock_alive(b.target, one));
	assert_true(mock_alive(b.target, two));
	bench_expect(&b, packet, "E03");
	bench_send(&b, "k");
	assert_false(mock_alive(b.target, two));
	bench_close(&b);
}

static void
an_attached_one_outlives_the_session(void **state)
{
	struct session_config c = { .on_disconnect = ON_DISCONNECT_DETACH,
				    .once = true };
	pid_t pid;

	(void)state;
	bench_open(&b, &c);
	bench_gdb(&b, 100, 2);
	bench_starts(bench_ask(&b, "vRun;2f61"), "T05");
	pid = launched();
	session_client_gone(b.session);
	assert_true(mock_alive(b.target, 100));
	assert_false(mock_traced(b.target, 100));
	assert_false(mock_alive(b.target, pid));
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run_starts_and_fails),
		cmocka_unit_test(lldb_asks_how_it_went),
		cmocka_unit_test(restart_is_kill_and_run),
		cmocka_unit_test(kill_ends_the_one_that_is_named),
		cmocka_unit_test(an_attached_one_outlives_the_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
