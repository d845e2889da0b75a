/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a session, its input and its output.
 */
#include "session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compress.h"
#include "job.h"
#include "platform.h"
#include "private.h"
#include "program.h"
#include "regions.h"
#include "trace.h"

/*
 * Output: a whole reply is built behind what is not yet sent.  Input is taken
 * only while there is room for that, and for a few short packets beside it
 * (acks, console text), so the buffer never has to grow.
 */
#define OUT_EXTRA 0x20000
#define OUT_CAP	  (2 * (size_t)SESSION_REPLY_MAX)
#define OUT_NEED  ((size_t)SESSION_REPLY_MAX + OUT_EXTRA)

static void
client_reset(struct session *s)
{
	const struct dialect *d = &dialect_gdb;

	if (s->config.native_regs)
		d = &dialect_lldb;
	memset(&s->client, 0, sizeof(s->client));
	s->refused = 0;
	s->client.dialect = d;
	s->client.c_pid = RSP_ID_ALL;
	s->client.c_tid = RSP_ID_ALL;
	compressor_free(s->compressor);
	s->compressor = NULL;
	s->out_start = 0;
	s->out_end = 0;
	s->last_len = 0;
	s->notified = false;
	s->first_stop_alone = false;
	s->stops_held = false;
	s->stdio_notified = false;
	s->nuntold = 0;
	s->first_deferred = 0;
	s->ndeferred = 0;
	s->next_untold = 0;
	s->interrupt_wanted = false;
	s->interrupt_told = false;
	s->error_text[0] = '\0';
	rsp_reader_init(&s->reader, s->body, SESSION_PACKET_MAX + 1);
}

int
session_new(struct session **out, struct target *t,
	    const struct session_config *config)
{
	struct session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -ENOMEM;
	s->config = *config;
	rights_apply(s);
	s->program_fd = -1;
	s->extended = config->extended;
	s->remote_debug = config->remote_debug;
	s->free_on_detach = config->free_on_detach;
	s->next_saved_id = 1;
	files_init(s);
	s->out_cap = OUT_CAP;
	s->out = malloc(s->out_cap);
	s->body = malloc(SESSION_PACKET_MAX + 1);
	s->last = malloc(SESSION_REPLY_MAX);
	s->view = calloc(1, sizeof(*s->view));
	if (config->audit != NULL)
		s->audit = audit_new();
	launch_settings_init(&s->launch, config);
	if (s->out == NULL || s->body == NULL || s->last == NULL ||
	    s->view == NULL || (config->audit != NULL && s->audit == NULL) ||
	    s->launch.env == NULL) {
		session_free(s);
		return -ENOMEM;
	}
	client_reset(s);
	s->target = t;
	breakpoints_watch_hits(s);
	session_update_state(s);
	*out = s;
	return 0;
}

/* What was set for single processes and threads. */
static void
forget_thread_settings(struct session *s)
{
	size_t n = session_threads(s, 0);

	for (size_t i = 0; i < n; i++) {
		pid_t tid = s->tids[i];

		target_set_thread_options(s->target, tid, 0);
		/* Once for each process: by its leader. */
		if (target_thread_process(s->target, tid) == tid)
			target_catch_syscalls(s->target, tid, false, NULL, 0);
	}
}

/* What a client set in the target and here; the processes are not touched. */
static void
forget_client(struct session *s)
{
	static const uint64_t none[2];
	static const uint64_t all[2] = { UINT64_MAX, UINT64_MAX };

	audit_flush(s);
	files_close_all(s);
	job_cancel(s);
	platform_forget(s);
	cores_forget(s);
	for (size_t i = 0; i < SESSION_SAVED_MAX; i++) {
		free(s->saved[i].file);
		memset(&s->saved[i], 0, sizeof(s->saved[i]));
	}
	free(s->document.data);
	memset(&s->document, 0, sizeof(s->document));
	launch_settings_reset(&s->launch, &s->config);
	if (s->target != NULL) {
		target_set_reports(s->target, 0);
		target_set_pass_signals(s->target, none);
		target_set_detach_signals(s->target, all);
		forget_thread_settings(s);
	}
	/* What the next one finds is a program that stands, no more: a fork
	 * or a system call that it did not ask for would surprise it. */
	if (s->last_stop.reason != TARGET_STOP_SIGNAL)
		s->last_stop.reason = TARGET_STOP_ATTACHED;
	client_reset(s);
}

/* `all`: the session ends, so nobody will come for what would be kept. */
static void
let_go_of_processes(struct session *s, bool all)
{
	size_t n = target_processes(s->target, NULL, 0);
	pid_t *pids = calloc(n + 1, sizeof(*pids));
	enum on_disconnect how = s->config.on_disconnect;
	bool keep_launched = s->client.detach_on_error;

	if (pids == NULL)
		return;
	n = target_processes(s->target, pids, n);
	if (how != ON_DISCONNECT_KILL && (all || how == ON_DISCONNECT_DETACH))
		how = ON_DISCONNECT_DETACH;
	for (size_t i = 0; i < n; i++) {
		bool attached = target_was_attached(s->target, pids[i]);

		if (how == ON_DISCONNECT_DETACH &&
		    (attached || keep_launched)) {
			regions_before_detach(s, pids[i]);
			if (target_detach(s->target, pids[i], false) < 0)
				continue;
			session_audit(s, "detach", pids[i], 0, "client left");
		} else if (how == ON_DISCONNECT_DETACH ||
			   how == ON_DISCONNECT_KILL) {
			session_say(s, "Killing process(es): %d", (int)pids[i]);
			if (target_kill(s->target, pids[i]) < 0)
				continue;
			session_audit(s, "kill", pids[i], 0, "client left");
		} else {
			continue;
		}
		session_forget_process(s, pids[i]);
	}
	free(pids);
}

void
session_free(struct session *s)
{
	if (s == NULL)
		return;
	if (s->target != NULL) {
		target_stop_all(s->target, 0);
		trace_stop(s, TRACE_END_DISCONNECTED, 0, NULL);
		breakpoints_remove_all(s);
		let_go_of_processes(s, true);
		forget_client(s);
		target_free(s->target);
	}
	if (s->program_fd >= 0)
		close(s->program_fd);
	trace_free(s);
	launch_settings_free(&s->launch);
	compressor_free(s->compressor);
	free(s->untold);
	free(s->deferred);
	free(s->tids);
	free(s->thread_db_path);
	audit_flush(s);
	free(s->audit);
	free(s->view);
	free(s->out);
	free(s->body);
	free(s->last);
	free(s);
}

int
session_client_new(struct session *s)
{
	if (s->client.present)
		return -EBUSY;
	client_reset(s);
	s->client.present = true;
	s->wish = SESSION_GO_ON;
	/* One that ran on without a client is stopped for the new one. */
	if (s->state & (SESSION_RUNNING | SESSION_NON_STOP)) {
		target_stop_all(s->target, 0);
		s->state = SESSION_STOPPED;
	}
	session_update_state(s);
	session_set_reports(s);
	return 0;
}

void
session_client_gone(struct session *s)
{
	bool traced;

	if (!s->client.present)
		return;
	/* A trace goes on where the program ran; one that stood stands. */
	traced = trace_outlives_client(s) &&
		 s->state & (SESSION_RUNNING | SESSION_NON_STOP);
	if (s->state & (SESSION_RUNNING | SESSION_NON_STOP) && !traced)
		target_stop_all(s->target, 0);
	trace_client_gone(s);
	breakpoints_remove_all(s);
	let_go_of_processes(s, false);
	forget_client(s);
	if (target_processes(s->target, NULL, 0) == 0)
		s->state = SESSION_EMPTY;
	else
		s->state = SESSION_STOPPED;
	session_end_if_done(s);
	if (s->state == SESSION_STOPPED &&
	    (s->config.on_disconnect == ON_DISCONNECT_CONTINUE ||
	     s->left_running))
		session_run_alone(s);
	else if (s->state == SESSION_STOPPED && traced)
		session_stay_running(s);
	s->left_running = false;
}

/* ---- output ----------------------------------------------------------------
 */

static void
compact(struct session *s)
{
	if (s->out_start == s->out_end) {
		s->out_start = 0;
		s->out_end = 0;
	} else if (s->out_start > 0 && s->out_cap - s->out_end < OUT_NEED) {
		memmove(s->out, s->out + s->out_start,
			s->out_end - s->out_start);
		s->out_end -= s->out_start;
		s->out_start = 0;
	}
}

bool
session_has_room(const struct session *s)
{
	return s->out_cap - (s->out_end - s->out_start) >= OUT_NEED;
}

static size_t
reply_cap(struct session *s)
{
	size_t room;

	compact(s);
	room = s->out_cap - s->out_end;
	return room < SESSION_REPLY_MAX ? room : SESSION_REPLY_MAX;
}

void
session_begin(struct session *s, struct rsp_reply *r)
{
	size_t cap = reply_cap(s);

	rsp_reply_begin(r, s->out + s->out_end, cap);
	if (s->compressor != NULL)
		rsp_reply_mark(r);
}

void
session_begin_notification(struct session *s, struct rsp_reply *r)
{
	size_t cap = reply_cap(s);

	rsp_notification_begin(r, s->out + s->out_end, cap);
	if (s->compressor != NULL)
		rsp_reply_mark(r);
}

void
session_send(struct session *s, struct rsp_reply *r)
{
	bool packet = r->buf[0] == '$';
	size_t len;

	if (!rsp_reply_settle(r))
		return;
	session_log_packet(s, packet ? "sent" : "notified", rsp_reply_body(r),
			   rsp_reply_body_len(r));
	if (s->compressor != NULL)
		compressor_run(s->compressor, r);
	len = rsp_reply_finish(r);
	s->out_end += len;
	/* Notifications are neither acknowledged nor sent again. */
	if (packet && !s->client.no_ack) {
		memcpy(s->last, r->buf, len);
		s->last_len = len;
	}
}

static void
put_byte(struct session *s, uint8_t byte)
{
	compact(s);
	if (s->out_end < s->out_cap)
		s->out[s->out_end++] = byte;
}

void
session_console(struct session *s, const void *text, size_t len)
{
	const uint8_t *p = text;

	while (len > 0) {
		size_t n = len < 0x1000 ? len : 0x1000;
		struct rsp_reply r;

		session_begin(s, &r);
		if (rsp_reply_room(&r) < 2 * n + 1)
			return;
		rsp_reply_char(&r, 'O');
		rsp_reply_hex_bytes(&r, p, n);
		session_send(s, &r);
		p += n;
		len -= n;
	}
}

const uint8_t *
session_output(struct session *s, size_t *len)
{
	*len = s->out_end - s->out_start;
	return s->out + s->out_start;
}

void
session_sent(struct session *s, size_t n)
{
	size_t have = s->out_end - s->out_start;

	s->out_start += n < have ? n : have;
	compact(s);
}

/* ---- input ------------------------------------------------------------------
 */

/* Again what the client says it has got broken; once for each of its words,
 * and never more than fits. */
static void
retransmit(struct session *s)
{
	compact(s);
	if (s->client.no_ack || s->last_len == 0 ||
	    s->out_cap - s->out_end < s->last_len)
		return;
	memcpy(s->out + s->out_end, s->last, s->last_len);
	s->out_end += s->last_len;
	/* Only once: a client that never gets it right is not fed forever. */
	s->last_len = 0;
}

static void
refuse_overlong(struct session *s)
{
	struct rsp_reply r;

	session_begin(s, &r);
	rsp_reply_error(&r, RSP_ERRORS_PLAIN, EINVAL, NULL);
	session_send(s, &r);
}

static void
take_event(struct session *s, enum rsp_event event)
{
	switch (event) {
	case RSP_EVENT_PACKET:
		session_log_packet(s, "received", s->reader.body,
				   s->reader.len);
		if (!s->client.no_ack)
			put_byte(s, '+');
		session_dispatch(s, s->reader.body, s->reader.len);
		break;
	case RSP_EVENT_OVERLONG:
		if (!s->client.no_ack)
			put_byte(s, '+');
		refuse_overlong(s);
		break;
	case RSP_EVENT_BAD_CHECKSUM:
		if (!s->client.no_ack)
			put_byte(s, '-');
		break;
	case RSP_EVENT_NAK:
		retransmit(s);
		break;
	case RSP_EVENT_INTERRUPT:
		/* While it waits for a process it may always give up. */
		if (s->job != NULL || session_may(s, CLASS_CONTROL) == 0)
			session_interrupt(s);
		break;
	case RSP_EVENT_ACK:
	case RSP_EVENT_GARBAGE:
	case RSP_EVENT_NONE:
		break;
	}
}

size_t
session_receive(struct session *s, const uint8_t *data, size_t n)
{
	size_t used = 0;

	while (used < n && s->wish == SESSION_GO_ON && session_has_room(s)) {
		enum rsp_event event = RSP_EVENT_NONE;

		s->reader.check = !s->client.no_ack;
		s->reader.interruptible = s->state == SESSION_RUNNING;
		used +=
		    rsp_reader_feed(&s->reader, data + used, n - used, &event);
		take_event(s, event);
	}
	return used;
}

/* ---- the rest of the interface ---- */

int
session_wake_fd(struct session *s)
{
	return target_wake_fd(s->target);
}

void
session_target_ready(struct session *s)
{
	session_pump(s);
}

int
session_program_fd(struct session *s)
{
	return s->program_fd;
}

enum session_wish
session_wish(struct session *s)
{
	return s->wish;
}

bool
session_is_alive(struct session *s)
{
	return s->extended || target_processes(s->target, NULL, 0) > 0;
}

void
session_say(struct session *s, const char *format, ...)
{
	char line[1024];
	va_list ap;

	if (s->config.say == NULL)
		return;
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	s->config.say(s->config.say_arg, line);
}

/* Enough to see what a packet is; a memory write need not be seen whole. */
#define LOG_BYTES 400

void
session_log_packet(struct session *s, const char *direction,
		   const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char line[LOG_BYTES * 4 + 64];
	size_t at, n = len < LOG_BYTES ? len : LOG_BYTES;

	if (!s->remote_debug)
		return;
	at = (size_t)snprintf(line, 32, "[remote] %s: ", direction);
	for (size_t i = 0; i < n; i++) {
		uint8_t c = data[i];

		if (c >= ' ' && c < 0x7f && c != '\\') {
			line[at++] = (char)c;
			continue;
		}
		line[at++] = '\\';
		line[at++] = 'x';
		line[at++] = digits[c >> 4];
		line[at++] = digits[c & 15];
	}
	line[at] = '\0';
	if (n < len)
		snprintf(line + at, sizeof(line) - at, "... (%zu bytes)", len);
	if (s->config.log != NULL)
		s->config.log(s->config.log_arg, line);
	else if (s->config.say != NULL)
		s->config.say(s->config.say_arg, line);
}
