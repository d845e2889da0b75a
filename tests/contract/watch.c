/* SPDX-License-Identifier: Apache-2.0 */
/* Contract: watchpoints. */
#include <errno.h>
#include <signal.h>

#include "fixture.h"

static int
watch(struct fixture *f, pid_t pid, enum target_breakpoint_kind kind,
      uint64_t addr, uint64_t len)
{
	return target_insert_breakpoint(f->t, pid, kind, addr, len);
}

/* Skips the test where there are no debug registers. */
static void
need_slots(struct fixture *f)
{
	if (target_hw_slots(f->t) == 0)
		skip();
}

static void
a_store_is_seen(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;

	need_slots(f);
	assert_int_equal(watch(f, pid, TARGET_WATCH_WRITE, f->stored, 8), 0);
	fixture_command(f, pid, COMMAND_STORE, 0x77);
	ev = run(f, pid, TARGET_RESUME_CONTINUE);
	assert_int_equal(ev.kind, TARGET_EVENT_STOP);
	assert_int_equal(ev.reason, TARGET_STOP_WATCHPOINT);
	assert_int_equal(ev.signal, SIGTRAP);
	assert_int_equal(ev.addr, f->stored);
	assert_int_equal(ev.watch_kind, TARGET_WATCH_WRITE);
	assert_in_range(ev.hw_index, 0, 15);
	/* x86 reports after the fact. */
	assert_int_equal(read_word(f, pid, f->stored), 0x77);
}

static void
a_load_is_seen_by_access_only(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_event ev;

	need_slots(f);
	assert_int_equal(watch(f, pid, TARGET_WATCH_WRITE, f->loaded, 8), 0);
	resume_all(f, pid);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(watch(f, pid, TARGET_WATCH_ACCESS, f->loaded, 8), 0);
	ev = run(f, pid, TARGET_RESUME_CONTINUE);
	assert_int_equal(ev.reason, TARGET_STOP_WATCHPOINT);
	assert_int_equal(ev.addr, f->loaded);
	assert_int_equal(ev.watch_kind, TARGET_WATCH_ACCESS);
}

static void
a_removed_one_sees_nothing(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	need_slots(f);
	assert_int_equal(watch(f, pid, TARGET_WATCH_WRITE, f->counter, 8), 0);
	assert_int_equal(run(f, pid, TARGET_RESUME_CONTINUE).reason,
			 TARGET_STOP_WATCHPOINT);
	assert_int_equal(target_remove_breakpoint(f->t, pid, TARGET_WATCH_WRITE,
						  f->counter, 8),
			 0);
	assert_int_equal(target_remove_breakpoint(f->t, pid, TARGET_WATCH_WRITE,
						  f->counter, 8),
			 -ENOENT);
	resume_all(f, pid);
	no_event(f);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

static void
every_thread_is_watched(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 3), seen = 0;
	struct target_event ev;
	unsigned i;

	need_slots(f);
	assert_int_equal(watch(f, pid, TARGET_WATCH_WRITE, f->counter, 8), 0);
	for (i = 0; i < 1000 && !seen; i++) {
		resume_all(f, pid);
		ev = stop_for(f, TARGET_STOP_WATCHPOINT);
		if (ev.tid != pid)
			seen = ev.tid;
		assert_int_equal(target_stop_all(f->t, pid), 0);
	}
	assert_int_not_equal(seen, 0);
}

static void
slots_run_out(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	unsigned i, slots = target_hw_slots(f->t);

	need_slots(f);
	for (i = 0; i < slots; i++)
		assert_int_equal(
		    watch(f, pid, TARGET_WATCH_WRITE, f->page + 8 * i, 8), 0);
	assert_int_equal(watch(f, pid, TARGET_WATCH_WRITE, f->page + 8 * i, 8),
			 -ENOSPC);
	/* The same again takes no slot. */
	assert_int_equal(watch(f, pid, TARGET_WATCH_WRITE, f->page, 8), 0);
	assert_int_equal(
	    target_remove_breakpoint(f->t, pid, TARGET_WATCH_WRITE, f->page, 8),
	    0);
	assert_int_equal(watch(f, pid, TARGET_WATCH_WRITE, f->page + 8 * i, 8),
			 0);
}

static void
odd_ranges_are_refused(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	int err;

	need_slots(f);
	/* A back end may take several slots for what is not aligned. */
	err = watch(f, pid, TARGET_WATCH_WRITE, f->page + 1, 4);
	assert_true(err == 0 || err == -ENOSPC);
	if (err == 0)
		assert_int_equal(target_remove_breakpoint(f->t, pid,
							  TARGET_WATCH_WRITE,
							  f->page + 1, 4),
				 0);
	assert_int_equal(watch(f, pid, TARGET_WATCH_WRITE, f->page, 4096),
			 -ENOSPC);
	assert_true(watch(f, pid, TARGET_WATCH_WRITE, f->page, 0) < 0);
	assert_true(watch(f, pid, TARGET_WATCH_WRITE, UINT64_MAX - 7, 8) < 0);
	assert_int_equal(watch(f, 999999, TARGET_WATCH_WRITE, f->page, 8),
			 -ESRCH);
}

int
contract_watch(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_store_is_seen),
		TEST(a_load_is_seen_by_access_only),
		TEST(a_removed_one_sees_nothing),
		TEST(every_thread_is_watched),
		TEST(slots_run_out),
		TEST(odd_ranges_are_refused),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
