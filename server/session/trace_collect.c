/* SPDX-License-Identifier: Apache-2.0 */
/* What a tracepoint does when the program passes. */
#include <errno.h>
#include <string.h>

#include "agent.h"
#include "hit.h"
#include "trace.h"

/* Strings are read in pieces of this size. */
#define STRING_PIECE 64

struct collector {
	struct hit hit; /* first: the callbacks of hit.h take this, too */
	struct trace *t;
	bool has_registers;
};

/* ---- single items ------------------------------------------------------- */

static int
collect_registers(struct collector *c)
{
	const struct register_view *v = &c->t->view;

	/* Once in a frame is enough: the thread stands. */
	if (c->has_registers)
		return 0;
	c->has_registers = true;
	memset(c->t->registers, 0, v->g_size);
	for (size_t i = 0; i < v->n; i++) {
		if (register_is_part(v->arch, v->ids[i]))
			continue;
		/* What the machine lacks stays 0. */
		(void)!target_get_register(c->hit.s->target, c->hit.tid,
					   v->ids[i],
					   c->t->registers + v->offsets[i]);
	}
	return trace_buffer_add(&c->t->buffer, 'R', 0, c->t->registers,
				v->g_size);
}

/* As far as it can be read. */
static int
collect_memory(void *arg, uint64_t addr, uint64_t len)
{
	struct collector *c = arg;

	while (len > 0) {
		size_t n =
		    len < TRACE_BLOCK_MAX ? (size_t)len : TRACE_BLOCK_MAX;
		size_t got;
		int err;

		if (target_read_memory(c->hit.s->target, c->hit.pid, addr,
				       c->t->block, n, &got) < 0 ||
		    got == 0)
			return 0;
		err = trace_buffer_add(&c->t->buffer, 'M', addr, c->t->block,
				       got);
		if (err < 0 || got < n)
			return err;
		addr += n;
		len -= n;
	}
	return 0;
}

/* Up to its NUL, which is collected too, or `max` bytes. */
static int
collect_string(void *arg, uint64_t addr, uint64_t max)
{
	struct collector *c = arg;
	size_t have = 0;
	const uint8_t *end = NULL;

	if (max > TRACE_BLOCK_MAX)
		max = TRACE_BLOCK_MAX;
	while (have < max && end == NULL) {
		size_t n = max - have < STRING_PIECE ? (size_t)(max - have)
						     : STRING_PIECE;
		size_t got;

		if (target_read_memory(c->hit.s->target, c->hit.pid,
				       addr + have, c->t->block + have, n,
				       &got) < 0 ||
		    got == 0)
			break;
		end = memchr(c->t->block + have, 0, got);
		have =
		    end != NULL ? (size_t)(end + 1 - c->t->block) : have + got;
	}
	if (have == 0)
		return 0;
	return trace_buffer_add(&c->t->buffer, 'M', addr, c->t->block, have);
}

static int
collect_variable(void *arg, unsigned number)
{
	struct collector *c = arg;
	const struct trace_variable *v = trace_variable(c->t, number);
	uint64_t value;

	if (v == NULL)
		return -ENOENT;
	value = trace_variable_value(v);
	return trace_buffer_add(&c->t->buffer, 'V', number, &value,
				sizeof(value));
}

/* ---- actions ------------------------------------------------------------ */

static int
evaluate(struct collector *c, const uint8_t *code, size_t len, bool collects,
	 uint64_t *value)
{
	struct agent_access access = {
		.arg = c,
		.read_register = hit_read_register,
		.read_memory = hit_read_memory,
		.get_variable = hit_get_variable,
		.set_variable = hit_set_variable,
	};

	if (collects) {
		access.trace_memory = collect_memory;
		access.trace_string = collect_string;
		access.trace_variable = collect_variable;
	}
	return agent_evaluate(code, len, &access, value);
}

static int
run_action(struct collector *c, const struct trace_action *a)
{
	uint64_t value = 0;
	int err;

	if (a->kind == 'R')
		return collect_registers(c);
	if (a->kind == 'X')
		return evaluate(c, a->bytes, a->nbytes, true, &value);
	if (a->has_base) {
		err = hit_read_register(c, a->base, &value);
		if (err < 0)
			return err;
	}
	return collect_memory(c, value + a->offset, a->len);
}

static const char *
error_text(int err)
{
	switch (err) {
	case -EDOM:
		return "division by zero";
	case -EFAULT:
		return "invalid memory access";
	case -EOVERFLOW:
		return "expression takes too long";
	case -ENOENT:
		return "no such trace state variable";
	case -ENOSYS:
		return "unsupported operation in expression";
	default:
		return "invalid expression";
	}
}

static void
stop_for_error(struct session *s, const struct tracepoint *tp, int err)
{
	/* It was killed under our hands. */
	if (err == -ESRCH)
		return;
	if (err == -ENOSPC)
		trace_stop(s, TRACE_END_FULL, 0, NULL);
	else
		trace_stop(s, TRACE_END_ERROR, tp->number, error_text(err));
}

/* One frame. */
static void
collect(struct session *s, struct tracepoint *tp, pid_t pid, pid_t tid,
	bool stepping)
{
	struct trace *t = s->trace;
	struct collector c = {
		.hit = { .s = s, .pid = pid, .tid = tid, .view = &t->view },
		.t = t,
	};
	int err = trace_buffer_open(&t->buffer, tp->number);

	if (err < 0) {
		stop_for_error(s, tp, err);
		return;
	}
	for (size_t i = 0; err == 0 && i < tp->nactions; i++) {
		if (tp->actions[i].stepping == stepping)
			err = run_action(&c, &tp->actions[i]);
	}
	tp->usage += trace_buffer_close(&t->buffer);
	if (err < 0)
		stop_for_error(s, tp, err);
}

/* ---- hits ---------------------------------------------------------------- */

static void
check_passes(struct session *s, const struct tracepoint *tp)
{
	if (s->trace->running && tp->pass > 0 && tp->hits >= tp->pass)
		trace_stop(s, TRACE_END_PASSCOUNT, tp->number, NULL);
}

/* Threads that have ended in the middle of their steps. */
static void
drop_gone(struct session *s)
{
	struct trace *t = s->trace;
	size_t n = 0;

	for (size_t i = 0; i < t->nstepping; i++) {
		if (target_thread_process(s->target, t->stepping[i].tid) != 0)
			t->stepping[n++] = t->stepping[i];
	}
	t->nstepping = n;
}

static void
begin_steps(struct session *s, struct tracepoint *tp, pid_t tid)
{
	struct trace *t = s->trace;

	if (t->nstepping == TRACE_STEPPING_MAX)
		drop_gone(s);
	if (t->nstepping == TRACE_STEPPING_MAX) {
		trace_stop(s, TRACE_END_ERROR, tp->number,
			   "too many hits are followed by steps");
		return;
	}
	if (target_watch_steps(s->target, tid, true) < 0)
		return;
	t->stepping[t->nstepping++] = (struct trace_stepping){
		.tid = tid,
		.point = (size_t)(tp - t->points),
		.left = tp->steps,
	};
}

static void
on_hit(struct session *s, struct tracepoint *tp, pid_t pid, pid_t tid)
{
	struct collector c = {
		.hit = { .s = s,
			 .pid = pid,
			 .tid = tid,
			 .view = &s->trace->view },
		.t = s->trace,
	};
	uint64_t holds = 1;
	int err = 0;

	if (tp->condition != NULL)
		err = evaluate(&c, tp->condition, tp->condition_len, false,
			       &holds);
	if (err < 0) {
		stop_for_error(s, tp, err);
		return;
	}
	if (holds == 0)
		return;
	tp->hits++;
	collect(s, tp, pid, tid, false);
	if (s->trace->running && tp->steps > 0)
		begin_steps(s, tp, tid);
	else
		check_passes(s, tp);
}

bool
trace_hit(struct session *s, pid_t pid, pid_t tid, uint64_t pc)
{
	struct trace *t = s->trace;
	bool here = false;

	if (t == NULL || t->pid != pid || !t->running)
		return false;
	for (size_t i = 0; i < t->npoints; i++) {
		struct tracepoint *tp = &t->points[i];

		if (!tp->inserted || tp->addr != pc)
			continue;
		here = true;
		if (tp->enabled && tp->complete &&
		    target_arch(s->target, pid) == t->view.arch)
			on_hit(s, tp, pid, tid);
	}
	return here;
}

void
trace_stepped(void *arg, pid_t pid, pid_t tid)
{
	struct session *s = arg;
	struct trace *t = s->trace;
	size_t n = 0;
	bool more = false;

	/* A run that ends in here has no entries left. */
	for (size_t i = 0; t->running && i < t->nstepping; i++) {
		struct trace_stepping *step = &t->stepping[i];
		struct tracepoint *tp = &t->points[step->point];

		if (step->tid == tid) {
			if (tp->complete)
				collect(s, tp, pid, tid, true);
			step->left--;
		}
		if (step->left > 0) {
			more = more || step->tid == tid;
			t->stepping[n++] = *step;
		} else {
			check_passes(s, tp);
		}
	}
	if (!t->running)
		return;
	t->nstepping = n;
	if (!more)
		target_watch_steps(s->target, tid, false);
}
