/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "decode.h"

/* Digits that nobody has ever given a meaning. */
bool
decode_restart(struct rsp_args *a, struct rsp_request *req)
{
	uint64_t ignored;

	(void)req;
	return rsp_args_at_end(a) ||
	       (rsp_args_hex_u64(a, &ignored) && rsp_args_at_end(a));
}

/* [1][;pid] */
bool
decode_detach(struct rsp_args *a, struct rsp_request *req)
{
	req->detach.stay_stopped = rsp_args_expect(a, '1');
	if (rsp_args_at_end(a))
		return true;
	req->detach.has_pid = true;
	return rsp_args_expect(a, ';') && rsp_args_id(a, &req->detach.pid) &&
	       rsp_args_at_end(a);
}

/* Packs one string; the NUL is written later, when its place is read. */
static bool
pack_string(struct rsp_args *a, uint8_t **to)
{
	const uint8_t *start = *to;

	rsp_args_hex_pack(a, to);
	return memchr(start, 0, (size_t)(*to - start)) == NULL;
}

/* ;hexprogram[;hexarg]... */
bool
decode_run(struct rsp_args *a, struct rsp_request *req)
{
	uint8_t *to;

	rsp_args_separator(a);
	to = rsp_args_writable(a);
	req->run.argv0 = (const char *)to;
	for (;;) {
		if (!pack_string(a, &to))
			return false;
		req->run.argc++;
		if (rsp_args_at_end(a))
			break;
		if (!rsp_args_expect(a, ';'))
			return false;
		*to++ = 0;
	}
	*to = 0;
	return true;
}

/* One "arglen,argnum,hex": both decimal, the length counts digits. */
static bool
launch_arg(struct rsp_args *a, uint64_t number, uint8_t **to)
{
	const uint8_t *hex;
	uint64_t len, n;

	if (!rsp_args_dec_u64(a, &len) || !rsp_args_expect(a, ',') ||
	    !rsp_args_dec_u64(a, &n) || n != number || !rsp_args_expect(a, ','))
		return false;
	hex = a->at;
	return pack_string(a, to) && (uint64_t)(a->at - hex) == len;
}

/* arglen,argnum,hex[,arglen,argnum,hex]... */
bool
decode_launch_args(struct rsp_args *a, struct rsp_request *req)
{
	uint8_t *to = rsp_args_writable(a);

	/* lldb's own tests put a space there. */
	rsp_args_expect(a, ' ');
	req->run.argv0 = (const char *)to;
	do {
		if (!launch_arg(a, req->run.argc, &to))
			return false;
		req->run.argc++;
		*to++ = 0;
	} while (rsp_args_expect(a, ','));
	return rsp_args_at_end(a);
}

/* [;path-hint:HEX[;...]]: where the client will keep it; it need not say */
bool
decode_save_core(struct rsp_args *a, struct rsp_request *req)
{
	struct rsp_bytes newer;

	req->text.data = NULL;
	req->text.len = 0;
	if (rsp_args_at_end(a))
		return true;
	rsp_args_separator(a);
	if (!rsp_args_expect_str(a, "path-hint:") ||
	    !rsp_args_hex_text(a, &req->text))
		return false;
	return rsp_args_at_end(a) ||
	       (rsp_args_expect(a, ';') && rsp_args_rest(a, &newer));
}
