/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Write watch by the kernel: userfaultfd's asynchronous write protection, read
 * and armed by PAGEMAP_SCAN (Linux 6.7).  The program makes the descriptor, as
 * it is of its memory; we take it over, and it is closed there: the program has
 * nothing of it, and when ours is closed nothing is left in the program.
 *
 * The constants are ours, as headers are older than kernels.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vm.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

enum {
	USER_MODE_ONLY = 1,
	REGISTER_WRITE_PROTECT = 2,
	FEATURES = 1 << 13 | 1 << 15, /* WP_UNPOPULATED, WP_ASYNC */
	PAGE_WRITTEN = 2,
	PAGE_PRESENT = 8,
	PAGE_SWAPPED = 16,
	PAGE_ZERO = 32, /* the one that reads make */
	SCAN_PROTECT = 1,
	SCAN_CHECK = 2,
	RANGES = 64,
};

struct userfault_api {
	uint64_t api, features, ioctls;
};

struct userfault_register {
	uint64_t start, len, mode, ioctls;
};

struct scan {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t inverted, mask, anyof, returned;
};

struct scan_range {
	uint64_t start, end, categories;
};

#define API	 _IOWR(0xaa, 0x3f, struct userfault_api)
#define REGISTER _IOWR(0xaa, 0x00, struct userfault_register)
#define SCAN	 _IOWR('f', 16, struct scan)

/* The program's descriptor `theirs` as one of ours. */
static int
take_over(pid_t pid, int theirs)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0);
	int fd;

	if (process < 0)
		return -errno;
	fd = (int)syscall(SYS_pidfd_getfd, process, theirs, 0);
	if (fd < 0)
		fd = -errno;
	(void)close(process);
	return fd;
}

/* A descriptor, or -errno. */
static int
make(struct ptrace_target *t, struct process *p)
{
	struct arch_syscall make = {
		.nr = (uint64_t)p->arch->nr.userfaultfd,
		.args = { O_CLOEXEC | O_NONBLOCK | USER_MODE_ONLY },
	};
	struct arch_syscall end = { .nr = (uint64_t)p->arch->nr.close };
	struct userfault_api api = { .api = 0xaa, .features = FEATURES };
	int64_t theirs = vm_call(t, p, &make);
	int fd;

	if (theirs < 0)
		return (int)theirs;
	fd = take_over(p->pid, (int)theirs);
	end.args[0] = (uint64_t)theirs;
	(void)vm_call(t, p, &end);
	if (fd >= 0 && ioctl(fd, API, &api) < 0) {
		(void)close(fd);
		fd = -EOPNOTSUPP;
	}
	return fd;
}

int
vm_userfault_open(struct ptrace_target *t, struct process *p)
{
	struct vm_table *table = vm_table_get(p);
	char path[64];

	if (table == NULL)
		return -ENOMEM;
	if (table->userfault >= 0)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/pagemap", memory_tid(p));
	table->pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (table->pagemap < 0)
		return -errno;
	table->userfault = make(t, p);
	if (table->userfault >= 0)
		return 0;
	(void)close(table->pagemap);
	table->pagemap = -1;
	return -EOPNOTSUPP;
}

int
vm_userfault_register(const struct vm_table *t, uint64_t start, uint64_t end)
{
	struct userfault_register reg = { .start = start,
					  .len = end - start,
					  .mode = REGISTER_WRITE_PROTECT };

	return ioctl(t->userfault, REGISTER, &reg) < 0 ? -errno : 0;
}

/* The list's next pages from those that one scan gave. */
static void
list(struct vm_written *w, const struct scan_range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (uint64_t page = ranges[i].start;
		     page < ranges[i].end && w->n < w->cap; page += VM_PAGE)
			w->pages[w->n++] = page;
	}
}

/*
 * Pages that were never stored to do not count, whatever the kernel says of
 * those that are not there at all: hence the categories besides.
 */
static int
scan_next(const struct vm_table *t, uint64_t start, uint64_t end,
	  struct vm_written *w, uint64_t *next)
{
	struct scan_range ranges[RANGES];
	struct scan scan = {
		.size = sizeof(scan),
		.flags = SCAN_CHECK | (w->reset ? SCAN_PROTECT : 0u),
		.start = start,
		.end = end,
		.vec = (uintptr_t)ranges,
		.vec_len = RANGES,
		.max_pages = w->cap - w->n,
		.inverted = PAGE_ZERO,
		.mask = PAGE_WRITTEN | PAGE_ZERO,
		.anyof = PAGE_PRESENT | PAGE_SWAPPED,
		.returned = PAGE_WRITTEN,
	};
	int n = ioctl(t->pagemap, SCAN, &scan);

	/* Another's userfaultfd is there. */
	if (n < 0 && errno == EPERM)
		return -EOPNOTSUPP;
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	list(w, ranges, (size_t)n);
	*next = scan.walk_end;
	return 0;
}

int
vm_userfault_scan(const struct vm_table *t, uint64_t start, uint64_t end,
		  struct vm_written *w)
{
	int err = 0;

	while (err == 0 && start < end && w->n < w->cap)
		err = scan_next(t, start, end, w, &start);
	return err;
}

/* A scan that protects what it finds and keeps nothing of it. */
int
vm_userfault_clear(const struct vm_table *t, uint64_t start, uint64_t end)
{
	uint64_t pages[512];
	struct vm_written w = { .pages = pages, .cap = 512, .reset = true };
	int err;

	do {
		w.n = 0;
		err = vm_userfault_scan(t, start, end, &w);
		if (w.n > 0)
			start = pages[w.n - 1] + VM_PAGE;
	} while (err == 0 && w.n == w.cap);
	return err;
}
