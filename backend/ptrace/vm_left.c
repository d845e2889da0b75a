/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regions that the program broke up.  What is left of them is its own memory,
 * but pages among it may be protected as we had them (guard pages, and pages
 * watched by faults), and who would handle their faults now?  They get the
 * protection that is theirs as soon as a system call can be made: before the
 * client's next call that needs one anyway, when one of them faults, or at a
 * detach.
 */
#include "vm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	/* As many as a program can have mappings, if nobody told it more. */
	LEFT_MAX = 65536,
};

/* ---- the list --------------------------------------------------------- */

/* The first that ends behind addr, or their number. */
static size_t
left_index(const struct vm_left_list *l, uint64_t addr)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->items[middle].end > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool
vm_left_holds(const struct vm_left_list *l, uint64_t addr)
{
	size_t i = left_index(l, addr);

	return i < l->n && l->items[i].start <= addr;
}

static int
left_room(struct vm_left_list *l)
{
	size_t cap = l->cap == 0 ? 16 : l->cap * 2;
	struct vm_left *items;

	if (l->items != NULL && l->n < l->cap)
		return 0;
	if (l->n >= LEFT_MAX)
		return -ENOSPC;
	items = reallocarray(l->items, cap, sizeof(*items));
	if (items == NULL)
		return -ENOMEM;
	l->items = items;
	l->cap = cap;
	return 0;
}

static void
left_insert(struct vm_left_list *l, size_t at, struct vm_left item)
{
	if (left_room(l) < 0) {
		l->lost += item.end - item.start;
		return;
	}
	memmove(l->items + at + 1, l->items + at,
		(l->n - at) * sizeof(*l->items));
	l->items[at] = item;
	l->n++;
}

static void
left_append(struct vm_left_list *l, struct vm_left item)
{
	struct vm_left *last = l->n > 0 ? &l->items[l->n - 1] : NULL;

	if (last != NULL && last->end == item.start && last->now == item.now &&
	    last->prot == item.prot && last->large == item.large)
		last->end = item.end;
	else
		left_insert(l, l->n, item);
}

/* ---- coming and going ------------------------------------------------- */

/* What we made of a run's pages, if that is not what they are to be. */
static bool
is_ours(const struct vm_region *r, uint32_t protect, struct vm_left *item)
{
	item->prot = vm_prot(protect & ~(uint32_t)PAGE_GUARD);
	item->now = vm_prot(protect);
	/* Watched by faults; those that were written the maps will show. */
	if (r->written != NULL)
		item->now &= ~PROT_WRITE;
	item->large = r->large;
	return item->now != item->prot;
}

void
vm_left_add(struct vm_left_list *l, const struct vm_region *r)
{
	struct vm_left item;

	for (size_t i = 0; i < r->nruns; i++) {
		item.start = r->runs[i].start;
		item.end = vm_run_end(r, i);
		if (is_ours(r, r->runs[i].protect, &item))
			left_append(l, item);
	}
}

void
vm_left_forget(struct vm_left_list *l, uint64_t start, uint64_t end)
{
	size_t i = left_index(l, start), last;
	struct vm_left behind;

	if (i == l->n || l->items[i].start >= end)
		return;
	if (l->items[i].start < start) {
		behind = l->items[i];
		l->items[i++].end = start;
		behind.start = start;
		/* It may be on both sides. */
		left_insert(l, i, behind);
	}
	last = left_index(l, end);
	if (last < l->n && l->items[last].start < end)
		l->items[last].start = end;
	if (last > i) {
		memmove(l->items + i, l->items + last,
			(l->n - last) * sizeof(*l->items));
		l->n -= last - i;
	}
}

int
vm_left_copy(const struct vm_left_list *from, struct vm_left_list *to)
{
	*to = (struct vm_left_list){ .lost = from->lost };
	if (from->n == 0)
		return 0;
	to->items = reallocarray(NULL, from->n, sizeof(*to->items));
	if (to->items == NULL)
		return -ENOMEM;
	memcpy(to->items, from->items, from->n * sizeof(*to->items));
	to->n = to->cap = from->n;
	return 0;
}

/* ---- against the maps ------------------------------------------------- */

static int
by_start(const void *a, const void *b)
{
	const struct vm_left *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* What of them a line shows; returns the first that may reach into the next. */
static size_t
compare_line(const struct process *p, const struct maps_line *line,
	     const struct vm_left_list *l, size_t i, struct vm_left_list *kept)
{
	struct vm_left item;

	while (i < l->n && l->items[i].end <= line->start)
		i++;
	for (size_t j = i; j < l->n && l->items[j].start < line->end; j++) {
		item = l->items[j];
		if (!vm_is_anonymous(item.large, line) ||
		    !vm_has_bits(p, line, item.now))
			continue;
		if (item.start < line->start)
			item.start = line->start;
		if (item.end > line->end)
			item.end = line->end;
		left_append(kept, item);
	}
	return i;
}

int
vm_left_compare(struct process *p)
{
	struct vm_left_list *l = &vm_owner(p)->vm->left;
	struct vm_left_list kept = { .lost = l->lost };
	struct maps_line line;
	struct maps m;
	size_t i = 0;
	int err;

	if (l->n == 0)
		return 0;
	qsort(l->items, l->n, sizeof(*l->items), by_start);
	err = maps_open(&m, memory_tid(p));
	if (err < 0)
		return err;
	while ((err = maps_next(&m, &line)) == 1)
		i = compare_line(p, &line, l, i, &kept);
	maps_close(&m);
	if (err < 0) {
		free(kept.items);
		return err;
	}
	free(l->items);
	*l = kept;
	return 0;
}

/* ---- mending ---------------------------------------------------------- */

uint64_t
vm_left_mend(struct ptrace_target *t, struct process *p)
{
	struct vm_table *table = vm_owner(p)->vm;
	struct vm_left_list *l;
	uint64_t shut;
	size_t kept = 0;

	if (table == NULL)
		return 0;
	l = &table->left;
	shut = l->lost;
	if (l->n == 0 || vm_left_compare(p) < 0)
		return shut;
	for (size_t i = 0; i < l->n; i++) {
		struct vm_left item = l->items[i];

		if (vm_mprotect(t, p, item.start, item.end, item.prot) == 0) {
			table->openings++;
			continue;
		}
		shut += item.end - item.start;
		l->items[kept++] = item;
	}
	l->n = kept;
	return shut;
}
