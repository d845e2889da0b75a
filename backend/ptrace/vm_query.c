/* SPDX-License-Identifier: Apache-2.0 */
/* What lies where: of the table, and of the maps where it is not ours. */
#include "vm.h"

#include <errno.h>
#include <string.h>

/* ---- looking ---------------------------------------------------------- */

uint32_t
vm_shown_protect(const struct vm_region *r, uint32_t protect)
{
	uint32_t attribute = r->protect & (PAGE_NOCACHE | PAGE_WRITECOMBINE);

	return protect == 0 ? 0 : protect | attribute;
}

static void
fill_run(const struct vm_region *r, size_t i, struct target_vm_run *run)
{
	uint32_t protect = r->runs[i].protect;

	run->base = r->runs[i].start;
	run->size = vm_run_end(r, i) - r->runs[i].start;
	run->allocation_base = r->base;
	run->allocation_size = r->size;
	run->allocation_protect = r->protect;
	run->state = protect == 0 ? MEM_RESERVE : MEM_COMMIT;
	run->protect = vm_shown_protect(r, protect);
	run->inherited = r->inherited;
}

int
vm_next_run(struct target *target, pid_t pid, uint64_t addr,
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
	run->inherited |= vm_owner(p) != p;
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

/* ---- VirtualQueryEx --------------------------------------------------- */

static void
query_region(const struct vm_region *r, uint64_t page,
	     struct target_vm_info *info)
{
	size_t i = vm_run_index(r, page);
	uint32_t protect = r->runs[i].protect;

	*info = (struct target_vm_info){
		.base = page,
		.size = vm_run_end(r, i) - page,
		.allocation_base = r->base,
		.allocation_protect = r->protect,
		.state = protect == 0 ? MEM_RESERVE : MEM_COMMIT,
		.protect = vm_shown_protect(r, protect),
		.type = MEM_PRIVATE,
	};
}

static bool
is_file(const struct maps_line *line)
{
	return line->inode != 0 || line->name[0] == '/';
}

/* The protection that Windows would show for a mapping. */
static uint32_t
protect_of_map(const struct maps_line *line)
{
	bool copied = is_file(line) && !(line->prot & TARGET_MAP_SHARED);
	bool x = (line->prot & TARGET_MAP_EXEC) != 0;

	if (line->prot & TARGET_MAP_WRITE && copied)
		return x ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
	if (line->prot & TARGET_MAP_WRITE)
		return x ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
	if (line->prot & TARGET_MAP_READ)
		return x ? PAGE_EXECUTE_READ : PAGE_READONLY;
	return x ? PAGE_EXECUTE : PAGE_NOACCESS;
}

/* Is a program or a library mapped at `base`? */
static bool
is_image(struct process *p, uint64_t base)
{
	uint8_t magic[4];
	size_t got;

	return memory_read(p, base, magic, sizeof(magic), &got) == 0 &&
	       got == sizeof(magic) && memcmp(magic, "\177ELF", 4) == 0;
}

static void
query_map(struct process *p, const struct maps_line *line, uint64_t first,
	  struct target_vm_info *info)
{
	bool reserved = !is_file(line) && !(line->prot & TARGET_MAP_SHARED) &&
			(line->prot & (TARGET_MAP_READ | TARGET_MAP_WRITE |
				       TARGET_MAP_EXEC)) == 0;

	info->allocation_base = first;
	info->allocation_protect = protect_of_map(line);
	info->state = reserved ? MEM_RESERVE : MEM_COMMIT;
	info->protect = reserved ? 0 : info->allocation_protect;
	if (is_file(line) && is_image(p, first))
		info->type = MEM_IMAGE;
	else if (is_file(line) || line->prot & TARGET_MAP_SHARED)
		info->type = MEM_MAPPED;
	else
		info->type = MEM_PRIVATE;
}

/* Regions of ours, which the kernel may have joined to it, are not of it. */
static void
cut_line(const struct vm_table *t, uint64_t page, struct maps_line *line)
{
	size_t i = t == NULL ? 0 : vm_index(t, page);

	if (t == NULL)
		return;
	if (i > 0 && vm_region_end(t->regions[i - 1]) > line->start)
		line->start = vm_region_end(t->regions[i - 1]);
	if (i < t->nregions && t->regions[i]->base < line->end)
		line->end = t->regions[i]->base;
}

static int
query_maps(struct process *p, uint64_t page, struct target_vm_info *info)
{
	uint64_t limit = p->arch->user_limit, first = 0, end = 0, inode = 0;
	struct maps_line line;
	struct maps m;
	int err = maps_open(&m, memory_tid(p));

	*info = (struct target_vm_info){ .base = page,
					 .size = limit - page,
					 .state = MEM_FREE,
					 .protect = PAGE_NOACCESS };
	if (err < 0)
		return err;
	while ((err = maps_next(&m, &line)) == 1 && line.start < limit) {
		if (page < line.start) {
			info->size = line.start - page;
			break;
		}
		if (line.start != end || !is_file(&line) || line.inode != inode)
			first = line.start;
		end = line.end;
		inode = is_file(&line) ? line.inode : 0;
		if (page >= end)
			continue;
		cut_line(vm_owner(p)->vm, page, &line);
		info->size = line.end - page;
		query_map(p, &line, is_file(&line) ? first : line.start, info);
		break;
	}
	maps_close(&m);
	return err < 0 ? err : 0;
}

int
vm_query(struct target *target, pid_t pid, uint64_t addr,
	 struct target_vm_info *info)
{
	struct ptrace_target *t = (struct ptrace_target *)target;
	struct process *p = process_find(t, pid);
	const struct vm_region *r;
	uint64_t page = vm_page_down(addr);
	int err;

	if (p == NULL)
		return -ESRCH;
	if (addr >= p->arch->user_limit)
		return -EINVAL;
	err = vm_sync(p);
	if (err < 0)
		return err;
	r = vm_find(vm_owner(p)->vm, page);
	if (r == NULL)
		return query_maps(p, page, info);
	query_region(r, page, info);
	return 0;
}
