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

/* What the kernel said: a value or -errno. */
static int64_t
call(struct ptrace_target *t, struct process *p,
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

	return call(t, p, &syscall);
}

static int64_t
do_munmap(struct ptrace_target *t, struct process *p, uint64_t base,
	  uint64_t size)
{
	struct arch_syscall syscall = {
		.nr = (uint64_t)p->arch->nr.munmap,
		.args = { base, size },
	};

	return call(t, p, &syscall);
}

static int64_t
do_mprotect(struct ptrace_target *t, struct process *p, uint64_t base,
	    uint64_t size, int prot)
{
	struct arch_syscall syscall = {
		.nr = (uint64_t)p->arch->nr.mprotect,
		.args = { base, size, (uint64_t)prot },
	};

	return call(t, p, &syscall);
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

/* One mmap that takes nothing from anybody. */
static int
map_at(struct ptrace_target *t, struct process *p, uint64_t base, uint64_t size,
       int prot)
{
	int64_t ret = do_mmap(t, p, base, size, prot, MAP_FIXED_NOREPLACE);

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
vm_map_new(struct ptrace_target *t, struct process *p, uint64_t base,
	   uint64_t size, uint32_t protect)
{
	int prot = vm_prot(protect);
	int err = map_at(t, p, base, size, prot);

	if (err != -ENOMEM || prot == PROT_NONE)
		return err;
	/* No room for the addresses, or for the memory behind them? */
	err = map_at(t, p, base, size, PROT_NONE);
	if (err < 0)
		return err;
	(void)do_munmap(t, p, base, size);
	return -ENOSPC;
}

int
vm_unmap(struct ptrace_target *t, struct process *p, uint64_t base,
	 uint64_t size)
{
	return (int)do_munmap(t, p, base, size);
}

int
vm_decommit(struct ptrace_target *t, struct process *p, uint64_t start,
	    uint64_t end)
{
	int64_t ret = do_mmap(t, p, start, end - start, PROT_NONE, MAP_FIXED);

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
	int64_t ret = call(t, p, &syscall);

	/* Advice only: what the kernel makes of it does not matter. */
	return ret == -ESRCH || ret == -EBUSY ? (int)ret : 0;
}

/* ---- changes to mappings ---------------------------------------------- */

static bool
same_prot(const struct vm_region *r, uint64_t start, uint64_t end, int prot)
{
	size_t i;

	for (i = vm_run_index(r, start); i < r->nruns && r->runs[i].start < end;
	     i++) {
		/* A page that is only reserved is not charged for yet. */
		if (r->runs[i].protect == 0 ||
		    vm_prot(r->runs[i].protect) != prot)
			return false;
	}
	return true;
}

/* As the table has it, after a change that stopped half way. */
static void
put_back(struct ptrace_target *t, struct process *p, const struct vm_region *r,
	 uint64_t start, uint64_t end)
{
	size_t i;

	for (i = vm_run_index(r, start); i < r->nruns && r->runs[i].start < end;
	     i++) {
		uint64_t from =
		    r->runs[i].start > start ? r->runs[i].start : start;
		uint64_t to = vm_run_end(r, i) < end ? vm_run_end(r, i) : end;

		(void)do_mprotect(t, p, from, to - from,
				  vm_prot(r->runs[i].protect));
	}
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
	ret = do_mprotect(t, p, start, end - start, prot);
	if (!failed(ret))
		return 0;
	if (ret == -ESRCH || ret == -EBUSY)
		return (int)ret;
	put_back(t, p, r, start, end);
	if (ret != -ENOMEM)
		return (int)ret;
	return maps_are_many(p) ? -ENOMEM : -ENOSPC;
}
