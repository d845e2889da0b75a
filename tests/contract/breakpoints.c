/* SPDX-License-Identifier: Apache-2.0 */
/* Contract: breakpoints. */
#include <errno.h>
#include <signal.h>

#include "fixture.h"

static void
a_hit_is_reported_at_its_address(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;

	run(f, pid, TARGET_RESUME_STEP);
	insert(f, pid, f->tick);
	ev = run(f, pid, TARGET_RESUME_CONTINUE);
	assert_int_equal(ev.kind, TARGET_EVENT_STOP);
	assert_int_equal(ev.reason, TARGET_STOP_BREAKPOINT);
	assert_int_equal(ev.pid, pid);
	assert_int_equal(ev.tid, pid);
	assert_int_equal(ev.signal, SIGTRAP);
	assert_int_equal(pc_of(f, pid, pid), f->tick);
}

static void
a_hit_is_once_per_lap(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t count;
	unsigned i;

	insert(f, pid, f->tick);
	assert_int_equal(run(f, pid, TARGET_RESUME_CONTINUE).reason,
			 TARGET_STOP_BREAKPOINT);
	count = read_word(f, pid, f->counter);
	for (i = 1; i <= 20; i++) {
		assert_int_equal(run(f, pid, TARGET_RESUME_CONTINUE).reason,
				 TARGET_STOP_BREAKPOINT);
		assert_int_equal(pc_of(f, pid, pid), f->tick);
		assert_int_equal(read_word(f, pid, f->counter), count + i);
	}
}

static void
a_second_insertion_counts_once(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	insert(f, pid, f->tick);
	insert(f, pid, f->tick);
	remove_it(f, pid, f->tick);
	assert_int_equal(target_remove_breakpoint(
			     f->t, pid, TARGET_BREAKPOINT_SOFTWARE, f->tick, 1),
			 -ENOENT);
	resume_all(f, pid);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

static void
nowhere_is_an_error(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	assert_int_equal(target_insert_breakpoint(
			     f->t, pid, TARGET_BREAKPOINT_SOFTWARE, f->hole, 1),
			 -EFAULT);
	assert_int_equal(target_remove_breakpoint(
			     f->t, pid, TARGET_BREAKPOINT_SOFTWARE, f->hole, 1),
			 -ENOENT);
	assert_int_equal(target_insert_breakpoint(f->t, 999999,
						  TARGET_BREAKPOINT_SOFTWARE,
						  f->tick, 1),
			 -ESRCH);
}

static void
stepping_off_one_is_one_step(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t after;

	run(f, pid, TARGET_RESUME_STEP);
	after = pc_of(f, pid, pid);
	insert(f, pid, f->tick);
	run(f, pid, TARGET_RESUME_CONTINUE);
	assert_int_equal(run(f, pid, TARGET_RESUME_STEP).reason,
			 TARGET_STOP_STEP);
	assert_int_equal(pc_of(f, pid, pid), after);
}

static void
one_inserted_under_a_thread_is_hit(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t count = read_word(f, pid, f->counter);

	/* It stands at tick, moved there by hand: no hit was reported. */
	run(f, pid, TARGET_RESUME_STEP);
	set_pc(f, pid, pid, f->tick);
	insert(f, pid, f->tick);
	assert_int_equal(run(f, pid, TARGET_RESUME_CONTINUE).reason,
			 TARGET_STOP_BREAKPOINT);
	assert_in_range(read_word(f, pid, f->counter), count, count + 1);
	assert_int_equal(pc_of(f, pid, pid), f->tick);
}

static void
others_go_on_over_one(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 4);
	struct target_event ev;
	unsigned i;

	insert(f, pid, f->tick);
	for (i = 0; i < 40; i++) {
		resume_all(f, pid);
		ev = stop_for(f, TARGET_STOP_BREAKPOINT);
		assert_int_equal(target_stop_all(f->t, pid), 0);
		assert_int_equal(pc_of(f, pid, ev.tid), f->tick);
	}
}

static void
a_queued_hit_of_a_removed_one_is_dropped(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 4);

	insert(f, pid, f->tick);
	resume_all(f, pid);
	stop_for(f, TARGET_STOP_BREAKPOINT);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	remove_it(f, pid, f->tick);
	resume_all(f, pid);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

static void
a_hardware_one_is_told_apart(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;

	if (target_hw_slots(f->t) == 0)
		skip();
	run(f, pid, TARGET_RESUME_STEP);
	assert_int_equal(target_insert_breakpoint(
			     f->t, pid, TARGET_BREAKPOINT_HARDWARE, f->tick, 1),
			 0);
	ev = run(f, pid, TARGET_RESUME_CONTINUE);
	assert_int_equal(ev.reason, TARGET_STOP_HW_BREAKPOINT);
	assert_int_equal(pc_of(f, pid, pid), f->tick);
	/* And it lets go. */
	ev = run(f, pid, TARGET_RESUME_CONTINUE);
	assert_int_equal(ev.reason, TARGET_STOP_HW_BREAKPOINT);
	assert_int_equal(target_remove_breakpoint(
			     f->t, pid, TARGET_BREAKPOINT_HARDWARE, f->tick, 1),
			 0);
	resume_all(f, pid);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

struct filter {
	struct fixture *f;
	unsigned calls, report_at;
	uint64_t pc;
};

static bool
filter(void *arg, pid_t pid, pid_t tid, uint64_t pc)
{
	struct filter *me = arg;

	me->pc = pc_of(me->f, pid, tid);
	assert_int_equal(me->pc, pc);
	read_word(me->f, pid, me->f->counter);
	return ++me->calls == me->report_at;
}

static void
a_filter_decides_what_is_reported(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct filter me = { .f = f, .report_at = 10 };
	uint64_t count;

	run(f, pid, TARGET_RESUME_STEP);
	target_set_hit_filter(f->t, filter, &me);
	insert(f, pid, f->tick);
	count = read_word(f, pid, f->counter);
	assert_int_equal(run(f, pid, TARGET_RESUME_CONTINUE).reason,
			 TARGET_STOP_BREAKPOINT);
	assert_int_equal(me.calls, 10);
	assert_int_equal(me.pc, f->tick);
	/* The lap that had begun counts, too. */
	assert_in_range(read_word(f, pid, f->counter) - count, 9, 10);
	target_set_hit_filter(f->t, NULL, NULL);
	assert_int_equal(run(f, pid, TARGET_RESUME_CONTINUE).reason,
			 TARGET_STOP_BREAKPOINT);
	assert_int_equal(me.calls, 10);
}

/* Beside a software one it is one hit, reported or not. */
static void
two_kinds_at_one_place_are_hit_once(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct filter me = { .f = f, .report_at = 5 };
	uint64_t count;

	if (target_hw_slots(f->t) == 0)
		skip();
	run(f, pid, TARGET_RESUME_STEP);
	target_set_hit_filter(f->t, filter, &me);
	insert(f, pid, f->tick);
	assert_int_equal(target_insert_breakpoint(
			     f->t, pid, TARGET_BREAKPOINT_HARDWARE, f->tick, 1),
			 0);
	count = read_word(f, pid, f->counter);
	run(f, pid, TARGET_RESUME_CONTINUE);
	assert_int_equal(me.calls, 5);
	assert_in_range(read_word(f, pid, f->counter) - count, 4, 5);
	me.report_at = 6;
	count = read_word(f, pid, f->counter);
	run(f, pid, TARGET_RESUME_CONTINUE);
	assert_int_equal(me.calls, 6);
	assert_int_equal(read_word(f, pid, f->counter) - count, 1);
}

struct watcher {
	struct fixture *f;
	unsigned hits, steps, want;
	uint64_t last_pc;
};

static bool
begin_watch(void *arg, pid_t pid, pid_t tid, uint64_t pc)
{
	struct watcher *me = arg;

	(void)pid;
	assert_int_equal(pc, me->f->tick);
	if (++me->hits > 1)
		return false;
	me->last_pc = pc;
	assert_int_equal(target_watch_steps(me->f->t, tid, true), 0);
	return false;
}

static void
watch_step(void *arg, pid_t pid, pid_t tid)
{
	struct watcher *me = arg;
	uint64_t pc = pc_of(me->f, pid, tid);

	assert_int_not_equal(pc, me->last_pc);
	me->last_pc = pc;
	if (++me->steps == me->want)
		target_watch_steps(me->f->t, tid, false);
}

/* Nothing comes but a hit that was queued before there was a filter. */
static void
pass_old_hit(struct fixture *f)
{
	struct target_event ev;

	if (!event_within(f, &ev, 100))
		return;
	assert_int_equal(ev.reason, TARGET_STOP_BREAKPOINT);
	resume(f, ev.tid, TARGET_RESUME_CONTINUE);
}

/* Through more than a lap, so over the breakpoint, too. */
static void
steps_are_told_to_a_watcher(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 2);
	struct watcher me = { .f = f, .want = 40 };
	unsigned i;

	target_set_hit_filter(f->t, begin_watch, &me);
	target_set_step_watcher(f->t, watch_step, &me);
	insert(f, pid, f->tick);
	resume_all(f, pid);
	for (i = 0; i < 10000 && (me.steps < me.want || me.hits < 40); i++)
		pass_old_hit(f);
	assert_int_equal(me.steps, me.want);
	assert_true(me.hits >= 40);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	target_set_step_watcher(f->t, NULL, NULL);
	target_set_hit_filter(f->t, NULL, NULL);
}

/* A client's own steps are the same with it as without. */
static void
a_watched_step_is_one_step(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct watcher me = { .f = f, .want = 10 };
	unsigned i;

	target_set_step_watcher(f->t, watch_step, &me);
	assert_int_equal(target_watch_steps(f->t, 999999, true), -ESRCH);
	assert_int_equal(target_watch_steps(f->t, pid, true), 0);
	insert(f, pid, f->tick);
	for (i = 1; i <= 10; i++) {
		enum target_stop_reason reason =
		    run(f, pid, TARGET_RESUME_STEP).reason;

		if (reason == TARGET_STOP_BREAKPOINT)
			reason = run(f, pid, TARGET_RESUME_STEP).reason;
		assert_int_equal(reason, TARGET_STOP_STEP);
		assert_int_equal(me.steps, i);
	}
	run(f, pid, TARGET_RESUME_STEP);
	assert_int_equal(me.steps, 10);
	target_set_step_watcher(f->t, NULL, NULL);
}

int
contract_breakpoints(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hit_is_reported_at_its_address),
		TEST(a_hit_is_once_per_lap),
		TEST(a_second_insertion_counts_once),
		TEST(nowhere_is_an_error),
		TEST(stepping_off_one_is_one_step),
		TEST(one_inserted_under_a_thread_is_hit),
		TEST(others_go_on_over_one),
		TEST(a_queued_hit_of_a_removed_one_is_dropped),
		TEST(two_kinds_at_one_place_are_hit_once),
		TEST(a_hardware_one_is_told_apart),
		TEST(a_filter_decides_what_is_reported),
		TEST(steps_are_told_to_a_watcher),
		TEST(a_watched_step_is_one_step),
	};

	return cmocka_run_group_tests_name("breakpoints", tests, NULL, NULL);
}
