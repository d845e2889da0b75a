/* SPDX-License-Identifier: Apache-2.0 */
/* Contract: allocation, as docs/allocation.md has it. */
#include <errno.h>
#include <string.h>

#include "fixture.h"

#define PAGE  UINT64_C(0x1000)
#define BLOCK UINT64_C(0x10000)
#define BOTH  (MEM_RESERVE | MEM_COMMIT)

static int
allocate(struct fixture *f, pid_t pid, uint64_t addr, uint64_t size,
	 uint32_t type, uint32_t protect, uint64_t *base)
{
	return target_allocate(f->t, pid, addr, size, type, protect, base);
}

static uint64_t
allocated(struct fixture *f, pid_t pid, uint64_t size, uint32_t type,
	  uint32_t protect)
{
	uint64_t base = 0;

	assert_int_equal(allocate(f, pid, 0, size, type, protect, &base), 0);
	assert_int_equal(base % BLOCK, 0);
	assert_int_not_equal(base, 0);
	return base;
}

static int
release(struct fixture *f, pid_t pid, uint64_t addr, uint64_t size,
	uint32_t type)
{
	return target_release(f->t, pid, addr, size, type);
}

static void
committed_memory_reads_as_zero(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base = allocated(f, pid, 3 * PAGE, BOTH, PAGE_READWRITE), i;

	for (i = 0; i < 3 * PAGE; i += 512)
		assert_int_equal(read_word(f, pid, base + i), 0);
	write_word(f, pid, base + 3 * PAGE - 8, 0x55);
	assert_int_equal(read_word(f, pid, base + 3 * PAGE - 8), 0x55);
}

static void
allocation_changes_no_register(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 3), tids[8];
	size_t size = target_arch(f->t, pid)->file_size, i;
	uint8_t before[3][32768], after[32768];
	uint64_t base;

	assert_in_range(size, 1, sizeof(after));
	assert_int_equal(target_threads(f->t, pid, tids, 8), 3);
	for (i = 0; i < 3; i++)
		assert_int_equal(
		    target_save_registers(f->t, tids[i], before[i]), 0);
	base = allocated(f, pid, PAGE, BOTH, PAGE_READWRITE);
	assert_int_equal(release(f, pid, base, 0, MEM_RELEASE), 0);
	for (i = 0; i < 3; i++) {
		assert_true(target_is_stopped(f->t, tids[i]));
		assert_int_equal(target_save_registers(f->t, tids[i], after),
				 0);
		assert_memory_equal(before[i], after, size);
	}
	no_event(f);
}

static void
reserved_memory_is_not_there(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base = allocated(f, pid, PAGE, MEM_RESERVE, PAGE_READWRITE);
	uint64_t word = 0, again;
	size_t got;

	assert_int_equal(target_read_memory(f->t, pid, base, &word, 8, &got),
			 -EFAULT);
	assert_int_equal(target_write_memory(f->t, pid, base, &word, 8),
			 -EFAULT);
	assert_int_equal(
	    allocate(f, pid, base, PAGE, MEM_COMMIT, PAGE_READWRITE, &again),
	    0);
	assert_int_equal(again, base);
	write_word(f, pid, base, 9);
}

static void
guarded_memory_is_the_debuggers(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base = allocated(f, pid, PAGE, BOTH, PAGE_NOACCESS);

	write_word(f, pid, base, 0x42);
	assert_int_equal(read_word(f, pid, base), 0x42);
	base = allocated(f, pid, PAGE, BOTH, PAGE_READONLY);
	write_word(f, pid, base, 0x43);
	assert_int_equal(read_word(f, pid, base), 0x43);
}

static void
an_address_is_kept_or_refused(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base =
	    allocated(f, pid, 4 * BLOCK, MEM_RESERVE, PAGE_READWRITE);
	uint64_t got = 7;

	assert_int_equal(
	    allocate(f, pid, base, PAGE, BOTH, PAGE_READWRITE, &got),
	    -EADDRNOTAVAIL);
	assert_int_equal(
	    allocate(f, pid, f->counter, PAGE, BOTH, PAGE_READWRITE, &got),
	    -EADDRNOTAVAIL);
	assert_int_equal(got, 7);
	assert_int_equal(release(f, pid, base, 0, MEM_RELEASE), 0);
	assert_int_equal(allocate(f, pid, base + BLOCK + 0x1010, PAGE, BOTH,
				  PAGE_READWRITE, &got),
			 0);
	/* Down to the granularity; both pages that hold a byte of it. */
	assert_int_equal(got, base + BLOCK);
	write_word(f, pid, base + BLOCK + 0x2ff8, 1);
}

static void
commit_keeps_what_is_there(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base =
	    allocated(f, pid, 4 * PAGE, MEM_RESERVE, PAGE_READWRITE);
	uint64_t got;

	assert_int_equal(allocate(f, pid, base + PAGE - 1, 2, MEM_COMMIT,
				  PAGE_READWRITE, &got),
			 0);
	assert_int_equal(got, base);
	write_word(f, pid, base + PAGE, 0x1357);
	assert_int_equal(
	    allocate(f, pid, base, 4 * PAGE, MEM_COMMIT, PAGE_READONLY, &got),
	    0);
	assert_int_equal(read_word(f, pid, base + PAGE), 0x1357);
	assert_int_equal(read_word(f, pid, base + 3 * PAGE), 0);
	assert_int_equal(
	    allocate(f, pid, base, 5 * PAGE, MEM_COMMIT, PAGE_READWRITE, &got),
	    -EADDRNOTAVAIL);
}

static void
decommit_drops_contents(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base = allocated(f, pid, 3 * PAGE, BOTH, PAGE_READWRITE), got;
	uint64_t word;
	size_t n;

	write_word(f, pid, base, 1);
	write_word(f, pid, base + PAGE, 2);
	assert_int_equal(release(f, pid, base + PAGE, 1, MEM_DECOMMIT), 0);
	assert_int_equal(
	    target_read_memory(f->t, pid, base + PAGE, &word, 8, &n), -EFAULT);
	assert_int_equal(read_word(f, pid, base), 1);
	assert_int_equal(
	    allocate(f, pid, base, 3 * PAGE, MEM_COMMIT, PAGE_READWRITE, &got),
	    0);
	assert_int_equal(read_word(f, pid, base + PAGE), 0);
	assert_int_equal(read_word(f, pid, base), 1);
	assert_int_equal(
	    release(f, pid, base + 2 * PAGE, PAGE + 1, MEM_DECOMMIT), -EINVAL);
	assert_int_equal(release(f, pid, base, 0, MEM_DECOMMIT), 0);
	assert_int_equal(release(f, pid, base + 0xfff, 0, MEM_RELEASE), 0);
	assert_int_equal(release(f, pid, base, 0, MEM_RELEASE), -EADDRNOTAVAIL);
}

struct bad {
	uint64_t addr, size;
	uint32_t type, protect;
	int err;
};

static void
bad_requests_allocate_nothing(void **state)
{
	static const struct bad bad[] = {
		{ 0, 0, BOTH, 4, -EINVAL },
		{ 0xffff, PAGE, BOTH, 4, -EINVAL },
		{ 0, PAGE, 0, 4, -EINVAL },
		{ 0, PAGE, MEM_DECOMMIT, 4, -EINVAL },
		{ 0, PAGE, MEM_RELEASE, 4, -EINVAL },
		{ 0, PAGE, BOTH | 1, 4, -EINVAL },
		{ 0, PAGE, BOTH | 0x80000000, 4, -EINVAL },
		{ 0, PAGE, BOTH, 0, -EINVAL },
		{ 0, PAGE, BOTH, 6, -EINVAL },
		{ 0, PAGE, BOTH, 0x101, -EINVAL },
		{ 0, PAGE, BOTH, 0x304, -EINVAL },
		{ 0, PAGE, BOTH, 0x804, -EINVAL },
		{ 0, PAGE, BOTH, 8, -EINVAL },
		{ 0, PAGE, BOTH, 0x80, -EINVAL },
		{ 0, UINT64_MAX, BOTH, 4, -EINVAL },
		{ UINT64_MAX, PAGE, BOTH, 4, -EINVAL },
		{ UINT64_C(0x7ffffffff000), PAGE, BOTH, 4, -EINVAL },
		{ UINT64_C(0x7fffffff0000), BLOCK, BOTH, 4, -EINVAL },
		{ UINT64_C(0x200000000), PAGE, MEM_COMMIT, 4, -EADDRNOTAVAIL },
		{ 0, UINT64_C(0x7ffffff00000), MEM_RESERVE, 4, -ENOMEM },
	};
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_vm_run run;
	uint64_t base = 7;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int err = allocate(f, pid, bad[i].addr, bad[i].size,
				   bad[i].type, bad[i].protect, &base);

		if (err != bad[i].err)
			fail_msg("row %zu gave %d", i, err);
	}
	assert_int_equal(base, 7);
	assert_int_equal(target_next_vm_run(f->t, pid, 0, &run), -ENOENT);
	assert_int_equal(allocate(f, 999999, 0, PAGE, BOTH, 4, &base), -ESRCH);
}

static void
bad_releases_free_nothing(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base = allocated(f, pid, 2 * PAGE, BOTH, PAGE_READWRITE);

	assert_int_equal(release(f, pid, base, 0, 0), -EINVAL);
	assert_int_equal(release(f, pid, base, 0, 0xc000), -EINVAL);
	assert_int_equal(release(f, pid, base, PAGE, MEM_RELEASE), -EINVAL);
	assert_int_equal(release(f, pid, UINT64_MAX, 0, MEM_RELEASE), -EINVAL);
	assert_int_equal(release(f, pid, base, UINT64_MAX, MEM_DECOMMIT),
			 -EINVAL);
	assert_int_equal(release(f, pid, base + PAGE, 0, MEM_RELEASE),
			 -EADDRNOTAVAIL);
	assert_int_equal(release(f, pid, base + PAGE, 0, MEM_DECOMMIT),
			 -EADDRNOTAVAIL);
	assert_int_equal(release(f, 999999, base, 0, MEM_RELEASE), -ESRCH);
	write_word(f, pid, base, 1);
}

static void
runs_tell_the_state(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base =
	    allocated(f, pid, 4 * PAGE, MEM_RESERVE, PAGE_READWRITE);
	struct target_vm_run run;
	uint64_t got;

	assert_int_equal(allocate(f, pid, base + PAGE, PAGE, MEM_COMMIT,
				  PAGE_EXECUTE_READ, &got),
			 0);
	assert_int_equal(target_next_vm_run(f->t, pid, 0, &run), 0);
	assert_int_equal(run.base, base);
	assert_int_equal(run.size, PAGE);
	assert_int_equal(run.state, MEM_RESERVE);
	assert_int_equal(run.protect, 0);
	assert_int_equal(target_next_vm_run(f->t, pid, base + PAGE, &run), 0);
	assert_int_equal(run.base, base + PAGE);
	assert_int_equal(run.size, PAGE);
	assert_int_equal(run.state, MEM_COMMIT);
	assert_int_equal(run.protect, PAGE_EXECUTE_READ);
	assert_int_equal(run.allocation_base, base);
	assert_int_equal(run.allocation_size, 4 * PAGE);
	assert_int_equal(run.allocation_protect, PAGE_READWRITE);
	assert_int_equal(target_next_vm_run(f->t, pid, base + 2 * PAGE, &run),
			 0);
	assert_int_equal(run.size, 2 * PAGE);
	assert_int_equal(run.state, MEM_RESERVE);
	assert_int_equal(target_next_vm_run(f->t, pid, base + 4 * PAGE, &run),
			 -ENOENT);
}

static void
regions_never_merge(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base =
	    allocated(f, pid, 2 * BLOCK, MEM_RESERVE, PAGE_READWRITE);
	uint64_t a, b;

	assert_int_equal(release(f, pid, base, 0, MEM_RELEASE), 0);
	assert_int_equal(allocate(f, pid, base, BLOCK, BOTH, 4, &a), 0);
	assert_int_equal(allocate(f, pid, base + BLOCK, BLOCK, BOTH, 4, &b), 0);
	assert_int_equal(allocate(f, pid, a, 2 * BLOCK, MEM_COMMIT, 4, &b),
			 -EADDRNOTAVAIL);
	assert_int_equal(release(f, pid, a, 0, MEM_RELEASE), 0);
	write_word(f, pid, base + BLOCK, 1);
}

static void
exec_forgets_regions(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_vm_run run;

	allocated(f, pid, PAGE, BOTH, PAGE_READWRITE);
	target_set_reports(f->t, TARGET_REPORT_EXEC);
	fixture_command(f, pid, COMMAND_EXEC, 0);
	resume_all(f, pid);
	stop_for(f, TARGET_STOP_EXEC);
	assert_int_equal(target_next_vm_run(f->t, pid, 0, &run), -ENOENT);
}

static void
the_program_goes_on_after_it(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 2);
	uint64_t before = read_word(f, pid, f->counter);

	allocated(f, pid, PAGE, BOTH, PAGE_READWRITE);
	insert(f, pid, f->tick);
	resume_all(f, pid);
	stop_for(f, TARGET_STOP_BREAKPOINT);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	resume_all(f, pid);
	stop_for(f, TARGET_STOP_BREAKPOINT);
	assert_int_equal(target_stop_all(f->t, pid), 0);
	assert_true(read_word(f, pid, f->counter) > before);
}

static void
protect_changes_committed_pages(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base = allocated(f, pid, 4 * PAGE, BOTH, PAGE_READWRITE);
	uint32_t old = 7;

	assert_int_equal(target_protect(f->t, pid, base + PAGE + 5, PAGE,
					PAGE_READONLY, &old),
			 0);
	assert_int_equal(old, PAGE_READWRITE);
	assert_int_equal(
	    target_protect(f->t, pid, base + 2 * PAGE, 1, 0x204, &old), 0);
	assert_int_equal(old, PAGE_READONLY);
	assert_int_equal(target_protect(f->t, pid, base, 0, 4, &old), -EINVAL);
	assert_int_equal(target_protect(f->t, pid, base, PAGE, 3, &old),
			 -EINVAL);
	assert_int_equal(target_protect(f->t, pid, base, PAGE, 8, &old),
			 -EINVAL);
	assert_int_equal(target_protect(f->t, pid, base, 5 * PAGE, 8, &old),
			 -EADDRNOTAVAIL);
	assert_int_equal(target_protect(f->t, pid, f->counter, 1, 4, &old),
			 -EADDRNOTAVAIL);
	assert_int_equal(release(f, pid, base + 3 * PAGE, 1, MEM_DECOMMIT), 0);
	assert_int_equal(target_protect(f->t, pid, base, 4 * PAGE, 2, &old),
			 -EADDRNOTAVAIL);
	assert_int_equal(target_protect(f->t, pid, base, PAGE, 2, &old), 0);
	assert_int_equal(old, PAGE_READWRITE);
	assert_int_equal(target_protect(f->t, 999999, base, PAGE, 2, &old),
			 -ESRCH);
}

static void
query_tells_of_all_memory(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base = allocated(f, pid, 4 * PAGE, MEM_RESERVE, 0x204), got;
	struct target_vm_info info;

	assert_int_equal(
	    allocate(f, pid, base + PAGE, PAGE, MEM_COMMIT, 0x104, &got), 0);
	assert_int_equal(target_query(f->t, pid, base + PAGE + 9, &info), 0);
	assert_int_equal(info.base, base + PAGE);
	assert_int_equal(info.size, PAGE);
	assert_int_equal(info.allocation_base, base);
	assert_int_equal(info.allocation_protect, 0x204);
	assert_int_equal(info.state, MEM_COMMIT);
	assert_int_equal(info.protect, 0x304);
	assert_int_equal(info.type, MEM_PRIVATE);
	assert_int_equal(target_query(f->t, pid, base + 2 * PAGE, &info), 0);
	assert_int_equal(info.size, 2 * PAGE);
	assert_int_equal(info.state, MEM_RESERVE);
	assert_int_equal(info.protect, 0);
	assert_int_equal(target_query(f->t, pid, f->tick, &info), 0);
	assert_int_equal(info.state, MEM_COMMIT);
	assert_int_equal(info.protect, PAGE_EXECUTE_READ);
	assert_int_equal(info.type, MEM_IMAGE);
	assert_int_equal(target_query(f->t, pid, f->hole, &info), 0);
	assert_int_equal(info.base, f->hole);
	assert_int_equal(info.state, MEM_FREE);
	assert_int_equal(info.protect, PAGE_NOACCESS);
	assert_int_equal(info.allocation_base, 0);
	assert_int_equal(target_query(f->t, pid, UINT64_MAX, &info), -EINVAL);
	assert_int_equal(target_query(f->t, 999999, base, &info), -ESRCH);
}

static void
written_pages_are_known(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base =
	    allocated(f, pid, 8 * PAGE, BOTH | MEM_WRITE_WATCH, PAGE_READWRITE);
	uint64_t pages[8];
	size_t n = 9;

	assert_int_equal(
	    target_write_watch(f->t, pid, base, 8 * PAGE, 0, pages, 8, &n), 0);
	assert_int_equal(n, 0);
	write_word(f, pid, base + 5 * PAGE, 1);
	write_word(f, pid, base + 2 * PAGE, 1);
	read_word(f, pid, base + 3 * PAGE);
	assert_int_equal(
	    target_write_watch(f->t, pid, base, 8 * PAGE, 1, pages, 1, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(pages[0], base + 2 * PAGE);
	assert_int_equal(
	    target_write_watch(f->t, pid, base, 8 * PAGE, 0, pages, 8, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(pages[0], base + 5 * PAGE);
	assert_int_equal(
	    target_write_watch(f->t, pid, base, 8 * PAGE, 2, pages, 8, &n),
	    -EINVAL);
	assert_int_equal(
	    target_write_watch(f->t, pid, base, 9 * PAGE, 0, pages, 8, &n),
	    -EINVAL);
	base = allocated(f, pid, PAGE, BOTH, PAGE_READWRITE);
	assert_int_equal(
	    target_write_watch(f->t, pid, base, PAGE, 0, pages, 8, &n),
	    -EINVAL);
}

static void
near_is_within_reach(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t base;

	assert_int_equal(target_allocate_near(f->t, pid, f->tick, 3 * PAGE,
					      BOTH, PAGE_EXECUTE_READWRITE,
					      &base),
			 0);
	assert_int_equal(base % BLOCK, 0);
	assert_true(base + 3 * PAGE <= f->tick + INT32_MAX);
	assert_true(base + INT32_MAX >= f->tick);
	write_word(f, pid, base, 1);
	assert_int_equal(target_allocate_near(f->t, pid, f->tick,
					      UINT64_C(1) << 32, MEM_RESERVE, 4,
					      &base),
			 -ENOMEM);
	assert_int_equal(
	    target_allocate_near(f->t, pid, 0, PAGE, BOTH, 4, &base), -EINVAL);
}

int
contract_alloc(void)
{
	const struct CMUnitTest tests[] = {
		TEST(committed_memory_reads_as_zero),
		TEST(allocation_changes_no_register),
		TEST(reserved_memory_is_not_there),
		TEST(guarded_memory_is_the_debuggers),
		TEST(an_address_is_kept_or_refused),
		TEST(commit_keeps_what_is_there),
		TEST(decommit_drops_contents),
		TEST(bad_requests_allocate_nothing),
		TEST(bad_releases_free_nothing),
		TEST(runs_tell_the_state),
		TEST(regions_never_merge),
		TEST(exec_forgets_regions),
		TEST(the_program_goes_on_after_it),
		TEST(protect_changes_committed_pages),
		TEST(query_tells_of_all_memory),
		TEST(written_pages_are_known),
		TEST(near_is_within_reach),
	};

	return cmocka_run_group_tests_name("alloc", tests, NULL, NULL);
}
