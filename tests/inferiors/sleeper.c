/* SPDX-License-Identifier: Apache-2.0 */
/* Does nothing, in a system call that ends after argv[1] seconds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common.h"

int
main(int argc, char **argv)
{
	struct timespec left = { .tv_sec = argc > 1 ? atoi(argv[1]) : 60 };
	int err;

	be_an_inferior(120);
	say_ready();
	err = nanosleep(&left, NULL) < 0 ? errno : 0;
	printf("slept: %s\n", err ? strerror(err) : "ok");
	return err;
}
