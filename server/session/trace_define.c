/* SPDX-License-Identifier: Apache-2.0 */
/* What the client defined: tracepoints, variables, read-only memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trace.h"

/* As in gdbserver: there before any client defines it. */
#define CLOCK_NAME   "trace_timestamp"
#define CLOCK_NUMBER 1

uint64_t
trace_clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* Counts bytes of definitions before they are had. */
static int
charge(struct trace *t, size_t bytes)
{
	if (bytes > TRACE_BYTES_MAX - t->bytes)
		return -ENOSPC;
	t->bytes += bytes;
	return 0;
}

/* A copy with a NUL behind it, as texts have. */
static int
copy_bytes(struct trace *t, struct rsp_bytes from, uint8_t **to)
{
	int err = charge(t, from.len + 1);

	if (err < 0)
		return err;
	*to = malloc(from.len + 1);
	if (*to == NULL)
		return -ENOMEM;
	if (from.len > 0)
		memcpy(*to, from.data, from.len);
	(*to)[from.len] = '\0';
	return 0;
}

/* Room for item n of an array; what it holds then is nothing yet. */
static int
grow(struct trace *t, void **items, size_t n, size_t size)
{
	void *grown;
	int err = charge(t, size);

	if (err < 0)
		return err;
	/* Doubles: n is a power of two, or there is room. */
	if ((n & (n - 1)) == 0) {
		grown = reallocarray(*items, n == 0 ? 1 : 2 * n, size);
		if (grown == NULL)
			return -ENOMEM;
		*items = grown;
	}
	memset((uint8_t *)*items + n * size, 0, size);
	return 0;
}

/* ---- tracepoints -------------------------------------------------------- */

static void
free_point(struct trace *t, struct tracepoint *tp)
{
	t->bytes -= tp->bytes;
	for (size_t i = 0; i < tp->nactions; i++)
		free(tp->actions[i].bytes);
	for (size_t i = 0; i < tp->nsources; i++)
		free(tp->sources[i].text);
	free(tp->actions);
	free(tp->sources);
	free(tp->condition);
}

/* What a client counts, and what the back end knows, outlasts a definition. */
static void
define_anew(struct trace *t, struct tracepoint *tp)
{
	struct tracepoint old = *tp;

	free_point(t, tp);
	*tp = (struct tracepoint){
		.inserted = old.inserted,
		.hits = old.hits,
		.usage = old.usage,
	};
}

struct tracepoint *
trace_point(struct trace *t, uint64_t number, uint64_t addr)
{
	for (size_t i = 0; i < t->npoints; i++) {
		if (t->points[i].number == number && t->points[i].addr == addr)
			return &t->points[i];
	}
	return NULL;
}

/* The last of the array, or the one that is there. */
static int
place_for_point(struct trace *t, const struct rsp_request *req,
		struct tracepoint **tp)
{
	int err;

	*tp = trace_point(t, req->tracepoint.number, req->tracepoint.addr);
	if (*tp != NULL) {
		define_anew(t, *tp);
		return 0;
	}
	if (t->npoints >= TRACE_POINTS_MAX)
		return -ENOSPC;
	err = grow(t, (void **)&t->points, t->npoints, sizeof(**tp));
	if (err == 0)
		*tp = &t->points[t->npoints++];
	return err;
}

int
trace_add_point(struct trace *t, const struct rsp_request *req,
		struct tracepoint **out)
{
	struct rsp_list condition = req->tracepoint.condition;
	struct tracepoint *tp;
	struct rsp_bytes code;
	size_t before;
	int err;

	if (req->tracepoint.steps > TRACE_STEPS_MAX)
		return -ERANGE;
	err = place_for_point(t, req, &tp);
	if (err < 0)
		return err;
	tp->number = (unsigned)req->tracepoint.number;
	tp->addr = req->tracepoint.addr;
	tp->enabled = req->tracepoint.enabled;
	tp->steps = req->tracepoint.steps;
	tp->pass = req->tracepoint.pass;
	*out = tp;
	if (!rsp_agent_next(&condition, &code))
		return 0;
	before = t->bytes;
	err = copy_bytes(t, code, &tp->condition);
	tp->bytes += t->bytes - before;
	/* Without its condition it must not collect. */
	if (err < 0)
		tp->enabled = false;
	else
		tp->condition_len = code.len;
	return err;
}

static int
add_action(struct trace *t, struct tracepoint *tp,
	   const struct rsp_trace_action *from)
{
	struct trace_action *a;
	int err;

	err = grow(t, (void **)&tp->actions, tp->nactions, sizeof(*a));
	if (err < 0)
		return err;
	a = &tp->actions[tp->nactions];
	a->kind = from->kind;
	a->stepping = tp->stepping;
	a->has_base = from->has_base;
	a->base = from->base;
	a->offset = from->offset;
	a->len = from->len;
	a->nbytes = from->bytes.len;
	err = copy_bytes(t, from->bytes, &a->bytes);
	if (err == 0)
		tp->nactions++;
	return err;
}

int
trace_add_actions(struct trace *t, struct tracepoint *tp,
		  const struct rsp_request *req)
{
	struct rsp_list list = req->tracepoint.actions;
	struct rsp_trace_action action;
	size_t before = t->bytes;
	int err = 0;

	if (req->tracepoint.stepping)
		tp->stepping = true;
	while (err == 0 && rsp_trace_actions_next(&list, &action))
		err = add_action(t, tp, &action);
	tp->bytes += t->bytes - before;
	return err;
}

/* A long text comes in pieces, one after the other. */
static int
append_source(struct trace *t, struct trace_source *s, uint64_t start,
	      struct rsp_bytes text)
{
	char *grown;
	int err;

	if (start != s->have || text.len > s->len - s->have)
		return -EINVAL;
	err = charge(t, text.len);
	if (err < 0)
		return err;
	grown = realloc(s->text, s->have + text.len + 1);
	if (grown == NULL)
		return -ENOMEM;
	memcpy(grown + s->have, text.data, text.len);
	s->have += text.len;
	grown[s->have] = '\0';
	s->text = grown;
	return 0;
}

static int
add_source(struct trace *t, struct tracepoint *tp,
	   const struct rsp_request *req)
{
	struct rsp_bytes type = req->trace_source.type;
	struct trace_source *s;
	int err;

	if (type.len >= sizeof(s->type))
		return -EINVAL;
	if (req->trace_source.start == 0) {
		err = grow(t, (void **)&tp->sources, tp->nsources, sizeof(*s));
		if (err < 0)
			return err;
		s = &tp->sources[tp->nsources++];
		memcpy(s->type, type.data, type.len);
		s->len = req->trace_source.len;
	} else if (tp->nsources == 0) {
		return -EINVAL;
	} else {
		s = &tp->sources[tp->nsources - 1];
		if (!rsp_bytes_equal(type, s->type))
			return -EINVAL;
	}
	return append_source(t, s, req->trace_source.start,
			     req->trace_source.text);
}

int
trace_add_source(struct trace *t, struct tracepoint *tp,
		 const struct rsp_request *req)
{
	size_t before = t->bytes;
	int err = add_source(t, tp, req);

	tp->bytes += t->bytes - before;
	return err;
}

/* ---- variables ---------------------------------------------------------- */

struct trace_variable *
trace_variable(struct trace *t, uint64_t number)
{
	for (size_t i = 0; i < t->nvariables; i++) {
		if (t->variables[i].number == number)
			return &t->variables[i];
	}
	return NULL;
}

uint64_t
trace_variable_value(const struct trace_variable *v)
{
	return v->is_clock ? trace_clock_us() : v->value;
}

static int
add_variable(struct trace *t, uint64_t number, struct rsp_bytes name,
	     struct trace_variable **out)
{
	struct trace_variable *v;
	int err;

	if (t->nvariables >= TRACE_VARIABLES_MAX)
		return -ENOSPC;
	err = grow(t, (void **)&t->variables, t->nvariables, sizeof(*v));
	if (err < 0)
		return err;
	v = &t->variables[t->nvariables];
	err = copy_bytes(t, name, (uint8_t **)&v->name);
	if (err < 0)
		return err;
	v->number = (unsigned)number;
	t->nvariables++;
	*out = v;
	return 0;
}

int
trace_define_variable(struct trace *t, const struct rsp_request *req)
{
	struct trace_variable *v;
	int err;

	v = trace_variable(t, req->trace_variable.number);
	/* The number is what counts: a client that brings its own gets it. */
	if (v != NULL && !rsp_bytes_equal(req->trace_variable.name, v->name)) {
		uint8_t *name;

		err = copy_bytes(t, req->trace_variable.name, &name);
		if (err < 0)
			return err;
		free(v->name);
		v->name = (char *)name;
		v->is_clock = false;
	} else if (v == NULL) {
		err = add_variable(t, req->trace_variable.number,
				   req->trace_variable.name, &v);
		if (err < 0)
			return err;
	}
	v->initial = req->trace_variable.value;
	v->value = req->trace_variable.value;
	return 0;
}

/* ---- read-only memory --------------------------------------------------- */

int
trace_set_ranges(struct trace *t, struct rsp_list ranges)
{
	struct rsp_list list = ranges;
	struct trace_range *new;
	uint64_t start, end;
	size_t n = 0;

	while (rsp_ranges_next(&list, &start, &end))
		n++;
	if (n > TRACE_RANGES_MAX)
		return -ENOSPC;
	new = calloc(n + 1, sizeof(*new));
	if (new == NULL)
		return -ENOMEM;
	list = ranges;
	for (size_t i = 0; i < n; i++)
		rsp_ranges_next(&list, &new[i].start, &new[i].end);
	free(t->ranges);
	t->ranges = new;
	t->nranges = n;
	return 0;
}

/* ---- all of it ---------------------------------------------------------- */

static int
define_clock(struct trace *t)
{
	struct rsp_bytes name = { (const uint8_t *)CLOCK_NAME,
				  strlen(CLOCK_NAME) };
	struct trace_variable *v;
	int err = add_variable(t, CLOCK_NUMBER, name, &v);

	if (err == 0)
		v->is_clock = true;
	return err;
}

static void
forget_definitions(struct trace *t)
{
	for (size_t i = 0; i < t->npoints; i++)
		free_point(t, &t->points[i]);
	for (size_t i = 0; i < t->nvariables; i++)
		free(t->variables[i].name);
	free(t->points);
	free(t->variables);
	free(t->ranges);
	t->points = NULL;
	t->variables = NULL;
	t->ranges = NULL;
	t->npoints = t->nvariables = t->nranges = 0;
	t->bytes = 0;
}

int
trace_define_nothing(struct trace *t)
{
	forget_definitions(t);
	return define_clock(t);
}

struct trace *
trace_get(struct session *s)
{
	struct trace *t = s->trace;

	if (t != NULL)
		return t;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->buffer_size = TRACE_BUFFER_SIZE;
	s->trace = t;
	if (define_clock(t) < 0)
		trace_free(s);
	return s->trace;
}

void
trace_free(struct session *s)
{
	struct trace *t = s->trace;

	if (t == NULL)
		return;
	forget_definitions(t);
	trace_buffer_free(&t->buffer);
	free(t->user);
	free(t->notes);
	free(t->stop_note);
	free(t->registers);
	free(t->block);
	free(t->stepping);
	free(t);
	s->trace = NULL;
}
