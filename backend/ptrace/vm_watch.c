/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which pages of a region with MEM_WRITE_WATCH were written.  The kernel says
 * so where it can (vm_userfault.c).  Elsewhere pages are mapped without leave
 * to write until they are: the fault is taken, noted, and the store made again.
 */
#include "vm.h"

#include <errno.h>
#include <unistd.h>

#ifndef MADV_NOHUGEPAGE
#define MADV_NOHUGEPAGE 15
#endif

/* Watched by faults: what is known of a page. */
enum {
	NOT_WRITTEN,
	WRITTEN,
	/* By the debugger: the program may still not. */
	WRITTEN_BY_US,
};

static struct vm_table *
table_of(struct process *p)
{
	return vm_owner(p)->vm;
}

/* ---- beginning -------------------------------------------------------- */

/* A large page that one store fills would be hundreds of pages written. */
static void
keep_pages_small(struct ptrace_target *t, struct process *p, uint64_t start,
		 uint64_t end)
{
	struct arch_syscall advice = {
		.nr = (uint64_t)p->arch->nr.madvise,
		.args = { start, end - start, MADV_NOHUGEPAGE },
	};

	/* Refused by kernels that know no such pages. */
	(void)vm_call(t, p, &advice);
}

static int
begin_userfault(struct ptrace_target *t, struct process *p, uint64_t start,
		uint64_t end)
{
	const struct vm_table *table = table_of(p);
	int err;

	keep_pages_small(t, p, start, end);
	err = vm_userfault_register(table, start, end);
	/* What mlockall has filled, and what a fork has copied. */
	return err < 0 ? err : vm_userfault_clear(table, start, end);
}

static int
begin_faults(struct ptrace_target *t, struct process *p, struct vm_region *r)
{
	r->written = vm_region_new(r->base, r->size, 0, NOT_WRITTEN);
	if (r->written == NULL)
		return -ENOMEM;
	(void)vm_put_back(t, p, r, r->base, vm_region_end(r));
	return 0;
}

int
vm_watch_begin(struct ptrace_target *t, struct process *p, struct vm_region *r)
{
	struct vm_table *table = table_of(p);

	/* Its pages are of 2 MiB: no such granularity is promised. */
	if (r->large)
		return -EOPNOTSUPP;
	if (table->method == VM_WATCH_NONE)
		table->method = vm_userfault_open(t, p) == 0
				    ? VM_WATCH_USERFAULTFD
				    : VM_WATCH_FAULTS;
	if (table->method == VM_WATCH_USERFAULTFD &&
	    begin_userfault(t, p, r->base, vm_region_end(r)) == 0)
		return 0;
	/* Some kernels have half of it: this region is watched otherwise. */
	return begin_faults(t, p, r);
}

static void
restart_faults(struct ptrace_target *t, struct process *p, struct vm_region *r)
{
	vm_set(r->written, r->base, vm_region_end(r), NOT_WRITTEN);
	(void)vm_put_back(t, p, r, r->base, vm_region_end(r));
}

int
vm_watch_copied(struct ptrace_target *t, struct process *child)
{
	struct vm_table *table = child->vm;
	int err = 0;

	if (table == NULL)
		return 0;
	for (size_t i = 0; i < table->nregions && err == 0; i++) {
		struct vm_region *r = table->regions[i];

		/* Mapped for faults, it stays so. */
		if (r->written != NULL)
			restart_faults(t, child, r);
		else if (r->watched)
			err = vm_watch_begin(t, child, r);
	}
	return err;
}

void
vm_watch_close(struct vm_table *t)
{
	if (t->userfault >= 0)
		(void)close(t->userfault);
	if (t->pagemap >= 0)
		(void)close(t->pagemap);
	t->userfault = t->pagemap = -1;
	t->method = VM_WATCH_NONE;
}

/* ---- pages change ----------------------------------------------------- */

static bool
by_kernel(const struct vm_region *r)
{
	return r->watched && r->written == NULL;
}

void
vm_watch_committed(struct process *p, const struct vm_region *r, uint64_t start,
		   uint64_t end)
{
	size_t i;

	if (!by_kernel(r))
		return;
	for (i = vm_run_index(r, start); i < r->nruns && r->runs[i].start < end;
	     i++) {
		uint64_t from =
		    r->runs[i].start > start ? r->runs[i].start : start;
		uint64_t to = vm_run_end(r, i) < end ? vm_run_end(r, i) : end;

		if (r->runs[i].protect == 0)
			(void)vm_userfault_clear(table_of(p), from, to);
	}
}

void
vm_watch_decommitted(struct ptrace_target *t, struct process *p,
		     struct vm_region *r, uint64_t start, uint64_t end)
{
	if (r->written != NULL)
		vm_set(r->written, start, end, NOT_WRITTEN);
	else if (r->watched)
		(void)begin_userfault(t, p, start, end);
}

/* ---- asking ----------------------------------------------------------- */

static int
collect_faults(struct ptrace_target *t, struct process *p, struct vm_region *r,
	       uint64_t start, uint64_t end, struct vm_written *w)
{
	const struct vm_region *bits = r->written;
	uint64_t page = start, to;
	size_t i;

	if (vm_run_room(r->written) < 0)
		return -ENOMEM;
	for (i = vm_run_index(bits, start);
	     i < bits->nruns && bits->runs[i].start < end && w->n < w->cap;
	     i++) {
		to = vm_run_end(bits, i) < end ? vm_run_end(bits, i) : end;
		page =
		    bits->runs[i].start > start ? bits->runs[i].start : start;
		if (bits->runs[i].protect == NOT_WRITTEN)
			continue;
		for (; page < to && w->n < w->cap; page += VM_PAGE)
			w->pages[w->n++] = page;
	}
	if (!w->reset || w->n == 0)
		return 0;
	end = w->pages[w->n - 1] + VM_PAGE;
	vm_set(r->written, start, end, NOT_WRITTEN);
	(void)vm_put_back(t, p, r, start, end);
	return 0;
}

int
vm_watch_collect(struct ptrace_target *t, struct process *p,
		 struct vm_region *r, uint64_t start, uint64_t end,
		 struct vm_written *w)
{
	const struct vm_table *table = table_of(p);

	if (r->written != NULL)
		return collect_faults(t, p, r, start, end, w);
	if (table->userfault < 0)
		return -EOPNOTSUPP;
	/* The program may have put another mapping there. */
	(void)vm_userfault_register(table, r->base, vm_region_end(r));
	return vm_userfault_scan(table, start, end, w);
}

int
vm_watch_writable(struct vm_region *r, uint64_t start, uint64_t end)
{
	uint64_t to;
	size_t i;

	/* By address, as runs join when they become alike. */
	for (; r->written != NULL && start < end; start = to) {
		i = vm_run_index(r->written, start);
		to = vm_run_end(r->written, i);
		if (to > end)
			to = end;
		if (r->written->runs[i].protect == WRITTEN)
			continue;
		if (vm_run_room(r->written) < 0)
			return -ENOMEM;
		vm_set(r->written, start, to, WRITTEN);
	}
	return 0;
}

/* ---- faults ----------------------------------------------------------- */

bool
vm_watch_fault(struct ptrace_target *t, struct process *p, struct vm_region *r,
	       uint64_t page)
{
	uint32_t protect = r->runs[vm_run_index(r, page)].protect;
	size_t i;

	if (r->written == NULL || !(vm_prot(protect) & TARGET_MAP_WRITE))
		return false;
	i = vm_run_index(r->written, page);
	if (r->written->runs[i].protect == WRITTEN ||
	    vm_run_room(r->written) < 0)
		return false;
	vm_set(r->written, page, page + VM_PAGE, WRITTEN);
	(void)vm_put_back(t, p, r, page, page + VM_PAGE);
	return true;
}

/* ---- the debugger's own stores ---------------------------------------- */

static void
note(struct vm_region *r, uint64_t start, uint64_t end)
{
	struct vm_region *bits = r->written;
	uint64_t page;

	for (page = start; page < end; page += VM_PAGE) {
		if (bits->runs[vm_run_index(bits, page)].protect ==
			NOT_WRITTEN &&
		    vm_run_room(bits) == 0)
			vm_set(bits, page, page + VM_PAGE, WRITTEN_BY_US);
	}
}

void
vm_watch_wrote(struct process *p, uint64_t addr, size_t len)
{
	const struct vm_table *t = table_of(p);
	uint64_t end = vm_page_up(addr + len), from, to;

	if (t == NULL || len == 0)
		return;
	for (size_t i = vm_index(t, addr);
	     i < t->nregions && t->regions[i]->base < end; i++) {
		struct vm_region *r = t->regions[i];

		from =
		    vm_page_down(addr) > r->base ? vm_page_down(addr) : r->base;
		to = end < vm_region_end(r) ? end : vm_region_end(r);
		if (r->written != NULL)
			note(r, from, to);
	}
}

bool
vm_watch_is_clean(struct process *p, uint64_t addr)
{
	const struct vm_table *t = table_of(p);
	const struct vm_region *r = vm_find(t, addr);
	uint64_t page[1];
	struct vm_written w = { .pages = page, .cap = 1 };

	if (r == NULL || !by_kernel(r) || t->userfault < 0)
		return false;
	return vm_userfault_scan(t, vm_page_down(addr),
				 vm_page_down(addr) + VM_PAGE, &w) == 0 &&
	       w.n == 0;
}

void
vm_watch_clean(struct process *p, uint64_t addr)
{
	(void)vm_userfault_clear(table_of(p), vm_page_down(addr),
				 vm_page_down(addr) + VM_PAGE);
}
