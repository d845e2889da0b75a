/* SPDX-License-Identifier: Apache-2.0 */
/* What all inferiors do at their start. */
#ifndef TESTS_INFERIORS_COMMON_H
#define TESTS_INFERIORS_COMMON_H

#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Anybody may attach (Yama), and no test leaves this program behind. */
static inline void
be_an_inferior(unsigned seconds)
{
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	alarm(seconds);
	setvbuf(stdout, NULL, _IOLBF, 0);
}

/* Tests wait for this line before they attach. */
static inline void
say_ready(void)
{
	printf("ready %d\n", (int)getpid());
	fflush(stdout);
}

#endif
