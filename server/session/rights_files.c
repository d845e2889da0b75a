/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of a process in /proc (its memory is one of them) give away what
 * attaching would: who may not attach to it may not open them.
 */
#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "private.h"

/* The number in "/proc/4711/mem", wherever that is mounted; 0: none. */
static pid_t
number_in(const char *path)
{
	while ((path = strchr(path, '/')) != NULL) {
		char *end;
		long n = strtol(++path, &end, 10);

		if (end > path && (*end == '/' || *end == '\0') && n > 0 &&
		    n <= INT_MAX)
			return (pid_t)n;
	}
	return 0;
}

static pid_t
process_of(int fd)
{
	char link[40], path[PATH_MAX];
	struct statfs fs;
	ssize_t n;

	if (fstatfs(fd, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return -1;
	path[n] = '\0';
	return number_in(path);
}

int
session_may_open(struct session *s, int fd)
{
	pid_t pid;

	if (s->config.rights == NULL)
		return 0;
	pid = process_of(fd);
	if (pid == 0 || session_threads(s, pid) > 0)
		return 0;
	if (pid < 0)
		return -EPERM;
	return session_may(s, CLASS_ATTACH) < 0 ? -EPERM
						: session_may_attach(s, pid);
}
