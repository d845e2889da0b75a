/* SPDX-License-Identifier: Apache-2.0 */
#include "find_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "option.h"

/* Does the process run a program of that name (its last component)? */
static bool
is_named(int64_t pid, const char *name)
{
	char path[64], exe[4096];
	const char *base;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%lld/exe", (long long)pid);
	n = readlink(path, exe, sizeof(exe) - 1);
	if (n < 0)
		return false;
	exe[n] = '\0';
	base = strrchr(exe, '/');
	base = base == NULL ? exe : base + 1;
	return strcmp(name, base) == 0 || strcmp(name, exe) == 0;
}

static int
find_name(const char *name, pid_t *pid)
{
	DIR *dir = opendir("/proc");
	struct dirent *d;
	int found = 0;
	int64_t n;

	if (dir == NULL)
		return -errno;
	while ((d = readdir(dir)) != NULL) {
		if (option_number(d->d_name, 1, INT32_MAX, &n) < 0 ||
		    (pid_t)n == getpid() || !is_named(n, name))
			continue;
		*pid = (pid_t)n;
		found++;
	}
	closedir(dir);
	if (found == 0)
		return -ESRCH;
	return found == 1 ? 0 : -ENOTUNIQ;
}

int
find_process(const char *text, pid_t *pid)
{
	int64_t n;

	if (option_number(text, 1, INT32_MAX, &n) == 0) {
		*pid = (pid_t)n;
		return 0;
	}
	if (text[0] == '\0' || text[strspn(text, "-0123456789")] == '\0')
		return -EINVAL;
	return find_name(text, pid);
}
