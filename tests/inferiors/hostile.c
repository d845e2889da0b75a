/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs in which it is hard to inject a system call.  Each computes, checks
 * its results, and prints PASS.
 *
 *	hostile strict|filter-kill|filter-errno|rlimit|blocked|badstack|
 *		altstack|mlock|locked|undumpable|vdso|mdwe
 *
 * Those that compute store where `probe` says, and make it 0, until `enough`.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#include "common.h"

#define SECONDS 6

/* Of `compute`, some minutes at least. */
#define ROUNDS 200000

volatile uint64_t probe;
volatile int enough;

static uint64_t
fold(uint64_t sum, uint64_t i)
{
	return (sum ^ i) * 0x100000001b3;
}

/* The same sum again and again, so that a disturbed register shows. */
static int
compute(void)
{
	uint64_t want = 0, sum, i, rounds;

	for (i = 0; i < 1000000; i++)
		want = fold(want, i);
	for (rounds = 0; rounds < ROUNDS && !enough; rounds++) {
		for (sum = 0, i = 0; i < 1000000; i++)
			sum = fold(sum, i);
		if (sum != want)
			return 0;
		if (probe != 0) {
			*(volatile uint8_t *)(uintptr_t)probe = 1;
			probe = 0;
		}
	}
	return 1;
}

static void
finish(int good)
{
	const char *text = good ? "PASS\n" : "FAIL\n";

	/* Only calls that even strict mode allows. */
	if (write(1, text, 5) != 5)
		good = 0;
	syscall(SYS_exit, !good);
}

static void
install_filter(uint32_t action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_munmap, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, action),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(3);
}

static void
limit_memory(void)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };

	if (setrlimit(RLIMIT_AS, &limit) < 0)
		_exit(3);
}

/* What it maps from now on is locked, and there may be little of that. */
static void
lock_little(void)
{
	struct rlimit limit = { 65536, 65536 };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0 ||
	    (geteuid() == 0 && setuid(65534) < 0) || mlockall(MCL_FUTURE) < 0)
		_exit(3);
}

static void
block_all(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

#if defined(__x86_64__)
/* Spins with a stack pointer that points nowhere. */
static int
spin_without_stack(void)
{
	uint64_t n = UINT64_C(15000000000) * SECONDS / 6, left = n;

	__asm__ volatile("mov %%rsp, %%r12\n\t"
			 "mov $0x10, %%rsp\n"
			 "1:\n\t"
			 "dec %0\n\t"
			 "jnz 1b\n\t"
			 "mov %%r12, %%rsp\n\t"
			 : "+r"(left)
			 :
			 : "r12", "cc", "memory");
	return left == 0;
}
#else
static int
spin_without_stack(void)
{
	return compute();
}
#endif

/* Most of the time inside of the vDSO. */
static int
spin_in_vdso(void)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec < start.tv_sec)
			return 0;
	} while (now.tv_sec < start.tv_sec + SECONDS);
	return 1;
}

static volatile int on_stack_good;

static void
on_usr1(int signal)
{
	(void)signal;
	on_stack_good = compute();
}

static int
run_on_altstack(void)
{
	static char memory[32768];
	stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) };
	struct sigaction action = { .sa_handler = on_usr1,
				    .sa_flags = SA_ONSTACK };

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	return on_stack_good;
}

int
main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "blocked";

	be_an_inferior(300);
	say_ready();
	if (!strcmp(how, "strict")) {
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) < 0)
			return 3;
	} else if (!strcmp(how, "filter-kill")) {
		install_filter(SECCOMP_RET_KILL_PROCESS);
	} else if (!strcmp(how, "filter-errno")) {
		install_filter(SECCOMP_RET_ERRNO | EPERM);
	} else if (!strcmp(how, "rlimit")) {
		limit_memory();
	} else if (!strcmp(how, "blocked")) {
		block_all();
	} else if (!strcmp(how, "badstack")) {
		finish(spin_without_stack());
	} else if (!strcmp(how, "altstack")) {
		finish(run_on_altstack());
	} else if (!strcmp(how, "mlock")) {
		mlockall(MCL_CURRENT | MCL_FUTURE);
	} else if (!strcmp(how, "locked")) {
		lock_little();
	} else if (!strcmp(how, "undumpable")) {
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	} else if (!strcmp(how, "vdso")) {
		finish(spin_in_vdso());
	} else if (!strcmp(how, "mdwe")) {
		/* PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN; older kernels
		 * refuse it, and then nothing is hard. */
		prctl(65, 1, 0, 0, 0);
	}
	finish(compute());
	return 4;
}
