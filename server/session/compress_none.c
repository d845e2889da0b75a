/* SPDX-License-Identifier: Apache-2.0 */
/* Built without zlib: nothing is offered, and no type is known. */
#include <errno.h>

#include "compress.h"

const char compressor_types[] = "";

int
compressor_new(struct compressor **out, struct rsp_bytes type, size_t min_size,
	       size_t max_size)
{
	(void)type;
	(void)min_size;
	(void)max_size;
	*out = NULL;
	return -EOPNOTSUPP;
}

void
compressor_free(struct compressor *c)
{
	(void)c;
}

void
compressor_run(struct compressor *c, struct rsp_reply *r)
{
	(void)c;
	(void)r;
}
