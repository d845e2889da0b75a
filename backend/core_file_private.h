/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a core file share. */
#ifndef BACKEND_CORE_FILE_PRIVATE_H
#define BACKEND_CORE_FILE_PRIVATE_H

#include "arch/arch.h"
#include "core_file.h"

/* Bytes to be written, in the process' own word size.  Sticky error. */
struct core_buffer {
	uint8_t *data; /* owned */
	size_t len, cap;
	unsigned word; /* 4 or 8 */
	int err;
};

void core_put(struct core_buffer *b, const void *data, size_t len);
void core_put_number(struct core_buffer *b, uint64_t value, unsigned size);
/* A long of the process. */
void core_put_word(struct core_buffer *b, uint64_t value);
/* Zeros up to a multiple of `align`. */
void core_align(struct core_buffer *b, size_t align);

struct core_segment {
	uint64_t start, end;
	uint64_t file_size; /* so much of it goes into the file */
	uint64_t offset;    /* there */
	unsigned prot;
	bool sparse; /* what is not present is zero */
};

struct core_file {
	struct target *t;
	const struct arch *arch;
	pid_t pid, tid;
	int fd;
	uint64_t page;
	unsigned filter;
	struct core_segment *segments; /* owned */
	size_t nsegments, cap;
	/* NT_FILE's content: entries, then names. */
	struct core_buffer files, file_names;
	uint64_t nfiles;
	uint64_t size;
	/* Where the next step begins. */
	size_t segment;
	uint64_t done; /* bytes of that segment */
	int err;
};

/* core_buffer.c: all of it at that place of the file. */
int core_write(int fd, const void *data, size_t len, uint64_t offset);
/* Appends the buffer to the file, and empties it. */
int core_flush(struct core_file *c, struct core_buffer *b, uint64_t *offset);

/* core_segments.c: fills segments, files and file_names. */
int core_find_segments(struct core_file *c);
/* core_headers.c: gives each segment its place; writes headers and notes. */
int core_lay_out(struct core_file *c);
/* core_notes.c: all notes of all threads, written from `offset` on. */
int core_write_notes(struct core_file *c, uint64_t offset, uint64_t *len);

#endif
