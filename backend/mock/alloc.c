/* SPDX-License-Identifier: Apache-2.0 */
/* VirtualAllocEx and its companions on the mock's table of regions. */
#include <errno.h>

#include "../vm_check.h"
#include "private.h"

#define FIRST UINT64_C(0x100000000)
#define NEAR  UINT64_C(0x7fff0000)

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
next_place(struct mock *m, struct mock_process *p, uint64_t at)
{
	struct mock_mapping map;

	at = mock_map_at(p, at, &map) ? map.end : mock_map_after(m, p, at);
	return vm_grain_up(at);
}

/* The first place, or one near another; 0: none.  (TOP_DOWN is not its.) */
static uint64_t
choose(struct mock *m, struct mock_process *p, const struct vm_request *r,
       uint64_t size)
{
	uint64_t at = FIRST, end = m->arch->user_limit;

	if (r->near != 0) {
		at = r->near > NEAR ? vm_grain_up(r->near - NEAR) : VM_LOWEST;
		end = r->near + NEAR < end ? r->near + NEAR : end;
	}
	for (; at < end && size <= end - at; at = next_place(m, p, at)) {
		if (is_free(m, p, at, size))
			return at;
	}
	return 0;
}

static int
create(struct mock *m, struct mock_process *p, struct vm_request *r)
{
	struct mock_region *region, **at;
	uint64_t size = r->end - r->start;
	size_t n = 0;

	if (r->addr && !is_free(m, p, r->start, size))
		return -EADDRNOTAVAIL;
	/* It has no pool of large pages. */
	if (r->type & MEM_LARGE_PAGES)
		return -ENOBUFS;
	if (!r->addr)
		r->start = choose(m, p, r, size);
	for (at = &p->regions; *at && (*at)->base < r->start; at = &(*at)->next)
		n++;
	if (!r->start || n >= MOCK_REGIONS_MAX)
		return -ENOMEM;
	region = mock_region_new(r, r->start, size);
	if (!region)
		return -ENOMEM;
	region->next = *at;
	*at = region;
	return 0;
}

static struct mock_region *
region_of(struct mock_process *p, const struct vm_request *r)
{
	struct mock_region *region = mock_region_at(p, r->start);

	return region && r->end - region->base <= region->size ? region : NULL;
}

static int
change(struct mock_process *p, struct vm_request *r)
{
	struct mock_region *region = region_of(p, r);

	if (!region)
		return -EADDRNOTAVAIL;
	if (r->type & (MEM_RESET | MEM_RESET_UNDO))
		return 0;
	if (r->protect & VM_COPY_ON_WRITE)
		return -EINVAL;
	return mock_region_set(region, r->start, r->end, MEM_COMMIT,
			       vm_page_protect(r->protect));
}

static int
allocate(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
	 uint32_t type, uint32_t protect, uint64_t near, uint64_t *base)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	struct vm_request r = { .addr = addr,
				.size = size,
				.type = type,
				.protect = protect,
				.near = near };
	int err;

	if (!p || p->exiting)
		return -ESRCH;
	err = vm_check_allocate(&r, m->arch->user_limit);
	if (err == 0)
		err = vm_creates(&r) ? create(m, p, &r) : change(p, &r);
	if (err == 0)
		*base = r.start;
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
	mock_region_free(r);
}

static int
release(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
	uint32_t type)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	struct vm_request ask = { .addr = addr, .size = size, .type = type };
	uint64_t start, end;
	struct mock_region *r;
	int err;

	if (!p || p->exiting)
		return -ESRCH;
	err = vm_check_release(&ask, m->arch->user_limit);
	if (err < 0)
		return err;
	r = mock_region_at(p, addr);
	if (!r || (!size && addr - r->base >= MOCK_PAGE))
		return -EADDRNOTAVAIL;
	if (type == MEM_RELEASE) {
		release_region(m, p, r);
		return 0;
	}
	start = size ? ask.start : r->base;
	end = size ? ask.end : r->base + r->size;
	if (end - r->base > r->size)
		return -EINVAL;
	err = mock_region_set(r, start, end, MEM_RESERVE, 0);
	if (err)
		return err;
	mock_memory_drop(m, p, start, end - start);
	mock_breaks_forget(p, start, end - start);
	return 0;
}

/* A page's protection with what its region adds to it. */
static uint32_t
shown(const struct mock_region *r, uint32_t protect)
{
	uint32_t attribute = r->protect & (PAGE_NOCACHE | PAGE_WRITECOMBINE);

	return protect ? protect | attribute : 0;
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
				.protect = shown(r, at->protect),
			};
			return 0;
		}
	}
	return -ENOENT;
}

static int
protect_pages(struct mock_process *p, const struct vm_request *r, uint32_t *old)
{
	struct mock_region *region = region_of(p, r);
	const struct mock_run *run;
	uint32_t before;
	int err;

	if (!region)
		return -EADDRNOTAVAIL;
	if (r->protect & VM_COPY_ON_WRITE)
		return -EINVAL;
	for (run = region->runs; run; run = run->next) {
		if (run->base < r->end && run->base + run->size > r->start &&
		    run->state != MEM_COMMIT)
			return -EADDRNOTAVAIL;
	}
	before = shown(region, mock_run_at(p, r->start, NULL)->protect);
	err = mock_region_set(region, r->start, r->end, MEM_COMMIT,
			      vm_page_protect(r->protect));
	if (err == 0)
		*old = before;
	return err;
}

static int
protect(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
	uint32_t protection, uint32_t *old)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	struct vm_request r = { .addr = addr,
				.size = size,
				.protect = protection };
	int err;

	if (!p || p->exiting)
		return -ESRCH;
	err = vm_check_protect(&r, m->arch->user_limit);
	return err < 0 ? err : protect_pages(p, &r, old);
}

static void
query_map(const struct mock_mapping *map, struct target_vm_info *info)
{
	static const uint32_t protections[8] = {
		PAGE_NOACCESS,		PAGE_READONLY,
		PAGE_READWRITE,		PAGE_READWRITE,
		PAGE_EXECUTE,		PAGE_EXECUTE_READ,
		PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_READWRITE,
	};
	uint32_t protection = protections[map->prot & 7];

	if (map->inode && map->prot & TARGET_MAP_WRITE)
		protection = PAGE_WRITECOPY;
	info->size = map->end - info->base;
	info->allocation_base = map->start;
	info->allocation_protect = info->protect = protection;
	info->state = MEM_COMMIT;
	info->type = map->inode ? MEM_IMAGE : MEM_PRIVATE;
}

static int
query(struct target *t, pid_t pid, uint64_t addr, struct target_vm_info *info)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	uint64_t page = vm_page_down(addr);
	const struct mock_region *r;
	const struct mock_run *run;
	struct mock_mapping map;

	if (!p || p->exiting)
		return -ESRCH;
	if (addr >= m->arch->user_limit)
		return -EINVAL;
	*info = (struct target_vm_info){ .base = page,
					 .state = MEM_FREE,
					 .protect = PAGE_NOACCESS };
	run = mock_run_at(p, page, &r);
	if (run) {
		info->size = run->base + run->size - page;
		info->allocation_base = r->base;
		info->allocation_protect = r->protect;
		info->state = run->state;
		info->protect = shown(r, run->protect);
		info->type = MEM_PRIVATE;
	} else if (mock_map_at(p, page, &map)) {
		query_map(&map, info);
	} else {
		info->size = mock_map_after(m, p, page) - page;
	}
	return 0;
}

static int
write_watch(struct target *t, pid_t pid, uint64_t addr, uint64_t size,
	    uint32_t flags, uint64_t *pages, size_t cap, size_t *n)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	struct vm_request r = { .addr = addr, .size = size, .protect = flags };
	const struct mock_region *region;
	size_t got = 0;

	if (!p || p->exiting)
		return -ESRCH;
	if (vm_check_write_watch(&r, m->arch->user_limit) < 0)
		return -EINVAL;
	region = region_of(p, &r);
	if (!region || !region->watched)
		return -EINVAL;
	for (; r.start < r.end && got < cap; r.start += VM_PAGE) {
		if (mock_memory_written(p, r.start, flags & 1))
			pages[got++] = r.start;
	}
	*n = got;
	return 0;
}

/* Its pages need nobody. */
static int
give_back(struct target *t, pid_t pid, uint64_t *kept)
{
	const struct mock_process *p = mock_process_traced(mock_of(t), pid);

	if (!p || p->exiting)
		return -ESRCH;
	*kept = 0;
	return 0;
}

const struct target_alloc_ops mock_alloc_ops = {
	.allocate = allocate,
	.release = release,
	.next_run = next_run,
	.protect = protect,
	.query = query,
	.write_watch = write_watch,
	.give_back = give_back,
};
