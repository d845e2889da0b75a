/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of arguments that packets of several families share. */
#include "decode.h"

bool
decode_nothing(struct rsp_args *a, struct rsp_request *req)
{
	(void)req;
	return rsp_args_at_end(a);
}

/* Some of lldb's queries end with a bare ':'. */
bool
decode_nothing_more(struct rsp_args *a, struct rsp_request *req)
{
	(void)req;
	rsp_args_separator(a);
	return rsp_args_at_end(a);
}

bool
decode_text(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_rest_text(a, &req->text);
}

bool
decode_hex_text(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_hex_text(a, &req->text) && rsp_args_at_end(a);
}

/* No separator, and NULs are data like any other. */
bool
decode_hex_data(struct rsp_args *a, struct rsp_request *req)
{
	return rsp_args_hex_bytes(a, &req->text) && rsp_args_at_end(a);
}

bool
decode_escaped_text(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_unescape(a, &req->text);
}

bool
decode_flag(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_flag(a, &req->flag) && rsp_args_at_end(a);
}

bool
decode_number(struct rsp_args *a, struct rsp_request *req)
{
	return rsp_args_hex_u64(a, &req->number) && rsp_args_at_end(a);
}

bool
decode_pid(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_id(a, &req->pid) && rsp_args_at_end(a);
}

bool
decode_opt_pid(struct rsp_args *a, struct rsp_request *req)
{
	return rsp_args_at_end(a) || decode_pid(a, req);
}
