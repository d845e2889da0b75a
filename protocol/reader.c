/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#include <string.h>

#include "hex.h"
#include "sum.h"

enum { IDLE, BODY, FIRST_DIGIT, SECOND_DIGIT };

void
rsp_reader_init(struct rsp_reader *r, uint8_t *buf, size_t cap)
{
	memset(r, 0, sizeof(*r));
	r->body = buf;
	r->cap = cap;
	r->check = true;
	r->state = IDLE;
}

bool
rsp_reader_in_packet(const struct rsp_reader *r)
{
	return r->state != IDLE;
}

static void
start_body(struct rsp_reader *r, bool notice)
{
	r->state = BODY;
	r->notice = notice;
	r->len = 0;
	r->sum = 0;
	r->given = 0;
	r->overlong = false;
}

static bool
starts_something(uint8_t c)
{
	return c == '$' || c == '%' || c == '+' || c == '-' || c == 0x03;
}

static size_t
feed_idle(struct rsp_reader *r, const uint8_t *in, size_t n,
	  enum rsp_event *event)
{
	size_t i;

	switch (in[0]) {
	case '$':
	case '%':
		start_body(r, in[0] == '%');
		return 1;
	case '+':
		*event = RSP_EVENT_ACK;
		return 1;
	case '-':
		*event = RSP_EVENT_NAK;
		return 1;
	case 0x03:
		*event = RSP_EVENT_INTERRUPT;
		return 1;
	default:
		break;
	}
	for (i = 1; i < n && !starts_something(in[i]); i++)
		;
	*event = RSP_EVENT_GARBAGE;
	return i;
}

static void
append(struct rsp_reader *r, const uint8_t *in, size_t n)
{
	if (r->overlong || r->cap - r->len <= n) {
		r->overlong = true;
		return;
	}
	memcpy(r->body + r->len, in, n);
	r->len += n;
	r->sum = (uint8_t)(r->sum + rsp_sum(in, n));
}

/*
 * Looks at each byte of the input a fixed number of times, however many
 * packets are cut short in it: only the last '$' before the '#' counts.
 */
static size_t
feed_body(struct rsp_reader *r, const uint8_t *in, size_t n,
	  enum rsp_event *event)
{
	const uint8_t *hash = memchr(in, '#', n);
	size_t run = hash != NULL ? (size_t)(hash - in) : n;
	const uint8_t *dollar = memrchr(in, '$', run);
	const uint8_t *etx = NULL;
	size_t skip = 0;

	if (r->interruptible)
		etx = memchr(in, 0x03, run);
	if (etx != NULL) {
		r->state = IDLE;
		*event = RSP_EVENT_INTERRUPT;
		return (size_t)(etx - in) + 1;
	}
	if (dollar != NULL) {
		start_body(r, false);
		skip = (size_t)(dollar - in) + 1;
	}
	append(r, in + skip, run - skip);
	if (hash == NULL)
		return n;
	r->state = FIRST_DIGIT;
	return run + 1;
}

/* What a body was that is none after all. */
static enum rsp_event
failure(const struct rsp_reader *r)
{
	if (r->notice)
		return RSP_EVENT_GARBAGE;
	return r->overlong ? RSP_EVENT_OVERLONG : RSP_EVENT_BAD_CHECKSUM;
}

static void
end_packet(struct rsp_reader *r, enum rsp_event *event)
{
	r->state = IDLE;
	if (r->overlong || (r->check && r->given != r->sum)) {
		*event = failure(r);
		return;
	}
	r->body[r->len] = 0;
	*event = r->notice ? RSP_EVENT_NOTICE : RSP_EVENT_PACKET;
}

static size_t
feed_digit(struct rsp_reader *r, uint8_t c, enum rsp_event *event)
{
	unsigned digit;

	if (!rsp_hex_digit(c, &digit)) {
		/* This may well be the start of the next packet: keep it. */
		r->state = IDLE;
		*event = failure(r);
		return 0;
	}
	r->given = (uint8_t)((unsigned)r->given << 4 | digit);
	if (r->state == FIRST_DIGIT)
		r->state = SECOND_DIGIT;
	else
		end_packet(r, event);
	return 1;
}

size_t
rsp_reader_feed(struct rsp_reader *r, const uint8_t *in, size_t n,
		enum rsp_event *event)
{
	size_t used = 0;

	*event = RSP_EVENT_NONE;
	while (used < n && *event == RSP_EVENT_NONE) {
		if (r->state == IDLE)
			used += feed_idle(r, in + used, n - used, event);
		else if (r->state == BODY)
			used += feed_body(r, in + used, n - used, event);
		else
			used += feed_digit(r, in[used], event);
	}
	return used;
}
