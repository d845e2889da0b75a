/* SPDX-License-Identifier: Apache-2.0 */
/* Contract: reading and writing memory. */
#include <errno.h>
#include <string.h>

#include "fixture.h"

static void
reads_what_is_there(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	assert_int_not_equal(read_word(f, pid, f->counter), 0x1234);
	write_word(f, pid, f->counter, 0x1234);
	assert_int_equal(read_word(f, pid, f->counter), 0x1234);
}

static void
read_is_short_at_a_hole(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint8_t buf[8192];
	size_t got = 77;

	assert_int_equal(target_read_memory(f->t, pid, f->hole - 100, buf,
					    sizeof(buf), &got),
			 0);
	assert_int_equal(got, 100);
}

static void
read_of_nothing_is_a_fault(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint8_t buf[16];
	size_t got = 77;

	assert_int_equal(target_read_memory(f->t, pid, f->hole, buf, 16, &got),
			 -EFAULT);
	assert_int_equal(target_read_memory(f->t, pid, 0, buf, 16, &got),
			 -EFAULT);
	assert_int_equal(
	    target_read_memory(f->t, pid, UINT64_MAX - 4, buf, 16, &got),
	    -EFAULT);
	/* Results are written on success only. */
	assert_int_equal(got, 77);
}

static void
write_across_a_hole_writes_nothing(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t at = f->hole - 8;
	uint8_t buf[64];

	write_word(f, pid, at, 0x1122);
	memset(buf, 0xff, sizeof(buf));
	assert_int_equal(target_write_memory(f->t, pid, at, buf, sizeof(buf)),
			 -EFAULT);
	assert_int_equal(read_word(f, pid, at), 0x1122);
}

static void
writes_where_the_program_may_not(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	write_word(f, pid, f->constant, 0xabcdef);
	assert_int_equal(read_word(f, pid, f->constant), 0xabcdef);
}

static void
long_transfers_are_whole(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint8_t out[4000], in[4000];
	size_t i, got;

	for (i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 7);
	assert_int_equal(
	    target_write_memory(f->t, pid, f->page + 11, out, sizeof(out)), 0);
	assert_int_equal(
	    target_read_memory(f->t, pid, f->page + 11, in, sizeof(in), &got),
	    0);
	assert_int_equal(got, sizeof(in));
	assert_memory_equal(in, out, sizeof(in));
}

static void
breakpoints_are_not_seen(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t before = read_word(f, pid, f->tick);

	insert(f, pid, f->tick);
	assert_int_equal(read_word(f, pid, f->tick), before);
	/* Also where a read starts or ends in the middle of things. */
	assert_int_equal(read_word(f, pid, f->tick - 4) >> 32,
			 before & 0xffffffff);
	remove_it(f, pid, f->tick);
	assert_int_equal(read_word(f, pid, f->tick), before);
}

static void
a_write_under_a_breakpoint_keeps_it(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t before = read_word(f, pid, f->tick);

	insert(f, pid, f->tick);
	write_word(f, pid, f->tick, before ^ 0x0f);
	assert_int_equal(read_word(f, pid, f->tick), before ^ 0x0f);
	write_word(f, pid, f->tick, before);
	assert_int_equal(run(f, pid, TARGET_RESUME_CONTINUE).reason,
			 TARGET_STOP_BREAKPOINT);
	remove_it(f, pid, f->tick);
	assert_int_equal(read_word(f, pid, f->tick), before);
}

static void
a_write_under_a_breakpoint_stays_after_it(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t before = read_word(f, pid, f->tick);

	insert(f, pid, f->tick);
	write_word(f, pid, f->tick, before ^ 0x55);
	remove_it(f, pid, f->tick);
	assert_int_equal(read_word(f, pid, f->tick), before ^ 0x55);
	write_word(f, pid, f->tick, before);
}

static void
a_running_process_can_be_read(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	resume_all(f, pid);
	read_word(f, pid, f->counter);
	assert_int_equal(target_stop_all(f->t, pid), 0);
}

static void
unknown_processes_are_errors(void **state)
{
	struct fixture *f = *state;
	uint64_t word = 0;
	size_t got;

	launched(f, 1);
	assert_int_equal(
	    target_read_memory(f->t, 999999, f->counter, &word, 8, &got),
	    -ESRCH);
	assert_int_equal(
	    target_write_memory(f->t, 999999, f->counter, &word, 8), -ESRCH);
	assert_int_equal(
	    target_read_memory(f->t, -1, f->counter, &word, 8, &got), -ESRCH);
}

int
contract_memory(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_what_is_there),
		TEST(read_is_short_at_a_hole),
		TEST(read_of_nothing_is_a_fault),
		TEST(write_across_a_hole_writes_nothing),
		TEST(writes_where_the_program_may_not),
		TEST(long_transfers_are_whole),
		TEST(breakpoints_are_not_seen),
		TEST(a_write_under_a_breakpoint_keeps_it),
		TEST(a_write_under_a_breakpoint_stays_after_it),
		TEST(a_running_process_can_be_read),
		TEST(unknown_processes_are_errors),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
