/* SPDX-License-Identifier: Apache-2.0 */
/*
 *	sleepers THREADS
 *
 * Its threads sleep in nanosleep, read, futex and poll, for as long as it runs;
 * none of these calls may be cut short.  The first thread touches `probe` when
 * the debugger has set it (and sets it to 0 then), and when `stop` is not 0,
 * wakes all, looks at what their calls gave, and prints PASS.
 */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

#include "common.h"

enum { KINDS = 4, THREADS_MAX = 2000, MS = 20 };

volatile uint64_t probe;
volatile int stop;
static volatile int word, wrong, asleep;
static int pipes[2][2];

/* Again and again, as nobody can wake it. */
static int
sleep_whole(void)
{
	struct timespec ts = { 0, MS * 1000000 }, before, after;
	long ms;

	while (!stop) {
		clock_gettime(CLOCK_MONOTONIC, &before);
		if (syscall(SYS_nanosleep, &ts, NULL) != 0)
			return 0;
		clock_gettime(CLOCK_MONOTONIC, &after);
		ms = (after.tv_sec - before.tv_sec) * 1000 +
		     (after.tv_nsec - before.tv_nsec) / 1000000;
		if (ms < MS - 1)
			return 0;
	}
	return 1;
}

static int
sleep_once(long kind)
{
	struct pollfd fd = { pipes[1][0], POLLIN, 0 };
	char c;

	switch (kind) {
	case 0:
		return sleep_whole();
	case 1:
		return syscall(SYS_read, pipes[0][0], &c, 1) == 1;
	case 2:
		while (word == 0) {
			if (syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL) <
				0 &&
			    errno != EAGAIN)
				return 0;
		}
		return 1;
	default:
		return syscall(SYS_poll, &fd, 1, 1000000) == 1;
	}
}

static void *
sleeper(void *kind)
{
	__atomic_add_fetch(&asleep, 1, __ATOMIC_SEQ_CST);
	if (!sleep_once((long)(intptr_t)kind))
		__atomic_add_fetch(&wrong, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void
wait_for_debugger(void)
{
	while (!stop) {
		if (probe != 0) {
			*(volatile uint8_t *)(uintptr_t)probe = 1;
			probe = 0;
		}
		usleep(1000);
	}
}

int
main(int argc, char **argv)
{
	static pthread_t threads[THREADS_MAX];
	static char many[THREADS_MAX];
	int n = argc > 1 ? atoi(argv[1]) : KINDS;
	pthread_attr_t small;

	be_an_inferior(300);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	if (n > THREADS_MAX || pipe(pipes[0]) < 0 || pipe(pipes[1]) < 0)
		return 3;
	for (int i = 0; i < n; i++) {
		if (pthread_create(&threads[i], &small, sleeper,
				   (void *)(intptr_t)(i % KINDS)) != 0)
			return 3;
	}
	while (asleep < n)
		usleep(1000);
	usleep(100000);
	say_ready();
	wait_for_debugger();
	word = 1;
	syscall(SYS_futex, &word, FUTEX_WAKE, THREADS_MAX);
	if (write(pipes[0][1], many, (size_t)n) != n ||
	    write(pipes[1][1], many, 1) != 1)
		return 3;
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	printf("%s %d\n", wrong == 0 ? "PASS" : "FAIL", wrong);
	return wrong != 0;
}
