/* SPDX-License-Identifier: Apache-2.0 */
/* needs: target */
/* The table of allocated regions, against a plain array of pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend/ptrace/vm.h"

enum { PAGES = 64, ROUNDS = 4000 };
#define BASE 0x100000000ull

/* The same sequence each time. */
static uint32_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

static void
assert_matches(const struct vm_region *r, const uint32_t pages[PAGES])
{
	uint64_t at = r->base;

	for (size_t i = 0; i < r->nruns; i++) {
		assert_int_equal(r->runs[i].start, at);
		if (i > 0)
			assert_int_not_equal(r->runs[i].protect,
					     r->runs[i - 1].protect);
		for (; at < vm_run_end(r, i); at += VM_PAGE) {
			assert_int_equal(r->runs[i].protect,
					 pages[(at - r->base) / VM_PAGE]);
			assert_int_equal(vm_run_index(r, at), i);
			assert_int_equal(vm_run_index(r, at + 0xfff), i);
		}
	}
	assert_int_equal(at, vm_region_end(r));
}

static void
test_runs(void **state)
{
	static const uint32_t protects[] = { 0, 1, 2, 4, 0x104 };
	struct vm_region *r = vm_region_new(BASE, PAGES * VM_PAGE, 4, 0);
	uint32_t pages[PAGES] = { 0 };
	uint64_t seed = 1;

	(void)state;
	assert_non_null(r);
	assert_matches(r, pages);
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t first = next_random(&seed) % PAGES;
		uint32_t count = 1 + next_random(&seed) % (PAGES - first);
		uint32_t protect = protects[next_random(&seed) % 5];

		if (i % 3 != 0 && count > 4)
			count = 4;
		assert_int_equal(vm_run_room(r), 0);
		vm_set(r, BASE + first * VM_PAGE,
		       BASE + (first + count) * VM_PAGE, protect);
		for (uint32_t p = first; p < first + count; p++)
			pages[p] = protect;
		assert_matches(r, pages);
	}
	vm_region_free(r);
}

static void
add(struct vm_table *t, uint64_t base, uint64_t size)
{
	struct vm_region *r = vm_region_new(base, size, 4, 4);

	assert_non_null(r);
	assert_int_equal(vm_room(t), 0);
	vm_add(t, r);
}

static void
test_find(void **state)
{
	struct process p = { .pid = 1 };
	struct vm_table *t = vm_table_get(&p);

	(void)state;
	assert_non_null(t);
	assert_null(vm_find(t, BASE));
	assert_null(vm_find(NULL, BASE));
	/* Not in order; neighbours; one byte apart. */
	for (uint64_t i = 50; i > 0; i--)
		add(t, BASE + i * 0x20000, 0x20000 - (i % 2) * 0x1000);
	assert_int_equal(t->nregions, 50);
	for (size_t i = 1; i < t->nregions; i++)
		assert_true(vm_region_end(t->regions[i - 1]) <=
			    t->regions[i]->base);
	assert_null(vm_find(t, BASE + 0x1ffff));
	assert_int_equal(vm_find(t, BASE + 0x20000)->base, BASE + 0x20000);
	assert_int_equal(vm_find(t, BASE + 0x3efff)->base, BASE + 0x20000);
	assert_null(vm_find(t, BASE + 0x3f000));
	assert_int_equal(vm_find(t, BASE + 0x40000)->base, BASE + 0x40000);
	assert_int_equal(vm_find(t, BASE + 0x5ffff)->base, BASE + 0x40000);
	assert_int_equal(vm_index(t, UINT64_MAX), 50);
	vm_remove(t, vm_find(t, BASE + 0x40000));
	assert_null(vm_find(t, BASE + 0x40000));
	assert_int_equal(t->nregions, 49);
	vm_drop(&p);
	assert_null(p.vm);
}

static void
test_copy(void **state)
{
	struct process parent = { .pid = 1 }, child = { .pid = 2 };
	struct process vfork = { .pid = 3, .vfork_parent = &parent };
	struct vm_table *t = vm_table_get(&parent);

	(void)state;
	add(t, BASE, 0x3000);
	assert_int_equal(vm_copy(&parent, &child), 0);
	vm_set(vm_find(t, BASE), BASE, BASE + 0x1000, 0);
	assert_int_equal(child.vm->nregions, 1);
	assert_int_equal(child.vm->regions[0]->nruns, 1);
	/* One that shares the memory shares the table. */
	assert_int_equal(vm_copy(&parent, &vfork), 0);
	assert_null(vfork.vm);
	assert_ptr_equal(vm_table_get(&vfork), t);
	vm_drop(&vfork);
	assert_int_equal(parent.vm->nregions, 1);
	vm_drop(&child);
	vm_drop(&parent);
}

/* What may be touched ends where pages are only reserved. */
static void
test_accessible(void **state)
{
	struct process p = { .pid = 1 };
	struct vm_table *t = vm_table_get(&p);
	struct vm_region *r;

	(void)state;
	assert_non_null(t);
	add(t, BASE, 0x4000);
	r = vm_find(t, BASE);
	vm_set(r, BASE + 0x2000, BASE + 0x3000, 0);
	assert_int_equal(vm_accessible(&p, BASE, 0x1000), 0x1000);
	assert_int_equal(vm_accessible(&p, BASE, 0x2000), 0x2000);
	assert_int_equal(vm_accessible(&p, BASE + 0x1ff0, 0x20), 0x10);
	assert_int_equal(vm_accessible(&p, BASE - 8, 0x5000), 0x2008);
	assert_int_equal(vm_accessible(&p, BASE + 0x2fff, 1), 0);
	assert_int_equal(vm_accessible(&p, BASE + 0x3000, 0x9000), 0x9000);
	assert_int_equal(vm_accessible(&p, BASE + 0x9000, 5), 5);
	assert_int_equal(vm_accessible(&p, UINT64_MAX - 3, 16), 16);
	vm_drop(&p);
}

static void
assert_gap(const struct vm_table *t, uint64_t low, uint64_t end)
{
	assert_int_equal(t->low, low);
	assert_int_equal(t->low_end, end);
}

static void
test_gap(void **state)
{
	struct vm_table t = { .first = BASE,
			      .low = BASE,
			      .low_end = BASE + 0x100000 };

	(void)state;
	vm_gap_taken(&t, BASE, 0x1000);
	assert_gap(&t, BASE + 0x10000, BASE + 0x100000);
	vm_gap_taken(&t, BASE + 0x10000, 0x10001);
	assert_gap(&t, BASE + 0x30000, BASE + 0x100000);
	/* Elsewhere. */
	vm_gap_taken(&t, BASE + 0x200000, 0x1000);
	assert_gap(&t, BASE + 0x30000, BASE + 0x100000);
	/* In the middle. */
	vm_gap_taken(&t, BASE + 0x80000, 0x1000);
	assert_gap(&t, BASE + 0x30000, BASE + 0x80000);
	/* The last one before it, and one further down. */
	vm_gap_freed(&t, BASE + 0x10000, 0x10001);
	assert_gap(&t, BASE + 0x10000, BASE + 0x80000);
	vm_gap_taken(&t, BASE + 0x10000, 0x1000);
	vm_gap_freed(&t, BASE, 0x1000);
	assert_gap(&t, BASE, BASE + 0x10000);
	/* Above it is no news; below the first address nobody looks. */
	vm_gap_freed(&t, BASE + 0x80000, 0x1000);
	vm_gap_freed(&t, BASE - 0x10000, 0x1000);
	assert_gap(&t, BASE, BASE + 0x10000);
	/* All of it: unknown. */
	vm_gap_taken(&t, BASE, 0x10000);
	assert_int_equal(t.low_end, 0);
	vm_gap_freed(&t, BASE, 0x10000);
	assert_int_equal(t.low_end, 0);
}

static void
assert_left(const struct vm_left_list *l, size_t i, uint64_t start,
	    uint64_t end)
{
	assert_in_range(i, 0, l->n - 1);
	assert_int_equal(l->items[i].start, start);
	assert_int_equal(l->items[i].end, end);
	assert_true(vm_left_holds(l, start));
	assert_true(vm_left_holds(l, end - 1));
}

/* What is kept of a region that goes. */
static void
test_left(void **state)
{
	struct vm_region *r = vm_region_new(BASE, 10 * VM_PAGE, 4, 4);
	struct vm_left_list l = { 0 }, copy;

	(void)state;
	assert_non_null(r);
	assert_false(vm_left_holds(&l, BASE));
	vm_left_add(&l, r);
	assert_int_equal(l.n, 0);
	assert_int_equal(vm_run_room(r), 0);
	vm_set(r, BASE + VM_PAGE, BASE + 3 * VM_PAGE, 0x104);
	assert_int_equal(vm_run_room(r), 0);
	vm_set(r, BASE + 3 * VM_PAGE, BASE + 4 * VM_PAGE, 0x102);
	assert_int_equal(vm_run_room(r), 0);
	vm_set(r, BASE + 5 * VM_PAGE, BASE + 9 * VM_PAGE, 0x140);
	vm_left_add(&l, r);
	assert_int_equal(l.n, 3);
	assert_left(&l, 0, BASE + VM_PAGE, BASE + 3 * VM_PAGE);
	assert_left(&l, 1, BASE + 3 * VM_PAGE, BASE + 4 * VM_PAGE);
	assert_left(&l, 2, BASE + 5 * VM_PAGE, BASE + 9 * VM_PAGE);
	assert_int_equal(l.items[0].now, 0);
	assert_int_equal(l.items[0].prot, vm_prot(4));
	assert_int_equal(l.items[1].prot, vm_prot(2));
	assert_int_equal(l.items[2].prot, vm_prot(0x40));
	assert_false(vm_left_holds(&l, BASE));
	assert_false(vm_left_holds(&l, BASE + 4 * VM_PAGE));
	assert_false(vm_left_holds(&l, BASE + 9 * VM_PAGE));
	/* The middle of one, an end and a beginning, what is between. */
	vm_left_forget(&l, BASE + 6 * VM_PAGE, BASE + 7 * VM_PAGE);
	assert_int_equal(l.n, 4);
	assert_left(&l, 2, BASE + 5 * VM_PAGE, BASE + 6 * VM_PAGE);
	assert_left(&l, 3, BASE + 7 * VM_PAGE, BASE + 9 * VM_PAGE);
	assert_int_equal(vm_left_copy(&l, &copy), 0);
	vm_left_forget(&l, BASE + 2 * VM_PAGE, BASE + 8 * VM_PAGE);
	assert_int_equal(l.n, 2);
	assert_left(&l, 0, BASE + VM_PAGE, BASE + 2 * VM_PAGE);
	assert_left(&l, 1, BASE + 8 * VM_PAGE, BASE + 9 * VM_PAGE);
	vm_left_forget(&l, BASE - VM_PAGE, BASE);
	vm_left_forget(&l, BASE + 2 * VM_PAGE, BASE + 8 * VM_PAGE);
	vm_left_forget(&l, BASE + 9 * VM_PAGE, BASE + 10 * VM_PAGE);
	assert_int_equal(l.n, 2);
	vm_left_forget(&l, BASE, BASE + 10 * VM_PAGE);
	assert_int_equal(l.n, 0);
	assert_int_equal(copy.n, 4);
	assert_left(&copy, 3, BASE + 7 * VM_PAGE, BASE + 9 * VM_PAGE);
	free(l.items);
	free(copy.items);
	vm_region_free(r);
}

/* A bound, and what it costs is counted. */
static void
test_left_bound(void **state)
{
	struct vm_region *r = vm_region_new(BASE, 65540 * 2 * VM_PAGE, 4, 4);
	struct vm_left_list l = { 0 };

	(void)state;
	assert_non_null(r);
	for (uint64_t i = 0; i < 65540; i++) {
		assert_int_equal(vm_run_room(r), 0);
		vm_set(r, BASE + 2 * i * VM_PAGE, BASE + (2 * i + 1) * VM_PAGE,
		       0x104);
	}
	vm_left_add(&l, r);
	assert_int_equal(l.n, 65536);
	assert_int_equal(l.lost, 4 * VM_PAGE);
	free(l.items);
	vm_region_free(r);
}

static void
assert_line(const char *text, uint64_t start, uint64_t end, unsigned prot,
	    const char *name)
{
	struct maps_line line;

	assert_true(maps_parse(text, strlen(text), &line));
	assert_int_equal(line.start, start);
	assert_int_equal(line.end, end);
	assert_int_equal(line.prot, prot);
	assert_string_equal(line.name, name);
}

static void
test_maps_lines(void **state)
{
	static const char *const bad[] = {
		"",
		"1000",
		"1000-",
		"1000-2000",
		"1000-2000 r-xp",
		"2000-1000 r-xp 0 08:01 1",
		"g-2000 r-xp 0 08:01 1 /a",
		"1000-2000 r-x",
		"1000-2000 r-xp 0 0801 1",
	};
	struct maps_line line;
	char text[8192];

	(void)state;
	assert_line("00400000-00401000 r-xp 00001000 08:01 12345"
		    "                      /usr/bin/a b",
		    0x400000, 0x401000, TARGET_MAP_READ | TARGET_MAP_EXEC,
		    "/usr/bin/a b");
	assert_line("7fff0000-7fff1000 rw-s 00000000 00:00 0 ", 0x7fff0000,
		    0x7fff1000,
		    TARGET_MAP_READ | TARGET_MAP_WRITE | TARGET_MAP_SHARED, "");
	assert_line("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0"
		    "                  [vsyscall]",
		    0xffffffffff600000, 0xffffffffff601000, TARGET_MAP_EXEC,
		    "[vsyscall]");
	assert_line("1000-2000 ---p 0 08:01 1 /a\\012b\\134\\9", 0x1000, 0x2000,
		    0, "/a\nb\\\\9");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(maps_parse(bad[i], strlen(bad[i]), &line));
	/* A long name is cut. */
	memset(text, 'x', sizeof(text));
	memcpy(text, "1000-2000 ---p 0 08:01 1 /", 26);
	assert_true(maps_parse(text, sizeof(text), &line));
	assert_int_equal(strlen(line.name), MAPS_NAME_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs), cmocka_unit_test(test_find),
		cmocka_unit_test(test_copy), cmocka_unit_test(test_accessible),
		cmocka_unit_test(test_gap),  cmocka_unit_test(test_maps_lines),
		cmocka_unit_test(test_left), cmocka_unit_test(test_left_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
