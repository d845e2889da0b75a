/* SPDX-License-Identifier: Apache-2.0 */
/* "info os" processes, procgroups, threads, files: from /proc/PID. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "number.h"
#include "osdata.h"

/* What /proc/PID/stat tells, of process or thread. */
struct facts {
	char name[64];
	pid_t pgid;
	int core;
};

/* "PID (NAME) STATE PPID PGID ..."; the name may hold anything, so its end is
 * looked for from the right. */
static bool
read_facts(const char *path, struct facts *f)
{
	char buf[1024];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *open_at;
	char *close_at;
	ssize_t n;
	int pgid;

	if (fd < 0)
		return false;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0)
		return false;
	buf[n] = '\0';
	open_at = strchr(buf, '(');
	close_at = strrchr(buf, ')');
	if (open_at == NULL || close_at == NULL || close_at < open_at)
		return false;
	*close_at = '\0';
	snprintf(f->name, sizeof(f->name), "%s", open_at + 1);
	if (sscanf(close_at + 1,
		   " %*c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d"
		   " %*d %*d %*d %*d %*d %*u %*u %*d %*u %*u %*u %*u %*u %*u"
		   " %*u %*u %*u %*u %*u %*u %*u %*d %d",
		   &pgid, &f->core) != 2)
		return false;
	f->pgid = pgid;
	return true;
}

static bool
process_facts(pid_t pid, struct facts *f)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	return read_facts(path, f);
}

static bool
thread_facts(pid_t pid, pid_t tid, struct facts *f)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)pid,
		 (int)tid);
	return read_facts(path, f);
}

/* ---- directories whose entries are numbers ------------------------------ */

typedef void number_fn(struct session *s, pid_t number, void *arg);

static void
each_number(struct session *s, const char *path, number_fn *fn, void *arg)
{
	DIR *dir = opendir(path);
	const struct dirent *e;

	if (dir == NULL)
		return;
	while (document_ok(s) && (e = readdir(dir)) != NULL) {
		const char *at = e->d_name;
		uint64_t value;

		if (number_decimal(&at, &value) && *at == '\0' &&
		    value <= INT_MAX)
			fn(s, (pid_t)value, arg);
	}
	closedir(dir);
}

static void
each_thread(struct session *s, pid_t pid, number_fn *fn, void *arg)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	each_number(s, path, fn, arg);
}

static uid_t
owner(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	return stat(path, &st) == 0 ? st.st_uid : 0;
}

/* ---- processes ---- */

struct cores {
	pid_t pid;
	cpu_set_t set;
};

static void
add_core(struct session *s, pid_t tid, void *arg)
{
	struct cores *c = arg;
	struct facts f;

	(void)s;
	if (thread_facts(c->pid, tid, &f) && f.core >= 0 &&
	    f.core < CPU_SETSIZE)
		CPU_SET((size_t)f.core, &c->set);
}

static void
put_cores(struct session *s, pid_t pid)
{
	struct cores c = { .pid = pid };
	char text[1024] = "";
	size_t len = 0;

	CPU_ZERO(&c.set);
	each_thread(s, pid, add_core, &c);
	for (unsigned i = 0; i < CPU_SETSIZE && len < sizeof(text) - 8; i++) {
		if (CPU_ISSET(i, &c.set))
			len += (size_t)snprintf(text + len, sizeof(text) - len,
						"%s%u", len > 0 ? "," : "", i);
	}
	osdata_text(s, "cores", text);
}

static void
put_process(struct session *s, pid_t pid, void *arg)
{
	(void)arg;
	osdata_item(s);
	osdata_number(s, "pid", pid);
	osdata_user(s, "user", owner(pid));
	osdata_command(s, "command", pid);
	put_cores(s, pid);
	osdata_end(s);
}

void
osdata_processes(struct session *s)
{
	each_number(s, "/proc", put_process, NULL);
}

/* ---- process groups: sorted by group, leaders first ---- */

struct member {
	pid_t pid;
	pid_t pgid;
};

struct members {
	struct member *items;
	size_t n, cap;
};

static void
add_member(struct session *s, pid_t pid, void *arg)
{
	struct members *m = arg;
	struct facts f;

	(void)s;
	/* The kernel's own threads are in none. */
	if (!process_facts(pid, &f) || f.pgid <= 0)
		return;
	if (m->n == m->cap) {
		size_t cap = m->cap == 0 ? 256 : m->cap * 2;
		struct member *items;

		items = realloc(m->items, cap * sizeof(*items));
		if (items == NULL)
			return;
		m->items = items;
		m->cap = cap;
	}
	m->items[m->n++] = (struct member){ .pid = pid, .pgid = f.pgid };
}

static int
by_group(const void *a, const void *b)
{
	const struct member *x = a;
	const struct member *y = b;

	if (x->pgid != y->pgid)
		return x->pgid < y->pgid ? -1 : 1;
	if ((x->pid == x->pgid) != (y->pid == y->pgid))
		return x->pid == x->pgid ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

void
osdata_groups(struct session *s)
{
	struct members m = { 0 };

	each_number(s, "/proc", add_member, &m);
	if (m.n > 0)
		qsort(m.items, m.n, sizeof(*m.items), by_group);
	for (size_t i = 0; i < m.n; i++) {
		struct facts leader = { .name = "" };

		process_facts(m.items[i].pgid, &leader);
		osdata_item(s);
		osdata_number(s, "pgid", m.items[i].pgid);
		osdata_text(s, "leader command", leader.name);
		osdata_number(s, "pid", m.items[i].pid);
		osdata_command(s, "command line", m.items[i].pid);
		osdata_end(s);
	}
	free(m.items);
}

/* ---- threads and files of every process ---- */

static void
put_thread(struct session *s, pid_t tid, void *arg)
{
	const pid_t *pid = arg;
	struct facts f;

	if (!thread_facts(*pid, tid, &f))
		return;
	osdata_item(s);
	osdata_number(s, "pid", *pid);
	osdata_text(s, "command", f.name);
	osdata_number(s, "tid", tid);
	osdata_number(s, "core", f.core);
	osdata_end(s);
}

static void
put_threads(struct session *s, pid_t pid, void *arg)
{
	(void)arg;
	each_thread(s, pid, put_thread, &pid);
}

void
osdata_threads(struct session *s)
{
	each_number(s, "/proc", put_threads, NULL);
}

static void
put_file(struct session *s, pid_t fd, void *arg)
{
	const pid_t *pid = arg;
	struct facts f = { .name = "" };
	char path[64];
	char name[1024];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)*pid, (int)fd);
	n = readlink(path, name, sizeof(name) - 1);
	if (n >= 0)
		name[n] = '\0';
	else
		snprintf(name, sizeof(name), "%d", (int)fd);
	process_facts(*pid, &f);
	osdata_item(s);
	osdata_number(s, "pid", *pid);
	osdata_text(s, "command", f.name);
	osdata_number(s, "file descriptor", fd);
	osdata_text(s, "name", name);
	osdata_end(s);
}

static void
put_files(struct session *s, pid_t pid, void *arg)
{
	char path[64];

	(void)arg;
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	each_number(s, path, put_file, &pid);
}

void
osdata_files(struct session *s)
{
	each_number(s, "/proc", put_files, NULL);
}
