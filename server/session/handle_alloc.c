/* SPDX-License-Identifier: Apache-2.0 */
/*
 * _M and _m in both forms: Win32's VirtualAllocEx and VirtualFreeEx, and
 * lldb's size and letters, which are a special case of it.
 */
#include <errno.h>

#include "handlers.h"

/* Which page protection lldb's letters mean; w implies r, as everywhere. */
static uint32_t
protection_of(unsigned perms)
{
	static const uint32_t protections[8] = {
		[0] = PAGE_NOACCESS,
		[RSP_PERM_R] = PAGE_READONLY,
		[RSP_PERM_W] = PAGE_READWRITE,
		[RSP_PERM_R | RSP_PERM_W] = PAGE_READWRITE,
		[RSP_PERM_X] = PAGE_EXECUTE,
		[RSP_PERM_R | RSP_PERM_X] = PAGE_EXECUTE_READ,
		[RSP_PERM_W | RSP_PERM_X] = PAGE_EXECUTE_READWRITE,
		[RSP_PERM_R | RSP_PERM_W | RSP_PERM_X] = PAGE_EXECUTE_READWRITE,
	};

	return protections[perms & 7];
}

/*
 * EOPNOTSUPP here is a request that Win32 knows and Linux cannot do
 * (MEM_PHYSICAL), and must be told as an error: the empty reply, which a
 * handler's -EOPNOTSUPP makes, would deny the whole packet.
 */
static int
finish(int err, struct rsp_reply *out)
{
	if (err != -EOPNOTSUPP)
		return err;
	rsp_reply_error(out, RSP_ERRORS_PLAIN, EOPNOTSUPP, NULL);
	return 0;
}

int
handle_alloc(struct session *s, const struct rsp_request *req,
	     struct rsp_reply *out)
{
	uint64_t addr = req->alloc.win32 ? req->alloc.addr : 0;
	uint64_t type =
	    req->alloc.win32 ? req->alloc.type : MEM_RESERVE | MEM_COMMIT;
	uint64_t protection = req->alloc.win32
				  ? req->alloc.protection
				  : protection_of(req->alloc.perms);
	uint64_t base;
	pid_t pid;
	pid_t tid;
	int err;

	if (!target_can_allocate(s->target))
		return -EOPNOTSUPP;
	if (type > UINT32_MAX || protection > UINT32_MAX)
		return -EINVAL;
	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	err = target_allocate(s->target, pid, addr, req->alloc.size,
			      (uint32_t)type, (uint32_t)protection, &base);
	if (err < 0)
		return finish(err, out);
	rsp_reply_hex(out, base);
	return 0;
}

int
handle_dealloc(struct session *s, const struct rsp_request *req,
	       struct rsp_reply *out)
{
	uint64_t size = req->dealloc.win32 ? req->dealloc.size : 0;
	uint64_t type = req->dealloc.win32 ? req->dealloc.type : MEM_RELEASE;
	pid_t pid;
	pid_t tid;
	int err;

	if (!target_can_allocate(s->target))
		return -EOPNOTSUPP;
	if (type > UINT32_MAX)
		return -EINVAL;
	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	err = target_release(s->target, pid, req->dealloc.addr, size,
			     (uint32_t)type);
	if (err < 0)
		return finish(err, out);
	rsp_reply_str(out, "OK");
	return 0;
}
