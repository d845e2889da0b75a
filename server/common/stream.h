/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte stream over one or two descriptors (socket, pipe, terminal, stdio),
 * with a bounded buffer for what was read and not yet used.  Nothing blocks.
 */
#ifndef COMMON_STREAM_H
#define COMMON_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

/* A packet of the greatest size comes in with one read. */
#define STREAM_BUFFER 0x22000

struct stream {
	int rfd, wfd;	   /* -1: closed; may be the same */
	uint8_t *in;	   /* owned, STREAM_BUFFER bytes */
	size_t start, end; /* unused input is in[start .. end) */
	/* What to put back at the close, for descriptors that we share. */
	int rflags, wflags; /* -1: nothing */
	bool is_tty;
	struct termios saved;
};

/* The descriptors are given on success; -errno. */
int stream_open(struct stream *s, int rfd, int wfd);
/* Opens a terminal line in raw mode, at the speed that it has. */
int stream_open_tty(struct stream *s, const char *path);
/* Also what is not open. */
void stream_close(struct stream *s);
/* Somebody else has it now. */
void stream_forget(struct stream *s);
bool stream_is_open(const struct stream *s);

/* Reads once: > 0 bytes, 0 at the end, -EAGAIN, -ENOBUFS (full), -errno. */
ssize_t stream_read(struct stream *s);
const uint8_t *stream_data(const struct stream *s, size_t *len);
void stream_consume(struct stream *s, size_t n);
/* Writes once: > 0 bytes, -EAGAIN, -errno. */
ssize_t stream_write(struct stream *s, const uint8_t *data, size_t n);

/*
 * Says that no more comes, and waits up to timeout_ms until the peer has
 * closed, so that unread input does not destroy what is still on its way.
 */
void stream_linger(struct stream *s, int timeout_ms);

#endif
