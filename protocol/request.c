/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include <string.h>

#include "decode.h"

/* What may stand after a name: the words of request_list.h. */
enum { END = 1, COLON = 2, SEMI = 4, COMMA = 8, ARGS = 16 };

static const struct row {
	const char *name;
	uint8_t len;
	uint8_t follow;
	uint8_t second; /* name[1] */
	rsp_decode_fn *decode;
} rows[RSP_REQUEST_COUNT] = {
#define X(kind, name, follow, decode)                                      \
	[RSP_##kind] = { name, sizeof(name) - 1, follow, (uint8_t)name[1], \
			 decode },
	RSP_REQUEST_LIST(X)
#undef X
};

/*
 * The first byte of each row's name: memchr finds the few rows that are worth
 * a look, without a sorted table that somebody has to keep sorted.
 */
static const uint8_t first_bytes[RSP_REQUEST_COUNT] = {
#define X(kind, name, follow, decode) [RSP_##kind] = (uint8_t)name[0],
	RSP_REQUEST_LIST(X)
#undef X
};

static bool
may_follow(const struct row *row, const uint8_t *body, size_t len)
{
	if (row->follow & ARGS)
		return true;
	if (len == row->len)
		return row->follow & END;
	switch (body[row->len]) {
	case ':':
		return row->follow & COLON;
	case ';':
		return row->follow & SEMI;
	case ',':
		return row->follow & COMMA;
	default:
		return false;
	}
}

static bool
matches(const struct row *row, const uint8_t *body, size_t len)
{
	return row->len <= len &&
	       /* Cheap, and settles most of the q, Q and v rows. */
	       (row->len < 2 || row->second == body[1]) &&
	       memcmp(row->name, body, row->len) == 0 &&
	       may_follow(row, body, len);
}

/* RSP_REQUEST_COUNT: there is none. */
static size_t
find(const uint8_t *body, size_t len)
{
	const uint8_t *at = first_bytes, *end = at + RSP_REQUEST_COUNT;
	size_t best = RSP_REQUEST_COUNT, i;

	if (len == 0)
		return RSP_REQUEST_COUNT;
	for (; at < end; at++) {
		/* Rows of a kind stand together: no call for each of them. */
		if (*at != body[0])
			at = memchr(at, body[0], (size_t)(end - at));
		if (at == NULL)
			break;
		i = (size_t)(at - first_bytes);
		if (matches(&rows[i], body, len) &&
		    (best == RSP_REQUEST_COUNT || rows[i].len > rows[best].len))
			best = i;
	}
	return best;
}

enum rsp_decode
rsp_request_decode(struct rsp_request *req, uint8_t *body, size_t len)
{
	size_t i = find(body, len);
	struct rsp_args args;

	if (i == RSP_REQUEST_COUNT)
		return RSP_UNKNOWN;
	memset(req, 0, sizeof(*req));
	req->kind = (enum rsp_kind)i;
	rsp_args_init(&args, body, len);
	args.at += rows[i].len;
	if (rows[i].decode(&args, req))
		return RSP_DECODED;
	return args.unknown ? RSP_UNKNOWN : RSP_MALFORMED;
}

const char *
rsp_request_name(enum rsp_kind kind)
{
	return (size_t)kind < RSP_REQUEST_COUNT ? rows[kind].name : "";
}

bool
rsp_bytes_equal(struct rsp_bytes b, const char *s)
{
	return b.len == strlen(s) && memcmp(b.data, s, b.len) == 0;
}
