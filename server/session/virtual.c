/* SPDX-License-Identifier: Apache-2.0 */
#include "virtual.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- errors ----------------------------------------------------------- */

/* One to one (docs/allocation.md). */
static const struct {
	int code;
	unsigned win32;
	const char *name;
	const char *why; /* unless something better is known */
} errors[] = {
	{ EINVAL, 87, "ERROR_INVALID_PARAMETER",
	  "malformed, or a number of more than 32 bits where flags are" },
	{ EADDRNOTAVAIL, 487, "ERROR_INVALID_ADDRESS",
	  "the pages are not all of one allocated region" },
	{ ENOMEM, 8, "ERROR_NOT_ENOUGH_MEMORY",
	  "no gap is large enough, or a limit of the program is reached" },
	{ ENOSPC, 1455, "ERROR_COMMITMENT_LIMIT",
	  "the memory cannot be charged for" },
	{ EDQUOT, 1816, "ERROR_NOT_ENOUGH_QUOTA",
	  "the program locks its memory, and may not lock so much" },
	{ ENOBUFS, 1450, "ERROR_NO_SYSTEM_RESOURCES",
	  "no large pages are to be had (vm.nr_hugepages)" },
	{ EPERM, 1314, "ERROR_PRIVILEGE_NOT_HELD", "not permitted" },
	{ EACCES, 5, "ERROR_ACCESS_DENIED",
	  "the program's seccomp filter, or another rule of the system, "
	  "forbids it" },
	{ ESRCH, 6, "ERROR_INVALID_HANDLE",
	  "there is no process, or it is gone" },
	{ EBUSY, 170, "ERROR_BUSY",
	  "the program runs, or none of its threads can make a call now" },
	{ EFAULT, 998, "ERROR_NOACCESS",
	  "the program has no code that a system call could be made by" },
	{ EIO, 299, "ERROR_PARTIAL_COPY", "input/output error" },
	{ EOPNOTSUPP, 50, "ERROR_NOT_SUPPORTED", "Linux cannot do this" },
};

int
virtual_error(struct session *s, int err, const char *why)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].code != -err)
			continue;
		snprintf(s->error_text, sizeof(s->error_text), "%s (%u): %s",
			 errors[i].name, errors[i].win32,
			 why != NULL ? why : errors[i].why);
		return err;
	}
	return session_error(s, NULL, -err, strerror(-err));
}

/* What the state of the pages has against a call with valid parameters. */
struct reasons {
	const char *invalid, *address;
};

typedef int check_fn(struct vm_request *r, uint64_t limit);

static int
explain(struct session *s, pid_t pid, int err, const struct vm_request *asked,
	check_fn *check, const struct reasons *reasons)
{
	const struct arch *a = target_arch(s->target, pid);
	struct vm_request ask = *asked;
	const char *why = NULL;

	if (err == -EADDRNOTAVAIL)
		why = reasons->address;
	if (err == -EINVAL)
		why = a != NULL && check(&ask, a->user_limit) == -EINVAL
			  ? ask.why
			  : reasons->invalid;
	return virtual_error(s, err, why);
}

/* Valid by itself, and refused for what the pages are. */
static const char *
why_not_changed(const struct vm_request *ask)
{
	return ask->protect & VM_COPY_ON_WRITE
		   ? vm_why_no_copy
		   : "a large page is changed as a whole";
}

static int
process(struct session *s, pid_t *pid)
{
	pid_t tid;

	if (!target_can_allocate(s->target))
		return -EOPNOTSUPP;
	return session_current(s, pid, &tid);
}

/* ---- calls ------------------------------------------------------------ */

int
virtual_allocate(struct session *s, const struct vm_request *ask,
		 uint64_t *base)
{
	const struct reasons reasons = {
		.invalid = why_not_changed(ask),
		.address =
		    vm_creates(ask) ? "some of the pages are taken" : NULL,
	};
	pid_t pid;
	int err = process(s, &pid);

	if (err < 0)
		return err;
	if (ask->near == 0)
		err = target_allocate(s->target, pid, ask->addr, ask->size,
				      ask->type, ask->protect, base);
	else if (ask->addr == 0)
		err = target_allocate_near(s->target, pid, ask->near, ask->size,
					   ask->type, ask->protect, base);
	else
		err = -EINVAL;
	return err < 0 ? explain(s, pid, err, ask, vm_check_allocate, &reasons)
		       : 0;
}

int
virtual_release(struct session *s, const struct vm_request *ask)
{
	static const struct reasons reasons = {
		.invalid = "the range ends beyond its region, divides a large "
			   "page, or is the program's own memory",
		.address = "no allocated region is there, or it does not begin "
			   "in that page",
	};
	pid_t pid;
	int err = process(s, &pid);

	if (err < 0)
		return err;
	err = target_release(s->target, pid, ask->addr, ask->size, ask->type);
	return err < 0 ? explain(s, pid, err, ask, vm_check_release, &reasons)
		       : 0;
}

int
virtual_protect(struct session *s, const struct vm_request *ask, uint32_t *old)
{
	const struct reasons reasons = {
		.invalid = why_not_changed(ask),
		.address = "the pages are not all committed and of one "
			   "allocated region",
	};
	pid_t pid;
	int err = process(s, &pid);

	if (err < 0)
		return err;
	err = target_protect(s->target, pid, ask->addr, ask->size, ask->protect,
			     old);
	return err < 0 ? explain(s, pid, err, ask, vm_check_protect, &reasons)
		       : 0;
}

int
virtual_query(struct session *s, uint64_t addr, struct target_vm_info *info)
{
	pid_t pid;
	int err = process(s, &pid);

	if (err < 0)
		return err;
	err = target_query(s->target, pid, addr, info);
	return err < 0 ? virtual_error(s, err,
				       err == -EINVAL ? vm_why_beyond : NULL)
		       : 0;
}

int
virtual_write_watch(struct session *s, const struct vm_request *ask,
		    uint64_t *pages, size_t cap, size_t *n)
{
	static const struct reasons reasons = {
		.invalid = "the pages are not all of one region with "
			   "MEM_WRITE_WATCH",
	};
	pid_t pid;
	int err = process(s, &pid);

	if (err < 0)
		return err;
	err = target_write_watch(s->target, pid, ask->addr, ask->size,
				 ask->protect, pages, cap, n);
	return err < 0
		   ? explain(s, pid, err, ask, vm_check_write_watch, &reasons)
		   : 0;
}
