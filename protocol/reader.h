/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The framing of the remote protocol: bytes in, packets out.
 *
 * Bounded (the caller's buffer), linear in the input, no I/O, no allocation.
 * A packet body is given as it came, escapes included.  An overlong packet is
 * skipped up to its end.  Source: gdb manual, "Overview" of the Remote
 * Protocol.
 */
#ifndef PROTOCOL_READER_H
#define PROTOCOL_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rsp_event {
	RSP_EVENT_NONE,		/* all input consumed, nothing whole yet */
	RSP_EVENT_PACKET,	/* reader.body, reader.len; body[len] == 0 */
	RSP_EVENT_ACK,		/* '+' between packets */
	RSP_EVENT_NAK,		/* '-' */
	RSP_EVENT_INTERRUPT,	/* 0x03 between packets */
	RSP_EVENT_BAD_CHECKSUM, /* a whole packet with a wrong sum, or none */
	RSP_EVENT_OVERLONG,	/* a packet that did not fit, now over */
	RSP_EVENT_GARBAGE,	/* bytes that belong to nothing */
	RSP_EVENT_NOTICE,	/* as PACKET, but "%": nothing is answered */
};

struct rsp_reader {
	uint8_t *body; /* borrowed for the reader's life */
	size_t cap;    /* longest body + 1 */
	size_t len;
	int state;
	uint8_t sum;
	uint8_t given; /* the sum that the packet claims */
	bool overlong;
	bool notice; /* begun by "%"; a wrong one is garbage */
	bool check;  /* false in no-ack mode: sums are not compared */
	/*
	 * The client may only interrupt now: 0x03 is an interrupt wherever it
	 * stands, and ends a packet that was begun.  (Otherwise it is data
	 * inside of one.)
	 */
	bool interruptible;
};

/* `cap` counts the NUL that ends each body. */
void rsp_reader_init(struct rsp_reader *r, uint8_t *buf, size_t cap);

/*
 * Consumes input up to the end of the first event and returns how many bytes
 * that took (<= n).  *event tells what was found.  The body is valid until the
 * next call.  A '$' inside a body starts the packet anew (the former was cut);
 * what stands in the place of a sum's digits and is none ends the packet, and
 * is looked at again as what may follow one.
 */
size_t rsp_reader_feed(struct rsp_reader *r, const uint8_t *in, size_t n,
		       enum rsp_event *event);

/* Is a packet begun and not yet whole? */
bool rsp_reader_in_packet(const struct rsp_reader *r);

#endif
