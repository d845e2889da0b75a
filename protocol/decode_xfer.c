/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

/* :object:read:annex:offset,length or :object:write:annex:offset:binary */
bool
decode_xfer(struct rsp_args *a, struct rsp_request *req)
{
	struct rsp_bytes operation;

	rsp_args_separator(a);
	if (!rsp_args_until(a, ':', &req->xfer.object) ||
	    !rsp_args_until(a, ':', &operation))
		return false;
	req->xfer.write = rsp_bytes_equal(operation, "write");
	if (!req->xfer.write && !rsp_bytes_equal(operation, "read")) {
		/* The manual: an operation that is not known, like an object,
		 * gets the empty reply. */
		a->unknown = true;
		return false;
	}
	if (!rsp_args_until(a, ':', &req->xfer.annex) ||
	    !rsp_args_hex_u64(a, &req->xfer.offset))
		return false;
	if (req->xfer.write)
		return rsp_args_expect(a, ':') &&
		       rsp_args_unescape(a, &req->xfer.data);
	if (!rsp_args_expect(a, ',') || !rsp_args_hex_u64(a, &req->xfer.len))
		return false;
	/* lldb's own tests end the request with another ':'. */
	rsp_args_expect(a, ':');
	return rsp_args_at_end(a);
}

/* :hexpath;hextriple */
bool
decode_module_info(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_hex_text(a, &req->module.path) &&
	       rsp_args_expect(a, ';') &&
	       rsp_args_hex_text(a, &req->module.triple) && rsp_args_at_end(a);
}
