/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded cursor over the arguments of a packet.
 *
 * Every function that returns bool moves the cursor and writes its result only
 * on success, so that calls chain with &&.  What is decoded in place ends with
 * a NUL that is not counted.  Internal to protocol/.
 */
#ifndef PROTOCOL_ARGS_H
#define PROTOCOL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "request.h"

struct rsp_args {
	uint8_t *body; /* the packet, writable up to end, inclusive;
			  NULL for a list: nothing is decoded then */
	const uint8_t *at;
	const uint8_t *end;
	/* Set by a decoder that fails: the packet's name goes on in its
	 * arguments, and that name is not known. */
	bool unknown;
};

/* `body[len]` is set to 0, so that the last argument is a C string. */
void rsp_args_init(struct rsp_args *a, uint8_t *body, size_t len);
void rsp_args_of_list(struct rsp_args *a, const struct rsp_list *list);

size_t rsp_args_left(const struct rsp_args *a);
bool rsp_args_at_end(const struct rsp_args *a);
bool rsp_args_next_is(const struct rsp_args *a, char c);
/* How often `c` occurs in what is left. */
size_t rsp_args_count(const struct rsp_args *a, char c);

bool rsp_args_expect(struct rsp_args *a, char c);
bool rsp_args_expect_str(struct rsp_args *a, const char *s);
/* The byte after the packet's name, which the request list vouches for. */
void rsp_args_separator(struct rsp_args *a);

/* Numbers take at least one digit and as many as there are. */
bool rsp_args_hex_u64(struct rsp_args *a, uint64_t *value);
bool rsp_args_hex_max(struct rsp_args *a, uint64_t max, uint64_t *value);
bool rsp_args_dec_u64(struct rsp_args *a, uint64_t *value);
/* '0' or '1', and not more digits. */
bool rsp_args_flag(struct rsp_args *a, bool *flag);
/* A signal number in hex, at most ff. */
bool rsp_args_signal(struct rsp_args *a, uint8_t *signal);
/* A process or thread id, or a descriptor: hex, 0 .. 7fffffff. */
bool rsp_args_id(struct rsp_args *a, int64_t *id);
/* "1f", "-1", "p10.1f", "p10", "p-1"; not a thread of all processes. */
bool rsp_args_ptid(struct rsp_args *a, struct rsp_ptid *ptid);

/* Up to `stop`, which is consumed and becomes the NUL. */
bool rsp_args_until(struct rsp_args *a, char stop, struct rsp_bytes *bytes);
/* All that is left. */
bool rsp_args_rest(struct rsp_args *a, struct rsp_bytes *bytes);
/* The same without a NUL in it. */
bool rsp_args_rest_text(struct rsp_args *a, struct rsp_bytes *bytes);
/* All that is left, '}' resolved in place. */
bool rsp_args_unescape(struct rsp_args *a, struct rsp_bytes *bytes);
/*
 * As many pairs of hex digits as there are, maybe none, in place.  An odd digit
 * is left at the cursor, where nothing takes it.
 */
bool rsp_args_hex_bytes(struct rsp_args *a, struct rsp_bytes *bytes);
/* The same without a NUL in it. */
bool rsp_args_hex_text(struct rsp_args *a, struct rsp_bytes *bytes);
/*
 * The same, but to `*out`, which lies at or before the cursor, and with its
 * NUL only where the caller writes it: for strings that are packed one after
 * the other.  *out moves behind the string.
 */
void rsp_args_hex_pack(struct rsp_args *a, uint8_t **out);
/*
 * Agent bytecode, X<len>,<hex>.  It takes the place of the first half of its
 * digits; the header stays, so that who walks a list of them later, with
 * _decoded, finds its way.
 */
bool rsp_args_expression(struct rsp_args *a);
bool rsp_args_expression_decoded(struct rsp_args *a,
				 struct rsp_bytes *bytecode);
/* The writable byte at the cursor. */
uint8_t *rsp_args_writable(const struct rsp_args *a);

#endif
