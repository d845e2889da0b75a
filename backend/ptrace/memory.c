/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of a process.  process_vm_readv and _writev need no descriptor and
 * obey the pages' protections; /proc/PID/mem goes where a debugger may and the
 * program may not.
 */
#include "ptrace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE_BYTES 4096

pid_t
memory_tid(const struct process *p)
{
	for (const struct thread *th = p->threads; th != NULL; th = th->next) {
		if (!th->zombie && th->run != THREAD_GONE)
			return th->tid;
	}
	return p->pid;
}

static int
mem_open(struct process *p)
{
	char path[64];

	if (p->mem_fd >= 0)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/mem", memory_tid(p));
	p->mem_fd = open(path, O_RDWR | O_CLOEXEC);
	if (p->mem_fd >= 0)
		return 0;
	return errno == ENOENT ? -ESRCH : -errno;
}

void
memory_drop(struct process *p)
{
	if (p->mem_fd >= 0)
		(void)close(p->mem_fd);
	p->mem_fd = -1;
}

/* Does [addr, addr + len) end within what a file offset can say? */
static bool
in_range(uint64_t addr, size_t len)
{
	return addr <= INT64_MAX && len <= (uint64_t)INT64_MAX - addr;
}

static struct iovec
remote_iov(uint64_t addr, size_t len)
{
	return (struct iovec){ (void *)(uintptr_t)addr, len };
}

/* ---- reading ---------------------------------------------------------- */

static size_t
read_mem(struct process *p, uint64_t addr, uint8_t *buf, size_t len)
{
	size_t done = 0;
	ssize_t n;

	if (mem_open(p) < 0)
		return 0;
	while (done < len) {
		n = pread(p->mem_fd, buf + done, len - done,
			  (off_t)(addr + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

/* A process_vm_readv moves at most 2 GiB and stops at what it cannot read. */
static size_t
read_vm(const struct process *p, uint64_t addr, uint8_t *buf, size_t len)
{
	struct iovec local = { buf, len }, remote = remote_iov(addr, len);
	ssize_t n = process_vm_readv(memory_tid(p), &local, 1, &remote, 1, 0);

	return n < 0 ? 0 : (size_t)n;
}

int
memory_read(struct process *p, uint64_t addr, void *buf, size_t len,
	    size_t *got)
{
	uint8_t *out = buf;
	size_t done;

	if (!in_range(addr, len))
		return -EFAULT;
	done = read_vm(p, addr, out, len);
	if (done < len)
		done += read_mem(p, addr + done, out + done, len - done);
	if (done == 0 && len != 0)
		return -EFAULT;
	*got = done;
	return 0;
}

/* ---- writing ---------------------------------------------------------- */

static size_t
write_mem(struct process *p, uint64_t addr, const uint8_t *buf, size_t len)
{
	size_t done = 0;
	ssize_t n;

	if (mem_open(p) < 0)
		return 0;
	while (done < len) {
		n = pwrite(p->mem_fd, buf + done, len - done,
			   (off_t)(addr + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

static size_t
write_some(struct process *p, uint64_t addr, const uint8_t *buf, size_t len)
{
	struct iovec local = { (void *)(uintptr_t)buf, len };
	struct iovec remote = remote_iov(addr, len);
	ssize_t n = process_vm_writev(memory_tid(p), &local, 1, &remote, 1, 0);
	size_t done = n < 0 ? 0 : (size_t)n;

	if (done < len)
		done += write_mem(p, addr + done, buf + done, len - done);
	return done;
}

/*
 * A write of several pages may fail in the middle: keep what was there, which
 * shows also that all of it is mapped, and put it back if it comes to that.
 */
static int
write_pages(struct process *p, uint64_t addr, const uint8_t *buf, size_t len)
{
	uint8_t *old = malloc(len);
	size_t got = 0, done;
	int err = -EFAULT;

	if (old == NULL)
		return -ENOMEM;
	if (memory_read(p, addr, old, len, &got) == 0 && got == len) {
		done = write_some(p, addr, buf, len);
		if (done == len)
			err = 0;
		else if (done != 0)
			(void)write_some(p, addr, old, done);
	}
	free(old);
	return err;
}

int
memory_write_code(struct process *p, uint64_t addr, const void *buf, size_t len)
{
	if (!in_range(addr, len))
		return -EFAULT;
	if (write_mem(p, addr, buf, len) == len)
		return 0;
	return memory_write(p, addr, buf, len);
}

int
memory_write(struct process *p, uint64_t addr, const void *buf, size_t len)
{
	if (!in_range(addr, len))
		return -EFAULT;
	if (len == 0)
		return 0;
	if (addr / PAGE_BYTES != (addr + len - 1) / PAGE_BYTES)
		return write_pages(p, addr, buf, len);
	return write_some(p, addr, buf, len) == len ? 0 : -EFAULT;
}

/* ---- the operations --------------------------------------------------- */

int
ptrace_read_memory(struct target *target, pid_t pid, uint64_t addr, void *buf,
		   size_t len, size_t *got)
{
	struct process *p = process_find((struct ptrace_target *)target, pid);
	size_t usable;
	int err;

	if (p == NULL)
		return -ESRCH;
	vfork_child_used(p);
	usable = vm_accessible(p, addr, len);
	if (usable == 0 && len != 0)
		return -EFAULT;
	err = memory_read(p, addr, buf, usable, got);
	if (err < 0)
		return err;
	breakpoints_shadow(p, addr, buf, *got);
	return 0;
}

static bool
has_breakpoint(const struct process *p, uint64_t addr, size_t len)
{
	const struct breakpoint *b;

	for (b = p->breakpoints; b != NULL; b = b->next) {
		if (b->addr < addr + len &&
		    b->addr + p->arch->breakpoint_len > addr)
			return true;
	}
	return false;
}

/* What breakpoints are to put back changes only if the write succeeds. */
static int
write_under_breakpoints(struct process *p, uint64_t addr, const void *buf,
			size_t len)
{
	uint8_t *bytes = malloc(len), *old = malloc(len);
	size_t got = 0;
	int err = -ENOMEM;

	if (bytes != NULL && old != NULL) {
		err = memory_read(p, addr, old, len, &got);
		if (err == 0 && got != len)
			err = -EFAULT;
	}
	if (err == 0) {
		breakpoints_shadow(p, addr, old, len);
		memcpy(bytes, buf, len);
		breakpoints_under_write(p, addr, bytes, len);
		err = memory_write(p, addr, bytes, len);
		if (err < 0)
			breakpoints_under_write(p, addr, old, len);
	}
	free(bytes);
	free(old);
	return err;
}

int
ptrace_write_memory(struct target *target, pid_t pid, uint64_t addr,
		    const void *buf, size_t len)
{
	struct process *p = process_find((struct ptrace_target *)target, pid);
	int err;

	if (p == NULL)
		return -ESRCH;
	vfork_child_used(p);
	if (!in_range(addr, len) || vm_accessible(p, addr, len) != len)
		return -EFAULT;
	if (len != 0 && has_breakpoint(p, addr, len))
		err = write_under_breakpoints(p, addr, buf, len);
	else
		err = memory_write(p, addr, buf, len);
	if (err == 0)
		vm_watch_wrote(p, addr, len);
	return err;
}
