/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "decode.h"

/* [:feature[;feature]...] */
bool
decode_supported(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	req->features.at = a->at;
	req->features.end = a->end;
	return true;
}

static void
split_feature(const uint8_t *p, size_t len, struct rsp_bytes *name,
	      struct rsp_bytes *value)
{
	const uint8_t *equals = memchr(p, '=', len);
	size_t name_len = len;

	if (equals != NULL)
		name_len = (size_t)(equals - p);
	else if (strchr("+-?", p[len - 1]) != NULL && p[len - 1] != 0)
		name_len = len - 1;
	name->data = p;
	name->len = name_len;
	value->data = p + name_len + (equals != NULL);
	value->len = len - name_len - (equals != NULL);
}

bool
rsp_features_next(struct rsp_list *list, struct rsp_bytes *name,
		  struct rsp_bytes *value)
{
	const uint8_t *from, *to;

	while (list->at < list->end) {
		from = list->at;
		to = memchr(from, ';', (size_t)(list->end - from));
		if (to == NULL)
			to = list->end;
		list->at = to < list->end ? to + 1 : to;
		if (to > from) {
			split_feature(from, (size_t)(to - from), name, value);
			return true;
		}
	}
	return false;
}

/* :[value]:hexname */
bool
decode_symbol(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	req->symbol.has_value = !rsp_args_next_is(a, ':');
	if (req->symbol.has_value && !rsp_args_hex_u64(a, &req->symbol.value))
		return false;
	return rsp_args_expect(a, ':') &&
	       rsp_args_hex_text(a, &req->symbol.name) && rsp_args_at_end(a);
}

/* :response_size:N;data:XXX, with N in decimal */
bool
decode_speed_test(struct rsp_args *a, struct rsp_request *req)
{
	return rsp_args_expect_str(a, ":response_size:") &&
	       rsp_args_dec_u64(a, &req->speed.response_size) &&
	       (rsp_args_at_end(a) || rsp_args_expect_str(a, ";data:"));
}

/* :type:NAME;[minsize:N;], with N in decimal */
bool
decode_compression(struct rsp_args *a, struct rsp_request *req)
{
	if (!rsp_args_expect_str(a, ":type:") ||
	    !rsp_args_until(a, ';', &req->compression.type))
		return false;
	req->compression.has_min_size = !rsp_args_at_end(a);
	return !req->compression.has_min_size ||
	       (rsp_args_expect_str(a, "minsize:") &&
		rsp_args_dec_u64(a, &req->compression.min_size) &&
		rsp_args_expect(a, ';') && rsp_args_at_end(a));
}
