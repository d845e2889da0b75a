/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc/PID/task/TID says of a thread. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ptrace.h"

/* Of /proc/.../stat: "TID (NAME) STATE ...", counted from 1. */
enum { FIELD_STATE = 3, FIELD_PROCESSOR = 39 };

static int
open_file(const struct thread *th, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", th->group, th->tid,
		 name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* A NUL behind it; the bytes read. */
static int
read_file(const struct thread *th, const char *name, char *buf, size_t cap)
{
	int fd = open_file(th, name);
	ssize_t n;

	if (fd < 0)
		return -ESRCH;
	n = read(fd, buf, cap - 1);
	close(fd);
	if (n < 0)
		return -ESRCH;
	buf[n] = '\0';
	return (int)n;
}

/* What is open may be a thread's that has gone, of the same number: it cannot
 * be read any more then. */
static ssize_t
read_open_name(struct ptrace_target *t, struct thread *th)
{
	if (t->name_fd < 0 || t->name_tid != th->tid)
		return -1;
	return pread(t->name_fd, th->name, sizeof(th->name) - 1, 0);
}

static int
open_name(struct ptrace_target *t, const struct thread *th)
{
	if (t->name_fd >= 0)
		close(t->name_fd);
	t->name_tid = th->tid;
	t->name_fd = open_file(th, "comm");
	return t->name_fd < 0 ? -ESRCH : 0;
}

int
task_read_name(struct ptrace_target *t, struct thread *th)
{
	ssize_t n = read_open_name(t, th);

	if (n < 0) {
		if (open_name(t, th) < 0)
			return -ESRCH;
		n = read_open_name(t, th);
	}
	if (n < 0)
		return -ESRCH;
	if (n > 0 && th->name[n - 1] == '\n')
		n--;
	th->name[n] = '\0';
	th->name_valid = true;
	return 0;
}

/* A name may have blanks and brackets in it. */
int
task_read_core(struct thread *th, unsigned *core)
{
	char text[1024], *name, *at;
	int n = read_file(th, "stat", text, sizeof(text));

	if (n < 0)
		return n;
	name = strchr(text, '(');
	at = strrchr(text, ')');
	if (name == NULL || at == NULL || at < name)
		return -ENODATA;
	*at++ = '\0';
	snprintf(th->name, sizeof(th->name), "%s", name + 1);
	th->name_valid = true;
	for (n = FIELD_STATE; n < FIELD_PROCESSOR; n++) {
		at += strspn(at, " ");
		at += strcspn(at, " ");
	}
	at += strspn(at, " ");
	if (*at < '0' || *at > '9')
		return -ENODATA;
	for (*core = 0; *at >= '0' && *at <= '9' && *core < 1000000; at++)
		*core = *core * 10 + (unsigned)(*at - '0');
	return 0;
}
