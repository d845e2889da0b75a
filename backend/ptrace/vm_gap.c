/* SPDX-License-Identifier: Apache-2.0 */
/* Where in the target's address space a new region goes. */
#include "vm.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#define GIB   0x40000000ull
#define FIRST (4 * GIB)
/* A little less than what a signed 32-bit displacement reaches. */
#define NEAR (2 * GIB - VM_GRANULARITY)

/* A program at a low address has neighbours there; not where NULL points. */
#define LOWEST_NEAR (GIB / 256)

/* What is being looked for and what was found so far. */
struct search {
	uint64_t size; /* whole granules */
	uint64_t align;
	uint64_t near;
	bool top_down;
	uint64_t at;	       /* end of what is taken, so far */
	uint64_t low, low_end; /* the lowest gap of one granule */
	bool found;
	uint64_t addr;
};

static uint64_t
stack_limit(pid_t tid)
{
	struct rlimit limit;

	if (prlimit(tid, RLIMIT_STACK, NULL, &limit) < 0 ||
	    limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > GIB)
		return GIB;
	return vm_page_up(limit.rlim_cur);
}

static uint64_t
distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* The place in [start, end) that is closest to s->near, if close enough. */
static void
consider_near(struct search *s, uint64_t start, uint64_t end)
{
	uint64_t low = s->near > NEAR ? s->near - NEAR : 0;
	uint64_t high = s->near + NEAR, at = s->near - s->near % s->align;

	low = (low + s->align - 1) / s->align * s->align;
	start = start > low ? start : low;
	end = end < high ? end : high;
	if (start >= end || end - start < s->size)
		return;
	if (at < start)
		at = start;
	if (at > end - s->size)
		at = (end - s->size) / s->align * s->align;
	if (s->found && distance(at, s->near) >= distance(s->addr, s->near))
		return;
	s->addr = at;
	s->found = true;
}

/* A gap from s->at to `end`. */
static void
consider(struct search *s, uint64_t end)
{
	uint64_t grain = vm_grain_up(s->at);
	uint64_t start = (grain + s->align - 1) / s->align * s->align;

	if (grain < end && s->near == 0 && s->low_end == 0 &&
	    end - grain >= VM_GRANULARITY) {
		s->low = grain;
		s->low_end = end;
	}
	if (start >= end || end - start < s->size)
		return;
	if (s->near != 0) {
		consider_near(s, start, end);
		return;
	}
	if (s->top_down)
		s->addr = (end - s->size) / s->align * s->align;
	else if (!s->found)
		s->addr = start;
	s->found = true;
}

/*
 * What a mapping takes, beyond itself: where the heap and the stack will grow.
 * An access just below a stack's limit makes the kernel grow it.
 */
static void
extent(const struct maps_line *line, uint64_t stack, uint64_t *start,
       uint64_t *end)
{
	uint64_t room = stack + GIB / 1024;

	*start = line->start;
	*end = line->end;
	if (strcmp(line->name, "[heap]") == 0)
		*end += GIB;
	if (strcmp(line->name, "[stack]") == 0)
		*start = *start > room ? *start - room : 0;
}

static int
look(struct process *p, struct search *s)
{
	uint64_t stack = stack_limit(memory_tid(p)), start, end;
	uint64_t limit = p->arch->user_limit;
	struct maps_line line;
	struct maps m;
	int err = maps_open(&m, memory_tid(p));

	if (err < 0)
		return err;
	while ((err = maps_next(&m, &line)) == 1) {
		if (line.start >= limit)
			break;
		extent(&line, stack, &start, &end);
		consider(s, start);
		if (end > s->at)
			s->at = end;
	}
	maps_close(&m);
	if (err < 0)
		return err;
	consider(s, limit);
	return 0;
}

/* A place that the table remembers serves the usual request. */
static bool
remembered(const struct vm_table *t, const struct vm_place *place,
	   const struct search *s)
{
	return !place->fresh && !place->top_down && place->near == 0 &&
	       place->align == VM_GRANULARITY && t->low_end != 0 &&
	       t->low < t->low_end && t->low_end - t->low >= s->size;
}

int
vm_gap(struct process *p, const struct vm_place *place, uint64_t *addr)
{
	struct vm_table *t = vm_table_get(p);
	struct search s = { .size = vm_grain_up(place->size),
			    .align = place->align,
			    .near = place->near,
			    .top_down = place->top_down };
	int err;

	if (t == NULL)
		return -ENOMEM;
	t->first = FIRST < p->arch->user_limit ? FIRST : VM_LOWEST;
	s.at = place->near != 0 ? LOWEST_NEAR : t->first;
	if (remembered(t, place, &s)) {
		*addr = t->low;
		return 0;
	}
	err = look(p, &s);
	if (err < 0)
		return err;
	if (place->near == 0) {
		t->low = s.low;
		t->low_end = s.low_end;
	}
	if (!s.found)
		return -ENOMEM;
	*addr = s.addr;
	return 0;
}

void
vm_gap_taken(struct vm_table *t, uint64_t base, uint64_t size)
{
	uint64_t end = vm_grain_up(base + size);

	if (base >= t->low_end || end <= t->low)
		return;
	if (base == t->low && end < t->low_end)
		t->low = end;
	else if (base == t->low)
		t->low_end = 0;
	else
		t->low_end = base;
}

void
vm_gap_freed(struct vm_table *t, uint64_t base, uint64_t size)
{
	uint64_t end = vm_grain_up(base + size);

	if (t->low_end == 0 || base < t->first || base >= t->low)
		return;
	if (end != t->low)
		t->low_end = end;
	t->low = base;
}
