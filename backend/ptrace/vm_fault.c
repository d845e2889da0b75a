/* SPDX-License-Identifier: Apache-2.0 */
/* Faults that are ours: guard pages, and pages watched by faults. */
#include <errno.h>
#include <sys/ptrace.h>

#include "engine.h"
#include "vm.h"

static uint64_t
unit_of(const struct vm_region *r)
{
	return r->large ? VM_LARGE_PAGE : VM_PAGE;
}

/* ---- one fault -------------------------------------------------------- */

/* An instruction that could not be fetched has stored nothing. */
static bool
is_fetch(struct thread *th, uint64_t addr, uint32_t protect)
{
	uint64_t pc;

	return registers_pc(th, &pc) == 0 && pc == addr &&
	       !(vm_prot(protect) & TARGET_MAP_EXEC);
}

static bool
open_guard(struct ptrace_target *t, struct process *p, struct vm_region *r,
	   uint64_t addr, uint32_t protect)
{
	uint64_t page = addr & ~(unit_of(r) - 1);
	uint64_t end = page + unit_of(r);

	protect &= ~(uint32_t)PAGE_GUARD;
	if (vm_run_room(r) < 0 || vm_protect(t, p, r, page, end, protect) < 0)
		return false;
	vm_set(r, page, end, protect);
	p->openings++;
	return true;
}

/* Nothing runs: is the fault ours, and what comes of it? */
static enum vm_fault
settle(struct ptrace_target *t, struct thread *th, uint64_t addr)
{
	struct process *p = th->process;
	unsigned seen = th->openings;
	struct vm_region *r;
	uint32_t protect;

	th->openings = p->openings;
	if (vm_sync(p) < 0)
		return VM_FAULT_NONE;
	r = vm_find(vm_owner(p)->vm, addr);
	if (r == NULL)
		return VM_FAULT_NONE;
	protect = r->runs[vm_run_index(r, addr)].protect;
	if (protect & PAGE_GUARD)
		return open_guard(t, p, r, addr, protect) ? VM_FAULT_GUARD
							  : VM_FAULT_NONE;
	if (protect != 0 && !is_fetch(th, addr, protect) &&
	    vm_watch_fault(t, p, r, vm_page_down(addr))) {
		p->openings++;
		return VM_FAULT_OVER;
	}
	/*
	 * Pages were opened since this thread last faulted: it may have been
	 * that one, by another thread.  (The signal can be older than a stop
	 * in between, which takes precedence over it.)  If not, it comes again.
	 */
	return protect != 0 && seen != p->openings ? VM_FAULT_OVER
						   : VM_FAULT_NONE;
}

static bool
read_address(struct thread *th, uint64_t *addr)
{
	siginfo_t si;

	if (ptrace(PTRACE_GETSIGINFO, th->tid, NULL, &si) < 0 ||
	    si.si_signo != SIGSEGV || si.si_code <= 0)
		return false;
	*addr = (uint64_t)(uintptr_t)si.si_addr;
	return true;
}

enum vm_fault
vm_fault(struct ptrace_target *t, struct thread *th, uint64_t *addr)
{
	struct process *p = th->process;
	enum vm_fault fault = VM_FAULT_NONE;

	if (vm_owner(p)->vm == NULL || vm_owner(p)->vm->nregions == 0 ||
	    !read_address(th, addr) || vm_find(vm_owner(p)->vm, *addr) == NULL)
		return VM_FAULT_NONE;
	p->paused++;
	threads_stop(t, p);
	if (th->run == THREAD_STOPPED && !p->gone)
		fault = settle(t, th, *addr);
	p->paused--;
	return fault;
}

bool
vm_fault_is_over(struct thread *th)
{
	const struct vm_region *r;
	uint64_t addr;

	if (th->openings == th->process->openings || !read_address(th, &addr))
		return false;
	r = vm_find(vm_owner(th->process)->vm, addr);
	return r != NULL && r->runs[vm_run_index(r, addr)].protect != 0;
}

/* ---- nobody will handle them any more --------------------------------- */

static void
open_guards(struct ptrace_target *t, struct process *p, struct vm_region *r)
{
	uint32_t protect;
	uint64_t end;

	uint64_t start = r->base;
	size_t i;

	/* By address, as runs join when they become alike. */
	for (; start < vm_region_end(r); start = end) {
		i = vm_run_index(r, start);
		end = vm_run_end(r, i);
		protect = r->runs[i].protect & ~(uint32_t)PAGE_GUARD;
		if (protect == r->runs[i].protect || vm_run_room(r) < 0)
			continue;
		(void)vm_protect(t, p, r, start, end, protect);
		vm_set(r, start, end, protect);
	}
}

void
vm_let_go(struct ptrace_target *t, struct process *p)
{
	struct vm_table *table = p->vm;

	if (table == NULL || vm_sync(p) < 0)
		return;
	for (size_t i = 0; i < table->nregions && !p->gone; i++) {
		struct vm_region *r = table->regions[i];

		open_guards(t, p, r);
		if (r->written != NULL) {
			vm_region_free(r->written);
			r->written = NULL;
			vm_put_back(t, p, r, r->base, vm_region_end(r));
		}
		r->watched = false;
	}
	vm_watch_close(table);
	p->openings++;
}

bool
vm_needs_us(struct process *p)
{
	const struct vm_table *t = vm_owner(p)->vm;

	for (size_t i = 0; t != NULL && i < t->nregions; i++) {
		const struct vm_region *r = t->regions[i];

		if (r->written != NULL)
			return true;
		for (size_t run = 0; run < r->nruns; run++) {
			if (r->runs[run].protect & PAGE_GUARD)
				return true;
		}
	}
	return false;
}
