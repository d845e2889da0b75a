/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carrying out a list of actions: the first that matches a thread wins, and a
 * thread that none names stays as it is.
 */
#include <errno.h>

#include "run.h"

/* lldb's own number for it; its tests compare. */
#define E_ALREADY_RUNNING 0x37

static const struct run_action *
action_of(const struct run_action *actions, size_t n, pid_t pid, pid_t tid)
{
	for (size_t i = 0; i < n; i++) {
		const struct run_action *a = &actions[i];

		if ((a->pid == 0 || a->pid == pid) &&
		    (a->tid == 0 || a->tid == tid))
			return a;
	}
	return NULL;
}

/* An action for all that has crossed the news of a stop is not for that one. */
static bool
is_crossed(const struct session *s, const struct run_action *a, pid_t tid)
{
	return a->tid == 0 &&
	       (tid == s->unacknowledged[0] || tid == s->unacknowledged[1]);
}

static int
resume_thread(struct session *s, pid_t tid, const struct run_action *a)
{
	struct target_resume how = { .kind = TARGET_RESUME_CONTINUE,
				     .signal = a->signal };

	if (a->kind == 's')
		how.kind = TARGET_RESUME_STEP;
	if (a->kind == 'r') {
		how.kind = TARGET_RESUME_STEP_RANGE;
		how.range_start = a->start;
		how.range_end = a->end;
	}
	return target_resume(s->target, tid, &how);
}

/* How a list of actions went. */
struct outcome {
	size_t resumed, stopping, running;
	int err; /* the first failure that is not a death */
};

static void
apply(struct session *s, const struct run_action *actions, size_t nactions,
      size_t nthreads, struct outcome *o)
{
	for (size_t i = 0; i < nthreads; i++) {
		pid_t tid = s->tids[i];
		const struct run_action *a =
		    action_of(actions, nactions,
			      target_thread_process(s->target, tid), tid);
		bool stopped = target_is_stopped(s->target, tid);
		int err = 0;

		if (a == NULL)
			continue;
		if (a->kind == 't') {
			if (!stopped)
				err = target_stop(s->target, tid);
			o->stopping++;
		} else if (!stopped || is_crossed(s, a, tid)) {
			o->running++;
		} else {
			err = resume_thread(s, tid, a);
			if (err == 0)
				o->resumed++;
		}
		/* A thread that is gone says so by an event. */
		if (err < 0 && err != -ESRCH && o->err == 0)
			o->err = err;
	}
}

/* Where a process runs as a whole, one that does already cannot be resumed. */
static bool
is_running_already(struct session *s, const struct run_action *actions,
		   size_t nactions, size_t nthreads)
{
	pid_t running = 0;

	for (size_t i = 0; i < nthreads && running == 0; i++) {
		if (!target_is_stopped(s->target, s->tids[i]))
			running = target_thread_process(s->target, s->tids[i]);
	}
	for (size_t i = 0; running != 0 && i < nactions; i++) {
		const struct run_action *a = &actions[i];

		if (a->kind != 't' && (a->pid == 0 || a->pid == running))
			return true;
	}
	return false;
}

/* A ^C that came too late for the last stop: this run is none. */
static bool
interrupted_before(struct session *s, const struct run_action *actions,
		   size_t n, size_t nthreads, struct rsp_reply *out)
{
	struct target_event ev = { .kind = TARGET_EVENT_STOP,
				   .reason = TARGET_STOP_REQUESTED };

	if (!s->interrupt_wanted || s->client.non_stop)
		return false;
	/* A signal is not to be lost. */
	for (size_t i = 0; i < n; i++) {
		if (actions[i].signal != 0)
			return false;
	}
	/* The first action is the one that the client is about. */
	for (size_t i = 0; n > 0 && i < nthreads; i++) {
		ev.tid = s->tids[i];
		ev.pid = target_thread_process(s->target, ev.tid);
		if (action_of(actions, 1, ev.pid, ev.tid) != NULL)
			return run_was_interrupted(s, &ev, out);
	}
	return false;
}

int
run_actions(struct session *s, const struct run_action *actions, size_t n,
	    struct rsp_reply *out)
{
	struct outcome o = { 0 };
	size_t nthreads = session_threads(s, 0);
	int err;

	if (s->client.non_stop && s->client.dialect->stops_whole_process &&
	    is_running_already(s, actions, n, nthreads))
		return session_code(s, E_ALREADY_RUNNING);
	if (interrupted_before(s, actions, n, nthreads, out))
		return 0;
	apply(s, actions, n, nthreads, &o);
	err = target_resume_commit(s->target);
	run_drop_stale_stops(s);
	if (err == 0)
		err = o.err;
	if (err < 0 && !s->client.non_stop)
		target_stop_all(s->target, 0);
	if (err < 0)
		return err;
	if (s->client.non_stop) {
		if (o.resumed + o.stopping + o.running == 0)
			return -ESRCH;
		rsp_reply_str(out, "OK");
		return 0;
	}
	/* Nothing to run: unless an end is to be told, an error. */
	if (o.resumed == 0 && s->ndeferred == 0 &&
	    target_next_event(s->target, NULL) == 0)
		return -ESRCH;
	s->state = SESSION_RUNNING;
	if (s->interrupt_wanted)
		session_interrupt(s);
	return SESSION_NO_REPLY;
}
