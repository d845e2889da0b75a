/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run control: ?, vCont, c, s, vCtrlC, vStopped, and what it is told of.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "run.h"

/* lldb's own numbers; its tests compare. */
enum { E_NO_PROCESS = 0x02, E_NOTHING_NOTIFIED = 0xff };

/* ---- why it stopped ---- */

static bool
has_ended(const struct target_event *ev)
{
	return ev->kind == TARGET_EVENT_EXITED ||
	       ev->kind == TARGET_EVENT_KILLED;
}

static int
put_no_process(struct session *s, struct rsp_reply *out)
{
	/* For gdb there is just nothing. */
	if (!s->client.dialect->verbose_stops) {
		rsp_reply_str(out, s->client.non_stop ? "OK" : "W00");
		return 0;
	}
	/* lldb asks again how it ended; told of an end before anything was
	 * launched, it crashes at the launch. */
	if (!has_ended(&s->last_stop))
		return session_code(s, E_NO_PROCESS);
	stop_reply(s, out, &s->last_stop);
	return 0;
}

/* The stop of a thread that stands, as far as it is known. */
static int
stop_of_thread(struct session *s, pid_t tid, struct target_event *ev)
{
	int err = target_stop_info(s->target, tid, ev);

	if (err < 0)
		return err;
	ev->kind = TARGET_EVENT_STOP;
	ev->tid = tid;
	ev->pid = target_thread_process(s->target, tid);
	return ev->pid == 0 ? -ESRCH : 0;
}

/* The last stop told, if its thread is still there; else the current one's. */
static int
present_stop(struct session *s, struct target_event *ev)
{
	pid_t pid, tid;
	int err;

	if (s->last_stop.kind == TARGET_EVENT_STOP &&
	    target_thread_process(s->target, s->last_stop.tid) != 0) {
		*ev = s->last_stop;
		return 0;
	}
	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	return stop_of_thread(s, tid, ev);
}

/* Appends the next stop that "?" has to tell; false: there is none left. */
static bool
put_untold(struct session *s, struct rsp_reply *out)
{
	struct target_event ev;

	while (s->next_untold < s->nuntold) {
		pid_t tid = s->untold[s->next_untold++];

		if (!target_is_stopped(s->target, tid) ||
		    stop_of_thread(s, tid, &ev) < 0)
			continue;
		stop_reply(s, out, &ev);
		return true;
	}
	s->nuntold = 0;
	s->next_untold = 0;
	return false;
}

int
run_list_untold(struct session *s, pid_t pid, pid_t told)
{
	size_t n = session_threads(s, pid), count = 0;
	pid_t *list = reallocarray(s->untold, n + 1, sizeof(*list));

	if (list == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (s->tids[i] != told)
			list[count++] = s->tids[i];
	}
	s->untold = list;
	s->nuntold = count;
	s->next_untold = 0;
	return 0;
}

/* What "?" would tell is told by notifications in its place. */
static void
defer_untold(struct session *s)
{
	struct target_event ev;

	while (s->next_untold < s->nuntold) {
		pid_t tid = s->untold[s->next_untold++];

		if (target_is_stopped(s->target, tid) &&
		    stop_of_thread(s, tid, &ev) == 0)
			run_defer(s, &ev);
	}
	s->nuntold = 0;
	s->next_untold = 0;
}

/* All threads that stand are told, the current one first, the rest by
 * vStopped. */
static int
tell_all_stops(struct session *s, struct rsp_reply *out)
{
	struct target_event ev;
	pid_t pid, tid = 0;
	int err;

	if (session_current(s, &pid, &tid) < 0 ||
	    !target_is_stopped(s->target, tid) ||
	    stop_of_thread(s, tid, &ev) < 0)
		tid = 0;
	err = run_list_untold(s, 0, tid);
	if (err < 0)
		return err;
	s->notified = true;
	if (tid != 0) {
		stop_reply(s, out, &ev);
	} else if (!put_untold(s, out)) {
		s->notified = false;
		rsp_reply_str(out, "OK");
	}
	if (s->client.dialect->first_stop_alone && s->notified) {
		s->first_stop_alone = true;
		defer_untold(s);
	}
	return 0;
}

int
handle_stop_reason(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	struct target_event ev;
	int err;

	(void)req;
	if (s->state == SESSION_EMPTY)
		return put_no_process(s, out);
	if (s->client.non_stop)
		return tell_all_stops(s, out);
	err = present_stop(s, &ev);
	if (err < 0)
		return err;
	session_select(s, ev.pid, ev.tid);
	stop_reply(s, out, &ev);
	return 0;
}

int
handle_stopped(struct session *s, const struct rsp_request *req,
	       struct rsp_reply *out)
{
	struct target_event ev;

	(void)req;
	if (!s->notified)
		return session_code(s, E_NOTHING_NOTIFIED);
	run_note_told(s, NULL);
	if (s->first_stop_alone) {
		s->first_stop_alone = false;
		s->stops_held = true;
		s->notified = false;
		rsp_reply_str(out, "OK");
		return 0;
	}
	if (put_untold(s, out))
		return 0;
	if (run_next_event(s, &ev)) {
		run_note_event(s, &ev);
		run_note_told(s, &ev);
		run_stop_process(s, &ev);
		stop_reply(s, out, &ev);
		return 0;
	}
	s->notified = false;
	rsp_reply_str(out, "OK");
	return 0;
}

/* ---- vCont ---- */

int
handle_vcont_query(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	(void)req;
	if (s->config.disable_vcont)
		return -EOPNOTSUPP;
	rsp_reply_str(out, "vCont;c;C;s;S;t");
	if (!s->client.dialect->verbose_stops)
		rsp_reply_str(out, ";r");
	return 0;
}

static bool
fits_pid(int64_t id)
{
	return id > 0 && id <= INT32_MAX;
}

/* An action whose ids exist, or an error: then nothing at all is resumed. */
static int
check_action(struct session *s, const struct rsp_action *in,
	     struct run_action *a)
{
	memset(a, 0, sizeof(*a));
	a->kind = in->kind;
	a->start = in->start;
	a->end = in->end;
	if (in->kind == 'C' || in->kind == 'S') {
		int sig = signal_from_client(s, in->signal);

		if (sig < 0)
			return sig;
		a->kind = in->kind == 'C' ? 'c' : 's';
		a->signal = sig;
	}
	if (!in->has_ptid)
		return 0;
	if (in->ptid.tid == RSP_ID_ALL) {
		if (!in->ptid.has_pid || in->ptid.pid == RSP_ID_ALL)
			return 0;
		if (!fits_pid(in->ptid.pid) ||
		    target_threads(s->target, (pid_t)in->ptid.pid, NULL, 0) ==
			0)
			return -ESRCH;
		a->pid = (pid_t)in->ptid.pid;
		return 0;
	}
	return session_resolve(s, &in->ptid, &a->pid, &a->tid);
}

/*
 * Whom the client names may have ended before it could know: in non-stop mode
 * at any time, in all-stop mode while its end waits to be told.
 */
static bool
may_be_gone(struct session *s)
{
	if (s->client.dialect->stops_whole_process)
		return false;
	return s->client.non_stop || s->ndeferred > 0 ||
	       target_next_event(s->target, NULL) > 0;
}

int
handle_vcont(struct session *s, const struct rsp_request *req,
	     struct rsp_reply *out)
{
	struct rsp_list list = req->actions;
	struct rsp_action in;
	struct run_action *actions;
	size_t n = 0, count = 0;
	bool gone = false;
	int err = 0;

	if (s->config.disable_vcont)
		return -EOPNOTSUPP;
	while (rsp_vcont_next(&list, &in))
		count++;
	actions = calloc(count + 1, sizeof(*actions));
	if (actions == NULL)
		return -ENOMEM;
	list = req->actions;
	while (err == 0 && rsp_vcont_next(&list, &in)) {
		err = check_action(s, &in, &actions[n++]);
		if (err == -ESRCH && may_be_gone(s)) {
			err = 0;
			n--;
			gone = true;
		}
	}
	if (err == 0 && n == 0 && gone && s->client.non_stop)
		rsp_reply_str(out, "OK");
	else if (err == 0)
		err = run_actions(s, actions, n, out);
	free(actions);
	return err;
}

/* ---- c, s, C, S ---- */

static int
set_pc(struct session *s, pid_t pid, pid_t tid, uint64_t addr)
{
	const struct arch *a = target_arch(s->target, pid);

	if (a == NULL || a->regs[a->pc].size > sizeof(addr))
		return -EOPNOTSUPP;
	return target_set_register(s->target, tid, a->pc, &addr);
}

/*
 * Hc names the one thread to run; without it the current thread steps or gets
 * the signal, and all the others go on.
 */
static int
resume_plain(struct session *s, const struct rsp_request *req, char kind,
	     bool with_signal, struct rsp_reply *out)
{
	struct run_action actions[2] = { { .kind = kind }, { .kind = 'c' } };
	bool one = s->client.c_tid > 0;
	struct rsp_ptid id = { .tid = RSP_ID_ANY };
	pid_t pid, tid;
	int err, sig = 0;

	if (one) {
		id.tid = s->client.c_tid;
		id.pid = s->client.c_pid;
		id.has_pid = s->client.c_pid > 0;
	}
	err = session_resolve(s, &id, &pid, &tid);
	if (err < 0)
		return err;
	if (with_signal)
		sig = signal_from_client(s, req->resume.signal);
	if (sig < 0)
		return sig;
	/* C with no thread chosen is lldb's `process signal`: a signal to the
	 * process, which it expects to be told of. */
	if (!one && sig > 0 && kind == 'c' &&
	    s->client.dialect->stops_whole_process) {
		err = target_signal(s->target, pid, sig);
		if (err < 0)
			return err;
		sig = 0;
	}
	if (req->resume.has_addr) {
		err = session_may(s, CLASS_WRITE);
		if (err == 0)
			err = set_pc(s, pid, tid, req->resume.addr);
		if (err < 0)
			return err;
	}
	actions[0].pid = pid;
	actions[0].tid = tid;
	actions[0].signal = sig;
	/* A process that runs as a whole goes on with its other threads, but
	 * does not take other processes along. */
	if (s->client.dialect->stops_whole_process) {
		one = one && kind == 's';
		actions[1].pid = pid;
	}
	return run_actions(s, actions, one ? 1 : 2, out);
}

int
handle_continue(struct session *s, const struct rsp_request *req,
		struct rsp_reply *out)
{
	return resume_plain(s, req, 'c', false, out);
}

int
handle_continue_signal(struct session *s, const struct rsp_request *req,
		       struct rsp_reply *out)
{
	return resume_plain(s, req, 'c', true, out);
}

int
handle_step(struct session *s, const struct rsp_request *req,
	    struct rsp_reply *out)
{
	return resume_plain(s, req, 's', false, out);
}

int
handle_step_signal(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	return resume_plain(s, req, 's', true, out);
}

int
handle_ctrl_c(struct session *s, const struct rsp_request *req,
	      struct rsp_reply *out)
{
	(void)req;
	session_interrupt(s);
	rsp_reply_str(out, "OK");
	return 0;
}
