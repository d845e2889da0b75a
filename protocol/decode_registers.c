/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

/* [;thread:ID[;]] and the end: what lldb appends to register packets. */
static bool
thread_suffix(struct rsp_args *a, struct rsp_suffix *suffix)
{
	suffix->given = rsp_args_expect_str(a, ";thread:");
	if (suffix->given) {
		if (!rsp_args_ptid(a, &suffix->ptid))
			return false;
		rsp_args_expect(a, ';');
	}
	return rsp_args_at_end(a);
}

bool
decode_read_registers(struct rsp_args *a, struct rsp_request *req)
{
	return thread_suffix(a, &req->regs.thread);
}

/* The values may not be missing: which size they must have, others know. */
static bool
register_bytes(struct rsp_args *a, struct rsp_bytes *data)
{
	return rsp_args_hex_bytes(a, data) && data->len > 0;
}

/* values */
bool
decode_write_registers(struct rsp_args *a, struct rsp_request *req)
{
	return register_bytes(a, &req->regs.data) &&
	       thread_suffix(a, &req->regs.thread);
}

/* number */
bool
decode_read_register(struct rsp_args *a, struct rsp_request *req)
{
	return rsp_args_hex_u64(a, &req->regs.regno) &&
	       thread_suffix(a, &req->regs.thread);
}

/* number=value */
bool
decode_write_register(struct rsp_args *a, struct rsp_request *req)
{
	return rsp_args_hex_u64(a, &req->regs.regno) &&
	       rsp_args_expect(a, '=') && register_bytes(a, &req->regs.data) &&
	       thread_suffix(a, &req->regs.thread);
}

bool
decode_save_registers(struct rsp_args *a, struct rsp_request *req)
{
	return thread_suffix(a, &req->regs.thread);
}

/* :id, in decimal, as lldb reads and writes it */
bool
decode_restore_registers(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_dec_u64(a, &req->regs.save_id) &&
	       thread_suffix(a, &req->regs.thread);
}
