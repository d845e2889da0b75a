/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request, one reply.
 *
 * Whatever comes, a call ends at its deadline, and at most WASTE_MAX bytes are
 * passed over in search of a reply.
 */
#include "private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocol/hex.h"
#include "protocol/sum.h"

#define WASTE_MAX ((size_t)1 << 20)
#define RETRIES	  3

int64_t
dt_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

HRESULT
dt_call_begin(struct datatarget *t, uint64_t bytes)
{
	if (t == NULL)
		return DATATARGET_E_POINTER;
	if (t->broken != DATATARGET_OK)
		return t->broken;
	t->error[0] = '\0';
	t->deadline = dt_clock_ms() + t->timeout_ms + (int64_t)(bytes / 256);
	return DATATARGET_OK;
}

HRESULT
dt_call_begin_process(struct datatarget *t, uint64_t bytes)
{
	HRESULT hr = dt_call_begin(t, bytes);

	if (hr == DATATARGET_OK && !t->has_process)
		return dt_fail(t, DATATARGET_E_HANDLE, "there is no process");
	return hr;
}

/* ---- bytes -------------------------------------------------------------- */

static HRESULT
stream_failed(struct datatarget *t, ssize_t err)
{
	if (err == -ETIMEDOUT)
		return dt_fail_for_good(t, DATATARGET_E_TIMEOUT,
					"the server did not answer in time");
	if (err == 0)
		return dt_fail_for_good(t, DATATARGET_E_CLOSED,
					"the server closed the connection");
	return dt_fail_for_good(t, DATATARGET_E_CLOSED, "the connection: %s",
				strerror((int)-err));
}

/* Milliseconds to the deadline; 0: it is over. */
static int
time_left(const struct datatarget *t)
{
	int64_t left = t->deadline - dt_clock_ms();

	if (left <= 0)
		return 0;
	return left < INT32_MAX ? (int)left : INT32_MAX;
}

static HRESULT
send_all(struct datatarget *t, const uint8_t *data, size_t len)
{
	while (len > 0) {
		int left = time_left(t);
		ssize_t n = -ETIMEDOUT;

		if (left > 0)
			n = t->stream.write(t->stream.arg, data, len, left);
		if (n <= 0)
			return stream_failed(t, n == 0 ? -EPIPE : n);
		if ((size_t)n > len)
			return stream_failed(t, -EINVAL);
		data += n;
		len -= (size_t)n;
	}
	return DATATARGET_OK;
}

static HRESULT
fill(struct datatarget *t)
{
	int left = time_left(t);
	ssize_t n = -ETIMEDOUT;

	if (left > 0)
		n = t->stream.read(t->stream.arg, t->in, IN_SIZE, left);
	if (n <= 0)
		return stream_failed(t, n);
	if ((size_t)n > IN_SIZE)
		return stream_failed(t, -EINVAL);
	t->in_at = 0;
	t->in_len = (size_t)n;
	return DATATARGET_OK;
}

/* ---- replies ------------------------------------------------------------ */

/* "c*n": c, n - 29 times more. */
static bool
expand_runs(struct datatarget *t)
{
	const uint8_t *in = t->reader.body;
	size_t len = t->reader.len, n = 0;

	for (size_t i = 0; i < len; i++) {
		size_t times = 1;
		uint8_t c = in[i];

		if (c == '*') {
			if (i + 1 >= len || n == 0 || in[i + 1] < 32)
				return false;
			times = in[++i] - 29u;
			c = t->reply[n - 1];
		}
		if (times > REPLY_MAX - 1 - n)
			return false;
		memset(t->reply + n, c, times);
		n += times;
	}
	t->reply[n] = '\0';
	t->reply_len = n;
	return true;
}

/* "O68656c6c6f": what the program or the server printed. */
static bool
is_output(const struct datatarget *t)
{
	unsigned digit;

	return t->reply_len >= 3 && t->reply_len % 2 == 1 &&
	       t->reply[0] == 'O' && rsp_hex_digit(t->reply[1], &digit);
}

struct waiting {
	const uint8_t *packet; /* to be sent again */
	size_t len;
	int retries;
	size_t waste; /* bytes passed over */
};

static HRESULT
again(struct datatarget *t, struct waiting *w, const void *data, size_t len)
{
	if (++w->retries > RETRIES)
		return dt_fail_for_good(t, DATATARGET_E_DATA,
					"the connection garbles packets");
	return send_all(t, data, len);
}

/* DATATARGET_FALSE: the reply has not come yet. */
static HRESULT
take_packet(struct datatarget *t)
{
	HRESULT hr = DATATARGET_OK;

	if (t->ack)
		hr = send_all(t, (const uint8_t *)"+", 1);
	if (hr != DATATARGET_OK)
		return hr;
	if (!expand_runs(t))
		return dt_fail_for_good(t, DATATARGET_E_DATA,
					"a run of the server's reply is wrong");
	return is_output(t) ? DATATARGET_FALSE : DATATARGET_OK;
}

static HRESULT
take_event(struct datatarget *t, struct waiting *w, enum rsp_event event)
{
	switch (event) {
	case RSP_EVENT_PACKET:
		return take_packet(t);
	case RSP_EVENT_BAD_CHECKSUM:
		if (t->ack) {
			HRESULT hr = again(t, w, "-", 1);

			return hr == DATATARGET_OK ? DATATARGET_FALSE : hr;
		}
		return dt_fail_for_good(t, DATATARGET_E_DATA,
					"the server's reply is cut");
	case RSP_EVENT_NAK:
		if (t->ack) {
			HRESULT hr = again(t, w, w->packet, w->len);

			return hr == DATATARGET_OK ? DATATARGET_FALSE : hr;
		}
		return DATATARGET_FALSE;
	case RSP_EVENT_OVERLONG:
		return dt_fail_for_good(t, DATATARGET_E_DATA,
					"the server's reply is too long");
	default:
		return DATATARGET_FALSE;
	}
}

static HRESULT
receive(struct datatarget *t, struct waiting *w)
{
	HRESULT hr = DATATARGET_FALSE;

	while (hr == DATATARGET_FALSE) {
		enum rsp_event event;
		size_t n;

		if (t->in_at == t->in_len) {
			hr = fill(t);
			if (hr != DATATARGET_OK)
				return hr;
		}
		n = rsp_reader_feed(&t->reader, t->in + t->in_at,
				    t->in_len - t->in_at, &event);
		t->in_at += n;
		w->waste += n;
		hr = take_event(t, w, event);
		if (hr == DATATARGET_FALSE && w->waste > WASTE_MAX)
			return dt_fail_for_good(t, DATATARGET_E_DATA,
						"the server talks without end");
	}
	return hr;
}

/* ---- requests ----------------------------------------------------------- */

/* Frames the body that stands at out + 1. */
static HRESULT
exchange(struct datatarget *t, size_t len)
{
	struct waiting w = { .packet = t->out, .len = len + 4 };
	uint8_t sum = rsp_sum(t->out + 1, len);

	t->out[0] = '$';
	t->out[len + 1] = '#';
	rsp_hex_encode(t->out + len + 2, &sum, 1);
	if (send_all(t, t->out, w.len) != DATATARGET_OK)
		return t->broken;
	return receive(t, &w);
}

HRESULT
dt_ask(struct datatarget *t, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf((char *)t->out + 1, PACKET_MIN, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= PACKET_MIN)
		return dt_fail(t, DATATARGET_E_INVALIDARG,
			       "the request is long");
	return exchange(t, (size_t)n);
}

HRESULT
dt_ask_bytes(struct datatarget *t, const uint8_t *body, size_t len)
{
	if (len > t->packet_size || len > OUT_MAX)
		return dt_fail(t, DATATARGET_E_INVALIDARG,
			       "the request is long");
	memmove(t->out + 1, body, len);
	return exchange(t, len);
}

bool
dt_reply_is(const struct datatarget *t, const char *text)
{
	return t->reply_len == strlen(text) &&
	       memcmp(t->reply, text, t->reply_len) == 0;
}

bool
dt_reply_unescape(const struct datatarget *t, size_t at, uint8_t *out,
		  size_t cap, size_t *len)
{
	size_t n = 0;

	while (at < t->reply_len) {
		uint8_t c = t->reply[at++];

		if (c == '}') {
			if (at == t->reply_len)
				return false;
			c = t->reply[at++] ^ 0x20;
		}
		if (n == cap)
			return false;
		out[n++] = c;
	}
	*len = n;
	return true;
}

/* ---- objects ------------------------------------------------------------- */

struct object {
	uint8_t *bytes;
	size_t len, cap;
	size_t max;
};

/* The reply's part of it. */
static HRESULT
object_add(struct datatarget *t, struct object *o)
{
	size_t need = o->len + t->reply_len, n;

	if (need > o->max + 1)
		return dt_fail(t, DATATARGET_E_DATA, "a document is too long");
	if (need > o->cap) {
		size_t cap = need * 2;
		uint8_t *bytes = realloc(o->bytes, cap);

		if (bytes == NULL)
			return dt_no_memory(t);
		o->bytes = bytes;
		o->cap = cap;
	}
	/* The letter in front makes room for the NUL. */
	if (!dt_reply_unescape(t, 1, o->bytes + o->len, o->cap - o->len - 1,
			       &n))
		return dt_fail(t, DATATARGET_E_DATA, "a document is garbled");
	o->len += n;
	if (n == 0 && t->reply[0] == 'm')
		return dt_fail(t, DATATARGET_E_DATA, "a document does not end");
	return t->reply[0] == 'm' ? DATATARGET_FALSE : DATATARGET_OK;
}

HRESULT
dt_read_object(struct datatarget *t, const char *object, const char *annex,
	       size_t max, char **doc, size_t *len)
{
	struct object o = { .cap = t->packet_size, .max = max };
	HRESULT hr = DATATARGET_FALSE;

	o.bytes = malloc(o.cap);
	if (o.bytes == NULL)
		return dt_no_memory(t);
	while (hr == DATATARGET_FALSE) {
		hr = dt_ask(t, "qXfer:%s:read:%s:%zx,%zx", object, annex, o.len,
			    t->packet_size - 8);
		if (hr != DATATARGET_OK)
			break;
		if (t->reply[0] != 'm' && t->reply[0] != 'l')
			hr = dt_reply_error(t, object);
		else
			hr = object_add(t, &o);
	}
	if (hr != DATATARGET_OK) {
		free(o.bytes);
		return hr;
	}
	o.bytes[o.len] = '\0';
	*doc = (char *)o.bytes;
	*len = o.len;
	return DATATARGET_OK;
}
