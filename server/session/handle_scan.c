/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Going through much memory of the current process: qSearch:memory, qCRC.
 *
 * What takes long goes on as a job, between whose steps the loop sees to other
 * things: ^C, the client's leaving, signals to us.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "job.h"

/* gdb asks for sections and for what the user typed. */
#define SEARCH_MAX ((uint64_t)4 << 30)
#define CRC_MAX	   ((uint64_t)1 << 30)
#define CHUNK	   ((size_t)256 << 10)
/* So much is gone through at once: first, and in each step of the job. */
#define FIRST ((uint64_t)32 << 20)
#define STEP  ((uint64_t)2 << 20)

struct scan {
	/* Takes n more bytes, the last of what is in buf: 1, it is over. */
	int (*take)(struct scan *scan, size_t n);
	void (*tell)(const struct scan *scan, struct rsp_reply *out);
	uint64_t addr, left; /* still to be read */
	bool cut;	     /* there was more than SEARCH_MAX */
	/* A search: chunks share pattern_len - 1 bytes, which were kept. */
	size_t kept, pattern_len;
	const uint8_t *pattern;
	bool found;
	uint64_t found_at;
	/* A sum. */
	uint32_t sum, table[256];
	uint8_t *buf;
	uint8_t bytes[]; /* buf, and the pattern behind it */
};

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

		err = memory_read_current(s, addr + done, buf + done,
					  len - done, &got);
		if (err < 0)
			return err;
		if (got == 0)
			return -EFAULT;
		done += got;
	}
	return 0;
}

/* 1: it is over; 0: there is more than `budget` of it; or -errno. */
static int
go_through(struct session *s, struct scan *scan, uint64_t budget)
{
	uint64_t done = 0;
	int err = 0;

	while (err == 0 && scan->left > 0) {
		size_t n = CHUNK;

		if (done >= budget)
			return 0;
		if (n > scan->left)
			n = (size_t)scan->left;
		err = read_whole(s, scan->addr, scan->buf + scan->kept, n);
		if (err < 0)
			return err;
		scan->addr += n;
		scan->left -= n;
		done += n;
		err = scan->take(scan, n);
	}
	return 1;
}

/* ---- the two of them ---- */

static int
search(struct scan *scan, size_t n)
{
	size_t have = scan->kept + n, keep = scan->pattern_len - 1;
	const uint8_t *hit =
	    memmem(scan->buf, have, scan->pattern, scan->pattern_len);

	if (hit != NULL) {
		scan->found = true;
		scan->found_at =
		    scan->addr - have + (uint64_t)(hit - scan->buf);
		return 1;
	}
	scan->kept = keep < have ? keep : have;
	memmove(scan->buf, scan->buf + have - scan->kept, scan->kept);
	return 0;
}

static void
tell_found(const struct scan *scan, struct rsp_reply *out)
{
	if (scan->found)
		rsp_reply_printf(out, "1,%llx",
				 (unsigned long long)scan->found_at);
	else
		rsp_reply_char(out, '0');
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
add_up(struct scan *scan, size_t n)
{
	uint32_t c = scan->sum;

	for (size_t i = 0; i < n; i++)
		c = c << 8 ^ scan->table[(c >> 24 ^ scan->buf[i]) & 255];
	scan->sum = c;
	return 0;
}

static void
tell_sum(const struct scan *scan, struct rsp_reply *out)
{
	rsp_reply_printf(out, "C%x", scan->sum);
}

/* ---- at once, or as a job ---- */

static int
result(struct session *s, const struct scan *scan, struct rsp_reply *out)
{
	if (scan->cut && !scan->found)
		return session_error(s, out, E2BIG,
				     "not found in the first 4 GiB");
	scan->tell(scan, out);
	return 0;
}

static int
step(struct session *s, struct rsp_reply *out)
{
	int done = go_through(s, s->scan, STEP);

	if (done < 0)
		return done;
	return done == 0 ? JOB_GOES_ON : result(s, s->scan, out);
}

static void
end(struct session *s)
{
	free(s->scan);
	s->scan = NULL;
}

static const struct session_job scanning = {
	.step = step,
	.end = end,
	.every_ms = 0,
	.alone = true,
};

static int
begin(struct session *s, struct scan *scan, struct rsp_reply *out)
{
	int done = go_through(s, scan, FIRST);

	s->scan = scan;
	if (done == 0)
		return job_begin(s, &scanning);
	if (done > 0)
		done = result(s, scan, out);
	end(s);
	return done;
}

static struct scan *
scan_new(uint64_t addr, uint64_t len, size_t pattern_len)
{
	struct scan *scan = calloc(1, sizeof(*scan) + CHUNK + 2 * pattern_len);

	if (scan == NULL)
		return NULL;
	scan->addr = addr;
	scan->left = len;
	scan->pattern_len = pattern_len;
	scan->buf = scan->bytes;
	return scan;
}

int
handle_search_memory(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	struct rsp_bytes pattern = req->search.pattern;
	uint64_t len = req->search.len;
	struct scan *scan;
	uint8_t *copy;

	if (pattern.len == 0 || req->search.addr > UINT64_MAX - len)
		return -EINVAL;
	scan = scan_new(req->search.addr, len < SEARCH_MAX ? len : SEARCH_MAX,
			pattern.len);
	if (scan == NULL)
		return -ENOMEM;
	copy = scan->bytes + CHUNK + pattern.len;
	memcpy(copy, pattern.data, pattern.len);
	scan->pattern = copy;
	scan->cut = len > SEARCH_MAX;
	scan->take = search;
	scan->tell = tell_found;
	return begin(s, scan, out);
}

int
handle_crc(struct session *s, const struct rsp_request *req,
	   struct rsp_reply *out)
{
	struct scan *scan;

	if (req->mem.len > CRC_MAX || req->mem.addr > UINT64_MAX - req->mem.len)
		return -EINVAL;
	scan = scan_new(req->mem.addr, req->mem.len, 0);
	if (scan == NULL)
		return -ENOMEM;
	crc_table(scan->table);
	scan->sum = 0xffffffffU;
	scan->take = add_up;
	scan->tell = tell_sum;
	return begin(s, scan, out);
}
