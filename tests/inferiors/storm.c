/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does one thing as fast as it can for some seconds, and checks itself:
 * exit code 0 and the number of calls of work() on standard output.
 * usage: storm threads|signals|forks|vforks|clones|execs|spin SECONDS [THREADS]
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 64

/* A breakpoint on work is one on an instruction that nobody emulates. */
void work(void);
uint64_t work_count;
__asm__(".text\n.globl work\n.type work,@function\n"
	"work: lock incq work_count(%rip)\n"
	"\tret\n.size work,.-work\n");

static double end;
static unsigned nthreads = 8;

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
check(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "storm: %s: %s\n", what, strerror(errno));
	abort();
}

static void *
short_life(void *arg)
{
	work();
	return arg;
}

static void
storm_threads(void)
{
	pthread_t id[THREADS_MAX];
	void *result, *token = &result;

	while (now() < end) {
		for (unsigned i = 0; i < nthreads; i++)
			check(pthread_create(&id[i], NULL, short_life, token) ==
				  0,
			      "create");
		for (unsigned i = 0; i < nthreads; i++)
			check(pthread_join(id[i], &result) == 0 &&
				  result == token,
			      "join");
	}
}

static void *
spinning(void *arg)
{
	while (now() < end)
		work();
	return arg;
}

static void
storm_spin(void)
{
	pthread_t id[THREADS_MAX];

	for (unsigned i = 0; i < nthreads; i++)
		check(pthread_create(&id[i], NULL, spinning, NULL) == 0,
		      "create");
	for (unsigned i = 0; i < nthreads; i++)
		pthread_join(id[i], NULL);
}

static volatile int64_t got_usr, got_rt;

static void
on_signal(int signal)
{
	if (signal == SIGUSR1)
		__atomic_fetch_add(&got_usr, 1, __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_add(&got_rt, 1, __ATOMIC_SEQ_CST);
	work();
}

/* Queued signals count; each must be handled exactly once. */
static void
storm_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal,
				.sa_flags = SA_RESTART };
	pthread_t id[THREADS_MAX];
	union sigval value = { 0 };
	int64_t sent = 0;

	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGRTMIN + 5, &sa, NULL);
	for (unsigned i = 0; i < nthreads; i++)
		check(pthread_create(&id[i], NULL, spinning, NULL) == 0,
		      "create");
	while (now() < end - 0.3) {
		for (unsigned i = 0; i < nthreads; i++)
			pthread_kill(id[i], SIGUSR1);
		if (pthread_sigqueue(id[sent % nthreads], SIGRTMIN + 5,
				     value) == 0)
			sent++;
		usleep(300);
	}
	for (unsigned i = 0; i < nthreads; i++)
		pthread_join(id[i], NULL);
	if (got_rt != sent)
		fprintf(stderr, "storm: %ld queued, %ld handled\n", (long)sent,
			(long)got_rt);
	check(got_rt == sent, "signals");
}

static void
one_child(int vforked)
{
	static char *argv[] = { "/bin/true", NULL };
	int status;
	pid_t pid = vforked ? vfork() : fork();

	if (pid == 0) {
		if (vforked) {
			execv(argv[0], argv);
			_exit(1);
		}
		work();
		_exit(work_count > 0 ? 0 : 1);
	}
	check(pid > 0, "fork");
	check(waitpid(pid, &status, 0) == pid, "waitpid");
	if (status != 0)
		fprintf(stderr, "storm: child's status %x\n", status);
	check(status == 0, "child");
	work();
}

static void *
forking(void *arg)
{
	while (now() < end)
		one_child(arg != NULL);
	return NULL;
}

static void
storm_forks(int vforked)
{
	pthread_t id[THREADS_MAX];

	if (nthreads > 4)
		nthreads = 4;
	for (unsigned i = 0; i < nthreads; i++)
		check(pthread_create(&id[i], NULL, forking,
				     vforked ? id : NULL) == 0,
		      "create");
	for (unsigned i = 0; i < nthreads; i++)
		pthread_join(id[i], NULL);
}

static int
sharer(void *arg)
{
	(void)arg;
	for (int i = 0; i < 5; i++)
		work();
	return 0;
}

/* Processes of their own with the same memory, alive at the same time. */
static void
storm_clones(void)
{
	static char stacks[8][65536] __attribute__((aligned(16)));
	int status, i;

	while (now() < end) {
		for (i = 0; i < 8; i++)
			check(clone(sharer, stacks[i] + sizeof(stacks[i]),
				    i % 2 ? CLONE_VM | SIGCHLD : CLONE_VM,
				    NULL) > 0,
			      "clone");
		for (i = 0; i < 8; i++) {
			work();
			check(waitpid(-1, &status, __WALL) > 0, "waitpid");
			check(status == 0, "sharer");
		}
	}
}

static char *exec_argv[] = { "/proc/self/exe", "execs", NULL, NULL, NULL };

static void *
execing(void *arg)
{
	work();
	/* The leader, which /proc/self names, may have exited. */
	execv("/proc/thread-self/exe", exec_argv);
	return arg;
}

/* Any thread may be the one that execs, with others busy. */
static void
storm_execs(const char *seconds)
{
	static char left[32];
	pthread_t id;

	snprintf(left, sizeof(left), "%.3f", atof(seconds) - 0.05);
	if (atof(left) <= 0)
		return;
	exec_argv[2] = left;
	for (unsigned i = 0; i < 3; i++)
		check(pthread_create(&id, NULL, spinning, NULL) == 0, "create");
	usleep(20000);
	check(pthread_create(&id, NULL, execing, NULL) == 0, "create");
	usleep(30000);
	pthread_exit(NULL);
}

int
main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	end = now() + atof(argv[2]);
	if (argc > 3)
		nthreads = (unsigned)atoi(argv[3]);
	if (nthreads < 1 || nthreads > THREADS_MAX)
		return 2;
	if (strcmp(argv[1], "threads") == 0)
		storm_threads();
	else if (strcmp(argv[1], "spin") == 0)
		storm_spin();
	else if (strcmp(argv[1], "signals") == 0)
		storm_signals();
	else if (strcmp(argv[1], "forks") == 0)
		storm_forks(0);
	else if (strcmp(argv[1], "vforks") == 0)
		storm_forks(1);
	else if (strcmp(argv[1], "clones") == 0)
		storm_clones();
	else if (strcmp(argv[1], "execs") == 0)
		storm_execs(argv[2]);
	else
		return 2;
	printf("%llu\n", (unsigned long long)work_count);
	return 0;
}
