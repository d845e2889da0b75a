/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proves that a debugger came and went without a trace.
 *
 *	detach_check SECONDS
 *
 * Threads sit in system calls that end after SECONDS, others check registers
 * all the time.  At the end everything is compared with how it was at the
 * start: results and durations of the calls, signal handlers and mask, the
 * program's code, trace state.  Prints PASS, or FAIL and why; exit code 0, 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "common.h"

extern const char __executable_start, etext;

static int seconds;
static int failures;
static int pipes[2];
static volatile int finish;
volatile uint64_t rounds;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
fail(const char *format, ...)
{
	va_list ap;

	pthread_mutex_lock(&lock);
	failures++;
	printf("FAIL ");
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	pthread_mutex_unlock(&lock);
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The tests give the threads time to be found asleep, so these are done once
 * each, for the whole run. */
struct call {
	const char *name;
	long (*make)(void);
	long want;
	int want_errno;
};

static long
call_nanosleep(void)
{
	struct timespec ts = { .tv_sec = seconds };

	return nanosleep(&ts, NULL);
}

static long
call_clock_nanosleep(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += seconds;
	return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static long
call_read(void)
{
	char c;

	return read(pipes[0], &c, 1);
}

static long
call_poll(void)
{
	return poll(NULL, 0, seconds * 1000);
}

static long
call_select(void)
{
	struct timeval tv = { .tv_sec = seconds };

	return select(0, NULL, NULL, NULL, &tv);
}

static long
call_futex(void)
{
	struct timespec ts = { .tv_sec = seconds };
	static uint32_t word;

	return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &ts, NULL, 0);
}

static long
call_wait4(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		sleep((unsigned)seconds);
		_exit(9);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status)
		   ? WEXITSTATUS(status)
		   : -1;
}

static struct call calls[] = {
	{ "nanosleep", call_nanosleep, 0, 0 },
	{ "clock_nanosleep", call_clock_nanosleep, 0, 0 },
	{ "read", call_read, 1, 0 },
	{ "poll", call_poll, 0, 0 },
	{ "select", call_select, 0, 0 },
	{ "futex", call_futex, -1, ETIMEDOUT },
	{ "wait4", call_wait4, 9, 0 },
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

static void *
caller(void *arg)
{
	struct call *call = arg;
	double start = now(), took;
	long got;
	int err;

	errno = 0;
	got = call->make();
	err = errno;
	took = now() - start;
	if (got != call->want || (got < 0 && err != call->want_errno))
		fail("%s gave %ld (%s)", call->name, got, strerror(err));
	if (took < seconds - 0.1)
		fail("%s was over after %.2f s of %d", call->name, took,
		     seconds);
	return NULL;
}

#if defined(__x86_64__)
/* Registers full of known values, checked after a while of doing nothing. */
static int
registers_keep(uint64_t seed)
{
	uint64_t bad = 0;

	__asm__ volatile("mov %1, %%rbx\n\t"
			 "lea 1(%1), %%r12\n\t"
			 "lea 2(%1), %%r13\n\t"
			 "lea 3(%1), %%r14\n\t"
			 "lea 4(%1), %%r15\n\t"
			 "movq %1, %%xmm0\n\t"
			 "movq %%r12, %%xmm7\n\t"
			 "movq %%r15, %%xmm15\n\t"
			 "mov %1, -64(%%rsp)\n\t" /* the red zone */
			 "mov $2000, %%rcx\n"
			 "1:\n\t"
			 "pause\n\t"
			 "dec %%rcx\n\t"
			 "jnz 1b\n\t"
			 "sub -64(%%rsp), %%rbx\n\t"
			 "or %%rbx, %0\n\t"
			 "lea 1(%1), %%rax\n\t"
			 "sub %%rax, %%r12\n\t"
			 "or %%r12, %0\n\t"
			 "movq %%xmm7, %%rbx\n\t"
			 "sub %%rax, %%rbx\n\t"
			 "or %%rbx, %0\n\t"
			 "lea 2(%1), %%rax\n\t"
			 "sub %%rax, %%r13\n\t"
			 "or %%r13, %0\n\t"
			 "lea 3(%1), %%rax\n\t"
			 "sub %%rax, %%r14\n\t"
			 "or %%r14, %0\n\t"
			 "lea 4(%1), %%rax\n\t"
			 "sub %%rax, %%r15\n\t"
			 "or %%r15, %0\n\t"
			 "movq %%xmm15, %%rbx\n\t"
			 "sub %%rax, %%rbx\n\t"
			 "or %%rbx, %0\n\t"
			 "movq %%xmm0, %%rbx\n\t"
			 "sub %1, %%rbx\n\t"
			 "or %%rbx, %0\n\t"
			 : "+D"(bad)
			 : "S"(seed)
			 : "rax", "rbx", "rcx", "r12", "r13", "r14", "r15",
			   "xmm0", "xmm7", "xmm15", "memory", "cc");
	return bad == 0;
}
#else
static int
registers_keep(uint64_t seed)
{
	(void)seed;
	return 1;
}
#endif

/* A place for breakpoints that is passed often. */
__attribute__((noinline)) void
round_done(void)
{
	rounds++;
}

static void *
spinner(void *arg)
{
	uint64_t n = (uint64_t)(uintptr_t)arg << 32;

	while (!finish) {
		if (!registers_keep(n++)) {
			fail("a register changed");
			break;
		}
		round_done();
	}
	return NULL;
}

static uint64_t
code_sum(void)
{
	const volatile unsigned char *at;
	uint64_t sum = 0;

	for (at = (const unsigned char *)&__executable_start;
	     at < (const unsigned char *)&etext; at++)
		sum = sum * 31 + *at;
	return sum;
}

/* One line of /proc/self/status for each name, without the numbers that a
 * program changes by itself. */
static void
trace_state(char *buf, size_t cap)
{
	static const char *const keys[] = {
		"TracerPid:", "SigPnd:", "ShdPnd:",
		"SigBlk:",    "SigIgn:", "SigCgt:"
	};
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");
	size_t i, len = 0;

	buf[0] = 0;
	while (f && fgets(line, sizeof(line), f)) {
		for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (!strncmp(line, keys[i], strlen(keys[i])) &&
			    len + strlen(line) < cap)
				len += (size_t)sprintf(buf + len, "%s", line);
	}
	if (f)
		fclose(f);
}

static void
on_signal(int signal)
{
	fail("received signal %d", signal);
}

int
main(int argc, char **argv)
{
	char before[1024], after[1024];
	pthread_t ids[CALLS + 2];
	uint64_t sum;
	size_t i;

	be_an_inferior(120);
	seconds = argc > 1 ? atoi(argv[1]) : 3;
	for (i = 1; i < 32; i++)
		if (i != SIGKILL && i != SIGSTOP && i != SIGSEGV &&
		    i != SIGALRM && i != SIGCHLD)
			signal((int)i, on_signal);
	if (pipe(pipes) < 0)
		return 2;
	sum = code_sum();
	for (i = 0; i < CALLS; i++)
		if (pthread_create(&ids[i], NULL, caller, &calls[i]))
			return 2;
	for (i = 0; i < 2; i++)
		if (pthread_create(&ids[CALLS + i], NULL, spinner,
				   (void *)(i + 1)))
			return 2;
	/* libc installs a handler of its own with the first thread. */
	usleep(200000);
	trace_state(before, sizeof(before));
	say_ready();
	call_nanosleep();
	usleep(300000);
	if (write(pipes[1], "x", 1) != 1)
		return 2;
	for (i = 0; i < CALLS; i++)
		pthread_join(ids[i], NULL);
	finish = 1;
	for (i = 0; i < 2; i++)
		pthread_join(ids[CALLS + i], NULL);
	if (code_sum() != sum)
		fail("the program's code changed");
	trace_state(after, sizeof(after));
	if (strcmp(before, after))
		fail("state was\n%snow\n%s", before, after);
	if (!failures)
		printf("PASS\n");
	return failures != 0;
}
