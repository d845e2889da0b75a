/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes children and waits for them; its own exit code tells how they ended.
 *
 *	fork fork|vfork|exec|self
 *	fork to PROGRAM [ARGUMENTS]
 *
 * "self" executes `fork after` in its own place, "to" another program.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common.h"

int
both(int n)
{
	return n + 1;
}

static int
report(int status)
{
	if (WIFEXITED(status))
		printf("child exited %d\n", WEXITSTATUS(status));
	else
		printf("child killed %d\n", WTERMSIG(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "fork";
	int status;
	pid_t pid;

	be_an_inferior(60);
	if (!strcmp(what, "after")) {
		printf("after exec %d\n", both(1));
		return 3;
	}
	if (!strcmp(what, "self")) {
		execl("/proc/self/exe", argv[0], "after", (char *)NULL);
		return 98;
	}
	if (!strcmp(what, "to") && argc > 2) {
		execv(argv[2], argv + 2);
		return 98;
	}
	both(0);
	pid = strcmp(what, "vfork") ? fork() : vfork();
	if (pid < 0)
		return 97;
	if (pid == 0) {
		if (strcmp(what, "fork"))
			execl("/proc/self/exe", argv[0], "after", (char *)NULL);
		_exit(both(3));
	}
	both(10);
	if (waitpid(pid, &status, 0) != pid)
		return 96;
	return report(status);
}
