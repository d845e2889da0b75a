/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes come and go: vRun, A, R, k, vKill, D.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "platform.h"
#include "process.h"
#include "program.h"
#include "regions.h"
#include "run.h"
#include "trace.h"

/* ---- a process has come ---- */

int
process_announce(struct session *s, pid_t pid)
{
	size_t n = session_threads(s, pid);

	for (size_t i = 0; i < n; i++) {
		struct target_event ev = { .kind = TARGET_EVENT_STOP,
					   .reason = TARGET_STOP_REQUESTED,
					   .pid = pid,
					   .tid = s->tids[i] };

		if (!run_defer(s, &ev))
			return -ENOMEM;
	}
	return 0;
}

int
process_first_stop(struct session *s, pid_t pid, struct rsp_reply *out)
{
	struct target_event ev;
	pid_t tid;
	int err;

	if (target_threads(s->target, pid, &tid, 1) == 0)
		return -ESRCH;
	err = target_stop_info(s->target, tid, &ev);
	if (err < 0)
		return err;
	ev.kind = TARGET_EVENT_STOP;
	ev.pid = pid;
	ev.tid = tid;
	s->last_stop = ev;
	session_select(s, pid, tid);
	s->client.c_pid = RSP_ID_ALL;
	s->client.c_tid = RSP_ID_ALL;
	stop_reply(s, out, &ev);
	return 0;
}

/* ---- launch ------------------------------------------------------------- */

static int
launch_failed(struct session *s, struct rsp_reply *out, const char *program,
	      int err)
{
	struct launch_settings *l = &s->launch;

	l->launch_error = -err;
	if (err == -ECHILD)
		snprintf(l->launch_error_text, sizeof(l->launch_error_text),
			 "%.200s ended before it had started", program);
	else if (l->unopened != NULL)
		snprintf(l->launch_error_text, sizeof(l->launch_error_text),
			 "%.200s, for its standard streams: %s", l->unopened,
			 strerror(-err));
	else
		snprintf(l->launch_error_text, sizeof(l->launch_error_text),
			 "%.200s: execve failed: %s", program, strerror(-err));
	if (err != -ECHILD)
		session_say(s, "Cannot exec %s: %s.",
			    l->unopened != NULL ? l->unopened : program,
			    strerror(-err));
	return session_error(s, out, -err, l->launch_error_text);
}

/* The strings one after the other as a list; borrows them. */
static const char **
argv_of(const char *argv0, size_t argc)
{
	const char **argv = calloc(argc + 1, sizeof(*argv));
	const char *at = argv0;

	if (argv == NULL)
		return NULL;
	for (size_t i = 0; i < argc; i++) {
		argv[i] = at;
		at += strlen(at) + 1;
	}
	return argv;
}

/* Starts what is in the settings. */
static int
start_program(struct session *s, struct rsp_reply *out, pid_t *pid)
{
	char *const *argv = s->launch.argv;
	int err;

	if (argv == NULL || argv[0] == NULL)
		return session_error(s, out, ENOENT, "no program was named");
	err = session_start(s, (const char *const *)argv, pid);
	if (err < 0)
		return launch_failed(s, out, argv[0], err);
	s->launch.launch_error = 0;
	return 0;
}

/* Takes over argv; an empty name stands for the last program. */
static int
set_argv(struct session *s, const struct rsp_request *req)
{
	const char **argv = argv_of(req->run.argv0, req->run.argc);
	char *last = NULL;
	int err = 0;

	if (argv == NULL)
		return -ENOMEM;
	if (req->run.argc > 0 && argv[0][0] == '\0') {
		if (s->launch.argv == NULL)
			err = -ENOENT;
		else if ((last = strdup(s->launch.argv[0])) == NULL)
			err = -ENOMEM;
		else
			argv[0] = last;
	}
	if (err == 0)
		err = launch_set_argv(&s->launch, argv);
	free(last);
	free(argv);
	return err;
}

int
handle_run(struct session *s, const struct rsp_request *req,
	   struct rsp_reply *out)
{
	pid_t pid;
	int err;

	/* What a platform starts is not debugged, so there is no stop. */
	if (session_is_platform(s))
		return -EOPNOTSUPP;
	err = set_argv(s, req);
	if (err < 0)
		return err;
	s->launch.one_text = s->client.one_text_argument && req->run.argc == 2;
	err = start_program(s, out, &pid);
	if (err < 0)
		return err;
	return process_first_stop(s, pid, out);
}

int
handle_launch_args(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	struct target_event ev;
	pid_t pid, tid;
	int err = set_argv(s, req);

	if (err == 0 && session_is_platform(s)) {
		err = platform_start(s, out);
		if (err < 0)
			return launch_failed(s, out, s->launch.argv[0], err);
		rsp_reply_str(out, "OK");
		return 0;
	}
	if (err == 0)
		err = start_program(s, out, &pid);
	if (err < 0)
		return err;
	if (target_threads(s->target, pid, &tid, 1) == 0 ||
	    target_stop_info(s->target, tid, &ev) < 0)
		return -ESRCH;
	session_select(s, pid, tid);
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_launch_success(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	(void)req;
	if (s->launch.launch_error == 0) {
		rsp_reply_str(out, "OK");
		return 0;
	}
	/* Not an error's form: a text after the letter. */
	rsp_reply_char(out, 'E');
	rsp_reply_str(out, s->launch.launch_error_text);
	return 0;
}

int
session_launch(struct session *s, const char *const *argv)
{
	pid_t pid;
	int err = launch_set_argv(&s->launch, argv);

	if (err < 0)
		return err;
	return session_start(s, argv, &pid);
}

/* ---- kill --------------------------------------------------------------- */

/* Kills one; what it owes is no longer owed. */
static int
kill_process(struct session *s, pid_t pid)
{
	int err = target_kill(s->target, pid);

	session_audit(s, "kill", pid, err, NULL);
	if (err < 0)
		return err;
	session_forget_process(s, pid);
	s->last_stop = (struct target_event){ .kind = TARGET_EVENT_KILLED,
					      .pid = pid,
					      .tid = pid,
					      .signal = SIGKILL };
	session_update_state(s);
	return 0;
}

/* One X09 for each process: every one but the last is sent here; in non-stop
 * mode they are notified instead. */
static void
put_killed(struct session *s, struct rsp_reply *out, bool first)
{
	if (s->client.non_stop) {
		run_defer(s, &s->last_stop);
		if (first)
			rsp_reply_str(out, "OK");
		return;
	}
	if (!first) {
		session_send(s, out);
		session_begin(s, out);
	}
	stop_reply(s, out, &s->last_stop);
}

int
handle_kill(struct session *s, const struct rsp_request *req,
	    struct rsp_reply *out)
{
	bool tell = s->client.dialect->verbose_stops, first = true;
	pid_t pid;

	(void)req;
	if (s->state == SESSION_EMPTY)
		return tell ? -ESRCH : SESSION_NO_REPLY;
	session_say(s, "Killing all inferiors");
	while (session_has_room(s) &&
	       target_processes(s->target, &pid, 1) > 0) {
		if (kill_process(s, pid) < 0)
			break;
		if (tell)
			put_killed(s, out, first);
		first = false;
	}
	/* In non-stop mode the client is still to be told of each. */
	if (s->state == SESSION_EMPTY && !session_is_alive(s) &&
	    !s->client.non_stop)
		s->wish = SESSION_EXIT;
	return tell && !first ? 0 : SESSION_NO_REPLY;
}

static bool
is_ours(struct session *s, int64_t pid)
{
	return pid > 0 && pid <= INT32_MAX &&
	       target_threads(s->target, (pid_t)pid, NULL, 0) > 0;
}

/* A process that has ended, and of whose end the client was not told yet. */
static int
let_go_of_ended(struct session *s, int64_t pid)
{
	int err;

	if (pid <= 0 || pid > INT32_MAX ||
	    target_thread_process(s->target, (pid_t)pid) != 0)
		return -ESRCH;
	err = target_detach(s->target, (pid_t)pid, false);
	if (err < 0)
		return err;
	session_forget_process(s, (pid_t)pid);
	session_update_state(s);
	return 0;
}

int
handle_vkill(struct session *s, const struct rsp_request *req,
	     struct rsp_reply *out)
{
	int err;

	if (is_ours(s, req->pid))
		err = kill_process(s, (pid_t)req->pid);
	else
		err = let_go_of_ended(s, req->pid);
	if (err == 0)
		rsp_reply_str(out, "OK");
	return err;
}

/* ---- detach ------------------------------------------------------------- */

int
process_detach(struct session *s, pid_t pid, bool stay_stopped)
{
	int err;

	regions_before_detach(s, pid);
	session_say(s, "Detaching from process %d", (int)pid);
	trace_detach(s, pid);
	err = target_detach(s->target, pid, stay_stopped);
	session_audit(s, "detach", pid, err, NULL);
	if (err < 0)
		return err;
	session_forget_process(s, pid);
	session_update_state(s);
	return 0;
}

/*
 * The user wants the trace to go on without a debugger, and a process that is
 * detached has no tracepoints.  So the client is sent away instead, and the
 * program runs on with nobody to tell.
 */
static bool
leaves_trace(struct session *s)
{
	if (!trace_outlives_client(s) ||
	    target_processes(s->target, NULL, 0) != 1)
		return false;
	session_say(s, "The trace goes on: the process is not detached");
	s->left_running = true;
	s->wish = SESSION_CLOSE;
	return true;
}

int
handle_detach(struct session *s, const struct rsp_request *req,
	      struct rsp_reply *out)
{
	bool stay = req->detach.stay_stopped;
	pid_t pid;
	int err = stay ? session_may(s, CLASS_CONTROL) : 0;

	if (err < 0)
		return err;

	if (req->detach.has_pid && !is_ours(s, req->detach.pid)) {
		err = let_go_of_ended(s, req->detach.pid);
		if (err == 0)
			rsp_reply_str(out, "OK");
		return err;
	}
	if (!stay && leaves_trace(s)) {
		rsp_reply_str(out, "OK");
		return 0;
	}
	if (req->detach.has_pid) {
		err = process_detach(s, (pid_t)req->detach.pid, stay);
	} else {
		if (s->state == SESSION_EMPTY)
			return -ESRCH;
		while (err == 0 && target_processes(s->target, &pid, 1) > 0)
			err = process_detach(s, pid, stay);
	}
	if (err == 0)
		rsp_reply_str(out, "OK");
	return err;
}

int
handle_detach_stopped_supported(struct session *s,
				const struct rsp_request *req,
				struct rsp_reply *out)
{
	(void)s;
	(void)req;
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_detach_on_error(struct session *s, const struct rsp_request *req,
		       struct rsp_reply *out)
{
	s->client.detach_on_error = req->flag;
	rsp_reply_str(out, "OK");
	return 0;
}

/* ---- restart ------------------------------------------------------------ */

/* Has no reply: the client asks "?" for what became of it. */
int
handle_restart(struct session *s, const struct rsp_request *req,
	       struct rsp_reply *out)
{
	pid_t pid;

	(void)req;
	if (!s->extended)
		return -EOPNOTSUPP;
	if (s->state != SESSION_EMPTY && session_may(s, CLASS_CONTROL) < 0)
		return SESSION_NO_REPLY;
	while (target_processes(s->target, &pid, 1) > 0) {
		if (kill_process(s, pid) < 0)
			return SESSION_NO_REPLY;
	}
	if (start_program(s, out, &pid) == 0 &&
	    process_first_stop(s, pid, out) == 0)
		rsp_reply_clear(out);
	return SESSION_NO_REPLY;
}
