/* SPDX-License-Identifier: Apache-2.0 */
/* Tells what it was started with; its exit code is 7. */
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>

#include "common.h"

int global = 41;

int
add(int a, int b)
{
	int sum = a + b;

	return sum;
}

static int
middle(int n)
{
	return add(n, 1);
}

int
main(int argc, char **argv)
{
	const char *value = getenv("RSPD_TEST");
	char cwd[4096];
	int i;

	be_an_inferior(120);
	for (i = 1; i < argc; i++)
		printf("arg %d: %s\n", i, argv[i]);
	printf("env: %s\n", value ? value : "(none)");
	printf("cwd: %s\n", getcwd(cwd, sizeof(cwd)) ? cwd : "?");
	printf("aslr: %s\n",
	       personality(0xffffffff) & ADDR_NO_RANDOMIZE ? "off" : "on");
	global = middle(global);
	printf("global: %d\n", global);
	fprintf(stderr, "on stderr\n");
	return 7;
}
