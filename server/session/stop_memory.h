/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stack memory that goes with a stop.  lldb unwinds and shows variables from
 * it; else it would ask, at each stop, also at those that its user never sees.
 */
#ifndef SERVER_SESSION_STOP_MEMORY_H
#define SERVER_SESSION_STOP_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rsp_reply;
struct session;

/* Around the stack pointer, and around the frame pointer if that is far. */
#define STOP_STACK_BYTES 1280
#define STOP_FRAME_BYTES 512
/* Older frames: the saved frame pointer and the return address of each.  Few
 * in a stop reply, more in jThreadsInfo, which lldb asks for when its user is
 * to see the stop. */
#define STOP_FRAMES_FEW 4
#define STOP_FRAMES_MAX 32
#define STOP_PIECES_MAX (2 + STOP_FRAMES_MAX)
#define STOP_MEMORY_BYTES \
	(STOP_STACK_BYTES + STOP_FRAME_BYTES + 16 * STOP_FRAMES_MAX)

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

/* Of a stopped thread, with up to `frames` older frames.  What cannot be read
 * is left out. */
void stop_memory_read(struct session *s, pid_t tid, size_t frames,
		      struct stop_memory *m);
/* "memory:0xADDR=hex;" for each piece, with few frames. */
void stop_memory_put(struct session *s, struct rsp_reply *r, pid_t tid);

#endif
