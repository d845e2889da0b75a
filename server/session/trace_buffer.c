/* SPDX-License-Identifier: Apache-2.0 */
#include "trace_buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 6, LENGTH_AT = 2 };

void
trace_buffer_copy(const struct trace_buffer *b, size_t at, void *to, size_t len)
{
	size_t from = (b->start + at) % b->size;
	size_t first = len < b->size - from ? len : b->size - from;

	memcpy(to, b->bytes + from, first);
	memcpy((uint8_t *)to + first, b->bytes, len - first);
}

static void
put_at(struct trace_buffer *b, size_t at, const void *data, size_t len)
{
	size_t to = (b->start + at) % b->size;
	size_t first = len < b->size - to ? len : b->size - to;

	if (len == 0)
		return;
	memcpy(b->bytes + to, data, first);
	memcpy(b->bytes, (const uint8_t *)data + first, len - first);
}

static uint32_t
length_at(const struct trace_buffer *b, size_t at)
{
	uint32_t len;

	trace_buffer_copy(b, at + LENGTH_AT, &len, sizeof(len));
	return len;
}

/* ---- life ---- */

int
trace_buffer_allocate(struct trace_buffer *b, size_t size)
{
	uint8_t *bytes = malloc(size);

	if (bytes == NULL)
		return -ENOMEM;
	free(b->bytes);
	b->bytes = bytes;
	b->size = size;
	trace_buffer_clear(b);
	return 0;
}

void
trace_buffer_free(struct trace_buffer *b)
{
	free(b->bytes);
	memset(b, 0, sizeof(*b));
}

void
trace_buffer_clear(struct trace_buffer *b)
{
	b->start = b->used = b->nframes = 0;
	b->created = 0;
	b->is_open = false;
	b->seen = b->seen_at = 0;
}

/* ---- making frames ------------------------------------------------------ */

static void
drop_oldest(struct trace_buffer *b)
{
	size_t len = HEADER + length_at(b, 0);

	b->start = (b->start + len) % b->size;
	b->used -= len;
	b->nframes--;
	b->open -= b->is_open ? len : 0;
	b->seen = b->seen_at = 0;
}

static int
make_room(struct trace_buffer *b, size_t len)
{
	size_t frames = b->nframes - (b->is_open ? 1 : 0);

	while (b->size - b->used < len) {
		if (!b->circular || frames-- == 0)
			return -ENOSPC;
		drop_oldest(b);
	}
	return 0;
}

static void
append(struct trace_buffer *b, const void *data, size_t len)
{
	put_at(b, b->used, data, len);
	b->used += len;
}

int
trace_buffer_open(struct trace_buffer *b, unsigned tracepoint)
{
	uint16_t number = (uint16_t)tracepoint;
	uint32_t len = 0;

	if (make_room(b, HEADER) < 0)
		return -ENOSPC;
	b->is_open = true;
	b->open = b->used;
	append(b, &number, sizeof(number));
	append(b, &len, sizeof(len));
	b->nframes++;
	b->created++;
	return 0;
}

/* What stands before a block's data. */
static size_t
block_header(uint8_t header[16], char kind, uint64_t number, size_t len)
{
	uint32_t variable = (uint32_t)number;
	uint16_t size = (uint16_t)len;

	header[0] = (uint8_t)kind;
	if (kind == 'V') {
		memcpy(header + 1, &variable, sizeof(variable));
		return 1 + sizeof(variable);
	}
	if (kind != 'M')
		return 1;
	memcpy(header + 1, &number, sizeof(number));
	memcpy(header + 1 + sizeof(number), &size, sizeof(size));
	return 1 + sizeof(number) + sizeof(size);
}

int
trace_buffer_add(struct trace_buffer *b, char kind, uint64_t number,
		 const void *data, size_t len)
{
	uint8_t header[16];
	size_t n = block_header(header, kind, number, len);
	uint32_t whole;

	if (make_room(b, n + len) < 0)
		return -ENOSPC;
	append(b, header, n);
	append(b, data, len);
	whole = (uint32_t)(b->used - b->open - HEADER);
	put_at(b, b->open + LENGTH_AT, &whole, sizeof(whole));
	return 0;
}

size_t
trace_buffer_close(struct trace_buffer *b)
{
	b->is_open = false;
	return b->used - b->open;
}

/* ---- reading frames ------------------------------------------------------ */

bool
trace_buffer_frame(struct trace_buffer *b, size_t number, struct trace_frame *f)
{
	uint16_t tracepoint;

	if (number >= b->nframes)
		return false;
	if (number < b->seen)
		b->seen = b->seen_at = 0;
	for (; b->seen < number; b->seen++)
		b->seen_at += HEADER + length_at(b, b->seen_at);
	trace_buffer_copy(b, b->seen_at, &tracepoint, sizeof(tracepoint));
	f->number = number;
	f->tracepoint = tracepoint;
	f->at = b->seen_at + HEADER;
	f->len = length_at(b, b->seen_at);
	return true;
}

bool
trace_buffer_block(const struct trace_buffer *b, const struct trace_frame *f,
		   size_t *pos, struct trace_block *block)
{
	size_t at = f->at + *pos;
	uint32_t variable;
	uint16_t size;

	if (*pos >= f->len)
		return false;
	trace_buffer_copy(b, at++, &block->kind, 1);
	block->number = 0;
	block->len = b->registers;
	if (block->kind == 'V') {
		trace_buffer_copy(b, at, &variable, sizeof(variable));
		at += sizeof(variable);
		block->number = variable;
		block->len = sizeof(uint64_t);
	} else if (block->kind == 'M') {
		trace_buffer_copy(b, at, &block->number, sizeof(block->number));
		at += sizeof(block->number);
		trace_buffer_copy(b, at, &size, sizeof(size));
		at += sizeof(size);
		block->len = size;
	}
	block->at = at;
	*pos = at + block->len - f->at;
	return true;
}
