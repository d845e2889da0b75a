/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tracepoints: how the run goes, what was collected, and what is defined, for
 * a client that finds a run of another.
 */
#include <errno.h>
#include <string.h>

#include "handlers.h"
#include "trace.h"

/* ---- status ------------------------------------------------------------- */

static void
put_text(struct rsp_reply *out, const char *text)
{
	if (text != NULL)
		rsp_reply_hex_str(out, text);
}

/* Word, then what belongs to it, and the number of a tracepoint or 0. */
static void
put_end(const struct trace *t, struct rsp_reply *out)
{
	static const char *const words[] = {
		[TRACE_NOT_RUN] = "tnotrun",
		[TRACE_END_STOPPED] = "tstop",
		[TRACE_END_FULL] = "tfull",
		[TRACE_END_DISCONNECTED] = "tdisconnected",
		[TRACE_END_PASSCOUNT] = "tpasscount",
		[TRACE_END_ERROR] = "terror",
	};

	rsp_reply_printf(out, "%s:", words[t->end]);
	if (t->end == TRACE_END_STOPPED || t->end == TRACE_END_ERROR) {
		put_text(out, t->end == TRACE_END_ERROR ? t->end_error
							: t->stop_note);
		rsp_reply_char(out, ':');
	}
	rsp_reply_hex(out, t->end_point);
}

/* Before a run the buffer is what it will be. */
static size_t
buffer_size(const struct trace *t)
{
	return t->buffer.nframes > 0 || t->running ? t->buffer.size
						   : t->buffer_size;
}

int
handle_trace_status(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	const struct trace *t = trace_get(s);
	size_t size;

	(void)req;
	if (t == NULL)
		return -ENOMEM;
	size = buffer_size(t);
	rsp_reply_printf(out, "T%d;", t->running);
	put_end(t, out);
	rsp_reply_printf(out, ";tframes:%zx;tcreated:%llx;tfree:%zx;tsize:%zx",
			 t->buffer.nframes,
			 (unsigned long long)t->buffer.created,
			 size - t->buffer.used, size);
	rsp_reply_printf(out, ";circular:%d;disconn:%d", t->buffer.circular,
			 t->disconnected);
	rsp_reply_printf(out, ";starttime:%llx;stoptime:%llx;username:",
			 (unsigned long long)t->start_us,
			 (unsigned long long)t->stop_us);
	put_text(out, t->user);
	rsp_reply_str(out, ";notes:");
	put_text(out, t->notes);
	rsp_reply_char(out, ':');
	return 0;
}

int
handle_trace_point_status(struct session *s, const struct rsp_request *req,
			  struct rsp_reply *out)
{
	const struct tracepoint *tp = NULL;

	if (s->trace != NULL)
		tp = trace_point(s->trace, req->trace_place.number,
				 req->trace_place.addr);
	if (tp == NULL)
		return -ENOENT;
	rsp_reply_printf(out, "V%llx:%llx", (unsigned long long)tp->hits,
			 (unsigned long long)tp->usage);
	return 0;
}

int
handle_trace_value(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	struct trace *t = trace_get(s);
	const struct trace_variable *v;
	struct trace_frame f;
	uint64_t value;

	if (t == NULL)
		return -ENOMEM;
	v = trace_variable(t, req->number);
	if (v != NULL && trace_frame(s, &f)) {
		if (trace_frame_variable(s, v->number, &value) < 0)
			v = NULL;
	} else if (v != NULL) {
		value = trace_variable_value(v);
	}
	if (v == NULL)
		rsp_reply_char(out, 'U');
	else
		rsp_reply_printf(out, "V%llx", (unsigned long long)value);
	return 0;
}

/* A tracepoint is a trap here, and a trap fits everywhere. */
int
handle_trace_min_jump(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	(void)s;
	(void)req;
	rsp_reply_char(out, '1');
	return 0;
}

/* ---- definitions -------------------------------------------------------- */

static void
put_point(const struct tracepoint *tp, struct rsp_reply *out)
{
	rsp_reply_printf(out, "T%x:%llx:%c:%llx:%llx", tp->number,
			 (unsigned long long)tp->addr, tp->enabled ? 'E' : 'D',
			 (unsigned long long)tp->steps,
			 (unsigned long long)tp->pass);
	if (tp->condition == NULL)
		return;
	rsp_reply_printf(out, ":X%zx,", tp->condition_len);
	rsp_reply_hex_bytes(out, tp->condition, tp->condition_len);
}

static void
put_action(const struct tracepoint *tp, const struct trace_action *a,
	   struct rsp_reply *out)
{
	rsp_reply_printf(out, "%c%x:%llx:%c", a->stepping ? 'S' : 'A',
			 tp->number, (unsigned long long)tp->addr, a->kind);
	if (a->kind == 'R') {
		rsp_reply_raw(out, a->bytes, a->nbytes);
	} else if (a->kind == 'X') {
		rsp_reply_printf(out, "%zx,", a->nbytes);
		rsp_reply_hex_bytes(out, a->bytes, a->nbytes);
	} else {
		if (a->has_base)
			rsp_reply_hex(out, a->base);
		else
			rsp_reply_str(out, "-1");
		rsp_reply_printf(out, ",%llx,%llx",
				 (unsigned long long)a->offset,
				 (unsigned long long)a->len);
	}
}

static void
put_source(const struct tracepoint *tp, const struct trace_source *s,
	   struct rsp_reply *out)
{
	rsp_reply_printf(out, "Z%x:%llx:%s:0:%zx:", tp->number,
			 (unsigned long long)tp->addr, s->type, s->have);
	rsp_reply_hex_bytes(out, s->text, s->have);
}

/* Item 0 is the point itself; false: it has no such item. */
static bool
put_item(const struct tracepoint *tp, size_t item, struct rsp_reply *out)
{
	if (item == 0)
		put_point(tp, out);
	else if (item - 1 < tp->nactions)
		put_action(tp, &tp->actions[item - 1], out);
	else if (item - 1 - tp->nactions < tp->nsources)
		put_source(tp, &tp->sources[item - 1 - tp->nactions], out);
	else
		return false;
	return true;
}

int
handle_trace_next_point(struct session *s, const struct rsp_request *req,
			struct rsp_reply *out)
{
	struct trace *t = s->trace;

	(void)req;
	while (t != NULL && t->next_point < t->npoints) {
		if (put_item(&t->points[t->next_point], t->next_item++, out))
			return 0;
		t->next_point++;
		t->next_item = 0;
	}
	rsp_reply_char(out, 'l');
	return 0;
}

int
handle_trace_first_point(struct session *s, const struct rsp_request *req,
			 struct rsp_reply *out)
{
	if (s->trace != NULL)
		s->trace->next_point = s->trace->next_item = 0;
	return handle_trace_next_point(s, req, out);
}

int
handle_trace_next_variable(struct session *s, const struct rsp_request *req,
			   struct rsp_reply *out)
{
	struct trace *t = s->trace;
	const struct trace_variable *v;

	(void)req;
	if (t == NULL || t->next_variable >= t->nvariables) {
		rsp_reply_char(out, 'l');
		return 0;
	}
	/* gdb turns the list over. */
	v = &t->variables[t->nvariables - ++t->next_variable];
	rsp_reply_printf(out, "%x:%llx:%d:", v->number,
			 (unsigned long long)v->initial, v->is_clock);
	rsp_reply_hex_str(out, v->name);
	return 0;
}

int
handle_trace_first_variable(struct session *s, const struct rsp_request *req,
			    struct rsp_reply *out)
{
	struct trace *t = trace_get(s);

	if (t == NULL)
		return -ENOMEM;
	t->next_variable = 0;
	return handle_trace_next_variable(s, req, out);
}

/* ---- frames ------------------------------------------------------------- */

int
handle_trace_frame(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	struct trace_frame f;

	if (req->trace_frame.find == RSP_FRAME_NONE) {
		s->client.in_frame = false;
		rsp_reply_str(out, "OK");
	} else if (s->trace == NULL || trace_find_frame(s, req, &f) == 0) {
		rsp_reply_str(out, "F-1");
	} else {
		rsp_reply_printf(out, "F%zxT%x", f.number, f.tracepoint);
	}
	return 0;
}

int
handle_trace_buffer(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	const struct trace_buffer *b =
	    s->trace != NULL ? &s->trace->buffer : NULL;
	uint64_t offset = req->mem.addr;
	size_t len = rsp_reply_room(out) / 2;
	uint8_t *tail;

	if (b == NULL || offset >= b->used) {
		rsp_reply_char(out, 'l');
		return 0;
	}
	if (len > req->mem.len)
		len = (size_t)req->mem.len;
	if (len > b->used - offset)
		len = b->used - (size_t)offset;
	tail = rsp_reply_tail(out, len);
	if (tail == NULL || len == 0)
		return -ENOBUFS;
	trace_buffer_copy(b, (size_t)offset, tail, len);
	rsp_reply_tail_hex(out, tail, len);
	return 0;
}
