/* SPDX-License-Identifier: Apache-2.0 */
#include "reply.h"

uint8_t *
rsp_reply_tail(struct rsp_reply *r, size_t len)
{
	size_t room = rsp_reply_room(r);

	if (r->full || len > room)
		return NULL;
	return r->buf + r->len + (room - len);
}

/*
 * The writer stays behind the reader: with `gap` free bytes between body and
 * data, byte i is read at gap + i before 2i and 2i + 1 are written.
 */
size_t
rsp_reply_tail_hex(struct rsp_reply *r, const uint8_t *tail, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *to = r->buf + r->len;
	size_t gap = (size_t)(tail - to);
	size_t i;

	for (i = 0; i < n; i++) {
		uint8_t byte = tail[i];

		if (2 * i + 1 > gap + i || 2 * i + 2 > rsp_reply_room(r))
			break;
		to[2 * i] = (uint8_t)digits[byte >> 4];
		to[2 * i + 1] = (uint8_t)digits[byte & 15];
	}
	r->len += 2 * i;
	return i;
}

size_t
rsp_reply_tail_escaped(struct rsp_reply *r, const uint8_t *tail, size_t n)
{
	uint8_t *to = r->buf + r->len;
	size_t gap = (size_t)(tail - to);
	size_t at = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		uint8_t byte = tail[i];

		if (byte != '#' && byte != '$' && byte != '}' && byte != '*') {
			to[at++] = byte;
			continue;
		}
		if (at + 1 > gap + i)
			break;
		to[at++] = '}';
		to[at++] = byte ^ 0x20;
	}
	r->len += at;
	return i;
}
