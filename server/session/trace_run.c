/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning and the end of a trace run, and what happens to it between. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "breakpoints.h"
#include "trace.h"

/* ---- the back end's breakpoints ------------------------------------------ */

bool
trace_needs_trap(const struct session *s, pid_t pid, uint64_t addr)
{
	const struct trace *t = s->trace;

	if (t == NULL || t->pid != pid)
		return false;
	for (size_t i = 0; i < t->npoints; i++) {
		if (t->points[i].inserted && t->points[i].addr == addr)
			return true;
	}
	return false;
}

static int
insert(struct session *s, struct tracepoint *tp)
{
	struct trace *t = s->trace;
	int err;

	if (tp->inserted)
		return 0;
	if (target_arch(s->target, t->pid) != t->view.arch)
		return -EINVAL;
	err = target_insert_breakpoint(s->target, t->pid,
				       TARGET_BREAKPOINT_SOFTWARE, tp->addr, 1);
	if (err == 0)
		tp->inserted = true;
	return err;
}

static void
take_out(struct session *s, pid_t pid, uint64_t addr)
{
	/* A process that is gone has none: nothing to be done. */
	if (!breakpoints_has(s, pid, TARGET_BREAKPOINT_SOFTWARE, addr))
		(void)!target_remove_breakpoint(
		    s->target, pid, TARGET_BREAKPOINT_SOFTWARE, addr, 1);
}

static void
take_all_out(struct session *s)
{
	struct trace *t = s->trace;

	for (size_t i = 0; i < t->npoints; i++) {
		struct tracepoint *tp = &t->points[i];

		if (!tp->inserted)
			continue;
		tp->inserted = false;
		if (!trace_needs_trap(s, t->pid, tp->addr))
			take_out(s, t->pid, tp->addr);
	}
}

static int
insert_all(struct session *s)
{
	struct trace *t = s->trace;

	for (size_t i = 0; i < t->npoints; i++) {
		int err = insert(s, &t->points[i]);

		if (err < 0) {
			take_all_out(s);
			return err;
		}
		/* gdb announces actions also where none follow. */
		t->points[i].complete = true;
	}
	return 0;
}

/* ---- begin -------------------------------------------------------------- */

/* Whose program it is, and how its registers are collected. */
static int
take_process(struct session *s)
{
	struct trace *t = s->trace;
	const struct register_view *view;
	pid_t pid, tid;
	int err;

	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	view = session_view(s, tid);
	if (view == NULL)
		return -ESRCH;
	t->pid = pid;
	t->view = *view;
	return 0;
}

/* Empty, and room to collect into. */
static int
prepare_buffer(struct trace *t)
{
	uint8_t *registers = realloc(t->registers, t->view.g_size + 1);

	if (registers == NULL)
		return -ENOMEM;
	t->registers = registers;
	if (t->block == NULL)
		t->block = malloc(TRACE_BLOCK_MAX);
	if (t->stepping == NULL)
		t->stepping = calloc(TRACE_STEPPING_MAX, sizeof(*t->stepping));
	if (t->block == NULL || t->stepping == NULL)
		return -ENOMEM;
	if (t->buffer.size != t->buffer_size &&
	    trace_buffer_allocate(&t->buffer, t->buffer_size) < 0)
		return -ENOMEM;
	trace_buffer_clear(&t->buffer);
	t->buffer.registers = t->view.g_size;
	return 0;
}

static void
start_counts(struct trace *t)
{
	for (size_t i = 0; i < t->npoints; i++)
		t->points[i].hits = t->points[i].usage = 0;
	for (size_t i = 0; i < t->nvariables; i++)
		t->variables[i].value = t->variables[i].initial;
}

int
trace_start(struct session *s)
{
	struct trace *t = s->trace;
	int err;

	trace_stop(s, TRACE_END_STOPPED, 0, NULL);
	s->client.in_frame = false;
	err = take_process(s);
	if (err == 0)
		err = prepare_buffer(t);
	if (err == 0)
		err = insert_all(s);
	if (err < 0)
		return err;
	start_counts(t);
	free(t->stop_note);
	t->stop_note = NULL;
	t->end = TRACE_NOT_RUN;
	t->start_us = trace_clock_us();
	t->stop_us = 0;
	t->running = true;
	target_set_step_watcher(s->target, trace_stepped, s);
	return 0;
}

int
trace_join(struct session *s, struct tracepoint *tp)
{
	struct trace *t = s->trace;
	int err;

	/* The program that was traced has gone: the next one's turn. */
	if (t->pid == 0) {
		struct register_view old = t->view;

		err = take_process(s);
		/* All frames of a buffer hold the same registers. */
		if (err == 0 && (t->view.arch != old.arch ||
				 t->view.g_size != old.g_size)) {
			t->view = old;
			t->pid = 0;
			err = -EINVAL;
		}
		if (err < 0)
			return err;
	}
	return insert(s, tp);
}

/* ---- end ---------------------------------------------------------------- */

void
trace_stop(struct session *s, enum trace_end why, unsigned point,
	   const char *error)
{
	struct trace *t = s->trace;

	if (t == NULL || !t->running)
		return;
	t->running = false;
	t->end = why;
	t->end_point = point;
	t->end_error = error;
	t->stop_us = trace_clock_us();
	take_all_out(s);
	for (size_t i = 0; i < t->nstepping; i++)
		target_watch_steps(s->target, t->stepping[i].tid, false);
	t->nstepping = 0;
}

bool
trace_outlives_client(const struct session *s)
{
	enum on_disconnect how = s->config.on_disconnect;

	return s->trace != NULL && s->trace->running &&
	       s->trace->disconnected && !s->config.once &&
	       (how == ON_DISCONNECT_KEEP || how == ON_DISCONNECT_CONTINUE);
}

void
trace_client_gone(struct session *s)
{
	if (!trace_outlives_client(s))
		trace_stop(s, TRACE_END_DISCONNECTED, 0, NULL);
}

void
trace_detach(struct session *s, pid_t pid)
{
	if (s->trace != NULL && s->trace->pid == pid)
		trace_stop(s, TRACE_END_STOPPED, 0, NULL);
}

/* Nobody's: the program that was traced has been replaced by another. */
static bool
has_no_process_left(const struct session *s)
{
	return s->trace->pid == 0 && target_processes(s->target, NULL, 0) == 0;
}

void
trace_process_ended(struct session *s, pid_t pid)
{
	if (s->trace == NULL)
		return;
	if (s->trace->pid == pid || has_no_process_left(s))
		trace_stop(s, TRACE_END_ERROR, 0, "the program has ended");
	trace_forget_process(s, pid);
}

/* Its breakpoints have gone with it; the run has not. */
void
trace_forget_process(struct session *s, pid_t pid)
{
	struct trace *t = s->trace;

	if (t == NULL || t->pid != pid)
		return;
	for (size_t i = 0; i < t->npoints; i++)
		t->points[i].inserted = false;
	for (size_t i = 0; i < t->nstepping; i++)
		target_watch_steps(s->target, t->stepping[i].tid, false);
	t->nstepping = 0;
	t->pid = 0;
}

void
trace_forked(struct session *s, pid_t child)
{
	struct trace *t = s->trace;

	if (t == NULL)
		return;
	for (size_t i = 0; i < t->npoints; i++) {
		const struct tracepoint *tp = &t->points[i];

		if (tp->inserted &&
		    !breakpoints_has(s, t->pid, TARGET_BREAKPOINT_SOFTWARE,
				     tp->addr))
			(void)!target_remove_breakpoint(
			    s->target, child, TARGET_BREAKPOINT_SOFTWARE,
			    tp->addr, 1);
	}
}
