/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls of allocation, made in the target. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vm.h"

#ifndef MADV_COLD
#define MADV_COLD 20
#endif
#ifndef MAP_HUGE_2MB
#define MAP_HUGE_2MB (21 << 26)
#endif

/* ---- calling ---------------------------------------------------------- */

/*
 * A filter that answers EPERM or ENOSYS has refused; nothing that is called
 * here gives these by itself.
 */
static int64_t
refused(int64_t ret)
{
	return ret == -EPERM || ret == -ENOSYS ? -EACCES : ret;
}

int64_t
vm_call(struct ptrace_target *t, struct process *p,
	const struct arch_syscall *syscall)
{
	struct thread *th = inject_carrier(p);
	int64_t ret;
	int err;

	if (th == NULL)
		return -EBUSY;
	err = inject_syscall(t, th, syscall, &ret);
	return err < 0 ? err : refused(ret);
}

static bool
failed(int64_t ret)
{
	return ret < 0 && ret >= -4095;
}

static int64_t
do_mmap(struct ptrace_target *t, struct process *p, uint64_t base,
	uint64_t size, int prot, int how)
{
	struct arch_syscall syscall = {
		.nr = (uint64_t)p->arch->nr.mmap,
		.args = { base, size, (uint64_t)prot,
			  (uint64_t)(MAP_PRIVATE | MAP_ANONYMOUS | how),
			  UINT64_MAX, 0 },
	};

	return vm_call(t, p, &syscall);
}

static int64_t
do_munmap(struct ptrace_target *t, struct process *p, uint64_t base,
	  uint64_t size)
{
	struct arch_syscall syscall = {
		.nr = (uint64_t)p->arch->nr.munmap,
		.args = { base, size },
	};

	return vm_call(t, p, &syscall);
}

static int64_t
do_mprotect(struct ptrace_target *t, struct process *p, uint64_t base,
	    uint64_t size, int prot)
{
	struct arch_syscall syscall = {
		.nr = (uint64_t)p->arch->nr.mprotect,
		.args = { base, size, (uint64_t)prot },
	};

	return vm_call(t, p, &syscall);
}

/* ---- protections ------------------------------------------------------ */

int
vm_prot(uint32_t protect)
{
	if (protect & PAGE_GUARD)
		return PROT_NONE;
	switch (protect & 0xff) {
	case PAGE_READONLY:
		return PROT_READ;
	case PAGE_READWRITE:
		return PROT_READ | PROT_WRITE;
	case PAGE_EXECUTE:
	case PAGE_EXECUTE_READ:
		/* Alone PROT_EXEC may be unreadable: protection keys. */
		return PROT_READ | PROT_EXEC;
	case PAGE_EXECUTE_READWRITE:
		return PROT_READ | PROT_WRITE | PROT_EXEC;
	default:
		return PROT_NONE;
	}
}

/* ---- new mappings ----------------------------------------------------- */

/* mmap's flags for the pages of which a region is made. */
static int
page_flags(const struct vm_region *kind)
{
	return kind->large ? MAP_HUGETLB | MAP_HUGE_2MB : 0;
}

/* One mmap that takes nothing from anybody. */
static int
map_at(struct ptrace_target *t, struct process *p, uint64_t base, uint64_t size,
       int prot, int flags)
{
	int64_t ret =
	    do_mmap(t, p, base, size, prot, MAP_FIXED_NOREPLACE | flags);

	if (ret == -EEXIST)
		return -EADDRNOTAVAIL;
	/* Over the limit of locked memory, after mlockall(MCL_FUTURE). */
	if (ret == -EAGAIN)
		return -EDQUOT;
	if (failed(ret))
		return (int)ret;
	if ((uint64_t)ret == base)
		return 0;
	/* A kernel before 4.17 takes the address for a hint. */
	(void)do_munmap(t, p, (uint64_t)ret, size);
	return -EADDRNOTAVAIL;
}

int
vm_map_new(struct ptrace_target *t, struct process *p,
	   const struct vm_region *kind, uint64_t base, uint64_t size,
	   uint32_t protect)
{
	int prot = vm_prot(protect), flags = page_flags(kind);
	int err = map_at(t, p, base, size, prot, flags);

	/* A kernel without huge pages knows the flag and not the size. */
	if (flags != 0 && err == -EINVAL)
		return -ENOBUFS;
	if (err != -ENOMEM || (prot == PROT_NONE && flags == 0))
		return err;
	/* No room for the addresses, or for the memory behind them? */
	err = map_at(t, p, base, size, PROT_NONE, 0);
	if (err < 0)
		return err;
	(void)do_munmap(t, p, base, size);
	return flags != 0 ? -ENOBUFS : -ENOSPC;
}

int
vm_unmap(struct ptrace_target *t, struct process *p, uint64_t base,
	 uint64_t size)
{
	return (int)do_munmap(t, p, base, size);
}

int
vm_decommit(struct ptrace_target *t, struct process *p,
	    const struct vm_region *r, uint64_t start, uint64_t end)
{
	int64_t ret = do_mmap(t, p, start, end - start, PROT_NONE,
			      MAP_FIXED | page_flags(r));

	return failed(ret) ? (int)ret : 0;
}

int
vm_reset(struct ptrace_target *t, struct process *p, uint64_t start,
	 uint64_t end)
{
	struct arch_syscall syscall = {
		.nr = (uint64_t)p->arch->nr.madvise,
		.args = { start, end - start, MADV_COLD },
	};
	int64_t ret = vm_call(t, p, &syscall);

	/* Advice only: what the kernel makes of it does not matter. */
	return ret == -ESRCH || ret == -EBUSY ? (int)ret : 0;
}

/* ---- changes to mappings ---------------------------------------------- */

static bool
same_prot(const struct vm_region *r, uint64_t start, uint64_t end, int prot)
{
	size_t i;

	/* Which of the pages were written matters as well. */
	if (r->written != NULL)
		return false;
	for (i = vm_run_index(r, start); i < r->nruns && r->runs[i].start < end;
	     i++) {
		/* A page that is only reserved is not charged for yet. */
		if (r->runs[i].protect == 0 ||
		    vm_prot(r->runs[i].protect) != prot)
			return false;
	}
	return true;
}

/* Watched by faults, pages that were not written cannot be. */
static int64_t
apply(struct ptrace_target *t, struct process *p, const struct vm_region *r,
      uint64_t start, uint64_t end, int prot)
{
	const struct vm_region *w = r->written;
	int64_t ret = 0;
	uint64_t to;
	size_t i;

	if (w == NULL || !(prot & PROT_WRITE))
		return do_mprotect(t, p, start, end - start, prot);
	for (i = vm_run_index(w, start); start < end && !failed(ret); i++) {
		to = vm_run_end(w, i) < end ? vm_run_end(w, i) : end;
		ret = do_mprotect(t, p, start, to - start,
				  w->runs[i].protect != 0 ? prot
							  : prot & ~PROT_WRITE);
		start = to;
	}
	return ret;
}

int
vm_put_back(struct ptrace_target *t, struct process *p,
	    const struct vm_region *r, uint64_t start, uint64_t end)
{
	int64_t ret, err = 0;
	size_t i;

	for (i = vm_run_index(r, start); i < r->nruns && r->runs[i].start < end;
	     i++) {
		uint64_t from =
		    r->runs[i].start > start ? r->runs[i].start : start;
		uint64_t to = vm_run_end(r, i) < end ? vm_run_end(r, i) : end;

		ret = apply(t, p, r, from, to, vm_prot(r->runs[i].protect));
		if (failed(ret))
			err = ret;
	}
	return (int)err;
}

int
vm_mprotect(struct ptrace_target *t, struct process *p, uint64_t start,
	    uint64_t end, int prot)
{
	int64_t ret = do_mprotect(t, p, start, end - start, prot);

	return failed(ret) ? (int)ret : 0;
}

/* Pages that are committed are charged for, watched or not. */
static int64_t
charge(struct ptrace_target *t, struct process *p, const struct vm_region *r,
       uint64_t start, uint64_t end, int prot)
{
	if (r->written == NULL || !(prot & PROT_WRITE))
		return 0;
	return do_mprotect(t, p, start, end - start, prot);
}

static long
max_map_count(void)
{
	char text[32] = "";
	int fd = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	long v = 0;

	if (fd >= 0)
		(void)close(fd);
	for (ssize_t i = 0;
	     i < n && text[i] >= '0' && text[i] <= '9' && v < INT32_MAX; i++)
		v = v * 10 + (text[i] - '0');
	return v;
}

/* Is it the number of mappings that has no room for two more? */
static bool
maps_are_many(struct process *p)
{
	long max = max_map_count(), n = 0;
	struct maps_line line;
	struct maps m;

	if (maps_open(&m, memory_tid(p)) < 0)
		return false;
	while (maps_next(&m, &line) == 1)
		n++;
	maps_close(&m);
	return n + 2 >= max;
}

int
vm_protect(struct ptrace_target *t, struct process *p,
	   const struct vm_region *r, uint64_t start, uint64_t end,
	   uint32_t protect)
{
	int prot = vm_prot(protect);
	int64_t ret;

	if (same_prot(r, start, end, prot))
		return 0;
	ret = charge(t, p, r, start, end, prot);
	if (!failed(ret))
		ret = apply(t, p, r, start, end, prot);
	if (!failed(ret))
		return 0;
	if (ret == -ESRCH || ret == -EBUSY)
		return (int)ret;
	(void)vm_put_back(t, p, r, start, end);
	if (ret != -ENOMEM)
		return (int)ret;
	return maps_are_many(p) ? -ENOMEM : -ENOSPC;
}
