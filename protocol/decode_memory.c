/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

static bool
range(struct rsp_args *a, uint64_t *addr, uint64_t *len)
{
	return rsp_args_hex_u64(a, addr) && rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, len);
}

static bool
addr_and_len(struct rsp_args *a, struct rsp_request *req)
{
	return range(a, &req->mem.addr, &req->mem.len);
}

/* addr,len */
bool
decode_read_memory(struct rsp_args *a, struct rsp_request *req)
{
	return addr_and_len(a, req) && rsp_args_at_end(a);
}

/* :addr,len */
bool
decode_crc(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return decode_read_memory(a, req);
}

/* :ranges:addr,len[,addr,len]...; */
bool
decode_read_ranges(struct rsp_args *a, struct rsp_request *req)
{
	uint64_t addr, len;

	if (!rsp_args_expect_str(a, ":ranges:"))
		return false;
	req->reads.at = a->at;
	do {
		if (!range(a, &addr, &len))
			return false;
	} while (rsp_args_expect(a, ','));
	req->reads.end = a->at;
	return rsp_args_expect(a, ';') && rsp_args_at_end(a);
}

bool
rsp_reads_next(struct rsp_list *list, uint64_t *addr, uint64_t *len)
{
	struct rsp_args a;

	rsp_args_of_list(&a, list);
	rsp_args_expect(&a, ',');
	if (!range(&a, addr, len))
		return false;
	list->at = a.at;
	return true;
}

/* addr,len:hex */
bool
decode_write_memory(struct rsp_args *a, struct rsp_request *req)
{
	return addr_and_len(a, req) && rsp_args_expect(a, ':') &&
	       rsp_args_hex_bytes(a, &req->mem.data) && rsp_args_at_end(a) &&
	       req->mem.data.len == req->mem.len;
}

/* addr,len:binary */
bool
decode_write_binary(struct rsp_args *a, struct rsp_request *req)
{
	return addr_and_len(a, req) && rsp_args_expect(a, ':') &&
	       rsp_args_unescape(a, &req->mem.data) &&
	       req->mem.data.len == req->mem.len;
}

/* :addr;len;binary */
bool
decode_search_memory(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_hex_u64(a, &req->search.addr) &&
	       rsp_args_expect(a, ';') &&
	       rsp_args_hex_u64(a, &req->search.len) &&
	       rsp_args_expect(a, ';') &&
	       rsp_args_unescape(a, &req->search.pattern) &&
	       req->search.pattern.len > 0;
}

/* [:addr] */
bool
decode_opt_addr(struct rsp_args *a, struct rsp_request *req)
{
	if (rsp_args_at_end(a))
		return true;
	rsp_args_separator(a);
	req->opt_addr.given = true;
	return rsp_args_hex_u64(a, &req->opt_addr.addr) && rsp_args_at_end(a);
}

/* Letters from "rwx", each at most once, in any order, maybe none. */
static bool
perms(struct rsp_args *a, unsigned *perms)
{
	unsigned got = 0, bit;

	for (; !rsp_args_at_end(a); got |= bit) {
		if (rsp_args_expect(a, 'r'))
			bit = RSP_PERM_R;
		else if (rsp_args_expect(a, 'w'))
			bit = RSP_PERM_W;
		else if (rsp_args_expect(a, 'x'))
			bit = RSP_PERM_X;
		else
			return false;
		if (got & bit)
			return false;
	}
	*perms = got;
	return true;
}

/* addr,size,type,protection of VirtualAllocEx, or with ,near behind it */
static bool
alloc_win32(struct rsp_args *a, struct rsp_request *req)
{
	return rsp_args_hex_u64(a, &req->alloc.addr) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->alloc.size) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->alloc.type) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->alloc.protection);
}

/* size,perms of lldb, or VirtualAllocEx's */
bool
decode_alloc(struct rsp_args *a, struct rsp_request *req)
{
	req->alloc.win32 = rsp_args_count(a, ',') > 1;
	if (!req->alloc.win32)
		return rsp_args_hex_u64(a, &req->alloc.size) &&
		       rsp_args_expect(a, ',') && perms(a, &req->alloc.perms);
	if (!alloc_win32(a, req))
		return false;
	req->alloc.has_near = rsp_args_expect(a, ',');
	return (!req->alloc.has_near ||
		rsp_args_hex_u64(a, &req->alloc.near)) &&
	       rsp_args_at_end(a);
}

/* :addr,size,value */
bool
decode_pages_value(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_hex_u64(a, &req->pages.addr) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->pages.size) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->pages.value) && rsp_args_at_end(a);
}

/* :addr */
bool
decode_addr(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_hex_u64(a, &req->number) && rsp_args_at_end(a);
}

/* addr of lldb; addr,size,type of VirtualFreeEx */
bool
decode_dealloc(struct rsp_args *a, struct rsp_request *req)
{
	if (!rsp_args_hex_u64(a, &req->dealloc.addr))
		return false;
	if (rsp_args_at_end(a))
		return true;
	req->dealloc.win32 = true;
	return rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->dealloc.size) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->dealloc.type) && rsp_args_at_end(a);
}
