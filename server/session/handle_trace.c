/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tracepoints: definitions, settings, start and stop.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "trace.h"

static int
say_ok(int err, struct rsp_reply *out)
{
	if (err == 0)
		rsp_reply_str(out, "OK");
	return err;
}

int
handle_trace_init(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	struct trace *t = trace_get(s);

	(void)req;
	if (t == NULL)
		return -ENOMEM;
	trace_stop(s, TRACE_END_STOPPED, 0, NULL);
	s->client.in_frame = false;
	if (t->buffer.bytes != NULL)
		trace_buffer_clear(&t->buffer);
	return say_ok(trace_define_nothing(t), out);
}

/* ---- definitions -------------------------------------------------------- */

static int
complete(struct session *s, struct tracepoint *tp)
{
	struct trace *t = s->trace;
	int err = 0;

	if (t->running)
		err = trace_join(s, tp);
	tp->complete = err == 0;
	return err;
}

static int
define_point(struct session *s, struct trace *t, const struct rsp_request *req,
	     struct rsp_reply *out)
{
	struct tracepoint *tp;
	int err;

	if (req->tracepoint.marker)
		return session_error(s, out, ENOSYS,
				     "static tracepoints need an in-process "
				     "agent, which there is none");
	err = trace_add_point(t, req, &tp);
	if (err == -ERANGE)
		return session_error(s, out, ERANGE,
				     "at most 1000000 steps after a hit");
	if (err < 0 || req->tracepoint.goes_on)
		return err;
	return complete(s, tp);
}

int
handle_tracepoint(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	struct trace *t = trace_get(s);
	struct tracepoint *tp;
	int err;

	if (t == NULL)
		return -ENOMEM;
	if (!req->tracepoint.more_of_it)
		return say_ok(define_point(s, t, req, out), out);
	tp = trace_point(t, req->tracepoint.number, req->tracepoint.addr);
	if (tp == NULL)
		return -ENOENT;
	/* What takes part in a run stays as it is. */
	if (tp->complete)
		return -EBUSY;
	err = trace_add_actions(t, tp, req);
	if (err == 0 && !req->tracepoint.goes_on)
		err = complete(s, tp);
	return say_ok(err, out);
}

int
handle_trace_source(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	struct trace *t = trace_get(s);
	struct tracepoint *tp;

	if (t == NULL)
		return -ENOMEM;
	tp = trace_point(t, req->trace_source.number, req->trace_source.addr);
	if (tp == NULL)
		return -ENOENT;
	return say_ok(trace_add_source(t, tp, req), out);
}

int
handle_trace_variable(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	struct trace *t = trace_get(s);

	if (t == NULL)
		return -ENOMEM;
	return say_ok(trace_define_variable(t, req), out);
}

int
handle_trace_read_only(struct session *s, const struct rsp_request *req,
		       struct rsp_reply *out)
{
	struct trace *t = trace_get(s);

	if (t == NULL)
		return -ENOMEM;
	return say_ok(trace_set_ranges(t, req->ranges), out);
}

static int
enable(struct session *s, const struct rsp_request *req, bool on,
       struct rsp_reply *out)
{
	struct tracepoint *tp = NULL;

	if (s->trace != NULL)
		tp = trace_point(s->trace, req->trace_place.number,
				 req->trace_place.addr);
	if (tp == NULL)
		return -ENOENT;
	tp->enabled = on;
	return say_ok(0, out);
}

int
handle_trace_enable(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	return enable(s, req, true, out);
}

int
handle_trace_disable(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	return enable(s, req, false, out);
}

/* ---- settings ----------------------------------------------------------- */

int
handle_trace_disconnected(struct session *s, const struct rsp_request *req,
			  struct rsp_reply *out)
{
	struct trace *t = trace_get(s);

	if (t == NULL)
		return -ENOMEM;
	t->disconnected = req->flag;
	return say_ok(0, out);
}

int
handle_trace_circular(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	struct trace *t = trace_get(s);

	if (t == NULL)
		return -ENOMEM;
	t->buffer.circular = req->flag;
	return say_ok(0, out);
}

/* The frames go only when the next run begins. */
int
handle_trace_buffer_size(struct session *s, const struct rsp_request *req,
			 struct rsp_reply *out)
{
	struct trace *t = trace_get(s);
	uint64_t size = TRACE_BUFFER_SIZE;

	if (t == NULL)
		return -ENOMEM;
	if (t->running)
		return -EBUSY;
	if (req->trace_size.given)
		size = req->trace_size.size;
	if (size == 0)
		return -EINVAL;
	if (size > TRACE_BUFFER_MAX)
		return session_error(s, out, E2BIG,
				     "a trace buffer has at most 64 MiB");
	t->buffer_size = (size_t)size;
	return say_ok(0, out);
}

static int
set_note(char **note, struct rsp_bytes text)
{
	char *copy;

	if (text.data == NULL)
		return 0;
	if (text.len > TRACE_NOTE_MAX)
		return -ENOSPC;
	copy = malloc(text.len + 1);
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	free(*note);
	*note = copy;
	return 0;
}

int
handle_trace_notes(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	struct trace *t = trace_get(s);
	int err;

	if (t == NULL)
		return -ENOMEM;
	err = set_note(&t->user, req->trace_notes.user);
	if (err == 0)
		err = set_note(&t->notes, req->trace_notes.notes);
	if (err == 0)
		err = set_note(&t->stop_note, req->trace_notes.stop);
	return say_ok(err, out);
}

/* ---- the run ------------------------------------------------------------ */

int
handle_trace_start(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	(void)req;
	if (trace_get(s) == NULL)
		return -ENOMEM;
	return say_ok(trace_start(s), out);
}

int
handle_trace_stop(struct session *s, const struct rsp_request *req,
		  struct rsp_reply *out)
{
	(void)req;
	trace_stop(s, TRACE_END_STOPPED, 0, NULL);
	return say_ok(0, out);
}
