/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a stream: what is read does not depend on how the stream is
 * cut, and the reader is never deaf after it.
 */
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "protocol/reader.h"

struct trace {
	uint64_t hash;
	enum rsp_event last;
};

static void
mix(struct trace *t, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		t->hash = (t->hash ^ data[i]) * UINT64_C(0x100000001b3);
}

static void
note(struct trace *t, const struct rsp_reader *r, enum rsp_event event)
{
	uint8_t kind = (uint8_t)event;

	if (event == RSP_EVENT_NONE)
		return;
	/* Garbage that comes in pieces is told in pieces. */
	if (event == RSP_EVENT_GARBAGE && t->last == RSP_EVENT_GARBAGE)
		return;
	t->last = event;
	mix(t, &kind, 1);
	if (event != RSP_EVENT_PACKET && event != RSP_EVENT_NOTICE)
		return;
	if (r->len >= r->cap || r->body[r->len] != 0)
		abort();
	mix(t, r->body, r->len);
}

static void
feed(struct rsp_reader *r, struct trace *t, const uint8_t *in, size_t n)
{
	enum rsp_event event;
	size_t used;

	while (n > 0) {
		used = rsp_reader_feed(r, in, n, &event);
		if (used > n || (used < n && event == RSP_EVENT_NONE))
			abort();
		note(t, r, event);
		in += used;
		n -= used;
	}
}

/* `piece` 0: all at once. */
static uint64_t
read_stream(const uint8_t *in, size_t n, size_t cap, bool check, size_t piece)
{
	static const uint8_t good[] = "$g#67$vX#ce";
	uint8_t *buf = malloc(cap);
	struct rsp_reader r;
	struct trace t = { .hash = 1 };
	size_t part;

	if (buf == NULL)
		abort();
	rsp_reader_init(&r, buf, cap);
	r.check = check;
	for (; n > 0; in += part, n -= part) {
		part = piece == 0 || piece > n ? n : piece;
		feed(&r, &t, in, part);
	}
	feed(&r, &t, good, sizeof(good) - 1);
	if (t.last != RSP_EVENT_PACKET || r.len != 2 ||
	    memcmp(r.body, "vX", 2) != 0 || rsp_reader_in_packet(&r))
		abort();
	free(buf);
	return t.hash;
}

/* The last byte also says how to read. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t how = len > 0 ? data[len - 1] : 0;
	bool check = how & 1;
	size_t cap = how & 2 ? 4 + (how >> 4) : 512;
	uint64_t whole = read_stream(data, len, cap, check, 0);

	if (whole != read_stream(data, len, cap, check, 1) ||
	    whole != read_stream(data, len, cap, check, 2 + (how >> 2)))
		abort();
	return 0;
}
