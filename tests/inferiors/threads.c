/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Some threads that count, each in a function and a slot of its own.
 *
 *	threads [COUNT]
 */
#include <pthread.h>
#include <stdlib.h>

#include "common.h"

#define MAX 64

volatile long counters[MAX];
volatile int stop_now;
volatile int watched;
/* The first lap begins when every worker has its name. */
static pthread_barrier_t barrier;
__thread int own = 100;

void
work(int n)
{
	counters[n]++;
	own = n;
}

/* Runs once per lap in the first thread. */
void
lap(void)
{
	watched++;
}

static void *
thread_main(void *arg)
{
	int n = (int)(long)arg;
	char name[16];

	snprintf(name, sizeof(name), "worker-%d", n);
	pthread_setname_np(pthread_self(), name);
	pthread_barrier_wait(&barrier);
	while (!stop_now) {
		work(n);
		usleep(2000);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 4, i;
	pthread_t ids[MAX];

	be_an_inferior(120);
	if (count < 1 || count > MAX)
		return 2;
	pthread_barrier_init(&barrier, NULL, (unsigned)count);
	for (i = 1; i < count; i++)
		if (pthread_create(&ids[i], NULL, thread_main, (void *)(long)i))
			return 2;
	pthread_barrier_wait(&barrier);
	say_ready();
	while (!stop_now) {
		work(0);
		lap();
		usleep(1000);
	}
	for (i = 1; i < count; i++)
		pthread_join(ids[i], NULL);
	printf("stopped\n");
	return 0;
}
