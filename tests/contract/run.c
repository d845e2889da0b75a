/* SPDX-License-Identifier: Apache-2.0 */
/* Contract: resuming, stepping, stopping. */
#include <errno.h>
#include <signal.h>

#include "fixture.h"

static void
a_step_is_one_instruction(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev = run(f, pid, TARGET_RESUME_STEP);

	assert_int_equal(ev.kind, TARGET_EVENT_STOP);
	assert_int_equal(ev.reason, TARGET_STOP_STEP);
	assert_int_equal(ev.signal, SIGTRAP);
	assert_int_equal(ev.pid, pid);
	assert_int_equal(ev.tid, pid);
	assert_in_range(pc_of(f, pid, pid), f->tick + 1, f->tick + 15);
	assert_true(target_is_stopped(f->t, pid));
}

static void
a_range_step_ends_outside(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_resume how = { .kind = TARGET_RESUME_STEP_RANGE,
				     .range_start = f->tick,
				     .range_end = f->tick + 7 };

	assert_int_equal(target_resume(f->t, pid, &how), 0);
	assert_int_equal(target_resume_commit(f->t), 0);
	stop_for(f, TARGET_STOP_STEP);
	assert_true(pc_of(f, pid, pid) < how.range_start ||
		    pc_of(f, pid, pid) >= how.range_end);
}

static void
a_range_step_stops_at_a_breakpoint(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_resume how = { .kind = TARGET_RESUME_STEP_RANGE,
				     .range_start = 0,
				     .range_end = UINT64_MAX };
	uint64_t second;

	run(f, pid, TARGET_RESUME_STEP);
	second = pc_of(f, pid, pid);
	set_pc(f, pid, pid, f->tick);
	insert(f, pid, second);
	assert_int_equal(target_resume(f->t, pid, &how), 0);
	assert_int_equal(target_resume_commit(f->t), 0);
	stop_for(f, TARGET_STOP_BREAKPOINT);
	assert_int_equal(pc_of(f, pid, pid), second);
}

static void
nothing_runs_before_commit(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	const struct target_resume how = { .kind = TARGET_RESUME_STEP };

	assert_int_equal(target_resume(f->t, pid, &how), 0);
	no_event(f);
	assert_int_equal(target_resume_commit(f->t), 0);
	stop_for(f, TARGET_STOP_STEP);
}

static void
a_running_thread_cannot_be_resumed(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	const struct target_resume how = { .kind = TARGET_RESUME_CONTINUE };

	resume_all(f, pid);
	assert_false(target_is_stopped(f->t, pid));
	assert_int_equal(target_resume(f->t, pid, &how), -EBUSY);
	assert_int_equal(target_resume(f->t, 999999, &how), -ESRCH);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

static void
a_stop_request_is_answered(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;

	resume_all(f, pid);
	assert_int_equal(target_stop(f->t, pid), 0);
	ev = stop_for(f, TARGET_STOP_REQUESTED);
	assert_int_equal(ev.tid, pid);
	assert_int_equal(ev.signal, 0);
	assert_true(target_is_stopped(f->t, pid));
	no_event(f);
}

static void
an_interrupt_stops_one_thread(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 3), tids[8];
	size_t i, n, running = 0;
	struct target_event ev;

	resume_all(f, pid);
	assert_int_equal(target_interrupt(f->t, pid), 0);
	ev = stop_for(f, TARGET_STOP_REQUESTED);
	assert_int_equal(ev.signal, 0);
	n = target_threads(f->t, pid, tids, 8);
	for (i = 0; i < n; i++)
		running += !target_is_stopped(f->t, tids[i]);
	assert_int_equal(running, 2);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

static void
an_interrupt_of_any_process(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	resume_all(f, pid);
	assert_int_equal(target_interrupt(f->t, 0), 0);
	assert_int_equal(stop_for(f, TARGET_STOP_REQUESTED).tid, pid);
}

static void
stopping_all_makes_no_events(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 4), tids[8];
	struct target_event ev;
	size_t i, n;

	resume_all(f, pid);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	n = target_threads(f->t, pid, tids, 8);
	assert_int_equal(n, 4);
	for (i = 0; i < n; i++) {
		assert_true(target_is_stopped(f->t, tids[i]));
		assert_int_equal(target_stop_info(f->t, tids[i], &ev), 0);
		assert_int_equal(ev.reason, TARGET_STOP_NONE);
	}
	no_event(f);
}

static void
others_run_until_they_are_stopped(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 3), tids[8];
	size_t i, n, running = 0;

	run(f, pid, TARGET_RESUME_STEP);
	insert(f, pid, f->tick);
	resume_all(f, pid);
	stop_for(f, TARGET_STOP_BREAKPOINT);
	n = target_threads(f->t, pid, tids, 8);
	for (i = 0; i < n; i++)
		running += !target_is_stopped(f->t, tids[i]);
	assert_int_equal(running, 2);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

static void
only_resumed_threads_run(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 2), tids[8], other;
	uint64_t pc;
	unsigned i;

	assert_int_equal(target_threads(f->t, pid, tids, 8), 2);
	other = tids[0] == pid ? tids[1] : tids[0];
	pc = pc_of(f, pid, other);
	insert(f, pid, f->tick);
	for (i = 0; i < 10; i++)
		assert_int_equal(run(f, pid, TARGET_RESUME_CONTINUE).tid, pid);
	assert_true(target_is_stopped(f->t, other));
	assert_int_equal(pc_of(f, pid, other), pc);
}

static void
no_queued_stop_is_lost(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 4);
	uint64_t count, hits = 0;
	struct target_event ev;
	unsigned i;

	/* Each hit of the counting function is one count: as many as reported
	 * must have happened, in whichever thread and however queued. */
	insert(f, pid, f->tick);
	count = read_word(f, pid, f->counter);
	for (i = 0; i < 60; i++) {
		resume_all(f, pid);
		ev = stop_for(f, TARGET_STOP_BREAKPOINT);
		hits++;
		assert_int_equal(target_stop_all(f->t, pid), 0);
		assert_int_equal(pc_of(f, pid, ev.tid), f->tick);
	}
	count = read_word(f, pid, f->counter) - count;
	/* The last hit of each thread has not counted yet; `counter` is not
	 * atomic, so now and then one is lost. */
	assert_in_range(count, hits > 12 ? hits - 12 : 0, hits + 1);
}

static void
queued_stops_can_be_fetched(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 4), tids[8];
	uint64_t count, hits = 0;
	struct target_event ev;
	size_t i, n = target_threads(f->t, pid, tids, 8);
	unsigned lap;

	/* Each hit is seen in some thread's stop_info, once. */
	insert(f, pid, f->tick);
	count = read_word(f, pid, f->counter);
	for (lap = 0; lap < 30; lap++) {
		resume_all(f, pid);
		stop_for(f, TARGET_STOP_BREAKPOINT);
		assert_int_equal(target_stop_all(f->t, pid), 0);
		target_fetch_stops(f->t, pid);
		assert_int_equal(target_next_event(f->t, &ev), 0);
		for (i = 0; i < n; i++) {
			assert_int_equal(target_stop_info(f->t, tids[i], &ev),
					 0);
			if (ev.kind == TARGET_EVENT_STOP &&
			    ev.reason == TARGET_STOP_BREAKPOINT)
				hits++;
		}
	}
	count = read_word(f, pid, f->counter) - count;
	assert_in_range(count, hits > 12 ? hits - 12 : 0, hits + 1);
}

static void
stop_info_repeats_the_stop(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;

	run(f, pid, TARGET_RESUME_STEP);
	assert_int_equal(target_stop_info(f->t, pid, &ev), 0);
	assert_int_equal(ev.reason, TARGET_STOP_STEP);
	assert_int_equal(ev.tid, pid);
	assert_int_equal(target_stop_info(f->t, 999999, &ev), -ESRCH);
}

static void
system_calls_are_caught(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	const int64_t getppid_nr = 110, other = 39;
	struct target_event ev;

	assert_int_equal(target_catch_syscalls(f->t, pid, true, &getppid_nr, 1),
			 0);
	fixture_command(f, pid, COMMAND_CALL, getppid_nr);
	resume_all(f, pid);
	ev = stop_for(f, TARGET_STOP_SYSCALL_ENTRY);
	assert_int_equal(ev.syscall, getppid_nr);
	resume_all(f, pid);
	ev = stop_for(f, TARGET_STOP_SYSCALL_RETURN);
	assert_int_equal(ev.syscall, getppid_nr);
	fixture_command(f, pid, COMMAND_CALL, other);
	resume_all(f, pid);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(target_catch_syscalls(f->t, pid, false, NULL, 0), 0);
	fixture_command(f, pid, COMMAND_CALL, getppid_nr);
	resume_all(f, pid);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

int
contract_run(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_step_is_one_instruction),
		TEST(a_range_step_ends_outside),
		TEST(a_range_step_stops_at_a_breakpoint),
		TEST(nothing_runs_before_commit),
		TEST(a_running_thread_cannot_be_resumed),
		TEST(a_stop_request_is_answered),
		TEST(an_interrupt_stops_one_thread),
		TEST(an_interrupt_of_any_process),
		TEST(stopping_all_makes_no_events),
		TEST(others_run_until_they_are_stopped),
		TEST(only_resumed_threads_run),
		TEST(no_queued_stop_is_lost),
		TEST(queued_stops_can_be_fetched),
		TEST(stop_info_repeats_the_stop),
		TEST(system_calls_are_caught),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
