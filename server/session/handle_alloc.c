/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Win32's VirtualAllocEx and its companions: _M and _m (also as lldb has them,
 * size and letters, which are a special case), QVirtualProtect, qVirtualQuery,
 * qGetWriteWatch.
 */
#include <errno.h>
#include <stdlib.h>

#include "handlers.h"
#include "virtual.h"

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
finish(struct session *s, int err, struct rsp_reply *out)
{
	if (err != -EOPNOTSUPP || !target_can_allocate(s->target))
		return err;
	session_put_error(s, out, EOPNOTSUPP);
	return 0;
}

int
handle_alloc(struct session *s, const struct rsp_request *req,
	     struct rsp_reply *out)
{
	bool win32 = req->alloc.win32;
	uint64_t type = win32 ? req->alloc.type : MEM_RESERVE | MEM_COMMIT;
	uint64_t protection =
	    win32 ? req->alloc.protection : protection_of(req->alloc.perms);
	const struct vm_request ask = {
		.addr = win32 ? req->alloc.addr : 0,
		.size = req->alloc.size,
		.type = (uint32_t)type,
		.protect = (uint32_t)protection,
		.near = win32 && req->alloc.has_near ? req->alloc.near : 0,
	};
	uint64_t base;
	int err;

	if (type > UINT32_MAX || protection > UINT32_MAX ||
	    (win32 && req->alloc.has_near && ask.near == 0))
		return -EINVAL;
	err = virtual_allocate(s, &ask, &base);
	if (err < 0)
		return finish(s, err, out);
	rsp_reply_hex(out, base);
	return 0;
}

int
handle_dealloc(struct session *s, const struct rsp_request *req,
	       struct rsp_reply *out)
{
	uint64_t type = req->dealloc.win32 ? req->dealloc.type : MEM_RELEASE;
	const struct vm_request ask = {
		.addr = req->dealloc.addr,
		.size = req->dealloc.win32 ? req->dealloc.size : 0,
		.type = (uint32_t)type,
	};
	int err;

	if (type > UINT32_MAX)
		return -EINVAL;
	err = virtual_release(s, &ask);
	if (err < 0)
		return finish(s, err, out);
	rsp_reply_str(out, "OK");
	return 0;
}

static struct vm_request
pages_of(const struct rsp_request *req)
{
	return (struct vm_request){
		.addr = req->pages.addr,
		.size = req->pages.size,
		.protect = (uint32_t)req->pages.value,
	};
}

int
handle_virtual_protect(struct session *s, const struct rsp_request *req,
		       struct rsp_reply *out)
{
	const struct vm_request ask = pages_of(req);
	uint32_t old;
	int err;

	if (req->pages.value > UINT32_MAX)
		return -EINVAL;
	err = virtual_protect(s, &ask, &old);
	if (err < 0)
		return finish(s, err, out);
	rsp_reply_hex(out, old);
	return 0;
}

static void
put_pair(struct rsp_reply *out, const char *name, uint64_t value)
{
	rsp_reply_printf(out, "%s:%llx;", name, (unsigned long long)value);
}

int
handle_virtual_query(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	struct target_vm_info info;
	int err = virtual_query(s, req->number, &info);

	if (err < 0)
		return finish(s, err, out);
	put_pair(out, "base", info.base);
	put_pair(out, "allocation-base", info.allocation_base);
	put_pair(out, "allocation-protect", info.allocation_protect);
	put_pair(out, "size", info.size);
	put_pair(out, "state", info.state);
	put_pair(out, "protect", info.protect);
	put_pair(out, "type", info.type);
	return 0;
}

/*
 * So many pages go into one reply; what is left keeps its state, and `next`
 * says where it begins.
 */
#define WRITTEN_MAX 16384

static void
put_written(struct rsp_reply *out, const uint64_t *pages, size_t n)
{
	put_pair(out, "granularity", 0x1000);
	rsp_reply_str(out, "addresses:");
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			rsp_reply_char(out, ',');
		rsp_reply_hex(out, pages[i]);
	}
	rsp_reply_char(out, ';');
	if (n == WRITTEN_MAX)
		put_pair(out, "next", pages[n - 1] + 0x1000);
}

int
handle_get_write_watch(struct session *s, const struct rsp_request *req,
		       struct rsp_reply *out)
{
	const struct vm_request ask = pages_of(req);
	uint64_t *pages;
	size_t n = 0;
	int err;

	if (req->pages.value > UINT32_MAX)
		return -EINVAL;
	/* Flags clear what is told. */
	err = req->pages.value != 0 ? session_may(s, CLASS_ALLOCATE) : 0;
	if (err < 0)
		return err;
	pages = calloc(WRITTEN_MAX, sizeof(*pages));
	if (pages == NULL)
		return -ENOMEM;
	err = virtual_write_watch(s, &ask, pages, WRITTEN_MAX, &n);
	if (err == 0)
		put_written(out, pages, n);
	free(pages);
	return err < 0 ? finish(s, err, out) : 0;
}
