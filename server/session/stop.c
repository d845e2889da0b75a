/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stop replies; stop_json.c has the same facts as JSON.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "private.h"
#include "stop_memory.h"

/* ---- parts of a reply ---- */

static void
put_reg_value(struct session *s, struct rsp_reply *r, pid_t tid,
	      const struct arch *a, unsigned id)
{
	uint8_t value[SESSION_REG_BYTES];

	if (a->regs[id].size > sizeof(value) ||
	    target_get_register(s->target, tid, id, value) < 0)
		return;
	rsp_reply_hex_bytes(r, value, a->regs[id].size);
}

static void
put_expedited(struct session *s, struct rsp_reply *r, pid_t tid)
{
	enum arch_view_kind kind = s->client.dialect->view;
	const struct register_view *v = session_view(s, tid);
	const struct arch *a;

	if (v == NULL)
		return;
	a = v->arch;
	for (size_t i = 0; i < a->nexpedite[kind]; i++) {
		unsigned id = a->expedite[kind][i];
		int number = register_view_number(v, id);

		if (number < 0)
			continue;
		rsp_reply_hex8(r, (uint8_t)number);
		rsp_reply_char(r, ':');
		put_reg_value(s, r, tid, a, id);
		rsp_reply_char(r, ';');
	}
}

static void
put_pc(struct session *s, struct rsp_reply *r, pid_t tid)
{
	const struct arch *a =
	    target_arch(s->target, target_thread_process(s->target, tid));
	uint8_t value[8] = { 0 };

	if (a == NULL || a->regs[a->pc].size > sizeof(value) ||
	    target_get_register(s->target, tid, a->pc, value) < 0) {
		rsp_reply_char(r, '0');
		return;
	}
	/* An address, so most significant digit first. */
	for (unsigned i = a->word_size; i-- > 0;)
		rsp_reply_hex8(r, value[i]);
}

static void
put_name(struct session *s, struct rsp_reply *r, pid_t tid)
{
	char name[64];

	if (target_thread_name(s->target, tid, name, sizeof(name)) < 0 ||
	    name[0] == '\0')
		return;
	if (strpbrk(name, "$#+-;:*}") == NULL) {
		rsp_reply_printf(r, "name:%s;", name);
		return;
	}
	rsp_reply_str(r, "hexname:");
	rsp_reply_hex_str(r, name);
	rsp_reply_char(r, ';');
}

static void
put_thread_ids(struct session *s, struct rsp_reply *r, size_t n)
{
	rsp_reply_str(r, "threads:");
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			rsp_reply_char(r, ',');
		rsp_reply_hex(r, (uint64_t)s->tids[i]);
	}
	rsp_reply_char(r, ';');
}

static void
put_jstopinfo(struct session *s, struct rsp_reply *r, size_t n)
{
	char object[STOP_JSON_MAX];
	bool first = true;

	rsp_reply_str(r, "jstopinfo:");
	rsp_reply_hex8(r, '[');
	for (size_t i = 0; i < n; i++) {
		if (stop_thread_json(s, s->tids[i], STOP_REASON, object,
				     sizeof(object)) == 0)
			continue;
		if (!first)
			rsp_reply_hex8(r, ',');
		first = false;
		rsp_reply_hex_str(r, object);
	}
	rsp_reply_hex8(r, ']');
	rsp_reply_char(r, ';');
}

static void
put_thread_pcs(struct session *s, struct rsp_reply *r, size_t n)
{
	rsp_reply_str(r, "thread-pcs:");
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			rsp_reply_char(r, ',');
		put_pc(s, r, s->tids[i]);
	}
	rsp_reply_char(r, ';');
}

/*
 * What lldb would otherwise ask for.  With very many threads it is left out,
 * and lldb asks: the reply has to stay within its bound.
 */
#define LISTED_THREADS_MAX 1000

static void
put_all_threads(struct session *s, struct rsp_reply *r,
		const struct target_event *ev)
{
	size_t n = session_threads(s, ev->pid);

	if (n == 0)
		return;
	put_thread_ids(s, r, n);
	/* In non-stop mode the others run, and have nothing to show. */
	if (n > LISTED_THREADS_MAX || s->client.non_stop)
		return;
	if (n > 1)
		put_jstopinfo(s, r, n);
	put_thread_pcs(s, r, n);
}

/* ---- the reasons as gdb knows them ---- */

static void
put_child(struct session *s, struct rsp_reply *r, const char *word,
	  const struct target_event *ev)
{
	rsp_reply_str(r, word);
	session_put_ptid(s, r, ev->child_pid, ev->child_tid);
	rsp_reply_char(r, ';');
}

static void
put_exec(struct session *s, struct rsp_reply *r, const struct target_event *ev)
{
	struct target_process_info info;

	if (target_process_info(s->target, ev->pid, &info) < 0)
		info.exe[0] = '\0';
	rsp_reply_str(r, "exec:");
	rsp_reply_hex_str(r, info.exe);
	rsp_reply_char(r, ';');
}

static void
put_watch(struct rsp_reply *r, enum target_breakpoint_kind kind, uint64_t addr)
{
	const char *word = "watch";

	if (kind == TARGET_WATCH_READ)
		word = "rwatch";
	else if (kind == TARGET_WATCH_ACCESS)
		word = "awatch";
	rsp_reply_printf(r, "%s:%" PRIx64 ";", word, addr);
}

static void
put_watches(struct session *s, struct rsp_reply *r,
	    const struct target_event *ev)
{
	put_watch(r, ev->watch_kind, ev->addr);
	for (unsigned i = 0; s->client.many_watches && i < ev->nalso; i++)
		put_watch(r, ev->also[i].kind, ev->also[i].addr);
}

static void
put_reason(struct session *s, struct rsp_reply *r,
	   const struct target_event *ev)
{
	switch (ev->reason) {
	case TARGET_STOP_BREAKPOINT:
		if (s->client.swbreak)
			rsp_reply_str(r, "swbreak:;");
		break;
	case TARGET_STOP_HW_BREAKPOINT:
		if (s->client.hwbreak)
			rsp_reply_str(r, "hwbreak:;");
		break;
	case TARGET_STOP_WATCHPOINT:
		if (!s->client.dialect->verbose_stops)
			put_watches(s, r, ev);
		break;
	case TARGET_STOP_EXEC:
		if (s->client.exec_events)
			put_exec(s, r, ev);
		break;
	case TARGET_STOP_FORK:
		put_child(s, r, "fork:", ev);
		break;
	case TARGET_STOP_VFORK:
		put_child(s, r, "vfork:", ev);
		break;
	case TARGET_STOP_VFORK_DONE:
		rsp_reply_str(r, "vforkdone:;");
		break;
	case TARGET_STOP_CLONE:
		put_child(s, r, "clone:", ev);
		break;
	case TARGET_STOP_SYSCALL_ENTRY:
		rsp_reply_printf(r, "syscall_entry:%" PRIx64 ";",
				 (uint64_t)ev->syscall);
		break;
	case TARGET_STOP_SYSCALL_RETURN:
		rsp_reply_printf(r, "syscall_return:%" PRIx64 ";",
				 (uint64_t)ev->syscall);
		break;
	case TARGET_STOP_GUARD:
		rsp_reply_printf(r, "guard:%" PRIx64 ";", ev->addr);
		break;
	case TARGET_STOP_NONE:
	case TARGET_STOP_SIGNAL:
	case TARGET_STOP_STEP:
	case TARGET_STOP_REQUESTED:
	case TARGET_STOP_ATTACHED:
		break;
	}
}

/* ---- whole replies ---- */

static void
put_thread(struct session *s, struct rsp_reply *r,
	   const struct target_event *ev)
{
	if (s->config.disable_thread_in_stop)
		return;
	rsp_reply_str(r, "thread:");
	session_put_ptid(s, r, ev->pid, ev->tid);
	rsp_reply_char(r, ';');
}

static void
put_brief(struct session *s, struct rsp_reply *r, const struct target_event *ev)
{
	if (ev->kind == TARGET_EVENT_THREAD_CREATED)
		rsp_reply_str(r, "create:;");
	else
		put_reason(s, r, ev);
	put_expedited(s, r, ev->tid);
	put_thread(s, r, ev);
}

static void
put_verbose(struct session *s, struct rsp_reply *r,
	    const struct target_event *ev)
{
	const char *word = stop_reason_word(ev);
	char text[256];

	put_thread(s, r, ev);
	put_name(s, r, ev->tid);
	if (s->client.list_threads_in_stop)
		put_all_threads(s, r, ev);
	put_expedited(s, r, ev->tid);
	if (s->client.list_threads_in_stop)
		stop_memory_put(s, r, ev->tid);
	put_reason(s, r, ev);
	if (word == NULL)
		return;
	rsp_reply_printf(r, "reason:%s;", word);
	stop_description(s, ev, text, sizeof(text));
	if (text[0] == '\0')
		return;
	rsp_reply_str(r, "description:");
	rsp_reply_hex_str(r, text);
	rsp_reply_char(r, ';');
}

static void
put_end_of_process(struct session *s, struct rsp_reply *r, char letter,
		   int code, const struct target_event *ev)
{
	rsp_reply_char(r, letter);
	rsp_reply_hex8(r, (uint8_t)code);
	if (s->client.multiprocess)
		rsp_reply_printf(r, ";process:%x", (unsigned)ev->pid);
}

static void
put_stop(struct session *s, struct rsp_reply *r, const struct target_event *ev)
{
	int sig = stop_signal(s, ev);

	if (ev->kind == TARGET_EVENT_THREAD_CREATED)
		sig = SIGTRAP;
	sig = signal_to_client(s, sig);
	rsp_reply_char(r, s->config.disable_t_stop ? 'S' : 'T');
	rsp_reply_hex8(r, (uint8_t)sig);
	if (s->config.disable_t_stop)
		return;
	if (s->client.dialect->verbose_stops)
		put_verbose(s, r, ev);
	else
		put_brief(s, r, ev);
}

void
stop_reply(struct session *s, struct rsp_reply *r,
	   const struct target_event *ev)
{
	switch (ev->kind) {
	case TARGET_EVENT_EXITED:
		put_end_of_process(s, r, 'W', ev->status, ev);
		break;
	case TARGET_EVENT_KILLED:
		put_end_of_process(s, r, 'X', signal_to_client(s, ev->signal),
				   ev);
		break;
	case TARGET_EVENT_THREAD_EXITED:
		rsp_reply_printf(r, "w%02x;", (unsigned)ev->status & 0xff);
		session_put_ptid(s, r, ev->pid, ev->tid);
		break;
	case TARGET_EVENT_NO_RESUMED:
		rsp_reply_char(r, 'N');
		break;
	case TARGET_EVENT_NONE:
	case TARGET_EVENT_STOP:
	case TARGET_EVENT_THREAD_CREATED:
		put_stop(s, r, ev);
		break;
	}
}
