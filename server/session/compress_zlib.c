/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#include "compress.h"

const char compressor_types[] = "zlib-deflate";

/* The fastest: it is done while somebody waits. */
#define LEVEL Z_BEST_SPEED
/* Negative: no header and no sum around the deflate stream. */
#define RAW_WINDOW_BITS (-15)
#define MEM_LEVEL	8

struct compressor {
	z_stream stream;
	size_t min_size, max_size;
	uint8_t packed[];
};

int
compressor_new(struct compressor **out, struct rsp_bytes type, size_t min_size,
	       size_t max_size)
{
	struct compressor *c;

	if (!rsp_bytes_equal(type, compressor_types))
		return -EOPNOTSUPP;
	c = malloc(sizeof(*c) + max_size);
	if (c == NULL)
		return -ENOMEM;
	*c = (struct compressor){ .min_size = min_size, .max_size = max_size };
	if (deflateInit2(&c->stream, LEVEL, Z_DEFLATED, RAW_WINDOW_BITS,
			 MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(c);
		return -ENOMEM;
	}
	*out = c;
	return 0;
}

void
compressor_free(struct compressor *c)
{
	if (c == NULL)
		return;
	deflateEnd(&c->stream);
	free(c);
}

void
compressor_run(struct compressor *c, struct rsp_reply *r)
{
	size_t len = rsp_reply_body_len(r);

	if (len == 0 || len < c->min_size || len > c->max_size)
		return;
	deflateReset(&c->stream);
	/* zlib does not write to its input, but does not say so. */
	c->stream.next_in = (Bytef *)(uintptr_t)rsp_reply_body(r);
	c->stream.avail_in = (uInt)len;
	c->stream.next_out = c->packed;
	/* What does not get shorter is of no use: it stops there. */
	c->stream.avail_out = (uInt)(len - 1);
	if (deflate(&c->stream, Z_FINISH) == Z_STREAM_END)
		rsp_reply_pack(r, c->packed, c->stream.total_out);
}
