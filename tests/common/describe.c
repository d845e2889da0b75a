/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
	char *buf;
	size_t cap;
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
say(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->buf + t->len, t->cap - t->len, format, args);
	va_end(args);
	if (n < 0)
		abort();
	t->len += (size_t)n < t->cap - t->len ? (size_t)n : t->cap - t->len - 1;
}

static void
promise(bool kept)
{
	if (!kept)
		abort();
}

static void
say_bytes(struct text *t, struct rsp_bytes b)
{
	size_t i;

	promise(b.data != NULL);
	say(t, "[");
	for (i = 0; i < b.len; i++) {
		if (b.data[i] >= ' ' && b.data[i] <= '~')
			say(t, "%c", b.data[i]);
		else
			say(t, "\\%02x", b.data[i]);
	}
	say(t, "]");
}

/* A text is also a C string. */
static void
say_text(struct text *t, struct rsp_bytes b)
{
	promise(b.data[b.len] == 0 && memchr(b.data, 0, b.len) == NULL);
	say_bytes(t, b);
}

static void
say_ptid(struct text *t, struct rsp_ptid id)
{
	promise(id.pid >= -1 && id.pid <= INT32_MAX);
	promise(id.tid >= -1 && id.tid <= INT32_MAX);
	promise(id.has_pid || id.pid == RSP_ID_ANY);
	if (id.has_pid)
		say(t, "p%" PRId64 ".", id.pid);
	say(t, "%" PRId64, id.tid);
}

static void
say_suffix(struct text *t, const struct rsp_suffix *suffix)
{
	if (suffix->given) {
		say(t, " of ");
		say_ptid(t, suffix->ptid);
	}
}

/* A list cannot have more items than bytes. */
static void
count_down(size_t *left)
{
	promise(*left > 0);
	--*left;
}

static size_t
most_items(const struct rsp_list *list)
{
	return (size_t)(list->end - list->at);
}

#define DESCRIBE(name)                                             \
	static void describe_##name(const struct rsp_request *req, \
				    struct text *t)

DESCRIBE(decode_nothing)
{
	(void)req;
	(void)t;
}

DESCRIBE(decode_nothing_more)
{
	(void)req;
	(void)t;
}

DESCRIBE(decode_restart)
{
	(void)req;
	(void)t;
}

DESCRIBE(decode_text)
{
	say_text(t, req->text);
}

DESCRIBE(decode_hex_text)
{
	say_text(t, req->text);
}

DESCRIBE(decode_hex_data)
{
	say_bytes(t, req->text);
}

DESCRIBE(decode_escaped_text)
{
	promise(req->text.data[req->text.len] == 0);
	say_bytes(t, req->text);
}

DESCRIBE(decode_flag)
{
	say(t, "%d", req->flag);
}

DESCRIBE(decode_number)
{
	say(t, "%" PRIx64, req->number);
}

DESCRIBE(decode_pid)
{
	promise(req->pid >= 0 && req->pid <= INT32_MAX);
	say(t, "%" PRIx64, (uint64_t)req->pid);
}

DESCRIBE(decode_opt_pid)
{
	describe_decode_pid(req, t);
}

DESCRIBE(decode_supported)
{
	struct rsp_list list = req->features;
	size_t left = most_items(&list);
	struct rsp_bytes name, value;

	while (rsp_features_next(&list, &name, &value)) {
		count_down(&left);
		say_bytes(t, name);
		say_bytes(t, value);
	}
}

DESCRIBE(decode_symbol)
{
	if (req->symbol.has_value)
		say(t, "%" PRIx64, req->symbol.value);
	say_text(t, req->symbol.name);
}

DESCRIBE(decode_compression)
{
	say_bytes(t, req->compression.type);
	if (req->compression.has_min_size)
		say(t, " from %" PRIu64, req->compression.min_size);
}

DESCRIBE(decode_speed_test)
{
	say(t, "%" PRIu64, req->speed.response_size);
}

DESCRIBE(decode_ptid)
{
	say_ptid(t, req->ptid);
}

DESCRIBE(decode_next_ptid)
{
	say_ptid(t, req->ptid);
}

DESCRIBE(decode_tls_addr)
{
	say_ptid(t, req->tls.ptid);
	say(t, " %" PRIx64 " %" PRIx64, req->tls.offset, req->tls.link_map);
}

DESCRIBE(decode_thread_options)
{
	struct rsp_list list = req->thread_options;
	size_t left = most_items(&list);
	struct rsp_ptid ptid;
	uint64_t options;

	promise(left > 0);
	while (rsp_thread_options_next(&list, &options, &ptid)) {
		count_down(&left);
		say(t, "(%" PRIx64 " ", options);
		say_ptid(t, ptid);
		say(t, ")");
	}
	promise(list.at == list.end);
}

DESCRIBE(decode_read_registers)
{
	say_suffix(t, &req->regs.thread);
}

DESCRIBE(decode_save_registers)
{
	say_suffix(t, &req->regs.thread);
}

DESCRIBE(decode_write_registers)
{
	promise(req->regs.data.len > 0);
	say_bytes(t, req->regs.data);
	say_suffix(t, &req->regs.thread);
}

DESCRIBE(decode_read_register)
{
	say(t, "%" PRIx64, req->regs.regno);
	say_suffix(t, &req->regs.thread);
}

DESCRIBE(decode_write_register)
{
	say(t, "%" PRIx64, req->regs.regno);
	describe_decode_write_registers(req, t);
}

DESCRIBE(decode_restore_registers)
{
	say(t, "%" PRIu64, req->regs.save_id);
	say_suffix(t, &req->regs.thread);
}

DESCRIBE(decode_read_memory)
{
	say(t, "%" PRIx64 " %" PRIx64, req->mem.addr, req->mem.len);
}

DESCRIBE(decode_read_ranges)
{
	struct rsp_list list = req->reads;
	uint64_t addr, len;
	size_t n = 0;

	for (; rsp_reads_next(&list, &addr, &len); n++)
		say(t, "%s%" PRIx64 "+%" PRIx64, n > 0 ? " " : "", addr, len);
	promise(n > 0 && list.at == list.end);
}

DESCRIBE(decode_crc)
{
	describe_decode_read_memory(req, t);
}

DESCRIBE(decode_write_memory)
{
	promise(req->mem.data.len == req->mem.len);
	describe_decode_read_memory(req, t);
	say_bytes(t, req->mem.data);
}

DESCRIBE(decode_write_binary)
{
	describe_decode_write_memory(req, t);
}

DESCRIBE(decode_search_memory)
{
	say(t, "%" PRIx64 " %" PRIx64, req->search.addr, req->search.len);
	say_bytes(t, req->search.pattern);
}

DESCRIBE(decode_opt_addr)
{
	if (req->opt_addr.given)
		say(t, "%" PRIx64, req->opt_addr.addr);
}

DESCRIBE(decode_alloc)
{
	if (req->alloc.win32)
		say(t, "%" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64,
		    req->alloc.addr, req->alloc.size, req->alloc.type,
		    req->alloc.protection);
	else
		say(t, "%" PRIx64 " perms %u", req->alloc.size,
		    req->alloc.perms);
	if (req->alloc.has_near)
		say(t, " near %" PRIx64, req->alloc.near);
}

DESCRIBE(decode_pages_value)
{
	say(t, "%" PRIx64 " %" PRIx64 " %" PRIx64, req->pages.addr,
	    req->pages.size, req->pages.value);
}

DESCRIBE(decode_addr)
{
	say(t, "%" PRIx64, req->number);
}

DESCRIBE(decode_dealloc)
{
	say(t, "%" PRIx64, req->dealloc.addr);
	if (req->dealloc.win32)
		say(t, " %" PRIx64 " %" PRIx64, req->dealloc.size,
		    req->dealloc.type);
}

static void
say_expressions(struct text *t, const char *what, struct rsp_list list)
{
	size_t left = most_items(&list);
	struct rsp_bytes code;

	if (left == 0)
		return;
	say(t, " %s", what);
	while (rsp_agent_next(&list, &code)) {
		promise(code.len > 0);
		count_down(&left);
		say_bytes(t, code);
	}
	promise(list.at == list.end);
}

DESCRIBE(decode_remove_breakpoint)
{
	promise(req->bp.type <= 4);
	say(t, "%u %" PRIx64 " %" PRIx64, req->bp.type, req->bp.addr,
	    req->bp.len);
}

DESCRIBE(decode_insert_breakpoint)
{
	describe_decode_remove_breakpoint(req, t);
	promise(req->bp.has_conditions ==
		(most_items(&req->bp.conditions) > 0));
	say_expressions(t, "if", req->bp.conditions);
	say_expressions(t, req->bp.persist ? "always" : "do", req->bp.commands);
}

DESCRIBE(decode_resume)
{
	if (req->resume.has_addr)
		say(t, "at %" PRIx64, req->resume.addr);
}

DESCRIBE(decode_resume_signal)
{
	say(t, "%u ", req->resume.signal);
	describe_decode_resume(req, t);
}

DESCRIBE(decode_vcont)
{
	struct rsp_list list = req->actions;
	size_t left = most_items(&list);
	struct rsp_action action;

	promise(left > 0);
	while (rsp_vcont_next(&list, &action)) {
		count_down(&left);
		promise(memchr("cCsStr", action.kind, 6) != NULL);
		say(t, "(%c", action.kind);
		if (action.kind == 'C' || action.kind == 'S')
			say(t, " %u", action.signal);
		if (action.kind == 'r')
			say(t, " %" PRIx64 " %" PRIx64, action.start,
			    action.end);
		if (action.has_ptid) {
			say(t, " ");
			say_ptid(t, action.ptid);
		}
		say(t, ")");
	}
	promise(list.at == list.end);
}

DESCRIBE(decode_signals)
{
	unsigned i;

	for (i = 0; i < 256; i++)
		if (req->signals.bits[i / 64] >> i % 64 & 1)
			say(t, "%u ", i);
}

DESCRIBE(decode_catch_syscalls)
{
	struct rsp_list list = req->catch_syscalls.numbers;
	size_t left = most_items(&list);
	uint64_t number;

	say(t, "%d", req->catch_syscalls.on);
	while (rsp_numbers_next(&list, &number)) {
		count_down(&left);
		say(t, " %" PRIx64, number);
	}
	promise(list.at == list.end);
}

DESCRIBE(decode_run)
{
	const char *s = req->run.argv0;
	size_t i;

	promise(req->run.argc > 0);
	for (i = 0; i < req->run.argc; i++) {
		say(t, "<%s>", s);
		s += strlen(s) + 1;
	}
}

DESCRIBE(decode_launch_args)
{
	describe_decode_run(req, t);
}

DESCRIBE(decode_detach)
{
	if (req->detach.stay_stopped)
		say(t, "stopped ");
	if (req->detach.has_pid)
		say(t, "%" PRIx64, (uint64_t)req->detach.pid);
}

DESCRIBE(decode_xfer)
{
	say_bytes(t, req->xfer.object);
	say_bytes(t, req->xfer.annex);
	if (req->xfer.write) {
		say(t, " write %" PRIx64, req->xfer.offset);
		say_bytes(t, req->xfer.data);
	} else {
		say(t, " read %" PRIx64 " %" PRIx64, req->xfer.offset,
		    req->xfer.len);
	}
}

DESCRIBE(decode_module_info)
{
	say_text(t, req->module.path);
	say_text(t, req->module.triple);
}

DESCRIBE(decode_trace_place)
{
	promise(req->trace_place.number >= 1 &&
		req->trace_place.number <= 0xffff);
	say(t, "%" PRIx64 " %" PRIx64, req->trace_place.number,
	    req->trace_place.addr);
}

static void
say_trace_actions(struct text *t, struct rsp_list list)
{
	size_t left = most_items(&list);
	struct rsp_trace_action a;

	while (rsp_trace_actions_next(&list, &a)) {
		count_down(&left);
		say(t, " %c", a.kind);
		if (a.kind != 'M')
			say_bytes(t, a.bytes);
		else if (a.has_base)
			say(t, "%x+", a.base);
		if (a.kind == 'M')
			say(t, "%" PRIx64 ",%" PRIx64, a.offset, a.len);
	}
	promise(list.at == list.end);
}

DESCRIBE(decode_tracepoint)
{
	promise(req->tracepoint.number >= 1 &&
		req->tracepoint.number <= 0xffff);
	say(t, "%" PRIx64 " %" PRIx64, req->tracepoint.number,
	    req->tracepoint.addr);
	if (req->tracepoint.more_of_it) {
		say(t, "%s", req->tracepoint.stepping ? " stepping" : "");
		say_trace_actions(t, req->tracepoint.actions);
	} else {
		say(t, " %s %" PRIx64 " %" PRIx64 "%s",
		    req->tracepoint.enabled ? "on" : "off",
		    req->tracepoint.steps, req->tracepoint.pass,
		    req->tracepoint.marker ? " marker" : "");
		say_expressions(t, "if", req->tracepoint.condition);
	}
	say(t, "%s", req->tracepoint.goes_on ? " ..." : "");
}

DESCRIBE(decode_trace_source)
{
	say(t, "%" PRIx64 " %" PRIx64, req->trace_source.number,
	    req->trace_source.addr);
	say_bytes(t, req->trace_source.type);
	say(t, "%" PRIx64 " of %" PRIx64, req->trace_source.start,
	    req->trace_source.len);
	say_text(t, req->trace_source.text);
	promise(req->trace_source.start + req->trace_source.text.len <=
		req->trace_source.len);
}

DESCRIBE(decode_trace_variable)
{
	say(t, "%" PRIx64 " %" PRIx64 " %d", req->trace_variable.number,
	    req->trace_variable.value, req->trace_variable.builtin);
	say_text(t, req->trace_variable.name);
}

DESCRIBE(decode_ranges)
{
	struct rsp_list list = req->ranges;
	size_t left = most_items(&list);
	uint64_t start, end;

	while (rsp_ranges_next(&list, &start, &end)) {
		count_down(&left);
		say(t, "(%" PRIx64 " %" PRIx64 ")", start, end);
	}
	promise(list.at == list.end);
}

DESCRIBE(decode_trace_size)
{
	if (req->trace_size.given)
		say(t, "%" PRIx64, req->trace_size.size);
}

DESCRIBE(decode_trace_notes)
{
	const struct rsp_bytes *notes[] = { &req->trace_notes.user,
					    &req->trace_notes.notes,
					    &req->trace_notes.stop };

	for (size_t i = 0; i < 3; i++) {
		if (notes[i]->data == NULL)
			say(t, "-");
		else
			say_text(t, *notes[i]);
	}
}

DESCRIBE(decode_trace_frame)
{
	say(t, "%d %" PRIx64 " %" PRIx64, (int)req->trace_frame.find,
	    req->trace_frame.from, req->trace_frame.to);
}

DESCRIBE(decode_file_setfs)
{
	say(t, "%" PRIx64, (uint64_t)req->file.pid);
}

DESCRIBE(decode_file_open)
{
	say_text(t, req->file.path);
	say(t, " %" PRIx64 " %" PRIx64, req->file.flags, req->file.mode);
}

DESCRIBE(decode_file_fd)
{
	promise(req->file.fd >= 0 && req->file.fd <= INT32_MAX);
	say(t, "%" PRIx64, (uint64_t)req->file.fd);
}

DESCRIBE(decode_file_pread)
{
	describe_decode_file_fd(req, t);
	say(t, " %" PRIx64 " %" PRIx64, req->file.count, req->file.offset);
}

DESCRIBE(decode_file_pwrite)
{
	describe_decode_file_fd(req, t);
	say(t, " %" PRIx64, req->file.offset);
	say_bytes(t, req->file.data);
}

DESCRIBE(decode_file_symlink)
{
	say_text(t, req->file.link);
	say(t, " to ");
	say_text(t, req->file.path);
}

DESCRIBE(decode_save_core)
{
	if (req->text.len > 0)
		say_text(t, req->text);
}

DESCRIBE(decode_dec_pid)
{
	promise(req->pid >= 0 && req->pid <= INT32_MAX);
	say(t, "%" PRId64, req->pid);
}

DESCRIBE(decode_dec_uid)
{
	promise(req->number <= UINT32_MAX);
	say(t, "%" PRIu64, req->number);
}

DESCRIBE(decode_find_processes)
{
	const struct rsp_process_match *m = &req->match;

	say(t, "%x", m->given);
	if (m->given & RSP_MATCH_PID)
		say(t, " pid %u", m->pid);
	if (m->given & RSP_MATCH_PARENT)
		say(t, " parent %u", m->parent);
	if (m->given & RSP_MATCH_UID)
		say(t, " uid %u", m->uid);
	if (m->given & RSP_MATCH_GID)
		say(t, " gid %u", m->gid);
	if (m->given & RSP_MATCH_EUID)
		say(t, " euid %u", m->euid);
	if (m->given & RSP_MATCH_EGID)
		say(t, " egid %u", m->egid);
	promise(m->how <= RSP_NAME_REGEX);
	if (m->how != RSP_NAME_ANY)
		say(t, " name %d", (int)m->how);
	if (m->name.len > 0)
		say_text(t, m->name);
	if (m->all_users)
		say(t, " all");
	if (m->triple.len > 0)
		say_bytes(t, m->triple);
}

DESCRIBE(decode_launch_server)
{
	(void)req;
	(void)t;
}

DESCRIBE(decode_door)
{
	say(t, "%x", (unsigned)req->door.port);
	say_text(t, req->door.path);
}

DESCRIBE(decode_path_complete)
{
	say(t, req->complete.directories ? "folders" : "all");
	say_text(t, req->complete.path);
}

DESCRIBE(decode_mode_path)
{
	say(t, "%" PRIx64, req->file.mode);
	say_text(t, req->file.path);
}

DESCRIBE(decode_shell)
{
	promise(req->shell.seconds <= UINT32_MAX);
	say_text(t, req->shell.command);
	say(t, " %" PRIx64, req->shell.seconds);
	if (req->shell.folder.len > 0)
		say_text(t, req->shell.folder);
}

static const struct {
	const char *name;
	void (*describe)(const struct rsp_request *req, struct text *t);
} kinds[RSP_REQUEST_COUNT] = {
#define X(kind, name, follow, decode) \
	[RSP_##kind] = { #kind, describe_##decode },
	RSP_REQUEST_LIST(X)
#undef X
};

void
describe_request(const struct rsp_request *req, char *buf, size_t cap)
{
	struct text t = { .buf = buf, .cap = cap };

	buf[0] = 0;
	kinds[req->kind].describe(req, &t);
}

const char *
describe_kind(enum rsp_kind kind)
{
	return kinds[kind].name;
}
