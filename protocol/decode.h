/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoders: one for each form of arguments, grouped in decode_*.c by
 * family.  A decoder gets the cursor just behind the packet's name, before any
 * separator, fills its member of `req`, and returns whether the packet was
 * well formed to its very end.  Internal to protocol/.
 */
#ifndef PROTOCOL_DECODE_H
#define PROTOCOL_DECODE_H

#include "args.h"
#include "request.h"

typedef bool rsp_decode_fn(struct rsp_args *a, struct rsp_request *req);

#define X(kind, name, follow, decode) rsp_decode_fn decode;
RSP_REQUEST_LIST(X)
#undef X

#endif
