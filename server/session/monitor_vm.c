/* SPDX-License-Identifier: Apache-2.0 */
/* "monitor protect", "query", "write-watch": the packets for who types them. */
#include <errno.h>
#include <string.h>

#include "monitor.h"
#include "number.h"
#include "virtual.h"

/* Pages in one list; the next begins where it says. */
#define PAGES_MAX 256

static bool
parse_range(const char **at, struct vm_request *ask)
{
	if (!number_typed(at, &ask->addr))
		return false;
	*at += strspn(*at, " ");
	if (!number_typed(at, &ask->size))
		return false;
	*at += strspn(*at, " ");
	return true;
}

int
monitor_protect(struct session *s, const char *args)
{
	struct vm_request ask = { 0 };
	uint32_t old;
	int err;

	if (!parse_range(&args, &ask) ||
	    !monitor_protection(&args, &ask.protect) || *args != '\0')
		return MONITOR_USAGE;
	err = virtual_protect(s, &ask, &old);
	if (err < 0)
		return err;
	document_printf(s, "was ");
	monitor_put_protection(s, old);
	return 0;
}

static const char *
state_name(uint32_t state)
{
	return state == MEM_COMMIT    ? "MEM_COMMIT"
	       : state == MEM_RESERVE ? "MEM_RESERVE"
				      : "MEM_FREE";
}

static const char *
type_name(uint32_t type)
{
	return type == MEM_PRIVATE  ? "MEM_PRIVATE"
	       : type == MEM_MAPPED ? "MEM_MAPPED"
	       : type == MEM_IMAGE  ? "MEM_IMAGE"
				    : "-";
}

int
monitor_query(struct session *s, const char *args)
{
	struct target_vm_info info;
	uint64_t addr;
	int err;

	if (!number_typed(&args, &addr) || *args != '\0')
		return MONITOR_USAGE;
	err = virtual_query(s, addr, &info);
	if (err < 0)
		return err;
	document_printf(s, "base               0x%llx\n",
			(unsigned long long)info.base);
	document_printf(s, "size               0x%llx\n",
			(unsigned long long)info.size);
	document_printf(s, "state              %s\n", state_name(info.state));
	document_printf(s, "protection         ");
	monitor_put_protection(s, info.protect);
	document_printf(s, "type               %s\n", type_name(info.type));
	document_printf(s, "allocation base    0x%llx\n",
			(unsigned long long)info.allocation_base);
	document_printf(s, "allocation protect ");
	monitor_put_protection(s, info.allocation_protect);
	return 0;
}

int
monitor_write_watch(struct session *s, const char *args)
{
	uint64_t pages[PAGES_MAX];
	struct vm_request ask = { 0 };
	size_t n = 0;
	int err;

	if (!parse_range(&args, &ask))
		return MONITOR_USAGE;
	ask.protect = strcmp(args, "reset") == 0 ? 1 : 0;
	if (ask.protect == 0 && *args != '\0')
		return MONITOR_USAGE;
	/* A reset clears what is told. */
	err = ask.protect != 0 ? session_may(s, CLASS_ALLOCATE) : 0;
	if (err == 0)
		err = virtual_write_watch(s, &ask, pages, PAGES_MAX, &n);
	if (err < 0)
		return err;
	for (size_t i = 0; i < n; i++)
		document_printf(s, "0x%llx\n", (unsigned long long)pages[i]);
	if (n == PAGES_MAX)
		document_printf(s, "and maybe more from 0x%llx on\n",
				(unsigned long long)pages[n - 1] + 0x1000);
	else
		document_printf(s, "%zu written\n", n);
	return 0;
}
