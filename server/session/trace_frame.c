/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what was collected, as the client sees a program that stood then. */
#include <errno.h>
#include <string.h>

#include "trace.h"
#include "xfer.h"

bool
trace_frame(const struct session *s, struct trace_frame *f)
{
	return s->client.in_frame && s->trace != NULL &&
	       trace_buffer_frame(&s->trace->buffer, s->client.frame, f);
}

/* The first block of a kind; M: the first one that holds an address. */
static bool
find_block(const struct trace *t, const struct trace_frame *f, char kind,
	   uint64_t addr, struct trace_block *block)
{
	size_t pos = 0;

	while (trace_buffer_block(&t->buffer, f, &pos, block)) {
		if (block->kind == kind &&
		    (kind != 'M' || addr - block->number < block->len))
			return true;
	}
	return false;
}

/* ---- registers ---------------------------------------------------------- */

static struct tracepoint *
point_of(struct trace *t, const struct trace_frame *f)
{
	for (size_t i = 0; i < t->npoints; i++) {
		if (t->points[i].number == f->tracepoint)
			return &t->points[i];
	}
	return NULL;
}

/* Without registers it is known at least where the tracepoint was. */
static int
guess_pc(struct trace *t, const struct trace_frame *f, uint8_t *value)
{
	const struct tracepoint *tp = point_of(t, f);
	size_t size = t->view.arch->regs[t->view.arch->pc].size;

	if (tp == NULL || size > sizeof(tp->addr))
		return -ENODATA;
	memcpy(value, &tp->addr, size);
	return 0;
}

static int
frame_register(struct trace *t, const struct trace_frame *f, unsigned id,
	       uint8_t *value)
{
	const struct register_view *v = &t->view;
	int number = v->arch != NULL ? register_view_number(v, id) : -1;
	struct trace_block block;

	if (number < 0 || register_is_part(v->arch, id))
		return -ENODATA;
	if (!find_block(t, f, 'R', 0, &block))
		return id == v->arch->pc ? guess_pc(t, f, value) : -ENODATA;
	trace_buffer_copy(&t->buffer, block.at + v->offsets[number], value,
			  v->arch->regs[id].size);
	return 0;
}

int
trace_frame_register(struct session *s, unsigned id, uint8_t *value)
{
	struct trace_frame f;

	return trace_frame(s, &f) ? frame_register(s->trace, &f, id, value)
				  : -ENODATA;
}

/* ---- memory ------------------------------------------------------------- */

static bool
is_read_only(const struct trace *t, uint64_t addr, size_t len)
{
	for (size_t i = 0; i < t->nranges; i++) {
		const struct trace_range *r = &t->ranges[i];

		if (addr >= r->start && addr <= r->end && len <= r->end - addr)
			return true;
	}
	return false;
}

/*
 * gdb names the sections where they stand in the file, not where they were
 * loaded: code and constants are known by their mappings of files, too.
 */
static bool
is_mapped_read_only(struct session *s, pid_t pid, uint64_t addr, size_t len)
{
	struct target_map map;

	return target_next_map(s->target, pid, addr, &map) == 0 && map.mapped &&
	       map.inode != 0 && (map.prot & TARGET_MAP_WRITE) == 0 &&
	       len <= map.end - addr;
}

int
trace_frame_memory(struct session *s, uint64_t addr, void *buf, size_t len,
		   size_t *got)
{
	struct trace_frame f;
	struct trace_block block;
	pid_t pid, tid;
	int err;

	if (!trace_frame(s, &f))
		return -ENODATA;
	if (find_block(s->trace, &f, 'M', addr, &block)) {
		size_t skip = (size_t)(addr - block.number);

		*got = len < block.len - skip ? len : block.len - skip;
		trace_buffer_copy(&s->trace->buffer, block.at + skip, buf,
				  *got);
		return 0;
	}
	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	if (!is_read_only(s->trace, addr, len) &&
	    !is_mapped_read_only(s, pid, addr, len))
		return -EFAULT;
	return target_read_memory(s->target, pid, addr, buf, len, got);
}

/* ---- variables ---------------------------------------------------------- */

/* The last one collected, where an action changed it. */
int
trace_frame_variable(struct session *s, unsigned number, uint64_t *value)
{
	struct trace_frame f;
	struct trace_block block;
	size_t pos = 0;
	bool found = false;

	if (!trace_frame(s, &f))
		return -ENODATA;
	while (trace_buffer_block(&s->trace->buffer, &f, &pos, &block)) {
		if (block.kind != 'V' || block.number != number)
			continue;
		trace_buffer_copy(&s->trace->buffer, block.at, value,
				  sizeof(*value));
		found = true;
	}
	return found ? 0 : -ENODATA;
}

/* ---- which frame -------------------------------------------------------- */

static bool
pc_of(struct trace *t, const struct trace_frame *f, uint64_t *pc)
{
	*pc = 0;
	return t->view.arch != NULL &&
	       t->view.arch->regs[t->view.arch->pc].size <= sizeof(*pc) &&
	       frame_register(t, f, t->view.arch->pc, (uint8_t *)pc) == 0;
}

static bool
is_wanted(struct trace *t, const struct trace_frame *f,
	  const struct rsp_request *req)
{
	uint64_t from = req->trace_frame.from;
	uint64_t to = req->trace_frame.to;
	uint64_t pc;

	if (req->trace_frame.find == RSP_FRAME_TRACEPOINT)
		return f->tracepoint == from;
	if (!pc_of(t, f, &pc))
		return false;
	switch (req->trace_frame.find) {
	case RSP_FRAME_PC:
		return pc == from;
	case RSP_FRAME_RANGE:
		return pc >= from && pc <= to;
	case RSP_FRAME_OUTSIDE:
		return pc < from || pc > to;
	default:
		return false;
	}
}

int
trace_find_frame(struct session *s, const struct rsp_request *req,
		 struct trace_frame *f)
{
	struct trace *t = s->trace;
	size_t number = s->client.in_frame ? s->client.frame + 1 : 0;

	if (req->trace_frame.find == RSP_FRAME_NUMBER) {
		if (req->trace_frame.from > SIZE_MAX)
			return 0;
		number = (size_t)req->trace_frame.from;
		if (!trace_buffer_frame(&t->buffer, number, f))
			return 0;
	} else {
		while (trace_buffer_frame(&t->buffer, number, f) &&
		       !is_wanted(t, f, req))
			number++;
		if (number >= t->buffer.nframes)
			return 0;
	}
	s->client.in_frame = true;
	s->client.frame = number;
	return 1;
}

/* ---- qXfer:traceframe-info ---------------------------------------------- */

int
build_traceframe_info(struct session *s, const char *annex)
{
	struct trace_block block;
	struct trace_frame f;
	size_t pos = 0;

	if (annex[0] != '\0')
		return -EINVAL;
	if (!trace_frame(s, &f))
		return -ENODATA;
	document_printf(s, "<traceframe-info>\n");
	while (trace_buffer_block(&s->trace->buffer, &f, &pos, &block)) {
		if (block.kind == 'M')
			document_printf(s,
					"<memory start=\"0x%llx\" "
					"length=\"0x%zx\"/>\n",
					(unsigned long long)block.number,
					block.len);
		else if (block.kind == 'V')
			document_printf(s, "<tvar id=\"%llu\"/>\n",
					(unsigned long long)block.number);
	}
	document_printf(s, "</traceframe-info>\n");
	return 0;
}
