/* SPDX-License-Identifier: Apache-2.0 */
/* What a core file needs to know of mappings: /proc/PID/smaps and pagemap. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "maps.h"
#include "ptrace.h"

#define LINE_MAX_LEN 5000

static FILE *
open_smaps(pid_t tid)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps", (int)tid);
	return fopen(path, "re");
}

static void
take_head(const struct maps_line *line, struct target_dump_map *d)
{
	memset(d, 0, sizeof(*d));
	d->map.start = line->start;
	d->map.end = line->end;
	d->map.prot = line->prot;
	d->map.mapped = true;
	d->map.offset = line->offset;
	d->map.inode = line->inode;
	(void)snprintf(d->map.name, sizeof(d->map.name), "%s", line->name);
}

/* "Key:     123 kB" */
static bool
kilobytes(const char *line, const char *key, uint64_t *bytes)
{
	size_t len = strlen(key);
	unsigned long long kb;

	if (strncmp(line, key, len) != 0 ||
	    sscanf(line + len, ": %llu kB", &kb) != 1)
		return false;
	*bytes = kb * 1024;
	return true;
}

static bool
has_flag(const char *flags, const char *flag)
{
	const char *at = strstr(flags, flag);

	return at != NULL && at > flags && at[-1] == ' ' && at[2] == ' ';
}

static void
take_fact(const char *line, struct target_dump_map *d)
{
	uint64_t bytes;

	if (kilobytes(line, "Rss", &bytes) || kilobytes(line, "Swap", &bytes)) {
		d->present += bytes;
	} else if (kilobytes(line, "Anonymous", &bytes)) {
		d->modified += bytes;
	} else if (strncmp(line, "VmFlags:", 8) == 0) {
		d->excluded = has_flag(line + 8, "dd") ||
			      has_flag(line + 8, "io") ||
			      has_flag(line + 8, "pf");
		d->huge = has_flag(line + 8, "ht");
	}
}

int
ptrace_dump_maps(struct target *t, pid_t pid,
		 bool (*fn)(void *arg, const struct target_dump_map *map),
		 void *arg)
{
	struct process *p = process_find((struct ptrace_target *)t, pid);
	struct target_dump_map d;
	struct maps_line head;
	char line[LINE_MAX_LEN];
	bool have = false, go_on = true;
	FILE *f;

	if (p == NULL)
		return -ESRCH;
	f = open_smaps(memory_tid(p));
	if (f == NULL)
		return errno == ENOENT ? -ESRCH : -errno;
	while (go_on && fgets(line, sizeof(line), f) != NULL) {
		size_t len = strcspn(line, "\n");

		if (!maps_parse(line, len, &head)) {
			if (have)
				take_fact(line, &d);
			continue;
		}
		if (have)
			go_on = fn(arg, &d);
		take_head(&head, &d);
		have = true;
	}
	if (have && go_on)
		fn(arg, &d);
	(void)fclose(f);
	return have ? 0 : -ESRCH;
}

/* ---- pages ------------------------------------------------------------ */

#define PAGE_PRESENT (1ull << 63)
#define PAGE_SWAPPED (1ull << 62)
#define ENTRIES	     512

int
ptrace_pages_present(struct target *t, pid_t pid, uint64_t addr, bool *present,
		     size_t n)
{
	struct process *p = process_find((struct ptrace_target *)t, pid);
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t entries[ENTRIES];
	char path[64];
	int fd, err = 0;

	if (p == NULL)
		return -ESRCH;
	(void)snprintf(path, sizeof(path), "/proc/%d/pagemap",
		       (int)memory_tid(p));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	for (size_t i = 0; i < n && err == 0; i += ENTRIES) {
		size_t want = n - i < ENTRIES ? n - i : ENTRIES;
		ssize_t got =
		    pread(fd, entries, want * sizeof(entries[0]),
			  (off_t)((addr / page + i) * sizeof(entries[0])));

		if (got != (ssize_t)(want * sizeof(entries[0])))
			err = got < 0 ? -errno : -EFAULT;
		for (size_t k = 0; k < want && err == 0; k++)
			present[i + k] =
			    (entries[k] & (PAGE_PRESENT | PAGE_SWAPPED)) != 0;
	}
	(void)close(fd);
	return err;
}
