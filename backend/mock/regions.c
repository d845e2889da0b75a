/* SPDX-License-Identifier: Apache-2.0 */
/* The mock's table of allocated regions, and the runs of pages in each. */
#include <errno.h>
#include <stdlib.h>

#include "../vm_check.h"
#include "private.h"

const struct mock_run *
mock_run_at(const struct mock_process *p, uint64_t addr,
	    const struct mock_region **region)
{
	const struct mock_region *r;
	const struct mock_run *run;

	for (r = p->regions; r; r = r->next) {
		if (addr < r->base || addr - r->base >= r->size)
			continue;
		for (run = r->runs; run; run = run->next) {
			if (addr - run->base < run->size) {
				if (region)
					*region = r;
				return run;
			}
		}
	}
	return NULL;
}

static void
runs_free(struct mock_run *run)
{
	struct mock_run *next;

	for (; run; run = next) {
		next = run->next;
		free(run);
	}
}

void
mock_region_free(struct mock_region *r)
{
	runs_free(r->runs);
	free(r);
}

void
mock_regions_free(struct mock_process *p)
{
	struct mock_region *r;

	while ((r = p->regions)) {
		p->regions = r->next;
		mock_region_free(r);
	}
}

static struct mock_run *
runs_copy(const struct mock_run *from)
{
	struct mock_run *first = NULL, **at = &first;

	for (; from; from = from->next) {
		*at = calloc(1, sizeof(**at));
		if (!*at) {
			runs_free(first);
			return NULL;
		}
		**at = *from;
		(*at)->next = NULL;
		at = &(*at)->next;
	}
	return first;
}

int
mock_regions_copy(struct mock_process *from, struct mock_process *to)
{
	struct mock_region *r, *copy, **at = &to->regions;

	for (r = from->regions; r; r = r->next) {
		copy = calloc(1, sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		*copy = *r;
		copy->next = NULL;
		copy->runs = runs_copy(r->runs);
		if (!copy->runs) {
			free(copy);
			return -ENOMEM;
		}
		*at = copy;
		at = &copy->next;
	}
	return 0;
}

/* Splits a region's runs so that one starts at `addr`. */
static int
split(struct mock_region *r, uint64_t addr)
{
	struct mock_run *run, *tail;

	for (run = r->runs; run; run = run->next) {
		if (addr <= run->base || addr - run->base >= run->size)
			continue;
		tail = calloc(1, sizeof(*tail));
		if (!tail)
			return -ENOMEM;
		*tail = *run;
		run->next = tail;
		run->size = addr - run->base;
		tail->base = addr;
		tail->size -= run->size;
		return 0;
	}
	return 0;
}

static void
merge(struct mock_region *r)
{
	struct mock_run *run, *next;

	for (run = r->runs; run && (next = run->next);) {
		if (run->state != next->state ||
		    run->protect != next->protect) {
			run = next;
			continue;
		}
		run->size += next->size;
		run->next = next->next;
		free(next);
	}
}

int
mock_region_set(struct mock_region *r, uint64_t start, uint64_t end,
		uint32_t state, uint32_t protect)
{
	struct mock_run *run;

	if (split(r, start) < 0 || split(r, end) < 0) {
		merge(r);
		return -ENOMEM;
	}
	for (run = r->runs; run; run = run->next) {
		if (run->base < start || run->base >= end)
			continue;
		run->state = state;
		run->protect = state == MEM_COMMIT ? protect : 0;
	}
	merge(r);
	return 0;
}

struct mock_region *
mock_region_new(const struct vm_request *r, uint64_t base, uint64_t size)
{
	struct mock_region *region = calloc(1, sizeof(*region));

	if (!region)
		return NULL;
	region->runs = calloc(1, sizeof(*region->runs));
	if (!region->runs) {
		free(region);
		return NULL;
	}
	region->base = region->runs->base = base;
	region->size = region->runs->size = size;
	region->protect = r->protect;
	region->watched = r->type & MEM_WRITE_WATCH;
	region->runs->state = r->type & MEM_COMMIT ? MEM_COMMIT : MEM_RESERVE;
	if (r->type & MEM_COMMIT)
		region->runs->protect = vm_page_protect(r->protect);
	return region;
}

struct mock_region *
mock_region_at(struct mock_process *p, uint64_t addr)
{
	struct mock_region *r;

	for (r = p->regions; r; r = r->next)
		if (addr >= r->base && addr - r->base < r->size)
			return r;
	return NULL;
}
