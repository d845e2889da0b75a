/* SPDX-License-Identifier: Apache-2.0 */
/* The program that ./demo debugs: says what it finds at an address. */
#include <stdio.h>

static const char *volatile note = "nothing";

static void
look(int round)
{
	printf("round %d: the note says: %s\n", round, note);
	fflush(stdout);
}

int
main(void)
{
	for (int round = 1; round <= 3; round++)
		look(round);
	return 0;
}
