/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Touches memory for a test: writes `probe`, `probe_value` and then
 * `probe_kind` from the debugger, lets the program go to `probed`, and reads
 * `probe_fault` (the address that faulted, or 0) and `probe_value`.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "common.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

enum {
	NOTHING,
	READ,
	WRITE,
	CALL,
	KERNEL,	 /* read(2) of one byte into it; probe_value: 1, or errno */
	BOTH,	 /* two threads write at once, to it and 8 bytes behind */
	UNMAP,	 /* probe_value bytes */
	PROTECT, /* one page with PROT_ probe_value */
	REPLACE, /* one page by a new mapping */
	FORK,	 /* the child writes probe_value there; its status */
	VFORK,	 /* the same */
	EXEC,	 /* this program anew */
	REMAP,	 /* probe_value pages become probe_pages, at probe_to, or where
		  * they are if that is 0; probe_value: where, or -1 */
	KEEP,	 /* the same, and they stay there, empty (MREMAP_DONTUNMAP) */
	MAP,	 /* one page with PROT_ probe_value by a mapping with the flags
		  * probe_to: anonymous, or of a file of 'f's */
};

volatile uint64_t probe, probe_value, probe_fault, probe_to, probe_pages;
volatile int probe_kind;
static volatile int gate;
static __thread sigjmp_buf out;

static void
on_fault(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	probe_fault = (uint64_t)(uintptr_t)info->si_addr;
	siglongjmp(out, 1);
}

static void *
store(void *at)
{
	if (sigsetjmp(out, 1))
		return NULL;
	__atomic_add_fetch(&gate, 1, __ATOMIC_SEQ_CST);
	while (gate < 2)
		continue;
	*(volatile uint64_t *)at = probe_value;
	return NULL;
}

static void
store_by_two(void)
{
	uint8_t *at = (uint8_t *)(uintptr_t)probe;
	pthread_t threads[2];

	gate = 0;
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, store, at + (size_t)i * 8);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

static void
by_child(pid_t pid)
{
	int status;

	if (pid == 0) {
		*(volatile uint8_t *)(uintptr_t)probe = (uint8_t)probe_value;
		_exit(3);
	}
	waitpid(pid, &status, 0);
	probe_value = (uint64_t)status;
}

static void
remap(void *at)
{
	int flags = probe_to != 0 ? MREMAP_MAYMOVE | MREMAP_FIXED : 0;

	if (probe_kind == KEEP)
		flags |= MREMAP_DONTUNMAP;

	probe_value = (uint64_t)(uintptr_t)mremap(at, probe_value * 4096,
						  probe_pages * 4096, flags,
						  (void *)(uintptr_t)probe_to);
}

static void
map(void *at)
{
	int flags = (int)probe_to, fd = -1;
	char page[4096];

	if (!(flags & MAP_ANONYMOUS)) {
		for (size_t i = 0; i < sizeof(page); i++)
			page[i] = 'f';
		fd = memfd_create("probe", 0);
		if (write(fd, page, sizeof(page)) < 0)
			_exit(4);
	}
	probe_value = (uint64_t)(uintptr_t)mmap(at, 4096, (int)probe_value,
						flags | MAP_FIXED, fd, 0);
	close(fd);
}

static void
change(void *at)
{
	int fd;

	switch (probe_kind) {
	case KERNEL:
		fd = open("/dev/zero", O_RDONLY);
		probe_value = read(fd, at, 1) == 1 ? 1 : (uint64_t)errno;
		close(fd);
		break;
	case UNMAP:
		munmap(at, probe_value);
		break;
	case PROTECT:
		mprotect(at, 4096, (int)probe_value);
		break;
	case REPLACE:
		mmap(at, 4096, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		break;
	case REMAP:
	case KEEP:
		remap(at);
		break;
	case MAP:
		map(at);
		break;
	case EXEC:
		execl("/proc/self/exe", "alloc_check", (char *)NULL);
		break;
	default:
		break;
	}
}

static void
touch(void)
{
	volatile uint8_t *at = (volatile uint8_t *)(uintptr_t)probe;

	probe_fault = 0;
	if (sigsetjmp(out, 1))
		return;
	switch (probe_kind) {
	case READ:
		probe_value = *at;
		break;
	case WRITE:
		*at = (uint8_t)probe_value;
		break;
	case CALL:
		probe_value = ((uint64_t(*)(void))(uintptr_t)probe)();
		break;
	case BOTH:
		store_by_two();
		break;
	case FORK:
		by_child(fork());
		break;
	case VFORK:
		by_child(vfork());
		break;
	default:
		change((void *)at);
		break;
	}
}

void
probed(void)
{
}

int
main(void)
{
	struct sigaction action = { .sa_sigaction = on_fault,
				    .sa_flags = SA_SIGINFO };

	be_an_inferior(120);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	say_ready();
	for (;;) {
		if (probe_kind != NOTHING)
			touch();
		probe_kind = NOTHING;
		probed();
		usleep(1000);
	}
}
