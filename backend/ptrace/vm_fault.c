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
	vm_owner(p)->vm->openings++;
	return true;
}

/* Nothing runs: is the fault one of a region's pages, and what comes of it? */
static enum vm_fault
settle_region(struct ptrace_target *t, struct thread *th, uint64_t addr)
{
	struct process *p = th->process;
	struct vm_table *table = vm_owner(p)->vm;
	struct vm_region *r = vm_find(table, addr);
	uint32_t protect;

	if (r == NULL)
		return VM_FAULT_NONE;
	protect = r->runs[vm_run_index(r, addr)].protect;
	if (protect & PAGE_GUARD)
		return open_guard(t, p, r, addr, protect) ? VM_FAULT_GUARD
							  : VM_FAULT_NONE;
	if (protect == 0 || is_fetch(th, addr, protect) ||
	    !vm_watch_fault(t, p, r, vm_page_down(addr)))
		return VM_FAULT_NONE;
	table->openings++;
	return VM_FAULT_OVER;
}

/*
 * Pages were opened since this thread last faulted: it may have been that one,
 * by another thread.  (The signal can be older than a stop in between, which
 * takes precedence over it.)  If not, it comes again.
 */
static bool
may_be_over(const struct thread *th, uint64_t addr)
{
	const struct vm_table *t = vm_owner(th->process)->vm;
	const struct vm_region *r = vm_find(t, addr);

	return t != NULL && th->openings != t->openings &&
	       (r == NULL || r->runs[vm_run_index(r, addr)].protect != 0);
}

static enum vm_fault
settle(struct ptrace_target *t, struct thread *th, uint64_t addr)
{
	struct vm_table *table = vm_owner(th->process)->vm;
	enum vm_fault fault;

	if (table == NULL || vm_sync(th->process) < 0)
		return VM_FAULT_NONE;
	vm_left_mend(t, th->process);
	fault = settle_region(t, th, addr);
	if (fault == VM_FAULT_NONE && may_be_over(th, addr))
		fault = VM_FAULT_OVER;
	th->openings = table->openings;
	return fault;
}

/* The page is there, and did not allow it. */
static bool
read_address(struct thread *th, uint64_t *addr)
{
	siginfo_t si;

	if (ptrace(PTRACE_GETSIGINFO, th->tid, NULL, &si) < 0 ||
	    si.si_signo != SIGSEGV || si.si_code != SEGV_ACCERR)
		return false;
	*addr = (uint64_t)(uintptr_t)si.si_addr;
	return true;
}

static bool
concerns(const struct thread *th, const struct vm_table *t, uint64_t addr)
{
	return vm_find(t, addr) != NULL || vm_left_holds(&t->left, addr) ||
	       th->openings != t->openings;
}

enum vm_fault
vm_fault(struct ptrace_target *t, struct thread *th, uint64_t *addr)
{
	struct process *p = th->process;
	const struct vm_table *table = vm_owner(p)->vm;
	enum vm_fault fault = VM_FAULT_NONE;

	if (table == NULL || !read_address(th, addr) ||
	    !concerns(th, table, *addr))
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
	uint64_t addr;

	return read_address(th, &addr) && may_be_over(th, addr);
}

/* ---- nobody will handle them any more --------------------------------- */

/* How many bytes could not be opened. */
static uint64_t
open_guards(struct ptrace_target *t, struct process *p, struct vm_region *r)
{
	uint64_t start = r->base, end, shut = 0;
	uint32_t protect;
	size_t i;

	/* By address, as runs join when they become alike. */
	for (; start < vm_region_end(r); start = end) {
		i = vm_run_index(r, start);
		end = vm_run_end(r, i);
		protect = r->runs[i].protect & ~(uint32_t)PAGE_GUARD;
		if (protect == r->runs[i].protect || vm_run_room(r) < 0)
			continue;
		if (vm_protect(t, p, r, start, end, protect) < 0)
			shut += end - start;
		vm_set(r, start, end, protect);
	}
	return shut;
}

/* The same for pages watched by faults. */
static uint64_t
unwatch(struct ptrace_target *t, struct process *p, struct vm_region *r)
{
	int err = 0;

	if (r->written != NULL) {
		vm_region_free(r->written);
		r->written = NULL;
		err = vm_put_back(t, p, r, r->base, vm_region_end(r));
	}
	r->watched = false;
	return err < 0 ? r->size : 0;
}

uint64_t
vm_let_go(struct ptrace_target *t, struct process *p)
{
	struct vm_table *table = p->vm;
	uint64_t shut = 0;

	if (table == NULL || vm_sync(p) < 0)
		return 0;
	for (size_t i = 0; i < table->nregions && !p->gone; i++) {
		shut += open_guards(t, p, table->regions[i]);
		shut += unwatch(t, p, table->regions[i]);
	}
	shut += vm_left_mend(t, p);
	vm_watch_close(table);
	table->openings++;
	return shut;
}

int
vm_give_back(struct target *target, pid_t pid, uint64_t *kept)
{
	struct ptrace_target *t = (struct ptrace_target *)target;
	struct process *p = process_find(t, pid);

	if (p == NULL)
		return -ESRCH;
	*kept = 0;
	if (p->vm == NULL)
		return 0;
	if (process_pause(t, p) < 0)
		return -EBUSY;
	*kept = vm_let_go(t, p);
	process_unpause(t, p);
	return 0;
}

void
vm_let_child_go(struct ptrace_target *t, struct process *p,
		struct process *child)
{
	struct thread *th = thread_add(t, child, child->pid);

	if (th == NULL || vm_copy(p, child) < 0)
		return;
	th->run = THREAD_STOPPED;
	th->stop_status = PTRACE_EVENT_STOP << 16 | SIGTRAP << 8 | 0x7f;
	/* What a vfork child has is its parent's, but for what is nobody's. */
	if (child->vfork_parent == NULL)
		(void)vm_let_go(t, child);
	else if (vm_sync(child) == 0)
		(void)vm_left_mend(t, child);
	registers_flush(th);
}

bool
vm_needs_us(struct process *p)
{
	const struct vm_table *t = vm_owner(p)->vm;

	if (t != NULL && t->left.n > 0)
		return true;
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
