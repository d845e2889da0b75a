/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that come and go: each visits a function and ends.
 *
 *	churn COUNT [AT ONCE [PER SECOND]]
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "common.h"

#define MAX 64

volatile int visits;
volatile int every_100th;

void
visit_100th(void)
{
	__atomic_add_fetch(&every_100th, 1, __ATOMIC_SEQ_CST);
}

void
visit(int n)
{
	__atomic_add_fetch(&visits, 1, __ATOMIC_SEQ_CST);
	if (n % 100 == 0)
		visit_100th();
}

static void *
thread_main(void *arg)
{
	visit((int)(long)arg);
	return NULL;
}

void
done(int made)
{
	printf("made %d, visits %d\n", made, visits);
}

int
main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 100;
	int batch = argc > 2 ? atoi(argv[2]) : 4;
	int rate = argc > 3 ? atoi(argv[3]) : 0;
	struct timespec pause = { 0 };
	pthread_t ids[MAX];
	int made = 0, i;

	be_an_inferior(300);
	if (batch < 1 || batch > MAX || count < 1)
		return 2;
	if (rate > 0) {
		pause.tv_sec = batch / rate;
		pause.tv_nsec = batch % rate * 1000000000L / rate;
	}
	say_ready();
	while (made < count) {
		for (i = 0; i < batch && made < count; i++, made++)
			if (pthread_create(&ids[i], NULL, thread_main,
					   (void *)(long)(made + 1)))
				return 2;
		while (i > 0)
			pthread_join(ids[--i], NULL);
		if (rate > 0)
			nanosleep(&pause, NULL);
	}
	done(made);
	return visits == count ? 0 : 3;
}
