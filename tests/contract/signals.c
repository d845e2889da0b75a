/* SPDX-License-Identifier: Apache-2.0 */
/* Contract: signals. */
#include <signal.h>

#include "fixture.h"

static struct target_event
raise_usr1(struct fixture *f, pid_t pid)
{
	fixture_command(f, pid, COMMAND_RAISE, SIGUSR1);
	resume_all(f, pid);
	return stop_for(f, TARGET_STOP_SIGNAL);
}

static void
a_signal_is_shown_before_it_is_delivered(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev = raise_usr1(f, pid);

	assert_int_equal(ev.signal, SIGUSR1);
	assert_int_equal(ev.tid, pid);
	assert_int_equal(fixture_usr1(f, pid), 0);
}

static void
a_signal_resumed_with_is_delivered_once(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	raise_usr1(f, pid);
	resume_with(f, pid, SIGUSR1);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(fixture_usr1(f, pid), 1);
}

static void
a_signal_not_resumed_with_is_dropped(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	raise_usr1(f, pid);
	resume_with(f, pid, 0);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(fixture_usr1(f, pid), 0);
}

static void
a_signal_of_the_client_is_delivered(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	resume_with(f, pid, SIGUSR1);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(fixture_usr1(f, pid), 1);
}

static void
passed_signals_make_no_stop(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	const uint64_t set[2] = { UINT64_C(1) << (SIGUSR1 - 1), 0 };

	target_set_pass_signals(f->t, set);
	fixture_command(f, pid, COMMAND_RAISE, SIGUSR1);
	resume_all(f, pid);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(fixture_usr1(f, pid), 1);
}

static void
a_deadly_signal_kills(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;

	fixture_command(f, pid, COMMAND_DIE, SIGTERM);
	resume_all(f, pid);
	ev = stop_for(f, TARGET_STOP_SIGNAL);
	assert_int_equal(ev.signal, SIGTERM);
	resume_with(f, pid, SIGTERM);
	ev = next_event(f);
	assert_int_equal(ev.kind, TARGET_EVENT_KILLED);
	assert_int_equal(ev.signal, SIGTERM);
	assert_int_equal(ev.pid, pid);
	assert_int_equal(ev.tid, pid);
	assert_int_equal(target_processes(f->t, NULL, 0), 0);
}

static void
detach_delivers_what_was_shown(void **state)
{
	struct fixture *f = *state;
	pid_t pid;

	fixture_start(f, 1, &pid);
	assert_int_equal(target_attach(f->t, pid), 0);
	raise_usr1(f, pid);
	assert_int_equal(target_detach(f->t, pid, false), 0);
	assert_true(fixture_moves(f, pid));
	assert_int_equal(fixture_usr1(f, pid), 1);
}

static void
detach_keeps_back_what_it_may_not_deliver(void **state)
{
	struct fixture *f = *state;
	const uint64_t none[2] = { 0, 0 };
	pid_t pid;

	fixture_start(f, 1, &pid);
	assert_int_equal(target_attach(f->t, pid), 0);
	target_set_detach_signals(f->t, none);
	raise_usr1(f, pid);
	assert_int_equal(target_detach(f->t, pid, false), 0);
	assert_true(fixture_moves(f, pid));
	assert_int_equal(fixture_usr1(f, pid), 0);
}

int
contract_signals(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_signal_is_shown_before_it_is_delivered),
		TEST(a_signal_resumed_with_is_delivered_once),
		TEST(a_signal_not_resumed_with_is_dropped),
		TEST(a_signal_of_the_client_is_delivered),
		TEST(passed_signals_make_no_stop),
		TEST(a_deadly_signal_kills),
		TEST(detach_delivers_what_was_shown),
		TEST(detach_keeps_back_what_it_may_not_deliver),
	};

	return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
