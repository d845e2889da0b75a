/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation and freeing with the meaning of VirtualAllocEx and VirtualFreeEx.
 * The order of the checks is part of that meaning.
 */
#include "vm.h"

#include <errno.h>
#include <string.h>

enum {
	GAP_TRIES = 4,
};

struct request {
	struct ptrace_target *t;
	struct process *p;
	struct vm_request ask;
};

/* ---- a new region ----------------------------------------------------- */

/*
 * Maps it all where it is to be: reserved, or committed with that protection.
 * (Its protection while it is not watched yet: see vm_watch_begin.)
 */
static int
map_chosen(struct request *r, const struct vm_region *region, uint32_t protect)
{
	uint64_t size = vm_page_up(r->ask.size);
	struct vm_place place = {
		.size = size,
		.align = region->large ? VM_LARGE_PAGE : VM_GRANULARITY,
		.near = r->ask.near,
		.top_down = (r->ask.type & MEM_TOP_DOWN) != 0,
	};
	int err = -EADDRNOTAVAIL;

	/* What the table remembers as free may have been taken. */
	for (int i = 0; i < GAP_TRIES && err == -EADDRNOTAVAIL; i++) {
		place.fresh = i > 0;
		err = vm_gap(r->p, &place, &r->ask.start);
		if (err == 0)
			err = vm_map_new(r->t, r->p, region, r->ask.start, size,
					 protect);
	}
	r->ask.end = r->ask.start + size;
	return err == -EADDRNOTAVAIL ? -ENOMEM : err;
}

static int
map_explicit(struct request *r, const struct vm_region *region,
	     uint32_t protect)
{
	struct vm_table *t = vm_table_get(r->p);
	size_t i = vm_index(t, r->ask.start);

	if (i < t->nregions && t->regions[i]->base < r->ask.end)
		return -EADDRNOTAVAIL;
	return vm_map_new(r->t, r->p, region, r->ask.start,
			  r->ask.end - r->ask.start, protect);
}

static int
map_region(struct request *r, struct vm_region *region, uint32_t protect)
{
	int err = r->ask.addr == 0 ? map_chosen(r, region, protect)
				   : map_explicit(r, region, protect);

	if (err < 0)
		return err;
	region->base = r->ask.start;
	region->size = r->ask.end - r->ask.start;
	region->runs[0].start = r->ask.start;
	if (region->watched)
		err = vm_watch_begin(r->t, r->p, region);
	if (err < 0)
		(void)vm_unmap(r->t, r->p, region->base, region->size);
	return err;
}

static int
create(struct request *r)
{
	uint32_t protect =
	    r->ask.type & MEM_COMMIT ? vm_page_protect(r->ask.protect) : 0;
	struct vm_table *t = vm_table_get(r->p);
	struct vm_region *region;
	int err;

	if (t == NULL || vm_room(t) < 0)
		return -ENOMEM;
	region = vm_region_new(0, 0, r->ask.protect, protect);
	if (region == NULL)
		return -ENOMEM;
	region->large = (r->ask.type & MEM_LARGE_PAGES) != 0;
	region->watched = (r->ask.type & MEM_WRITE_WATCH) != 0;
	err = map_region(r, region, protect);
	if (err < 0) {
		vm_region_free(region);
		return err;
	}
	vm_add(t, region);
	vm_left_forget(&t->left, region->base, vm_region_end(region));
	vm_gap_taken(t, region->base, region->size);
	return 0;
}

/* ---- pages of a region ------------------------------------------------ */

/* The one region that holds the whole range, or NULL. */
static struct vm_region *
region_of(const struct request *r)
{
	struct vm_region *region = vm_find(vm_owner(r->p)->vm, r->ask.start);

	return region != NULL && r->ask.end <= vm_region_end(region) ? region
								     : NULL;
}

/* The kernel changes a large page as a whole, or not at all. */
static bool
divides(const struct request *r, const struct vm_region *region)
{
	return region->large &&
	       (r->ask.start | r->ask.end) % VM_LARGE_PAGE != 0;
}

static int
set_protection(struct request *r, struct vm_region *region)
{
	uint32_t protect = vm_page_protect(r->ask.protect);
	int err;

	if (divides(r, region))
		return -EINVAL;
	if (vm_run_room(region) < 0)
		return -ENOMEM;
	err = vm_protect(r->t, r->p, region, r->ask.start, r->ask.end, protect);
	if (err < 0)
		return err;
	vm_watch_committed(r->p, region, r->ask.start, r->ask.end);
	vm_set(region, r->ask.start, r->ask.end, protect);
	return 0;
}

static int
change(struct request *r)
{
	struct vm_region *region = region_of(r);

	if (region == NULL)
		return -EADDRNOTAVAIL;
	if (r->ask.type & MEM_RESET)
		return vm_reset(r->t, r->p, r->ask.start, r->ask.end);
	/* A RESET here loses nothing. */
	if (r->ask.type & MEM_RESET_UNDO)
		return 0;
	if (r->ask.protect & VM_COPY_ON_WRITE)
		return -EINVAL;
	return set_protection(r, region);
}

/* ---- allocate --------------------------------------------------------- */

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
	else
		vm_left_mend(r->t, r->p);
	return err;
}

static int
allocate(struct target *target, pid_t pid, uint64_t addr, uint64_t size,
	 uint32_t type, uint32_t protect, uint64_t near, uint64_t *base)
{
	struct ptrace_target *t = (struct ptrace_target *)target;
	struct request r = { .t = t,
			     .p = process_find(t, pid),
			     .ask = { .addr = addr,
				      .size = size,
				      .type = type,
				      .protect = protect,
				      .near = near } };
	int err;

	if (r.p == NULL)
		return -ESRCH;
	err = vm_check_allocate(&r.ask, r.p->arch->user_limit);
	if (err == 0)
		err = enter(&r);
	if (err < 0)
		return err;
	err = vm_creates(&r.ask) ? create(&r) : change(&r);
	process_unpause(t, r.p);
	if (err == 0)
		*base = r.ask.start;
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

	if (r->ask.size == 0) {
		r->ask.start = region->base;
		r->ask.end = vm_region_end(region);
	}
	if (r->ask.end > vm_region_end(region) || divides(r, region))
		return -EINVAL;
	if (vm_run_room(region) < 0 ||
	    (region->written != NULL && vm_run_room(region->written) < 0))
		return -ENOMEM;
	err = vm_decommit(r->t, r->p, region, r->ask.start, r->ask.end);
	if (err < 0)
		return err;
	breakpoints_forget(r->p, r->ask.start, r->ask.end - r->ask.start);
	vm_set(region, r->ask.start, r->ask.end, 0);
	vm_watch_decommitted(r->t, r->p, region, r->ask.start, r->ask.end);
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
	struct vm_region *region = vm_find(vm_owner(r->p)->vm, r->ask.start);

	if (region == NULL)
		return not_ours(r->p, r->ask.start);
	/* All of it, named by its first page. */
	if (r->ask.size == 0 && r->ask.start != region->base)
		return -EADDRNOTAVAIL;
	return r->ask.type == MEM_RELEASE ? release_region(r, region)
					  : decommit(r, region);
}

static int
release(struct target *target, pid_t pid, uint64_t addr, uint64_t size,
	uint32_t type)
{
	struct ptrace_target *t = (struct ptrace_target *)target;
	struct request r = {
		.t = t,
		.p = process_find(t, pid),
		.ask = { .addr = addr, .size = size, .type = type },
	};
	int err;

	if (r.p == NULL)
		return -ESRCH;
	err = vm_check_release(&r.ask, r.p->arch->user_limit);
	if (err == 0)
		err = enter(&r);
	if (err < 0)
		return err;
	err = free_pages(&r);
	process_unpause(t, r.p);
	return err;
}

/* ---- protect ---------------------------------------------------------- */

static bool
all_committed(const struct request *r, const struct vm_region *region)
{
	size_t i = vm_run_index(region, r->ask.start);

	for (; i < region->nruns && region->runs[i].start < r->ask.end; i++) {
		if (region->runs[i].protect == 0)
			return false;
	}
	return true;
}

static int
protect_pages(struct request *r, uint32_t *old)
{
	struct vm_region *region = region_of(r);
	uint32_t before;
	int err;

	if (region == NULL)
		return -EADDRNOTAVAIL;
	if (r->ask.protect & VM_COPY_ON_WRITE)
		return -EINVAL;
	if (!all_committed(r, region))
		return -EADDRNOTAVAIL;
	before = vm_shown_protect(
	    region, region->runs[vm_run_index(region, r->ask.start)].protect);
	err = set_protection(r, region);
	if (err == 0)
		*old = before;
	return err;
}

static int
protect(struct target *target, pid_t pid, uint64_t addr, uint64_t size,
	uint32_t protection, uint32_t *old)
{
	struct ptrace_target *t = (struct ptrace_target *)target;
	struct request r = {
		.t = t,
		.p = process_find(t, pid),
		.ask = { .addr = addr, .size = size, .protect = protection },
	};
	int err;

	if (r.p == NULL)
		return -ESRCH;
	err = vm_check_protect(&r.ask, r.p->arch->user_limit);
	if (err == 0)
		err = enter(&r);
	if (err < 0)
		return err;
	err = protect_pages(&r, old);
	process_unpause(t, r.p);
	return err;
}

/* ---- write watch ------------------------------------------------------ */

static int
write_watch(struct target *target, pid_t pid, uint64_t addr, uint64_t size,
	    uint32_t flags, uint64_t *pages, size_t cap, size_t *n)
{
	struct ptrace_target *t = (struct ptrace_target *)target;
	struct request r = {
		.t = t,
		.p = process_find(t, pid),
		.ask = { .addr = addr, .size = size, .protect = flags },
	};
	struct vm_written w = { .pages = pages, .cap = cap, .reset = flags };
	struct vm_region *region;
	int err;

	if (r.p == NULL)
		return -ESRCH;
	err = vm_check_write_watch(&r.ask, r.p->arch->user_limit);
	if (err == 0)
		err = enter(&r);
	if (err < 0)
		return err;
	region = region_of(&r);
	err =
	    region == NULL || !region->watched
		? -EINVAL
		: vm_watch_collect(t, r.p, region, r.ask.start, r.ask.end, &w);
	process_unpause(t, r.p);
	if (err == 0)
		*n = w.n;
	return err;
}

const struct target_alloc_ops ptrace_alloc_ops = {
	.allocate = allocate,
	.release = release,
	.next_run = vm_next_run,
	.protect = protect,
	.query = vm_query,
	.write_watch = write_watch,
	.give_back = vm_give_back,
};
