/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files about run control share: events and resuming.
 */
#ifndef SERVER_SESSION_RUN_H
#define SERVER_SESSION_RUN_H

#include "private.h"

/* The next event to tell, deferred ones first. */
bool run_next_event(struct session *s, struct target_event *ev);
/* Keeps an event for later; false: no memory. */
bool run_defer(struct session *s, const struct target_event *ev);
/* Forgets kept stops of threads that run again: their client never knew. */
void run_drop_stale_stops(struct session *s);
/* Keeps the session's own books when an event is told. */
void run_note_event(struct session *s, const struct target_event *ev);
/*
 * Non-stop: this event is what a notification or vStopped tells, to be
 * acknowledged; NULL: the last one was.
 */
void run_note_told(struct session *s, const struct target_event *ev);
/* All threads of a process (0: of all) go on, if it is still there. */
void run_process(struct session *s, pid_t pid);
/* Non-stop: stops the event's process, for a client that takes it as one. */
void run_stop_process(struct session *s, const struct target_event *ev);
/*
 * Notes the threads whose stops vStopped is to tell, of a process (0: of all):
 * all but `told`.
 */
int run_list_untold(struct session *s, pid_t pid, pid_t told);
/*
 * All-stop: an interrupt came before the run and is told at once, as the stop
 * `ev` of a thread that is not resumed then.
 */
bool run_was_interrupted(struct session *s, const struct target_event *ev,
			 struct rsp_reply *out);
/* Sends what the program wrote before it stopped, so that it comes first. */
void run_drain_program(struct session *s);

/* One action of vCont, with ids that exist: pid, tid 0 mean all. */
struct run_action {
	char kind;  /* c s r t */
	int signal; /* Linux's number */
	uint64_t start, end;
	pid_t pid, tid;
};

/*
 * Resumes (or, in non-stop mode, stops) every thread whose first matching
 * action says so.  Returns as a handler does: SESSION_NO_REPLY in all-stop
 * mode, where the stop reply is the reply.  On an error nothing runs that did
 * not before.
 */
int run_actions(struct session *s, const struct run_action *actions, size_t n,
		struct rsp_reply *out);

#endif
