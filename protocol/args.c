/* SPDX-License-Identifier: Apache-2.0 */
#include "args.h"

#include <string.h>

#include "hex.h"

void
rsp_args_init(struct rsp_args *a, uint8_t *body, size_t len)
{
	body[len] = 0;
	a->body = body;
	a->at = body;
	a->end = body + len;
	a->unknown = false;
}

void
rsp_args_of_list(struct rsp_args *a, const struct rsp_list *list)
{
	a->body = NULL;
	a->at = list->at;
	a->end = list->end;
	a->unknown = false;
}

size_t
rsp_args_left(const struct rsp_args *a)
{
	return (size_t)(a->end - a->at);
}

bool
rsp_args_at_end(const struct rsp_args *a)
{
	return a->at == a->end;
}

bool
rsp_args_next_is(const struct rsp_args *a, char c)
{
	return a->at < a->end && *a->at == (uint8_t)c;
}

size_t
rsp_args_count(const struct rsp_args *a, char c)
{
	const uint8_t *p;
	size_t n = 0;

	for (p = a->at; p < a->end; p++)
		n += *p == (uint8_t)c;
	return n;
}

bool
rsp_args_expect(struct rsp_args *a, char c)
{
	if (!rsp_args_next_is(a, c))
		return false;
	a->at++;
	return true;
}

bool
rsp_args_expect_str(struct rsp_args *a, const char *s)
{
	size_t n = strlen(s);

	if (rsp_args_left(a) < n || memcmp(a->at, s, n) != 0)
		return false;
	a->at += n;
	return true;
}

void
rsp_args_separator(struct rsp_args *a)
{
	if (a->at < a->end)
		a->at++;
}

bool
rsp_args_hex_max(struct rsp_args *a, uint64_t max, uint64_t *value)
{
	const uint8_t *p = a->at;
	uint64_t n = 0;
	unsigned digit;

	for (; p < a->end && rsp_hex_digit(*p, &digit); p++) {
		if (n >> 60 != 0)
			return false;
		n = n << 4 | digit;
	}
	if (p == a->at || n > max)
		return false;
	a->at = p;
	*value = n;
	return true;
}

bool
rsp_args_hex_u64(struct rsp_args *a, uint64_t *value)
{
	return rsp_args_hex_max(a, UINT64_MAX, value);
}

bool
rsp_args_dec_u64(struct rsp_args *a, uint64_t *value)
{
	const uint8_t *p = a->at;
	uint64_t n = 0;
	unsigned digit;

	for (; p < a->end && *p >= '0' && *p <= '9'; p++) {
		digit = *p - (unsigned)'0';
		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	if (p == a->at)
		return false;
	a->at = p;
	*value = n;
	return true;
}

bool
rsp_args_flag(struct rsp_args *a, bool *flag)
{
	const uint8_t *start = a->at;
	uint64_t value;

	if (!rsp_args_hex_max(a, 1, &value))
		return false;
	if (a->at != start + 1) {
		a->at = start;
		return false;
	}
	*flag = value != 0;
	return true;
}

bool
rsp_args_signal(struct rsp_args *a, uint8_t *signal)
{
	uint64_t value;

	if (!rsp_args_hex_max(a, UINT8_MAX, &value))
		return false;
	*signal = (uint8_t)value;
	return true;
}

bool
rsp_args_id(struct rsp_args *a, int64_t *id)
{
	uint64_t value;

	/* Larger ones would be taken for others once they are a pid_t. */
	if (!rsp_args_hex_max(a, INT32_MAX, &value))
		return false;
	*id = (int64_t)value;
	return true;
}

static bool
id_or_all(struct rsp_args *a, int64_t *id)
{
	if (rsp_args_expect_str(a, "-1")) {
		*id = RSP_ID_ALL;
		return true;
	}
	return rsp_args_id(a, id);
}

bool
rsp_args_ptid(struct rsp_args *a, struct rsp_ptid *ptid)
{
	struct rsp_args from = *a;
	struct rsp_ptid got = { 0 };

	got.has_pid = rsp_args_expect(&from, 'p');
	if (got.has_pid && !id_or_all(&from, &got.pid))
		return false;
	if (got.has_pid && !rsp_args_expect(&from, '.'))
		got.tid = RSP_ID_ALL;
	else if (!id_or_all(&from, &got.tid))
		return false;
	*a = from;
	*ptid = got;
	return true;
}

uint8_t *
rsp_args_writable(const struct rsp_args *a)
{
	return a->body + (a->at - a->body);
}

/* Never to be written to, unlike what may stand at the cursor. */
static struct rsp_bytes
no_bytes(void)
{
	return (struct rsp_bytes){ .data = (const uint8_t *)"", .len = 0 };
}

bool
rsp_args_until(struct rsp_args *a, char stop, struct rsp_bytes *bytes)
{
	uint8_t *from = rsp_args_writable(a);
	uint8_t *to = memchr(from, stop, rsp_args_left(a));

	if (to == NULL)
		return false;
	*to = 0;
	bytes->data = from;
	bytes->len = (size_t)(to - from);
	a->at = to + 1;
	return true;
}

bool
rsp_args_rest(struct rsp_args *a, struct rsp_bytes *bytes)
{
	bytes->data = a->at;
	bytes->len = rsp_args_left(a);
	a->at = a->end;
	return true;
}

bool
rsp_args_rest_text(struct rsp_args *a, struct rsp_bytes *bytes)
{
	return memchr(a->at, 0, rsp_args_left(a)) == NULL &&
	       rsp_args_rest(a, bytes);
}

bool
rsp_args_unescape(struct rsp_args *a, struct rsp_bytes *bytes)
{
	uint8_t *const start = rsp_args_writable(a);
	const uint8_t *from = a->at, *escape;
	uint8_t *to = start;
	size_t run;

	while (from < a->end) {
		escape = memchr(from, '}', (size_t)(a->end - from));
		run = (size_t)((escape != NULL ? escape : a->end) - from);
		if (to != from)
			memmove(to, from, run);
		to += run;
		from += run;
		if (escape == NULL)
			break;
		if (++from == a->end)
			return false;
		*to++ = *from++ ^ 0x20;
	}
	*to = 0;
	bytes->data = start;
	bytes->len = (size_t)(to - start);
	a->at = a->end;
	return true;
}

void
rsp_args_hex_pack(struct rsp_args *a, uint8_t **out)
{
	size_t n = rsp_hex_decode(*out, a->at, rsp_args_left(a) / 2);

	*out += n;
	a->at += 2 * n;
}

bool
rsp_args_hex_bytes(struct rsp_args *a, struct rsp_bytes *bytes)
{
	uint8_t *const start = rsp_args_writable(a);
	uint8_t *to = start;

	rsp_args_hex_pack(a, &to);
	if (to == start) {
		*bytes = no_bytes();
		return true;
	}
	*to = 0;
	bytes->data = start;
	bytes->len = (size_t)(to - start);
	return true;
}

bool
rsp_args_hex_text(struct rsp_args *a, struct rsp_bytes *bytes)
{
	struct rsp_bytes text;

	if (!rsp_args_hex_bytes(a, &text) ||
	    memchr(text.data, 0, text.len) != NULL)
		return false;
	*bytes = text;
	return true;
}

/* X<len>, and room for its digits. */
static bool
expression_header(struct rsp_args *a, size_t *len)
{
	uint64_t n;

	if (!rsp_args_expect(a, 'X') || !rsp_args_hex_u64(a, &n) ||
	    !rsp_args_expect(a, ',') || n == 0 || n > rsp_args_left(a) / 2)
		return false;
	*len = (size_t)n;
	return true;
}

bool
rsp_args_expression(struct rsp_args *a)
{
	size_t len;

	if (!expression_header(a, &len) ||
	    rsp_hex_decode(rsp_args_writable(a), a->at, len) != len)
		return false;
	a->at += 2 * len;
	return true;
}

bool
rsp_args_expression_decoded(struct rsp_args *a, struct rsp_bytes *bytecode)
{
	size_t len;

	if (!expression_header(a, &len))
		return false;
	bytecode->data = a->at;
	bytecode->len = len;
	a->at += 2 * len;
	return true;
}
