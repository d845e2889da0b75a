/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about processes that only /proc tells. */
#include "ptrace.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "maps.h"
#include "vm.h"

enum { STATUS_MAX = 8192 };

/* ---- small files ------------------------------------------------------ */

static int
open_at(pid_t tid, const char *name)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return errno == ENOENT ? -ESRCH : -errno;
}

/* As much as there is and fits, from an offset; -errno. */
static ssize_t
read_from(int fd, void *buf, size_t len, uint64_t offset)
{
	size_t done = 0;
	ssize_t n;

	if (offset > INT64_MAX - len)
		return 0;
	while (done < len) {
		n = pread(fd, (char *)buf + done, len - done,
			  (off_t)(offset + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

static ssize_t
read_file(pid_t tid, const char *name, void *buf, size_t len, uint64_t offset)
{
	int fd = open_at(tid, name);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read_from(fd, buf, len, offset);
	(void)close(fd);
	return n;
}

/* ---- /proc/PID/status ------------------------------------------------- */

static int
status_read(pid_t tid, char text[STATUS_MAX])
{
	ssize_t n = read_file(tid, "status", text, STATUS_MAX - 1, 0);

	if (n < 0)
		return (int)n;
	text[n] = '\0';
	return 0;
}

/* What follows "key" at the start of a line. */
static const char *
status_find(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (text != NULL && *text != '\0') {
		if (strncmp(text, key, len) == 0)
			return text + len;
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	return NULL;
}

static const char *
number_at(const char *text, long *value)
{
	bool negative = false;

	while (*text == ' ' || *text == '\t')
		text++;
	if (*text == '-') {
		negative = true;
		text++;
	}
	for (*value = 0; *text >= '0' && *text <= '9'; text++) {
		if (*value > (LONG_MAX - 9) / 10)
			return NULL;
		*value = *value * 10 + (*text - '0');
	}
	if (negative)
		*value = -*value;
	return text;
}

static bool
number_in(const char *text, const char *key, long *value)
{
	const char *at = status_find(text, key);

	return at != NULL && number_at(at, value) != NULL;
}

int
procfs_status_field(pid_t tid, const char *key, long *value)
{
	char text[STATUS_MAX];
	int err = status_read(tid, text);

	if (err < 0)
		return err;
	return number_in(text, key, value) ? 0 : -ENOENT;
}

int
procfs_state(pid_t tid, char *state)
{
	char text[STATUS_MAX];
	const char *at;
	int err = status_read(tid, text);

	if (err < 0)
		return err;
	at = status_find(text, "State:");
	if (at == NULL)
		return -ENOENT;
	*state = at[strspn(at, " \t")];
	return 0;
}

bool
procfs_is_dead(pid_t tid)
{
	char state;

	return procfs_state(tid, &state) < 0 || state == 'Z' || state == 'X';
}

static bool
signals_at(const char *text, const char *key, uint64_t *set)
{
	const char *at = status_find(text, key);

	if (at == NULL)
		return false;
	at += strspn(at, " \t");
	for (*set = 0; maps_digit(*at) >= 0; at++)
		*set = *set << 4 | (unsigned)maps_digit(*at);
	return true;
}

int
procfs_thread_facts(pid_t tid, struct procfs_thread *facts)
{
	char text[STATUS_MAX];
	const char *at;
	int err = status_read(tid, text);

	if (err < 0)
		return err;
	memset(facts, 0, sizeof(*facts));
	at = status_find(text, "State:");
	if (at == NULL || !number_in(text, "Tgid:", &facts->group) ||
	    !number_in(text, "TracerPid:", &facts->tracer))
		return -EIO;
	facts->state = at[strspn(at, " \t")];
	/* A kernel without seccomp has no such line. */
	at = status_find(text, "Seccomp:");
	if (at != NULL && number_at(at, &facts->seccomp) == NULL)
		return -EIO;
	if (!signals_at(text, "SigBlk:", &facts->blocked) ||
	    !signals_at(text, "SigIgn:", &facts->ignored))
		return -EIO;
	return 0;
}

int
procfs_personality(pid_t tid, unsigned long *personality)
{
	char text[32];
	ssize_t n = read_file(tid, "personality", text, sizeof(text), 0);

	if (n < 0)
		return (int)n;
	*personality = 0;
	for (ssize_t i = 0; i < n && maps_digit(text[i]) >= 0; i++)
		*personality =
		    *personality << 4 | (unsigned)maps_digit(text[i]);
	return 0;
}

/* ---- the executable --------------------------------------------------- */

const struct arch *
procfs_arch(pid_t pid)
{
	Elf64_Ehdr header;
	ssize_t n = read_file(pid, "exe", &header, sizeof(header), 0);

	/* Both classes agree as far as e_machine. */
	if (n < (ssize_t)sizeof(Elf32_Ehdr) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return NULL;
	return arch_of(header.e_machine,
		       header.e_ident[EI_CLASS] == ELFCLASS64);
}

static void
read_exe(pid_t pid, char *buf, size_t cap)
{
	char path[64];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	n = readlink(path, buf, cap - 1);
	buf[n < 0 ? 0 : n] = '\0';
}

/* ---- process_info ----------------------------------------------------- */

/* Real and effective: the first two of the line's four numbers. */
static bool
ids(const char *text, const char *key, long *real, long *effective)
{
	const char *at = status_find(text, key);

	if (at != NULL)
		at = number_at(at, real);
	return at != NULL && number_at(at, effective) != NULL;
}

static int
fill_status(pid_t pid, struct target_process_info *info)
{
	long ppid = 0, ruid = 0, euid = 0, rgid = 0, egid = 0;
	char text[STATUS_MAX];
	const char *at;
	int err = status_read(pid, text);

	if (err < 0)
		return err;
	at = status_find(text, "PPid:");
	if (at == NULL || number_at(at, &ppid) == NULL)
		return -ENOENT;
	(void)ids(text, "Uid:", &ruid, &euid);
	(void)ids(text, "Gid:", &rgid, &egid);
	info->ppid = (pid_t)ppid;
	info->ruid = (uid_t)ruid;
	info->euid = (uid_t)euid;
	info->rgid = (gid_t)rgid;
	info->egid = (gid_t)egid;
	return 0;
}

static int
process_info(struct target *t, pid_t pid, struct target_process_info *info)
{
	int err;

	(void)t;
	if (pid <= 0)
		return -ESRCH;
	memset(info, 0, sizeof(*info));
	info->pid = pid;
	err = fill_status(pid, info);
	if (err < 0)
		return err;
	info->pgid = getpgid(pid);
	info->sid = getsid(pid);
	read_exe(pid, info->exe, sizeof(info->exe));
	return 0;
}

/* ---- next_map --------------------------------------------------------- */

/* The mapping that holds addr, or the gap before the next one. */
static int
map_find(struct process *p, uint64_t addr, struct maps_line *line, bool *mapped)
{
	uint64_t gap_start = addr;
	struct maps m;
	int err = maps_open(&m, memory_tid(p));

	if (err < 0)
		return err;
	while ((err = maps_next(&m, line)) == 1) {
		if (addr < line->end)
			break;
	}
	maps_close(&m);
	if (err < 0)
		return err;
	*mapped = err == 1 && addr >= line->start;
	if (*mapped)
		return 0;
	if (addr >= p->arch->user_limit)
		return -EFAULT;
	if (err == 0 || line->start > p->arch->user_limit)
		line->start = p->arch->user_limit;
	line->end = line->start;
	line->start = gap_start;
	return 0;
}

static int
next_map(struct target *t, pid_t pid, uint64_t addr, struct target_map *map)
{
	struct process *p = process_find((struct ptrace_target *)t, pid);
	struct maps_line line;
	bool mapped;
	int err;

	if (p == NULL)
		return -ESRCH;
	err = map_find(p, addr, &line, &mapped);
	if (err < 0)
		return err;
	memset(map, 0, sizeof(*map));
	map->start = line.start;
	map->end = line.end;
	map->mapped = mapped;
	if (!mapped)
		return 0;
	map->prot = line.prot;
	map->offset = line.offset;
	map->inode = line.inode;
	memcpy(map->name, line.name, sizeof(map->name));
	vm_name_map(p, addr, map);
	return 0;
}

/* ---- objects ---------------------------------------------------------- */

static int
read_object(struct target *t, pid_t pid, pid_t tid, enum target_object object,
	    uint64_t offset, void *buf, size_t len, size_t *got)
{
	struct process *p = process_find((struct ptrace_target *)t, pid);
	const char *file = NULL;
	ssize_t n;

	if (p == NULL)
		return -ESRCH;
	switch (object) {
	case TARGET_OBJECT_AUXV:
		file = "auxv";
		break;
	case TARGET_OBJECT_CMDLINE:
		file = "cmdline";
		break;
	case TARGET_OBJECT_SIGINFO:
		return siginfo_read(t, tid, offset, buf, len, got);
	case TARGET_OBJECT_STATUS:
		if (thread_find((struct ptrace_target *)t, tid) == NULL)
			return -ESRCH;
		n = read_file(tid, "status", buf, len, offset);
		if (n < 0)
			return (int)n;
		*got = (size_t)n;
		return 0;
	case TARGET_OBJECT_COREDUMP_FILTER:
		file = "coredump_filter";
		break;
	}
	if (file == NULL)
		return -EINVAL;
	n = read_file(memory_tid(p), file, buf, len, offset);
	if (n < 0)
		return (int)n;
	*got = (size_t)n;
	return 0;
}

static int
write_object(struct target *t, pid_t pid, pid_t tid, enum target_object object,
	     uint64_t offset, const void *buf, size_t len)
{
	(void)pid;
	if (object != TARGET_OBJECT_SIGINFO)
		return -EOPNOTSUPP;
	return siginfo_write(t, tid, offset, buf, len);
}

const struct target_file_ops ptrace_file_ops = {
	.process_info = process_info,
	.next_map = next_map,
	.dump_maps = ptrace_dump_maps,
	.pages_present = ptrace_pages_present,
	.read_object = read_object,
	.write_object = write_object,
};
