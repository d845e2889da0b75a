/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

/* type,addr,kind.  A type that we do not know is a packet we do not know. */
static bool
place(struct rsp_args *a, struct rsp_request *req)
{
	uint64_t type;

	if (!rsp_args_hex_u64(a, &type) || !rsp_args_expect(a, ',') ||
	    !rsp_args_hex_u64(a, &req->bp.addr) || !rsp_args_expect(a, ',') ||
	    !rsp_args_hex_u64(a, &req->bp.len))
		return false;
	a->unknown = type > 4;
	req->bp.type = (unsigned)type;
	return !a->unknown;
}

bool
decode_remove_breakpoint(struct rsp_args *a, struct rsp_request *req)
{
	return place(a, req) && rsp_args_at_end(a);
}

/* gdb writes expressions one after the other, the manual allows a ';'. */
static bool
expressions(struct rsp_args *a, struct rsp_list *list)
{
	struct rsp_args ahead;

	list->at = a->at;
	do {
		if (!rsp_args_expression(a))
			return false;
		ahead = *a;
		if (rsp_args_expect(&ahead, ';') &&
		    rsp_args_next_is(&ahead, 'X'))
			*a = ahead;
	} while (rsp_args_next_is(a, 'X'));
	list->end = a->at;
	return true;
}

/* [;cmds:<persist>,X<len>,<hex>...] and the end */
static bool
commands(struct rsp_args *a, struct rsp_request *req)
{
	if (rsp_args_at_end(a))
		return true;
	return rsp_args_expect_str(a, ";cmds:") &&
	       rsp_args_flag(a, &req->bp.persist) && rsp_args_expect(a, ',') &&
	       expressions(a, &req->bp.commands) && rsp_args_at_end(a);
}

/* type,addr,kind[;X<len>,<hex>...][;cmds:<persist>,X<len>,<hex>...] */
bool
decode_insert_breakpoint(struct rsp_args *a, struct rsp_request *req)
{
	struct rsp_args ahead;

	if (!place(a, req))
		return false;
	ahead = *a;
	req->bp.has_conditions = rsp_args_expect_str(&ahead, ";X");
	if (req->bp.has_conditions &&
	    !(rsp_args_expect(a, ';') && expressions(a, &req->bp.conditions)))
		return false;
	return commands(a, req);
}

bool
rsp_agent_next(struct rsp_list *list, struct rsp_bytes *bytecode)
{
	struct rsp_args a;

	rsp_args_of_list(&a, list);
	rsp_args_expect(&a, ';');
	if (!rsp_args_expression_decoded(&a, bytecode))
		return false;
	list->at = a.at;
	return true;
}
