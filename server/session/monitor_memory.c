/* SPDX-License-Identifier: Apache-2.0 */
/* "monitor allocate", "free", "regions": _M and _m for who types them. */
#include <errno.h>
#include <string.h>

#include "monitor.h"
#include "number.h"
#include "regions.h"
#include "virtual.h"

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

static void
print(struct session *s, const char *line)
{
	document_printf(s, "%s\n", line);
}

int
monitor_regions(struct session *s, const char *args)
{
	pid_t pid;
	int err;

	(void)args;
	err = monitor_process(s, &pid);
	if (err == 0)
		regions_list(s, pid, print);
	return err;
}
