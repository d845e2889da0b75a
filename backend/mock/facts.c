/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc tells of a process, for the mock: invented, and always the same.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

static int
process_info(struct target *t, pid_t pid, struct target_process_info *info)
{
	struct mock_process *p = mock_process_traced(mock_of(t), pid);

	if (!p)
		return -ESRCH;
	memset(info, 0, sizeof(*info));
	info->pid = info->pgid = info->sid = p->pid;
	info->ppid = p->ppid;
	info->ruid = info->euid = 1000;
	info->rgid = info->egid = 1000;
	snprintf(info->exe, sizeof(info->exe), "%s", p->exe);
	return 0;
}

static int
next_map(struct target *t, pid_t pid, uint64_t addr, struct target_map *map)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	struct mock_mapping at;

	if (!p)
		return -ESRCH;
	if (addr >= m->arch->user_limit)
		return -EFAULT;
	memset(map, 0, sizeof(*map));
	map->mapped = mock_map_at(p, addr, &at);
	if (!map->mapped) {
		map->start = addr;
		map->end = mock_map_after(m, p, addr);
		return 0;
	}
	map->start = at.start;
	map->end = at.end;
	map->prot = at.prot;
	map->offset = at.offset;
	map->inode = at.inode;
	snprintf(map->name, sizeof(map->name), "%s", at.name);
	return 0;
}

/* The object's bytes; NULL: no such thread. */
static uint8_t *
object_bytes(struct mock *m, pid_t pid, pid_t tid, enum target_object object,
	     uint64_t auxv[6], size_t *len)
{
	struct mock_process *p = mock_process_traced(m, pid);
	struct mock_thread *th;

	if (!p)
		return NULL;
	switch (object) {
	case TARGET_OBJECT_AUXV:
		memcpy(auxv,
		       (const uint64_t[6]){ AT_PAGESZ, MOCK_PAGE, AT_ENTRY,
					    MOCK_TEXT, AT_NULL, 0 },
		       48);
		*len = 48;
		return (uint8_t *)auxv;
	case TARGET_OBJECT_CMDLINE:
		*len = strlen(p->exe) + 1;
		return (uint8_t *)p->exe;
	case TARGET_OBJECT_SIGINFO:
		th = mock_thread_find(m, tid);
		if (!th || th->process != p)
			return NULL;
		*len = sizeof(th->siginfo);
		return th->siginfo;
	case TARGET_OBJECT_STATUS:
	case TARGET_OBJECT_COREDUMP_FILTER:
		break;
	}
	return NULL;
}

static int
dump_maps(struct target *t, pid_t pid,
	  bool (*fn)(void *arg, const struct target_dump_map *map), void *arg)
{
	struct target_dump_map d = { .map = { .end = 0 } };
	int err;

	while ((err = next_map(t, pid, d.map.end, &d.map)) == 0) {
		d.modified = d.present = d.map.end - d.map.start;
		if (d.map.mapped && !fn(arg, &d))
			break;
	}
	return err == -EFAULT ? 0 : err;
}

static int
pages_present(struct target *t, pid_t pid, uint64_t addr, bool *present,
	      size_t n)
{
	(void)addr;
	if (mock_process_find(mock_of(t), pid) == NULL)
		return -ESRCH;
	for (size_t i = 0; i < n; i++)
		present[i] = true;
	return 0;
}

static int
read_object(struct target *t, pid_t pid, pid_t tid, enum target_object object,
	    uint64_t offset, void *buf, size_t len, size_t *got)
{
	uint64_t auxv[6];
	const uint8_t *bytes;
	size_t have;

	bytes = object_bytes(mock_of(t), pid, tid, object, auxv, &have);
	if (!bytes)
		return -ESRCH;
	if (offset > have)
		offset = have;
	*got = have - (size_t)offset < len ? have - (size_t)offset : len;
	memcpy(buf, bytes + offset, *got);
	return 0;
}

static int
write_object(struct target *t, pid_t pid, pid_t tid, enum target_object object,
	     uint64_t offset, const void *buf, size_t len)
{
	uint64_t auxv[6];
	uint8_t *bytes;
	size_t have;

	if (object != TARGET_OBJECT_SIGINFO)
		return -EOPNOTSUPP;
	bytes = object_bytes(mock_of(t), pid, tid, object, auxv, &have);
	if (!bytes)
		return -ESRCH;
	if (offset > have || len > have - (size_t)offset)
		return -EINVAL;
	memcpy(bytes + offset, buf, len);
	return 0;
}

const struct target_file_ops mock_file_ops = {
	.process_info = process_info,
	.next_map = next_map,
	.dump_maps = dump_maps,
	.pages_present = pages_present,
	.read_object = read_object,
	.write_object = write_object,
};
