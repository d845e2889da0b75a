/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation where something is short: which error, and nothing left over. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../backend/ptrace/maps.h"
#include "../../backend/ptrace/ptrace.h"
#include "child.h"

#define MIB 0x100000ull
#define TIB (MIB * MIB)

static int
allocate(struct fixture *f, uint64_t size, uint32_t type, uint64_t *base)
{
	return target_allocate(f->t, f->pid, 0, size, type, PAGE_READWRITE,
			       base);
}

static size_t
count_maps(const struct fixture *f)
{
	struct maps_line line;
	struct maps m;
	size_t n = 0;

	assert_int_equal(maps_open(&m, f->pid), 0);
	while (maps_next(&m, &line) == 1)
		n++;
	maps_close(&m);
	return n;
}

static void
limited(int resource, rlim_t to)
{
	struct rlimit limit = { to, to };

	(void)setrlimit((__rlimit_resource_t)resource, &limit);
}

static void
wait_for_go(struct shared *s)
{
	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
}

static void
short_of_addresses(struct shared *s)
{
	limited(RLIMIT_AS, 512 * MIB);
	wait_for_go(s);
}

static void
no_addresses_is_no_memory(void **state)
{
	struct fixture *f = *state;
	uint64_t base;
	size_t maps;

	start(f, short_of_addresses);
	attach(f);
	maps = count_maps(f);
	assert_int_equal(allocate(f, 1024 * MIB, BOTH, &base), -ENOMEM);
	assert_int_equal(allocate(f, 1024 * MIB, MEM_RESERVE, &base), -ENOMEM);
	assert_int_equal(count_maps(f), maps);
	f->shared->go = 1;
	ends(f);
}

/* What counts already: a lot under AddressSanitizer. */
static uint64_t
data_size(void)
{
	long kib = 0;

	(void)procfs_status_field(getpid(), "VmData:", &kib);
	return (uint64_t)kib * 1024;
}

static void
short_of_data(struct shared *s)
{
	limited(RLIMIT_DATA, data_size() + 64 * MIB);
	wait_for_go(s);
}

static void
no_data_is_the_commitment_limit(void **state)
{
	struct fixture *f = *state;
	uint64_t base, part;
	size_t maps;

	start(f, short_of_data);
	attach(f);
	maps = count_maps(f);
	assert_int_equal(allocate(f, 128 * MIB, BOTH, &base), -ENOSPC);
	assert_int_equal(count_maps(f), maps);
	/* Addresses cost nothing; pages do. */
	assert_int_equal(allocate(f, 128 * MIB, MEM_RESERVE, &base), 0);
	assert_int_equal(target_allocate(f->t, f->pid, base, 128 * MIB,
					 MEM_COMMIT, PAGE_READWRITE, &part),
			 -ENOSPC);
	assert_int_equal(target_allocate(f->t, f->pid, base + MIB, MIB,
					 MEM_COMMIT, PAGE_READWRITE, &part),
			 0);
	assert_int_equal(part, base + MIB);
	assert_int_equal(target_release(f->t, f->pid, base, 0, MEM_RELEASE), 0);
	assert_int_equal(count_maps(f), maps);
	f->shared->go = 1;
	ends(f);
}

static bool
overcommit_is_refused(void)
{
	void *p = mmap(NULL, 16 * TIB, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return true;
	(void)munmap(p, 16 * TIB);
	return false;
}

static void
more_than_there_is_cannot_be_committed(void **state)
{
	struct fixture *f = *state;
	uint64_t base;

	if (!overcommit_is_refused())
		skip();
	start(f, wait_for_go);
	attach(f);
	assert_int_equal(allocate(f, 16 * TIB, BOTH, &base), -ENOSPC);
	assert_int_equal(allocate(f, 16 * TIB, MEM_RESERVE, &base), 0);
	assert_int_equal(target_release(f->t, f->pid, base, 0, MEM_RELEASE), 0);
	assert_int_equal(allocate(f, 0x7ffffff00000, MEM_RESERVE, &base),
			 -ENOMEM);
	f->shared->go = 1;
	ends(f);
}

static void
locker(struct shared *s)
{
	limited(RLIMIT_MEMLOCK, 32 * MIB);
	s->value = mlockall(MCL_FUTURE);
	wait_for_go(s);
}

static void
locked_memory_counts(void **state)
{
	struct fixture *f = *state;
	uint64_t base;
	int err;

	start(f, locker);
	if (f->shared->value != 0)
		skip();
	attach(f);
	assert_int_equal(allocate(f, MIB, BOTH, &base), 0);
	assert_int_equal(target_release(f->t, f->pid, base, 0, MEM_RELEASE), 0);
	err = allocate(f, 64 * MIB, BOTH, &base);
	/* Whoever may lock all has no such limit. */
	assert_true(err == -EDQUOT || err == 0);
	f->shared->go = 1;
	ends(f);
}

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#endif

static void
write_xor_execute(struct shared *s)
{
	s->value = prctl(PR_SET_MDWE, 1, 0, 0, 0);
	wait_for_go(s);
}

static void
forbidden_protections_are_denied(void **state)
{
	struct fixture *f = *state;
	uint64_t base, part;

	start(f, write_xor_execute);
	if (f->shared->value != 0)
		skip();
	attach(f);
	assert_int_equal(target_allocate(f->t, f->pid, 0, 0x1000, BOTH,
					 PAGE_EXECUTE_READWRITE, &base),
			 -EACCES);
	assert_int_equal(allocate(f, 0x2000, BOTH, &base), 0);
	assert_int_equal(target_allocate(f->t, f->pid, base, 0x1000, MEM_COMMIT,
					 PAGE_EXECUTE_READ, &part),
			 -EACCES);
	/* As it was. */
	assert_int_equal(target_write_memory(f->t, f->pid, base, "x", 1), 0);
	f->shared->go = 1;
	ends(f);
}

static long
max_map_count(void)
{
	FILE *file = fopen("/proc/sys/vm/max_map_count", "r");
	char line[32] = "";

	if (file == NULL)
		return 0;
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	(void)fclose(file);
	return atol(line);
}

/* Every other page made read-only takes one mapping more. */
static void
splitter(struct shared *s)
{
	size_t size = (size_t)s->result * 4096;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		_exit(1);
	for (size_t i = 0; i < size; i += 8192) {
		if (mprotect(p + i, 4096, PROT_READ) < 0)
			break;
	}
	wait_for_go(s);
}

static void
too_many_mappings_is_no_memory(void **state)
{
	struct fixture *f = *state;
	uint64_t base, part;
	long max = max_map_count();
	int err = 0;

	if (max <= 0 || max > 100000)
		skip();
	f->shared->result = max;
	start(f, splitter);
	attach(f);
	err = allocate(f, 0x10000, MEM_RESERVE, &base);
	for (uint64_t i = 1; err == 0 && i < 15; i += 2)
		err = target_allocate(f->t, f->pid, base + i * 0x1000, 0x1000,
				      MEM_COMMIT, PAGE_READWRITE, &part);
	assert_int_equal(err, -ENOMEM);
	f->shared->go = 1;
	ends(f);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(no_addresses_is_no_memory),
		TEST(no_data_is_the_commitment_limit),
		TEST(more_than_there_is_cannot_be_committed),
		TEST(locked_memory_counts),
		TEST(forbidden_protections_are_denied),
		TEST(too_many_mappings_is_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
