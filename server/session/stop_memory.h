/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stack memory that goes with a stop.  lldb unwinds from it; else it would ask,
 * at each stop, also at those that its user never sees.
 *
 * Only what no variable lies in: saved frame pointers and return addresses.
 * lldb keeps such pieces beside what it reads in one go of more than 512 bytes,
 * and after a write does not forget what begins before a piece that it did not
 * touch (up to 19 at least, MemoryCache::Flush): its user would see old values.
 * That is left for a dump across frames, written to behind an inner one's end.
 */
#ifndef SERVER_SESSION_STOP_MEMORY_H
#define SERVER_SESSION_STOP_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rsp_reply;
struct session;

/* Frames: few in a stop reply, more in jThreadsInfo, which lldb asks for when
 * its user is to see the stop. */
#define STOP_FRAMES_FEW 4
#define STOP_FRAMES_MAX 32
/* Behind the first frame: the return address of what started it. */
#define STOP_START_BYTES  256
#define STOP_PIECES_MAX	  (1 + STOP_FRAMES_MAX)
#define STOP_MEMORY_BYTES (STOP_START_BYTES + 16 * STOP_FRAMES_MAX)

/*
 * In ascending order.  lldb looks for an address in the last piece that begins
 * at or before it, so none begins inside another one.
 */
struct stop_memory {
	size_t n;
	struct stop_piece {
		uint64_t addr;
		size_t at, len; /* in `bytes` */
	} pieces[STOP_PIECES_MAX];
	uint8_t bytes[STOP_MEMORY_BYTES];
};

/* Of a stopped thread, up to `frames` frames.  What cannot be read is left
 * out. */
void stop_memory_read(struct session *s, pid_t tid, size_t frames,
		      struct stop_memory *m);
/* "memory:0xADDR=hex;" for each piece, of few frames. */
void stop_memory_put(struct session *s, struct rsp_reply *r, pid_t tid);

#endif
