/* SPDX-License-Identifier: Apache-2.0 */
#include "regions.h"

#include <stdio.h>
#include <string.h>

/* Lines of a table; the rest is counted. */
#define RUNS_MAX 500

static const char *
protection_name(uint32_t protection)
{
	switch (protection & 0xff) {
	case PAGE_NOACCESS:
		return "none";
	case PAGE_READONLY:
		return "r";
	case PAGE_READWRITE:
	case PAGE_WRITECOPY:
		return "rw";
	case PAGE_EXECUTE:
	case PAGE_EXECUTE_READ:
		return "rx";
	case PAGE_EXECUTE_READWRITE:
	case PAGE_EXECUTE_WRITECOPY:
		return "rwx";
	default:
		return "-";
	}
}

static void
put_run(struct session *s, const struct target_vm_run *run, region_line_fn *put)
{
	char line[128];

	snprintf(line, sizeof(line), "0x%-16llx 0x%-10llx 0x%-16llx %-9s %s%s",
		 (unsigned long long)run->base, (unsigned long long)run->size,
		 (unsigned long long)run->allocation_base,
		 run->state == MEM_COMMIT ? "committed" : "reserved",
		 protection_name(run->protect),
		 run->protect & PAGE_GUARD ? " guard" : "");
	put(s, line);
}

/* The next run from *addr on, and *addr behind it. */
static bool
next(struct session *s, pid_t pid, uint64_t *addr, struct target_vm_run *run)
{
	if (target_next_vm_run(s->target, pid, *addr, run) < 0 ||
	    run->base + run->size <= *addr)
		return false;
	*addr = run->base + run->size;
	return true;
}

void
regions_list(struct session *s, pid_t pid, region_line_fn *put)
{
	struct target_vm_run run;
	uint64_t addr = 0;
	char line[128];
	size_t n = 0;

	snprintf(line, sizeof(line), "%-18s %-12s %-18s %-9s %s", "base",
		 "size", "allocation", "state", "protection");
	put(s, line);
	while (next(s, pid, &addr, &run)) {
		if (n++ < RUNS_MAX)
			put_run(s, &run, put);
	}
	if (n <= RUNS_MAX)
		return;
	snprintf(line, sizeof(line), "and %zu more", n - RUNS_MAX);
	put(s, line);
}

/* ---- at a detach ------------------------------------------------------ */

static void
say(struct session *s, const char *line)
{
	session_say(s, "%s", line);
}

/* What the process has by a fork, or shares with its parent, is not freed. */
static void
free_all(struct session *s, pid_t pid)
{
	struct target_vm_run run;
	uint64_t addr = 0;
	int err;

	while (next(s, pid, &addr, &run)) {
		addr = run.allocation_base + run.allocation_size;
		if (run.inherited)
			continue;
		err = target_release(s->target, pid, run.allocation_base, 0,
				     MEM_RELEASE);
		if (err < 0)
			session_say(s, "Cannot free 0x%llx in process %d: %s",
				    (unsigned long long)run.allocation_base,
				    (int)pid, strerror(-err));
	}
}

void
regions_before_detach(struct session *s, pid_t pid)
{
	struct target_vm_run run;
	uint64_t addr = 0, kept = 0;

	if (s->free_on_detach)
		free_all(s, pid);
	if (next(s, pid, &addr, &run)) {
		session_say(s,
			    "Allocated memory stays in process %d:", (int)pid);
		regions_list(s, pid, say);
	}
	if (target_give_back(s->target, pid, &kept) == 0 && kept != 0)
		session_say(s,
			    "In process %d 0x%llx bytes stay protected as "
			    "guard pages or watched ones: that cannot be "
			    "changed",
			    (int)pid, (unsigned long long)kept);
}
