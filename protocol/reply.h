/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds one packet in place in an output buffer: "$body#xx".
 *
 * Errors are sticky: append freely, look once at the end.  A reply that did
 * not fit is turned into an error reply (EMSGSIZE) by rsp_reply_finish, never
 * sent cut.
 */
#ifndef PROTOCOL_REPLY_H
#define PROTOCOL_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "request.h"

struct rsp_reply {
	uint8_t *buf; /* borrowed until finish */
	size_t cap;
	size_t len;  /* bytes so far, the head included */
	size_t head; /* bytes before the body: '$', or '$' and 'N' */
	bool full;   /* something did not fit */
};

/* The least capacity with which any error reply fits. */
#define RSP_REPLY_MIN 64
/* Bytes of framing around a body: '$', '#', two digits. */
#define RSP_REPLY_FRAMING 4

/* Starts a packet with '$', a notification with '%'. */
void rsp_reply_begin(struct rsp_reply *r, uint8_t *buf, size_t cap);
void rsp_notification_begin(struct rsp_reply *r, uint8_t *buf, size_t cap);

/*
 * Packets of a client that has enabled compression (lldb's QEnableCompression)
 * say how their body comes: "$Nbody#xx" as it is, "$CSIZE:data#xx" compressed,
 * with the body's size in decimal.  `mark` begins one, before anything is
 * appended.  `pack` puts the compressed form, escaped, in the body's place, as
 * the last thing before finish; false, and nothing is changed, if the packet
 * is not marked or would not get shorter.
 */
void rsp_reply_mark(struct rsp_reply *r);
bool rsp_reply_pack(struct rsp_reply *r, const void *packed, size_t len);

/* Forgets the body built so far (the empty reply, if nothing follows). */
void rsp_reply_clear(struct rsp_reply *r);
/* The body so far; its bytes; room left for body bytes. */
const uint8_t *rsp_reply_body(const struct rsp_reply *r);
size_t rsp_reply_body_len(const struct rsp_reply *r);
size_t rsp_reply_room(const struct rsp_reply *r);
/* Cuts the body back to `body_len` bytes, a value had from body_len(). */
void rsp_reply_truncate(struct rsp_reply *r, size_t body_len);

void rsp_reply_char(struct rsp_reply *r, char c);
void rsp_reply_str(struct rsp_reply *r, const char *s);
/* Appends bytes as they are: for text that needs no escaping. */
void rsp_reply_raw(struct rsp_reply *r, const void *data, size_t len);
/* printf for short text (at most 512 bytes). */
void rsp_reply_printf(struct rsp_reply *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Lower-case hex without leading zeros; at least one digit. */
void rsp_reply_hex(struct rsp_reply *r, uint64_t value);
/* Two digits. */
void rsp_reply_hex8(struct rsp_reply *r, uint8_t value);
/* Two digits for each byte. */
void rsp_reply_hex_bytes(struct rsp_reply *r, const void *data, size_t len);
void rsp_reply_hex_str(struct rsp_reply *r, const char *s);
/*
 * Binary data with '#', '$', '}', '*' escaped.  Returns how many bytes of
 * `data` went in: all, or as many as there was room for (`full` is not set:
 * the callers are reads, which may be short).
 */
size_t rsp_reply_escaped(struct rsp_reply *r, const void *data, size_t len);
/*
 * Data read straight into the room and encoded there, without a second copy
 * (reply_tail.c).  `tail` gives the last `len` bytes of the room, or NULL if
 * there are not as many; the caller puts data at its start.  `tail_hex` and
 * `tail_escaped` then append `n` of these bytes to the body, nothing else
 * having been appended since; both return how many bytes went in.  For all of
 * them, a hex tail may take half the room; an escaped one may be cut short
 * where it holds many bytes to escape, but never before the first byte if an
 * eighth of the room was left free.
 */
uint8_t *rsp_reply_tail(struct rsp_reply *r, size_t len);
size_t rsp_reply_tail_hex(struct rsp_reply *r, const uint8_t *tail, size_t n);
size_t rsp_reply_tail_escaped(struct rsp_reply *r, const uint8_t *tail,
			      size_t n);

/*
 * "p<pid>.<tid>" with multiprocess, else "<tid>"; RSP_ID_ALL prints as -1.
 */
void rsp_reply_ptid(struct rsp_reply *r, bool multiprocess, int64_t pid,
		    int64_t tid);

/*
 * What qXfer answers: 'm' or 'l' and the part of `doc` that was asked for,
 * escaped, as much as fits.
 */
void rsp_reply_xfer(struct rsp_reply *r, const void *doc, size_t doc_len,
		    uint64_t offset, uint64_t len);

/*
 * Replaces the body with an error.  RSP_ERRORS_PLAIN: "Enn"; RSP_ERRORS_GDB
 * (error-message+): "E.text"; RSP_ERRORS_LLDB (QEnableErrorStrings):
 * "Enn;hex".  `text` may be NULL: then always "Enn".  `code` is a positive
 * errno; above 255 it is sent as ff.
 */
enum rsp_errors { RSP_ERRORS_PLAIN, RSP_ERRORS_GDB, RSP_ERRORS_LLDB };
void rsp_reply_error(struct rsp_reply *r, enum rsp_errors form, int code,
		     const char *text);

/*
 * The last word on the body: what did not fit becomes an error.  False: nothing
 * is to be sent, a notification did not fit (there is no error for them).
 */
bool rsp_reply_settle(struct rsp_reply *r);
/* Settles it, adds '#' and the sum; returns the length of the whole packet, or
 * 0 if nothing is to be sent. */
size_t rsp_reply_finish(struct rsp_reply *r);

#endif
