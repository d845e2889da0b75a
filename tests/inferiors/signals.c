/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receives signals.
 *
 *	signals loop		counts SIGUSR1, ends at SIGUSR2 with the count
 *	signals raise N		raises N
 *	signals segv		writes to address 16
 *	signals blocked		loops with all signals blocked
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

volatile int count;
volatile int done;

void
on_usr1(int signal)
{
	(void)signal;
	count++;
}

static void
on_usr2(int signal)
{
	(void)signal;
	done = 1;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "loop";
	sigset_t all;

	be_an_inferior(120);
	signal(SIGUSR1, on_usr1);
	signal(SIGUSR2, on_usr2);
	if (!strcmp(what, "raise"))
		return raise(argc > 2 ? atoi(argv[2]) : SIGUSR1);
	if (!strcmp(what, "segv"))
		*(volatile int *)(long)16 = 1;
	if (!strcmp(what, "blocked")) {
		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
	}
	say_ready();
	while (!done)
		usleep(1000);
	printf("count %d\n", count);
	return count;
}
