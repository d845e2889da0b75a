/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation and freeing with the meaning of VirtualAllocEx and VirtualFreeEx.
 * The order of the checks is part of that meaning.
 */
#include "vm.h"

#include <errno.h>
#include <string.h>

enum {
	MEM_RESET = 0x80000,
	MEM_TOP_DOWN = 0x100000,
	MEM_WRITE_WATCH = 0x200000,
	MEM_PHYSICAL = 0x400000,
	MEM_RESET_UNDO = 0x1000000,
	MEM_LARGE_PAGES = 0x20000000,
	TYPES_KNOWN = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_TOP_DOWN |
		      MEM_WRITE_WATCH | MEM_PHYSICAL | MEM_RESET_UNDO |
		      MEM_LARGE_PAGES,
	TYPES_DOING = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO,
	MODIFIERS = PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE,
	COPY_ON_WRITE = PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY,
	GAP_TRIES = 4,
};

#define LARGE_PAGE 0x200000ull

struct request {
	struct ptrace_target *t;
	struct process *p;
	uint64_t addr, size;
	uint32_t type, protect;
	uint64_t start, end; /* rounded */
};

/* ---- checks ----------------------------------------------------------- */

static bool
is_power_of_two(uint32_t v)
{
	return v != 0 && (v & (v - 1)) == 0;
}

static bool
protection_valid(uint32_t protect)
{
	uint32_t modifiers = protect & MODIFIERS;

	return (protect & ~(0xffu | MODIFIERS)) == 0 &&
	       is_power_of_two(protect & 0xff) &&
	       (modifiers == 0 || (is_power_of_two(modifiers) &&
				   (protect & 0xff) != PAGE_NOACCESS));
}

static bool
type_valid(uint32_t type)
{
	if ((type & ~(uint32_t)TYPES_KNOWN) != 0 || (type & TYPES_DOING) == 0)
		return false;
	if ((type & MEM_RESET && type != MEM_RESET) ||
	    (type & MEM_RESET_UNDO && type != MEM_RESET_UNDO))
		return false;
	if (type & MEM_WRITE_WATCH && !(type & MEM_RESERVE))
		return false;
	if (type & MEM_LARGE_PAGES &&
	    (!(type & MEM_RESERVE) || !(type & MEM_COMMIT)))
		return false;
	return !(type & MEM_PHYSICAL) ||
	       (type & ~(uint32_t)MEM_TOP_DOWN) == (MEM_PHYSICAL | MEM_RESERVE);
}

static bool
creates(const struct request *r)
{
	return (r->type & MEM_RESERVE) != 0 || r->addr == 0;
}

/* [start, end): the pages or granules that hold a byte of the request. */
static bool
round_range(struct request *r)
{
	uint64_t limit = r->p->arch->user_limit;

	if (r->size > limit || r->addr > limit - r->size)
		return false;
	r->start = r->type & MEM_RESERVE ? vm_grain_down(r->addr)
					 : vm_page_down(r->addr);
	r->end = vm_page_up(r->addr + r->size);
	return r->end <= limit;
}

static bool
allocation_valid(struct request *r)
{
	if (r->size == 0 || (r->addr > 0 && r->addr < VM_LOWEST) ||
	    !type_valid(r->type) || !protection_valid(r->protect))
		return false;
	if (r->type & MEM_PHYSICAL && r->protect != PAGE_READWRITE)
		return false;
	if (r->type & (MEM_RESET | MEM_RESET_UNDO) && r->addr == 0)
		return false;
	if (creates(r) && r->protect & COPY_ON_WRITE)
		return false;
	if (r->type & MEM_LARGE_PAGES && (r->size | r->addr) % LARGE_PAGE != 0)
		return false;
	return round_range(r);
}

/* ---- a new region ----------------------------------------------------- */

/* The protection of its pages: 0 if they are only reserved. */
static uint32_t
page_protect(const struct request *r)
{
	return r->protect & (0xffu | PAGE_GUARD);
}

static int
map_chosen(struct request *r, uint32_t protect)
{
	bool top_down = (r->type & MEM_TOP_DOWN) != 0;
	uint64_t size = vm_page_up(r->size);
	int err = -EADDRNOTAVAIL;

	/* What the table remembers as free may have been taken. */
	for (int i = 0; i < GAP_TRIES && err == -EADDRNOTAVAIL; i++) {
		err = vm_gap(r->p, size, top_down, i > 0, &r->start);
		if (err == 0)
			err = vm_map_new(r->t, r->p, r->start, size, protect);
	}
	r->end = r->start + size;
	return err == -EADDRNOTAVAIL ? -ENOMEM : err;
}

static int
map_explicit(struct request *r, uint32_t protect)
{
	struct vm_table *t = vm_table_get(r->p);
	size_t i = vm_index(t, r->start);

	if (i < t->nregions && t->regions[i]->base < r->end)
		return -EADDRNOTAVAIL;
	return vm_map_new(r->t, r->p, r->start, r->end - r->start, protect);
}

static int
create(struct request *r)
{
	uint32_t protect = r->type & MEM_COMMIT ? page_protect(r) : 0;
	struct vm_table *t = vm_table_get(r->p);
	struct vm_region *region;
	int err;

	if (t == NULL || vm_room(t) < 0)
		return -ENOMEM;
	region = vm_region_new(0, 0, r->protect, protect);
	if (region == NULL)
		return -ENOMEM;
	err = r->addr == 0 ? map_chosen(r, protect) : map_explicit(r, protect);
	if (err < 0) {
		vm_region_free(region);
		return err;
	}
	region->base = r->start;
	region->size = r->end - r->start;
	region->runs[0].start = r->start;
	vm_add(t, region);
	vm_gap_taken(t, region->base, region->size);
	return 0;
}

/* ---- pages of a region ------------------------------------------------ */

/* The one region that holds the whole range, or NULL. */
static struct vm_region *
region_of(const struct request *r)
{
	struct vm_region *region = vm_find(vm_owner(r->p)->vm, r->start);

	return region != NULL && r->end <= vm_region_end(region) ? region
								 : NULL;
}

static int
commit(struct request *r, struct vm_region *region)
{
	int err;

	if (r->protect & COPY_ON_WRITE)
		return -EINVAL;
	if (vm_run_room(region) < 0)
		return -ENOMEM;
	err = vm_protect(r->t, r->p, region, r->start, r->end, page_protect(r));
	if (err < 0)
		return err;
	vm_set(region, r->start, r->end, page_protect(r));
	return 0;
}

static int
change(struct request *r)
{
	struct vm_region *region = region_of(r);

	if (region == NULL)
		return -EADDRNOTAVAIL;
	if (r->type & MEM_RESET)
		return vm_reset(r->t, r->p, r->start, r->end);
	/* A RESET here loses nothing. */
	if (r->type & MEM_RESET_UNDO)
		return 0;
	return commit(r, region);
}

/* ---- allocate --------------------------------------------------------- */

/* Allocations that need machinery which is not there yet. */
static bool
supported(const struct request *r)
{
	if (r->type & (MEM_PHYSICAL | MEM_WRITE_WATCH | MEM_LARGE_PAGES))
		return false;
	return !(r->type & MEM_COMMIT) || !(r->protect & PAGE_GUARD);
}

/* The table is true, and nothing runs. */
static int
enter(struct request *r)
{
	int err;

	if (process_pause(r->t, r->p) < 0)
		return -EBUSY;
	err = vm_sync(r->p);
	if (err < 0)
		process_unpause(r->t, r->p);
	return err;
}

static int
allocate(struct target *target, pid_t pid, uint64_t addr, uint64_t size,
	 uint32_t type, uint32_t protect, uint64_t *base)
{
	struct ptrace_target *t = (struct ptrace_target *)target;
	struct request r = { .t = t,
			     .p = process_find(t, pid),
			     .addr = addr,
			     .size = size,
			     .type = type,
			     .protect = protect };
	int err;

	if (r.p == NULL)
		return -ESRCH;
	if (!allocation_valid(&r))
		return -EINVAL;
	if (!supported(&r))
		return -EOPNOTSUPP;
	err = enter(&r);
	if (err < 0)
		return err;
	err = creates(&r) ? create(&r) : change(&r);
	process_unpause(t, r.p);
	if (err == 0)
		*base = r.start;
	return err;
}

/* ---- release ---------------------------------------------------------- */

static int
release_region(struct request *r, struct vm_region *region)
{
	struct vm_table *t = vm_owner(r->p)->vm;
	uint64_t base = region->base, size = region->size;
	int err = vm_unmap(r->t, r->p, base, size);

	if (err < 0)
		return err;
	breakpoints_forget(r->p, base, size);
	vm_remove(t, region);
	vm_gap_freed(t, base, size);
	return 0;
}

static int
decommit(struct request *r, struct vm_region *region)
{
	int err;

	if (r->size == 0) {
		r->start = region->base;
		r->end = vm_region_end(region);
	}
	if (r->end > vm_region_end(region))
		return -EINVAL;
	if (vm_run_room(region) < 0)
		return -ENOMEM;
	err = vm_decommit(r->t, r->p, r->start, r->end);
	if (err < 0)
		return err;
	breakpoints_forget(r->p, r->start, r->end - r->start);
	vm_set(region, r->start, r->end, 0);
	return 0;
}

/* No region is there: is it the program's own memory, or nobody's? */
static int
not_ours(struct process *p, uint64_t addr)
{
	struct maps_line line;
	struct maps m;
	int err = -EADDRNOTAVAIL;

	if (maps_open(&m, memory_tid(p)) < 0)
		return err;
	while (maps_next(&m, &line) == 1 && line.start <= addr) {
		if (addr < line.end)
			err = -EINVAL;
	}
	maps_close(&m);
	return err;
}

static int
free_pages(struct request *r)
{
	struct vm_region *region = vm_find(vm_owner(r->p)->vm, r->start);

	if (region == NULL)
		return not_ours(r->p, r->start);
	/* All of it, named by its first page. */
	if (r->size == 0 && r->start != region->base)
		return -EADDRNOTAVAIL;
	return r->type == MEM_RELEASE ? release_region(r, region)
				      : decommit(r, region);
}

static int
release(struct target *target, pid_t pid, uint64_t addr, uint64_t size,
	uint32_t type)
{
	struct ptrace_target *t = (struct ptrace_target *)target;
	struct request r = { .t = t,
			     .p = process_find(t, pid),
			     .addr = addr,
			     .size = size,
			     .type = type };
	int err;

	if (r.p == NULL)
		return -ESRCH;
	if ((type != MEM_RELEASE && type != MEM_DECOMMIT) ||
	    (type == MEM_RELEASE && size != 0) ||
	    addr >= r.p->arch->user_limit || !round_range(&r))
		return -EINVAL;
	err = enter(&r);
	if (err < 0)
		return err;
	err = free_pages(&r);
	process_unpause(t, r.p);
	return err;
}

/* ---- looking ---------------------------------------------------------- */

static void
fill_run(const struct vm_region *r, size_t i, struct target_vm_run *run)
{
	uint32_t attribute = r->protect & (PAGE_NOCACHE | PAGE_WRITECOMBINE);
	uint32_t protect = r->runs[i].protect;

	run->base = r->runs[i].start;
	run->size = vm_run_end(r, i) - r->runs[i].start;
	run->allocation_base = r->base;
	run->allocation_size = r->size;
	run->allocation_protect = r->protect;
	run->state = protect == 0 ? MEM_RESERVE : MEM_COMMIT;
	run->protect = protect == 0 ? 0 : protect | attribute;
}

static int
next_run(struct target *target, pid_t pid, uint64_t addr,
	 struct target_vm_run *run)
{
	struct process *p = process_find((struct ptrace_target *)target, pid);
	const struct vm_table *t;
	const struct vm_region *r;
	size_t i;
	int err;

	if (p == NULL)
		return -ESRCH;
	err = vm_sync(p);
	if (err < 0)
		return err;
	t = vm_owner(p)->vm;
	i = t == NULL ? 0 : vm_index(t, addr);
	if (t == NULL || i == t->nregions)
		return -ENOENT;
	r = t->regions[i];
	fill_run(r, addr < r->base ? 0 : vm_run_index(r, addr), run);
	return 0;
}

void
vm_name_map(struct process *p, uint64_t addr, struct target_map *map)
{
	const struct vm_table *t;
	const struct vm_region *r;
	uint64_t start = map->start, end = map->end;
	size_t i;

	/* A map that cannot be compared names what was there before. */
	(void)vm_sync(p);
	t = vm_owner(p)->vm;
	if (t == NULL)
		return;
	i = vm_index(t, addr);
	if (i > 0 && vm_region_end(t->regions[i - 1]) > start)
		start = vm_region_end(t->regions[i - 1]);
	if (i < t->nregions) {
		r = t->regions[i];
		if (r->base <= addr) {
			start = r->base > start ? r->base : start;
			end = vm_region_end(r) < end ? vm_region_end(r) : end;
			(void)strcpy(map->name, "[rspd:allocated]");
		} else if (r->base < end) {
			end = r->base;
		}
	}
	map->start = start;
	map->end = end;
}

/* The first byte from addr on that is in a page only reserved, or `end`. */
static uint64_t
first_reserved(const struct vm_table *t, uint64_t addr, uint64_t end)
{
	for (size_t i = vm_index(t, addr);
	     i < t->nregions && t->regions[i]->base < end; i++) {
		const struct vm_region *r = t->regions[i];
		size_t run = r->base < addr ? vm_run_index(r, addr) : 0;

		for (; run < r->nruns && r->runs[run].start < end; run++) {
			if (r->runs[run].protect == 0)
				return r->runs[run].start > addr
					   ? r->runs[run].start
					   : addr;
		}
	}
	return end;
}

size_t
vm_accessible(struct process *p, uint64_t addr, size_t len)
{
	const struct process *owner = vm_owner(p);
	uint64_t end = addr + len, stop;

	if (owner->vm == NULL || end < addr)
		return len;
	stop = first_reserved(owner->vm, addr, end);
	/* The program may have put something else there. */
	if (stop < end && vm_sync(p) == 0)
		stop = first_reserved(owner->vm, addr, end);
	return (size_t)(stop - addr);
}

const struct target_alloc_ops ptrace_alloc_ops = {
	.allocate = allocate,
	.release = release,
	.next_run = next_run,
};
