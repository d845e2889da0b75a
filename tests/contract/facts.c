/* SPDX-License-Identifier: Apache-2.0 */
/* Contract: what can be known of a process. */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "fixture.h"

static void
a_process_has_an_executable(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_process_info info;

	assert_int_equal(target_process_info(f->t, pid, &info), 0);
	assert_int_equal(info.pid, pid);
	assert_int_equal(info.exe[0], '/');
	assert_int_not_equal(info.ppid, 0);
	assert_int_equal(target_process_info(f->t, 999999, &info), -ESRCH);
}

static void
mappings_cover_all_of_user_space(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t at = 0, limit = target_arch(f->t, pid)->user_limit;
	unsigned mapped = 0, gaps = 0;
	struct target_map map;

	while (at < limit) {
		assert_int_equal(target_next_map(f->t, pid, at, &map), 0);
		assert_int_equal(map.start, at);
		assert_true(map.end > at);
		if (map.mapped)
			mapped++;
		else
			gaps++;
		at = map.end;
	}
	assert_in_range(mapped, 4, 1000);
	assert_in_range(gaps, 2, 1000);
	assert_int_equal(target_next_map(f->t, pid, limit, &map), -EFAULT);
	assert_int_equal(target_next_map(f->t, pid, UINT64_MAX, &map), -EFAULT);
}

struct dump_walk {
	uint64_t at; /* looked for */
	uint64_t last;
	unsigned n;
	bool found;
};

static bool
see_dump_map(void *arg, const struct target_dump_map *d)
{
	struct dump_walk *w = arg;

	assert_true(d->map.mapped);
	assert_true(d->map.start >= w->last && d->map.end > d->map.start);
	w->last = d->map.end;
	w->n++;
	w->found |= d->map.start <= w->at && w->at < d->map.end;
	return w->n < 1000;
}

static bool
see_one(void *arg, const struct target_dump_map *d)
{
	unsigned *n = arg;

	(void)d;
	return ++*n < 2;
}

static void
mappings_for_a_core_file(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct dump_walk w = { .at = f->tick };
	bool present = false;
	unsigned n = 0;

	assert_int_equal(target_dump_maps(f->t, pid, see_dump_map, &w), 0);
	assert_in_range(w.n, 4, 999);
	assert_true(w.found);
	assert_int_equal(target_dump_maps(f->t, pid, see_one, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(target_dump_maps(f->t, 999999, see_one, &n), -ESRCH);
	assert_int_equal(
	    target_pages_present(f->t, pid, f->tick & ~0xfffull, &present, 1),
	    0);
	assert_true(present);
	assert_int_equal(
	    target_pages_present(f->t, 999999, f->tick, &present, 1), -ESRCH);
}

static void
mappings_have_permissions(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_map map;

	assert_int_equal(target_next_map(f->t, pid, f->tick, &map), 0);
	assert_true(map.mapped);
	assert_true(map.start <= f->tick && f->tick < map.end);
	assert_int_equal(map.prot, TARGET_MAP_READ | TARGET_MAP_EXEC);
	assert_int_equal(map.name[0], '/');
	assert_int_equal(target_next_map(f->t, pid, f->counter, &map), 0);
	assert_int_equal(map.prot, TARGET_MAP_READ | TARGET_MAP_WRITE);
	assert_int_equal(target_next_map(f->t, pid, f->constant, &map), 0);
	assert_int_equal(map.prot, TARGET_MAP_READ);
	assert_int_equal(target_next_map(f->t, pid, f->hole + 5, &map), 0);
	assert_false(map.mapped);
	assert_int_equal(map.start, f->hole + 5);
}

static void
allocated_memory_is_mapped(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	struct target_map map;
	uint64_t base;

	assert_true(target_can_allocate(f->t));
	assert_int_equal(target_allocate(f->t, pid, 0, 0x3000,
					 MEM_RESERVE | MEM_COMMIT,
					 PAGE_EXECUTE_READ, &base),
			 0);
	assert_int_equal(target_next_map(f->t, pid, base, &map), 0);
	assert_true(map.mapped);
	assert_int_equal(map.start, base);
	assert_int_equal(map.end, base + 0x3000);
	assert_int_equal(map.prot, TARGET_MAP_READ | TARGET_MAP_EXEC);
}

static void
auxv_is_read_piecemeal(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	uint64_t pair[2] = { 1, 0 };
	bool pagesize = false;
	size_t got, at = 0;

	do {
		assert_int_equal(target_read_object(f->t, pid, pid,
						    TARGET_OBJECT_AUXV, at,
						    pair, sizeof(pair), &got),
				 0);
		assert_int_equal(got, sizeof(pair));
		pagesize |= pair[0] == AT_PAGESZ && pair[1] == 4096;
		at += got;
	} while (pair[0] != AT_NULL);
	assert_true(pagesize);
	assert_int_equal(target_read_object(f->t, pid, pid, TARGET_OBJECT_AUXV,
					    at, pair, sizeof(pair), &got),
			 0);
	assert_int_equal(got, 0);
	assert_int_equal(target_read_object(f->t, pid, pid, TARGET_OBJECT_AUXV,
					    UINT64_MAX - 3, pair, sizeof(pair),
					    &got),
			 0);
	assert_int_equal(got, 0);
}

static void
the_command_line(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	char buf[4096];
	size_t got;

	assert_int_equal(target_read_object(f->t, pid, pid,
					    TARGET_OBJECT_CMDLINE, 0, buf,
					    sizeof(buf), &got),
			 0);
	assert_in_range(got, 2, sizeof(buf));
	assert_int_equal(buf[0], '/');
	assert_int_equal(buf[got - 1], 0);
}

static void
siginfo_of_a_signal(void **state)
{
	struct fixture *f = *state;
	pid_t pid = launched(f, 1);
	int32_t signal = 0, changed = 4711;
	size_t got;

	fixture_command(f, pid, COMMAND_RAISE, SIGUSR1);
	resume_all(f, pid);
	stop_for(f, TARGET_STOP_SIGNAL);
	assert_int_equal(target_read_object(f->t, pid, pid,
					    TARGET_OBJECT_SIGINFO, 0, &signal,
					    sizeof(signal), &got),
			 0);
	assert_int_equal(signal, SIGUSR1);
	/* si_errno, which the kernel leaves alone */
	assert_int_equal(target_write_object(f->t, pid, pid,
					     TARGET_OBJECT_SIGINFO, 4, &changed,
					     sizeof(changed)),
			 0);
	assert_int_equal(target_read_object(f->t, pid, pid,
					    TARGET_OBJECT_SIGINFO, 4, &signal,
					    sizeof(signal), &got),
			 0);
	assert_int_equal(signal, 4711);
	assert_true(target_write_object(f->t, pid, pid, TARGET_OBJECT_SIGINFO,
					126, &changed, sizeof(changed)) < 0);
	assert_true(target_write_object(f->t, pid, pid, TARGET_OBJECT_AUXV, 0,
					&changed, sizeof(changed)) < 0);
}

int
contract_facts(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_process_has_an_executable),
		TEST(mappings_cover_all_of_user_space),
		TEST(mappings_for_a_core_file),
		TEST(mappings_have_permissions),
		TEST(allocated_memory_is_mapped),
		TEST(auxv_is_read_piecemeal),
		TEST(the_command_line),
		TEST(siginfo_of_a_signal),
	};

	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
