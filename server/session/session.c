/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a session, and its input.
 */
#include "session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "platform.h"
#include "private.h"
#include "program.h"
#include "regions.h"
#include "run.h"
#include "trace.h"

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
	output_reset(s);
	s->notified = false;
	run_note_told(s, NULL);
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
	s->body = malloc(SESSION_PACKET_MAX + 1);
	s->view = calloc(1, sizeof(*s->view));
	if (config->audit != NULL)
		s->audit = audit_new();
	launch_settings_init(&s->launch, config);
	if (output_init(s) < 0 || s->body == NULL || s->view == NULL ||
	    (config->audit != NULL && s->audit == NULL) ||
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
	output_free(s);
	free(s->untold);
	free(s->deferred);
	free(s->tids);
	free(s->thread_db_path);
	audit_flush(s);
	free(s->audit);
	free(s->view);
	free(s->body);
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

/* ---- input -------------------------------------------------------------- */

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
			output_byte(s, '+');
		session_dispatch(s, s->reader.body, s->reader.len);
		break;
	case RSP_EVENT_NOTICE:
		session_log_packet(s, "received", s->reader.body,
				   s->reader.len);
		session_take_notice(s, s->reader.body, s->reader.len);
		break;
	case RSP_EVENT_OVERLONG:
		if (!s->client.no_ack)
			output_byte(s, '+');
		refuse_overlong(s);
		break;
	case RSP_EVENT_BAD_CHECKSUM:
		if (!s->client.no_ack)
			output_byte(s, '-');
		break;
	case RSP_EVENT_NAK:
		output_again(s);
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
