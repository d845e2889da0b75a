/* SPDX-License-Identifier: Apache-2.0 */
/* Sends itself a signal with a value, and exits with 0 if 4242 arrives. */
#include <signal.h>
#include <string.h>

#include "common.h"

static volatile int value;

static void
handler(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	value = info->si_value.sival_int;
}

int
main(void)
{
	struct sigaction action;
	union sigval v = { .sival_int = 17 };

	be_an_inferior(60);
	memset(&action, 0, sizeof(action));
	action.sa_sigaction = handler;
	action.sa_flags = SA_SIGINFO;
	sigaction(SIGUSR1, &action, NULL);
	sigqueue(getpid(), SIGUSR1, v);
	printf("value %d\n", value);
	return value == 4242 ? 0 : 1;
}
