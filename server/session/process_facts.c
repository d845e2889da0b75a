/* SPDX-License-Identifier: Apache-2.0 */
#include "process_facts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf_file.h"
#include "number.h"

static size_t
read_file(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return 0;
	while (len < cap && (n = read(fd, buf + len, cap - len)) > 0)
		len += (size_t)n;
	close(fd);
	return len;
}

/* The value of a line "Key:\tvalue"; NULL: there is none. */
static const char *
find_value(const char *text, const char *key)
{
	size_t len = strlen(key);
	const char *at = text;

	while (at != NULL) {
		if (strncmp(at, key, len) == 0 && at[len] == ':')
			return at + len + 1 + strspn(at + len + 1, "\t ");
		at = strchr(at, '\n');
		if (at != NULL)
			at++;
	}
	return NULL;
}

/* The first number of such a line, and the second, its "effective" one. */
static bool
find_ids(const char *text, const char *key, unsigned *id, unsigned *effective)
{
	const char *at = find_value(text, key);

	return at != NULL && sscanf(at, "%u %u", id, effective) == 2;
}

static int
read_status(struct process_facts *f)
{
	char path[64], text[4096];
	const char *state, *tgid, *ppid, *tracer, *seccomp;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)f->pid);
	n = read_file(path, text, sizeof(text) - 1);
	text[n] = '\0';
	state = find_value(text, "State");
	tgid = find_value(text, "Tgid");
	ppid = find_value(text, "PPid");
	tracer = find_value(text, "TracerPid");
	seccomp = find_value(text, "Seccomp");
	if (state == NULL || tgid == NULL || ppid == NULL ||
	    strtol(tgid, NULL, 10) != f->pid ||
	    !find_ids(text, "Uid", &f->uid, &f->euid) ||
	    !find_ids(text, "Gid", &f->gid, &f->egid))
		return -ESRCH;
	f->state = state[0];
	f->ppid = (pid_t)strtol(ppid, NULL, 10);
	f->tracer = tracer == NULL ? 0 : (pid_t)strtol(tracer, NULL, 10);
	f->filtered = seccomp != NULL && seccomp[0] == '2';
	return 0;
}

static void
read_program(struct process_facts *f)
{
	static const char deleted[] = " (deleted)";
	struct elf_file elf;
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)f->pid);
	n = readlink(path, f->exe, sizeof(f->exe) - 1);
	f->exe[n > 0 ? n : 0] = '\0';
	n -= (ssize_t)sizeof(deleted) - 1;
	if (n > 0 && strcmp(f->exe + n, deleted) == 0)
		f->exe[n] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	if (elf_file_read(fd, &elf) == 0)
		f->arch = arch_of(elf.machine, elf.elf64);
	close(fd);
}

int
process_facts_read(pid_t pid, struct process_facts *f)
{
	int err;

	memset(f, 0, sizeof(*f));
	f->pid = pid;
	err = read_status(f);
	if (err == 0)
		read_program(f);
	return err;
}

const char *
process_facts_name(const struct process_facts *f)
{
	const char *slash = strrchr(f->exe, '/');

	return slash != NULL ? slash + 1 : f->exe;
}

int
process_facts_list(pid_t **pids, size_t *n)
{
	DIR *dir = opendir("/proc");
	size_t cap = 0;
	const struct dirent *e;
	int err = 0;

	*pids = NULL;
	*n = 0;
	if (dir == NULL)
		return -errno;
	while (err == 0 && (e = readdir(dir)) != NULL) {
		const char *at = e->d_name;
		uint64_t pid;
		pid_t *grown;

		if (!number_decimal(&at, &pid) || *at != '\0' || pid > INT_MAX)
			continue;
		if (*n == cap) {
			cap = cap == 0 ? 256 : 2 * cap;
			grown = reallocarray(*pids, cap, sizeof(*grown));
			if (grown == NULL) {
				err = -ENOMEM;
				continue;
			}
			*pids = grown;
		}
		(*pids)[(*n)++] = (pid_t)pid;
	}
	closedir(dir);
	if (err < 0) {
		free(*pids);
		*pids = NULL;
		*n = 0;
	}
	return err;
}

size_t
process_facts_command(pid_t pid, char *buf, size_t cap)
{
	char path[64];
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	n = read_file(path, buf, cap);
	/* What does not end with a NUL was cut, or overwritten. */
	if (n > 0 && buf[n - 1] != '\0') {
		if (n == cap)
			n--;
		buf[n++] = '\0';
	}
	return n;
}
