/* SPDX-License-Identifier: Apache-2.0 */
/* The mock's table of regions: VirtualAllocEx and VirtualFreeEx. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

#define LOWEST UINT64_C(0x10000)
#define FIRST  UINT64_C(0x100000000)

static uint64_t
down(uint64_t v, uint64_t unit)
{
	return v - v % unit;
}

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

static void
region_free(struct mock_region *r)
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
		region_free(r);
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

/* Is every page of [addr, addr + size) free? */
static bool
is_free(struct mock *m, struct mock_process *p, uint64_t addr, uint64_t size)
{
	struct mock_mapping map;

	if (size > m->arch->user_limit || addr > m->arch->user_limit - size)
		return false;
	return !mock_map_at(p, addr, &map) &&
	       mock_map_after(m, p, addr) >= addr + size;
}

static uint64_t
choose(struct mock *m, struct mock_process *p, uint64_t size)
{
	struct mock_mapping map;
	uint64_t at = FIRST;

	while (at < m->arch->user_limit) {
		if (is_free(m, p, at, size))
			return at;
		at = mock_map_at(p, at, &map) ? map.end
					      : mock_map_after(m, p, at);
		at = down(at + MOCK_GRANULARITY - 1, MOCK_GRANULARITY);
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

static int
set_pages(struct mock_region *r, uint64_t start, uint64_t end, uint32_t state,
	  uint32_t protect)
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

static bool
is_protection(uint32_t v)
{
	uint32_t base = v & 0xff, modifier = v & 0x700;

	if (v & ~0x7ffu || base == 0 || base & (base - 1))
		return false;
	if (modifier & (modifier - 1))
		return false;
	return !modifier || base != PAGE_NOACCESS;
}

static bool
is_copy(uint32_t protect)
{
	return protect & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY);
}

static int
create(struct mock *m, struct mock_process *p, uint64_t addr, uint64_t size,
       uint32_t type, uint32_t protect, uint64_t *base)
{
	struct mock_region *r, **at;
	size_t n = 0;

	if (addr && !is_free(m, p, addr, size))
		return -EADDRNOTAVAIL;
	if (!addr)
		addr = choose(m, p, size);
	for (at = &p->regions; *at && (*at)->base < addr; at = &(*at)->next)
		n++;
	if (!addr || n >= MOCK_REGIONS_MAX)
		return -ENOMEM;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->runs = calloc(1, sizeof(*r->runs));
	if (!r->runs) {
		free(r);
		return -ENOMEM;
	}
	r->base = r->runs->base = addr;
	r->size = r->runs->size = size;
	r->protect = protect;
	r->runs->state = type & MEM_COMMIT ? MEM_COMMIT : MEM_RESERVE;
	r->runs->protect = type & MEM_COMMIT ? protect : 0;
	r->next = *at;
	*at = r;
	*base = addr;
	return 0;
}

static struct mock_region *
region_at(struct mock_process *p, uint64_t addr)
{
	struct mock_region *r;

	for (r = p->regions; r; r = r->next)
		if (addr >= r->base && addr - r->base < r->size)
			return r;
	return NULL;
}

static int
allocate(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
	 uint32_t type, uint32_t protect, uint64_t *base)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	bool reserve = type & MEM_RESERVE || !addr;
	uint64_t limit = m->arch->user_limit, start, end;
	struct mock_region *r;
	int err;

	if (!p || p->exiting)
		return -ESRCH;
	if (size == 0 || (addr && addr < LOWEST) || !type ||
	    type & ~(uint32_t)(MEM_COMMIT | MEM_RESERVE) ||
	    !is_protection(protect) || is_copy(protect) || addr >= limit ||
	    size > limit - addr)
		return -EINVAL;
	start = down(addr, reserve ? MOCK_GRANULARITY : MOCK_PAGE);
	end = down(addr + size + MOCK_PAGE - 1, MOCK_PAGE);
	if (reserve)
		return create(m, p, start, end - start, type, protect, base);
	r = region_at(p, start);
	if (!r || end - r->base > r->size)
		return -EADDRNOTAVAIL;
	err =
	    set_pages(r, start, end, MEM_COMMIT,
		      protect & ~(uint32_t)(PAGE_NOCACHE | PAGE_WRITECOMBINE));
	if (!err)
		*base = start;
	return err;
}

static void
release_region(struct mock *m, struct mock_process *p, struct mock_region *r)
{
	struct mock_region **at;

	for (at = &p->regions; *at != r; at = &(*at)->next)
		;
	*at = r->next;
	mock_memory_drop(m, p, r->base, r->size);
	mock_breaks_forget(p, r->base, r->size);
	region_free(r);
}

static int
release(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
	uint32_t type)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	uint64_t limit = m->arch->user_limit, start, end;
	struct mock_region *r;
	int err;

	if (!p || p->exiting)
		return -ESRCH;
	if ((type != MEM_DECOMMIT && type != MEM_RELEASE) ||
	    (type == MEM_RELEASE && size) || addr >= limit ||
	    size > limit - addr)
		return -EINVAL;
	r = region_at(p, addr);
	if (!r || (!size && addr - r->base >= MOCK_PAGE))
		return -EADDRNOTAVAIL;
	if (type == MEM_RELEASE) {
		release_region(m, p, r);
		return 0;
	}
	start = size ? down(addr, MOCK_PAGE) : r->base;
	end = size ? down(addr + size + MOCK_PAGE - 1, MOCK_PAGE)
		   : r->base + r->size;
	if (end - r->base > r->size)
		return -EINVAL;
	err = set_pages(r, start, end, MEM_RESERVE, 0);
	if (err)
		return err;
	mock_memory_drop(m, p, start, end - start);
	mock_breaks_forget(p, start, end - start);
	return 0;
}

static int
next_run(struct target *t, pid_t pid, uint64_t addr, struct target_vm_run *run)
{
	struct mock_process *p = mock_process_traced(mock_of(t), pid);
	const struct mock_region *r;
	const struct mock_run *at;

	if (!p || p->exiting)
		return -ESRCH;
	for (r = p->regions; r; r = r->next) {
		for (at = r->runs; at; at = at->next) {
			if (at->base + at->size <= addr)
				continue;
			*run = (struct target_vm_run){
				.base = at->base,
				.size = at->size,
				.allocation_base = r->base,
				.allocation_size = r->size,
				.allocation_protect = r->protect,
				.state = at->state,
				.protect = at->protect,
			};
			return 0;
		}
	}
	return -ENOENT;
}

const struct target_alloc_ops mock_alloc_ops = {
	.allocate = allocate,
	.release = release,
	.next_run = next_run,
};
