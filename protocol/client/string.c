/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ReadBSTR, ReadNullTerminatedString.
 *
 * Buffers grow with what has been read, so that a length which the server makes
 * up takes no memory.
 */
#include "private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	 4096u
#define FIRST	 ((size_t)256)
#define GROW_MAX ((size_t)1 << 20)
#define HEAD	 sizeof(uint32_t)
#define UNKNOWN	 0xfffdu

/* ---- BSTR ---------------------------------------------------------------- */

/* Room for `bytes` of text: length in front, a NUL character behind. */
static BSTR
bstr_new(size_t bytes)
{
	uint8_t *block = calloc(1, HEAD + bytes + sizeof(uint16_t) + 1);

	return block == NULL ? NULL : (BSTR)(void *)(block + HEAD);
}

static void
bstr_set_size(BSTR string, size_t bytes)
{
	uint32_t size = (uint32_t)bytes;

	memcpy((uint8_t *)string - HEAD, &size, HEAD);
}

uint32_t
datatarget_bstr_size(const uint16_t *string)
{
	uint32_t size = 0;

	if (string != NULL)
		memcpy(&size, (const uint8_t *)string - HEAD, HEAD);
	return size;
}

void
datatarget_bstr_free(BSTR string)
{
	if (string != NULL)
		free((uint8_t *)string - HEAD);
}

/* ---- bytes --------------------------------------------------------------- */

struct bytes {
	uint8_t *data;
	size_t len, cap;
};

/* Reads up to `n` bytes more; less only at the end of memory. */
static HRESULT
read_more(struct datatarget *t, uint64_t addr, size_t n, struct bytes *b)
{
	size_t got = 0;
	HRESULT hr;

	if (b->cap - b->len < n) {
		size_t cap = b->cap * 2 > b->len + n ? b->cap * 2 : b->len + n;
		uint8_t *p = realloc(b->data, cap);

		if (p == NULL)
			return dt_no_memory(t);
		b->data = p;
		b->cap = cap;
	}
	hr = dt_memory_read_some(t, addr + b->len, b->data + b->len, n, &got);
	b->len += got;
	return hr;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static HRESULT
read_exactly(struct datatarget *t, uint64_t addr, size_t size, struct bytes *b)
{
	HRESULT hr = DATATARGET_OK;

	while (b->len < size && hr == DATATARGET_OK) {
		size_t before = b->len;
		size_t n = smaller(size - before, GROW_MAX);

		hr = read_more(t, addr, n, b);
		if (hr == DATATARGET_OK && b->len < before + n)
			return dt_fail(t, DATATARGET_E_BAD_MEMORY,
				       "no memory at 0x%" PRIx64,
				       addr + b->len);
	}
	return hr;
}

HRESULT
datatarget_read_bstr(struct datatarget *t, uint64_t address, BSTR *string)
{
	struct bytes b = { .data = NULL };
	uint8_t head[HEAD];
	uint32_t size;
	HRESULT hr = dt_call_begin_process(t, DATATARGET_STRING_MAX);

	if (hr != DATATARGET_OK)
		return hr;
	if (string == NULL)
		return dt_fail(t, DATATARGET_E_POINTER, "a pointer is NULL");
	if (address < HEAD)
		return dt_fail(t, DATATARGET_E_BAD_MEMORY,
			       "no memory at 0x%" PRIx64, address);
	hr = dt_memory_read(t, address - HEAD, head, HEAD);
	if (hr != DATATARGET_OK)
		return hr;
	size = (uint32_t)dt_number_le(head, HEAD);
	if (size > DATATARGET_STRING_MAX)
		return dt_fail(t, DATATARGET_E_INVALIDARG,
			       "no string: its length would be %" PRIu32, size);
	hr = read_exactly(t, address, size, &b);
	if (hr == DATATARGET_OK) {
		*string = bstr_new(size);
		if (*string == NULL) {
			hr = dt_no_memory(t);
		} else {
			bstr_set_size(*string, size);
			if (b.data != NULL)
				memcpy(*string, b.data, size);
		}
	}
	free(b.data);
	return hr;
}

/* ---- characters ---------------------------------------------------------- */

/* Where the NUL of `width` bytes begins, from `from` on; else `len`. */
static size_t
find_nul(const struct bytes *b, size_t from, unsigned width)
{
	static const uint8_t nul[4];

	for (; b->data != NULL && from + width <= b->len; from += width)
		if (memcmp(b->data + from, nul, width) == 0)
			return from;
	return b->len;
}

/*
 * How many bytes to ask for next: to the end of a page, so that a string at
 * the end of memory costs no failing read, and more pages as it gets longer.
 */
static size_t
next_step(uint64_t addr, size_t have, size_t max)
{
	size_t page = PAGE - (size_t)((addr + have) % PAGE);
	size_t step = page;

	if (have == 0 && page > FIRST)
		step = FIRST;
	else if (have > PAGE)
		step = page + smaller(have, GROW_MAX) / PAGE * PAGE;
	return smaller(step, max - have);
}

/* DATATARGET_FALSE: no NUL in `max` bytes.  *len is that of the text. */
static HRESULT
read_to_nul(struct datatarget *t, uint64_t addr, unsigned width, size_t max,
	    struct bytes *b, size_t *len)
{
	size_t looked = 0;

	while (b->len < max) {
		size_t n = next_step(addr, b->len, max), before = b->len;
		HRESULT hr = read_more(t, addr, n, b);

		if (hr != DATATARGET_OK)
			return hr;
		*len = find_nul(b, looked, width);
		if (*len < b->len)
			return DATATARGET_OK;
		if (b->len < before + n)
			return dt_fail(t, DATATARGET_E_BAD_MEMORY,
				       "no memory at 0x%" PRIx64,
				       addr + b->len);
		looked = b->len - b->len % width;
	}
	*len = b->len;
	return DATATARGET_FALSE;
}

static uint16_t *
put_character(uint16_t *out, uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = UNKNOWN;
	if (c >= 0x10000) {
		*out++ = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
		c = 0xdc00 + ((c - 0x10000) & 0x3ff);
	}
	*out++ = (uint16_t)c;
	return out;
}

/*
 * One character of UTF-8 at `at`; returns how many bytes it takes, and for
 * what is none 1 and U+FFFD.  0: the text ends within it.
 */
static size_t
take_utf8(const uint8_t *at, size_t left, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = *at < 0x80	  ? 1
		     : *at < 0xc0 ? 0
		     : *at < 0xe0 ? 2
		     : *at < 0xf0 ? 3
		     : *at < 0xf8 ? 4
				  : 0;
	uint32_t v;

	*c = len == 1 ? *at : UNKNOWN;
	if (len < 2)
		return 1;
	v = *at & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if (i == left)
			return 0;
		if ((at[i] & 0xc0) != 0x80)
			return 1;
		v = v << 6 | (at[i] & 0x3fu);
	}
	if (v < least[len] || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
		return 1;
	*c = v;
	return len;
}

static uint16_t *
convert_utf8(uint16_t *out, const uint8_t *at, size_t len, bool cut)
{
	uint32_t c;

	while (len > 0) {
		size_t n = take_utf8(at, len, &c);

		/* Half a character at a cut is none. */
		if (n == 0 && cut)
			break;
		if (n == 0)
			n = 1;
		out = put_character(out, c);
		at += n;
		len -= n;
	}
	return out;
}

static uint16_t *
convert_wide(uint16_t *out, const uint8_t *at, size_t len, unsigned width)
{
	for (; len >= width; at += width, len -= width) {
		uint32_t c = (uint32_t)dt_number_le(at, width);

		if (width == 2)
			*out++ = (uint16_t)c;
		else
			out = put_character(out, c);
	}
	return out;
}

/* UTF-8 has at most one unit for each byte, UTF-32 two for four. */
static HRESULT
convert(struct datatarget *t, const struct bytes *b, size_t len, unsigned width,
	bool cut, BSTR *string)
{
	BSTR s = bstr_new(width == 1 ? 2 * len : len);
	uint16_t *end;

	if (s == NULL)
		return dt_no_memory(t);
	if (width == 1)
		end = convert_utf8(s, b->data, len, cut);
	else
		end = convert_wide(s, b->data, len, width);
	bstr_set_size(s, (size_t)(end - s) * sizeof(*end));
	*string = s;
	return cut ? DATATARGET_FALSE : DATATARGET_OK;
}

HRESULT
datatarget_read_null_terminated_string(struct datatarget *t, uint64_t address,
				       uint16_t character_size,
				       uint32_t max_characters, BSTR *string)
{
	uint64_t max = (uint64_t)max_characters * character_size;
	struct bytes b = { .data = NULL };
	size_t len = 0;
	HRESULT hr = dt_call_begin_process(
	    t, smaller((size_t)max, DATATARGET_STRING_MAX));

	if (hr != DATATARGET_OK)
		return hr;
	if (string == NULL)
		return dt_fail(t, DATATARGET_E_POINTER, "a pointer is NULL");
	if (character_size != 1 && character_size != 2 && character_size != 4)
		return dt_fail(t, DATATARGET_E_INVALIDARG,
			       "characters of %u bytes are not known",
			       character_size);
	if (max > DATATARGET_STRING_MAX)
		return dt_fail(t, DATATARGET_E_INVALIDARG,
			       "no string is as long as %" PRIu64 " bytes",
			       max);
	hr = read_to_nul(t, address, character_size, (size_t)max, &b, &len);
	if (!datatarget_failed(hr))
		hr = convert(t, &b, len, character_size, hr != DATATARGET_OK,
			     string);
	free(b.data);
	return hr;
}
