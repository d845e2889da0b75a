/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

bool
decode_ptid(struct rsp_args *a, struct rsp_request *req)
{
	return rsp_args_ptid(a, &req->ptid) && rsp_args_at_end(a);
}

/* The same after a separator. */
bool
decode_next_ptid(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return decode_ptid(a, req);
}

/* :ptid,offset,linkmap */
bool
decode_tls_addr(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_ptid(a, &req->tls.ptid) && rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->tls.offset) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->tls.link_map) && rsp_args_at_end(a);
}

/* One "OPTIONS[:PTID]". */
static bool
thread_option(struct rsp_args *a, uint64_t *options, struct rsp_ptid *ptid)
{
	const struct rsp_ptid all = { .tid = RSP_ID_ALL };

	if (!rsp_args_hex_u64(a, options))
		return false;
	*ptid = all;
	return !rsp_args_expect(a, ':') || rsp_args_ptid(a, ptid);
}

/* ;OPTIONS[:PTID][;OPTIONS[:PTID]]... */
bool
decode_thread_options(struct rsp_args *a, struct rsp_request *req)
{
	struct rsp_ptid ptid;
	uint64_t options;

	req->thread_options.at = a->at;
	req->thread_options.end = a->end;
	do {
		if (!rsp_args_expect(a, ';') ||
		    !thread_option(a, &options, &ptid))
			return false;
	} while (!rsp_args_at_end(a));
	return true;
}

bool
rsp_thread_options_next(struct rsp_list *list, uint64_t *options,
			struct rsp_ptid *ptid)
{
	struct rsp_args a;

	rsp_args_of_list(&a, list);
	if (!rsp_args_expect(&a, ';') || !thread_option(&a, options, ptid))
		return false;
	list->at = a.at;
	return true;
}
