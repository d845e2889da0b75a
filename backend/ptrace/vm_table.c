/* SPDX-License-Identifier: Apache-2.0 */
/* The table of allocated regions.  Knows no system call. */
#include "vm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table -------------------------------------------------------- */

struct process *
vm_owner(struct process *p)
{
	while (p->vfork_parent != NULL)
		p = p->vfork_parent;
	return p;
}

struct vm_table *
vm_table_get(struct process *p)
{
	p = vm_owner(p);
	if (p->vm == NULL) {
		p->vm = calloc(1, sizeof(*p->vm));
		if (p->vm != NULL)
			p->vm->userfault = p->vm->pagemap = -1;
	}
	return p->vm;
}

size_t
vm_index(const struct vm_table *t, uint64_t addr)
{
	size_t low = 0, high = t->nregions;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (vm_region_end(t->regions[middle]) > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

struct vm_region *
vm_find(const struct vm_table *t, uint64_t addr)
{
	size_t i = t == NULL ? 0 : vm_index(t, addr);

	if (t == NULL || i == t->nregions || t->regions[i]->base > addr)
		return NULL;
	return t->regions[i];
}

int
vm_room(struct vm_table *t)
{
	size_t cap = t->cap == 0 ? 16 : t->cap * 2;
	struct vm_region **regions;

	if (t->nregions < t->cap)
		return 0;
	regions = reallocarray(t->regions, cap, sizeof(struct vm_region *));
	if (regions == NULL)
		return -ENOMEM;
	t->regions = regions;
	t->cap = cap;
	return 0;
}

void
vm_add(struct vm_table *t, struct vm_region *r)
{
	size_t i = vm_index(t, r->base);

	memmove(t->regions + i + 1, t->regions + i,
		(t->nregions - i) * sizeof(*t->regions));
	t->regions[i] = r;
	t->nregions++;
}

void
vm_remove(struct vm_table *t, struct vm_region *r)
{
	size_t i = vm_index(t, r->base);

	t->nregions--;
	memmove(t->regions + i, t->regions + i + 1,
		(t->nregions - i) * sizeof(*t->regions));
	vm_region_free(r);
}

/* ---- one region ------------------------------------------------------- */

struct vm_region *
vm_region_new(uint64_t base, uint64_t size, uint32_t allocation_protect,
	      uint32_t protect)
{
	struct vm_region *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->base = base;
	r->size = size;
	r->protect = allocation_protect;
	if (vm_run_room(r) < 0) {
		free(r);
		return NULL;
	}
	r->runs[0] = (struct vm_run){ base, protect };
	r->nruns = 1;
	return r;
}

void
vm_region_free(struct vm_region *r)
{
	if (r == NULL)
		return;
	vm_region_free(r->written);
	free(r->runs);
	free(r);
}

/* ---- runs of pages ---------------------------------------------------- */

size_t
vm_run_index(const struct vm_region *r, uint64_t addr)
{
	size_t low = 0, high = r->nruns;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (r->runs[middle].start <= addr)
			low = middle;
		else
			high = middle;
	}
	return low;
}

uint64_t
vm_run_end(const struct vm_region *r, size_t run)
{
	return run + 1 < r->nruns ? r->runs[run + 1].start : vm_region_end(r);
}

int
vm_run_room(struct vm_region *r)
{
	size_t cap = r->cap == 0 ? 4 : r->cap * 2;
	struct vm_run *runs;

	if (r->nruns + 2 <= r->cap)
		return 0;
	runs = reallocarray(r->runs, cap, sizeof(*runs));
	if (runs == NULL)
		return -ENOMEM;
	r->runs = runs;
	r->cap = cap;
	return 0;
}

static void
run_insert(struct vm_region *r, size_t at, struct vm_run run)
{
	memmove(r->runs + at + 1, r->runs + at,
		(r->nruns - at) * sizeof(*r->runs));
	r->runs[at] = run;
	r->nruns++;
}

static void
runs_remove(struct vm_region *r, size_t at, size_t count)
{
	memmove(r->runs + at, r->runs + at + count,
		(r->nruns - at - count) * sizeof(*r->runs));
	r->nruns -= count;
}

/* Let a run begin at addr (which may be the region's end). */
static size_t
run_split(struct vm_region *r, uint64_t addr)
{
	size_t i;

	if (addr == vm_region_end(r))
		return r->nruns;
	i = vm_run_index(r, addr);
	if (r->runs[i].start == addr)
		return i;
	run_insert(r, i + 1, (struct vm_run){ addr, r->runs[i].protect });
	return i + 1;
}

static void
run_join(struct vm_region *r, size_t at)
{
	if (at != 0 && at < r->nruns &&
	    r->runs[at].protect == r->runs[at - 1].protect)
		runs_remove(r, at, 1);
}

void
vm_set(struct vm_region *r, uint64_t start, uint64_t end, uint32_t protect)
{
	size_t first = run_split(r, start);
	size_t last = run_split(r, end);

	r->runs[first].protect = protect;
	runs_remove(r, first + 1, last - first - 1);
	run_join(r, first + 1);
	run_join(r, first);
}

/* ---- life ------------------------------------------------------------- */

static struct vm_region *
runs_copy(const struct vm_region *r)
{
	struct vm_region *copy = malloc(sizeof(*copy));

	if (copy == NULL)
		return NULL;
	*copy = *r;
	copy->written = NULL;
	copy->runs = reallocarray(NULL, r->cap, sizeof(*r->runs));
	if (copy->runs == NULL) {
		free(copy);
		return NULL;
	}
	memcpy(copy->runs, r->runs, r->nruns * sizeof(*r->runs));
	return copy;
}

static struct vm_region *
region_copy(const struct vm_region *r)
{
	struct vm_region *copy = runs_copy(r);

	if (copy == NULL || r->written == NULL)
		return copy;
	copy->written = runs_copy(r->written);
	if (copy->written == NULL) {
		vm_region_free(copy);
		return NULL;
	}
	return copy;
}

int
vm_copy(struct process *from, struct process *to)
{
	const struct vm_table *t = vm_owner(from)->vm;
	struct vm_table *copy;
	struct vm_region *r;

	/* A vfork child shares it. */
	if (t == NULL || to->vfork_parent != NULL)
		return 0;
	copy = vm_table_get(to);
	if (copy == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < t->nregions; i++) {
		if (vm_room(copy) < 0)
			return -ENOMEM;
		r = region_copy(t->regions[i]);
		if (r == NULL)
			return -ENOMEM;
		r->inherited = true;
		vm_add(copy, r);
	}
	if (vm_left_copy(&t->left, &copy->left) < 0)
		return -ENOMEM;
	copy->low = t->low;
	copy->low_end = t->low_end;
	/* The table may not have been compared since the parent ran. */
	copy->synced = to->runs - 1;
	return 0;
}

void
vm_drop(struct process *p)
{
	struct vm_table *t = p->vm;

	p->syscall_gate = 0;
	p->checked_tid = 0;
	if (t == NULL)
		return;
	vm_watch_close(t);
	for (size_t i = 0; i < t->nregions; i++)
		vm_region_free(t->regions[i]);
	free(t->regions);
	free(t->left.items);
	free(t);
	p->vm = NULL;
}
