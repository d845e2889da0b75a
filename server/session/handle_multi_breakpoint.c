/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jMultiBreakpoint: many Z and z in one packet.  Each of them is carried out,
 * in order, whatever became of those before, and each has its answer.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"

static int
carry_out(struct session *s, uint8_t *body, size_t len, struct rsp_reply *out)
{
	struct rsp_request req;

	if (rsp_request_decode(&req, body, len) != RSP_DECODED)
		return -EINVAL;
	if (req.kind == RSP_INSERT_BREAKPOINT)
		return handle_insert_breakpoint(s, &req, out);
	if (req.kind == RSP_REMOVE_BREAKPOINT)
		return handle_remove_breakpoint(s, &req, out);
	return -EINVAL;
}

/* `body` has room for `text` and a NUL. */
static void
answer(struct session *s, const json_t *text, uint8_t *body,
       struct rsp_reply *out)
{
	size_t len = json_string_length(text);
	uint8_t buf[RSP_REPLY_MIN];
	struct rsp_reply one;
	int err = -EINVAL;

	rsp_reply_begin(&one, buf, sizeof(buf));
	if (json_is_string(text)) {
		memcpy(body, json_string_value(text), len);
		err = carry_out(s, body, len, &one);
	}
	if (err < 0)
		rsp_reply_error(&one, RSP_ERRORS_PLAIN, -err, NULL);
	rsp_reply_char(out, '"');
	rsp_reply_raw(out, rsp_reply_body(&one), rsp_reply_body_len(&one));
	rsp_reply_char(out, '"');
}

/* {"breakpoint_requests":["Z0,ADDR,KIND",...]} */
int
handle_multi_breakpoint(struct session *s, const struct rsp_request *req,
			struct rsp_reply *out)
{
	json_t *packet =
	    json_loadb((const char *)req->text.data, req->text.len, 0, NULL);
	const json_t *list = json_object_get(packet, "breakpoint_requests");
	/* No string is longer than the text that it is in. */
	uint8_t *body = malloc(req->text.len + 1);
	int err = 0;

	if (body == NULL)
		err = -ENOMEM;
	else if (!json_is_array(list))
		err = -EINVAL;
	if (err == 0) {
		rsp_reply_str(out, "{\"results\":[");
		for (size_t i = 0; i < json_array_size(list); i++) {
			if (i > 0)
				rsp_reply_char(out, ',');
			answer(s, json_array_get(list, i), body, out);
		}
		rsp_reply_char(out, ']');
		rsp_reply_escaped(out, "}", 1);
	}
	free(body);
	json_decref(packet);
	return err;
}
