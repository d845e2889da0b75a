/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs and what the client is told of it.
 *
 * The engine is per thread; here it gets its presentation.  All-stop: at an
 * event everything is stopped and one reply is sent; what else has happened
 * stays queued in the target until its thread is resumed.  Non-stop: one
 * notification at a time, the rest stays queued until vStopped asks for it.
 */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "private.h"
#include "trace.h"

void
session_update_state(struct session *s)
{
	if (target_processes(s->target, NULL, 0) == 0) {
		s->state = SESSION_EMPTY;
		/* A ^C that is kept for the next run is not for the next
		 * program. */
		s->interrupt_wanted = false;
	} else if (s->client.non_stop) {
		s->state = SESSION_NON_STOP;
	} else if (s->state != SESSION_RUNNING) {
		s->state = SESSION_STOPPED;
	}
}

void
session_set_reports(struct session *s)
{
	const struct client *c = &s->client;
	unsigned reports = 0;

	if (c->fork_events)
		reports |= TARGET_REPORT_FORK;
	if (c->vfork_events)
		reports |= TARGET_REPORT_VFORK;
	if (c->exec_events || c->dialect->verbose_stops)
		reports |= TARGET_REPORT_EXEC;
	if (c->thread_events)
		reports |= TARGET_REPORT_CLONE | TARGET_REPORT_THREAD_EXIT;
	if (c->no_resumed)
		reports |= TARGET_REPORT_NO_RESUMED;
	target_set_reports(s->target, reports);
}

void
session_forget_process(struct session *s, pid_t pid)
{
	breakpoints_forget_process(s, pid);
	trace_process_ended(s, pid);
	if (s->client.g_pid == pid)
		session_select(s, 0, 0);
	for (size_t i = 0; i < SESSION_SAVED_MAX; i++) {
		struct saved_registers *r = &s->saved[i];

		if (r->file == NULL ||
		    target_thread_process(s->target, r->tid) != 0)
			continue;
		free(r->file);
		memset(r, 0, sizeof(*r));
	}
}

/* gdbserver outside extended mode has nothing left to do then. */
void
session_end_if_done(struct session *s)
{
	if (s->client.present)
		return;
	if (s->config.once || !session_is_alive(s))
		s->wish = SESSION_EXIT;
}

/* ---- events ------------------------------------------------------------- */

bool
run_defer(struct session *s, const struct target_event *ev)
{
	if (s->first_deferred + s->ndeferred == s->deferred_cap) {
		size_t cap = s->deferred_cap * 2 + 8;
		struct target_event *grown =
		    reallocarray(s->deferred, cap, sizeof(*grown));

		if (grown == NULL)
			return false;
		s->deferred = grown;
		s->deferred_cap = cap;
	}
	s->deferred[s->first_deferred + s->ndeferred++] = *ev;
	return true;
}

void
run_drop_stale_stops(struct session *s)
{
	struct target_event *from = s->deferred + s->first_deferred;
	size_t n = 0;

	for (size_t i = 0; i < s->ndeferred; i++) {
		if (from[i].kind != TARGET_EVENT_STOP ||
		    target_is_stopped(s->target, from[i].tid))
			from[n++] = from[i];
	}
	s->ndeferred = n;
}

bool
run_next_event(struct session *s, struct target_event *ev)
{
	if (s->ndeferred > 0) {
		*ev = s->deferred[s->first_deferred++];
		s->ndeferred--;
		if (s->ndeferred == 0)
			s->first_deferred = 0;
		return true;
	}
	return target_next_event(s->target, ev) > 0;
}

static bool
ends_process(const struct target_event *ev)
{
	return ev->kind == TARGET_EVENT_EXITED ||
	       ev->kind == TARGET_EVENT_KILLED;
}

static void
forget_program(struct session *s, pid_t pid)
{
	breakpoints_forget_process(s, pid);
	trace_forget_process(s, pid);
}

void
run_note_event(struct session *s, const struct target_event *ev)
{
	if (s->config.comm_is_stdio)
		/* The client's own terminal, where the client says it. */;
	else if (ev->kind == TARGET_EVENT_EXITED)
		session_say(s, "\nChild exited with status %d", ev->status);
	else if (ev->kind == TARGET_EVENT_KILLED)
		session_say(s, "\nChild terminated with signal = 0x%x (%s)",
			    (unsigned)ev->signal, signal_name(ev->signal));
	if (ends_process(ev))
		session_forget_process(s, ev->pid);
	else if (ev->reason == TARGET_STOP_EXEC)
		forget_program(s, ev->pid);
	else if (ev->reason == TARGET_STOP_FORK)
		trace_forked(s, ev->child_pid);
	if (s->interrupt_wanted && ev->reason == TARGET_STOP_REQUESTED) {
		s->interrupt_wanted = false;
		s->interrupt_tid = ev->tid;
	} else if (ev->tid == s->interrupt_tid) {
		s->interrupt_tid = 0;
	}
	s->last_stop = *ev;
	session_update_state(s);
}

void
run_process(struct session *s, pid_t pid)
{
	struct target_resume how = { .kind = TARGET_RESUME_CONTINUE };
	size_t n = session_threads(s, pid);

	for (size_t i = 0; i < n; i++) {
		if (target_resume(s->target, s->tids[i], &how) < 0)
			continue;
	}
	target_resume_commit(s->target);
}

static bool
is_of_live_thread(const struct target_event *ev)
{
	return !ends_process(ev) && ev->kind != TARGET_EVENT_NO_RESUMED &&
	       ev->kind != TARGET_EVENT_THREAD_EXITED;
}

/* All-stop: this is what the client is told, and it stands now. */
static void
settle_stop(struct session *s, const struct target_event *ev)
{
	bool live = is_of_live_thread(ev);

	s->state = SESSION_STOPPED;
	run_note_event(s, ev);
	if (!live || !s->client.dialect->keeps_interrupt)
		s->interrupt_wanted = false;
	s->interrupt_told = live && ev->reason == TARGET_STOP_REQUESTED;
	if (live)
		session_select(s, ev->pid, ev->tid);
}

static void
report_stop(struct session *s, struct target_event *ev)
{
	struct rsp_reply r;

	target_stop_all(s->target, 0);
	/* Others may have ended it while they were being stopped: its process
	 * ends, or runs another program. */
	if (is_of_live_thread(ev) &&
	    target_thread_process(s->target, ev->tid) == 0) {
		run_process(s, ev->pid);
		return;
	}
	if (s->client.dialect->stops_whole_process)
		target_fetch_stops(s->target, 0);
	settle_stop(s, ev);
	run_drain_program(s);
	session_begin(s, &r);
	stop_reply(s, &r, ev);
	session_send(s, &r);
}

static void
resume_silently(struct session *s, const struct target_event *ev, int signal)
{
	struct target_resume how = { .kind = TARGET_RESUME_CONTINUE,
				     .signal = signal };

	/* On failure the thread is gone, which is an event of its own. */
	if (target_resume(s->target, ev->tid, &how) == 0)
		target_resume_commit(s->target);
}

/* With no client there is nobody to decide: signals go to the program. */
static void
pass_event(struct session *s, const struct target_event *ev)
{
	if (ev->kind == TARGET_EVENT_STOP) {
		int sig = ev->reason == TARGET_STOP_SIGNAL ? ev->signal : 0;

		resume_silently(s, ev, sig);
		return;
	}
	if (!ends_process(ev))
		return;
	run_note_event(s, ev);
	session_end_if_done(s);
}

static void
pump_running(struct session *s)
{
	struct target_event ev;

	while (s->state == SESSION_RUNNING && session_has_room(s) &&
	       run_next_event(s, &ev)) {
		if (!s->client.present)
			pass_event(s, &ev);
		else if (ev.reason == TARGET_STOP_REQUESTED &&
			 !s->interrupt_wanted)
			/* Of an interrupt that another stop has overtaken. */
			resume_silently(s, &ev, 0);
		else
			report_stop(s, &ev);
	}
}

/* Where a stop is the process's, the other threads are told after it. */
void
run_stop_process(struct session *s, const struct target_event *ev)
{
	if (!s->client.dialect->stops_whole_process ||
	    ev->kind != TARGET_EVENT_STOP)
		return;
	target_stop_all(s->target, ev->pid);
	target_fetch_stops(s->target, ev->pid);
	session_select(s, ev->pid, ev->tid);
	run_list_untold(s, ev->pid, ev->tid);
}

void
run_note_told(struct session *s, const struct target_event *ev)
{
	bool news = ev != NULL && ev->kind == TARGET_EVENT_STOP &&
		    !s->client.dialect->stops_whole_process;

	s->unacknowledged[0] = news ? ev->tid : 0;
	s->unacknowledged[1] = news ? ev->child_tid : 0;
}

static void
notify(struct session *s)
{
	struct target_event ev;
	struct rsp_reply r;

	if (s->notified || s->stops_held || !session_has_room(s) ||
	    !run_next_event(s, &ev))
		return;
	/* What it wrote before it stopped: the client may go on at once. */
	session_program_ready(s);
	s->notified = true;
	run_note_event(s, &ev);
	run_note_told(s, &ev);
	run_stop_process(s, &ev);
	session_begin_notification(s, &r);
	rsp_reply_str(&r, "Stop:");
	stop_reply(s, &r, &ev);
	session_send(s, &r);
}

/* Is an event that comes now told now? */
static bool
tells_events(const struct session *s)
{
	if (!session_has_room(s))
		return false;
	if (s->state == SESSION_RUNNING)
		return true;
	return s->client.non_stop && !s->notified && !s->stops_held;
}

void
session_pump(struct session *s)
{
	bool alone = s->job != NULL && s->job->alone;

	/*
	 * What cannot be told now is collected, or the wake descriptor would
	 * stay readable.  But only that: what could be told, and is not taken
	 * here, must keep it readable.
	 */
	if (alone || !tells_events(s))
		target_next_event(s->target, NULL);
	else if (s->state == SESSION_RUNNING)
		pump_running(s);
	else
		notify(s);
}

/* ---- interrupts ---- */

/* Nothing runs that could stop: the client still waits for its reply. */
static void
report_nothing_runs(struct session *s)
{
	struct target_event ev = { .kind = TARGET_EVENT_STOP,
				   .reason = TARGET_STOP_REQUESTED };

	s->interrupt_wanted = true;
	if (session_current(s, &ev.pid, &ev.tid) == 0)
		report_stop(s, &ev);
}

void
session_interrupt(struct session *s)
{
	int err;

	if (s->state == SESSION_STOPPED && !s->interrupt_told)
		s->interrupt_wanted = s->client.dialect->keeps_interrupt;
	if (!(s->state & (SESSION_RUNNING | SESSION_NON_STOP)))
		return;
	if (job_cancel(s)) {
		struct rsp_reply r;

		session_begin(s, &r);
		session_finish_reply(s, &r, -EINTR);
		return;
	}
	err = target_interrupt(s->target, 0);
	if (err == 0)
		s->interrupt_wanted = true;
	else if (s->state == SESSION_RUNNING && session_has_room(s) &&
		 target_next_event(s->target, NULL) == 0)
		report_nothing_runs(s);
}

bool
run_was_interrupted(struct session *s, const struct target_event *ev,
		    struct rsp_reply *out)
{
	if (!s->interrupt_wanted)
		return false;
	settle_stop(s, ev);
	stop_reply(s, out, ev);
	return true;
}

static const uint64_t all_signals[2] = { UINT64_MAX, UINT64_MAX };

void
session_run_alone(struct session *s)
{
	target_set_pass_signals(s->target, all_signals);
	run_process(s, 0);
	s->state = SESSION_RUNNING;
}

void
session_stay_running(struct session *s)
{
	target_set_pass_signals(s->target, all_signals);
	s->state = SESSION_RUNNING;
}
