/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

/* [addr] */
bool
decode_resume(struct rsp_args *a, struct rsp_request *req)
{
	if (rsp_args_at_end(a))
		return true;
	req->resume.has_addr = true;
	return rsp_args_hex_u64(a, &req->resume.addr) && rsp_args_at_end(a);
}

/* sig[;addr] */
bool
decode_resume_signal(struct rsp_args *a, struct rsp_request *req)
{
	if (!rsp_args_signal(a, &req->resume.signal))
		return false;
	if (rsp_args_at_end(a))
		return true;
	req->resume.has_addr = true;
	return rsp_args_expect(a, ';') &&
	       rsp_args_hex_u64(a, &req->resume.addr) && rsp_args_at_end(a);
}

/* What stands between an action's letter and its ptid. */
static bool
action_operands(struct rsp_args *a, struct rsp_action *action)
{
	switch (action->kind) {
	case 'c':
	case 's':
	case 't':
		return true;
	case 'C':
	case 'S':
		return rsp_args_signal(a, &action->signal);
	case 'r':
		return rsp_args_hex_u64(a, &action->start) &&
		       rsp_args_expect(a, ',') &&
		       rsp_args_hex_u64(a, &action->end);
	default:
		return false;
	}
}

/* ;action[:ptid] */
static bool
action(struct rsp_args *a, struct rsp_action *action)
{
	*action = (struct rsp_action){ 0 };
	if (!rsp_args_expect(a, ';') || rsp_args_at_end(a))
		return false;
	action->kind = (char)*a->at++;
	if (!action_operands(a, action))
		return false;
	action->has_ptid = rsp_args_expect(a, ':');
	return !action->has_ptid || rsp_args_ptid(a, &action->ptid);
}

bool
decode_vcont(struct rsp_args *a, struct rsp_request *req)
{
	struct rsp_action ignored;

	req->actions.at = a->at;
	req->actions.end = a->end;
	do {
		if (!action(a, &ignored))
			return false;
	} while (!rsp_args_at_end(a));
	return true;
}

bool
rsp_vcont_next(struct rsp_list *list, struct rsp_action *out)
{
	struct rsp_args a;

	rsp_args_of_list(&a, list);
	if (!action(&a, out))
		return false;
	list->at = a.at;
	return true;
}

/* :[sig[;sig]...] */
bool
decode_signals(struct rsp_args *a, struct rsp_request *req)
{
	uint8_t signal;

	rsp_args_separator(a);
	if (rsp_args_at_end(a))
		return true;
	do {
		if (!rsp_args_signal(a, &signal))
			return false;
		req->signals.bits[signal / 64] |= UINT64_C(1) << signal % 64;
		/* gdb ends a long list with a separator. */
	} while (rsp_args_expect(a, ';') && !rsp_args_at_end(a));
	/* And lldb's own tests with a space. */
	rsp_args_expect(a, ' ');
	return rsp_args_at_end(a);
}

/* :0 or :1[;number]... */
bool
decode_catch_syscalls(struct rsp_args *a, struct rsp_request *req)
{
	uint64_t number;

	rsp_args_separator(a);
	if (!rsp_args_flag(a, &req->catch_syscalls.on))
		return false;
	req->catch_syscalls.numbers.at = a->at;
	req->catch_syscalls.numbers.end = a->end;
	while (req->catch_syscalls.on && rsp_args_expect(a, ';')) {
		if (!rsp_args_hex_u64(a, &number))
			return false;
	}
	return rsp_args_at_end(a);
}

bool
rsp_numbers_next(struct rsp_list *list, uint64_t *number)
{
	struct rsp_args a;

	rsp_args_of_list(&a, list);
	if (!rsp_args_expect(&a, ';') || !rsp_args_hex_u64(&a, number))
		return false;
	list->at = a.at;
	return true;
}
