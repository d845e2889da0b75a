/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the table true to what the program does to its own address space. */
#include "vm.h"

#include <errno.h>
#include <string.h>
#include <sys/personality.h>

/* A page's value for the protection that the program has given it. */
static uint32_t
protect_of(unsigned prot)
{
	switch (prot & (TARGET_MAP_READ | TARGET_MAP_WRITE | TARGET_MAP_EXEC)) {
	case 0:
		return PAGE_NOACCESS;
	case TARGET_MAP_READ:
		return PAGE_READONLY;
	case TARGET_MAP_EXEC:
		return PAGE_EXECUTE;
	case TARGET_MAP_READ | TARGET_MAP_EXEC:
		return PAGE_EXECUTE_READ;
	case TARGET_MAP_WRITE:
	case TARGET_MAP_READ | TARGET_MAP_WRITE:
		return PAGE_READWRITE;
	default:
		return PAGE_EXECUTE_READWRITE;
	}
}

/* mmap's bits are the maps' bits. */
static unsigned
prot_bits(const struct maps_line *line)
{
	return line->prot & ~(unsigned)TARGET_MAP_SHARED;
}

bool
vm_is_anonymous(bool large, const struct maps_line *line)
{
	if (large)
		return strncmp(line->name, "/anon_hugepage", 14) == 0;
	return line->inode == 0 && !(line->prot & TARGET_MAP_SHARED) &&
	       (line->name[0] == '\0' || strcmp(line->name, "[heap]") == 0 ||
		strncmp(line->name, "[anon:", 6) == 0);
}

/* Programs of old: whatever they may read they may execute. */
static bool
reading_implies_executing(const struct process *p)
{
	unsigned long personality;

	return procfs_personality(memory_tid(p), &personality) == 0 &&
	       (personality & READ_IMPLIES_EXEC) != 0;
}

bool
vm_has_bits(const struct process *p, const struct maps_line *line, int prot)
{
	unsigned bits = prot_bits(line), wanted = (unsigned)prot;

	return bits == wanted || (wanted & TARGET_MAP_READ &&
				  bits == (wanted | TARGET_MAP_EXEC) &&
				  reading_implies_executing(p));
}

/* Is the page protected as the table has it? */
static bool
agrees(const struct process *p, const struct vm_region *r, uint32_t protect,
       const struct maps_line *line)
{
	int wanted = vm_prot(protect);

	/* Not to be written until it was: that is our doing. */
	if (r->written != NULL && !(line->prot & TARGET_MAP_WRITE))
		wanted &= ~TARGET_MAP_WRITE;
	return vm_has_bits(p, line, wanted);
}

static int
take_protection(const struct process *p, struct vm_region *r, uint64_t start,
		uint64_t end, const struct maps_line *line)
{
	size_t i;
	uint64_t run_end;

	for (; start < end; start = run_end) {
		i = vm_run_index(r, start);
		run_end = vm_run_end(r, i) < end ? vm_run_end(r, i) : end;
		if (agrees(p, r, r->runs[i].protect, line))
			continue;
		if (vm_run_room(r) < 0)
			return -ENOMEM;
		vm_set(r, start, run_end, protect_of(line->prot));
	}
	return 0;
}

/* How far the regions have been seen in the maps. */
struct progress {
	const struct process *p;
	struct vm_table *table;
	size_t region;
	uint64_t at; /* of it: covered so far; 0: not begun */
	bool dropped;
};

static void
drop_region(struct progress *s)
{
	struct vm_region *r = s->table->regions[s->region];

	vm_left_add(&s->table->left, r);
	vm_remove(s->table, r);
	s->table->low_end = 0;
	s->at = 0;
	s->dropped = true;
}

/* Part of a region that a line covers; moves on. */
static int
cover(struct progress *s, struct vm_region *r, const struct maps_line *line)
{
	uint64_t end = vm_region_end(r);
	uint64_t to = line->end < end ? line->end : end;
	int err;

	if (line->start > s->at || !vm_is_anonymous(r->large, line)) {
		drop_region(s);
		return 0;
	}
	err = take_protection(s->p, r, s->at, to, line);
	if (err == 0 && line->prot & TARGET_MAP_WRITE)
		err = vm_watch_writable(r, s->at, to);
	if (err < 0)
		return err;
	s->at = to;
	if (to == end) {
		s->region++;
		s->at = 0;
	}
	return 0;
}

static int
compare_line(struct progress *s, const struct maps_line *line)
{
	struct vm_region *r;
	int err;

	while (s->region < s->table->nregions) {
		r = s->table->regions[s->region];
		if (s->at == 0)
			s->at = r->base;
		if (line->end <= s->at)
			return 0;
		err = cover(s, r, line);
		if (err < 0)
			return err;
		if (s->at != 0)
			return 0;
	}
	return 0;
}

int
vm_sync(struct process *p)
{
	struct process *owner = vm_owner(p);
	struct progress s = { .p = p, .table = owner->vm };
	unsigned now = owner == p ? p->runs : owner->runs * 31 + p->runs;
	struct maps_line line;
	struct maps m;
	int err;

	if (s.table == NULL || s.table->synced == now)
		return 0;
	if (s.table->nregions == 0) {
		s.table->synced = now;
		return 0;
	}
	err = maps_open(&m, memory_tid(p));
	if (err < 0)
		return err;
	while ((err = maps_next(&m, &line)) == 1) {
		err = compare_line(&s, &line);
		if (err < 0)
			break;
	}
	maps_close(&m);
	while (err == 0 && s.region < s.table->nregions)
		drop_region(&s);
	if (s.dropped && err == 0)
		err = vm_left_compare(p);
	else if (s.dropped)
		(void)vm_left_compare(p);
	if (err == 0)
		s.table->synced = now;
	return err;
}
