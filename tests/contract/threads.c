/* SPDX-License-Identifier: Apache-2.0 */
/* Contract: threads come and go. */
#include <errno.h>
#include <string.h>

#include "fixture.h"

static void
threads_are_listed_in_order(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 4), tids[8];
	size_t i;

	assert_int_equal(target_threads(f->t, pid, tids, 8), 4);
	assert_int_equal(tids[0], pid);
	for (i = 1; i < 4; i++) {
		assert_int_not_equal(tids[i], pid);
		assert_int_equal(target_thread_process(f->t, tids[i]), pid);
	}
	assert_int_equal(target_threads(f->t, 0, tids, 8), 4);
}

static void
a_short_buffer_tells_how_many(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 4), tids[4] = { -7, -7, -7, -7 };

	assert_int_equal(target_threads(f->t, pid, tids, 2), 4);
	assert_int_equal(tids[2], -7);
	assert_int_equal(target_threads(f->t, pid, NULL, 0), 4);
	assert_int_equal(target_threads(f->t, 999999, tids, 4), 0);
}

static void
unknown_threads_are_none(void **state)
{
	struct fixture *f = *state;
	char name[32];

	launched(f, 1);
	assert_int_equal(target_thread_process(f->t, 999999), 0);
	assert_int_equal(target_thread_process(f->t, 0), 0);
	assert_int_equal(target_thread_process(f->t, -1), 0);
	assert_false(target_is_stopped(f->t, 999999));
	assert_int_equal(target_thread_name(f->t, 999999, name, sizeof(name)),
			 -ESRCH);
}

static void
threads_have_names(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	char name[32], cut[3];
	unsigned core = 77777;

	assert_int_equal(target_thread_core(f->t, pid, &core), 0);
	assert_in_range(core, 0, 8191);
	assert_int_equal(target_thread_core(f->t, 999999, &core), -ESRCH);
	assert_int_equal(target_thread_name(f->t, pid, name, sizeof(name)), 0);
	assert_in_range(strlen(name), 1, sizeof(name) - 1);
	assert_int_equal(target_thread_name(f->t, pid, cut, sizeof(cut)), 0);
	assert_int_equal(strlen(cut), 2);
	assert_memory_equal(cut, name, 2);
}

static void
new_threads_run_unseen(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	fixture_command(f, pid, COMMAND_CLONE, 0);
	resume_all(f, pid);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(target_threads(f->t, pid, NULL, 0), 2);
}

static void
new_threads_are_reported(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;

	target_set_reports(f->t, TARGET_REPORT_CLONE);
	fixture_command(f, pid, COMMAND_CLONE, 0);
	resume_all(f, pid);
	ev = next_event(f);
	assert_int_equal(ev.kind, TARGET_EVENT_THREAD_CREATED);
	assert_int_equal(ev.pid, pid);
	assert_int_not_equal(ev.tid, pid);
	assert_true(target_is_stopped(f->t, ev.tid));
	assert_int_equal(target_thread_process(f->t, ev.tid), pid);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

static void
ended_threads_are_reported(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;

	target_set_reports(f->t, TARGET_REPORT_THREAD_EXIT);
	fixture_command(f, pid, COMMAND_THREAD_EXIT, 0);
	resume_all(f, pid);
	ev = next_event(f);
	assert_int_equal(ev.kind, TARGET_EVENT_THREAD_EXITED);
	assert_int_equal(ev.pid, pid);
	assert_int_not_equal(ev.tid, pid);
	assert_int_equal(ev.status, 0);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(target_threads(f->t, pid, NULL, 0), 1);
}

static void
ended_threads_are_forgotten(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	fixture_command(f, pid, COMMAND_THREAD_EXIT, 0);
	resume_all(f, pid);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(target_threads(f->t, pid, NULL, 0), 1);
}

static void
breakpoints_hold_in_new_threads(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1), seen = 0;
	struct target_event ev;
	unsigned i;

	insert(f, pid, f->tick);
	fixture_command(f, pid, COMMAND_CLONE, 0);
	for (i = 0; i < 1000 && !seen; i++) {
		resume_all(f, pid);
		ev = stop_for(f, TARGET_STOP_BREAKPOINT);
		if (ev.tid != pid)
			seen = ev.tid;
		assert_int_equal(target_stop_all(f->t, pid), 0);
	}
	assert_int_not_equal(seen, 0);
}

static void
a_thread_with_the_option_tells_of_its_clones(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;

	assert_int_equal(
	    target_set_thread_options(f->t, pid, TARGET_THREAD_CLONE), 0);
	fixture_command(f, pid, COMMAND_CLONE, 0);
	resume_all(f, pid);
	ev = stop_for(f, TARGET_STOP_CLONE);
	assert_int_equal(ev.tid, pid);
	assert_int_equal(ev.child_pid, pid);
	assert_int_equal(target_thread_process(f->t, ev.child_tid), pid);
	assert_int_equal(target_threads(f->t, pid, NULL, 0), 2);
	/* It stands while its maker runs. */
	assert_true(target_is_stopped(f->t, ev.child_tid));
	resume(f, pid, TARGET_RESUME_CONTINUE);
	no_event(f);
	assert_true(target_is_stopped(f->t, ev.child_tid));
	/* And runs when it is told to, with no options of its own. */
	resume(f, ev.child_tid, TARGET_RESUME_CONTINUE);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

static void
a_thread_with_the_option_tells_of_its_end(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1), tid;
	struct target_event ev;

	assert_int_equal(
	    target_set_thread_options(f->t, pid, TARGET_THREAD_CLONE), 0);
	fixture_command(f, pid, COMMAND_THREAD_EXIT, 0);
	resume_all(f, pid);
	tid = stop_for(f, TARGET_STOP_CLONE).child_tid;
	assert_int_equal(
	    target_set_thread_options(f->t, tid, TARGET_THREAD_EXIT), 0);
	resume(f, tid, TARGET_RESUME_CONTINUE);
	ev = next_event(f);
	assert_int_equal(ev.kind, TARGET_EVENT_THREAD_EXITED);
	assert_int_equal(ev.tid, tid);
	assert_int_equal(target_set_thread_options(f->t, tid, 0), -ESRCH);
	assert_int_equal(target_set_thread_options(f->t, pid, 4), -EINVAL);
}

/* An end that was told, and then others are resumed: that they were none is
 * not told any more. */
static void
no_resumed_is_not_told_too_late(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1), tid;
	struct target_event ev;

	target_set_reports(f->t, TARGET_REPORT_NO_RESUMED);
	assert_int_equal(
	    target_set_thread_options(f->t, pid, TARGET_THREAD_CLONE), 0);
	fixture_command(f, pid, COMMAND_THREAD_EXIT, 0);
	resume_all(f, pid);
	tid = stop_for(f, TARGET_STOP_CLONE).child_tid;
	assert_int_equal(
	    target_set_thread_options(f->t, tid, TARGET_THREAD_EXIT), 0);
	resume(f, tid, TARGET_RESUME_CONTINUE);
	ev = next_event(f);
	assert_int_equal(ev.kind, TARGET_EVENT_THREAD_EXITED);
	assert_int_equal(target_set_thread_options(f->t, pid, 0), 0);
	resume(f, pid, TARGET_RESUME_CONTINUE);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

int
contract_threads(void)
{
	const struct CMUnitTest tests[] = {
		TEST(threads_are_listed_in_order),
		TEST(a_short_buffer_tells_how_many),
		TEST(unknown_threads_are_none),
		TEST(threads_have_names),
		TEST(new_threads_run_unseen),
		TEST(new_threads_are_reported),
		TEST(ended_threads_are_reported),
		TEST(ended_threads_are_forgotten),
		TEST(breakpoints_hold_in_new_threads),
		TEST(a_thread_with_the_option_tells_of_its_clones),
		TEST(a_thread_with_the_option_tells_of_its_end),
		TEST(no_resumed_is_not_told_too_late),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
