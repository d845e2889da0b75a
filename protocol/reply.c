/* SPDX-License-Identifier: Apache-2.0 */
#include "reply.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "hex.h"
#include "sum.h"

/* What follows a body: '#' and two digits. */
enum { TRAILER = RSP_REPLY_FRAMING - 1 };

static void
begin(struct rsp_reply *r, uint8_t *buf, size_t cap, char first)
{
	r->buf = buf;
	r->cap = cap;
	r->len = 1;
	r->head = 1;
	r->full = false;
	buf[0] = (uint8_t)first;
}

void
rsp_reply_begin(struct rsp_reply *r, uint8_t *buf, size_t cap)
{
	begin(r, buf, cap, '$');
}

void
rsp_notification_begin(struct rsp_reply *r, uint8_t *buf, size_t cap)
{
	begin(r, buf, cap, '%');
}

void
rsp_reply_mark(struct rsp_reply *r)
{
	r->buf[1] = 'N';
	r->len = 2;
	r->head = 2;
}

void
rsp_reply_clear(struct rsp_reply *r)
{
	r->len = r->head;
	r->full = false;
}

const uint8_t *
rsp_reply_body(const struct rsp_reply *r)
{
	return r->buf + r->head;
}

size_t
rsp_reply_body_len(const struct rsp_reply *r)
{
	return r->len - r->head;
}

size_t
rsp_reply_room(const struct rsp_reply *r)
{
	return r->cap > r->len + TRAILER ? r->cap - r->len - TRAILER : 0;
}

void
rsp_reply_truncate(struct rsp_reply *r, size_t body_len)
{
	if (body_len < rsp_reply_body_len(r))
		r->len = r->head + body_len;
}

/* NULL, and the reply is full, where `n` bytes do not fit. */
static uint8_t *
take(struct rsp_reply *r, size_t n)
{
	uint8_t *at = r->buf + r->len;

	if (r->full || rsp_reply_room(r) < n) {
		r->full = true;
		return NULL;
	}
	r->len += n;
	return at;
}

void
rsp_reply_char(struct rsp_reply *r, char c)
{
	uint8_t *at = take(r, 1);

	if (at != NULL)
		*at = (uint8_t)c;
}

void
rsp_reply_raw(struct rsp_reply *r, const void *data, size_t len)
{
	uint8_t *at = take(r, len);

	if (at != NULL && len > 0)
		memcpy(at, data, len);
}

void
rsp_reply_str(struct rsp_reply *r, const char *s)
{
	rsp_reply_raw(r, s, strlen(s));
}

void
rsp_reply_printf(struct rsp_reply *r, const char *format, ...)
{
	char text[513];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(text))
		r->full = true;
	else
		rsp_reply_raw(r, text, (size_t)n);
}

void
rsp_reply_hex(struct rsp_reply *r, uint64_t value)
{
	uint8_t digits[16];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (uint8_t) "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value != 0);
	rsp_reply_raw(r, digits + i, sizeof(digits) - i);
}

void
rsp_reply_hex8(struct rsp_reply *r, uint8_t value)
{
	rsp_reply_hex_bytes(r, &value, 1);
}

void
rsp_reply_hex_bytes(struct rsp_reply *r, const void *data, size_t len)
{
	uint8_t *at = len <= SIZE_MAX / 2 ? take(r, 2 * len) : NULL;

	if (at != NULL)
		rsp_hex_encode(at, data, len);
	else
		r->full = true;
}

void
rsp_reply_hex_str(struct rsp_reply *r, const char *s)
{
	rsp_reply_hex_bytes(r, s, strlen(s));
}

size_t
rsp_reply_escaped(struct rsp_reply *r, const void *data, size_t len)
{
	size_t room = r->full ? 0 : rsp_reply_room(r), used = 0, run;
	const uint8_t *in = data;
	uint8_t *out = r->buf + r->len;

	while (used < len && room > 0) {
		run = rsp_plain_run(in + used,
				    len - used < room ? len - used : room);
		memcpy(out, in + used, run);
		out += run;
		used += run;
		room -= run;
		if (used == len || room < 2)
			break;
		*out++ = '}';
		*out++ = in[used++] ^ 0x20;
		room -= 2;
	}
	r->len = (size_t)(out - r->buf);
	return used;
}

static void
id(struct rsp_reply *r, int64_t value)
{
	if (value == RSP_ID_ALL)
		rsp_reply_str(r, "-1");
	else
		rsp_reply_hex(r, (uint64_t)value);
}

void
rsp_reply_ptid(struct rsp_reply *r, bool multiprocess, int64_t pid, int64_t tid)
{
	if (multiprocess) {
		rsp_reply_char(r, 'p');
		id(r, pid);
		rsp_reply_char(r, '.');
	}
	id(r, tid);
}

void
rsp_reply_xfer(struct rsp_reply *r, const void *doc, size_t doc_len,
	       uint64_t offset, uint64_t len)
{
	size_t marker = r->len, from, want, got;

	if (offset >= doc_len) {
		rsp_reply_char(r, 'l');
		return;
	}
	from = (size_t)offset;
	want = len < doc_len - from ? (size_t)len : doc_len - from;
	rsp_reply_char(r, 'm');
	got = rsp_reply_escaped(r, (const uint8_t *)doc + from, want);
	if (!r->full && from + got == doc_len)
		r->buf[marker] = 'l';
}

/* A client takes these for framing, escapes or run lengths; or cannot show. */
static bool
is_plain(char c)
{
	return c >= ' ' && c <= '~' && !rsp_needs_escape((uint8_t)c);
}

static void
error_text(struct rsp_reply *r, const char *text)
{
	rsp_reply_str(r, "E.");
	for (; *text != '\0' && rsp_reply_room(r) > 0; text++)
		rsp_reply_char(r, is_plain(*text) ? *text : '?');
}

void
rsp_reply_error(struct rsp_reply *r, enum rsp_errors form, int code,
		const char *text)
{
	rsp_reply_clear(r);
	if (form == RSP_ERRORS_GDB && text != NULL) {
		error_text(r, text);
		return;
	}
	rsp_reply_char(r, 'E');
	rsp_reply_hex8(r, code > 0 && code <= 255 ? (uint8_t)code : 0xff);
	if (form != RSP_ERRORS_LLDB || text == NULL)
		return;
	rsp_reply_char(r, ';');
	for (; *text != '\0' && rsp_reply_room(r) >= 2; text++)
		rsp_reply_hex8(r, (uint8_t)*text);
}

static size_t
put_decimal(uint8_t *to, size_t value)
{
	uint8_t digits[20];
	size_t i = sizeof(digits), n;

	do {
		digits[--i] = (uint8_t)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	n = sizeof(digits) - i;
	memcpy(to, digits + i, n);
	return n;
}

bool
rsp_reply_pack(struct rsp_reply *r, const void *packed, size_t len)
{
	uint8_t size[24];
	size_t n;

	n = put_decimal(size, rsp_reply_body_len(r));
	size[n++] = ':';
	if (r->head == 1 || r->full ||
	    n + rsp_escaped_len(packed, len) >= rsp_reply_body_len(r))
		return false;
	r->buf[1] = 'C';
	rsp_reply_clear(r);
	rsp_reply_raw(r, size, n);
	rsp_reply_escaped(r, packed, len);
	return true;
}

bool
rsp_reply_settle(struct rsp_reply *r)
{
	if (r->full && r->buf[0] == '%')
		return false;
	if (r->full)
		rsp_reply_error(r, RSP_ERRORS_PLAIN, EMSGSIZE, NULL);
	return true;
}

size_t
rsp_reply_finish(struct rsp_reply *r)
{
	uint8_t sum;

	if (!rsp_reply_settle(r))
		return 0;
	sum = rsp_sum(r->buf + 1, r->len - 1);
	r->buf[r->len] = '#';
	rsp_hex_encode(r->buf + r->len + 1, &sum, 1);
	r->len += TRAILER;
	return r->len;
}
