/* SPDX-License-Identifier: Apache-2.0 */
#include "reply.h"

#include <string.h>

#include "escape.h"
#include "hex.h"

uint8_t *
rsp_reply_tail(struct rsp_reply *r, size_t len)
{
	size_t room = rsp_reply_room(r);

	if (r->full || len > room)
		return NULL;
	return r->buf + r->len + (room - len);
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * The writer stays behind the reader: with `gap` free bytes between body and
 * data, byte i is read at gap + i before 2i and 2i + 1 are written.
 */
size_t
rsp_reply_tail_hex(struct rsp_reply *r, const uint8_t *tail, size_t n)
{
	/* Reading what was just written nearby makes a CPU wait: put aside. */
	uint8_t part[256];
	uint8_t *to = r->buf + r->len;
	size_t at, len;

	n = least(n, least((size_t)(tail - to), rsp_reply_room(r) / 2));
	for (at = 0; at < n; at += len) {
		len = least(n - at, sizeof(part));
		memcpy(part, tail + at, len);
		rsp_hex_encode(to + 2 * at, part, len);
	}
	r->len += 2 * n;
	return n;
}

size_t
rsp_reply_tail_escaped(struct rsp_reply *r, const uint8_t *tail, size_t n)
{
	uint8_t *to = r->buf + r->len;
	const uint8_t *from = tail, *end = tail + n;
	size_t run;

	while (from < end) {
		run = rsp_plain_run(from, (size_t)(end - from));
		memmove(to, from, run);
		to += run;
		from += run;
		if (from == end || to + 1 > from)
			break;
		to[1] = *from++ ^ 0x20;
		to[0] = '}';
		to += 2;
	}
	r->len = (size_t)(to - r->buf);
	return (size_t)(from - tail);
}
