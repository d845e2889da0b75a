/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program of the contract tests: it runs the same loop as the mock's
 * programs do, and obeys commands that the test writes into its memory.
 *
 *	contract [THREADS]
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common.h"

/* As enum command of tests/contract/fixture.h. */
enum {
	NOTHING,
	RAISE,
	EXIT,
	DIE,
	CLONE,
	THREAD_EXIT,
	FORK,
	VFORK,
	EXEC,
	CALL,
	STORE,
	LOAD
};

volatile uint64_t counter;
volatile uint64_t loaded = 0x1122334455667788;
volatile uint64_t command, argument;
volatile uint64_t stored;
volatile uint64_t usr1_count;
const uint64_t constant = 0x0123456789abcdef;

static void
on_usr1(int signal)
{
	(void)signal;
	usr1_count++;
}

__attribute__((noinline)) void
tick(void)
{
	counter++;
}

__attribute__((noinline)) uint64_t
load(void)
{
	return loaded;
}

static void *
worker(void *arg)
{
	(void)arg;
	for (;;) {
		tick();
		usleep(1000);
	}
	return NULL;
}

static void *
short_worker(void *arg)
{
	(void)arg;
	return NULL;
}

static void
start_thread(void *(*function)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, function, NULL))
		abort();
	pthread_detach(thread);
}

static void
make_child(int with_vfork)
{
	pid_t pid = with_vfork ? vfork() : fork();

	if (pid == 0)
		_exit(5);
	if (pid < 0)
		abort();
	waitpid(pid, NULL, 0);
}

static void
obey(char **argv)
{
	uint64_t what = command, value = argument;

	command = NOTHING;
	switch (what) {
	case RAISE:
		syscall(SYS_tgkill, getpid(), gettid(), (int)value);
		break;
	case EXIT:
		_exit((int)value);
	case DIE:
		signal((int)value, SIG_DFL);
		raise((int)value);
		break;
	case CLONE:
		start_thread(worker);
		break;
	case THREAD_EXIT:
		start_thread(short_worker);
		break;
	case FORK:
	case VFORK:
		make_child(what == VFORK);
		break;
	case EXEC:
		execv("/proc/self/exe", argv);
		abort();
	case CALL:
		syscall((long)value);
		break;
	case STORE:
		stored = value;
		break;
	case LOAD:
		load();
		break;
	default:
		break;
	}
}

int
main(int argc, char **argv)
{
	int i;

	be_an_inferior(120);
	signal(SIGUSR1, on_usr1);
	for (i = 1; i < (argc > 1 ? atoi(argv[1]) : 1); i++)
		start_thread(worker);
	say_ready();
	for (;;) {
		tick();
		load();
		if (command)
			obey(argv);
	}
}
