/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the current process: m M x X, qSearch:memory, qCRC.
 *
 * Reads may be short; what cannot be read at all is EFAULT.  Writes are whole
 * or not at all.  What is read is encoded where it was read to, in the reply.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "trace.h"

/* Memory that one search or sum may go through before the server would seem
 * to hang; gdb asks for sections and for what the user typed. */
#define SEARCH_MAX ((uint64_t)4 << 30)
#define CRC_MAX	   ((uint64_t)1 << 30)
#define CHUNK	   ((size_t)256 << 10)

static int
read_current(struct session *s, uint64_t addr, void *buf, size_t len,
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
	err = read_current(s, req->mem.addr, tail, len, &got);
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
	err = read_current(s, req->mem.addr, tail, len, &got);
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

/*
 * Reads exactly `len` bytes: what is asked for here has no meaning in part.
 */
static int
read_whole(struct session *s, uint64_t addr, uint8_t *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t got;
		int err;

		err =
		    read_current(s, addr + done, buf + done, len - done, &got);
		if (err < 0)
			return err;
		if (got == 0)
			return -EFAULT;
		done += got;
	}
	return 0;
}

/*
 * Looks through [addr, addr + len) a chunk at a time; consecutive chunks share
 * pattern - 1 bytes.  1: found at *at; 0: not there.
 */
static int
search(struct session *s, uint64_t addr, uint64_t len, struct rsp_bytes pattern,
       uint8_t *buf, size_t cap, uint64_t *at)
{
	uint64_t end = addr + len;
	size_t kept = 0;

	while (addr < end) {
		size_t n = at_most(end - addr, cap - kept);
		const uint8_t *hit;
		int err;

		err = read_whole(s, addr, buf + kept, n);
		if (err < 0)
			return err;
		hit = memmem(buf, kept + n, pattern.data, pattern.len);
		if (hit != NULL) {
			*at = addr - kept + (uint64_t)(hit - buf);
			return 1;
		}
		addr += n;
		n += kept;
		kept = pattern.len - 1 < n ? pattern.len - 1 : n;
		memmove(buf, buf + n - kept, kept);
	}
	return 0;
}

int
handle_search_memory(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	struct rsp_bytes pattern = req->search.pattern;
	uint64_t len = req->search.len;
	size_t cap = CHUNK + pattern.len;
	uint64_t at = 0;
	uint8_t *buf;
	int found;

	if (pattern.len == 0 || req->search.addr > UINT64_MAX - len)
		return -EINVAL;
	buf = malloc(cap);
	if (buf == NULL)
		return -ENOMEM;
	found = search(s, req->search.addr, len < SEARCH_MAX ? len : SEARCH_MAX,
		       pattern, buf, cap, &at);
	free(buf);
	if (found < 0)
		return found;
	if (found == 0 && len > SEARCH_MAX)
		return session_error(s, out, E2BIG,
				     "not found in the first 4 GiB");
	if (found == 0)
		rsp_reply_char(out, '0');
	else
		rsp_reply_printf(out, "1,%llx", (unsigned long long)at);
	return 0;
}

/* The sum of the protocol's qCRC: polynomial 04c11db7, high bit first, from
 * ffffffff, not inverted at the end. */
static void
crc_table(uint32_t table[256])
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i << 24;

		for (int bit = 0; bit < 8; bit++)
			c = c & 0x80000000U ? c << 1 ^ 0x04c11db7U : c << 1;
		table[i] = c;
	}
}

static int
crc(struct session *s, uint64_t addr, uint64_t len, uint8_t *buf, uint32_t *sum)
{
	uint32_t table[256];
	uint32_t c = 0xffffffffU;

	crc_table(table);
	while (len > 0) {
		size_t n = at_most(len, CHUNK);
		int err;

		err = read_whole(s, addr, buf, n);
		if (err < 0)
			return err;
		for (size_t i = 0; i < n; i++)
			c = c << 8 ^ table[(c >> 24 ^ buf[i]) & 255];
		addr += n;
		len -= n;
	}
	*sum = c;
	return 0;
}

int
handle_crc(struct session *s, const struct rsp_request *req,
	   struct rsp_reply *out)
{
	uint32_t sum = 0;
	uint8_t *buf;
	int err;

	if (req->mem.len > CRC_MAX || req->mem.addr > UINT64_MAX - req->mem.len)
		return -EINVAL;
	buf = malloc(CHUNK);
	if (buf == NULL)
		return -ENOMEM;
	err = crc(s, req->mem.addr, req->mem.len, buf, &sum);
	free(buf);
	if (err < 0)
		return err;
	rsp_reply_printf(out, "C%x", sum);
	return 0;
}
