/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed packets, for slow links (lldb's QEnableCompression).  Each packet
 * is a raw deflate stream of its own, so that one that is sent again or left
 * out does not matter.
 */
#ifndef SERVER_SESSION_COMPRESS_H
#define SERVER_SESSION_COMPRESS_H

#include <stddef.h>

#include "../../protocol/reply.h"

struct compressor;

/* The kinds as qSupported names them; "": this build has none. */
extern const char compressor_types[];

/*
 * For bodies of `min_size` bytes or more, up to `max_size`.  All memory is
 * taken here.  -EOPNOTSUPP: no such type; -ENOMEM.
 */
int compressor_new(struct compressor **out, struct rsp_bytes type,
		   size_t min_size, size_t max_size);
/* NULL is allowed. */
void compressor_free(struct compressor *c);

/* A marked reply that is ready: compresses it where that makes it shorter. */
void compressor_run(struct compressor *c, struct rsp_reply *r);

#endif
