/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of one thread, by name. */
#include "private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/hex.h"

/* "xx": the value is not known. */
static HRESULT
take_bytes(struct datatarget *t, const char *hex, size_t len,
	   struct registers *r, size_t offset)
{
	for (size_t i = 0; i < len; i++) {
		const uint8_t *pair = (const uint8_t *)hex + 2 * i;

		r->known[offset + i] = pair[0] != 'x' || pair[1] != 'x';
		if (r->known[offset + i] &&
		    rsp_hex_decode(r->bytes + offset + i, pair, 1) != 1)
			return dt_fail(t, DATATARGET_E_DATA,
				       "the server's registers are garbled");
	}
	return DATATARGET_OK;
}

static HRESULT
read_all(struct datatarget *t, struct registers *r)
{
	HRESULT hr = dt_ask(t, "g");
	size_t len = t->reply_len / 2;

	if (hr != DATATARGET_OK)
		return hr;
	if (t->reply_len == 0 || dt_reply_is_error(t))
		return dt_reply_error(t, "registers");
	if (t->reply_len % 2 != 0 || len > r->size)
		return dt_fail(t, DATATARGET_E_DATA,
			       "the server's registers are not as described");
	return take_bytes(t, (const char *)t->reply, len, r, 0);
}

/* Those that `g` left out at its end. */
static HRESULT
read_one(struct datatarget *t, const struct reg *reg, struct registers *r)
{
	HRESULT hr = dt_ask(t, "p%" PRIx32, reg->number);

	if (hr != DATATARGET_OK)
		return hr;
	if (t->reply_len == 0 || dt_reply_is_error(t))
		return DATATARGET_OK;
	if (t->reply_len != 2 * (size_t)reg->size)
		return dt_fail(t, DATATARGET_E_DATA,
			       "the server's registers are not as described");
	return take_bytes(t, (const char *)t->reply, reg->size, r, reg->offset);
}

static HRESULT
read_rest(struct datatarget *t, struct registers *r, size_t had)
{
	const struct description *d = &t->description;
	HRESULT hr = DATATARGET_OK;

	for (size_t i = 0; i < d->n && hr == DATATARGET_OK; i++)
		if (d->regs[i].offset + d->regs[i].size > had)
			hr = read_one(t, &d->regs[i], r);
	return hr;
}

HRESULT
dt_registers_read(struct datatarget *t, uint32_t tid, struct registers *r)
{
	HRESULT hr = dt_describe(t);

	memset(r, 0, sizeof(*r));
	if (hr == DATATARGET_OK)
		hr = dt_process_select(t, tid);
	if (hr != DATATARGET_OK)
		return hr;
	r->size = t->description.g_size;
	r->bytes = calloc(2, r->size);
	if (r->bytes == NULL)
		return dt_no_memory(t);
	r->known = r->bytes + r->size;
	hr = read_all(t, r);
	if (hr == DATATARGET_OK)
		hr = read_rest(t, r, t->reply_len / 2);
	if (hr != DATATARGET_OK)
		dt_registers_free(r);
	return hr;
}

void
dt_registers_free(struct registers *r)
{
	free(r->bytes);
	memset(r, 0, sizeof(*r));
}

static const struct reg *
find(const struct datatarget *t, const char *name)
{
	const struct description *d = &t->description;

	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->regs[i].name, name) == 0)
			return &d->regs[i];
	return NULL;
}

bool
dt_registers_bytes(struct datatarget *t, const struct registers *r,
		   const char *name, uint8_t *buf, size_t cap)
{
	const struct reg *reg = find(t, name);

	memset(buf, 0, cap);
	if (reg == NULL)
		return false;
	for (size_t i = 0; i < reg->size; i++)
		if (!r->known[reg->offset + i])
			return false;
	memcpy(buf, r->bytes + reg->offset, reg->size < cap ? reg->size : cap);
	return true;
}

bool
dt_registers_number(struct datatarget *t, const struct registers *r,
		    const char *name, uint64_t *value)
{
	uint8_t bytes[8];

	if (!dt_registers_bytes(t, r, name, bytes, sizeof(bytes)))
		return false;
	*value = dt_number_le(bytes, sizeof(bytes));
	return true;
}
