/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frames that tracepoints have collected, in the form in which clients
 * save them to files: the tracepoint's number (2 bytes), the length of what
 * follows (4), and blocks:
 *	R	the registers as in `g`
 *	M	address (8), length (2), so many bytes
 *	V	number of a trace state variable (4), its value (8)
 * Numbers are in the byte order of this machine, which is the program's, too.
 *
 * A ring of fixed size.  Where it is full, a new frame has no place; in a
 * circular buffer the oldest ones make place.  Knows no session.
 */
#ifndef SERVER_SESSION_TRACE_BUFFER_H
#define SERVER_SESSION_TRACE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place in the buffer is counted from the oldest frame on. */
struct trace_frame {
	size_t number; /* from 0, the oldest */
	unsigned tracepoint;
	size_t at, len; /* its blocks */
};

struct trace_block {
	char kind;
	uint64_t number; /* M: address; V: the variable */
	size_t at, len;	 /* bytes of R and M, value of V */
};

struct trace_buffer {
	uint8_t *bytes; /* owned */
	size_t size;
	size_t start; /* of the oldest frame in `bytes` */
	size_t used;
	size_t nframes;
	uint64_t created; /* frames, also those that are gone */
	bool circular;
	size_t registers; /* bytes of an R block */
	bool is_open;	  /* a frame is being made, */
	size_t open;	  /* which begins here */
	/* Where frame number `seen` begins: most look for the next one. */
	size_t seen, seen_at;
};

/* The most that a block of memory can hold. */
#define TRACE_BLOCK_MAX 0xffff

/* Empty, with room for `size` bytes.  -ENOMEM: it is as before. */
int trace_buffer_allocate(struct trace_buffer *b, size_t size);
void trace_buffer_free(struct trace_buffer *b);
void trace_buffer_clear(struct trace_buffer *b);

/*
 * A frame is made by open, any number of adds, close.  -ENOSPC: no room; what
 * is there of the frame stays.
 */
int trace_buffer_open(struct trace_buffer *b, unsigned tracepoint);
/* R: `number` is not used, len is b->registers; V: len is 8. */
int trace_buffer_add(struct trace_buffer *b, char kind, uint64_t number,
		     const void *data, size_t len);
/* Bytes that the whole frame takes. */
size_t trace_buffer_close(struct trace_buffer *b);

/* false: there is no frame of this number. */
bool trace_buffer_frame(struct trace_buffer *b, size_t number,
			struct trace_frame *f);
/* Walks the blocks of a frame; *pos is 0 at first. */
bool trace_buffer_block(const struct trace_buffer *b,
			const struct trace_frame *f, size_t *pos,
			struct trace_block *block);
/* Copies out bytes that are there: at + len <= b->used. */
void trace_buffer_copy(const struct trace_buffer *b, size_t at, void *to,
		       size_t len);

#endif
