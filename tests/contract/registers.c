/* SPDX-License-Identifier: Apache-2.0 */
/* Contract: registers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static void
pc_is_where_it_stopped(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);

	assert_int_equal(pc_of(f, pid, pid), f->tick);
}

/* Registers that any program can hold any value in. */
static bool
is_free(const struct arch *a, unsigned reg)
{
	static const char *const names[] = { "rax", "rbx",  "r12", "r0",
					     "r1",  "xmm0", "v0" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(a->regs[reg].name, names[i]))
			return true;
	return false;
}

static void
what_is_set_is_read_back(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	const struct arch *a = target_arch(f->t, pid);
	uint8_t old[64], new[64], got[64];
	unsigned i, tried = 0;

	for (i = 0; i < a->nregs; i++) {
		if (!is_free(a, i) || a->regs[i].size > sizeof(old))
			continue;
		memset(new, (int)(0x41 + i % 32), sizeof(new));
		if (target_get_register(f->t, pid, i, old) == -ENODATA)
			continue;
		assert_int_equal(target_set_register(f->t, pid, i, new), 0);
		assert_int_equal(target_get_register(f->t, pid, i, got), 0);
		assert_memory_equal(got, new, a->regs[i].size);
		assert_int_equal(target_set_register(f->t, pid, i, old), 0);
		tried++;
	}
	assert_in_range(tried, 3, 100);
}

static void
what_is_set_survives_running(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	const struct arch *a = target_arch(f->t, pid);
	uint8_t old[64], new[64], got[64];
	unsigned i;

	/* At the first instruction of a function nothing has changed them
	 * when it is done; that instruction is pushed fp or a store. */
	for (i = 0; i < a->nregs; i++)
		if (!strcmp(a->regs[i].name, "r12") ||
		    !strcmp(a->regs[i].name, "r2"))
			break;
	assert_true(i < a->nregs);
	assert_int_equal(target_get_register(f->t, pid, i, old), 0);
	memset(new, 0x5a, sizeof(new));
	assert_int_equal(target_set_register(f->t, pid, i, new), 0);
	assert_int_equal(run(f, pid, TARGET_RESUME_STEP).reason,
			 TARGET_STOP_STEP);
	assert_int_equal(target_get_register(f->t, pid, i, got), 0);
	assert_memory_equal(got, new, a->regs[i].size);
	assert_int_equal(target_set_register(f->t, pid, i, old), 0);
}

static void
a_new_pc_is_where_it_goes_on(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t after;

	assert_int_equal(run(f, pid, TARGET_RESUME_STEP).reason,
			 TARGET_STOP_STEP);
	after = pc_of(f, pid, pid);
	assert_int_not_equal(after, f->tick);
	set_pc(f, pid, pid, f->tick);
	assert_int_equal(pc_of(f, pid, pid), f->tick);
	assert_int_equal(run(f, pid, TARGET_RESUME_STEP).reason,
			 TARGET_STOP_STEP);
	assert_int_equal(pc_of(f, pid, pid), after);
}

static void
a_saved_file_restores_all(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	size_t size = target_arch(f->t, pid)->file_size;
	uint8_t *before = calloc(1, size), *after = calloc(1, size);

	assert_non_null(before);
	assert_non_null(after);
	assert_int_equal(target_save_registers(f->t, pid, before), 0);
	run(f, pid, TARGET_RESUME_STEP);
	assert_int_equal(target_save_registers(f->t, pid, after), 0);
	assert_memory_not_equal(before, after, size);
	assert_int_equal(target_restore_registers(f->t, pid, before), 0);
	assert_int_equal(pc_of(f, pid, pid), f->tick);
	memset(after, 0, size);
	assert_int_equal(target_save_registers(f->t, pid, after), 0);
	assert_memory_equal(before, after, size);
	free(before);
	free(after);
}

static void
a_running_thread_is_busy(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	const struct arch *a = target_arch(f->t, pid);
	uint64_t value = 0;

	resume_all(f, pid);
	assert_int_equal(target_get_register(f->t, pid, a->pc, &value), -EBUSY);
	assert_int_equal(target_set_register(f->t, pid, a->pc, &value), -EBUSY);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_int_equal(target_get_register(f->t, pid, a->pc, &value), 0);
}

static void
unknown_threads_and_registers_are_errors(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	const struct arch *a = target_arch(f->t, pid);
	uint64_t value[8] = { 0 };

	assert_int_equal(target_get_register(f->t, 999999, a->pc, value),
			 -ESRCH);
	assert_int_equal(target_set_register(f->t, 0, a->pc, value), -ESRCH);
	assert_true(target_get_register(f->t, pid, (unsigned)a->nregs, value) <
		    0);
	assert_true(target_set_register(f->t, pid, 0xffffffff, value) < 0);
}

int
contract_registers(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pc_is_where_it_stopped),
		TEST(what_is_set_is_read_back),
		TEST(what_is_set_survives_running),
		TEST(a_new_pc_is_where_it_goes_on),
		TEST(a_saved_file_restores_all),
		TEST(a_running_thread_is_busy),
		TEST(unknown_threads_and_registers_are_errors),
	};

	return cmocka_run_group_tests_name("registers", tests, NULL, NULL);
}
