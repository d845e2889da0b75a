/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the current process: m M x X.
 *
 * Reads may be short; what cannot be read at all is EFAULT.  Writes are whole
 * or not at all.  What is read is encoded where it was read to, in the reply.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "trace.h"

int
memory_read_current(struct session *s, uint64_t addr, void *buf, size_t len,
		    size_t *got)
{
	pid_t pid;
	pid_t tid;
	int err;

	if (s->client.in_frame)
		return trace_frame_memory(s, addr, buf, len, got);
	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	return target_read_memory(s->target, pid, addr, buf, len, got);
}

static size_t
at_most(uint64_t len, size_t max)
{
	return len < max ? (size_t)len : max;
}

/* "m ADDR,0" reads nothing, and so cannot fail. */
int
handle_read_memory(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	size_t len = at_most(req->mem.len, rsp_reply_room(out) / 2);
	uint8_t *tail;
	size_t got;
	int err;

	if (req->mem.len == 0)
		return 0;
	tail = rsp_reply_tail(out, len);
	if (tail == NULL || len == 0)
		return -ENOBUFS;
	err = memory_read_current(s, req->mem.addr, tail, len, &got);
	if (err < 0)
		return err;
	if (got == 0)
		return -EFAULT;
	rsp_reply_tail_hex(out, tail, got);
	return 0;
}

/* lldb took bare bytes until it learned of binary-upload, and takes them
 * still where that was not agreed on. */
static bool
wants_bare(const struct session *s)
{
	return s->client.dialect->bare_binary_reads && !s->client.binary_upload;
}

static int
read_nothing_binary(const struct session *s, struct rsp_reply *out)
{
	if (wants_bare(s))
		rsp_reply_str(out, "OK");
	else
		rsp_reply_char(out, 'b');
	return 0;
}

int
handle_read_binary(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	size_t room;
	size_t len;
	uint8_t *tail;
	size_t got;
	int err;

	if (req->mem.len == 0)
		return read_nothing_binary(s, out);
	if (!wants_bare(s))
		rsp_reply_char(out, 'b');
	/* Room for the escapes of ordinary data. */
	room = rsp_reply_room(out);
	len = at_most(req->mem.len, room - room / 8);
	tail = rsp_reply_tail(out, len);
	if (tail == NULL || len == 0)
		return -ENOBUFS;
	err = memory_read_current(s, req->mem.addr, tail, len, &got);
	if (err < 0)
		return err;
	if (got == 0)
		return -EFAULT;
	rsp_reply_tail_escaped(out, tail, got);
	return 0;
}

/* Room for each number and its comma. */
#define RANGE_HEAD 17

/*
 * Sizes first, then the bytes.  What cannot be read has the size 0; so has not
 * what did not fit, since the client could not tell: then nothing is read at
 * all, and it asks for less.
 */
int
handle_read_ranges(struct session *s, const struct rsp_request *req,
		   struct rsp_reply *out)
{
	size_t room = rsp_reply_room(out), total = 0, used = 0, got;
	struct rsp_list list = req->reads;
	uint64_t addr, len;
	uint8_t *tail;
	pid_t pid, tid;
	int err;

	for (; rsp_reads_next(&list, &addr, &len); total += (size_t)len) {
		used += RANGE_HEAD;
		/* Twice: every byte may need an escape. */
		if (used > room || len > (room - used) / 2 ||
		    total > (room - used) / 2 - len)
			return -E2BIG;
	}
	err = session_current(s, &pid, &tid);
	if (err < 0)
		return err;
	tail = rsp_reply_tail(out, total);
	list = req->reads;
	used = 0;
	for (bool first = true; rsp_reads_next(&list, &addr, &len);
	     first = false) {
		if (len == 0 ||
		    target_read_memory(s->target, pid, addr, tail + used,
				       (size_t)len, &got) < 0)
			got = 0;
		if (!first)
			rsp_reply_char(out, ',');
		rsp_reply_hex(out, got);
		used += got;
	}
	rsp_reply_char(out, ';');
	rsp_reply_tail_escaped(out, tail, used);
	return 0;
}

/* M and X differ on the wire only. */
int
handle_write_memory(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	pid_t pid;
	pid_t tid;
	int err;

	if (s->client.in_frame)
		return -EROFS;
	if (req->mem.len > 0) {
		err = session_current(s, &pid, &tid);
		if (err < 0)
			return err;
		err =
		    target_write_memory(s->target, pid, req->mem.addr,
					req->mem.data.data, req->mem.data.len);
		if (err < 0)
			return err;
	}
	rsp_reply_str(out, "OK");
	return 0;
}
