/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session sends: replies, notifications, console text, acks.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compress.h"
#include "private.h"

/*
 * A whole reply is built behind what is not yet sent.  Input is taken
 * only while there is room for that, and for a few short packets beside it
 * (acks, console text), so the buffer never has to grow.
 */
#define OUT_EXTRA 0x20000
#define OUT_CAP	  (2 * (size_t)SESSION_REPLY_MAX)
#define OUT_NEED  ((size_t)SESSION_REPLY_MAX + OUT_EXTRA)

int
output_init(struct session *s)
{
	s->out_cap = OUT_CAP;
	s->out = malloc(s->out_cap);
	s->last = malloc(SESSION_REPLY_MAX);
	return s->out == NULL || s->last == NULL ? -ENOMEM : 0;
}

void
output_reset(struct session *s)
{
	compressor_free(s->compressor);
	s->compressor = NULL;
	s->out_start = 0;
	s->out_end = 0;
	s->last_len = 0;
}

void
output_free(struct session *s)
{
	compressor_free(s->compressor);
	free(s->out);
	free(s->last);
}

static void
compact(struct session *s)
{
	if (s->out_start == s->out_end) {
		s->out_start = 0;
		s->out_end = 0;
	} else if (s->out_start > 0 && s->out_cap - s->out_end < OUT_NEED) {
		memmove(s->out, s->out + s->out_start,
			s->out_end - s->out_start);
		s->out_end -= s->out_start;
		s->out_start = 0;
	}
}

bool
session_has_room(const struct session *s)
{
	return s->out_cap - (s->out_end - s->out_start) >= OUT_NEED;
}

static size_t
reply_cap(struct session *s)
{
	size_t room;

	compact(s);
	room = s->out_cap - s->out_end;
	return room < SESSION_REPLY_MAX ? room : SESSION_REPLY_MAX;
}

void
session_begin(struct session *s, struct rsp_reply *r)
{
	size_t cap = reply_cap(s);

	rsp_reply_begin(r, s->out + s->out_end, cap);
	if (s->compressor != NULL)
		rsp_reply_mark(r);
}

void
session_begin_notification(struct session *s, struct rsp_reply *r)
{
	size_t cap = reply_cap(s);

	rsp_notification_begin(r, s->out + s->out_end, cap);
	if (s->compressor != NULL)
		rsp_reply_mark(r);
}

void
session_send(struct session *s, struct rsp_reply *r)
{
	bool packet = r->buf[0] == '$';
	size_t len;

	if (!rsp_reply_settle(r))
		return;
	session_log_packet(s, packet ? "sent" : "notified", rsp_reply_body(r),
			   rsp_reply_body_len(r));
	if (s->compressor != NULL)
		compressor_run(s->compressor, r);
	len = rsp_reply_finish(r);
	s->out_end += len;
	/* Notifications are neither acknowledged nor sent again. */
	if (packet && !s->client.no_ack) {
		memcpy(s->last, r->buf, len);
		s->last_len = len;
	}
}

void
output_byte(struct session *s, uint8_t byte)
{
	compact(s);
	if (s->out_end < s->out_cap)
		s->out[s->out_end++] = byte;
}

void
session_console(struct session *s, const void *text, size_t len)
{
	const uint8_t *p = text;

	while (len > 0) {
		size_t n = len < 0x1000 ? len : 0x1000;
		struct rsp_reply r;

		session_begin(s, &r);
		if (rsp_reply_room(&r) < 2 * n + 1)
			return;
		rsp_reply_char(&r, 'O');
		rsp_reply_hex_bytes(&r, p, n);
		session_send(s, &r);
		p += n;
		len -= n;
	}
}

const uint8_t *
session_output(struct session *s, size_t *len)
{
	*len = s->out_end - s->out_start;
	return s->out + s->out_start;
}

void
session_sent(struct session *s, size_t n)
{
	size_t have = s->out_end - s->out_start;

	s->out_start += n < have ? n : have;
	compact(s);
}

void
output_again(struct session *s)
{
	compact(s);
	if (s->client.no_ack || s->last_len == 0 ||
	    s->out_cap - s->out_end < s->last_len)
		return;
	memcpy(s->out + s->out_end, s->last, s->last_len);
	s->out_end += s->last_len;
	/* Only once: a client that never gets it right is not fed forever. */
	s->last_len = 0;
}

/* Enough to see what a packet is; a memory write need not be seen whole. */
#define LOG_BYTES 400

void
session_log_packet(struct session *s, const char *direction,
		   const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char line[LOG_BYTES * 4 + 64];
	size_t at, n = len < LOG_BYTES ? len : LOG_BYTES;

	if (!s->remote_debug)
		return;
	at = (size_t)snprintf(line, 32, "[remote] %s: ", direction);
	for (size_t i = 0; i < n; i++) {
		uint8_t c = data[i];

		if (c >= ' ' && c < 0x7f && c != '\\') {
			line[at++] = (char)c;
			continue;
		}
		line[at++] = '\\';
		line[at++] = 'x';
		line[at++] = digits[c >> 4];
		line[at++] = digits[c & 15];
	}
	line[at] = '\0';
	if (n < len)
		snprintf(line + at, sizeof(line) - at, "... (%zu bytes)", len);
	if (s->config.log != NULL)
		s->config.log(s->config.log_arg, line);
	else if (s->config.say != NULL)
		s->config.say(s->config.say_arg, line);
}
