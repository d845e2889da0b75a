/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a process one of those that may be attached to?  Its user, its program
 * and its cgroup, as the kernel tells them; what cannot be learnt does not fit.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rights.h"

/* Reads a file of /proc/PID whole, NUL-terminated. */
static int
read_proc(pid_t pid, const char *name, char *buf, size_t cap)
{
	char path[64];
	ssize_t n;
	size_t len = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (len < cap - 1 && (n = read(fd, buf + len, cap - 1 - len)) > 0)
		len += (size_t)n;
	buf[len] = '\0';
	close(fd);
	return 0;
}

static bool
lists_uid(const struct rights_attach *a, unsigned long uid)
{
	for (size_t i = 0; i < a->nuid; i++) {
		if (a->uid[i] == uid)
			return true;
	}
	return false;
}

/* Real, effective, saved and file system id: none may be another's. */
static bool
uid_fits(const struct rights_attach *a, pid_t pid)
{
	char text[4096];
	char *at;

	if (a->nuid == 0)
		return true;
	if (read_proc(pid, "status", text, sizeof(text)) < 0)
		return false;
	at = strstr(text, "\nUid:");
	if (at == NULL)
		return false;
	at += 5;
	for (int i = 0; i < 4; i++) {
		char *end;
		unsigned long uid = strtoul(at, &end, 10);

		if (end == at || !lists_uid(a, uid))
			return false;
		at = end;
	}
	return true;
}

static bool
exe_fits(const struct rights_attach *a, pid_t pid)
{
	char path[64], exe[4096];
	ssize_t n;

	if (a->nexe == 0)
		return true;
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	n = readlink(path, exe, sizeof(exe) - 1);
	if (n <= 0)
		return false;
	exe[n] = '\0';
	for (size_t i = 0; i < a->nexe; i++) {
		if (fnmatch(a->exe[i], exe, FNM_PATHNAME) == 0)
			return true;
	}
	return false;
}

/* Is `path` the cgroup or one below it? */
static bool
is_below(const char *cgroup, const char *path)
{
	size_t len = strlen(cgroup);

	while (len > 1 && cgroup[len - 1] == '/')
		len--;
	return strncmp(path, cgroup, len) == 0 &&
	       (path[len] == '\0' || path[len] == '/' || len == 1);
}

/* The line of cgroup version 2: "0::/system.slice/x.service". */
static bool
cgroup_fits(const struct rights_attach *a, pid_t pid)
{
	char text[8192];
	char *path;

	if (a->ncgroup == 0)
		return true;
	if (read_proc(pid, "cgroup", text, sizeof(text)) < 0)
		return false;
	path = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (path == NULL)
		return false;
	path = strstr(path, "::") + 2;
	path[strcspn(path, "\n")] = '\0';
	for (size_t i = 0; i < a->ncgroup; i++) {
		if (is_below(a->cgroup[i], path))
			return true;
	}
	return false;
}

int
rights_check_attach(const struct rights_attach *a, pid_t pid)
{
	char path[64];

	if (a->nuid == 0 && a->nexe == 0 && a->ncgroup == 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	if (access(path, F_OK) < 0)
		return -ESRCH;
	return uid_fits(a, pid) && exe_fits(a, pid) && cgroup_fits(a, pid)
		   ? 0
		   : -EPERM;
}
