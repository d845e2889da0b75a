/* SPDX-License-Identifier: Apache-2.0 */
/* "monitor allocate", "free", "regions": _M and _m for who types them. */
#include <errno.h>
#include <string.h>

#include "monitor.h"
#include "number.h"
#include "virtual.h"

/* Lines of "monitor regions"; the rest is counted. */
#define RUNS_MAX 500

int
monitor_process(struct session *s, pid_t *pid)
{
	pid_t tid;

	if (!target_can_allocate(s->target))
		return -EOPNOTSUPP;
	return session_current(s, pid, &tid);
}

int
monitor_allocate(struct session *s, const char *args)
{
	struct vm_request ask = { .type = MEM_RESERVE | MEM_COMMIT };
	uint64_t base;
	int err;

	if (!number_typed(&args, &ask.size))
		return MONITOR_USAGE;
	args += strspn(args, " ");
	if (!monitor_protection(&args, &ask.protect))
		return MONITOR_USAGE;
	if (number_typed(&args, &ask.addr))
		args += strspn(args, " ");
	if (*args != '\0' && (!monitor_type(&args, &ask.type) || *args != '\0'))
		return MONITOR_USAGE;
	err = virtual_allocate(s, &ask, &base);
	if (err == 0)
		document_printf(s, "0x%llx\n", (unsigned long long)base);
	return err;
}

int
monitor_free(struct session *s, const char *args)
{
	struct vm_request ask = { .type = MEM_RELEASE };

	if (!number_typed(&args, &ask.addr) || *args != '\0')
		return MONITOR_USAGE;
	return virtual_release(s, &ask);
}

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
put_run(struct session *s, const struct target_vm_run *run)
{
	document_printf(s, "0x%-16llx 0x%-10llx 0x%-16llx %-9s %s%s\n",
			(unsigned long long)run->base,
			(unsigned long long)run->size,
			(unsigned long long)run->allocation_base,
			run->state == MEM_COMMIT ? "committed" : "reserved",
			protection_name(run->protect),
			run->protect & PAGE_GUARD ? " guard" : "");
}

int
monitor_regions(struct session *s, const char *args)
{
	struct target_vm_run run;
	uint64_t addr = 0;
	size_t n = 0;
	pid_t pid;
	int err;

	(void)args;
	err = monitor_process(s, &pid);
	if (err < 0)
		return err;
	document_printf(s, "%-18s %-12s %-18s %-9s %s\n", "base", "size",
			"allocation", "state", "protection");
	while (target_next_vm_run(s->target, pid, addr, &run) == 0) {
		if (n++ < RUNS_MAX)
			put_run(s, &run);
		if (run.base + run.size <= addr)
			break;
		addr = run.base + run.size;
	}
	if (n > RUNS_MAX)
		document_printf(s, "and %zu more\n", n - RUNS_MAX);
	return 0;
}
