/* SPDX-License-Identifier: Apache-2.0 */
/* Contract: processes: launch, attach, detach, kill, exit, fork, exec. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "fixture.h"

static void
a_launched_process_stands(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1), pids[2];

	assert_int_equal(target_processes(f->t, pids, 2), 1);
	assert_int_equal(pids[0], pid);
	assert_true(target_is_stopped(f->t, pid));
	assert_false(target_was_attached(f->t, pid));
	assert_non_null(target_arch(f->t, pid));
}

static void
attaching_stops_all_threads(void **state)
{
	struct fixture *f = *state;
	pid_t pid, tids[8];
	struct target_event ev;
	size_t i, n;

	fixture_start(f, 3, &pid);
	assert_int_equal(target_attach(f->t, pid), 0);
	n = target_threads(f->t, pid, tids, 8);
	assert_int_equal(n, 3);
	for (i = 0; i < n; i++)
		assert_true(target_is_stopped(f->t, tids[i]));
	assert_int_equal(target_stop_info(f->t, pid, &ev), 0);
	assert_int_equal(ev.reason, TARGET_STOP_ATTACHED);
	assert_true(target_was_attached(f->t, pid));
	no_event(f);
}

static void
what_cannot_be_attached(void **state)
{
	struct fixture *f = *state;
	pid_t pid;

	assert_int_equal(target_attach(f->t, 0), -EINVAL);
	assert_int_equal(target_attach(f->t, -1), -EINVAL);
	assert_int_equal(target_attach(f->t, getpid()), -EPERM);
	assert_int_equal(target_attach(f->t, 0x3ffffff), -ESRCH);
	fixture_start(f, 1, &pid);
	assert_int_equal(target_attach(f->t, pid), 0);
	assert_int_equal(target_attach(f->t, pid), -EPERM);
	/* The errors have disturbed nothing. */
	assert_true(target_is_stopped(f->t, pid));
	insert(f, pid, f->tick);
	assert_int_equal(run(f, pid, TARGET_RESUME_CONTINUE).reason,
			 TARGET_STOP_BREAKPOINT);
}

static void
a_detached_process_runs_untouched(void **state)
{
	struct fixture *f = *state;
	uint64_t code;
	pid_t pid;

	fixture_start(f, 3, &pid);
	code = fixture_peek(f, pid, f->tick);
	assert_int_equal(target_attach(f->t, pid), 0);
	insert(f, pid, f->tick);
	resume_all(f, pid);
	stop_for(f, TARGET_STOP_BREAKPOINT);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(target_detach(f->t, pid, false), 0);
	assert_int_equal(target_processes(f->t, NULL, 0), 0);
	assert_int_equal(fixture_peek(f, pid, f->tick), code);
	assert_true(fixture_moves(f, pid));
	assert_true(fixture_alive(f, pid));
	assert_false(fixture_traced(f, pid));
}

static void
detach_from_running(void **state)
{
	struct fixture *f = *state;
	pid_t pid;

	fixture_start(f, 2, &pid);
	assert_int_equal(target_attach(f->t, pid), 0);
	insert(f, pid, f->constant);
	resume_all(f, pid);
	assert_int_equal(target_detach(f->t, pid, false), 0);
	assert_true(fixture_moves(f, pid));
	assert_false(fixture_traced(f, pid));
}

static void
one_can_attach_again(void **state)
{
	struct fixture *f = *state;
	pid_t pid;
	int i;

	fixture_start(f, 2, &pid);
	for (i = 0; i < 5; i++) {
		assert_int_equal(target_attach(f->t, pid), 0);
		insert(f, pid, f->tick);
		resume_all(f, pid);
		stop_for(f, TARGET_STOP_BREAKPOINT);
		assert_int_equal(target_stop_all(f->t, pid), 0);
		assert_int_equal(target_detach(f->t, pid, false), 0);
	}
	assert_true(fixture_moves(f, pid));
}

static void
a_killed_process_is_gone(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 3);

	assert_int_equal(target_kill(f->t, pid), 0);
	assert_int_equal(target_processes(f->t, NULL, 0), 0);
	assert_int_equal(target_threads(f->t, 0, NULL, 0), 0);
	assert_false(fixture_alive(f, pid));
	no_event(f);
	assert_int_equal(target_kill(f->t, pid), -ESRCH);
	assert_int_equal(target_detach(f->t, pid, false), -ESRCH);
}

static void
a_running_process_can_be_killed(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 2);

	resume_all(f, pid);
	assert_int_equal(target_kill(f->t, pid), 0);
	assert_false(fixture_alive(f, pid));
	no_event(f);
}

static void
an_exit_is_the_last_event(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;

	fixture_command(f, pid, COMMAND_EXIT, 42);
	resume_all(f, pid);
	ev = next_event(f);
	assert_int_equal(ev.kind, TARGET_EVENT_EXITED);
	assert_int_equal(ev.status, 42);
	assert_int_equal(ev.pid, pid);
	assert_int_equal(ev.tid, pid);
	assert_int_equal(target_processes(f->t, NULL, 0), 0);
	no_event(f);
}

static void
an_exit_takes_all_threads(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 4);
	struct target_event ev;

	fixture_command(f, pid, COMMAND_EXIT, 3);
	resume_all(f, pid);
	ev = next_event(f);
	assert_int_equal(ev.kind, TARGET_EVENT_EXITED);
	assert_int_equal(ev.status, 3);
	assert_int_equal(target_threads(f->t, 0, NULL, 0), 0);
	no_event(f);
}

static void
a_fork_is_reported(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1), pids[4];
	struct target_event ev;

	target_set_reports(f->t, TARGET_REPORT_FORK);
	fixture_command(f, pid, COMMAND_FORK, 0);
	resume_all(f, pid);
	ev = stop_for(f, TARGET_STOP_FORK);
	assert_int_equal(ev.tid, pid);
	assert_int_equal(ev.signal, 5 /* SIGTRAP */);
	assert_int_not_equal(ev.child_pid, pid);
	assert_int_equal(ev.child_tid, ev.child_pid);
	assert_int_equal(target_processes(f->t, pids, 4), 2);
	assert_true(target_is_stopped(f->t, ev.child_tid));
	assert_int_equal(read_word(f, ev.child_pid, f->loaded),
			 read_word(f, pid, f->loaded));
	assert_int_equal(target_kill(f->t, ev.child_pid), 0);
}

static void
an_unreported_child_lives_its_own_life(void **state)
{
	static const uint64_t child_signal[2] = { 1u << (SIGCHLD - 1) };
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	/* The child must not trip over the parent's breakpoints; the parent
	 * waits for its end. */
	target_set_pass_signals(f->t, child_signal);
	insert(f, pid, f->tick);
	fixture_command(f, pid, COMMAND_FORK, 0);
	resume_all(f, pid);
	assert_int_equal(stop_for(f, TARGET_STOP_BREAKPOINT).pid, pid);
	resume_all(f, pid);
	assert_int_equal(stop_for(f, TARGET_STOP_BREAKPOINT).pid, pid);
	assert_int_equal(target_processes(f->t, NULL, 0), 1);
}

static void
a_vfork_is_reported_and_done(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;
	pid_t child;

	target_set_reports(f->t, TARGET_REPORT_VFORK);
	fixture_command(f, pid, COMMAND_VFORK, 0);
	resume_all(f, pid);
	ev = stop_for(f, TARGET_STOP_VFORK);
	child = ev.child_pid;
	assert_int_not_equal(child, pid);
	resume_all(f, pid);
	assert_int_equal(target_detach(f->t, child, false), 0);
	ev = stop_for(f, TARGET_STOP_VFORK_DONE);
	assert_int_equal(ev.tid, pid);
}

static void
a_held_vfork_child_leaves_its_parents_breakpoints(void **state)
{
	static const uint64_t child_signal[2] = { 1u << (SIGCHLD - 1) };
	struct fixture *f = *state;
	pid_t pid = launched(f, 2), child, tids[2];
	uint64_t code = read_word(f, pid, f->tick);
	pid_t other;

	target_set_reports(f->t, TARGET_REPORT_VFORK);
	target_set_pass_signals(f->t, child_signal);
	fixture_command(f, pid, COMMAND_VFORK, 0);
	resume_all(f, pid);
	child = stop_for(f, TARGET_STOP_VFORK).child_pid;
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(target_threads(f->t, pid, tids, 2), 2);
	other = tids[0] == pid ? tids[1] : tids[0];
	insert(f, pid, f->tick);
	resume(f, other, TARGET_RESUME_CONTINUE);
	assert_int_equal(stop_for(f, TARGET_STOP_BREAKPOINT).tid, other);
	/* Whoever looks into the child sees the program's own code. */
	assert_int_equal(read_word(f, child, f->tick), code);
	assert_int_equal(target_detach(f->t, child, false), 0);
	resume(f, pid, TARGET_RESUME_CONTINUE);
	assert_int_equal(stop_for(f, TARGET_STOP_VFORK_DONE).tid, pid);
	/* In again. */
	resume_all(f, pid);
	assert_int_equal(stop_for(f, TARGET_STOP_BREAKPOINT).pid, pid);
}

static void
what_a_vfork_child_inserted_stays(void **state)
{
	static const uint64_t child_signal[2] = { 1u << (SIGCHLD - 1) };
	struct fixture *f = *state;
	struct target_event ev;
	pid_t pid, child;

	if (fixture_name[0] == 'm')
		skip(); /* a mock's child has memory of its own */
	pid = launched(f, 1);
	target_set_reports(f->t, TARGET_REPORT_VFORK);
	fixture_command(f, pid, COMMAND_VFORK, 0);
	resume_all(f, pid);
	child = stop_for(f, TARGET_STOP_VFORK).child_pid;
	target_set_pass_signals(f->t, child_signal);
	insert(f, child, f->tick);
	resume_all(f, child);
	resume_all(f, pid);
	do
		ev = next_event(f);
	while (ev.pid == child);
	assert_int_equal(ev.reason, TARGET_STOP_VFORK_DONE);
	resume_all(f, pid);
	do
		ev = next_event(f);
	while (ev.pid == child);
	assert_int_equal(ev.reason, TARGET_STOP_BREAKPOINT);
	remove_it(f, pid, f->tick);
}

static void
an_exec_is_reported(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 3);
	struct target_event ev;

	target_set_reports(f->t, TARGET_REPORT_EXEC);
	fixture_command(f, pid, COMMAND_EXEC, 0);
	resume_all(f, pid);
	ev = stop_for(f, TARGET_STOP_EXEC);
	assert_int_equal(ev.pid, pid);
	assert_int_equal(ev.tid, pid);
	assert_int_equal(target_threads(f->t, pid, NULL, 0), 1);
	assert_int_equal(read_word(f, pid, f->counter), 0);
}

static void
an_exec_drops_breakpoints(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	target_set_reports(f->t, TARGET_REPORT_EXEC);
	insert(f, pid, f->constant);
	fixture_command(f, pid, COMMAND_EXEC, 0);
	resume_all(f, pid);
	stop_for(f, TARGET_STOP_EXEC);
	assert_int_equal(target_remove_breakpoint(f->t, pid,
						  TARGET_BREAKPOINT_SOFTWARE,
						  f->constant, 1),
			 -ENOENT);
}

static void
no_resumed_is_told(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 2), tids[4], other;
	struct target_event ev;

	target_set_reports(f->t, TARGET_REPORT_NO_RESUMED);
	assert_int_equal(target_threads(f->t, pid, tids, 4), 2);
	other = tids[1];
	assert_int_not_equal(other, pid);
	resume_all(f, pid);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	/* Stopping everything is not this event. */
	assert_int_equal(target_next_event(f->t, &ev), 0);
}

static void
freeing_lets_go(void **state)
{
	struct fixture *f = *state;
	pid_t mine = launched(f, 1), theirs;

	fixture_start(f, 2, &theirs);
	assert_int_equal(target_attach(f->t, theirs), 0);
	insert(f, theirs, f->tick);
	if (fixture_name[0] == 'm')
		skip(); /* a mock's processes go with it */
	target_free(f->t);
	f->t = NULL;
	assert_true(fixture_moves(f, theirs));
	assert_false(fixture_traced(f, theirs));
	assert_false(fixture_alive(f, mine));
}

int
contract_processes(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_launched_process_stands),
		TEST(attaching_stops_all_threads),
		TEST(what_cannot_be_attached),
		TEST(a_detached_process_runs_untouched),
		TEST(detach_from_running),
		TEST(one_can_attach_again),
		TEST(a_killed_process_is_gone),
		TEST(a_running_process_can_be_killed),
		TEST(an_exit_is_the_last_event),
		TEST(an_exit_takes_all_threads),
		TEST(a_fork_is_reported),
		TEST(an_unreported_child_lives_its_own_life),
		TEST(a_vfork_is_reported_and_done),
		TEST(a_held_vfork_child_leaves_its_parents_breakpoints),
		TEST(what_a_vfork_child_inserted_stays),
		TEST(an_exec_is_reported),
		TEST(an_exec_drops_breakpoints),
		TEST(no_resumed_is_told),
		TEST(freeing_lets_go),
	};

	return cmocka_run_group_tests_name("processes", tests, NULL, NULL);
}
