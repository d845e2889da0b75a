/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation in the target: what the files vm*.c share.
 *
 * The table says of every region that the client allocated what the kernel's
 * map cannot: where it begins and ends (the kernel merges neighbours), which
 * protection it was given, which pages are reserved only.  A page's state is
 * kept in runs, as regions may be as large as the address space.
 */
#ifndef BACKEND_PTRACE_VM_H
#define BACKEND_PTRACE_VM_H

#include "../vm_check.h"
#include "maps.h"
#include "ptrace.h"

/* From `start` to the next run's start, or the region's end. */
struct vm_run {
	uint64_t start;
	uint32_t protect; /* base value + PAGE_GUARD; 0: reserved only */
};

struct vm_region {
	uint64_t base, size;
	uint32_t protect;    /* as given when it was reserved */
	struct vm_run *runs; /* at least one; neighbours differ */
	size_t nruns, cap;
	bool large;	/* of pages of VM_LARGE_PAGE */
	bool watched;	/* MEM_WRITE_WATCH */
	bool inherited; /* a copy that a fork made */
	/* Watched by faults: its runs have `protect` 1 where pages were
	 * written; the others are mapped without leave to write. */
	struct vm_region *written;
};

/*
 * Pages of a region that the program broke up: they are its own now, and still
 * protected as we had them.  mmap's bits.
 */
struct vm_left {
	uint64_t start, end;
	int now;  /* what we made of them */
	int prot; /* what is theirs */
	bool large;
};

struct vm_left_list {
	struct vm_left *items; /* by start; none overlaps another */
	size_t n, cap;
	uint64_t lost; /* bytes that should be here, and had no room */
};

enum vm_watch_method {
	VM_WATCH_NONE, /* nothing is watched yet */
	VM_WATCH_USERFAULTFD,
	VM_WATCH_FAULTS,
};

struct vm_table {
	struct vm_region **regions; /* by base */
	size_t nregions, cap;
	unsigned synced; /* p->runs when it was last compared */
	/* vm_fault.c: how often pages were opened after a fault. */
	unsigned openings;
	struct vm_left_list left;
	uint64_t first; /* where a search upwards begins */
	/*
	 * Below `low` no gap takes VM_GRANULARITY; from there it is free up to
	 * `low_end`.  low_end 0: unknown.
	 */
	uint64_t low, low_end;
	/* vm_watch.c; descriptors are -1 if there is none. */
	enum vm_watch_method method;
	int userfault, pagemap;
};

static inline uint64_t
vm_region_end(const struct vm_region *r)
{
	return r->base + r->size;
}

/* ---- vm_table.c ------------------------------------------------------- */

/* Who has the table: a vfork child shares its parent's memory. */
struct process *vm_owner(struct process *p);
/* NULL: no memory. */
struct vm_table *vm_table_get(struct process *p);
/* The region that holds addr, or NULL. */
struct vm_region *vm_find(const struct vm_table *t, uint64_t addr);
/* The first region that ends after addr, or nregions. */
size_t vm_index(const struct vm_table *t, uint64_t addr);
/* A region of one run; `protect` 0: reserved.  NULL: no memory. */
struct vm_region *vm_region_new(uint64_t base, uint64_t size,
				uint32_t allocation_protect, uint32_t protect);
void vm_region_free(struct vm_region *r);
/* Room for one more, so that vm_add cannot fail. */
int vm_room(struct vm_table *t);
void vm_add(struct vm_table *t, struct vm_region *given);
void vm_remove(struct vm_table *t, struct vm_region *r);

/* Index of the run that holds addr. */
size_t vm_run_index(const struct vm_region *r, uint64_t addr);
uint64_t vm_run_end(const struct vm_region *r, size_t run);
/* Room for two more runs, so that vm_set cannot fail. */
int vm_run_room(struct vm_region *r);
void vm_set(struct vm_region *r, uint64_t start, uint64_t end,
	    uint32_t protect);

/* ---- vm_gap.c --------------------------------------------------------- */

struct vm_place {
	uint64_t size;
	uint64_t align; /* of its start: VM_GRANULARITY or a multiple */
	uint64_t near;	/* 0: anywhere */
	bool top_down;
	/* Looks at the maps, not only at what the table remembers. */
	bool fresh;
};

/*
 * Where a new region is to go: -ENOMEM, nowhere.  It may turn out taken, where
 * the table only remembered it.
 */
int vm_gap(struct process *p, const struct vm_place *place, uint64_t *addr);
/* Keep what is remembered true. */
void vm_gap_taken(struct vm_table *t, uint64_t base, uint64_t size);
void vm_gap_freed(struct vm_table *t, uint64_t base, uint64_t size);

/* ---- vm_sync.c -------------------------------------------------------- */

/*
 * Compares the table with the maps if the process has run since: the program
 * may have unmapped, replaced or protected what is in it.
 */
int vm_sync(struct process *p);

/* Could the line be what an anonymous mmap of ours has become? */
bool vm_is_anonymous(bool large, const struct maps_line *line);
/* Has the line these bits, with what the personality adds to them? */
bool vm_has_bits(const struct process *p, const struct maps_line *line,
		 int prot);

/* ---- vm_left.c: pages of regions that are no more --------------------- */

/* A region that goes out of the table: what of it may need us later.  To be
 * followed by vm_left_compare. */
void vm_left_add(struct vm_left_list *l, const struct vm_region *r);
/* Only those stay that the maps show to be as they were left. */
int vm_left_compare(struct process *p);
/* Another region is there now. */
void vm_left_forget(struct vm_left_list *l, uint64_t start, uint64_t end);
bool vm_left_holds(const struct vm_left_list *l, uint64_t addr);
int vm_left_copy(const struct vm_left_list *from, struct vm_left_list *to);
/* Nothing runs: they get the protection that is theirs.  Returns how many bytes
 * do not, and stay for another time. */
uint64_t vm_left_mend(struct ptrace_target *t, struct process *p);

/* ---- vm_calls.c ------------------------------------------------------- */

/* mmap's protection bits for a page's protection value (0: reserved). */
int vm_prot(uint32_t protect);
/* Each makes system calls in the target; errors are those of the packets. */
int vm_map_new(struct ptrace_target *t, struct process *p,
	       const struct vm_region *kind, uint64_t base, uint64_t size,
	       uint32_t protect);
int vm_unmap(struct ptrace_target *t, struct process *p, uint64_t base,
	     uint64_t size);
/* Commits or protects part of a region; on failure all is as before. */
int vm_protect(struct ptrace_target *t, struct process *p,
	       const struct vm_region *r, uint64_t start, uint64_t end,
	       uint32_t protect);
/* Contents and charge go, the addresses stay taken. */
int vm_decommit(struct ptrace_target *t, struct process *p,
		const struct vm_region *r, uint64_t start, uint64_t end);
/* The program has no more use for the contents. */
int vm_reset(struct ptrace_target *t, struct process *p, uint64_t start,
	     uint64_t end);

/* What the kernel has for [start, end) again as the table has it. */
int vm_put_back(struct ptrace_target *t, struct process *p,
		const struct vm_region *r, uint64_t start, uint64_t end);
/* Pages of no region. */
int vm_mprotect(struct ptrace_target *t, struct process *p, uint64_t start,
		uint64_t end, int prot);
/* One more system call: a value or -errno. */
int64_t vm_call(struct ptrace_target *t, struct process *p,
		const struct arch_syscall *syscall);

/* ---- vm_watch.c: which pages were written ----------------------------- */

struct vm_written {
	uint64_t *pages;
	size_t n, cap;
	bool reset;
};

/* A mapped region that is not in the table yet. */
int vm_watch_begin(struct ptrace_target *t, struct process *p,
		   struct vm_region *r);
/* Before the table says so: reserved pages among these are now committed. */
void vm_watch_committed(struct process *p, const struct vm_region *r,
			uint64_t start, uint64_t end);
/* After it; r->written has room. */
void vm_watch_decommitted(struct ptrace_target *t, struct process *p,
			  struct vm_region *r, uint64_t start, uint64_t end);
int vm_watch_collect(struct ptrace_target *t, struct process *p,
		     struct vm_region *r, uint64_t start, uint64_t end,
		     struct vm_written *w);
/* A store has hit a page that is watched by faults: true if it may go on. */
bool vm_watch_fault(struct ptrace_target *t, struct process *p,
		    struct vm_region *r, uint64_t page);
/* The program has made these writable itself, and so may have stored there
 * with no fault.  -ENOMEM. */
int vm_watch_writable(struct vm_region *r, uint64_t start, uint64_t end);
void vm_watch_close(struct vm_table *t);

/* ---- vm_userfault.c --------------------------------------------------- */

/* Descriptors into the table; an error: this kernel cannot. */
int vm_userfault_open(struct ptrace_target *t, struct process *p);
int vm_userfault_register(const struct vm_table *t, uint64_t start,
			  uint64_t end);
int vm_userfault_scan(const struct vm_table *t, uint64_t start, uint64_t end,
		      struct vm_written *w);
int vm_userfault_clear(const struct vm_table *t, uint64_t start, uint64_t end);

/* ---- vm_fault.c -------------------------------------------------------- */

int vm_give_back(struct target *target, pid_t pid, uint64_t *kept);

/* ---- vm_query.c ------------------------------------------------------- */

/* A page's protection with what its region adds to it. */
uint32_t vm_shown_protect(const struct vm_region *r, uint32_t protect);
int vm_next_run(struct target *target, pid_t pid, uint64_t addr,
		struct target_vm_run *run);
int vm_query(struct target *target, pid_t pid, uint64_t addr,
	     struct target_vm_info *info);
/* Cuts a mapping down to the region of ours, or to what is none, at addr. */
void vm_name_map(struct process *p, uint64_t addr, struct target_map *map);

#endif
