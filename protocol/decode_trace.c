/* SPDX-License-Identifier: Apache-2.0 */
/* Tracepoints. */
#include "decode.h"

/* A frame of the trace buffer has two bytes for it. */
#define NUMBER_MAX 0xffff
/* How gdb writes the frame -1, "none". */
#define FRAME_NONE 0xffffffff

static bool
field(struct rsp_args *a, uint64_t *value)
{
	return rsp_args_expect(a, ':') && rsp_args_hex_u64(a, value);
}

/* number:addr */
static bool
place(struct rsp_args *a, uint64_t *number, uint64_t *addr)
{
	return rsp_args_hex_max(a, NUMBER_MAX, number) && *number != 0 &&
	       field(a, addr);
}

/* :number:addr */
bool
decode_trace_place(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return place(a, &req->trace_place.number, &req->trace_place.addr) &&
	       rsp_args_at_end(a);
}

/* ---- actions ------------------------------------------------------------ */

/* R<mask>: digits that the server need not understand. */
static bool
registers_action(struct rsp_args *a, struct rsp_trace_action *action)
{
	uint64_t digit;
	struct rsp_args one;

	action->bytes.data = a->at;
	for (; a->at < a->end; a->at++) {
		one = *a;
		one.end = a->at + 1;
		if (!rsp_args_hex_u64(&one, &digit))
			break;
	}
	action->bytes.len = (size_t)(a->at - action->bytes.data);
	return true;
}

/* M<register or -1>,<offset>,<len> */
static bool
memory_action(struct rsp_args *a, struct rsp_trace_action *action)
{
	uint64_t base = 0;

	action->has_base = !rsp_args_expect_str(a, "-1");
	if (action->has_base && !rsp_args_hex_max(a, UINT16_MAX, &base))
		return false;
	action->base = (uint16_t)base;
	return rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &action->offset) &&
	       rsp_args_expect(a, ',') && rsp_args_hex_u64(a, &action->len);
}

static bool
expression_action(struct rsp_args *a, struct rsp_trace_action *action)
{
	/* A list is walked after decoding: its bytecode is that already. */
	if (a->body != NULL) {
		if (!rsp_args_expression(a))
			return false;
		return true;
	}
	return rsp_args_expression_decoded(a, &action->bytes);
}

static bool
next_action(struct rsp_args *a, struct rsp_trace_action *action)
{
	*action = (struct rsp_trace_action){ 0 };
	if (rsp_args_next_is(a, 'X')) {
		action->kind = 'X';
		return expression_action(a, action);
	}
	if (rsp_args_expect(a, 'R')) {
		action->kind = 'R';
		return registers_action(a, action);
	}
	action->kind = 'M';
	return rsp_args_expect(a, 'M') && memory_action(a, action);
}

bool
rsp_trace_actions_next(struct rsp_list *list, struct rsp_trace_action *action)
{
	struct rsp_args a;

	rsp_args_of_list(&a, list);
	if (rsp_args_at_end(&a) || !next_action(&a, action))
		return false;
	list->at = a.at;
	return true;
}

/* [S]action...[-] and the end */
static bool
actions(struct rsp_args *a, struct rsp_request *req)
{
	struct rsp_trace_action action;

	req->tracepoint.stepping = rsp_args_expect(a, 'S');
	req->tracepoint.actions.at = a->at;
	while (!rsp_args_at_end(a) && !rsp_args_next_is(a, '-')) {
		if (!next_action(a, &action))
			return false;
	}
	req->tracepoint.actions.end = a->at;
	return true;
}

/* ---- definitions -------------------------------------------------------- */

/* :E|D:steps:pass */
static bool
counts(struct rsp_args *a, struct rsp_request *req)
{
	if (!rsp_args_expect(a, ':'))
		return false;
	req->tracepoint.enabled = rsp_args_expect(a, 'E');
	if (!req->tracepoint.enabled && !rsp_args_expect(a, 'D'))
		return false;
	return field(a, &req->tracepoint.steps) &&
	       field(a, &req->tracepoint.pass);
}

/* [:F<len>][:S][:X<len>,<hex>] in any order */
static bool
options(struct rsp_args *a, struct rsp_request *req)
{
	uint64_t jump;

	while (rsp_args_expect(a, ':')) {
		if (rsp_args_expect(a, 'F')) {
			if (!rsp_args_hex_u64(a, &jump))
				return false;
		} else if (rsp_args_expect(a, 'S')) {
			req->tracepoint.marker = true;
		} else {
			req->tracepoint.condition.at = a->at;
			if (!rsp_args_expression(a))
				return false;
			req->tracepoint.condition.end = a->at;
		}
	}
	return true;
}

/*
 * :number:addr:E|D:steps:pass[options][-] defines one;
 * :-number:addr:[S]actions[-] says more of it.
 */
bool
decode_tracepoint(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	req->tracepoint.more_of_it = rsp_args_expect(a, '-');
	if (!place(a, &req->tracepoint.number, &req->tracepoint.addr))
		return false;
	if (req->tracepoint.more_of_it) {
		if (!rsp_args_expect(a, ':') || !actions(a, req))
			return false;
	} else if (!counts(a, req) || !options(a, req)) {
		return false;
	}
	req->tracepoint.goes_on = rsp_args_expect(a, '-');
	return rsp_args_at_end(a);
}

/* :number:addr:type:start:len:hex */
bool
decode_trace_source(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return place(a, &req->trace_source.number, &req->trace_source.addr) &&
	       rsp_args_expect(a, ':') &&
	       rsp_args_until(a, ':', &req->trace_source.type) &&
	       req->trace_source.type.len > 0 &&
	       rsp_args_hex_u64(a, &req->trace_source.start) &&
	       field(a, &req->trace_source.len) && rsp_args_expect(a, ':') &&
	       rsp_args_hex_text(a, &req->trace_source.text) &&
	       rsp_args_at_end(a) &&
	       req->trace_source.start <= req->trace_source.len &&
	       req->trace_source.text.len <=
		   req->trace_source.len - req->trace_source.start;
}

/* :number:value:builtin:hexname */
bool
decode_trace_variable(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_hex_max(a, NUMBER_MAX, &req->trace_variable.number) &&
	       field(a, &req->trace_variable.value) &&
	       rsp_args_expect(a, ':') &&
	       rsp_args_flag(a, &req->trace_variable.builtin) &&
	       rsp_args_expect(a, ':') &&
	       rsp_args_hex_text(a, &req->trace_variable.name) &&
	       rsp_args_at_end(a);
}

/* start,end */
static bool
range(struct rsp_args *a, uint64_t *start, uint64_t *end)
{
	return rsp_args_hex_u64(a, start) && rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, end);
}

bool
rsp_ranges_next(struct rsp_list *list, uint64_t *start, uint64_t *end)
{
	struct rsp_args a;

	rsp_args_of_list(&a, list);
	if (!rsp_args_expect(&a, ':') || !range(&a, start, end))
		return false;
	list->at = a.at;
	return true;
}

/* :start,end...; nothing: there are none */
bool
decode_ranges(struct rsp_args *a, struct rsp_request *req)
{
	uint64_t start, end;

	req->ranges.at = a->at;
	while (rsp_args_expect(a, ':')) {
		if (!range(a, &start, &end))
			return false;
	}
	req->ranges.end = a->at;
	return rsp_args_at_end(a);
}

/* ---- the run ------------------------------------------------------------ */

/* :hex, or :-1 for the server's own choice */
bool
decode_trace_size(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	req->trace_size.given = !rsp_args_expect_str(a, "-1");
	return (!req->trace_size.given ||
		rsp_args_hex_u64(a, &req->trace_size.size)) &&
	       rsp_args_at_end(a);
}

/* :user:hex;notes:hex;tstop:hex; in any choice and order */
bool
decode_trace_notes(struct rsp_args *a, struct rsp_request *req)
{
	struct {
		const char *name;
		struct rsp_bytes *text;
	} notes[] = {
		{ "user:", &req->trace_notes.user },
		{ "notes:", &req->trace_notes.notes },
		{ "tstop:", &req->trace_notes.stop },
	};
	size_t i, n = sizeof(notes) / sizeof(notes[0]);

	rsp_args_separator(a);
	do {
		for (i = 0; i < n; i++)
			if (rsp_args_expect_str(a, notes[i].name))
				break;
		if (i == n || !rsp_args_hex_text(a, notes[i].text))
			return false;
	} while (rsp_args_expect(a, ';') && !rsp_args_at_end(a));
	return rsp_args_at_end(a);
}

/* ---- frames ------------------------------------------------------------- */

/* :number, :pc:addr, :tdp:number, :range:start:end, :outside:start:end */
bool
decode_trace_frame(struct rsp_args *a, struct rsp_request *req)
{
	uint64_t *from = &req->trace_frame.from;
	uint64_t *to = &req->trace_frame.to;

	rsp_args_separator(a);
	if (rsp_args_expect_str(a, "pc:")) {
		req->trace_frame.find = RSP_FRAME_PC;
		if (!rsp_args_hex_u64(a, from))
			return false;
	} else if (rsp_args_expect_str(a, "tdp:")) {
		req->trace_frame.find = RSP_FRAME_TRACEPOINT;
		if (!rsp_args_hex_u64(a, from))
			return false;
	} else if (rsp_args_expect_str(a, "range:")) {
		req->trace_frame.find = RSP_FRAME_RANGE;
		if (!rsp_args_hex_u64(a, from) || !field(a, to))
			return false;
	} else if (rsp_args_expect_str(a, "outside:")) {
		req->trace_frame.find = RSP_FRAME_OUTSIDE;
		if (!rsp_args_hex_u64(a, from) || !field(a, to))
			return false;
	} else {
		if (!rsp_args_hex_u64(a, from))
			return false;
		req->trace_frame.find =
		    *from == FRAME_NONE ? RSP_FRAME_NONE : RSP_FRAME_NUMBER;
	}
	return rsp_args_at_end(a);
}
